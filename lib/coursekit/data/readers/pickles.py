"""Reading pickles without letting them run code.

CIFAR and IMDB are published as Python pickles, a format that may name any
function to call while it is read. Here only what arrays and plain lists
need can be named; everything else is refused.
"""

import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.errors import CourseError

_ADMITTED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),  # how Python 3 writes bytes in protocol 2
}
for _core in ("numpy.core", "numpy._core"):
    _ADMITTED.add((f"{_core}.multiarray", "_reconstruct"))
    _ADMITTED.add((f"{_core}.numeric", "_frombuffer"))
for _kind in ("list", "dict", "tuple", "set", "bytes", "bytearray", "str"):
    _ADMITTED.add(("builtins", _kind))

# What reading a damaged or foreign file may raise.
_DAMAGED = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which data have no need of"
            )
        return super().find_class(module, name)


def read_pickle(path: Path) -> Any:
    """The object in a pickle file of arrays and plain Python values.

    Text is read as bytes, as CIFAR's files from Python 2 need. Raises
    CourseError for a damaged file and for one that names anything else.
    """
    try:
        with path.open("rb") as file:
            return _Unpickler(file, encoding="bytes").load()
    except _DAMAGED as error:
        raise _refused(path, error) from error


def read_objects(path: Path, name: str) -> np.ndarray:
    """An array of plain Python objects, here lists, in an .npz file.

    Raises CourseError as ``read_pickle`` does.
    """
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(f"{name}.npy") as file,
        ):
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("a newer format of NumPy")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if not dtype.hasobject:
                raise ValueError(f"{name} is {dtype} of shape {shape}")
            return _Unpickler(file).load()
    except _DAMAGED as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> CourseError:
    return CourseError(
        f"{path} cannot be read: {error}.",
        "this is not the published file or it is damaged; remove it and "
        "fetch the set again (`coursekit data fetch`)",
    )
