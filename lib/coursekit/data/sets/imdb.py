"""IMDB: 50,000 real film reviews, half of them favourable.

A. L. Maas et al. (2011), Learning word vectors for sentiment analysis, Proc.
ACL. Keras ships the reviews as word numbers; here they are words again,
lower case, without punctuation.
"""

import json
from pathlib import Path

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers import checked
from coursekit.data.readers.arrays import read_arrays
from coursekit.data.readers.pickles import read_objects
from coursekit.data.splits import hold_out
from coursekit.errors import CourseError
from coursekit.files import sha256

INFO = DatasetInfo(
    name="imdb",
    title="50,000 film reviews, favourable or not",
    real=True,
    bundled=False,
    licence="research use; cite Maas et al. 2011",
    origin="keras.datasets.imdb (Maas et al. 2011)",
    lessons=("16",),
)

WORDS = 88_584

_BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"

SOURCE = Source(
    name="imdb",
    files=("imdb.npz", "imdb_word_index.json"),
    remotes=(
        Remote(f"{_BASE}imdb.npz", 17.5, f"sha256:{_SHA256}"),
        Remote(
            f"{_BASE}imdb_word_index.json",
            1.6,
            "md5:bfafd718b763782e994055a2d397834f",
        ),
    ),
    keras=("datasets",),
)


def load(validation: int = 5_000, folder=None) -> Dataset:
    """20,000/5,000/25,000 reviews as str; y 1 favourable, 0 not.

    The validation reviews are drawn with a fixed seed, stratified. The file
    holds Python objects, so it is read only if its sha256 is the one that
    Keras publishes. Raises CourseError otherwise.
    """
    found = locate(SOURCE, folder)
    path = found / "imdb.npz"
    if sha256(path) != _SHA256:
        raise CourseError(
            f"{path} is not the file that Keras publishes: its sha256 "
            "differs, and its format is not safe to read unchecked.",
            "remove it and run `coursekit data fetch imdb`",
        )
    words = _words(found / "imdb_word_index.json")
    x, y = _read(path, "train", words)
    train, held = hold_out(x, y, validation)
    test = Split(*_read(path, "test", words))
    return Dataset(INFO, train, held, test, ("unfavourable", "favourable"))


def _read(path: Path, part: str, words: dict[int, str]):
    """Reviews of one part as texts, and whether they are favourable."""
    (labels,) = read_arrays(path, f"y_{part}")
    reviews = [
        " ".join(map(words.__getitem__, numbers))
        for numbers in read_objects(path, f"x_{part}")
    ]
    return reviews, checked.labels(path, f"y_{part}", labels, [12_500] * 2)


def _words(path: Path) -> dict[int, str]:
    """Number -> word. The file numbers words by frequency, from 1."""
    with checked.reading(path):
        index = json.loads(path.read_text(encoding="utf-8-sig"))
        words = {number: word for word, number in index.items()}
        if words.keys() != set(range(1, WORDS + 1)):
            raise ValueError(
                f"it numbers {len(words):,} words, expected 1 to {WORDS:,}"
            )
        return words
