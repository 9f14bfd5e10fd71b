"""A text file that a learner brings, checked before it is believed."""

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
