"""Fashion-MNIST: 70,000 real pictures of clothes, 28x28 pixels.

H. Xiao, K. Rasul and R. Vollgraf (2017), Fashion-MNIST: a novel image
dataset for benchmarking machine learning algorithms, arXiv:1708.07747.
"""

import gzip
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers import checked
from coursekit.data.records import info, source
from coursekit.data.splits import published

INFO = info("fashion_mnist")
SOURCE = source("fashion_mnist")
CLASSES = (
    *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)


def load(validation: int = 5_000, folder=None) -> Dataset:
    """55,000/5,000/10,000 images (n, 28, 28, 1), uint8, bright on black.

    The validation images are drawn with a fixed seed, stratified by class.
    """
    found = locate(SOURCE, folder)
    splits = published(lambda part: _read(found, part), validation)
    return Dataset(INFO, *splits, CLASSES)


def _read(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes; each class has a tenth of them."""
    name, count = {"train": ("train", 60_000), "test": ("t10k", 10_000)}[part]
    images = _idx(folder / f"{name}-images-idx3-ubyte.gz", (count, 28, 28, 1))
    path = folder / f"{name}-labels-idx1-ubyte.gz"
    labels, counts = _idx(path, (count,)), [count // 10] * 10
    return images, checked.labels(path, "classes", labels, counts)


def _idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """A gzipped IDX file (LeCun's format): a header, then the bytes."""
    sizes = shape[:3]
    header = np.array([2048 + len(sizes), *sizes], ">i4").tobytes()
    with checked.reading(path), gzip.open(path) as file:
        found, data = file.read(len(header)), file.read()
        if found != header:
            raise ValueError(
                f"its header is {found.hex(' ', 4)}, not that of "
                f"{shape[0]:,} entries in IDX format, {header.hex(' ', 4)}"
            )
        return np.frombuffer(data, "uint8").reshape(shape)
