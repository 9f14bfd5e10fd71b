"""CoNLL-U: ten columns a word, an empty line after each sentence.

The format of Universal Dependencies, universaldependencies.org/format.html.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from coursekit.errors import CourseError

# Columns whose values can be tags, by their names in the format.
COLUMNS = {"UPOS": 3, "XPOS": 4}
Word = tuple[int, str, str]  # the number of its line, the word, its tag


def sentences(
    path: str | Path,
    lines: Iterable[tuple[int, str]],
    again: str,
    column: str = "UPOS",
) -> Iterator[list[Word]]:
    """The words of each sentence of numbered lines.

    Lines with #, and words numbered 1-2 (contractions) or 1.1 (left out by
    the writer), are no words of their own; a tag may be empty. ``again`` is
    the remedy. Raises CourseError, which names ``path`` and the line, for
    anything that is not CoNLL-U.
    """
    found: list[Word] = []
    for number, line in chain(lines, [(0, "")]):
        if not line.strip():
            if found:
                yield found
            found = []
        elif not line.startswith("#"):
            fields = line.split("\t")
            _check(f"{path}, line {number}", fields, again)
            if fields[0].isdecimal():
                found.append((number, fields[1], fields[COLUMNS[column]]))


def _check(where: str, fields: list[str], again: str) -> None:
    """Ten columns, the number of a word, and a word."""
    if len(fields) != 10:
        raise CourseError(
            f"{where}, has {len(fields)} columns, expected are 10.", again
        )
    if not fields[0].replace("-", "").replace(".", "").isdecimal():
        raise CourseError(
            f"{where}, begins with {fields[0][:20]!r}, expected is the number "
            "of a word in its sentence.",
            again,
        )
    if fields[0].isdecimal() and not fields[1].strip():
        raise CourseError(f"{where}, has no word in column 2.", again)
