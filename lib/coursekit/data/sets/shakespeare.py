"""Tiny Shakespeare: 1.1 million characters of his plays, one running text.

A. Karpathy (2015), char-rnn; the plays themselves are in the public domain.
"""

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.textfiles import numbered_lines
from coursekit.data.records import info, source
from coursekit.data.splits import in_order, next_character
from coursekit.errors import CourseError

INFO = info("shakespeare")
SOURCE = source("shakespeare")


def load(folder=None) -> Dataset:
    """The first 90 % of the text, then 5 % and 5 %.

    x is the text of a split, y the same one character later.
    """
    found = locate(SOURCE, folder)
    names = SOURCE.files[0].split("|")
    path = next(found / name for name in names if (found / name).is_file())
    text = "\n".join([*(line for _, line in numbered_lines(path)), ""])
    if len(text) < 1_000:
        raise CourseError(
            f"{path} holds {len(text)} characters, too few to learn from.",
            "use the published file of 1,115,394 characters",
        )
    parts = in_order(len(text), 0.9, 0.95)
    train, validation, test = (next_character(text[part]) for part in parts)
    return Dataset(INFO, train, validation, test)
