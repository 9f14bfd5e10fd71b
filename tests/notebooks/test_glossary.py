"""The glossary is one alphabetical list, and names lessons that exist."""

import re

import pytest

from coursekit import lessons, paths

LINE = re.compile(r"- \*\*(.+?)\*\*: (.+) \((\d\d)\)")


@pytest.fixture(scope="module")
def entries():
    path = paths.kit_root() / "docs" / "glossary.md"
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("-")]


def test_every_line_is_a_term_a_definition_and_a_lesson(entries):
    assert entries
    for line in entries:
        assert LINE.fullmatch(line), line


def test_the_terms_are_in_alphabetical_order_and_none_is_there_twice(entries):
    terms = [LINE.fullmatch(line)[1].lower() for line in entries]
    assert terms == sorted(set(terms))


def test_every_term_points_to_a_lesson_that_exists(entries):
    known = lessons.numbers()
    for line in entries:
        assert LINE.fullmatch(line)[3] in known, line


def test_every_letter_of_the_table_is_used_in_the_lessons_it_names():
    text = (paths.kit_root() / "docs" / "letters.md").read_text("utf-8")
    rows = re.findall(r"^\| (\$.+?) \|.*\| ([\d, ]+) \|$", text, re.M)
    assert len(rows) > 10
    for letters, numbers in rows:
        for lesson in numbers.split(", "):
            source = (lessons.folder(lesson) / "lesson.py").read_text("utf-8")
            prose = "".join(re.findall(r"^# .*$", source, re.M))
            for letter in re.findall(r"\$(.+?)\$", letters):
                assert letter in prose, (letter, lesson)


@pytest.mark.parametrize(
    ("lesson", "formula"),
    [
        ("12", "x_t U + h_{t-1} W"),
        ("22", "a_i U + h W"),
        ("23", "q_t = h_t W"),
    ],
)
def test_u_belongs_to_an_input_and_w_to_a_state(lesson, formula):
    source = (lessons.folder(lesson) / "lesson.py").read_text("utf-8")
    assert formula in source


@pytest.mark.parametrize("lesson", ["12", "13"])
def test_a_is_the_sum_before_the_bend_and_never_a_gradient(lesson):
    source = (lessons.folder(lesson) / "lesson.py").read_text("utf-8")
    assert not re.search(r"(?<!t)a_\{?t[+1}]* ?W\^\\top", source)
    assert "$a_t = g_t" not in source


def test_no_term_is_introduced_before_the_lesson_the_glossary_names(entries):
    for line in entries:
        term, _, named = LINE.fullmatch(line).groups()
        bold = re.compile(rf"\*\*{re.escape(term)}s?\*\*", re.I)
        for lesson in lessons.numbers():
            source = (lessons.folder(lesson) / "lesson.py").read_text("utf-8")
            prose = " ".join(re.findall(r"^# ?(.*)$", source, re.M))
            if lesson < named:
                assert not bold.search(prose), (term, lesson)
