"""English sentences with translations, written by volunteers of Tatoeba.

Editions of www.manythings.org/anki: lines "English<tab>translation", in
newer editions with the attribution as a third column. One English sentence
may have several translations, one line each. Kannada is a small set, 149
pairs in 2020, that upstream enlarges now and then: no checksum is published.
"""

from functools import partial
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.textfiles import rows
from coursekit.data.records import info, source
from coursekit.data.splits import by_part

# How many pairs must arrive.
AT_LEAST = {"spa-eng": 118_000, "fra-eng": 160_000, "kan-eng": 100}


def _count(name: str, folder: Path) -> str:
    count, least = len(read_pairs(folder, name[:3])), AT_LEAST[name]
    more = count >= least
    return f"{least:,} pairs or more" if more else f"{count:,} sentence pairs"


INFO = {name: info(name) for name in AT_LEAST}
SOURCE = {name: source(name, count=partial(_count, name)) for name in AT_LEAST}


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
    x, y = zip(*pairs, strict=True)
    parts = np.array([part_of[english] for english in x])
    train, validation, test = by_part(parts, x, y)
    return Dataset(INFO[name], train, validation, test)


def read_pairs(folder: Path, code: str) -> list[tuple[str, str]]:
    """(English, translation) of every line, in the file's order."""
    path, member = folder / f"{code}.txt", ""
    if not path.is_file():
        path, member = folder / f"{code}-eng.zip", path.name
    lines = rows(path, counts=(2, 3), member=member)
    return [(fields[0], fields[1]) for _, fields in lines]
