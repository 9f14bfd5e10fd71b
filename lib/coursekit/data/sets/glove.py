"""GloVe: word vectors learned from six billion words of English.

J. Pennington, R. Socher and C. D. Manning (2014), GloVe: global vectors for
word representation, Proc. EMNLP.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from coursekit.data.dataset import DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.textfiles import broken, numbered_lines
from coursekit.errors import CourseError

SIZES = (50, 100, 200, 300)

INFO = DatasetInfo(
    name="glove",
    title="vectors of 400,000 English words",
    real=True,
    bundled=False,
    licence="PDDL 1.0",
    origin="Pennington et al. 2014, Stanford, glove.6B.zip",
    lessons=("16",),
)

SOURCE = Source(
    name="glove",
    files=("glove*.txt|glove*.zip",),
    remotes=(
        Remote(
            "https://nlp.stanford.edu/data/glove.6B.zip",
            862.2,
            "sha256:617afb2fe6cbd085c235baf7a465b96f"
            "4112bd7f7ccb2b2cbd649fed9cbcf2fb",
        ),
    ),
)


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
            f"{self.info.name} (real): {count:,} English words, "
            f"{dimensions} numbers each; {self.info.licence}"
        )

    def __repr__(self) -> str:
        return self.provenance


def load(
    dimensions: int = 50, words: int | None = None, folder=None
) -> WordVectors:
    """Vectors of the ``words`` commonest words (None: all), by frequency.

    ``folder`` holds any glove*.txt or the zip with them. Raises CourseError
    when no file has this number of dimensions or a line is broken.
    """
    path, member = _choose(locate(SOURCE, folder), dimensions)
    names: list[str] = []
    numbers = bytearray()  # grows in place, at most an eighth too large
    for name, vector in _entries(path, member, dimensions):
        names.append(name)
        numbers.extend(vector.tobytes())
        if len(names) == words:
            break
    vectors = np.frombuffer(numbers, "float32").reshape(-1, dimensions)
    return WordVectors(INFO, tuple(names), vectors)


def _choose(folder: Path, dimensions: int) -> tuple[Path, str]:
    """The file with vectors of that size, or the zip and its member."""
    texts = sorted(folder.glob(f"glove*.{dimensions}d*.txt"))
    if texts:
        return texts[0], ""
    zips = sorted(folder.glob("glove*.zip"))
    if zips and dimensions in SIZES:
        return zips[0], f"{zips[0].stem}.{dimensions}d.txt"
    raise CourseError(
        f"{folder} has no GloVe vectors with {dimensions} dimensions.",
        f"choose one of {SIZES} with glove.6B.zip, or the size that the "
        f"file in the folder has",
    )


def _entries(
    path: Path, member: str, dimensions: int
) -> Iterator[tuple[str, np.ndarray]]:
    for number, line in numbered_lines(path, member):
        # A few words hold a space, no number does: split from the right.
        word, *fields = line.rsplit(" ", dimensions)
        if len(fields) != dimensions:
            raise broken(
                path,
                number,
                f"has {len(fields)} numbers, expected {dimensions}",
            )
        try:
            yield word, np.array(fields, "float32")
        except ValueError as error:
            raise broken(path, number, f"is not numeric: {error}") from error
