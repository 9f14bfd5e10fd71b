"""MNIST: 70,000 real handwritten digits, 28x28 pixels, as Keras ships them.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based
learning applied to document recognition, Proc. IEEE 86(11).
"""

from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers import checked
from coursekit.data.records import info, source
from coursekit.data.sets.digits import NAMES, enlarge
from coursekit.data.splits import published

INFO = info("mnist")
SOURCE = source("mnist")

# How many there are of each digit.
COUNTS = {
    "train": (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    "test": (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
}


def load(size: int = 28, validation: int = 5_000, folder=None) -> Dataset:
    """MNIST with ``validation`` of the 60,000 training images held out.

    Returns images of shape (n, size, size, 1), uint8, ink bright on black;
    ``size`` is 28 (as published) or 16 (reduced linearly, for the networks
    of 1989). The validation images are drawn with a fixed seed, stratified
    by digit; the 10,000 test images are the published ones. ``folder``
    holds your own mnist.npz.
    """
    checked.one_of((28, 16), "size in pixels", size)
    path = locate(SOURCE, folder) / "mnist.npz"
    splits = published(lambda part: _read(path, part, size), validation)
    return Dataset(INFO, *splits, NAMES)


def _read(path: Path, part: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, size, size, 1) and digits (n,) of one part."""
    x, y = checked.read_arrays(path, f"x_{part}", f"y_{part}")
    shape = (sum(COUNTS[part]), 28, 28)
    checked.values(path, f"x_{part}", x, shape, (0, 255))
    y = checked.labels(path, f"y_{part}", y, COUNTS[part])
    return enlarge(x, size)[..., np.newaxis], y
