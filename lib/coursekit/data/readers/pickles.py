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

# What reading a damaged or foreign file may raise.
_DAMAGED = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)
# A list of whole numbers: "]", where to remember it, and then numbers of
# one, two or four bytes, one (a) or many (between "(" and "e") at a time.
_NUMBER = rb"(?:K.|M..|J....)"
_NUMBERS = re.compile(
    rb"\](?:q.|r....|\x94)?((?:\(%b+e|%ba)+)" % (_NUMBER, _NUMBER), re.DOTALL
)

_PIECE = 1_000_000  # bytes of a large text that are decoded at once
# What follows a text that is to be encoded: where to remember it, "latin1"
# or where that was remembered, and the call of a function with these two.
_LATIN1 = re.compile(
    rb"(?:q.|r....)?(?:X\x06\0\0\0latin1(?:q.|r....)?|h.|j....)"
    rb"\x86(?:q.|r....)?R",
    re.DOTALL,
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which data have no need of"
            )
        if module == "_codecs":
            return _encode
        return super().find_class(module, name)


def _encode(text: str | bytes, encoding: str) -> bytes:
    """Bytes of a text; what _Window has encoded already stays."""
    if isinstance(text, str):
        return text.encode(encoding)
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"a text is to become {encoding}")
    return text


class _Window:
    """A mapped file for the unpickler, read in place instead of copied.

    Python 3 writes the pixels of an array (in protocol 2) as a text in
    UTF-8 that is to be encoded in Latin 1. Decoding would need the memory
    three times; such a text is handed out as bytes (opcode B for X).
    """

    def __init__(self, mapped: mmap.mmap):
        self.mapped = mapped
        self.view = memoryview(mapped)
        self.place = 0
        self.ahead: list[Any] = []  # what the next reads return

    def read(self, count: int) -> Any:
        if self.ahead:
            return self.ahead.pop(0)
        start, self.place = self.place, self.place + count
        found = self.view[start : self.place]
        if count == 1 and found == b"X":
            return self._text(start) or found
        return found

    def _text(self, start: int) -> bytes:
        """Opcode B, and its bytes put ahead; b"" for any other text."""
        size = int.from_bytes(self.view[start + 1 : start + 5], "little")
        first, last = start + 5, start + 5 + size
        if size < _PIECE or not _LATIN1.match(self.mapped, last):
            return b""
        content = _latin1(self.view[first:last])
        self.ahead = [len(content).to_bytes(4, "little"), content]
        self.place = last
        return b"B"

    def readinto(self, target: Any) -> int:
        target[:] = self.read(len(target))
        return len(target)

    def readline(self) -> bytes:
        end = self.mapped.find(b"\n", self.place) + 1
        return self.read(end - self.place).tobytes() if end else b""


def _latin1(text: memoryview) -> memoryview:
    """What a text in UTF-8 is in Latin 1, a piece at a time."""
    codes = np.frombuffer(text, "uint8")
    pieces = range(0, len(codes), _PIECE)
    followers = sum(
        np.count_nonzero(codes[start : start + _PIECE] & 0xC0 == 0x80)
        for start in pieces
    )
    content = np.empty(len(codes) - followers, "uint8")
    done = read = 0
    while read < len(codes):
        end = read + _PIECE
        if end < len(codes) and codes[end] & 0xC0 == 0x80:
            end += 1  # not between the two bytes of a character
        piece = bytes(text[read:end]).decode().encode("latin1")
        content[done : done + len(piece)] = np.frombuffer(piece, "uint8")
        done, read = done + len(piece), end
    return content.data


def read_pickle(path: Path) -> Any:
    """The object in a pickle file of arrays and plain Python values.

    Text is read as bytes, as CIFAR's files from Python 2 need. Raises
    CourseError for a damaged file and for one that names anything else.
    """
    try:
        with path.open("rb") as file:
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return _Unpickler(_Window(whole), encoding="bytes").load()
    except _DAMAGED as error:
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
    except _DAMAGED as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> CourseError:
    return CourseError(
        f"{path} cannot be read: {error}.",
        "this is not the published file or it is damaged; remove it and "
        "fetch the set again (`coursekit data fetch`)",
    )
