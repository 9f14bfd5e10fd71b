"""Numbers in the reasons of the quiz, in hints and in diagnoses.

A reason's number stands in its own question or options; a decimal and what
is 100 or more may be computed from two of them. That of an exercise stands in
its reference and cases, in the lesson's cells that name it, or is computed so
from these. Otherwise lesson.toml quotes it, for "the quiz" or "the hints".
Sums are evaluated in test_arithmetic.
"""

import ast
import itertools
import re
from collections.abc import Iterator

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
)

from coursekit import lessons
from coursekit.quizzes import bank as quizzes

ALONE = re.compile(
    r"(?<![\w.,_^-])(?:(?<!/)\d|\d[\d,_]*\d)(?:\.\d+)?(?![\w.]\d|\w)"
)
# Of more numbers nearly everything can be computed, and so can what is small.
FEW, LARGE = 25, 100


def computed(known: Numbers) -> Numbers:
    """The numbers, and what one operation makes of two of them."""
    found = set(known)
    if len(found) <= FEW:
        for (a, _), (b, _) in itertools.product(known, repeat=2):
            made = [a + b, a - b, a * b, *([a / b] if b else [])]
            found |= {(n, True) for n in made if n >= LARGE or n != int(n)}
    return found


def missing(text: str, known: Numbers) -> list[str]:
    code = numbers_in(" ".join(re.findall(r"`[^`]*`", text)))
    text = plain(text)
    return [
        match[0]
        for match in ALONE.finditer(text)
        if not re.match(r"0\d", match[0])  # 009, or an exercise
        and not stands(
            match[0], bool(PERCENT.match(text, match.end())), known | code
        )
    ]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_in_a_reason_of_the_quiz_belongs_to_its_question(lesson):
    found = []
    for question in quizzes.load(lesson).questions:
        said = [question.text, *(option.text for option in question.options)]
        known = computed(numbers_in(" ".join(said)))
        known |= listed(lesson, "the quiz")
        for option in question.options:
            for number in missing(option.explanation, known):
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
        known = computed(numbers_in(there)) | listed(lesson, "the hints")
        known |= facts_of(exercise, tree, set(told))
        for text in told:
            large = [n for n in missing(text, known) if len(n) > 1]
            found += [(name, number, text) for number in large]
    assert found == []


def test_a_number_that_nobody_gave_is_missing():
    known = computed(numbers_in("5 and 12.5"))
    assert missing("5 x 12.5 is 62.5, and 41 is 13", known) == ["41", "13"]
