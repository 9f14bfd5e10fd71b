"""What every file from elsewhere goes through: whole, and as published.

``reading`` turns whatever a decoder raises into a sentence; ``values``
compares an array with what the set's publishers say of it.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.errors import CourseError

AGAIN = (
    "this is not the published file or it is damaged; get the published file "
    "again (`coursekit data fetch`, or copy it once more)"
)


@contextlib.contextmanager
def reading(path: Path, remedy: str = AGAIN) -> Iterator[None]:
    """Whatever is raised inside becomes a CourseError that names the file."""
    try:
        yield
    except CourseError:
        raise
    except Exception as error:  # decoders raise whatever they stumble upon
        said = str(error).rstrip(".") or type(error).__name__
        raise CourseError(f"{path} cannot be read: {said}.", remedy) from error


def values(
    path: Path,
    name: str,
    found: Any,
    shape: tuple[int, ...],
    between: tuple[float, float],
    kind: str = "u",
) -> np.ndarray:
    """The array ``found``, if it is what the file should hold.

    ``kind`` are the admitted kinds of numbers, as in dtype.kind; no value is
    outside ``between``. Raises CourseError that says what was found.
    """
    array = np.asarray(found)
    if array.shape != shape:
        raise _strange(path, name, f"of shape {array.shape}", shape)
    if array.dtype.kind not in kind:
        wanted = "/".join(_KINDS[letter] for letter in kind)
        raise _strange(path, name, f"of type {array.dtype}", wanted)
    low, high = array.min(), array.max()
    if not (between[0] <= low and high <= between[1]):  # nan is refused too
        wanted = f"{between[0]} to {between[1]}"
        raise _strange(path, name, f"from {low} to {high}", wanted)
    return array


def labels(
    path: Path, name: str, found: Any, counts: Sequence[int]
) -> np.ndarray:
    """Class numbers int64 (n,), if each class has its published count."""
    y = values(
        path, name, found, (sum(counts),), (0, len(counts) - 1), kind="iu"
    ).astype("int64")
    held = np.bincount(y, minlength=len(counts)).tolist()
    if held != list(counts):
        number = next(k for k, n in enumerate(counts) if held[k] != n)
        raise _strange(
            path,
            name,
            f"with {held[number]:,} examples of class {number}",
            f"{counts[number]:,}",
        )
    return y


_KINDS = {"u": "unsigned", "i": "whole numbers", "f": "fractions"}


def _strange(path: Path, name: str, found: str, expected: Any) -> CourseError:
    return CourseError(
        f"{path} holds {name} {found}, expected {expected}.", AGAIN
    )
