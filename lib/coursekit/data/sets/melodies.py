"""Short generated tunes in letters, a line each, for models of characters."""

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.records import info
from coursekit.data.splits import next_character

INFO = info("melodies")


def load() -> Dataset:
    """560 tunes to train, then 70 and 70; x is a text, y one character later.

    A line is a tune of eight bars, each with a "|" behind it. A note is a
    letter (C to B from middle C up, c to g above) and for how many eighths
    it lasts; a bar has eight eighths. No tune is in two splits.
    """
    tunes = unpack_lines(read_npz("melodies.npz")["lines"])
    train, validation, test = (
        next_character("\n".join(tunes[start:stop]) + "\n")
        for start, stop in ((0, 560), (560, 630), (630, 700))
    )
    return Dataset(INFO, train, validation, test)
