"""The image encoder of lessons 21 and 22: a small CNN that knows the scenes.

It plays the part that a network trained on ImageNet plays for photographs:
it was trained on other pictures (30,000 scenes drawn at random, none of
them in the data set) to name what is there, and where; captions it has
never seen. The trained network is scene_encoder.keras, beside this file;
``tools/train_scene_encoder.py`` is how it came about.
"""

from pathlib import Path

from coursekit.errors import CourseError

PATH = Path(__file__).parent / "scene_encoder.keras"


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
    """The encoder below the heads: a model of {"grid", "vector"}.

    uint8 (64, 64, 3) to (8, 8, 64), which describes places, and (256,), which
    describes the whole picture.
    """
    import keras

    outputs = {n: namer.get_layer(n).output for n in ("grid", "vector")}
    model = keras.Model(namer.input, outputs, name="scene_encoder")
    model.trainable = False
    return model
