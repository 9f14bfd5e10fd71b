"""GloVe: word vectors learned from six billion words of English.

J. Pennington, R. Socher and C. D. Manning (2014), GloVe: global vectors for
word representation, Proc. EMNLP.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from coursekit.data.dataset import DatasetInfo
from coursekit.data.fetch import locate
from coursekit.data.readers.checked import reading
from coursekit.data.readers.textfiles import broken, numbered_lines
from coursekit.data.records import info, source
from coursekit.errors import CourseError

INFO = info("glove")
SOURCE = source("glove")


@dataclass(frozen=True, eq=False)
class WordVectors:
    """``vectors`` float32 (n, dimensions); row i is that of ``words[i]``."""

    info: DatasetInfo
    words: tuple[str, ...]
    vectors: np.ndarray

    @cached_property
    def index(self) -> dict[str, int]:
        """Word -> row."""
        return {word: row for row, word in enumerate(self.words)}

    @property
    def provenance(self) -> str:
        count, dimensions = self.vectors.shape
        return (
            f"{self.info.name} (real): {self.info.title}; {count:,} words, "
            f"{dimensions} numbers each; {self.info.licence}"
        )

    def __repr__(self) -> str:
        return self.provenance


def variants(folder: Path) -> list[dict[str, int]]:
    """The options with which something of a folder is read: its least."""
    held = [{"dimensions": size} for size in sorted(_held(folder))]
    return held[:1] or [{}]


def load(
    dimensions: int = 50, words: int | None = None, folder=None
) -> WordVectors:
    """Vectors of the ``words`` commonest words (None: all), by frequency.

    ``folder`` holds any glove*.txt or the zip with them. Raises CourseError
    when no file has this number of dimensions or a line is broken.
    """
    found = locate(SOURCE, folder)
    held = _held(found)
    if dimensions not in held:
        sizes = ", ".join(map(str, sorted(held))) or "none"
        raise CourseError(
            f"{found} has no GloVe vectors with {dimensions} dimensions.",
            f"choose one of those that its file names promise: {sizes}",
        )
    names: list[str] = []
    numbers = bytearray()  # grows in place, at most an eighth too large
    for name, vector in _entries(*held[dimensions], dimensions):
        names.append(name)
        numbers.extend(vector.tobytes())
        if len(names) == words:
            break
    vectors = np.frombuffer(numbers, "float32").reshape(-1, dimensions)
    return WordVectors(INFO, tuple(names), vectors)


def _held(folder: Path) -> dict[int, tuple[Path, str]]:
    """Dimensions -> the text with them, or the zip and its member."""
    texts = [(path, "") for path in sorted(folder.glob("glove*.txt"))]
    for path in sorted(folder.glob("glove*.zip")):
        with reading(path), zipfile.ZipFile(path) as archive:
            names = [name.split("/")[-1] for name in archive.namelist()]
            texts += [(path, name) for name in names if name.endswith(".txt")]
    held: dict[int, tuple[Path, str]] = {}
    for path, member in texts:
        size = re.search(r"\.(\d+)d\.", member or path.name)
        if size:
            held.setdefault(int(size[1]), (path, member))
    return held


def _entries(
    path: Path, member: str, dimensions: int
) -> Iterator[tuple[str, np.ndarray]]:
    for number, line in numbered_lines(path, member):
        if not line.strip():
            continue
        # A few words hold a space, no number does: split from the right.
        # The first word holds none, and tells how many numbers there are.
        count = line.count(" ")
        if count < dimensions or (number == 1 and count > dimensions):
            raise broken(
                path, number, f"has {count} numbers, expected {dimensions}"
            )
        word, *fields = line.rsplit(" ", dimensions)
        try:
            vector = np.array(fields, "float32")
        except ValueError as error:
            raise broken(path, number, f"is not numeric: {error}") from error
        if not np.isfinite(vector).all():
            raise broken(path, number, "holds what is no number")
        yield word, vector
