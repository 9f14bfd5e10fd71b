"""What every option, and every file from elsewhere, goes through.

``reading`` turns whatever a decoder raises into a sentence; ``values``
compares an array with what the set's publishers say of it.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.errors import CourseError

AGAIN = (
    "this is not the published file or it is damaged; get the published file "
    "again (`coursekit data fetch`, or copy it once more)"
)


def one_of(known: Iterable, what: str, given: Any) -> None:
    """Raise CourseError unless an option of a set is a known one."""
    if given not in known:
        listed = ", ".join(str(value) for value in known if value)
        raise CourseError(
            f"There is no {what} {given!r}.", f"choose one of {listed}"
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
        if isinstance(error, KeyError):
            said = f"it lacks {said}"
        raise CourseError(f"{path} cannot be read: {said}.", remedy) from error


def read_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """Arrays of an .npz file from elsewhere; never unpickles anything."""
    with reading(path), np.load(path, allow_pickle=False) as stored:
        return [stored[name] for name in names]


def values(
    path: Path,
    name: str,
    found: np.ndarray,
    shape: tuple[int, ...],
    between: tuple[float, float],
    kind: str = "u",
) -> np.ndarray:
    """The array ``found``, if it is what the file should hold.

    ``kind`` are the admitted kinds of numbers, as in dtype.kind; no value is
    outside ``between``. Raises CourseError that says what was found.
    """
    problem: tuple[str, Any]
    if found.shape != shape:
        problem = f"of shape {found.shape}", shape
    elif found.dtype.kind not in kind:
        problem = f"of type {found.dtype}", {"u": "uint8"}.get(kind, "numbers")
    elif not between[0] <= found.min() <= found.max() <= between[1]:
        problem = (
            f"from {found.min()} to {found.max()}",
            f"{between[0]} to {between[1]}",
        )
    else:
        return found
    raise _strange(path, name, *problem)


def labels(
    path: Path, name: str, found: Any, counts: Sequence[int]
) -> np.ndarray:
    """Class numbers int64 (n,), if each class has its published count."""
    between, shape = (0, len(counts) - 1), (sum(counts),)
    y = values(path, name, np.asarray(found), shape, between, "iu")
    held = np.bincount(y, minlength=len(counts)).tolist()
    for number, (had, wanted) in enumerate(zip(held, counts, strict=True)):
        if had != wanted:
            what = f"with class {number} {had:,} times"
            raise _strange(path, name, what, f"{wanted:,}")
    return y.astype("int64")


def _strange(path: Path, name: str, found: str, expected: Any) -> CourseError:
    return CourseError(
        f"{path} holds {name} {found}, expected {expected}.", AGAIN
    )
