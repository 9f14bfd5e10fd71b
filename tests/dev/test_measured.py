"""README's measured results come from the files of what was measured."""

import json
import re

import pytest

from coursekit import paths
from coursekit.dev import measured
from coursekit.errors import CourseError

BENCHMARKS = paths.kit_root() / "benchmarks"
TEMPLATE = (BENCHMARKS / "measured.md").read_text(encoding="utf-8")
FILES = sorted((BENCHMARKS / "results").glob("*.json"))
# What the reader is told of a field, by the end of its name.
UNITS = {
    "percent": r"%",
    "milliseconds": r"\bmilliseconds\b",
    "cpu_seconds": r"\bCPU s",
    "first_update_seconds": r"\bseconds\b",
    "seconds_for_1000_captions": r"^ s\b",
    "peak_memory_mb": r"GB",
    "points": r"^ points",
    "degrees": r"\bdegrees\b",
    "images": r"^ test images|^ \(at",
}
# Numbers that name something: years, layers, steps, sizes of the table.
NAMES = {
    "0.35",
    "14",
    "26",
    "38",
    "20",
    "80",
    "400",
    "100",
    "12",
    "1998",
    "1989",
}


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def document(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def test_a_file_says_how_and_when_it_was_measured(document):
    assert document["command"].startswith("python benchmarks/")
    # What was printed before a date was printed has its versions.
    assert document.get("measured") or document.get("versions")
    assert (BENCHMARKS / f"{document['benchmark']}.py").is_file()


def test_what_was_copied_says_from_where_and_has_no_versions(document):
    assert ("copied" in document) != ("versions" in document)


def test_the_text_around_the_results_has_no_number_of_its_own():
    text = re.sub(r"\{[^{}]*\}|`[^`]*`|\]\([^)]*\)", " ", TEMPLATE)
    text = re.sub(r"^@ .*$|lesson \d\d", " ", text, flags=re.MULTILINE)
    assert set(re.findall(r"\d[\d.,]*\d", text)) <= NAMES


def test_the_unit_of_a_field_stands_in_its_paragraph():
    checked = 0
    for paragraph in re.split(r"\n\n(?!\|)", TEMPLATE):
        for match in re.finditer(r"\{([^{}:]*)(:[^{}]*)?\}", paragraph):
            name = re.findall(r"\w+", match[1])[-1]
            for end, unit in UNITS.items():
                if name.endswith(end):
                    rest = f"{paragraph[match.end() :]} {match[2]}"
                    found = re.search(unit, rest) or (
                        not unit.startswith("^")
                        and re.search(unit, paragraph[: match.start()])
                    )
                    assert found, (match[0], unit)
                    checked += 1
    assert checked > 50


def test_a_result_that_nobody_measured_cannot_be_told(monkeypatch):
    monkeypatch.setattr(measured, "results", lambda: {"zipcode": {}})
    with pytest.raises(CourseError, match="no result for"):
        measured.text()


@pytest.mark.parametrize(
    ("spec", "written"),
    [(".1f", "2.0"), ("each .1f", "1.0, 3.0"), ("range .0f", "1 to 3")],
)
def test_numbers_of_seeds_are_written_as_asked(spec, written):
    assert format(measured.Numbers([1.0, 3.0], {}), spec) == written
