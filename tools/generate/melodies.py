"""melodies.npz: short tunes in letters, made by the rules of a school book.

A letter is a note: C D E F G A B from middle C, then c d e f g. A digit says
for how many eighths it lasts, and a bar of eight eighths ends with "|":

    C2E2G2G2|A2A2G4|F2F2E2E2|D2D2C4|
"""

import numpy as np

from generate.writing import pack_lines, write_npz

SEED = 170
TUNES = 700
NOTES = "CDEFGABcdefg"
CHORDS = {"I": (0, 2, 4), "IV": (3, 5, 0), "V": (4, 6, 1)}  # steps of the key
# The chords of a half; what follows a half that asks is one that answers.
ASKS = (("I", "IV", "I", "V"), ("I", "I", "IV", "V"), ("I", "V", "I", "V"))
ANSWERS = (("I", "IV", "V", "I"), ("I", "I", "V", "I"), ("IV", "I", "V", "I"))
# Lengths in eighths of the notes of a bar.
RHYTHMS = ((2, 2, 2, 2), (4, 2, 2), (2, 2, 4), (2, 1, 1, 2, 2), (3, 1, 2, 2))
Notes = list[tuple[int, int]]


def tune(rng: np.random.Generator) -> str:
    """Four bars that ask and four that answer, mostly with one beginning.

    A bar begins with a note of its chord; within a bar a tune goes by steps
    or, now and then, by a leap to another note of the chord. The first half
    ends on a note of V, the second on C, both for half a bar or more.
    """
    asks = ASKS[rng.integers(len(ASKS))]
    answers = ANSWERS[rng.integers(len(ANSWERS))]
    place = int(rng.choice([0, 2, 4]))
    first: list[Notes] = []
    for number, chord in enumerate(asks):
        first.append(bar(rng, chord, place, last=number == 3))
        place = first[-1][-1][0]
    again = 2 if answers[:2] == asks[:2] else int(answers[0] == asks[0])
    second = first[:again]
    for number in range(again, 4):
        place = second[-1][-1][0] if second else place
        second.append(bar(rng, answers[number], place, last=number == 3))
    second[-1][-1] = 0 if second[-1][-1][0] < 4 else 7, second[-1][-1][1]
    return written(first) + written(second)


def bar(rng: np.random.Generator, chord: str, place: int, last: bool) -> Notes:
    """Notes (place in NOTES, eighths) of one bar, from near ``place`` on."""
    in_chord = [k for k in range(len(NOTES)) if k % 7 in CHORDS[chord]]
    lengths = RHYTHMS[rng.integers(len(RHYTHMS))]
    if last:
        lengths = ((2, 2, 4), (4, 4), (2, 1, 1, 4))[rng.integers(3)]
    notes: Notes = []
    for number, length in enumerate(lengths):
        final = last and number == len(lengths) - 1
        if number == 0 or final or rng.random() < 0.2:
            near = [k for k in in_chord if 0 < abs(k - place) <= 4]
            place = int(near[rng.integers(len(near))])
        else:
            step = int(rng.choice([-1, 1]))
            place = place + step if 0 <= place + step < 12 else place - step
        notes.append((place, length))
    return notes


def written(bars: list[Notes]) -> str:
    """Bars as letters, digits and lines."""
    return "".join(
        "".join(f"{NOTES[place]}{length}" for place, length in notes) + "|"
        for notes in bars
    )


def widest(text: str) -> int:
    """The widest leap of a tune, in steps of the scale."""
    places = [NOTES.index(letter) for letter in text if letter in NOTES]
    return max(abs(b - a) for a, b in zip(places, places[1:], strict=False))


def generate() -> None:
    """700 tunes, none twice, without a leap of more than an octave."""
    rng = np.random.default_rng(SEED)
    tunes: dict[str, None] = {}
    while len(tunes) < TUNES:
        new = tune(rng)
        if widest(new) <= 7:
            tunes[new] = None
    write_npz("melodies.npz", {"lines": pack_lines(list(tunes))})
