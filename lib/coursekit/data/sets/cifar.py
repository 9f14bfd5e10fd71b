"""Reading CIFAR-10 and CIFAR-100, which share a format.

A. Krizhevsky (2009), Learning multiple layers of features from tiny images,
technical report, University of Toronto.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Split
from coursekit.data.readers.pickles import read_pickle
from coursekit.data.splits import held_out
from coursekit.errors import CourseError

BASE = "https://www.cs.toronto.edu/~kriz/"
TRAIN, TEST = 50_000, 10_000  # images


def read_batches(
    paths: list[Path], keys: Mapping[str, str], count: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Images (count, 32, 32, 3) of several batch files, and their labels.

    ``keys`` maps our name of a label to the file's. The images are a view
    of the files' layout (channels first); taking a split copies them.
    """
    blocks: list[np.ndarray] = []
    labels: dict[str, list[np.ndarray]] = {name: [] for name in keys}
    for path in paths:
        batch = read_pickle(path)
        try:
            blocks.append(batch[b"data"].reshape(-1, 3, 32, 32))
            for name, key in keys.items():
                labels[name].append(np.array(batch[key.encode()], "int64"))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _strange(path, f"it lacks {error}") from error
    images = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    y = {name: np.concatenate(parts) for name, parts in labels.items()}
    if any(len(part) != count for part in [images, *y.values()]):
        raise _strange(paths[0], f"{len(images):,} images, not {count:,}")
    return images.transpose(0, 2, 3, 1), y


def split(
    images: np.ndarray, labels: dict[str, np.ndarray], kept: np.ndarray
) -> Split:
    """A split of the examples where ``kept`` (n,) is True.

    y is "label", further labels are extra. Copies block by block: indexing
    a transposed array at once would need the memory twice.
    """
    rows = np.flatnonzero(kept)
    x = np.empty((len(rows), *images.shape[1:]), images.dtype)
    for start in range(0, len(rows), 1_000):
        x[start : start + 1_000] = images[rows[start : start + 1_000]]
    y = {name: values[rows] for name, values in labels.items()}
    return Split(x, y.pop("label"), y)


def load_splits(
    train: list[Path], test: Path, keys: Mapping[str, str], validation: int
) -> tuple[Split, Split, Split]:
    """Train, validation (drawn with a seed, stratified) and test splits."""
    images, labels = read_batches(train, keys, TRAIN)
    held = held_out(labels["label"], validation)
    parts = split(images, labels, ~held), split(images, labels, held)
    del images
    images, labels = read_batches([test], keys, TEST)
    return *parts, split(images, labels, np.ones(TEST, bool))


def class_names(path: Path, key: str) -> tuple[str, ...]:
    """The names in a meta file, with spaces: "maple tree"."""
    try:
        names = read_pickle(path)[key.encode()]
        return tuple(name.decode().replace("_", " ") for name in names)
    except (KeyError, AttributeError, TypeError) as error:
        raise _strange(path, f"it lacks {key}") from error


def _strange(path: Path, problem: str) -> CourseError:
    return CourseError(
        f"{path} is not a CIFAR file as published: {problem}.",
        "use the python version of the archive from "
        "https://www.cs.toronto.edu/~kriz/cifar.html",
    )
