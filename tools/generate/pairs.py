"""pairs.npz: English, Spanish, French and digits, one text a line each."""

import datetime
import tomllib
from pathlib import Path

import numpy as np

from coursekit.data.sets.pairs import KINDS
from generate import alignments, numerals, sentences
from generate.writing import pack_lines, write_npz

SEED = 20
NUMBERS, DATES, SENTENCES, LONGER = 4_500, 3_000, 4_500, 500
FIRST_DAY = datetime.date(1950, 1, 1)
DAYS = 36_525  # a hundred years
MONTHS = (
    "January February March April May June July August September October "
    "November December",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre "
    "noviembre diciembre",
    "janvier février mars avril mai juin juillet août septembre octobre "
    "novembre décembre",
)
WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
)
Four = tuple[str, str, str, str]


def generate() -> None:
    """About 12,600 pairs in four kinds, and four splits."""
    rng = np.random.default_rng(SEED)
    kinds = [numbers(rng), dates(rng), some_sentences(rng)]
    rows, kind, split = [], [], []
    for number, texts in enumerate(kinds):
        rows += texts
        kind += [number] * len(texts)
        order = rng.permutation(len(texts)) / len(texts)
        split += np.searchsorted([0.8, 0.9], order, side="right").tolist()
    # 0 to 20 are the words of which all others are made.
    split[:21] = [0] * 21
    for number, texts, part in ((3, phrases(), 0), (0, longer(rng), 3)):
        rows += texts
        kind += [number] * len(texts)
        split += [part] * len(texts)
    aligned = [
        alignments.pack(_alignment(row, KINDS[number]))
        for row, number in zip(rows, kind, strict=True)
    ]
    columns = zip(*rows, strict=True)
    names = ("english", "spanish", "french", "digits")
    packed = {
        name: pack_lines(column)
        for name, column in zip(names, columns, strict=True)
    }
    packed["alignment"] = pack_lines(aligned)  # of the Spanish words
    packed["kind"] = np.array(kind, "uint8")
    packed["split"] = np.array(split, "uint8")
    assert max(kind) == len(KINDS) - 1
    write_npz("pairs.npz", packed)


def _alignment(row: Four, kind: str) -> list[list[int]]:
    """Of each Spanish word, the places of the English it was made of."""
    english, spanish, _, digits = row
    if kind == "numbers":
        return alignments.of_number(int(digits))
    names: dict[str, str] = {}
    if kind == "dates":
        for table in (MONTHS, WEEKDAYS):
            pairs = zip(
                table[0].lower().split(), table[1].split(), strict=True
            )
            names |= dict(pairs)
    elif kind == "sentences":
        names = alignments.in_sentences()
    return alignments.of_words(english, spanish, names) if names else []


def in_words(number: int) -> Four:
    """A number in the three languages and in digits."""
    return (
        numerals.english(number),
        numerals.spanish(number),
        numerals.french(number),
        str(number),
    )


def numbers(rng) -> list[Four]:
    """All below 100, and others below 10,000."""
    others = rng.choice(np.arange(100, 10_000), NUMBERS - 100, replace=False)
    return [in_words(number) for number in (*range(100), *others.tolist())]


def longer(rng) -> list[Four]:
    """Numbers of five and six digits, as many of each."""
    half = LONGER // 2
    five = rng.choice(np.arange(10_000, 100_000), half, replace=False)
    six = rng.choice(np.arange(100_000, 1_000_000), half, replace=False)
    return [in_words(number) for number in (*five.tolist(), *six.tolist())]


def dates(rng) -> list[Four]:
    """Days from 1950 to 2049; each occurs once."""
    days = rng.choice(DAYS, DATES, replace=False).tolist()
    return [
        date(FIRST_DAY + datetime.timedelta(day), int(rng.integers(6)))
        for day in days
    ]


def date(day: datetime.date, form: int) -> Four:
    """A day, in one of six English forms; three of them with a weekday."""
    month = [names.split()[day.month - 1] for names in MONTHS]
    weekday = [names.split()[day.weekday()] for names in WEEKDAYS]
    rank = f"{day.day}{_ending(day.day)}"
    english = (
        f"{day.day} {month[0]} {day.year}",
        f"{month[0]} {day.day}, {day.year}",
        f"the {rank} of {month[0]} {day.year}",
        f"{weekday[0]}, {day.day} {month[0]} {day.year}",
        f"{weekday[0]}, {month[0]} {day.day}, {day.year}",
        f"{weekday[0]} the {rank} of {month[0]} {day.year}",
    )[form]
    spanish = f"{day.day} de {month[1]} de {day.year}"
    french = f"{day.day}{'er' * (day.day == 1)} {month[2]} {day.year}"
    if form >= 3:
        spanish, french = f"{weekday[1]} {spanish}", f"{weekday[2]} {french}"
    return english, f"el {spanish}", f"le {french}", day.isoformat()


def _ending(number: int) -> str:
    """The end of 1st, 2nd, 3rd, 4th."""
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def some_sentences(rng) -> list[Four]:
    """Different ones in every language."""
    found: list[Four] = []
    seen: set[str] = set()
    while len(found) < SENTENCES:
        new = sentences.sentence(rng)
        if not seen & set(new):
            seen |= set(new)
            found.append((*new, ""))
    return found


def phrases() -> list[Four]:
    """What people say every day, from phrases.toml."""
    path = Path(__file__).with_name("phrases.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found = []
    for line in table["lines"].splitlines():
        english, spanish, french = line.split(" | ")
        found.append((english, spanish, french, ""))
    return found
