"""A text or CSV file that a learner brings, checked before it is believed."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from coursekit.errors import CourseError

LARGEST = 20_000_000  # bytes


def read_own(path: str | Path, expected: str, largest: int = LARGEST) -> str:
    """The whole text of a file, without a byte-order mark.

    ``expected`` says what it should hold ("one review a line"). Raises
    CourseError, which names the file, and the line where that is known, for
    a file that cannot be read, is empty, too large or not UTF-8.
    """
    path = Path(path)
    again = f"save {expected} as text with the encoding UTF-8; give its path"
    if path.is_dir():
        raise CourseError(f"{path} is a folder, expected is a file.", again)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= largest else b""
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CourseError(message, again) from error
    if size > largest:
        raise CourseError(
            f"{path} has {size / 1e6:,.0f} MB, expected are "
            f"{largest / 1e6:,.0f} at most.",
            "keep a part of it",
        )
    if not content.strip():
        raise CourseError(f"{path} is empty, expected is {expected}.", again)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        message = f"{path}, line {number}, is not UTF-8 text."
        raise CourseError(message, again) from None


def read_columns(
    path: str | Path, columns: list[str], largest: int = LARGEST
) -> Iterator[tuple[str, list[str]]]:
    """Of each row its place ("my.csv, line 3") and the fields of the columns.

    UTF-8 text with commas, names in the first line; empty rows are left out,
    missing fields are "". Raises CourseError, which names the file and the
    line, for anything else.
    """
    path = Path(path)
    rows = _rows(path, largest)
    names = [name.strip() for name in next(rows, (1, []))[1]]
    for name in columns:
        if name not in names:
            raise CourseError(
                f"{path}, line 1, names no column {name!r}; it has "
                f"{str(names)[:200]}.",
                f"give the {len(columns)} columns as the first line spells "
                "them; commas divide columns, not semicolons or tabs, and a "
                "text with commas stands in quotation marks",
            )
    for number, row in rows:
        if any(field.strip() for field in row[len(names) :]):
            raise CourseError(
                f"{path}, line {number}, has {len(row)} columns, expected are "
                f"{len(names)}.",
                "put texts with commas in quotation marks",
            )
        row = [field.strip() for field in row] + [""] * len(names)
        yield (
            f"{path}, line {number}",
            [row[names.index(name)] for name in columns],
        )


def _rows(path: Path, largest: int) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line it begins on."""
    # not splitlines: it also breaks at signs that a text may hold (U+0085)
    text = read_own(path, "a table with names in its first line", largest)
    number = 1
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in lines:
            if any(cell.strip() for cell in row):
                yield number, row
            number = lines.line_num + 1
    except csv.Error as error:
        raise CourseError(
            f"{path}, line {number}, is not CSV: {error}.",
            "look for a quotation mark that is opened and never closed; one "
            'inside a quoted text is written twice ("")',
        ) from None
