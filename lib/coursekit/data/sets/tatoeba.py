"""English sentences with translations, written by volunteers of Tatoeba.

Editions of www.manythings.org/anki: lines "English<tab>translation", in
newer editions with the attribution as a third column. One English sentence
may have several translations, one line each.
"""

from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.textfiles import rows
from coursekit.errors import CourseError


def describe(
    code: str, language: str, origin: str, megabytes: float, pairs: str
) -> DatasetInfo:
    """What is the same for all languages; ``code`` is "spa"."""
    return DatasetInfo(
        name=f"{code}-eng",
        title=f"{pairs} English sentences with {language} translations",
        real=True,
        bundled=False,
        licence="CC BY 2.0 FR (Tatoeba)",
        origin=origin,
        megabytes=megabytes,
        lessons=("20",),
    )


def source(code: str, remote: Remote, at_least: int) -> Source:
    """Where a language comes from; ``at_least`` pairs must arrive."""

    def check(folder: Path) -> None:
        count = len(read_pairs(folder, code))
        if count < at_least:
            raise CourseError(
                f"{remote.file} holds {count:,} sentence pairs, expected "
                f"{at_least:,} or more: upstream has changed.",
                "bring another edition (COURSEKIT_DATA)",
            )

    return Source(
        name=f"{code}-eng",
        files=(f"{code}.txt|{code}-eng.zip|{code}-eng/{code}.txt",),
        remotes=(remote,),
        folders=("translate",),
        check=check,
    )


def load(info: DatasetInfo, where: Source, folder=None) -> Dataset:
    """80/10/10 % of the English sentences, each with all its translations.

    x is English, y the translation. No English sentence is in two splits;
    which goes where is drawn with a fixed seed.
    """
    pairs = read_pairs(locate(where, folder), info.name[:3])
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
    return Dataset(info, train, validation, test)


def read_pairs(folder: Path, code: str) -> list[tuple[str, str]]:
    """(English, translation) of every line, in the file's order."""
    texts = [folder / f"{code}.txt", folder / f"{code}-eng" / f"{code}.txt"]
    path = next((text for text in texts if text.is_file()), None)
    member = ""
    if path is None:
        path, member = folder / f"{code}-eng.zip", f"{code}.txt"
    return [
        (fields[0], fields[1])
        for _, fields in rows(path, counts=(2, 3), member=member)
    ]
