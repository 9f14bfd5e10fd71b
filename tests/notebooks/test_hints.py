"""Numbers in the reasons of the quiz, in hints and in diagnoses.

A reason's number stands in its question, its own option or the right one; a
decimal and what is 100 or more may be computed from two of these. That of an
exercise stands in its reference and cases, in the lesson's cells that name it,
or is computed so from these; a single digit in its question, its reference and
what that calls, or in the edit that a diagnosis is about. In an expression
with names it stands beside the same sign there: "n - 1", "x ** 2". Otherwise
numbers.toml quotes it with where = "the quiz", "the hints" or the exercise's
name. Sums are evaluated in test_arithmetic.
"""

import ast
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from test_arithmetic import without_sums
from test_numbers import (
    PERCENT,
    SIDES,
    Numbers,
    cells_of,
    numbers_in,
    output_text,
    plain,
    sources,
    stands,
    value,
)

from coursekit import lessons
from coursekit.quizzes import bank as quizzes

# Numbers, names, signs of an expression; brackets and names are alike.
TOKEN = re.compile(
    r"(?P<number>\d[\d_,]*\d(?:\.\d+)?|\d*\.?\d+(?:e-?\d+)?)"
    r"|(?P<name>[A-Za-z_][\w.]*|[()\[\]])"
    r"|(?P<sign>\*\*|//|[-+*/^%@<>]=?|=(?=\d))|\S"
)
ALONE = re.compile(
    r"(?<![\w.,_^-])(?:(?<!/)\d|\d[\d,_]*\d)(?:\.\d+)?(?![.,]?\d|\w)"
)
ADD = "wrong, or to be listed in numbers.toml, [[quoted]] with where = {}"
USUAL = {"+ 1", "- 1", "1 -", "1 /", "** 2"}  # in many formulas
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
            (re.match(r"0\d|[01]$", match[0]) and not percent)  # 009; no, yes
            or large
            or stands(match[0], percent, known | decimals)
        ):
            found.append(match[0])
    return found


def quoted(lesson: str, *places: str) -> Numbers:
    """What numbers.toml lists for just these places."""
    entries = sources(lesson)["quoted"]
    return {
        one
        for entry in entries
        if entry.get("where") in places
        for number in entry["numbers"]
        for one in numbers_in(number)
    }


def signed(text: str) -> set[str]:
    """Numbers with the sign between them and a name: "- 3", "axis 0"."""
    text = re.sub(r"\baxis[ =]+(?=\d)", "axis ** axis + ", text)
    text = re.sub(r"(?<=[\s(,])-(?=[\d(])", "", text).replace("^", "**")
    found = list(TOKEN.finditer(text))
    pairs = set()
    for a, sign, b in zip(found, found[1:], found[2:], strict=False):
        if sign["sign"] and a["number"] and b["name"]:
            pairs.add(f"{a[0]} {sign[0]}")
        elif sign["sign"] and a["name"] and b["number"]:
            axis = a[0] == "axis" and sign[0] == "+"
            pairs.add(f"axis {b[0]}" if axis else f"{sign[0]} {b[0]}")
    return pairs


def other(text: str, code: str, extra: Numbers) -> list[str]:
    """Unequal sides, and places of a name, that the exercise does not have."""
    sides = [
        f"{a} x {b}"
        for a, b in SIDES.findall(text)
        if a != b
        and not re.search(rf"\b{a}(?: x |, ?){b}\b", code)
        and not numbers_in(f"{a} {b}") <= extra
    ]
    places = re.findall(r"(\w+)(\[\d+\])", text)
    return sides + [
        f"{name}{place}"
        for name, place in places
        if f"{name}[" in code and f"{name}{place}" not in code
    ]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_in_a_reason_of_the_quiz_belongs_to_its_question(lesson):
    found = []
    for question in quizzes.load(lesson).questions:
        right = [option.text for option in question.options if option.right]
        for option in question.options:
            said = numbers_in(" ".join([question.text, option.text, *right]))
            known, made = said | quoted(lesson, "the quiz"), computed(said)
            for number in missing(option.explanation, known, made):
                found.append((question.id, number, option.explanation))
    assert not found, f"{found}: {ADD.format('the quiz')}"


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


def named_by(node: ast.AST, tree: ast.Module) -> list[ast.AST]:
    """A node and the definitions of what it names, and of what these name."""
    named = {
        d.name: d for d in tree.body if isinstance(d, ast.FunctionDef)
    } | {
        target.id: d
        for d in tree.body
        if isinstance(d, ast.Assign)
        for target in d.targets
        if isinstance(target, ast.Name)
    }
    found = [node]
    for one in found:
        for part in ast.walk(one):
            if isinstance(part, ast.Name) and part.id in named:
                found.append(named.pop(part.id))
    return found


def facts_of(exercise: ast.Call, tree: ast.Module, told: set) -> Numbers:
    """The numbers of an exercise and of all that it names, not of texts."""
    return {
        number
        for part in named_by(exercise, tree)
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and node.value not in told
        for number in numbers_in(str(node.value))
    }


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_in_a_hint_belongs_to_its_exercise(lesson):
    source = (lessons.folder(lesson) / "exercises.py").read_text("utf-8")
    tree, cells, found = ast.parse(source), cells_of(lesson), []
    for exercise in called(tree, "Exercise"):
        parts = {key.arg: key.value for key in exercise.keywords}
        name = parts["id"].value
        mistakes = list(called(exercise, "Mistake"))
        told = [(text, "") for text in texts(parts["hints"])]
        praise = texts(parts["explanation"]) if "explanation" in parts else []
        told += [(without_sums(text), "") for text in praise]
        for mistake in mistakes:
            about = " ".join(texts(mistake.args[0]))
            told += [
                (x, about) for arg in mistake.args[1:] for x in texts(arg)
            ]
        here = [cell for cell in cells if name in "".join(cell["source"])]
        question = " ".join("".join(cell["source"]) for cell in here)
        asked = numbers_in(question + " ".join(map(output_text, here)))
        extra = quoted(lesson, "the hints", name)
        code = "\n".join(map(ast.unparse, named_by(parts["reference"], tree)))
        code = f"{question}\n{code}"
        edits = "\n".join(
            f"{ast.unparse(part)}\n" + "\n".join(texts(part))
            for one in mistakes
            for part in named_by(one.args[0], tree)
        )
        wide = (
            asked
            | extra
            | facts_of(exercise, tree, {*praise, *(x for x, _ in told)})
        )
        large = {number for number in wide if number[0] >= 10}
        for text, about in told:
            known = large | extra | numbers_in(f"{code}\n{about}")
            found += [
                (name, number, text)
                for number in missing(text, known, computed(asked))
            ]
            found += [
                (name, x, text) for x in other(text, code + edits, extra)
            ]
            found += [
                (name, pair, text)
                for pair in signed(text) - signed(f"{code}\n{edits}") - USUAL
                if not numbers_in(pair) <= extra
            ]
    assert not found, f"{found}: {ADD.format('the name of the exercise')}"


def test_a_number_that_nobody_gave_is_missing():
    known = numbers_in("5 and 12.5")
    found = missing("5 x 12.5 is 62.5, and 41 is 62", known, computed(known))
    assert found == ["41", "62"]


def test_other_sides_and_places_are_seen():
    code = "pool(x, 3, 1); first[0], first[1]"
    said = "a 3 x 1 window of first[2], not 3 x 2"
    assert other(said, code, set()) == ["3 x 2", "first[2]"]


def test_a_number_in_an_expression_has_its_sign():
    assert signed("(n - 3) / 2 over axis 1") == {"- 3", "/ 2", "axis 1"}
    assert signed("from -3 to 3, a 3 x 3 window; 5 - 3 = 2") == set()
