"""What a text computes in front of the reader is right.

Lessons, questions, hints and documents: "3 x 4 + 1 = 13" is evaluated, also
in a formula; a product in the reason of a quiz option gives a number of that
option; an exercise does not call 3 x 4 what it calls 4 x 3 elsewhere; README's
means are those of the seeds in brackets.
"""

import ast
import math
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal

import pytest

from coursekit import lessons, paths
from coursekit.dev import build

DOCUMENTS = ("README.md", "benchmarks/README.md", "docs/glossary.md")
TEX = (
    (r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"),
    (r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)"),
    (r"\\(?:cdot|times)|×|(?<=[\d)]) x (?=[\d(])", " * "),
    (r"\\approx|≈", "="),
    (r"\\[,;! ]|\\left|\\right|[$`]", ""),
    (r"\^\{([^{}]*)\}", r"**(\1)"),
    (r"\^", "**"),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
)
TERM = r"[-+]?\(*\s*(?:sqrt\()?\s*\d+(?:\.\d+)?\s*\)*"
LEFT = rf"(?<![\w.(])({TERM}(?:\s*(?:\*\*|[-+*/])\s*{TERM})*+)"
SUM = re.compile(
    rf"{LEFT}\s*(?:=|\bis\b)\s*"
    r"(-?\d+(?:\.\d+)?)(?![\w(]|\.\d|\s*(?:[*/]|[-+]\s*\d))"
)
PRODUCT = re.compile(rf"{LEFT}(?!\s*[-+*/=\d(])")
SIZES = re.compile(r"(?<![\d.])(?<!\d \* )(\d+) \* (\d+)(?!\s*[*=]|[\d.])")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
SEEDS = re.compile(r"([\d.]+)(?: %)?(?:\*\*)? *[a-z]* \(([\d., ]+)\)")


def plain(text: str) -> str:
    """One line in Python's signs."""
    for pattern, new in TEX:
        text = re.sub(pattern, new, text)
    return " ".join(text.split())


def worked_out(pattern: re.Pattern, text: str) -> Iterator[tuple]:
    """The groups of each match that is a whole expression, and its value."""
    text = plain(text)
    for match in pattern.finditer(text):
        before = text[: match.start()].rstrip()
        signed = match[1].lstrip()[0] in "+-" and before
        whole = not signed and not re.search(r"[-+*/^)(_|,}\d]$", before)
        if whole and re.search(r"[-+*/]|sqrt", match[1].strip()[1:]):
            try:
                value = eval(match[1], {"sqrt": math.sqrt})
            except (SyntaxError, TypeError, ArithmeticError):
                continue  # brackets that belong to the sentence
            yield *match.groups(), Decimal(str(round(value, 9)))


def without_sums(text: str) -> str:
    """A text in Python's signs without the sums that are worked out."""
    text = plain(text)
    for match in list(SUM.finditer(text)):
        if list(worked_out(SUM, match[0])):
            text = text.replace(match[0], " ")
    return text


def wrong_sums(text: str) -> list[str]:
    return [
        f"{left.strip()} = {right}, not {value}"
        for left, right, value in worked_out(SUM, text)
        if value != Decimal(right)
        and round(value, len(right.partition(".")[2])) != Decimal(right)
    ]


def texts(lesson: str) -> Iterator[str]:
    """Prose, questions, and the texts of the exercises."""
    for cell in build.read_source(lesson).cells:
        if cell.cell_type == "markdown":
            yield cell.source
    folder = lessons.folder(lesson)
    yield (folder / "quiz.toml").read_text(encoding="utf-8")
    tree = ast.parse((folder / "exercises.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_sums_in_a_lessons_texts_are_right(lesson):
    wrong = [
        found
        for text in texts(lesson)
        for part in (text, *FORMULA.findall(text))
        for found in wrong_sums(part)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_sums_in_the_documents_are_right(name):
    text = (paths.kit_root() / name).read_text(encoding="utf-8")
    assert wrong_sums(text) == []


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_product_in_a_quiz_option_gives_a_number_of_the_option(lesson):
    bank = (lessons.folder(lesson) / "quiz.toml").read_text(encoding="utf-8")
    for question in tomllib.loads(bank)["question"]:
        for option in question["option"]:
            said = plain(f"{question['text']} {option['text']} ")
            said = f"{said} {plain(option['explanation'])}"
            for product, value in worked_out(PRODUCT, option["explanation"]):
                sizes = "+" not in product  # 3 x 3 x 64 is computed by nobody
                whole = " * " in product and value == value.to_integral()
                found = re.search(rf"(?<![\d.]){value:f}(?![\d.]\d)", said)
                right = found or sizes or not whole
                assert right, f"{question['id']}: {product}"


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_an_exercise_does_not_exchange_the_sides_of_a_table(lesson):
    source = (lessons.folder(lesson) / "exercises.py").read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if getattr(getattr(node, "func", None), "id", "") == "Exercise":
            found = set(SIZES.findall(plain(ast.unparse(node))))
            turned = {(b, a) for a, b in found if a != b}
            assert not found & turned


def test_the_means_in_the_readme_are_those_of_the_seeds():
    readme = (paths.kit_root() / "README.md").read_text(encoding="utf-8")
    rows = [row for row in readme.splitlines() if row.startswith("|")]
    checked = 0
    for mean, seeds in SEEDS.findall("\n".join(rows)):
        values = [Decimal(seed) for seed in seeds.split(", ")]
        if len(values) > 1:
            last = Decimal(1).scaleb(Decimal(mean).as_tuple().exponent)
            apart = abs(sum(values) / len(values) - Decimal(mean))
            assert apart <= last * Decimal("0.84"), (mean, seeds)
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize(
    "text",
    [
        "so 3 x 4 + 1 = 14.",
        "is $\\sqrt{1/2} = 0.17$",
        "(32 - 5) is 28",
        "$5 \\cdot 4 / 1024 \\approx 0.2$",
    ],
)
def test_a_wrong_sum_is_seen(text):
    assert wrong_sums(text)


@pytest.mark.parametrize(
    "text",
    [
        "so 3 x 4 + 1 = 13.",
        "$61706 \\cdot 4 / 1024 = 241$",
        "n + 2 - 3 = 4",
        "10 (1 + 1) / 4 = 5",
        "2 of 3 = 4",
    ],
)
def test_right_and_unknown_sums_pass(text):
    assert not wrong_sums(text)
