"""CIFAR-10 and CIFAR-100: 60,000 real colour photographs, 32x32 pixels.

A. Krizhevsky (2009), Learning multiple layers of features from tiny images,
technical report, University of Toronto.
"""

from collections.abc import Sequence
from pathlib import Path

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


# Our name of a label -> the file's, and how many classes it has.
LABELS = {
    "cifar10": {"y": ("labels", 10)},
    "cifar100": {
        "y": ("fine_labels", 100),
        "superclass": ("coarse_labels", 20),
    },
}
INFO = {name: info(name) for name in LABELS}
SOURCE = {name: source(name) for name in LABELS}


def load(name: str, validation: int = 5_000, folder=None) -> Dataset:
    """45,000/5,000/10,000 images (n, 32, 32, 3), uint8; y one of 10 or 100.

    The validation images are drawn with a fixed seed, stratified by class.
    Of cifar100, extra["superclass"] is one of 20, a number in
    superclass_names.
    """
    found = locate(SOURCE[name], folder)
    *batches, tested, meta = (found / file for file in SOURCE[name].files)
    x, labels = read(batches, LABELS[name], TRAIN)
    part = held_out(labels["y"], validation)
    train, held = by_part(part, x, **labels, parts=2)
    x, labels = read([tested], LABELS[name], TEST)
    (test,) = by_part(np.zeros(TEST), x, **labels, parts=1)
    names = class_names(meta, LABELS[name])
    if "superclass" not in names:
        return Dataset(INFO[name], train, held, test, names["y"])
    parts = train, held, test
    return Families(
        INFO[name], *parts, names["y"], superclass_names=names["superclass"]
    )


def read(
    paths: Sequence[Path], keys: dict[str, tuple[str, int]], count: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Images (count, 32, 32, 3) of several batch files, and their labels.

    ``keys`` are some of LABELS; the classes of one label are equally
    frequent. Raises CourseError for a file of another form.
    """
    images: list[np.ndarray] = []
    found: dict[str, list[int]] = {name: [] for name in keys}
    size = (count // len(paths), 3 * 32 * 32)
    for path in paths:
        batch = read_pickle(path)
        with checked.reading(path, _REMEDY):
            pixels = batch[b"data"]
            checked.values(path, "data", pixels, size, (0, 255))
            images.append(pixels.reshape(-1, 3, 32, 32))
            for name, (key, _) in keys.items():
                found[name] += batch[key.encode()]
    labels = {
        name: checked.labels(path, name, found[name], [count // kinds] * kinds)
        for name, (_, kinds) in keys.items()
    }
    return np.concatenate(images).transpose(0, 2, 3, 1), labels


def class_names(path: Path, keys: dict) -> dict[str, tuple[str, ...]]:
    """The names in a meta file, with spaces: "maple tree"."""
    meta, names = read_pickle(path), {}
    with checked.reading(path, _REMEDY):
        for label, (key, kinds) in keys.items():
            key = key.replace("labels", "label_names")
            texts = [text.decode() for text in meta[key.encode()]]
            if len(set(texts)) != kinds:
                raise ValueError(
                    f"it has {len(set(texts))} names in {key}, expected "
                    f"{kinds}"
                )
            names[label] = tuple(text.replace("_", " ") for text in texts)
    return names
