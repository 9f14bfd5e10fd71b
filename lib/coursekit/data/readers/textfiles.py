"""Reading text files line by line, with errors that name the line."""

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from coursekit.errors import CourseError


def numbered_lines(path: Path, member: str = "") -> Iterator[tuple[int, str]]:
    """(line number, line without its end) of a UTF-8 file.

    ``member`` names a file inside a .zip, wherever in it that lies. Raises
    CourseError for a file that cannot be read, is empty or not UTF-8.
    """
    number = 0
    try:
        with _open(path, member) as lines:
            for number, line in enumerate(lines, 1):
                yield number, line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise broken(path, number + 1, "is not UTF-8 text") from error
    except (OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise CourseError(
            f"{path} cannot be read: {error}.", _AGAIN
        ) from error
    if number == 0:
        raise CourseError(f"{path} is empty.", _AGAIN)


def rows(
    path: Path,
    counts: tuple[int, ...],
    separator: str | None = "\t",
    member: str = "",
) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields); a line must have one of ``counts`` fields."""
    for number, line in numbered_lines(path, member):
        fields = line.split(separator)
        if len(fields) not in counts:
            expected = " or ".join(str(count) for count in counts)
            raise broken(
                path, number, f"has {len(fields)} columns, expected {expected}"
            )
        yield number, fields


def read_lines(path: Path) -> list[str]:
    """The lines of a file that hold anything, stripped."""
    lines = [line.strip() for _, line in numbered_lines(path)]
    return [line for line in lines if line]


def broken(path: Path, number: int, problem: str) -> CourseError:
    """The error for one line of a file."""
    return CourseError(f"{path}, line {number}, {problem}.", _AGAIN)


@contextlib.contextmanager
def _open(path: Path, member: str) -> Iterator[io.TextIOBase]:
    if not member:
        with path.open(encoding="utf-8", newline="\n") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.split("/")[-1] == member]
        if not names:
            raise KeyError(f"there is no {member} in it")
        with archive.open(names[0]) as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8", newline="\n")


_AGAIN = (
    "this is another edition of the file or a damaged one; get the published "
    "file again (`coursekit data fetch`, or copy it once more)"
)
