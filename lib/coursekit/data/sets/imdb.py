"""IMDB: 50,000 real film reviews, half of them favourable.

A. L. Maas et al. (2011), Learning word vectors for sentiment analysis, Proc.
ACL. Keras ships the reviews as word numbers; here they are words again,
lower case, without punctuation.
"""

import json
from pathlib import Path

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import install, locate
from coursekit.data.readers import checked
from coursekit.data.readers.pickles import read_objects
from coursekit.data.records import info, source
from coursekit.data.splits import published
from coursekit.errors import CourseError

INFO = info("imdb")
SOURCE = source("imdb")
WORDS = 88_584


def load(validation: int = 5_000, folder=None) -> Dataset:
    """20,000/5,000/25,000 reviews as str; y 1 favourable, 0 not.

    The validation reviews are drawn with a fixed seed, stratified. The file
    holds Python objects, so it is read only if its sha256 is the one that
    Keras publishes. Raises CourseError otherwise.
    """
    found = locate(SOURCE, folder)
    path = found / "imdb.npz"
    if not install.as_published(SOURCE.remotes[0], found):
        raise CourseError(
            f"{path} is not the file that Keras publishes: its sha256 "
            "differs, and its format is not safe to read unchecked.",
            "remove it and run `coursekit data fetch imdb`",
        )
    words = _words(found / "imdb_word_index.json")
    splits = published(lambda part: _read(path, part, words), validation)
    return Dataset(INFO, *splits, ("unfavourable", "favourable"))


def _read(path: Path, part: str, words: dict[int, str]):
    """Reviews of one part as texts, and whether they are favourable."""
    (labels,) = checked.read_arrays(path, f"y_{part}")
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
