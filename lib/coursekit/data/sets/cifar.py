"""CIFAR-10 and CIFAR-100: 60,000 real colour photographs, 32x32 pixels.

A. Krizhevsky (2009), Learning multiple layers of features from tiny images,
technical report, University of Toronto.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.data.dataset import Dataset, Families
from coursekit.data.fetch import locate
from coursekit.data.readers import checked
from coursekit.data.readers.pickles import read_pickle
from coursekit.data.records import info, source
from coursekit.data.splits import by_part, held_out

TRAIN, TEST = 50_000, 10_000  # images
_REMEDY = (
    "use the python version of the archive from "
    "https://www.cs.toronto.edu/~kriz/cifar.html"
)


class Edition(NamedTuple):
    """Files of one set, and how they name labels and classes."""

    train: tuple[str, ...]
    test: str
    meta: str
    labels: dict[str, str]  # our name of a label -> the file's
    kinds: dict[str, int]  # our name of a label -> how many classes it has


EDITIONS = {
    "cifar10": Edition(
        tuple(f"data_batch_{number}" for number in range(1, 6)),
        "test_batch",
        "batches.meta",
        {"y": "labels"},
        {"y": 10},
    ),
    "cifar100": Edition(
        ("train",),
        "test",
        "meta",
        {"y": "fine_labels", "superclass": "coarse_labels"},
        {"y": 100, "superclass": 20},
    ),
}
INFO = {name: info(name) for name in EDITIONS}
SOURCE = {name: source(name) for name in EDITIONS}


def load(name: str, validation: int = 5_000, folder=None) -> Dataset:
    """45,000/5,000/10,000 images (n, 32, 32, 3), uint8; y one of 10 or 100.

    The validation images are drawn with a fixed seed, stratified by class.
    Of cifar100, extra["superclass"] is one of 20, a number in
    superclass_names.
    """
    edition = EDITIONS[name]
    found = locate(SOURCE[name], folder)
    train = [found / file for file in edition.train]
    x, labels = _read(train, edition, TRAIN)
    part = held_out(labels["y"], validation)
    learned, held = by_part(part, x, **labels, parts=2)
    x, labels = _read([found / edition.test], edition, TEST)
    (test,) = by_part(np.zeros(TEST), x, **labels, parts=1)
    names = _class_names(found / edition.meta, edition)
    if "superclass" not in names:
        return Dataset(INFO[name], learned, held, test, names["y"])
    parts = learned, held, test
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


def _class_names(path: Path, edition: Edition) -> dict[str, tuple[str, ...]]:
    """The names in a meta file, with spaces: "maple tree"."""
    meta, names = read_pickle(path), {}
    with checked.reading(path, _REMEDY):
        for label, kinds in edition.kinds.items():
            key = edition.labels[label].replace("labels", "label_names")
            texts = [text.decode() for text in meta[key.encode()]]
            if len(set(texts)) != kinds:
                raise ValueError(
                    f"it has {len(set(texts))} names in {key}, expected "
                    f"{kinds}"
                )
            names[label] = tuple(text.replace("_", " ") for text in texts)
    return names
