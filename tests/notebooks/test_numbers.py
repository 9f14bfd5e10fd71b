"""Every number in a lesson's prose is computed there, or has its source.

A number of two digits or more, and every decimal, stands in an output or in
the code (comments excluded) of its own section, perhaps rounded; a percentage
as a share, too; a number of an exercise may stand in exercises.py, a setting
in lesson.toml. Otherwise lesson.toml lists it::

    [[quoted]]
    numbers = ["0.902", "10,000"]
    source = "full run, MNIST, three seeds"

Not asked about: years, numbers of lessons, exercises and figures, formulas,
references.
"""

import io
import json
import re
import tokenize
from decimal import Decimal

import pytest

from coursekit import lessons
from coursekit.settings import PROFILES

NUMBER = re.compile(r"(?<![\w.,_])\d(?:[\d,_]*\d)?(?:\.\d+)?(?:e-?\d+)?(?!\w)")
IN_CODE = re.compile(r"(?<![A-Za-z_])\d[\d,_]*(?:\.\d*)?(?:e[-+]?\d+)?")
# Of a percent the sign may come a few words later: "81 to 85 %".
# The numbers of a text, and whether each is written as a decimal.
Numbers = set[tuple[Decimal, bool]]
PERCENT = re.compile(r"[^.;|\n]{0,25}?(?:%|\bper ?cent|\bpoints?\b)")
EXEMPT = [
    r"^# \d\d · [^\n]*",  # the title
    r'"\d\d\.\d+"',  # an exercise
    r"\| \*\*(?:Time|Runs in)\*\* \|[^\n]*",  # generated
    r"\$\$.*?\$\$",  # formulas
    r"\$[^$]+\$",
    r"```.*?```",
    r"`[^`\n]*[A-Za-z_=\[(+*/][^`\n]*`",  # code, not a bare number
    r"\[\d\d(?: · [^\]]*)?\]",  # links to lessons
    r"\]\([^)]*\)",  # where a link leads
    r"(?i)\blessons?\s+\d\d(?:(?:,| and| to| or|,? and)\s+\d\d)*",
    r"(?i)\bexercises?\s+\d\d\.\d",
    r"\b\d\d\.\d{1,2}\b(?= \(|\*\*|`|\)|,| and \d\d\.)",  # exercises
    r"\b(?:1[6-9]\d\d|20\d\d)s?\b",  # years
    r"arXiv:\S+|\bCS\d+\w?\b|\b\d+(?:st|nd|rd|th)\b",
]


def plain(prose: str) -> str:
    """Prose without what is not asked about."""
    for pattern in EXEMPT:
        prose = re.sub(pattern, " ", prose, flags=re.DOTALL)
    return prose


def value(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("_", "").rstrip("."))


def asked(prose: str) -> list[tuple[str, bool]]:
    """The numbers of a prose text that need a source; are they percents?"""
    prose = plain(prose)
    return [
        (match[0], bool(PERCENT.match(prose, match.end())))
        for match in NUMBER.finditer(prose)
        if len(match[0]) > 1
    ]


def code_only(source: str) -> str:
    """Code without its comments."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return " ".join(t.string for t in tokens if t.type != tokenize.COMMENT)


def numbers_in(text: str) -> Numbers:
    found = (match[0] for match in IN_CODE.finditer(text))
    return {(value(one), "." in one or "e" in one) for one in found}


def output_text(cell: dict) -> str:
    parts = []
    for output in cell.get("outputs", []):
        parts += output.get("text", [])
        for mime, text in output.get("data", {}).items():
            if mime.startswith("text/"):
                parts += text
    return "".join(parts)


def sections(lesson: str) -> list[tuple[str, str, Numbers]]:
    """(heading, prose, numbers of code and outputs) of each ## section."""
    cells = json.loads(lessons.notebook(lesson).read_text("utf-8"))["cells"]
    found: list[tuple[str, list[str], Numbers]] = [("", [], set())]
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for part in re.split(r"^(?=## )", source, flags=re.MULTILINE):
                if part.startswith("## "):
                    found.append((part.splitlines()[0][3:], [], set()))
                found[-1][1].append(part)
        else:
            text = f"{code_only(source)}\n{output_text(cell)}"
            found[-1][2].update(numbers_in(text))
    return [(head, "\n".join(text), n) for head, text, n in found]


def stands(text: str, percent: bool, known: Numbers) -> bool:
    """Is the number among the known ones, as it is, rounded or in percent?

    An integer is no source of a decimal. Nobody writes 05 for a 5.
    """
    number, whole = value(text), text.replace(",", "").isdigit()
    places = Decimal(1).scaleb(number.as_tuple().exponent)
    scales = (1, 100) if percent else (1,)
    return not re.match(r"0\d", text) and any(
        scale * other == number
        or (decimal and round_to(scale * other, places) == number)
        for other, decimal in known
        for scale in scales
        if whole or decimal
    )


def round_to(number: Decimal, places: Decimal) -> Decimal:
    return number.quantize(places) if abs(number) < 10**15 else number


def unexplained(lesson: str) -> list[str]:
    """Numbers of a lesson's prose that stand nowhere, with their section."""
    listed = {
        one
        for entry in lessons.facts(lesson).get("quoted", ())
        for text in entry["numbers"]
        for one in numbers_in(text)
    }
    settings = str([lessons.facts(lesson)[name] for name in PROFILES])
    listed |= numbers_in(settings)
    answers = lessons.folder(lesson) / "exercises.py"
    practice = numbers_in(code_only(answers.read_text(encoding="utf-8")))
    parts = sections(lesson)
    everything = set().union(*(numbers for _, _, numbers in parts))
    missing = []
    for heading, prose, numbers in parts:
        # The opening and the closing speak of the whole lesson.
        whole = not heading or heading.startswith("You can now")
        prose = re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
        if lesson == "00":  # its map names lessons
            prose = re.sub(r"\b[012]\d\b", " ", prose)
        known = listed | (everything if whole else numbers)
        if heading.startswith("Exercises"):
            known |= practice
        missing += [
            f"{text} in {heading or 'the opening'!r}"
            for text, percent in asked(prose)
            if not stands(text, percent, known)
        ]
    return missing


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_every_number_of_the_prose_is_computed_or_has_a_source(lesson):
    assert unexplained(lesson) == []


@pytest.mark.parametrize(
    ("prose", "stand"),
    [
        ("0.96", True),
        ("12", True),
        ("96 %", True),
        ("12 to 96.4 %", True),
        ("96", False),
        ("0.97", False),
        ("12.0", False),
        ("012", False),
    ],
)
def test_a_number_stands_rounded_as_a_share_in_percent_and_no_other_way(
    prose, stand
):
    known = numbers_in("accuracy 0.964 of 12 digits")
    assert all(stands(*number, known) for number in asked(prose)) == stand
