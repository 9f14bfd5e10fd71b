"""Reading pickles without letting them run code.

CIFAR and IMDB are published as Python pickles, a format that may name any
function to call while it is read. Here only what arrays and plain lists
need can be named; everything else is refused.
"""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.data.readers.checked import reading

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
    with reading(path), path.open("rb") as file:
        return _Unpickler(file, encoding="bytes").load()


def read_objects(path: Path, name: str) -> np.ndarray:
    """An array of plain Python objects, here lists, in an .npz file.

    Raises CourseError as ``read_pickle`` does.
    """
    with (
        reading(path),
        zipfile.ZipFile(path) as archive,
        archive.open(f"{name}.npy") as file,
    ):
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("a newer format of NumPy")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if not dtype.hasobject:
            raise ValueError(f"{name} is {dtype} of shape {shape}")
        return _Unpickler(file).load()
