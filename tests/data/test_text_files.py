"""Text files from elsewhere: quotes, marks, blank lines, other encodings."""

import numpy as np
import pytest

from coursekit import data
from coursekit.data.readers.textfiles import numbered_lines, rows
from coursekit.errors import CourseError

QUOTED = '"Date Time","p (mbar)","T (degC)"\n'
READINGS = "".join(
    f"01.01.2009 {n // 6:02}:{n % 6}0:00,9,{n}\n" for n in range(100)
)


def test_jena_as_published_has_a_quoted_header(tmp_path, cache):
    (tmp_path / "jena_climate.csv").write_text(QUOTED + READINGS)
    weather = data.load("jena", folder=tmp_path)
    assert weather.columns == ("p (mbar)", "T (degC)")
    np.testing.assert_array_equal(weather.test.y, np.arange(85, 100))


def test_a_field_in_quotes_may_hold_the_separator(tmp_path):
    (tmp_path / "a.csv").write_text('"1,5",2\n')
    assert list(rows(tmp_path / "a.csv", separator=",")) == [(1, ["1,5", "2"])]


def test_quotes_of_a_sentence_are_kept_where_tabs_separate(tmp_path):
    (tmp_path / "spa.txt").write_text('"Go!"\t"¡Ve!"\n', "utf-8")
    assert list(rows(tmp_path / "spa.txt")) == [(1, ['"Go!"', '"¡Ve!"'])]


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("jena", "jena_climate.csv", QUOTED + READINGS),
        ("spa-eng", "spa.txt", "Go.\tVe.\nStop.\tAlto.\n"),
        ("glove", "glove.x.50d.txt", "the" + " 0.5" * 50 + "\n"),
        ("classic_series", "monthly-sunspots.csv", '"M","Sunspots"\n2001,5\n'),
    ],
)
@pytest.mark.parametrize("blank", ["\n", "  \n\n"])
def test_a_blank_last_line_is_no_line(
    tmp_path, cache, name, file, text, blank
):
    for other in ("airline-passengers.csv", "daily-min-temperatures.csv"):
        (tmp_path / other).touch()
    (tmp_path / file).write_text(text + blank)
    data.load(name, folder=tmp_path)


def test_a_byte_order_mark_belongs_to_no_name(tmp_path):
    (tmp_path / "list.txt").write_text("a.jpg\nb.jpg\n", "utf-8-sig")
    lines = [line for _, line in numbered_lines(tmp_path / "list.txt")]
    assert lines == ["a.jpg", "b.jpg"]


def test_a_byte_order_mark_belongs_to_no_play(tmp_path, cache):
    (tmp_path / "input.txt").write_text("To be. " * 200, "utf-8-sig")
    plays = data.load("shakespeare", folder=tmp_path)
    assert plays.train.x.startswith("To be.")


def test_the_line_of_a_byte_that_is_not_utf8_is_named(tmp_path):
    lines = [b"a line like any other"] * 5_000
    lines[3_210] = "Este año".encode("latin-1")
    (tmp_path / "a.txt").write_bytes(b"\n".join(lines))
    with pytest.raises(CourseError, match="line 3211, is not UTF-8"):
        list(numbered_lines(tmp_path / "a.txt"))


def test_an_iso_date_is_named_with_the_form_that_is_expected(tmp_path, cache):
    text = QUOTED + READINGS + "2009-01-01 00:20,9,1.0\n"
    (tmp_path / "jena_climate.csv").write_text(text)
    with pytest.raises(CourseError, match="like 31.12.2016 23:50:00"):
        data.load("jena", folder=tmp_path)
