"""Reading text files line by line, with errors that name the line."""

import contextlib
import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from coursekit.data.readers.checked import AGAIN, reading
from coursekit.errors import CourseError


def numbered_lines(path: Path, member: str = "") -> Iterator[tuple[int, str]]:
    """(line number, line without its end) of a UTF-8 file.

    ``member`` names a file inside a .zip, wherever in it that lies. A
    byte-order mark is no part of the first line. Raises CourseError for a
    file that cannot be read, is empty or not UTF-8.
    """
    number = 0
    with reading(path), _open(path, member) as lines:
        for number, line in enumerate(lines, 1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise broken(path, number, "is not UTF-8 text") from None
            yield number, text.rstrip("\r\n")
    if number == 0:
        raise CourseError(f"{path} is empty.", AGAIN)


def rows(
    path: Path,
    counts: tuple[int, ...] = (),
    separator: str = "\t",
    member: str = "",
) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields) of the lines that hold anything.

    A line must have one of ``counts`` fields; without counts, as many as the
    first. With commas the file is CSV, where quotes may enclose a field.
    """
    held = False
    for number, line in numbered_lines(path, member):
        if not line.strip():
            continue
        held = True
        if separator == "," and '"' in line:
            fields = next(csv.reader([line]))
        else:
            fields = line.split(separator)
        counts = counts or (len(fields),)
        if len(fields) not in counts:
            expected = " or ".join(str(count) for count in counts)
            raise broken(
                path, number, f"has {len(fields)} columns, expected {expected}"
            )
        yield number, fields
    if not held:
        raise CourseError(f"{path} is empty.", AGAIN)


def read_lines(path: Path) -> list[str]:
    """The lines of a file that hold anything, stripped."""
    lines = [line.strip() for _, line in numbered_lines(path)]
    return [line for line in lines if line]


def broken(path: Path, number: int, problem: str) -> CourseError:
    """The error for one line of a file."""
    return CourseError(f"{path}, line {number}, {problem}.", AGAIN)


@contextlib.contextmanager
def _open(path: Path, member: str) -> Iterator[IO[bytes]]:
    if not member:
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.split("/")[-1] == member]
        if not names:
            raise ValueError(f"there is no {member} in it")
        with archive.open(names[0]) as raw:
            yield raw
