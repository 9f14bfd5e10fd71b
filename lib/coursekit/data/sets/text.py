"""Generated tales in plain English, for models of characters."""

from itertools import groupby

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.records import info
from coursekit.data.splits import next_character

INFO = info("text")


def load() -> Dataset:
    """104 tales to train, then 13 and 13; x is a text, y one character later.

    Only printable ASCII and line feeds; an empty line between two tales.
    """
    lines = unpack_lines(read_npz("text.npz")["lines"])
    tales = [
        "\n".join(group) for full, group in groupby(lines, key=bool) if full
    ]
    train, validation, test = (
        next_character("\n\n".join(tales[start:stop]) + "\n")
        for start, stop in ((0, 104), (104, 117), (117, 130))
    )
    return Dataset(INFO, train, validation, test)
