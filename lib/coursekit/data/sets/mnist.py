"""MNIST: 70,000 real handwritten digits, 28x28 pixels, as Keras ships them.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based
learning applied to document recognition, Proc. IEEE 86(11).
"""

from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers import checked
from coursekit.data.readers.arrays import read_arrays
from coursekit.data.sets.digits import enlarge
from coursekit.data.splits import hold_out
from coursekit.errors import CourseError

INFO = DatasetInfo(
    name="mnist",
    title="70,000 handwritten digits, 28x28 pixels",
    real=True,
    bundled=False,
    licence="CC BY-SA 3.0",
    origin="keras.datasets.mnist (LeCun et al. 1998)",
    lessons=("01", "03", "04", "05"),
)

# How many there are of each digit.
COUNTS = {
    "train": (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    "test": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
}

SOURCE = Source(
    name="mnist",
    files=("mnist.npz",),
    remotes=(
        Remote(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
            "mnist.npz",
            11.5,
            "sha256:731c5ac602752760c8e48fbffcf8c3b8"
            "50d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    keras=("datasets",),
)


def load(size: int = 28, validation: int = 5_000, folder=None) -> Dataset:
    """MNIST with ``validation`` of the 60,000 training images held out.

    Returns images of shape (n, size, size, 1), uint8, ink bright on black;
    ``size`` is 28 (as published) or 16 (reduced linearly, for the networks
    of 1989). The validation images are drawn with a fixed seed, stratified
    by digit; the 10,000 test images are the published ones. ``folder``
    holds your own mnist.npz.
    """
    if size not in (16, 28):
        raise CourseError(
            f"MNIST comes in 28 or 16 pixels, not in {size!r}.",
            'write ck.data.load("mnist", size=28)',
        )
    path = locate(SOURCE, folder) / "mnist.npz"
    x, y = _read(path, "train")
    train, validation_split = hold_out(_resize(x, size), y, validation)
    x, y = _read(path, "test")
    test = Split(_resize(x, size), y)
    names = tuple(str(digit) for digit in range(10))
    return Dataset(INFO, train, validation_split, test, names)


def _read(path: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) and digits (n,) of one part, as published."""
    x, y = read_arrays(path, f"x_{part}", f"y_{part}")
    counts = COUNTS[part]
    shape = (sum(counts), 28, 28)
    return (
        checked.values(path, f"x_{part}", x, shape, (0, 255)),
        checked.labels(path, f"y_{part}", y, counts),
    )


def _resize(images: np.ndarray, size: int) -> np.ndarray:
    if size != images.shape[1]:
        images = enlarge(images, size)
    return images[..., np.newaxis]
