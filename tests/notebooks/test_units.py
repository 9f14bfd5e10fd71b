"""A number of the prose has the unit that it has where it comes from.

Where an output near the text gives the number a unit, it is this one. And a
unit of measurement stands in the cells near it, or in the source of the number
where numbers.toml quotes it; what is counted (digits, maps ...) there, or in
another sentence nearby. "14 x 14" is the size of something flat. And a number
that the lesson gives to one kind of things (64 maps) is not that of another,
like kind in a single place (64 layers): where it is, the source of a
``[[quoted]]`` entry for it names that.
"""

import re

import pytest
from test_numbers import (
    IN_CODE,
    NEAR,
    PERCENT,
    cells_of,
    numbers_in,
    output_text,
    plain,
    sources,
    stands,
)

from coursekit import lessons

# A unit, and how else it is written where the number comes from.
MEASURED = {
    "KB": "KB|kilobyte",
    "MB": "MB|megabyte",
    "GB": "GB|gigabyte",
    "s": r"\bs\b|second",
    "ms": "ms|milli",
    "microseconds": "micro",
    "milliseconds": "milli",
    "seconds": r"\bs\b|second",
    "minutes": "minute",
    "hours": "hour",
    "days": "day",
    "months": "month",
    "degrees": "degree",
    "ppm": "ppm",
    "bits": "bit|log2",
    "bytes": "byte|uint8",
    "nats": "nat",
    "points": "point",
}
COUNTED = "pixels digits pictures weights parameters words steps layers"
COUNTED += " epochs maps numbers units captions sentences places photographs"
COUNTED += (
    " reviews pairs classes samples readings products filters connections"
)
# What is counted everywhere may stand nowhere else.
EVERYWHERE = {"pixels", "numbers", "units"}
NOUNS = {n: n.rstrip("s") for n in COUNTED.split() if n not in EVERYWHERE}
# Kinds that a slip may take for each other.
ALIKE = [
    {"maps", "layers", "filters", "units", "weights", "parameters"},
    {"steps", "epochs", "days", "hours", "minutes", "seconds"},
    {"digits", "pixels", "pictures", "photographs", "reviews", "captions"},
]
ALL = set().union(*ALIKE, ["samples", "sentences", "pairs", "words"])
LARGE = 3  # signs: such a number counts one kind of all
NO_SIZE = {"layers", "steps", "epochs", "units", "words"}
SIDES = re.compile(rf"\d x \d+ ({'|'.join(NO_SIZE)})(?!\w)")
UNIT = re.compile(rf" ?(%|{'|'.join([*MEASURED, *COUNTED.split()])})(?!\w)")
ALONE = re.compile(
    r"(?<![\w.])(?<!\d x )(\d[\d.,]*\d)"
    rf" ({'|'.join(sorted(ALL))})(?!\w)"
)
WITH_UNIT = re.compile(rf"(?<![\w.])(\d[\d.,]*\d|\d){UNIT.pattern}")


def units_of(number: str, percent: bool, lines: list[str]) -> set[str]:
    """What stands behind the number in lines of outputs."""
    return {
        unit[1]
        for line in lines
        for place in IN_CODE.finditer(line)
        if stands(number, percent, numbers_in(place[0]))
        and (unit := UNIT.match(line, place.end()))
    }


def wrong(
    text: str, near: str, lines: list[str], quoted=(), around: str = ""
) -> list[str]:
    """The numbers with a unit that they cannot have."""
    found = []
    for match in WITH_UNIT.finditer(" ".join(plain(text).split())):
        number, unit = match.groups()
        percent = bool(PERCENT.match(match.string, match.end(1)))
        there = units_of(number, percent, lines) if len(number) > 1 else set()
        known = [near, *re.findall(r"`[^`]*`", text)]
        known += [e["source"] for e in quoted if number in e["numbers"]]
        if unit in NOUNS:  # another sentence may use it, too
            known += [around, match.string[: match.start()]]
            known += [match.string[match.end() :]]
        if SIDES.match(match.string, match.start() - 4):
            found.append(f"{match[0]}: a size of what is flat, not of {unit}")
        elif there and unit not in there:
            found.append(f"{match[0]}: {there} in the output")
        elif not there and not re.search(
            MEASURED.get(unit, NOUNS.get(unit, "")), " ".join(known), re.I
        ):
            found.append(f"{match[0]}: no such unit near it")
    return found


def other_kind(texts: list[str], outputs: list[str], quoted=()) -> list[str]:
    """What is counted in one place, and as another, like kind elsewhere."""
    said = [m.groups() for text in texts for m in ALONE.finditer(text)]
    printed = [m.groups() for text in outputs for m in ALONE.finditer(text)]
    return [
        f"{number} {unit}: elsewhere {', '.join(sorted(other))}"
        for number, unit in said
        for kinds in (ALIKE if len(number) < LARGE else [ALL])
        if unit in kinds
        and [*said, *printed].count((number, unit)) == 1
        and (
            other := {
                u for n, u in said + printed if n == number and u in kinds
            }
            - {unit}
        )
        and not any(
            number in e["numbers"] and NOUNS.get(unit, unit) in e["source"]
            for e in quoted
        )
    ]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_units_are_those_of_the_outputs(lesson):
    cells, found = cells_of(lesson), []
    code = [k for k, cell in enumerate(cells) if cell["cell_type"] == "code"]
    quoted = sources(lesson)["quoted"]
    for place, cell in enumerate(cells[1:], start=1):
        if cell["cell_type"] == "code":
            continue
        near = [k for k in code if k < place][-NEAR:]
        near += [k for k in code if k > place][:NEAR]
        lines = [x for k in near for x in output_text(cells[k]).split("\n")]
        said = [line for k in near for line in cells[k]["source"]]
        prose = "".join(cell["source"])
        prose = re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
        beside = cells[max(0, place - 3) : place + 4]
        texts = [c for c in beside if c["cell_type"] == "markdown"]
        around = " ".join("".join(c["source"]) for c in texts if c is not cell)
        found += wrong(prose, " ".join(said + lines), lines, quoted, around)
    assert found == []


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_units_of_the_opening_are_those_of_the_lesson(lesson):
    opening, *rest = cells_of(lesson)
    said = [f"{''.join(c['source'])}\n{output_text(c)}" for c in rest]
    lines = "\n".join(said).split("\n")
    text = " ".join(plain("".join(opening["source"])).split())
    for match in WITH_UNIT.finditer(text):
        number, unit = match.groups()
        percent = bool(PERCENT.match(text, match.end(1)))
        there = units_of(number, percent, lines) if len(number) > 1 else set()
        assert unit in there | NOUNS.keys() or not there, match[0]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_number_counts_the_same_kind_in_all_of_a_lesson(lesson):
    cells = cells_of(lesson)
    texts = [
        " ".join(plain("".join(cell["source"])).split())
        for cell in cells
        if cell["cell_type"] == "markdown"
    ]
    outputs = [output_text(cell) for cell in cells]
    quoted = sources(lesson)["quoted"]
    found = other_kind(texts, outputs, quoted)
    assert found == []


@pytest.mark.parametrize(
    ("text", "right"),
    [("0.53 ppm", True), ("0.53 degrees", False), ("7 KB", False)],
)
def test_another_unit_is_seen(text, right):
    line = "mean 0.53 ppm"
    assert (wrong(text, line, [line]) == []) == right


def test_another_kind_is_seen():
    texts = ["It makes 64 maps.", "Of 64 maps", "The 64 layers"]
    assert other_kind(texts, []) == ["64 layers: elsewhere maps"]
