"""Parts of a data set: held out by a draw, or in the order of time."""

import hashlib
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.data.dataset import Split
from coursekit.errors import CourseError

SEED = 0  # decides which examples validate, in every set
_MOST = 0.05  # of a part; what a published set shares is far below


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


def by_part(
    part: np.ndarray, x: Any, y: Any, parts: int = 3, **extra: Any
) -> list[Split]:
    """Splits of examples, by the number of the part each belongs to (n,).

    x, y and each ``extra`` are arrays or lists of n.
    """
    splits = []
    for number in range(parts):
        own = part == number
        more = {key: _where(values, own) for key, values in extra.items()}
        splits.append(Split(_where(x, own), _where(y, own), more))
    return splits


def _where(values: Any, mask: np.ndarray) -> Any:
    if isinstance(values, np.ndarray):
        return np.ascontiguousarray(values[mask])
    return list(itertools.compress(values, mask))


def published(
    read: Callable[[str], tuple[Any, np.ndarray]], validation: int
) -> tuple[Split, Split, Split]:
    """A set of published parts, some of "train" held out to validate.

    ``read`` returns x and y of "train" or "test".
    """
    x, y = read("train")
    train, held = by_part(held_out(y, validation), x, y, parts=2)
    return train, held, Split(*read("test"))


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


def assert_disjoint(*parts: Any, strict: bool = True) -> None:
    """Refuse parts of a data set that share examples.

    A part is a Split, a list (of texts, of tuples of words) or an array
    (n, ...) of the inputs as the network gets them. Published sets repeat
    some examples: with ``strict=False`` these are counted and printed, and
    up to a twentieth of a part passes. Raises CourseError for more, for an
    empty part, and for arrays that differ in type or shape: equal examples
    would look different there.
    """
    inputs = [part.x if isinstance(part, Split) else part for part in parts]
    _check_comparable(inputs)
    names = [getattr(part, "name", "") for part in parts]
    names = [name or f"part {n}" for n, name in enumerate(names, start=1)]
    prints = [[_fingerprint(x) for x in part] for part in inputs]
    for i, j in itertools.combinations(range(len(parts)), 2):
        known = set(prints[i])
        shared = sum(example in known for example in prints[j])
        most = 0 if strict else _MOST * min(len(prints[i]), len(prints[j]))
        found = f"{shared:,} of {len(prints[j]):,} examples of {names[j]}"
        if shared > most:
            raise CourseError(
                f"{found} are in {names[i]} too.",
                "keep each example in one part only: what trains or is "
                "chosen by cannot test",
            )
        if shared:
            print(f"{found} are in {names[i]} too")


def _check_comparable(inputs: list[Any]) -> None:
    kinds = {
        (str(part.dtype), tuple(part.shape[1:]))
        if hasattr(part, "dtype")
        else (type(part).__name__, ())
        for part in inputs
    }
    if len(inputs) < 2 or not all(len(part) for part in inputs):
        raise CourseError(
            f"Parts of {[len(part) for part in inputs]} examples prove "
            "nothing.",
            "give two parts or more, none of them empty",
        )
    if len(kinds) > 1:
        raise CourseError(
            f"The parts are not alike: {sorted(kinds)}.",
            "give all parts as they are, or all prepared in the same way",
        )


def _fingerprint(example: Any) -> bytes:
    """A digest, equal for equal examples."""
    if isinstance(example, str):
        content = example.encode()
    elif isinstance(example, list | tuple):
        content = repr(example).encode()
    else:
        content = np.asarray(example).tobytes()
    return hashlib.blake2b(content).digest()
