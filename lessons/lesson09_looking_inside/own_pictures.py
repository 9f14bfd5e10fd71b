"""Your own pictures: what a network says of them, and where it looked.

``explain("my_pictures")`` takes a folder of pictures, or one picture.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from coursekit import lessons, paths
from coursekit.data.readers.pictures import ENDINGS, open_picture
from coursekit.data.sets import objects100
from coursekit.errors import CourseError
from coursekit.figures.style import CourseFigure
from coursekit.transfer import encoders

MOST = 8  # pictures a figure has room for


def explain(
    path: str | Path,
    model: Any = None,
    names: Sequence[str] = (),
    size: int = 0,
) -> CourseFigure:
    """Each picture with the answer, its Grad-CAM and its occlusion map.

    ``path`` is a picture or a folder; of a folder the first eight. ``model``
    is a Keras model, float pixels from 0 to 255 (n, side, side, 3) to logits
    of ``names``, by default the kit's network for eighty drawn kinds.
    ``size`` is the side of the grey patch, by default a quarter of the
    picture. Raises CourseError for files that cannot be read, for names that
    do not fit the model, and for a model without maps.
    """
    if model is None:
        model, names = kit_network()
    side, count = model.input_shape[1], model.output_shape[-1]
    if len(names) != count:
        raise CourseError(
            f"There are {len(names)} names, and the model has {count} "
            "outputs.",
            "give as many names as outputs, in the order of the training",
        )
    if not side or model.input_shape[1:] != (side, side, 3):
        raise CourseError(
            f"The model takes {model.input_shape[1:]}, expected is "
            "(side, side, 3).",
            "give a model of square colour pictures of one size",
        )
    size = size or side // 4
    if not 1 <= size <= side:
        raise CourseError(
            f"A patch of {size} pixels does not fit {side} pixels.",
            f"give a size from 1 to {side}",
        )
    files, pictures = read(path, side)
    logits = outputs(model, pictures)
    said = logits.argmax(axis=1)
    sure = softmax(logits)[np.arange(len(said)), said]
    heats = {
        "Grad-CAM": grad_cam(model, pictures, said),
        "occlusion": occlusion(model, pictures, said, size),
    }
    titles = [
        f"{file.stem[:12]}:\n{names[k]} {chance:.2f}"
        for file, k, chance in zip(files, said, sure, strict=True)
    ]
    summary = (
        f"{len(files)} pictures, what the network says, and where it looked "
        "by Grad-CAM and by occlusion"
    )
    figures = lessons.module("09", "figures")
    return figures.maps(pictures, heats, titles, None, summary)


def read(path: str | Path, side: int) -> tuple[list[Path], np.ndarray]:
    """The files, and their pictures (n, side, side, 3), uint8.

    Raises CourseError, which names the file, and what was expected.
    """
    path = paths.expanded(path)
    kinds = ", ".join(ENDINGS)
    if not path.exists():
        raise CourseError(
            f"There is no {path.name or path}.",
            "give the path of a picture, or of a folder of pictures",
        )
    files = [path]
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in ENDINGS and not file.name.startswith(".")
        )
        if not files:
            raise CourseError(
                f"The folder {path.name} has no pictures, expected are "
                f"files that end in {kinds}.",
                "put pictures into it, not into folders below it",
            )
    if len(files) > MOST:
        print(f"{len(files)} pictures; the first {MOST} are explained")
        files = files[:MOST]
    opened = [open_picture(file, at_least=side) for file in files]
    return files, np.stack(
        [np.asarray(p.resize((side, side))) for p in opened]
    )


def kit_network() -> tuple[Any, list[str]]:
    """The network of lesson 08, and its eighty kinds."""
    head, weights = encoders.stored_objects()
    encoder = encoders.build_objects()
    encoder.set_weights(weights)
    logits = layers.Dense(80, name="head")
    model = keras.Model(encoder.input, logits(encoder.output))
    logits.set_weights(head)
    known = [n for k, n in enumerate(objects100.CLASSES) if k % 5 < 4]
    return model, known


def outputs(model: Any, x: np.ndarray) -> np.ndarray:
    return ops.convert_to_numpy(model(np.asarray(x, "float32")))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities; outputs that are some already stay as they are."""
    if (logits >= 0).all() and np.allclose(logits.sum(axis=1), 1, atol=1e-3):
        return logits
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def grad_cam(model: Any, x: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Heat (n, side, side) by the last layer of the model that has maps."""
    found = [k for k in model.layers if len(k.output.shape) == 4]
    if not found or found[-1] is model.layers[0]:
        raise CourseError(
            "The model has no layer with maps (n, height, width, channels).",
            "give a convolutional model, built of layers in one keras.Model",
        )
    gradient = lessons.module("09", "gradients").gradient
    middle = found[-1].output
    maps = outputs(keras.Model(model.input, middle), x)
    upper = keras.Model(middle, model.output)
    chosen = ops.one_hot(kinds, model.output_shape[-1])
    slopes = gradient(lambda a: ops.sum(upper(a) * chosen, axis=-1), maps)[1]
    weights = slopes.mean(axis=(1, 2), keepdims=True)
    heat = np.maximum((weights * maps).sum(axis=-1), 0)
    return enlarged(heat, x.shape[1])


def enlarged(heat: np.ndarray, side: int) -> np.ndarray:
    """(n, rows, columns) over (n, side, side): lesson 09's, for any side."""
    weights = []
    for count in heat.shape[1:]:
        stride = side / count
        place = (np.arange(side) - (stride - 1)) / stride
        place = np.clip(place, 0, count - 1)[:, np.newaxis]
        weights.append(np.clip(1 - np.abs(place - np.arange(count)), 0, None))
    return np.einsum("ia,nab,jb->nij", weights[0], heat, weights[1])


def occlusion(
    model: Any, x: np.ndarray, kinds: np.ndarray, size: int
) -> np.ndarray:
    """How far the chance of a kind falls where a grey patch lies."""
    rows, side = np.arange(len(x)), x.shape[1]
    before = softmax(outputs(model, x))[rows, kinds]
    falls = np.zeros(x.shape[:3])
    covered = np.zeros(x.shape[1:3])
    stride = max(1, size // 2)
    starts = sorted({*range(0, side - size + 1, stride), side - size})
    for top in starts:
        for left in starts:
            part = slice(top, top + size), slice(left, left + size)
            hidden = x.astype("float32")
            hidden[:, *part] = 127.5
            fall = before - softmax(outputs(model, hidden))[rows, kinds]
            falls[:, *part] += fall[:, np.newaxis, np.newaxis]
            covered[part] += 1
    return falls / covered
