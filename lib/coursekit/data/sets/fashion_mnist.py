"""Fashion-MNIST: 70,000 real pictures of clothes, 28x28 pixels.

H. Xiao, K. Rasul and R. Vollgraf (2017), Fashion-MNIST: a novel image
dataset for benchmarking machine learning algorithms, arXiv:1708.07747.
"""

import gzip
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers import checked
from coursekit.data.splits import hold_out

INFO = DatasetInfo(
    name="fashion_mnist",
    title="70,000 pictures of clothes, 28x28 pixels",
    real=True,
    bundled=False,
    licence="MIT",
    origin="Zalando Research 2017, Keras' mirror",
)

CLASSES = (
    *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)

_BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
# file -> megabytes, sha256
_FILES = {
    "train-images-idx3-ubyte.gz": (
        26.4,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    "train-labels-idx1-ubyte.gz": (
        0.03,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    "t10k-images-idx3-ubyte.gz": (
        4.4,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        0.01,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
}

SOURCE = Source(
    name="fashion_mnist",
    files=tuple(_FILES),
    remotes=tuple(
        Remote(f"{_BASE}{file}", megabytes, f"sha256:{digest}")
        for file, (megabytes, digest) in _FILES.items()
    ),
    folders=("fashion-mnist",),
    keras=("datasets/fashion-mnist",),
)


def load(validation: int = 5_000, folder=None) -> Dataset:
    """55,000/5,000/10,000 images (n, 28, 28, 1), uint8, bright on black.

    The validation images are drawn with a fixed seed, stratified by class.
    """
    found = locate(SOURCE, folder)
    x, y = _read(found, "train", 60_000)
    train, held = hold_out(x, y, validation)
    test = Split(*_read(found, "t10k", 10_000))
    return Dataset(INFO, train, held, test, CLASSES)


def _read(
    folder: Path, part: str, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes; each class has a tenth of them."""
    images = _idx(folder / f"{part}-images-idx3-ubyte.gz", (count, 28, 28, 1))
    path = folder / f"{part}-labels-idx1-ubyte.gz"
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
