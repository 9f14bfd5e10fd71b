"""Held-out parts, drawn with a seed, each class in proportion."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.data.dataset import Split
from coursekit.errors import CourseError


def held_out(y: np.ndarray, count: int) -> np.ndarray:
    """Boolean mask (n,) of the ``count`` examples held out to validate.

    The draw is the same every time. Raises CourseError when ``count`` is
    not between 0 and half of the examples.
    """
    if not 0 <= count <= len(y) // 2:
        raise CourseError(
            f"validation={count} does not fit the {len(y):,} examples.",
            f"choose a number from 0 to {len(y) // 2:,}",
        )
    return stratified_holdout(y, count, seed=0)


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


def stratified_holdout(
    y: Sequence[int] | np.ndarray, count: int, seed: int
) -> np.ndarray:
    """Boolean mask (n,) of ``count`` examples, each class in proportion."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    # Sorting by class and taking evenly spaced places gives every class
    # its share to within one example.
    by_class = order[np.argsort(np.ravel(y)[order], kind="stable")]
    places = np.linspace(0, len(y), count, endpoint=False).astype(int)
    mask = np.zeros(len(y), dtype=bool)
    mask[by_class[places]] = True
    return mask
