"""Numbers of a sentence are not exchanged.

Two numbers of a paragraph that stand once or twice in the outputs near it:
the words beside each fit the output's row and column at least as well as
those beside the other one. And of two in one sentence, both once in the
output above it, the one that comes first there comes first in the sentence.
The first of two neighbours stands before the other somewhere in a cell near
the text, or in an entry of numbers.toml.
"""

import itertools
import re
from collections.abc import Iterator

import pytest
from test_numbers import (
    IN_CODE,
    NEAR,
    NUMBER,
    PERCENT,
    cells_of,
    code_only,
    numbers_in,
    output_text,
    plain,
    sources,
    stands,
)

from coursekit import lessons

_STOP = """a an and are as at be but by for from had has have in is it its more
not of on only or so than that the then this to was were what with you your"""
STOP = frozenset(_STOP.split())
LONG, FAR = 600, 150  # characters: of a line; between two numbers
BESIDE = 60  # characters between neighbours
FEW = 2  # places of a number: of more nothing can be said

Label = tuple[set[str], set[str], set[str]]


def words(text: str) -> set[str]:
    """The words that say something, without their endings."""
    found = re.findall(r"[A-Za-z]+", text.replace("_", " ").lower())
    return {re.sub(r"(?<=\w{3})(?:ing|ed|es|s)$", "", w) for w in found} - STOP


def labels(text: str, number: re.Match, lines: list[str]) -> list[Label]:
    """For each place of the number: words of its row, before it, above it."""
    percent = bool(PERCENT.match(text, number.end()))
    found = [
        (
            words(line),
            words(re.split(r"\d[\d.,]*", line[: place.start()])[-1]),
            head(lines[:row], place),
        )
        for row, line in enumerate(lines)
        for place in IN_CODE.finditer(line)
        if stands(number[0], percent, numbers_in(place[0]))
    ]
    # A figure's text stands there twice, for two kinds of readers.
    return [one for k, one in enumerate(found) if one not in found[:k]]


def head(above: list[str], place: re.Match) -> set[str]:
    """The words at the top of the column."""
    for line in reversed(above[-12:]):
        if re.search(r"\d\.\d", line):
            continue
        for cell in re.finditer(r"\S+(?: \S+)*", line):
            under = cell.start() < place.end() and cell.end() > place.start()
            if under and re.search(r"[A-Za-z]{2}", cell[0]):
                return words(cell[0])
    return set()


def beside(text: str, number: re.Match) -> tuple[set[str], set[str]]:
    """Words close to a number of a text, and those of its sentence so far."""
    sentence = re.split(r"[.;!?]\s", text[: number.start()])[-1]
    close = re.split(r"(?<!\w)\d[\d.,]*", sentence)[-1]
    after = re.split(r"[.:;!?](?:\s|$)|\d", text[number.end() :])[0]
    return words(close) | words(after[:50]), words(sentence)


def fit(said: tuple[set[str], set[str]], places: list[Label]) -> int:
    close, sentence = said
    return max(
        2 * len(close & (row | column))
        + 2 * len(close & before)
        + len(sentence & (row | before | column))
        for row, before, column in places
    )


def results(text: str) -> list[re.Match]:
    """Decimals and numbers of two digits and more."""
    return [match for match in NUMBER.finditer(text) if len(match[0]) > 1]


def pairs(text: str, lines: list[str]) -> Iterator[tuple[str, str, int, int]]:
    """Two numbers, how well they fit their places, and each other's."""
    found = [(m, labels(text, m, lines)) for m in results(text)]
    for (a, at_a), (b, at_b) in itertools.combinations(found, 2):
        near = b.start() - a.start() <= FAR and a[0] != b[0]
        if near and 0 < len(at_a) <= FEW and 0 < len(at_b) <= FEW:
            said_a, said_b = beside(text, a), beside(text, b)
            own = fit(said_a, at_a) + fit(said_b, at_b)
            yield a[0], b[0], own, fit(said_a, at_b) + fit(said_b, at_a)


def orders(text: str, output: str) -> Iterator[tuple[str, str, bool]]:
    """Two numbers of a sentence; are they in the order of the output?"""
    for sentence in re.split(r"(?<=[.;:!?])\s", text):
        found = []
        for match in results(sentence):
            at = places(match, output)
            if len(at) == 1:
                found.append((match[0], at[0]))
        for (a, at_a), (b, at_b) in itertools.combinations(found, 2):
            if at_a != at_b:
                yield a, b, at_a < at_b


def turned(text: str, cells: list[str], listed=()) -> Iterator[str]:
    """Neighbours that each cell with both has the other way round."""
    found = [m for m in NUMBER.finditer(text) if len(m[0]) > 1]
    for a, b in itertools.pairwise(found):
        near = b.start() - a.end() <= BESIDE and a[0] != b[0]
        if near and (a[0], b[0]) not in listed:
            ways = [(places(a, cell), places(b, cell)) for cell in cells]
            ways = [(at_a, at_b) for at_a, at_b in ways if at_a and at_b]
            if ways and not any(min(x) < max(y) for x, y in ways):
                yield f"{a[0]} before {b[0]}"


def places(number: re.Match, text: str) -> list[int]:
    """Where a text has the number."""
    percent = bool(PERCENT.match(number.string, number.end()))
    return [
        place.start()
        for place in IN_CODE.finditer(text)
        if stands(number[0], percent, numbers_in(place[0]))
    ]


def texts(lesson: str) -> Iterator[tuple[str, list[str], str, list[str]]]:
    """Each text on one line, the outputs near it, that above, the code."""
    cells = cells_of(lesson)
    code = [k for k, cell in enumerate(cells) if cell["cell_type"] == "code"]
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            continue
        before = [k for k in code if k < place][-NEAR:]
        after = [k for k in code if k > place][:NEAR]
        lines = [
            line
            for k in before + after
            for line in output_text(cells[k]).split("\n")
            if len(line) < LONG
        ]
        prose = "".join(cell["source"])
        prose = re.split(r"^\**References", prose, flags=re.MULTILINE)[0]
        prose = re.sub(r"^\|.*$", "", prose, flags=re.MULTILINE)
        above = "".join(output_text(cells[k]) for k in before[-1:])
        sources = ["".join(cells[k]["source"]) for k in before + after]
        code_near = [code_only(source) for source in sources]
        yield " ".join(plain(prose).split()), lines, above, code_near


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_two_numbers_of_a_text_are_not_exchanged(lesson):
    quoted = sources(lesson)["quoted"]
    listed = {
        pair
        for entry in quoted
        for pair in itertools.combinations(entry["numbers"], 2)
    }
    for text, lines, above, code in texts(lesson):
        found = list(turned(text, ["\n".join(lines), *code], listed))
        assert not found, f"{found}, near it the other way round: {text}"
        for a, b, own, other in pairs(text, lines):
            right = own >= other or (a, b) in listed
            assert right, f"{a} and {b} exchanged? {text}"
        for a, b, right in orders(text, above):
            right = right or (a, b) in listed
            assert right, f"{a} before {b}, in the output after it: {text}"


TABLE = [
    "       half the squares   mean square",
    "early          0.55            0.275",
]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Half the squares: 0.55. The mean square: 0.275.", True),
        ("Half the squares: 0.275. The mean square: 0.55.", False),
    ],
)
def test_an_exchange_is_seen_by_the_names_of_columns(text, right):
    ((_, _, own, other),) = pairs(text, TABLE)
    assert (own > other) == right


def test_an_exchange_of_neighbours_is_seen_by_the_order_of_a_cell():
    assert list(turned("From 20 to 30", ["b = 20", "a, b = 30, 20"])) == [
        "20 before 30"
    ]
    assert not list(turned("From 20 to 30", ["[20, 30]", "a, b = 30, 20"]))


def test_an_exchange_is_seen_by_the_order_of_an_output():
    assert list(orders("First 2.5, then 1.5.", "1.5 2.5")) == [
        ("2.5", "1.5", False)
    ]
