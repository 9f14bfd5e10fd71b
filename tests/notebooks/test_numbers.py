"""Every number in a lesson's prose is computed there, or has its source.

A number of two digits or more, and every decimal, stands near its text: in the
output or the code (comments excluded) of the two code cells before or after,
or in a formula or code of the text itself, perhaps rounded; a percentage as a
share, too. A number of an exercise may stand in exercises.py, a setting in
lesson.toml. So does a digit, a word before what is counted ("eight points"), a
word from six on; "3 of them" is no setting. The opening and the closing
repeat what the sections say. Otherwise numbers.toml lists it, for a section
(or "the opening") if it says where::

    [[quoted]]
    numbers = ["0.902", "10,000"]
    source = "full run, MNIST, three seeds"
    where = "The full run"

Not asked about: years, numbers of lessons, exercises and figures, formulas,
references.
"""

import functools
import io
import json
import re
import tokenize
import tomllib
from decimal import Decimal

import pytest

from coursekit import lessons
from coursekit.settings import PROFILES

NUMBER = re.compile(r"(?<![\w.,_])\d(?:[\d,_]*\d)?(?:\.\d+)?(?:e-?\d+)?(?!\w)")
_TO_TWENTY = """two three four five six seven eight nine ten eleven twelve
thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"""
WORDS = {word: n for n, word in enumerate(_TO_TWENTY.split(), start=2)}
WORDS |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "eighty": 80}
ANY = "|".join(WORDS)
SMALL = re.compile(
    rf"(?<![\w.,_/^-])(?:[2-9](?![\w/-]|[.,]\d)|(?:{ANY})(?= (?:of|times|%|"
    r"points?|per cent|digits|steps|words|seeds|epochs)(?!\w)))",
    re.IGNORECASE,
)
# Sides of a window or a picture: mostly equal, so another pair stands near.
SIDES = re.compile(r"(?<! x )(?<![\w.])(\d+) x (\d+)(?! x|[\w.]\d|\d)")
LARGER = re.compile(
    rf"(?<![\w-])(?!two|three|four\b|five)(?:{ANY})(?![\w-])", re.IGNORECASE
)
TABLE = 20  # products that stand everywhere
COUNTED = re.compile(r" of (?:the|these|those|them|its|all)\b| of \d")
WHOLE = ("", "In this lesson you will", "You can now")
NEAR = 2  # code cells before and after a text
IN_CODE = re.compile(r"(?<![A-Za-z_])\d[\d,_]*(?:\.\d*)?(?:e[-+]?\d+)?")
# The numbers of a text, and whether each is written as a decimal.
Numbers = set[tuple[Decimal, bool]]
# Of a percent the sign may come a few words later: "81 to 85 %".
PERCENT = re.compile(r"[^.;|\n]{0,25}?(?:%|\bper ?cent|\bpoints?\b)")
LESSON = r"(?:[01]\d|2[0-3])\b"
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
    rf"(?i)\blessons?\s+{LESSON}(?:(?:,| and| to| or|,? and)\s+{LESSON})*",
    r"(?i)\b(?:exercise|question)s?\s+\d\d\.\d",
    r"\*\*\d\d\.\d{1,2}(?= \()",  # an exercise's title
    r"\b\d\d\.\d(?: \([^)]*\))? and \d\d\.\d(?=[^.]{,15} stand on)",
    r"\b(?:1[6-9]\d\d|20[0-2]\d)s?\b",  # years
    r"arXiv:\S+|\bCS\d+\w?\b|\b\d+(?:st|nd|rd|th)\b",
]


def plain(prose: str) -> str:
    """Prose without what is not asked about."""
    prose = re.sub(r"^#+ .*$|^ *\d\. ", " ", prose, flags=re.MULTILINE)
    for pattern in EXEMPT:
        prose = re.sub(pattern, " ", prose, flags=re.DOTALL)
    return prose


def value(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("_", "").rstrip("."))


def in_digits(word: str) -> str:
    return str(WORDS.get(word.lower(), word))


def asked(prose: str) -> list[tuple[str, bool, bool]]:
    """The numbers of a prose text that need a source.

    Is it a percent? Is it a count of something?
    """
    prose = plain(prose)
    found = [*SMALL.finditer(prose), *LARGER.finditer(prose)]
    found += [m for m in NUMBER.finditer(prose) if len(m[0]) > 1]
    return [
        (
            in_digits(match[0]),
            match[0][0].isdigit() and bool(PERCENT.match(prose, match.end())),
            bool(COUNTED.match(prose, match.end())),
        )
        for match in found
    ]


def other_sides(prose: str, known: Numbers) -> list[str]:
    """Unequal sides whose product is not known, or stands everywhere."""
    return [
        f"{a} x {b}"
        for a, b in SIDES.findall(plain(prose))
        if a != b
        and (
            0 < int(a) * int(b) < TABLE
            or not stands(str(int(a) * int(b)), False, known)
        )
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


@functools.cache
def cells_of(lesson: str) -> list[dict]:
    return json.loads(lessons.notebook(lesson).read_text("utf-8"))["cells"]


def numbers_of(cell: dict) -> Numbers:
    """The numbers of a code cell and its outputs."""
    code = code_only("".join(cell["source"]))
    return numbers_in(f"{code}\n{output_text(cell)}")


def told(lesson: str) -> Numbers:
    """The numbers that a lesson's sections say, and its facts."""
    cells = cells_of(lesson)
    prose = "\n".join(
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "markdown"
    )
    sections = re.split(r"^(?=## )", prose, flags=re.MULTILINE)[1:]
    text = plain(
        "\n".join(s for s in sections if s.splitlines()[0][3:] not in WHOLE)
    )
    words = [in_digits(word) for word in re.findall(rf"\b(?:{ANY})\b", text)]
    facts = lessons.facts(lesson)
    return numbers_in(f"{text} {words} {facts['data']} {facts['builds']}")


@functools.cache
def parts(lesson: str) -> list[tuple[str, str, Numbers]]:
    """(heading, prose, numbers near it) of each text, cut at its headings."""
    cells = cells_of(lesson)
    code = [k for k, cell in enumerate(cells) if cell["cell_type"] == "code"]
    numbers = {k: numbers_of(cells[k]) for k in code}
    said = told(lesson)
    found, heading = [], ""
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            continue
        near = [k for k in code if k < place][-NEAR:]
        near += [k for k in code if k > place][:NEAR]
        for part in re.split(r"^(?=## )", "".join(cell["source"]), flags=re.M):
            if part.startswith("## "):
                heading = part.splitlines()[0][3:]
            own = numbers_in(" ".join(re.findall(r"\$[^$]+\$|`[^`]+`", part)))
            known = own.union(*(numbers[k] for k in near))
            if heading in WHOLE:
                known = own | said
            found.append((heading, part, known))
    return found


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


@functools.cache
def sources(lesson: str) -> dict[str, list[dict]]:
    """What numbers.toml says: "quoted" numbers and "worded" ones."""
    path = lessons.folder(lesson) / "numbers.toml"
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: said.get(kind, []) for kind in ("quoted", "worded")}


def listed(lesson: str, where: str) -> Numbers:
    """What numbers.toml quotes for a place or for all of the lesson."""
    return {
        one
        for entry in sources(lesson)["quoted"]
        if where.startswith(entry.get("where", ""))
        for text in entry["numbers"]
        for one in numbers_in(text)
    }


def unexplained(lesson: str) -> list[str]:
    """Numbers of a lesson's prose that stand nowhere, with their section."""
    settings = str([lessons.facts(lesson)[name] for name in PROFILES])
    answers = lessons.folder(lesson) / "exercises.py"
    practice = numbers_in(code_only(answers.read_text(encoding="utf-8")))
    missing = []
    for heading, prose, numbers in parts(lesson):
        prose = re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
        if lesson == "00":  # its map names lessons
            prose = re.sub(r"\b[012]\d\b", " ", prose)
        known = numbers | listed(lesson, heading or "the opening")
        if heading.startswith("Exercises"):
            known |= practice
        missing += [
            f"{sides} in {heading!r}"
            for sides in other_sides(prose, known | numbers_in(settings))
        ]
        missing += [
            f"{text} in {heading or 'the opening'!r}"
            for text, percent, count in asked(prose)
            if not stands(text, percent, known)
            and (count or not stands(text, percent, numbers_in(settings)))
        ]
    return missing


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_every_number_of_the_prose_is_computed_or_has_a_source(lesson):
    assert unexplained(lesson) == []


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_a_link_has_the_number_of_the_lesson_it_leads_to(lesson):
    text = "\n".join("".join(cell["source"]) for cell in cells_of(lesson))
    for said, number in re.findall(r"\[(\d\d)\b[^\]]*\]\((\d\d)_", text):
        assert said == number


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
    assert all(stands(*n[:2], known) for n in asked(prose)) == stand
