"""Tiny Shakespeare: 1.1 million characters of his plays, one running text.

A. Karpathy (2015), char-rnn; the plays themselves are in the public domain.
"""

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.textfiles import numbered_lines
from coursekit.data.splits import in_order, next_character
from coursekit.errors import CourseError

INFO = DatasetInfo(
    name="shakespeare",
    title="1,115,394 characters of Shakespeare's plays",
    real=True,
    bundled=False,
    licence="public domain",
    origin="Karpathy 2015, char-rnn",
    lessons=("17",),
)

_FILES = ("input.txt", "tinyshakespeare.txt", "shakespeare.txt")

SOURCE = Source(
    name="shakespeare",
    files=("|".join(_FILES),),
    remotes=(
        Remote(
            "https://raw.githubusercontent.com/karpathy/char-rnn/master/"
            "data/tinyshakespeare/input.txt",
            1.1,
            "sha256:86c4e6aa9db7c042ec79f339dcb96d42"
            "b0075e16b8fc2e86bf0ca57e2dc565ed",
        ),
    ),
    folders=("text",),
)


def load(folder=None) -> Dataset:
    """The first 90 % of the text, then 5 % and 5 %.

    x is the text of a split, y the same one character later.
    """
    found = locate(SOURCE, folder)
    path = next(found / f for f in _FILES if (found / f).is_file())
    text = "\n".join([*(line for _, line in numbered_lines(path)), ""])
    if len(text) < 1_000:
        raise CourseError(
            f"{path} holds {len(text)} characters, too few to learn from.",
            "use the published file of 1,115,394 characters",
        )
    parts = in_order(len(text), 0.9, 0.95)
    train, validation, test = (next_character(text[part]) for part in parts)
    return Dataset(INFO, train, validation, test)
