"""A number in a name, and the year of a source, are said twice alike.

"LeNet-5" and "CIFAR-10" stand in another cell of the lesson, in its outputs or
in another lesson, too. The year behind "He et al." or "Szegedy and others" is
one that the references of a lesson, or docs/sources.md, have beside that name.
"""

import functools
import re
from collections import Counter

import pytest
from test_numbers import cells_of, output_text

from coursekit import lessons, paths

NAME = re.compile(
    r"(?<![\w-])[A-Z][A-Za-z]+(?:-[A-Z]\w*)?-\d+(?:\.\d+)?(?!\w)"
)
ONCE = {"AVX-512", "MobileNet-0.25", "SSST-8", "VGG-19"}  # looked up
SOURCE = re.compile(r"([A-Z]\w[\w'-]+),? (?:et al\.|and others),? \(?(\d+)")


def text_of(cell: dict) -> str:
    return f"{''.join(cell['source'])}\n{output_text(cell)}"


@functools.cache
def names() -> Counter:
    """In how many cells of the course each name with a number stands."""
    return Counter(
        name
        for lesson in lessons.numbers()
        for cell in cells_of(lesson)
        for name in set(NAME.findall(text_of(cell)))
    )


@functools.cache
def references() -> str:
    """The lines of all lists of references, and of docs/sources.md."""
    sources = paths.kit_root() / "docs" / "sources.md"
    said = [sources.read_text(encoding="utf-8")]
    for lesson in lessons.numbers():
        for cell in cells_of(lesson):
            text = "".join(cell["source"])
            said += re.split(r"^\**References", text, flags=re.M)[1:]
    return "\n".join(said)


def unknown_year(name: str, year: str, known: str) -> bool:
    """Does no entry with the name have the year within it?"""
    return not re.search(
        rf"{re.escape(name)}(?:(?!\n\n|\n- |\n\|).)*?\b{year}\b", known, re.S
    )


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_in_a_name_is_the_one_it_has_elsewhere(lesson):
    text = "\n".join(text_of(cell) for cell in cells_of(lesson))
    once = {n for n in NAME.findall(text) if names()[n] < 2} - ONCE
    assert not {n for n in once if text.count(n) < 2}


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_the_year_of_a_source_is_that_of_its_reference(lesson):
    wrong = []
    for cell in cells_of(lesson):
        if cell["cell_type"] == "markdown":
            text = " ".join("".join(cell["source"]).split())
            wrong += [
                f"{name} {year}"
                for name, year in SOURCE.findall(text)
                if unknown_year(name, year, references())
            ]
    assert wrong == []


def test_another_year_is_seen():
    known = "- K. He et al., *Deep residual learning*, CVPR 2016"
    assert not unknown_year("He", "2016", known)
    assert unknown_year("He", "2013", known)
