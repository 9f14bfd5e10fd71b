"""Your own sentences: a .conllu file of any language.

``report("mine.conllu")`` prints the accuracy of the commonest tag and of one
tagger on its last sentences, known and unknown words apart.
"""

import itertools
from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.data.readers import conllu
from coursekit.data.readers.own_text import read_own
from coursekit.errors import CourseError

LEAST = 40  # sentences
_AGAIN = (
    "give a UTF-8 file in the CoNLL-U format: ten columns divided by tabs, a "
    "word a line, an empty line after each sentence"
)


def read(path: str | Path, column: str = "UPOS") -> tuple[list, list]:
    """Words and tags (texts) of every sentence: two lists of tuples.

    Raises CourseError, which names the file and the line, for anything that
    is not CoNLL-U, and where words have no tag in ``column``.
    """
    if column not in conllu.COLUMNS:
        raise CourseError(
            f"column={column!r} holds no tags.",
            f"choose one of {', '.join(conllu.COLUMNS)}",
        )
    text = read_own(path, "sentences in the CoNLL-U format")
    # not splitlines: it also breaks at signs that a word may hold (U+2028)
    lines = ((n, k.rstrip("\r")) for n, k in enumerate(text.split("\n"), 1))
    found = list(conllu.sentences(path, lines, _AGAIN, column))
    for number, word, tag in itertools.chain.from_iterable(found):
        if tag.strip() in ("", "_"):
            raise CourseError(
                f"{path}, line {number}: {word[:40]!r} has no tag in the "
                f"column {column}, expected is one for each word.",
                "fill the column, or give the other one: "
                f'column="{next(c for c in conllu.COLUMNS if c != column)}"',
            )
    return (
        [tuple(word for _, word, _ in sentence) for sentence in found],
        [tuple(tag for _, _, tag in sentence) for sentence in found],
    )


def report(
    path: str | Path,
    column: str = "UPOS",
    test: str | Path = "",
    epochs: int = 0,
    seed: int = 0,
) -> dict[str, float]:
    """Print and return shares of right tags: commonest tag and a tagger.

    Of ``path`` the last tenth of the different sentences tests, the others
    train; or all of it trains, and the file ``test`` tests. ``epochs`` 0
    takes as many as make about 600 updates. Raises CourseError, as ``read``
    does, and for fewer than 40 different sentences, one tag only, or
    ``epochs`` that are no whole number.
    """
    if not isinstance(epochs, int) or epochs < 0:
        raise CourseError(
            f"epochs={epochs!r} is no number of epochs.",
            "give epochs as a whole number; 0 takes as many as are usual",
        )
    pairs = _different(path, column)
    if len(pairs) < LEAST:
        raise CourseError(
            f"{path} has {len(pairs)} different sentences, expected are "
            f"{LEAST} or more.",
            "bring more sentences; a few hundred begin to tell something",
        )
    border = len(pairs) - max(len(pairs) // 10, 8)
    train, asked = pairs[:border], pairs[border:]
    if test:
        train, known = pairs, set(pairs)
        asked = [
            pair for pair in _different(test, column) if pair not in known
        ]
    if not asked:
        raise CourseError(
            f"{test} holds no sentence that {path} does not hold.",
            "give sentences to test that are not there to train",
        )
    names = sorted({tag for _, tags in train for tag in tags})
    if len(names) < 2:
        raise CourseError(
            f"{path} has the one tag {names[0]!r} in {column}, expected are "
            "two or more.",
            "tag the words with what you want to tell apart",
        )
    found = lessons.module("18", "networks").compared(
        _numbered(train, names),
        _numbered(asked, names),
        len(names) + 1,
        epochs,
        seed=seed,
    )
    words = sum(len(sentence) for sentence, _ in asked)
    print(
        f"{test or path}: {len(train):,} sentences to train, {len(asked):,} "
        f"to test ({words:,} words), {len(names)} tags"
    )
    for name, parts in found.items():
        shares = ", ".join(f"{part} {s:.3f}" for part, s in parts.items())
        print(f"{name:<13} {shares}")
    return {name: parts["all"] for name, parts in found.items()}


def _different(path: str | Path, column: str) -> list[tuple]:
    """(words, tags) of each sentence, each once, in order."""
    return list(dict.fromkeys(zip(*read(path, column), strict=True)))


def _numbered(pairs: list[tuple], names: list[str]) -> tuple[list, list]:
    """Words, and tags as numbers; one above all for a tag not in names."""
    number = {tag: k for k, tag in enumerate(names)}
    unseen = len(names)  # only in the test; nobody says it
    y = [np.array([number.get(t, unseen) for t in tags]) for _, tags in pairs]
    return [words for words, _ in pairs], y
