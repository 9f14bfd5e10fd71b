"""What a lesson quotes from a benchmark stands in that benchmark's results.

Or, if it is a setting, in the program: ``source = "benchmarks/NAME.py, ..."``
in a ``[[quoted]]`` entry of lesson.toml.
"""

import re
from decimal import Decimal

import pytest
from test_numbers import code_only, numbers_in, stands

from coursekit import lessons, paths
from coursekit.dev import measured

ENTRIES = [
    (lesson, entry)
    for lesson in lessons.numbers()
    for entry in lessons.facts(lesson).get("quoted", ())
    if "benchmarks/" in entry["source"]
]


def numbers(value) -> list[str]:
    """All numbers below a field of a results file."""
    if isinstance(value, measured.Numbers):
        value = [*value.seeds, value.mean, value.least, value.most]
    if isinstance(value, dict):
        value = list(value.values())
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


def test_a_result_is_known_by_its_seeds_its_mean_and_its_ends():
    field = measured.Numbers([1.25, 3.75], {})
    assert set(numbers({"x": field})) == {"1.25", "3.75", "2.5"}
