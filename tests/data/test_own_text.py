"""A learner's own text file: read whole, or refused with a remedy."""

import pytest

from coursekit.data.readers.own_text import read_columns, read_own
from coursekit.errors import CourseError


def test_any_language_is_read_and_a_byte_order_mark_is_no_text(tmp_path):
    path = tmp_path / "own.txt"
    path.write_bytes("\ufeffನೀವು, مرحبا, 🙂\n".encode())
    assert read_own(path, "a text") == "ನೀವು, مرحبا, 🙂\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty, expected is one review a line"),
        (b" \n\n", "is empty"),
        (b"good\nfa\xe7ade\n", "line 2, is not UTF-8"),
        (b"x" * 101, "expected are 0 at most"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, content, message):
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=message) as raised:
        read_own(path, "one review a line", largest=100)
    assert str(path) in str(raised.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(CourseError, match="cannot be read: No such file"):
        read_own(tmp_path / "none.txt", "a text")
    with pytest.raises(CourseError, match="is a folder"):
        read_own(tmp_path, "a text")


def table(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_come_in_the_order_asked_for_with_their_lines(tmp_path):
    path = table(tmp_path, 'a, b ,c\n1,"x\ny",3,,\n\n4,5\n')
    assert list(read_columns(path, ["c", "a", "b"])) == [
        (f"{path}, line 2", ["3", "1", "x\ny"]),
        (f"{path}, line 5", ["", "4", "5"]),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n1;2\n", "line 1, names no column 'a'"),
        ("a,b\n1,2\n1,2,3\n", "line 3, has 3 columns, expected are 2"),
        ('a,b\n1,2\n"1,2\n', "line 3, is not CSV"),
    ],
)
def test_a_table_that_is_none_is_an_error_with_its_line(tmp_path, text, said):
    with pytest.raises(CourseError, match=said):
        list(read_columns(table(tmp_path, text), ["a", "b"]))
