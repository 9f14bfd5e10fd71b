"""Image encoders: what turns pictures into a grid of features.

For photographs a network of keras.applications that was trained on
ImageNet, cut below its head; for the kit's scenes the encoder of lessons 21
and 22. An ImageEncoder is called like that one: pictures in, {"grid": ...}
out. Built in lesson 23.
"""

import hashlib
import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit.data.fetch import find
from coursekit.data.sets import imagenet_weights
from coursekit.errors import CourseError


@dataclass(frozen=True)
class Recipe:
    """A network of keras.applications, and where its grid is read off.

    ``module`` holds the preprocessing that belongs to it; ``layer`` is the
    last one by default. ``size``: pixels on a side that it is shown.
    """

    network: str
    module: str
    options: dict[str, Any] = field(default_factory=dict)
    layer: str | None = None
    size: int = 224


# The best first. VGG's grid of 14 x 14 is the one of Xu et al. (2015).
RECIPES = {
    "resnet50": Recipe("ResNet50", "resnet"),
    "vgg16": Recipe("VGG16", "vgg16", layer="block5_conv3"),
    "mobilenet_v2_1.0": Recipe("MobileNetV2", "mobilenet_v2"),
    "mobilenet_v2_0.35": Recipe(
        "MobileNetV2", "mobilenet_v2", {"alpha": 0.35}
    ),
}
SCENES = "scenes"
SMALL = "mobilenet_v2_0.35"


class ImageEncoder:
    """Pictures uint8 (n, height, width, 3) to {"grid": (n, g, g, d)}.

    ``name`` and ``size`` say what it is and how many pixels it is shown;
    ``version`` changes with its weights. The grid is float32.
    """

    def __init__(self, name: str, size: int, version: str, network, scale):
        import tensorflow as tf

        self.name, self.size, self.version = name, size, version
        self.network, self.scale = network, scale
        self._encode = tf.function(self._call, reduce_retracing=True)

    def __call__(self, images) -> dict[str, Any]:
        return {"grid": self._encode(images)}

    def _call(self, images):
        import tensorflow as tf

        pixels = tf.cast(images, "float32")
        side = (self.size, self.size)
        if tuple(images.shape[1:3]) != side:
            pixels = tf.image.resize(pixels, side)
        return self.network(self.scale(pixels), training=False)


def present() -> list[str]:
    """The encoders whose ImageNet weights are on this machine, best first."""
    return [name for name in RECIPES if find(imagenet_weights.SOURCES[name])]


def choose(wanted: str) -> str:
    """The name of the encoder to use for ``wanted``.

    "best" is the best one of which the weights are here, or the smallest,
    which will be fetched. Any other name is returned if there is such a one.
    """
    if wanted == "best":
        return (*present(), SMALL)[0]
    if wanted != SCENES and wanted not in RECIPES:
        raise CourseError(
            f"There is no encoder {wanted!r}.",
            f"choose one of best, {SCENES}, {', '.join(RECIPES)}",
        )
    return wanted


def load(wanted: str, weights: str | Path | None = "imagenet") -> ImageEncoder:
    """An image encoder by name, see ``choose``.

    ``weights`` "imagenet" are the stored ones; None is a network with
    random weights, to test the code with.
    """
    name = choose(wanted)
    if name == SCENES:
        return _scenes()
    import keras

    recipe = RECIPES[name]
    if weights == "imagenet":
        weights = imagenet_weights.load(name).path
    network = getattr(keras.applications, recipe.network)(
        include_top=False,
        weights=None if weights is None else str(weights),
        input_shape=(recipe.size, recipe.size, 3),
        **recipe.options,
    )
    if recipe.layer:
        grid = network.get_layer(recipe.layer).output
        network = keras.Model(network.input, grid, name=network.name)
    network.trainable = False
    module = importlib.import_module(f"keras.applications.{recipe.module}")
    version = "random" if weights is None else Path(weights).name
    return ImageEncoder(
        name, recipe.size, version, network, module.preprocess_input
    )


def _scenes() -> ImageEncoder:
    """The kit's own encoder: it scales pixels itself."""
    import keras

    from coursekit.captions import scene_encoder

    whole = scene_encoder.headless(scene_encoder.load())
    network = keras.Model(whole.input, whole.output["grid"])
    network.trainable = False
    version = hashlib.sha256(scene_encoder.PATH.read_bytes()).hexdigest()[:16]
    return ImageEncoder(SCENES, 64, version, network, lambda pixels: pixels)
