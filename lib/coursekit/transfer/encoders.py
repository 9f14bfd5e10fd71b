"""Trained networks without their heads: pictures in, features out.

Each takes pixels from 0 to 255 and holds the preprocessing that belongs to
it. Two sorts: the kit's own, trained on 80 of the bundled objects100, and
those of keras.applications, trained on ImageNet. Built in lesson 08.
"""

import contextlib
import hashlib
import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from coursekit import paths
from coursekit.backend import in_replay
from coursekit.data.fetch import find
from coursekit.data.fetch.progress import bar
from coursekit.data.sets import imagenet_weights
from coursekit.errors import CourseError
from coursekit.files import replacing

OBJECTS = "objects80"
STORED = Path(__file__).parent / f"{OBJECTS}.npz"
WIDTHS = (24, 48, 64, 96, 112)  # of the kit's own five convolutions
STRIDES = (1, 2, 2, 2, 1)


@dataclass(frozen=True)
class Recipe:
    """A network of keras.applications; ``module`` holds what prepares."""

    network: str
    module: str
    options: dict[str, Any] = field(default_factory=dict)


# The best first; any of which the weights are here is used.
RECIPES = {
    "resnet50": Recipe("ResNet50", "resnet"),
    "mobilenet_v2_1.0": Recipe("MobileNetV2", "mobilenet_v2"),
    "mobilenet_v2_0.35": Recipe(
        "MobileNetV2", "mobilenet_v2", {"alpha": 0.35}
    ),
    "mobilenet_0.25": Recipe("MobileNet", "mobilenet", {"alpha": 0.25}),
}
SMALL = "mobilenet_v2_0.35"


def choose(wanted: str = "best") -> str:
    """The encoder to use: the best of which the weights are here.

    With none here it is the smallest of MobileNetV2, fetched once (2 MB).
    Raises CourseError for an unknown name.
    """
    if wanted == "best":
        here = [n for n in RECIPES if find(imagenet_weights.SOURCES[n])]
        return (*here, SMALL)[0]
    if wanted not in (OBJECTS, *RECIPES):
        raise CourseError(
            f"There is no encoder {wanted!r}.",
            f"choose one of best, {OBJECTS}, {', '.join(RECIPES)}",
        )
    return wanted


def load(wanted: str = "best", size: int = 0, weights: str = "stored"):
    """An encoder by name: a Keras model, float (n, side, side, 3) to (n, d).

    ``size`` is the side in pixels, by default what suits the network (32 for
    the kit's own, else 160). ``weights`` "random" leaves the network
    untrained, to test the path with. Its layer "features" is the output.
    """
    name = choose(wanted)
    if name == OBJECTS:
        return _objects(size or 32, weights)
    import keras
    from keras import layers

    recipe, side = RECIPES[name], size or 160
    held = None
    if weights == "stored":
        held = str(imagenet_weights.load(name).path)
    module = importlib.import_module(f"keras.applications.{recipe.module}")
    image = layers.Input((side, side, 3), name="image")
    base = getattr(keras.applications, recipe.network)(
        include_top=False,
        weights=held,
        input_tensor=module.preprocess_input(image),
        **recipe.options,
    )
    features = layers.GlobalAveragePooling2D(name="features")(base.output)
    return keras.Model(image, features, name=name.replace(".", "_"))


def build_objects(size: int = 32):
    """The kit's own encoder, untrained: five convolutions, 112 features."""
    import keras
    from keras import layers

    image = layers.Input((size, size, 3), name="image")
    x = layers.Rescaling(1 / 64, -127.5 / 64, name="scale")(image)
    for number, (width, stride) in enumerate(
        zip(WIDTHS, STRIDES, strict=True), start=1
    ):
        x = layers.Conv2D(
            width,
            3,
            stride,
            padding="same",
            use_bias=False,
            name=f"conv{number}",
        )(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{number}")(x)
        x = layers.ReLU(name=f"relu{number}")(x)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    return keras.Model(image, features, name=OBJECTS)


def _objects(size: int, weights: str):
    model = build_objects(size)
    if weights == "stored":
        head_weights, encoder_weights = stored_objects()
        model.set_weights(encoder_weights)
    return model


def stored_objects() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What tools/train_objects_encoder.py kept: head's weights, encoder's."""
    try:
        with np.load(STORED) as file:
            arrays = [file[f"w{k:02d}"].astype("float32") for k in range(27)]
    except (OSError, ValueError, KeyError) as error:
        raise CourseError(
            f"The encoder {STORED.name} cannot be read: {error}",
            "restore it with `git checkout -- lib`, or train it again: "
            "python tools/train_objects_encoder.py",
        ) from None
    return arrays[:2], arrays[2:]


def run(
    model, images, title: str = "", size: int = 100, keep: bool = False
) -> np.ndarray:
    """What a model gives for pictures that may lie on disk.

    With a ``title`` there is a bar, if there is much to do. With ``keep``
    each ``size`` outputs are stored in the cache: asked again, also after an
    interruption, it goes on behind them. Only for a model that does not
    learn; its name stands for its weights.
    """
    pieces = []
    watched = title and len(images) > 3 * size and not in_replay()
    shown = bar(title, len(images), sizes=False) if watched else None
    with shown or contextlib.nullcontext(lambda count: None) as advance:
        for start in range(0, len(images), size):
            pixels = np.asarray(images[start : start + size], "float32")
            kept = keep and not in_replay()
            pieces.append((_kept if kept else _made)(model, pixels))
            advance(len(pixels))
    return np.concatenate(pieces)


def _made(model, pixels: np.ndarray) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(model(pixels, training=False))


def _kept(model, pixels: np.ndarray) -> np.ndarray:
    """As ``_made``, from the cache if it is there."""
    named = hashlib.sha256(model.name.encode() + pixels.tobytes())
    path = paths.cache_dir() / "features" / f"{named.hexdigest()[:32]}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):  # or damaged
        return np.load(path, allow_pickle=False)
    made = _made(model, pixels)
    with contextlib.suppress(OSError), replacing(path) as part:  # no room
        np.save(part, made)
    return made
