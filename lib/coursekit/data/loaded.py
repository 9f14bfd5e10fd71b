"""What is looked at, and said, of every real set once it is loaded."""

from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.data.dataset import Dataset
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
    kind = (
        "not the published file"
        if published is False
        else "your own copy, not compared with the published file"
    )
    title = f"{kind}, said to be {loaded.info.kind}"
    return replace(loaded, info=replace(loaded.info, title=title))


def _check(dataset: Dataset, part: str) -> None:
    split, most = getattr(dataset, part), len(dataset.class_names) - 1
    if len(split.x) != len(split.y):
        what = f"{len(split.x):,} examples with {len(split.y):,} targets"
    elif most >= 0 and not set(_classes(split)) <= set(range(most + 1)):
        what = f"labels other than 0 to {most}"
    elif any(
        isinstance(values, np.ndarray)
        and values.dtype.kind == "f"
        and not np.isfinite(values).all()
        for values in (split.x, split.y)
    ):
        what = "values that are no numbers"
    else:
        return
    raise CourseError(
        f"The files of {dataset.name} hold {what} (part {part}).", AGAIN
    )


def _classes(split) -> list[int]:
    """The classes that occur in a part, in order."""
    if not len(split.y):
        return []
    flat = split.y
    if not isinstance(flat, np.ndarray):
        flat = np.concatenate(flat)
    return np.unique(flat).tolist()


def _gaps(dataset: Dataset) -> list[str]:
    """Empty parts, and classes that no training example has."""
    gaps = [
        f"nothing in {part}"
        for part in PARTS
        if not len(getattr(dataset, part).x)
    ]
    if dataset.class_names:
        later = {*_classes(dataset.validation), *_classes(dataset.test)}
        unseen = sorted(later - set(_classes(dataset.train)))
        if unseen:
            named = ", ".join(dataset.class_names[k] for k in unseen)
            gaps.append(f"no training examples of {named}")
    return gaps
