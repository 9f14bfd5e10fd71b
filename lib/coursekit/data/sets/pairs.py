"""English with translations made by rule: numbers, dates, sentences.

``longer`` is a fourth split: numbers of five and six digits, where all
others have four at most, to see what a model makes of longer sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.data.dataset import Dataset, Split
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.readers.checked import one_of
from coursekit.data.records import info
from coursekit.data.splits import by_part

INFO = info("pairs")
LANGUAGES = ("spanish", "french", "digits")
KINDS = ("numbers", "dates", "sentences", "phrases")


@dataclass(frozen=True, eq=False, repr=False)
class Pairs(Dataset):
    """The usual splits and ``longer``; ``kinds`` names extra["kinds"]."""

    longer: Split = Split((), ())
    kinds: tuple[str, ...] = KINDS


def load(
    language: str = "spanish", kinds: str | Sequence[str] = KINDS
) -> Pairs:
    """80/10/10 % of 12,000 pairs: x English, y the translation.

    ``language`` is "spanish", "french", or "digits", for which there are
    only numbers (4207) and dates (2017-03-03). ``kinds`` chooses some of
    KINDS. extra["kinds"] (n,) is a number in KINDS. No English text and no
    translation is in two splits; the everyday phrases are all in the
    training split, since none can be worked out from the others.

    With "spanish", extra["alignments"] says for each word of y (as
    coursekit.vocabulary.words finds them) the places of the words of x that
    it was made of: a tuple of tuples, some of them empty. A phrase has none.
    """
    chosen = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    one_of(LANGUAGES, "language", language)
    for kind in chosen:
        one_of(KINDS, "kind", kind)
    stored = read_npz("pairs.npz")
    other = unpack_lines(stored[language])
    wanted = np.isin(stored["kind"], [KINDS.index(kind) for kind in chosen])
    wanted &= np.array([bool(text) for text in other])
    more: dict[str, Any] = {"kinds": stored["kind"].astype("int64")}
    if language == "spanish":
        more["alignments"] = _unpacked(stored["alignment"])
    train, validation, test, longer = by_part(
        np.where(wanted, stored["split"], -1),
        unpack_lines(stored["english"]),
        other,
        parts=4,
        **more,
    )
    return Pairs(
        INFO, train, validation, test, note=f"in {language}", longer=longer
    )


def _unpacked(stored: np.ndarray) -> list[tuple[tuple[int, ...], ...]]:
    """ "0 - 1,2" as ((0,), (), (1, 2)), for each line."""
    return [
        tuple(
            () if own == "-" else tuple(map(int, own.split(",")))
            for own in line.split()
        )
        for line in unpack_lines(stored)
    ]
