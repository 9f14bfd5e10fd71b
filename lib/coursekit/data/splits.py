"""Parts of a data set: held out by a draw, or in the order of time."""

import itertools
from typing import Any

import numpy as np

from coursekit.data.dataset import Split
from coursekit.errors import CourseError

SEED = 0  # decides which examples validate, in every set


def held_out(y: np.ndarray, count: int) -> np.ndarray:
    """Boolean mask (n,) of the ``count`` examples held out to validate.

    Each class in proportion; the draw is the same every time. Raises
    CourseError when ``count`` is not between 0 and half of the examples.
    """
    if not 0 <= count <= len(y) // 2:
        raise CourseError(
            f"validation={count} does not fit the {len(y):,} examples.",
            f"choose a number from 0 to {len(y) // 2:,}",
        )
    order = np.random.default_rng(SEED).permutation(len(y))
    # Sorting by class and taking evenly spaced places gives every class
    # its share to within one example.
    by_class = order[np.argsort(np.ravel(y)[order], kind="stable")]
    places = np.linspace(0, len(y), count, endpoint=False).astype(int)
    mask = np.zeros(len(y), dtype=bool)
    mask[by_class[places]] = True
    return mask


def hold_out(x: Any, y: np.ndarray, count: int) -> tuple[Split, Split]:
    """(train, validation) of x and y, arrays or lists of one length."""
    held = held_out(y, count)
    train, validation = (
        Split(_where(x, mask), _where(y, mask)) for mask in (~held, held)
    )
    return train, validation


def _where(values: Any, mask: np.ndarray) -> Any:
    if isinstance(values, np.ndarray):
        return values[mask]
    return [value for value, kept in zip(values, mask, strict=True) if kept]


def in_order(length: int, *ends: float) -> list[slice]:
    """Parts that follow each other, up to each share in ``ends``."""
    bounds = [0, *(int(length * end) for end in ends), length]
    return [slice(*pair) for pair in itertools.pairwise(bounds)]


def over_time(
    x: np.ndarray, y: np.ndarray, **extra
) -> tuple[Split, Split, Split]:
    """Train, validation, test: the first 70 % of the time, then 15 % each."""
    train, validation, test = (
        Split(x[part], y[part], {k: v[part] for k, v in extra.items()})
        for part in in_order(len(x), 0.7, 0.85)
    )
    return train, validation, test


def next_character(text: str) -> Split:
    """x is the text, y the same text one character later."""
    return Split(text[:-1], text[1:])
