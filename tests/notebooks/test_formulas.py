"""A number inside a formula stands near it, or the formula says its value.

As in test_numbers, but for what stands between dollar signs: in the output or
code near the text, in a sum that test_arithmetic works out, or in an
entry of numbers.toml. A digit after a sign stands near after the same sign,
also with spaces: an index "s - 1" is no "s - 9". A power of ten is one number,
"3.4e38". 0 to 2 alone, and 10, are no results.
"""

import re
from collections import Counter
from decimal import Decimal

import pytest
from test_arithmetic import FORMULA, SUM, without_sums
from test_arithmetic import plain as in_python
from test_numbers import (
    NEAR,
    PROFILES,
    WHOLE,
    cells_of,
    code_only,
    listed,
    numbers_in,
    output_text,
    stands,
    told,
)

from coursekit import lessons

POWER = re.compile(r"(?:(\d+(?:\.\d+)?) \* )?(?<![\d.])10\*\*\(?(-?\d+)\)?")
NUMBER = re.compile(
    r"(?<![\w.])(?<!x_)\d+(?:\.\d+)?(?:e-?\d+)?(?!\w*\()|(?<=_)\d+"
)
SIGNED = re.compile(r"(?<=[a-z\w)}\]])\s*([-+])\s*(\d+)(?![\d.])")
FREE = {"0", "1", "2", "10"}


def one_line(text: str) -> str:
    """A formula in Python's signs, a power of ten as one number."""
    text = in_python(re.sub(r"\{,\}", ",", text))
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return POWER.sub(lambda m: f" {m[1] or 1}e{m[2]} ", text)


def asked(formula: str) -> list[str]:
    """The numbers of a formula that are not in a sum that is worked out."""
    text = one_line(without_sums(formula))
    return [m[0] for m in NUMBER.finditer(text) if m[0] not in FREE]


def offsets(text: str) -> set[tuple[str, str]]:
    """Digits after a sign: of "s - 1" the "-" and the "1"."""
    return set(SIGNED.findall(text))


def unexplained(lesson: str) -> list[str]:
    """Numbers of a lesson's formulas that stand nowhere, with the formula."""
    cells, said, missing = cells_of(lesson), told(lesson), []
    code = [k for k, cell in enumerate(cells) if cell["cell_type"] == "code"]
    answers = lessons.folder(lesson) / "exercises.py"
    practice = code_only(answers.read_text(encoding="utf-8"))
    settings = str([lessons.facts(lesson)[name] for name in PROFILES])
    signs = Counter(
        one
        for cell in cells
        if cell["cell_type"] == "markdown"
        for formula in FORMULA.findall("".join(cell["source"]))
        for one in offsets(in_python(formula))
    )
    heading = ""
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            continue
        near = [k for k in code if k < place][-NEAR:]
        near += [k for k in code if k > place][:NEAR]
        around = "\n".join(
            code_only("".join(cells[k]["source"]))
            + "\n"
            + output_text(cells[k])
            for k in near
        )
        for part in re.split(r"^(?=## )", "".join(cell["source"]), flags=re.M):
            if part.startswith("## "):
                heading = part.splitlines()[0][3:]
            text = around + settings
            text += practice * heading.startswith("Exercises")
            part = re.split(r"^\**References", part, flags=re.M)[0]
            part = re.sub(r"`[^`]*`", " ", part)
            known = numbers_in(text)
            quoted = listed(lesson, heading or "the opening")
            known |= quoted
            known |= said if heading in WHOLE else set()
            for formula in FORMULA.findall(part):
                missing += [
                    f"{number} in {formula} of {heading or 'the opening'!r}"
                    for number in asked(formula)
                    if not stands(number, "%" in formula, known)
                ]
                missing += [
                    f"{sign} {number} in {formula} of {heading!r}"
                    for sign, number in offsets(in_python(formula))
                    if signs[sign, number] < 2
                    and (sign, number) not in offsets(text)
                    and Decimal(number) not in {n for n, _ in quoted}
                    and not SUM.search(in_python(formula))
                ]
    return missing


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_of_a_formula_is_computed_or_has_a_source(lesson):
    assert unexplained(lesson) == []


@pytest.mark.parametrize(
    ("formula", "numbers"),
    [
        (r"$3.4 \cdot 10^{38}$", ["3.4e38"]),
        (r"$10 \cdot 3.4^{38}$", ["3.4", "38"]),
        (r"$h_{49}$", ["49"]),
        (r"$3 \cdot 4 = 12$", []),
        (r"$10{,}000$", ["10000"]),
    ],
)
def test_numbers_of_a_formula_are_asked_but_those_of_sums(formula, numbers):
    assert asked(formula) == numbers


def test_another_index_is_seen():
    assert offsets(one_line(r"$h_{s-9} + x$")) == {("-", "9")}
