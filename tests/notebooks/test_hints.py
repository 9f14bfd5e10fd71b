"""Numbers in the reasons of the quiz, in hints and in diagnoses.

A reason's number stands in its question, its own option or the right one; a
decimal and what is 100 or more may be computed from two of these. That of an
exercise stands in its reference and cases, in the lesson's cells that name it,
or is computed so from these. Otherwise lesson.toml quotes it, for "the quiz"
or "the hints". Sums are evaluated in test_arithmetic.
"""

import ast
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from test_numbers import (
    PERCENT,
    Numbers,
    cells_of,
    listed,
    numbers_in,
    output_text,
    plain,
    stands,
    value,
)

from coursekit import lessons
from coursekit.quizzes import bank as quizzes

ALONE = re.compile(
    r"(?<![\w.,_^-])(?:(?<!/)\d|\d[\d,_]*\d)(?:\.\d+)?(?![.,]?\d|\w)"
)
# Of more numbers nearly everything can be computed, and so can what is small.
FEW, LARGE = 25, 100


def computed(known: Numbers) -> set[Decimal]:
    """What one operation makes of two of the numbers."""
    found: set[Decimal] = set()
    if len(known) <= FEW:
        for (a, _), (b, _) in itertools.product(known, repeat=2):
            found |= {a + b, a - b, a * b, *([a / b] if b else [])}
    return found


def missing(text: str, known: Numbers, made: set[Decimal]) -> list[str]:
    """The numbers of a text that are neither known nor made of these."""
    known = known | numbers_in(" ".join(re.findall(r"`[^`]*`", text)))
    text, found = plain(text), []
    for match in ALONE.finditer(text):
        percent = bool(PERCENT.match(text, match.end()))
        large = value(match[0]) >= LARGE and value(match[0]) in made
        decimals = {(n, True) for n in made} if "." in match[0] else set()
        if not (
            re.match(r"0\d|[01]$", match[0])  # 009, an exercise, an axis
            or large
            or stands(match[0], percent, known | decimals)
        ):
            found.append(match[0])
    return found


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_in_a_reason_of_the_quiz_belongs_to_its_question(lesson):
    found = []
    for question in quizzes.load(lesson).questions:
        right = [option.text for option in question.options if option.right]
        for option in question.options:
            said = numbers_in(" ".join([question.text, option.text, *right]))
            known, made = said | listed(lesson, "the quiz"), computed(said)
            for number in missing(option.explanation, known, made):
                found.append((question.id, number, option.explanation))
    assert found == []


def texts(node: ast.AST) -> list[str]:
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def called(node: ast.AST, name: str) -> Iterator[ast.Call]:
    for one in ast.walk(node):
        if getattr(getattr(one, "func", None), "id", "") == name:
            yield one


def facts_of(exercise: ast.Call, tree: ast.Module, told: set) -> Numbers:
    """The numbers of an exercise and of all that it names, not of texts."""
    named = {
        d.name: d for d in tree.body if isinstance(d, ast.FunctionDef)
    } | {
        target.id: d
        for d in tree.body
        if isinstance(d, ast.Assign)
        for target in d.targets
        if isinstance(target, ast.Name)
    }
    found: Numbers = set()
    look = [exercise]
    while look:
        for node in ast.walk(look.pop()):
            if isinstance(node, ast.Name) and node.id in named:
                look.append(named.pop(node.id))
            if isinstance(node, ast.Constant) and node.value not in told:
                found |= numbers_in(str(node.value))
    return found


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_in_a_hint_belongs_to_its_exercise(lesson):
    source = (lessons.folder(lesson) / "exercises.py").read_text("utf-8")
    tree, cells, found = ast.parse(source), cells_of(lesson), []
    for exercise in called(tree, "Exercise"):
        parts = {key.arg: key.value for key in exercise.keywords}
        told = texts(parts["hints"])
        for mistake in called(exercise, "Mistake"):
            told += [text for arg in mistake.args[1:] for text in texts(arg)]
        name = parts["id"].value
        there = " ".join(
            "".join(cell["source"]) + output_text(cell)
            for cell in cells
            if name in "".join(cell["source"])
        )
        asked = numbers_in(there)
        known = asked | listed(lesson, "the hints")
        known |= facts_of(exercise, tree, set(told))
        for text in told:
            for number in missing(text, known, computed(asked)):
                found.append((name, number, text))
    assert found == []


def test_a_number_that_nobody_gave_is_missing():
    known = numbers_in("5 and 12.5")
    found = missing("5 x 12.5 is 62.5, and 41 is 62", known, computed(known))
    assert found == ["41", "62"]
