"""What a lesson quotes from a benchmark stands in that benchmark's results.

Or, if it is a setting, in the program: ``source = "benchmarks/NAME.py, ..."``
in a ``[[quoted]]`` entry of numbers.toml. What an entry lists stands in its
text, in the text's order: write them down as you read (a number may come
twice).
"""

import ast
import itertools
import re
from decimal import Decimal

import pytest
from test_arithmetic import FORMULA
from test_formulas import one_line
from test_numbers import (
    SIDES,
    code_only,
    in_digits,
    numbers_in,
    parts,
    plain,
    sources,
    stands,
    value,
)

from coursekit import lessons, paths
from coursekit.dev import measured

NUMBER = re.compile(r"(?<![\w.,])\d(?:[\d,]*\d)?(?:\.\d+)?(?:e-?\d+)?(?!\w)")
PRACTICE = re.compile(r"the quiz$|the hints$|\d\d\.\d$")
NEAR = 40  # characters between two numbers that follow each other
ENTRIES = [
    (lesson, entry)
    for lesson in lessons.numbers()
    for entry in sources(lesson)["quoted"]
    if "benchmarks/" in entry["source"]
]


def numbers(value, share: bool = False) -> list[str]:
    """All numbers below a field of a results file.

    What is counted in per cent there may be quoted as a share.
    """
    if isinstance(value, measured.Numbers):
        value = [*value.seeds, value.mean, value.least, value.most]
        value += [v / 100 for v in value if v is not None] * share
    if isinstance(value, dict):
        return [
            number
            for field, one in value.items()
            for number in numbers(one, str(field).endswith("_percent"))
        ]
    if isinstance(value, list):
        return [number for one in value for number in numbers(one)]
    return re.findall(r"\d+(?:\.\d+)?", f"{value}")


def results(benchmark: str) -> set[tuple[Decimal, bool]]:
    known = numbers(measured.results().get(benchmark, {}))
    program = paths.kit_root() / "benchmarks" / f"{benchmark}.py"
    settings = code_only(program.read_text(encoding="utf-8"))
    return numbers_in(" ".join(known)) | numbers_in(settings)


@pytest.mark.parametrize(("lesson", "entry"), ENTRIES)
def test_a_quoted_result_stands_in_the_benchmarks_file(lesson, entry):
    names = re.findall(r"benchmarks/(\w+)\.py", entry["source"])
    known = set().union(*map(results, names))
    missing = [n for n in entry["numbers"] if not stands(n, True, known)]
    assert not missing, (lesson, entry["source"])


def texts(lesson: str, where: str) -> list[str]:
    """The texts that an entry is for."""
    if where == "the quiz":
        return [(lessons.folder(lesson) / "quiz.toml").read_text("utf-8")]
    if PRACTICE.match(where):
        return [(lessons.folder(lesson) / "exercises.py").read_text("utf-8")]
    return [
        re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
        for heading, prose, _ in parts(lesson)
        if (heading or "the opening").startswith(where)
    ]


def said_of(lesson: str, place: str) -> list[str]:
    """The hints, diagnoses and praise of an exercise, or of all."""
    source = (lessons.folder(lesson) / "exercises.py").read_text("utf-8")
    return [
        one.value
        for node in ast.walk(ast.parse(source))
        if getattr(getattr(node, "func", None), "id", "") == "Exercise"
        and (place == "the hints" or f"'{place}'" in ast.unparse(node))
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def unused(numbers: list[str], texts: list[str]) -> list[str]:
    """Numbers that no text says, in digits, words or as sides."""
    text = " ".join(texts).replace("{,}", ",")
    words = [in_digits(word) for word in re.findall(r"[A-Za-z]+", text)]
    words += map(one_line, FORMULA.findall(text))
    said = {number for number, _ in numbers_in(f"{text} {words}")}
    said |= {Decimal(a) * Decimal(b) for a, b in SIDES.findall(text)}
    return [one for one in numbers if value(one) not in said]


def turned(numbers: list[str], text: str) -> list[str]:
    """Neighbours in the text that the entry lists the other way round."""
    found = list(NUMBER.finditer(" ".join(plain(text).split())))
    listed = list(itertools.combinations(numbers, 2))
    return [
        f"{a[0]} before {b[0]}"
        for a, b in itertools.pairwise(found)
        if b.start() - a.end() <= NEAR
        and (b[0], a[0]) in listed
        and (a[0], b[0]) not in listed
    ]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_quoted_number_is_said_in_the_order_of_its_entry(lesson):
    for entry in sources(lesson)["quoted"]:
        place = entry.get("where", "")
        numbers, source = entry["numbers"], entry["source"]
        formulas = [x.get("is", "") for x in sources(lesson)["worded"]]
        no_text = unused(numbers, texts(lesson, place) + formulas)
        assert not no_text, f"{source!r}: nobody says {no_text}"
        if place == "the hints" or re.match(r"\d\d\.\d$", place):
            prose = said_of(lesson, place)
        else:
            prose = [] if PRACTICE.match(place) else texts(lesson, place)
        order = [found for text in prose for found in turned(numbers, text)]
        assert not order, f"{source!r}: the text has {order}"


def test_an_exchange_of_quoted_numbers_is_seen():
    assert not turned(["40", "1.5"], "40 became 1.5")
    assert turned(["40", "1.5"], "1.5 became 40") == ["1.5 before 40"]


def test_a_result_is_known_by_its_seeds_its_mean_and_its_ends():
    field = measured.Numbers([1.25, 3.75], {})
    assert set(numbers({"x": field})) == {"1.25", "3.75", "2.5"}
