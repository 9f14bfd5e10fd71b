"""A fraction or a multiple in words says what was measured.

"Half of the weights", "three times as fast", "2 of 5": numbers.toml says from
which numbers of the lesson each comes::

    [[worded]]
    words = "three quarters of a reading late"
    is = "0.77"

``is`` is a number, or a quotient as "48120 / 61706"; ``why`` instead tells
why there is nothing to measure. Not asked about: "half way", "half a
minute", names ("half the squared error"), "twice" without "as" or "the".
"""

import ast
import re
from collections.abc import Iterator

import pytest
from test_numbers import (
    NUMBER,
    WORDS,
    Numbers,
    listed,
    numbers_in,
    parts,
    plain,
    sources,
    stands,
)

from coursekit import lessons
from coursekit.quizzes import bank as quizzes

PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twelfth": 12,
    "hundredth": 100,
    "thousandth": 1000,
}
MANY = WORDS | {"a": 1, "an": 1, "one": 1, "a hundred": 100}
MANY |= {"a thousand": 1000}
COUNT = (
    rf"(?:{'|'.join(sorted(MANY, key=len, reverse=True))}|\d[\d.,]*(?<![.,]))"
)
MORE = r"(?:as|the|more|fewer|less|better|lower|higher|\w+er)"
SHARE = "|".join(PARTS)
ASKED = re.compile(
    rf"(?<![\w-])(?:(?P<mixed>{COUNT}) and a half\b"
    rf"|(?!an?\b|one of)(?P<n>{COUNT}) (?:of|of the|in) (?!a\b|one\b)"
    rf"(?P<of>{COUNT})(?![\w-]| x )"
    rf"|(?P<k>{COUNT}) (?P<part>{SHARE})s?(?![\w-])"
    rf"|(?P<half>half)(?= (?:of (?!a degree|a milli)|{MORE}\b))"
    rf"|(?P<twice>twice)(?= {MORE}\b)"
    rf"|(?P<times>{COUNT})(?: times(?= {MORE}\b)|-fold))",
    re.IGNORECASE,
)
FREE = {*"123456789", "100"}
NAMES = re.compile(
    r"half the (?:sum of squares|squared error)|a (?:half|quarter) turn"
    r"|a third (?:set|thing|way|network|\d)",
    re.IGNORECASE,
)
ABOVE = re.compile(r"(?:more|better) than$|over$|least$", re.IGNORECASE)
BELOW = re.compile(r"(?:less|fewer) than$|most$|under$", re.IGNORECASE)


def said(match: re.Match) -> float:
    """The value of the words."""
    if match["twice"]:
        return 2
    if match["half"]:
        return 0.5
    if match["of"]:
        return counted(match["n"]) / counted(match["of"])
    if match["mixed"]:
        return counted(match["mixed"]) + 0.5
    if match["times"]:
        return counted(match["times"])
    return counted(match["k"]) / PARTS[match["part"].lower()]


def counted(word: str) -> float:
    return MANY.get(word.lower()) or float(word.replace(",", ""))


def flat(prose: str) -> str:
    """A text on one line, without what is not asked about."""
    text = re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
    return NAMES.sub(" ", " ".join(plain(text).split()))


def fits(value: float, claimed: float, before: str) -> bool:
    """Within a fifth of the words; "more than" has room above only."""
    low, high = 1 / 1.201, 1.201
    if ABOVE.search(before):
        low, high = 1, 2
    elif BELOW.search(before):
        low, high = 0.5, 1
    return low <= value / claimed <= high


def reasons(lesson: str) -> Iterator[tuple[str, str, Numbers]]:
    """The quiz's reasons and the praise of exercises, with their numbers."""
    for question in quizzes.load(lesson).questions:
        for option in question.options:
            said = numbers_in(f"{question.text} {option.text}")
            yield "the quiz", option.explanation, said
    source = (lessons.folder(lesson) / "exercises.py").read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if getattr(node, "arg", "") == "explanation":
            text = "".join(
                one.value
                for one in ast.walk(node.value)
                if isinstance(one, ast.Constant)
            )
            yield "the praise of an exercise", text, numbers_in(text)


def wrong(lesson: str) -> list[str]:
    entries = sources(lesson)["worded"]
    unused = {entry["words"] for entry in entries}
    texts = [*parts(lesson), *reasons(lesson)]
    everything = set().union(*(numbers for _, _, numbers in texts))
    found = []
    for heading, prose, _ in texts:
        text = flat(prose)
        known = (
            everything
            | listed(lesson, heading or "the opening")
            | numbers_in(text)
        )
        here = [entry for entry in entries if entry["words"] in text]
        unused -= {entry["words"] for entry in here}
        for match in ASKED.finditer(text):
            claimed = said(match)
            places = [
                entry
                for entry in here
                for place in re.finditer(re.escape(entry["words"]), text)
                if place.start() <= match.start() < place.end()
            ]
            around = text[max(0, match.start() - 30) : match.end() + 25]
            if not places:
                found.append(f"{around!r} in {heading!r}: not in numbers.toml")
            elif formula := places[0].get("is"):
                before = text[: match.start()].rstrip()
                value = eval(formula.replace(",", ""), {})
                if not fits(value, claimed, before):
                    found.append(f"{around!r} is {value:.3g}")
                found += [
                    f"{number} of {formula!r} stands nowhere: {around!r}"
                    for number in NUMBER.findall(formula)
                    if number not in FREE and not stands(number, True, known)
                ]
    return found + [f"{words!r} stands nowhere" for words in sorted(unused)]


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_fractions_and_multiples_in_words_are_those_of_the_numbers(lesson):
    assert wrong(lesson) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two thirds of it", 2 / 3),
        ("half as wide", 0.5),
        ("twice the time", 2),
        ("six-fold", 6),
        ("2 of the 8", 0.25),
        ("two and a half digits", 2.5),
        ("2.4 times as fast", 2.4),
    ],
)
def test_words_have_the_value_they_say(text, value):
    assert said(ASKED.search(text)) == pytest.approx(value)


@pytest.mark.parametrize("text", ["half way", "read twice", "the third layer"])
def test_what_is_no_fraction_is_not_asked_about(text):
    assert not ASKED.search(text)
