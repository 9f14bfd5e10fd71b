"""English sentences with translations, written by volunteers of Tatoeba.

Editions of www.manythings.org/anki: lines "English<tab>translation", in
newer editions with the attribution as a third column. One English sentence
may have several translations, one line each. Kannada is a small set, 149
pairs in 2020, that upstream enlarges now and then: no checksum is published.
"""

from functools import partial
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.textfiles import rows
from coursekit.errors import CourseError

INFO: dict[str, DatasetInfo] = {}
SOURCE: dict[str, Source] = {}


def _add(
    language: str, pairs: str, origin: str, remote: Remote, at_least: int
) -> None:
    """Describe a set; ``at_least`` pairs must arrive."""
    name = remote.file.removesuffix(".zip")
    code = name[:3]
    INFO[name] = DatasetInfo(
        name=name,
        title=f"{pairs}English sentences with {language} translations",
        real=True,
        bundled=False,
        licence="CC BY 2.0 FR (Tatoeba)",
        origin=origin,
        lessons=("20",),
    )
    SOURCE[name] = Source(
        name=name,
        files=(f"{code}.txt|{name}.zip",),
        remotes=(remote,),
        inside=name,
        folders=("translate",),
        check=partial(_check, code=code, at_least=at_least),
        counted=f"{at_least:,} pairs or more",
    )


def _check(folder: Path, code: str, at_least: int) -> None:
    count = len(read_pairs(folder, code))
    if count < at_least:
        raise CourseError(
            f"{code}-eng.zip holds {count:,} sentence pairs, expected "
            f"{at_least:,} or more: upstream has changed.",
            "bring another edition (COURSEKIT_DATA)",
        )


_add(
    "Spanish",
    "118,964 ",
    "Tatoeba, the edition of TensorFlow's tutorials",
    Remote(
        "https://storage.googleapis.com/download.tensorflow.org/data/"
        "spa-eng.zip",
        2.8,
        "sha256:f80e581ae291aa34dd3aba7bd98b5e95"
        "05234da4318e2f3295df70a1520c7f61",
    ),
    at_least=118_000,
)
_add(
    "French",
    "167,130 ",
    "Tatoeba, the edition of Dive into Deep Learning",
    Remote(
        "https://d2l-data.s3-accelerate.amazonaws.com/fra-eng.zip",
        6.0,
        "sha1:94646ad1522d915e7b0f9296181140edcf86a4f5",
    ),
    at_least=160_000,
)
_add(
    "Kannada",
    "",  # upstream's file grows
    "Tatoeba, www.manythings.org/anki",
    Remote("https://www.manythings.org/anki/kan-eng.zip", 0.01),
    at_least=100,
)


def load(name: str, folder=None) -> Dataset:
    """80/10/10 % of the English sentences, each with all its translations.

    x is English, y the translation. No English sentence is in two splits;
    which goes where is drawn with a fixed seed. ``folder`` holds spa-eng.zip
    or spa.txt.
    """
    pairs = read_pairs(locate(SOURCE[name], folder), name[:3])
    sentences = list(dict.fromkeys(english for english, _ in pairs))
    order = np.random.default_rng(0).permutation(len(sentences))
    part = np.searchsorted([0.8, 0.9], order / len(order), side="right")
    part_of = dict(zip(sentences, part.tolist(), strict=True))
    train, validation, test = (
        Split(
            [english for english, _ in pairs if part_of[english] == number],
            [other for english, other in pairs if part_of[english] == number],
        )
        for number in range(3)
    )
    return Dataset(INFO[name], train, validation, test)


def read_pairs(folder: Path, code: str) -> list[tuple[str, str]]:
    """(English, translation) of every line, in the file's order."""
    path, member = folder / f"{code}.txt", ""
    if not path.is_file():
        path, member = folder / f"{code}-eng.zip", path.name
    return [
        (fields[0], fields[1])
        for _, fields in rows(path, counts=(2, 3), member=member)
    ]
