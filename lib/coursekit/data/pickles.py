"""Reading pickles without letting them run code.

CIFAR and IMDB are published as Python pickles, a format that may name any
function to call while it is read. Here only what arrays and plain lists
need can be named; everything else is refused.
"""

import io
import mmap
import pickle
import re
import zipfile
from collections.abc import Iterator
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

# A list of whole numbers: "]", where to remember it, and then numbers of
# one, two or four bytes, one (a) or many (between "(" and "e") at a time.
_NUMBER = rb"(?:K.|M..|J....)"
_NUMBERS = re.compile(
    rb"\](?:q.|r....|\x94)?((?:\(%b+e|%ba)+)" % (_NUMBER, _NUMBER), re.DOTALL
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which data have no need of"
            )
        return super().find_class(module, name)


class _Window:
    """A mapped file for the unpickler, read in place instead of copied."""

    def __init__(self, mapped: mmap.mmap):
        self.mapped = mapped
        self.view = memoryview(mapped)
        self.place = 0

    def read(self, count: int) -> Any:
        self.place += count
        return self.view[self.place - count : self.place]

    def readinto(self, target: Any) -> int:
        target[:] = self.read(len(target))
        return len(target)

    def readline(self) -> bytes:
        end = self.mapped.find(b"\n", self.place) + 1
        return self.read(end - self.place).tobytes() if end else b""


def read_pickle(path: Path) -> Any:
    """The object in a pickle file of arrays and plain Python values.

    Text is read as bytes, as CIFAR's files from Python 2 need. Raises
    CourseError for a damaged file and for one that names anything else.
    """
    try:
        with path.open("rb") as file:
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return _Unpickler(_Window(whole), encoding="bytes").load()
    except (pickle.UnpicklingError, EOFError, ValueError, OSError) as error:
        raise _refused(path, error) from error


def read_number_lists(path: Path, name: str) -> Iterator[list[int]]:
    """The lists of an array of lists of whole numbers in an .npz file.

    One list after the other, since all of IMDB's at once would occupy four
    times the memory of its texts. Only what has the form of such a list
    reaches the unpickler; CourseError if there are fewer than the array has.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            file = archive.open(f"{name}.npy")
            version = np.lib.format.read_magic(file)
            if version != (1, 0):
                raise ValueError(f"format version {version}")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if not dtype.hasobject or len(shape) != 1:
                raise ValueError(f"{name} is {dtype} of shape {shape}")
            stored = file.read()
        count = 0
        for found in _NUMBERS.finditer(stored):
            count += 1
            yield _Unpickler(io.BytesIO(b"\x80\x02]%b." % found[1])).load()
        if count != shape[0]:
            raise ValueError(
                f"{name} holds {count:,} lists of numbers, not {shape[0]:,}"
            )
    except (
        pickle.UnpicklingError,
        zipfile.BadZipFile,
        EOFError,
        KeyError,
        ValueError,
        OSError,
    ) as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> CourseError:
    return CourseError(
        f"{path} cannot be read: {error}.",
        "this is not the published file or it is damaged; remove it and "
        "fetch the set again (`coursekit data fetch`)",
    )
