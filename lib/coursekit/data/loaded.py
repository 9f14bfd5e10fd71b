"""What is looked at, and said, of every real set once it is loaded."""

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.data.dataset import Dataset, Split
from coursekit.data.readers.checked import AGAIN
from coursekit.errors import CourseError

PARTS = ("train", "validation", "test")


def as_found(loaded: Any, published: bool | None) -> Any:
    """A loaded set, checked, that says what it is and what it lacks.

    ``published``: have its files the published checksums? None when there
    is nothing to compare; only when True its title has the published figure.
    Raises CourseError for labels of no class and values that are no numbers.
    """
    if isinstance(loaded, Dataset):
        for part in PARTS:
            _check(loaded, part)
        notes = [loaded.note, *_gaps(loaded)]
        loaded = replace(loaded, note="; ".join(filter(None, notes)))
    if published:
        return loaded
    kind = "not compared with" if published is None else "not"
    title = f"a copy, {kind} the published file, said to be {loaded.info.kind}"
    return replace(loaded, info=replace(loaded.info, title=title))


def _check(dataset: Dataset, part: str) -> None:
    split, classes = getattr(dataset, part), len(dataset.class_names)
    arrays = [v for v in (split.x, split.y) if isinstance(v, np.ndarray)]
    if len(split.x) != len(split.y):
        what = f"{len(split.x):,} examples with {len(split.y):,} targets"
    elif classes and not _labels(split) <= set(range(classes)):
        what = f"labels other than 0 to {classes - 1}"
    elif not all(np.isfinite(v).all() for v in arrays if v.dtype.kind == "f"):
        what = "values that are no numbers"
    else:
        return
    raise CourseError(
        f"The files of {dataset.name} hold {what} (part {part}).", AGAIN
    )


def _labels(split: Split) -> set[int]:
    """The classes that occur in a part."""
    array = isinstance(split.y, np.ndarray) or not len(split.y)
    return set(np.unique(split.y if array else np.concatenate(split.y)))


def _gaps(dataset: Dataset) -> list[str]:
    """Empty parts, and classes that no training example has."""
    splits = [getattr(dataset, part) for part in PARTS]
    pairs = zip(PARTS, splits, strict=True)
    gaps = [f"nothing in {part}" for part, split in pairs if not len(split.x)]
    if names := dataset.class_names:
        trained, *others = map(_labels, splits)
        if unseen := sorted(set().union(*others) - trained):
            named = ", ".join(names[k] for k in unseen)
            gaps.append(f"no training examples of {named}")
    return gaps
