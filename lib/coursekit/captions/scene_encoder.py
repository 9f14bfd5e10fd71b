"""The image encoder of lessons 21 and 22: a small CNN that knows the scenes.

It plays the part that a network trained on ImageNet plays for photographs:
it was trained on other pictures (30,000 scenes drawn at random, none of
them in the data set) to name what is there, and where; captions it has
never seen. The trained network is scene_encoder.keras, beside this file;
``scene_training`` is how it came about.
"""

from pathlib import Path

from coursekit.data.render.scene_pictures import (
    COLOURS,
    KINDS,
    SIZES,
    TEXTURES,
)
from coursekit.errors import CourseError

GRID = 8  # places on a side
CHANNELS = 64  # features of a place
VECTOR = 256  # features of a whole picture
PATH = Path(__file__).parent / "scene_encoder.keras"
POSES = tuple(dict.fromkeys(p for _, poses in KINDS.values() for p in poses))
# What is named of every place; 0 is for nothing there.
PLACES: dict[str, tuple[str, ...]] = {
    "kind": tuple(KINDS),
    "colour": tuple(COLOURS),
    "size": tuple(SIZES),
    "texture": TEXTURES,
    "pose": POSES,
}
# What is said of a kind in the picture: any of these, or that there are two.
SAID = (*COLOURS, *SIZES, *TEXTURES, *POSES, "several")


def build():
    """An untrained encoder: uint8 (64, 64, 3) to {"grid", "vector"}.

    The grid (8, 8, 64) describes places; the vector (256,) the whole
    picture: 256 detectors, each with its strongest answer at any place.
    """
    import keras
    from keras import layers

    image = layers.Input((64, 64, 3), dtype="uint8", name="image")
    x = layers.Rescaling(1 / 127.5, -1, name="scale")(image)
    sizes = ((16, 5, 2), (32, 3, 2), (48, 3, 1), (96, 3, 2), (CHANNELS, 3, 1))
    for number, (filters, kernel, stride) in enumerate(sizes, 1):
        x = layers.Conv2D(
            filters,
            kernel,
            strides=stride,
            padding="same",
            use_bias=False,
            name=f"conv{number}",
        )(x)
        x = layers.BatchNormalization(momentum=0.95, name=f"norm{number}")(x)
        name = "grid" if number == len(sizes) else f"relu{number}"
        x = layers.ReLU(name=name)(x)
    found = layers.Conv2D(VECTOR, 1, activation="relu", name="detectors")(x)
    vector = layers.GlobalMaxPooling2D(name="vector")(found)
    outputs = {"grid": x, "vector": vector}
    return keras.Model(image, outputs, name="scene_encoder")


def with_heads(encoder):
    """The encoder with one linear answer for each thing to be named."""
    import keras
    from keras import layers

    grid, vector = encoder.output["grid"], encoder.output["vector"]
    answers = {
        name: layers.Conv2D(len(values) + 1, 1, name=name)(grid)
        for name, values in PLACES.items()
    }
    for name, count in (
        ("things", len(KINDS) * len(SAID)),
        ("setting", 5),
        ("time", 3),
    ):
        answers[name] = layers.Dense(count, name=name)(vector)
    return keras.Model(encoder.input, answers, name="namer")


def load(path: Path | None = None):
    """The trained network with its heads, or CourseError.

    uint8 (n, 64, 64, 3) to logits by name; ``headless`` makes an encoder of
    it.
    """
    import keras

    path = path or PATH
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"The encoder {path.name} cannot be read: {error}",
            "restore it with `git checkout -- lib`, or train it again: "
            "python tools/train_scene_encoder.py",
        ) from None
    model.trainable = False
    return model


def headless(namer):
    """The encoder below the heads: a model of {"grid", "vector"}."""
    import keras

    outputs = {n: namer.get_layer(n).output for n in ("grid", "vector")}
    model = keras.Model(namer.input, outputs, name="scene_encoder")
    model.trainable = False
    return model
