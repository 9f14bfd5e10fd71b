"""Every number in a lesson's prose is computed there, or has its source.

A number of two digits or more, and every decimal, stands in an output or in
the code (comments excluded) of its own section, perhaps rounded, or as a
percentage of what stands there; a number of an exercise may stand in
exercises.py, a setting in lesson.toml. So does a smaller one before what is
counted, also as a word: "3 of", "eight points". Else lesson.toml lists it::

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
from coursekit.quizzes import bank as quizzes
from coursekit.settings import PROFILES

NUMBER = re.compile(r"(?<![\w.,_])\d(?:[\d,_]*\d)?(?:\.\d+)?(?:e-?\d+)?(?!\w)")
WORDS = ["two", "three", "four", "five", "six", "seven", "eight", "nine"]
WORDS += ["ten", "eleven", "twelve"]
SMALL = re.compile(
    rf"(?<![\w.,_/^-])(?:[2-9]|{'|'.join(WORDS)})(?= (?:of|times|points?|%|"
    r"per cent|digits|steps|words|seeds|epochs)(?!\w))",
    re.IGNORECASE,
)
IN_CODE = re.compile(r"(?<![A-Za-z_])\d[\d,_]*(?:\.\d*)?(?:e[-+]?\d+)?")
EXEMPT = [
    r"\| \*\*(?:Time|Runs in)\*\* \|[^\n]*",  # generated
    r"\$\$.*?\$\$",  # formulas
    r"\$[^$]+\$",
    r"```.*?```",
    r"`[^`\n]*[A-Za-z_=\[(+*/][^`\n]*`",  # code, not a bare number
    r"\[\d\d · [^\]]*\]",  # links to lessons
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
    if text.lower() in WORDS:
        return Decimal(WORDS.index(text.lower()) + 2)
    return Decimal(text.replace(",", "").replace("_", "").rstrip("."))


def asked(prose: str) -> list[str]:
    """The numbers of a prose text that need a source."""
    prose = plain(prose)
    found = (match[0] for match in NUMBER.finditer(prose))
    return SMALL.findall(prose) + [
        text
        for text in found
        if "." in text or "e" in text or abs(value(text)) >= 10
    ]


def code_only(source: str) -> str:
    """Code without its comments."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return " ".join(t.string for t in tokens if t.type != tokenize.COMMENT)


def numbers_in(text: str) -> set[Decimal]:
    return {value(match[0]) for match in IN_CODE.finditer(text)}


def output_text(cell: dict) -> str:
    parts = []
    for output in cell.get("outputs", []):
        parts += output.get("text", [])
        for mime, text in output.get("data", {}).items():
            if mime.startswith("text/"):
                parts += text
    return "".join(parts)


def sections(lesson: str) -> list[tuple[str, str, set[Decimal]]]:
    """(heading, prose, numbers of code and outputs) of each ## section."""
    cells = json.loads(lessons.notebook(lesson).read_text("utf-8"))["cells"]
    found: list[tuple[str, list[str], set[Decimal]]] = [("", [], set())]
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


def reasons_of(lesson: str) -> list[str]:
    """Why each option of the quiz is right or wrong."""
    bank = quizzes.load(lesson).questions
    return [o.explanation for question in bank for o in question.options]


def numbers_of_questions(lesson: str) -> set[Decimal]:
    bank = quizzes.load(lesson).questions
    asked_for = [f"{q.text} {o.text}" for q in bank for o in q.options]
    return numbers_in(" ".join(asked_for))


def stands(text: str, known: set[Decimal]) -> bool:
    """Is the number among the known ones, as it is, rounded or in percent?"""
    number = value(text)
    if number in known or number / 100 in known:
        return True
    places = Decimal(1).scaleb(number.as_tuple().exponent)
    return any(
        round_to(scale * other, places) == number
        for other in known
        if other != other.to_integral_value()
        for scale in (1, 100)
    )


def round_to(number: Decimal, places: Decimal) -> Decimal:
    return number.quantize(places) if abs(number) < 10**15 else number


def unexplained(lesson: str) -> list[str]:
    """Numbers of a lesson's prose that stand nowhere, with their section."""
    listed = {
        value(text)
        for entry in lessons.facts(lesson).get("quoted", ())
        for text in entry["numbers"]
    }
    settings = str([lessons.facts(lesson)[name] for name in PROFILES])
    listed |= numbers_in(settings)
    answers = lessons.folder(lesson) / "exercises.py"
    practice = numbers_in(code_only(answers.read_text(encoding="utf-8")))
    parts = sections(lesson)
    reasons = "\n".join(reasons_of(lesson))
    parts.append(("Quiz", reasons, numbers_of_questions(lesson)))
    everything = set().union(*(numbers for _, _, numbers in parts))
    missing = []
    for heading, prose, numbers in parts:
        # The opening and the closing speak of the whole lesson.
        whole = heading in ("", "Quiz") or heading.startswith("You can now")
        prose = re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
        known = listed | (everything if whole else numbers)
        if heading.startswith("Exercises"):
            known |= practice
        missing += [
            f"{text} in {heading or 'the opening'!r}"
            for text in asked(prose)
            if not stands(text, known)
        ]
    return missing


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_every_number_of_the_prose_is_computed_or_has_a_source(lesson):
    assert unexplained(lesson) == []
