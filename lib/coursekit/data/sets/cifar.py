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
from coursekit.data.readers.pickles import read_pickle
from coursekit.data.splits import held_out
from coursekit.errors import CourseError

TRAIN, TEST = 50_000, 10_000  # images


class Edition(NamedTuple):
    """Files of one set, and how they name labels and classes."""

    train: tuple[str, ...]
    test: str
    meta: str
    labels: dict[str, str]  # our name of a label -> the file's
    names: dict[str, str]  # our name of a label -> the list of its names


EDITIONS = {
    "cifar10": Edition(
        tuple(f"data_batch_{number}" for number in range(1, 6)),
        "test_batch",
        "batches.meta",
        {"y": "labels"},
        {"y": "label_names"},
    ),
    "cifar100": Edition(
        ("train",),
        "test",
        "meta",
        {"y": "fine_labels", "superclass": "coarse_labels"},
        {"y": "fine_label_names", "superclass": "coarse_label_names"},
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
    images, labels = read_batches(train, edition.labels, TRAIN)
    held = held_out(labels["y"], validation)
    learned, checked = (_split(images, labels, part) for part in (~held, held))
    images, labels = read_batches([found / edition.test], edition.labels, TEST)
    parts = learned, checked, _split(images, labels, np.ones(TEST, bool))
    names = _class_names(found / edition.meta, edition.names)
    if "superclass" not in names:
        return Dataset(INFO[name], *parts, names["y"])
    return Families(
        INFO[name], *parts, names["y"], superclass_names=names["superclass"]
    )


def read_batches(
    paths: Sequence[Path], keys: Mapping[str, str], count: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Images (count, 32, 32, 3) of several batch files, and their labels.

    ``keys`` maps our name of a label to the file's. Raises CourseError for a
    file of another form.
    """
    images: list[np.ndarray] = []
    labels: dict[str, list[np.ndarray]] = {name: [] for name in keys}
    for path in paths:
        batch = read_pickle(path)
        try:
            images.append(batch[b"data"].reshape(-1, 3, 32, 32))
            for name, key in keys.items():
                labels[name].append(np.array(batch[key.encode()], "int64"))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _strange(path, f"it lacks {error}") from error
    x = np.concatenate(images).transpose(0, 2, 3, 1)
    y = {name: np.concatenate(parts) for name, parts in labels.items()}
    if any(len(part) != count for part in [x, *y.values()]):
        raise _strange(paths[0], f"{len(x):,} images, not {count:,}")
    return x, y


def _split(images: np.ndarray, labels: dict, kept: np.ndarray) -> Split:
    """The examples where ``kept`` (n,) is True."""
    chosen = {name: values[kept] for name, values in labels.items()}
    return Split(np.ascontiguousarray(images[kept]), chosen.pop("y"), chosen)


def _class_names(path: Path, keys: Mapping[str, str]) -> dict[str, tuple]:
    """The names in a meta file, with spaces: "maple tree"."""
    meta = read_pickle(path)
    try:
        return {
            name: tuple(
                text.decode().replace("_", " ") for text in meta[key.encode()]
            )
            for name, key in keys.items()
        }
    except (KeyError, AttributeError, TypeError) as error:
        raise _strange(path, f"it lacks {error}") from error


def _strange(path: Path, problem: str) -> CourseError:
    return CourseError(
        f"{path} is not a CIFAR file as published: {problem}.",
        "use the python version of the archive from "
        "https://www.cs.toronto.edu/~kriz/cifar.html",
    )
