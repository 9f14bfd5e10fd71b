"""Lesson 10's networks, for its benchmark and for your own pictures.

The same as in the lesson, which builds them in the open; a test holds both
equal. Boxes are left, top, right, bottom in pixels of a 64 x 64 picture.
"""

import importlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from coursekit import lessons
from coursekit.captions import scene_encoder
from coursekit.data.sets import imagenet_weights
from coursekit.errors import CourseError
from coursekit.transfer import encoders

GRID, STEP, KINDS = 8, 8, 13

# ------------------------------------------------------------ detection


def features(images: np.ndarray, encoder=None) -> np.ndarray:
    """Pictures uint8 (n, 64, 64, 3) -> grids of features (n, 8, 8, 64)."""
    encoder = encoder or scene_encoder.headless(scene_encoder.load())
    return encoder.predict(images, 250, verbose=0)["grid"]


def head(width: int = 96, channels: int = 64) -> keras.Model:
    """Grids (n, 8, 8, channels) -> logits and places by name."""
    grid = layers.Input((GRID, GRID, channels), name="grid")
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(grid)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    sizes = {"thing": 1, "place": 4, "kind": KINDS}
    said = {
        name: layers.Conv2D(sizes[name], 1, name=name)(x) for name in sizes
    }
    return keras.Model(grid, said, name="head")


def targets(boxes: np.ndarray, kinds: np.ndarray) -> dict[str, np.ndarray]:
    """What the head should say: boxes (n, t, 4), kinds (n, t)."""
    encode = lessons.module("10", "exercises").encode
    made = list(map(encode, boxes, kinds))
    thing, place, kind = map(np.stack, zip(*made, strict=True))
    return {
        "thing": thing.astype("float32")[..., np.newaxis],
        "place": place.astype("float32"),
        "kind": kind.astype("int32"),
    }


def teach(
    model: keras.Model,
    grids: np.ndarray,
    wanted: dict[str, np.ndarray],
    epochs: int,
    rate: float = 1e-2,
    batch_size: int = 64,
    callbacks: Sequence[Any] = (),
):
    """Fit a head; places and kinds count where there is a thing only."""
    there = wanted["thing"][..., 0]
    steps = max(1, epochs * -(-len(grids) // batch_size))
    torch = keras.config.backend() == "torch"
    rates = keras.optimizers.schedules.CosineDecay(rate, steps)
    model.compile(
        keras.optimizers.Adam(rates),
        loss={
            "thing": keras.losses.BinaryCrossentropy(from_logits=True),
            "place": keras.losses.Huber(0.1),
            "kind": keras.losses.SparseCategoricalCrossentropy(
                from_logits=True
            ),
        },
        loss_weights={"thing": 10.0, "place": 100.0, "kind": 15.0},
        steps_per_execution=1 if torch else min(21, steps),
    )
    return model.fit(
        *(grids, wanted, batch_size, epochs),
        sample_weight={
            "thing": np.ones_like(there),
            "place": there,
            "kind": there,
        },
        verbose=0,
        callbacks=list(callbacks),
    )


def decode(said: dict[str, np.ndarray]):
    """The head's outputs -> boxes (n, 64, 4), scores, kinds (n, 64)."""
    row, column = np.mgrid[:GRID, :GRID]
    dx, dy, width, height = np.moveaxis(said["place"], -1, 0)
    x, y = (column + dx) * STEP, (row + dy) * STEP
    w, h = (STEP * np.exp(np.clip(s, -3, 3)) / 2 for s in (width, height))
    boxes = np.stack([x - w, y - h, x + w, y + h], axis=-1)
    odds = np.exp(said["kind"] - said["kind"].max(axis=-1, keepdims=True))
    kind = odds.argmax(axis=-1)
    sure = odds.max(axis=-1) / odds.sum(axis=-1)
    score = sure / (1 + np.exp(-said["thing"][..., 0]))
    side = GRID * STEP  # a box beside the picture keeps a pixel: never empty
    boxes = boxes.clip([0, 0, 1, 1], [side - 1, side - 1, side, side])
    boxes = boxes.reshape(len(score), -1, 4)
    return boxes, *(a.reshape(len(score), -1) for a in (score, kind))


def detect(model, grids: np.ndarray, least: float = 0.05, most: float = 0.45):
    """For each picture (boxes, scores, kinds), the best first."""
    answers = lessons.module("10", "exercises")
    said = model.predict(grids, 500, verbose=0)
    found = []
    for boxes, scores, kinds in zip(*decode(said), strict=True):
        kept: list[int] = []
        for kind in np.unique(kinds[scores > least]):
            rows = np.flatnonzero((scores > least) & (kinds == kind))
            kept += list(rows[answers.nms(boxes[rows], scores[rows], most)])
        order = sorted(kept, key=lambda k: -scores[k])
        found.append((boxes[order], scores[order], kinds[order]))
    return found


def judged(boxes: np.ndarray, true: np.ndarray, need: float) -> list[bool]:
    """Is each box right? Best first; each true box can be found once.

    A box is compared with the true one that it overlaps most (PASCAL VOC).
    """
    iou = lessons.module("10", "exercises").iou
    right, taken = [], set()
    overlaps = iou(boxes, true) if len(true) else np.zeros((len(boxes), 1))
    for row in overlaps:
        best = int(row.argmax())
        right.append(bool(row[best] >= need and best not in taken))
        if right[-1]:
            taken.add(best)
    return right


def precisions(found, extra: dict[str, Any], need: float = 0.5) -> np.ndarray:
    """Average precision of each kind, (13,)."""
    average_precision = lessons.module("10", "exercises").average_precision
    values = []
    for kind in range(KINDS):
        hits, scores, count = [], [], 0
        for (boxes, sure, kinds), true, named in zip(
            found, extra["boxes"], extra["kinds"], strict=True
        ):
            here, there = kinds == kind, true[named == kind]
            count += len(there)
            hits += judged(boxes[here], there, need)
            scores += list(sure[here])
        order = np.argsort(-np.array(scores), kind="stable")
        values.append(average_precision(np.array(hits, bool)[order], count))
    return np.array(values)


# ---------------------------------------------------------------- style


SEEN = {
    "objects80": ("relu1", "relu2", "relu3", "relu4", "relu5"),
    "mobilenet_v2_0.35": (
        "Conv1_relu",
        "block_1_expand_relu",
        "block_3_expand_relu",
        "block_6_expand_relu",
    ),
    "vgg16": (
        "block1_conv1",
        "block2_conv1",
        "block3_conv1",
        "block4_conv1",
        "block5_conv1",
    ),
}


def sees(name: str = "objects80", size: int = 112) -> keras.Model:
    """Pictures (n, size, size, 3), 0 to 255, to the outputs of some layers.

    Other networks than the kit's own need their ImageNet weights. Raises
    CourseError for an unknown name.
    """
    if name not in SEEN:
        raise CourseError(
            f"There is no network {name!r} to paint with.",
            f"choose one of {', '.join(SEEN)}",
        )
    encoder = _vgg(size) if name == "vgg16" else encoders.load(name, size)
    outputs = [encoder.get_layer(layer).output for layer in SEEN[name]]
    model = keras.Model(encoder.input, outputs, name="sees")
    model.trainable = False
    return model


def _vgg(size: int) -> keras.Model:
    image = layers.Input((size, size, 3))
    module = importlib.import_module("keras.applications.vgg16")
    return keras.applications.VGG16(
        include_top=False,
        weights=str(imagenet_weights.load("vgg16").path),
        input_tensor=module.preprocess_input(image),
    )


class Picture(layers.Layer):
    """Its weights are the pixels of one picture; its input means nothing."""

    def __init__(self, start):
        super().__init__()
        self.pixels = self.add_weight(shape=start.shape)
        self.pixels.assign(start)

    def call(self, nothing):
        return ops.convert_to_tensor(self.pixels)


def gram_of(seen):
    """Features (1, height, width, channels) -> (1, channels, channels)."""
    places = seen.shape[1] * seen.shape[2]
    flat = ops.reshape(seen, (1, places, seen.shape[-1]))
    return ops.transpose(flat, (0, 2, 1)) @ flat / places


def paint(
    network: keras.Model,
    content: np.ndarray,
    style: np.ndarray,
    weight: float = 0.03,
    steps: int = 160,
    layer: int = 3,
) -> np.ndarray:
    """A picture (size, size, 3), uint8, painted from the content on.

    ``weight`` is that of the content; ``layer`` says where it is compared.
    """
    kept = ops.convert_to_numpy(network(content[np.newaxis])[layer])
    grams = [
        ops.convert_to_numpy(gram_of(seen))
        for seen in network(style[np.newaxis])
    ]
    picture = Picture(content[np.newaxis].astype("float32"))
    nothing = layers.Input((1,))
    seen = network(picture(nothing))
    painter = keras.Model(nothing, [seen[layer], *map(gram_of, seen)])
    share = [weight, *len(grams) * [1 / len(grams)]]
    wanted = [kept, *grams]
    painter.compile(
        keras.optimizers.Adam(5.0),
        loss=len(wanted) * ["mse"],
        loss_weights=[
            w / float(np.mean(target**2))
            for w, target in zip(share, wanted, strict=True)
        ],
    )
    for _ in range(steps):
        painter.train_on_batch(np.zeros((1, 1)), wanted)
    pixels = ops.convert_to_numpy(picture.pixels)[0]
    return np.clip(pixels, 0, 255).round().astype("uint8")
