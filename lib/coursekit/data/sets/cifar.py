"""CIFAR-10 and CIFAR-100: 60,000 real colour photographs, 32x32 pixels.

A. Krizhevsky (2009), Learning multiple layers of features from tiny images,
technical report, University of Toronto.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Families, Split
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers import checked
from coursekit.data.readers.pickles import read_pickle
from coursekit.data.splits import held_out

TRAIN, TEST = 50_000, 10_000  # images


class Edition(NamedTuple):
    """Files of one set, and how they name labels and classes."""

    train: tuple[str, ...]
    test: str
    meta: str
    labels: dict[str, str]  # our name of a label -> the file's
    names: dict[str, str]  # our name of a label -> the list of its names
    kinds: dict[str, int]  # our name of a label -> how many names there are


EDITIONS = {
    "cifar10": Edition(
        tuple(f"data_batch_{number}" for number in range(1, 6)),
        "test_batch",
        "batches.meta",
        {"y": "labels"},
        {"y": "label_names"},
        {"y": 10},
    ),
    "cifar100": Edition(
        ("train",),
        "test",
        "meta",
        {"y": "fine_labels", "superclass": "coarse_labels"},
        {"y": "fine_label_names", "superclass": "coarse_label_names"},
        {"y": 100, "superclass": 20},
    ),
}


def _info(name: str, classes: str, lessons: tuple[str, ...]) -> DatasetInfo:
    return DatasetInfo(
        name=name,
        title=f"60,000 colour photographs, 32x32 pixels, {classes}",
        real=True,
        bundled=False,
        licence="none stated; cite Krizhevsky 2009",
        origin="Krizhevsky 2009, University of Toronto",
        lessons=lessons,
    )


def _source(name: str, inside: str, remote: Remote) -> Source:
    edition = EDITIONS[name]
    return Source(
        name=name,
        files=(*edition.train, edition.test, edition.meta),
        remotes=(remote,),
        inside=inside,
        folders=(inside,),
        keras=(f"datasets/{inside}", f"datasets/{inside}-target"),
        unpacked_megabytes=186,
    )


INFO = {
    "cifar10": _info("cifar10", "10 classes", ()),
    "cifar100": _info("cifar100", "100 classes", ("07",)),
}

_BASE = "https://www.cs.toronto.edu/~kriz/"

SOURCE = {
    "cifar10": _source(
        "cifar10",
        "cifar-10-batches-py",
        Remote(
            f"{_BASE}cifar-10-python.tar.gz",
            170.5,
            "sha256:6d958be074577803d12ecdefd02955f3"
            "9262c83c16fe9348329d7fe0b5c001ce",
            unpack=True,
        ),
    ),
    "cifar100": _source(
        "cifar100",
        "cifar-100-python",
        Remote(
            f"{_BASE}cifar-100-python.tar.gz",
            169.0,
            "sha256:85cd44d02ba6437773c5bbd22e183051"
            "d648de2e7d6b014e1ef29b855ba677a7",
            unpack=True,
        ),
    ),
}


def load(name: str, validation: int = 5_000, folder=None) -> Dataset:
    """45,000/5,000/10,000 images (n, 32, 32, 3), uint8; y one of 10 or 100.

    The validation images are drawn with a fixed seed, stratified by class.
    Of cifar100, extra["superclass"] is one of 20, a number in
    superclass_names.
    """
    edition = EDITIONS[name]
    found = locate(SOURCE[name], folder)
    train = [found / file for file in edition.train]
    images, labels = _read(train, edition, TRAIN)
    held = held_out(labels["y"], validation)
    learned, kept = (_split(images, labels, part) for part in (~held, held))
    images, labels = _read([found / edition.test], edition, TEST)
    parts = learned, kept, _split(images, labels, np.ones(TEST, bool))
    names = _class_names(found / edition.meta, edition)
    if "superclass" not in names:
        return Dataset(INFO[name], *parts, names["y"])
    return Families(
        INFO[name], *parts, names["y"], superclass_names=names["superclass"]
    )


def _read(paths: Sequence[Path], edition: Edition, count: int):
    """Images and labels of one part; its classes are equally frequent."""
    x, y = read_batches(paths, edition.labels, count)
    for name, kinds in edition.kinds.items():
        counts = [count // kinds] * kinds
        y[name] = checked.labels(paths[0], name, y[name], counts)
    return x, y


def read_batches(
    paths: Sequence[Path], keys: Mapping[str, str], count: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Images (count, 32, 32, 3) of several batch files, and their labels.

    ``keys`` maps our name of a label to the file's. Raises CourseError for a
    file of another form.
    """
    images: list[np.ndarray] = []
    labels: dict[str, list[int]] = {name: [] for name in keys}
    size = (count // len(paths), 3 * 32 * 32)
    for path in paths:
        batch = read_pickle(path)
        with checked.reading(path, _REMEDY):
            pixels = checked.values(
                path, "data", batch[b"data"], size, (0, 255)
            )
            images.append(pixels.reshape(-1, 3, 32, 32))
            for name, key in keys.items():
                labels[name] += batch[key.encode()]
    x = np.concatenate(images).transpose(0, 2, 3, 1)
    return x, {name: np.array(found) for name, found in labels.items()}


def _split(images: np.ndarray, labels: dict, kept: np.ndarray) -> Split:
    """The examples where ``kept`` (n,) is True."""
    chosen = {name: values[kept] for name, values in labels.items()}
    return Split(np.ascontiguousarray(images[kept]), chosen.pop("y"), chosen)


def _class_names(path: Path, edition: Edition) -> dict[str, tuple[str, ...]]:
    """The names in a meta file, with spaces: "maple tree"."""
    meta = read_pickle(path)
    names = {}
    with checked.reading(path, _REMEDY):
        for label, key in edition.names.items():
            texts = [text.decode() for text in meta[key.encode()]]
            if len(set(texts)) != edition.kinds[label]:
                raise ValueError(
                    f"it has {len(set(texts))} names in {key}, expected "
                    f"{edition.kinds[label]}"
                )
            names[label] = tuple(text.replace("_", " ") for text in texts)
    return names


_REMEDY = (
    "use the python version of the archive from "
    "https://www.cs.toronto.edu/~kriz/cifar.html"
)
