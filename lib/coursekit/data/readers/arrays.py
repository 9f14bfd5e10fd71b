"""Reading arrays from files that come from elsewhere."""

import zipfile
from pathlib import Path

import numpy as np

from coursekit.errors import CourseError

_REMEDY = (
    "this is not the published file or it is damaged; remove it and fetch "
    "the set again (`coursekit data fetch`)"
)


def read_arrays(path: Path, **shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Arrays of an .npz file from elsewhere, their shapes checked.

    ``read_arrays(path, x_train=(60000, 28, 28))``; never unpickles anything.
    Raises CourseError when the file is damaged or holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = [stored[name] for name in shapes]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as e:
        raise CourseError(f"{path} cannot be read: {e}", _REMEDY) from e
    for array, (name, shape) in zip(arrays, shapes.items(), strict=True):
        if array.shape != shape:
            raise CourseError(
                f"{path} holds {name} of shape {array.shape}, "
                f"expected {shape}.",
                _REMEDY,
            )
    return arrays
