"""The tunes: whole bars, known notes, no tune twice, halves that fit."""

import re

import pytest

from coursekit import data
from generate import melodies

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("melodies")


def tunes_of(split):
    return (split.x + split.y[-1]).splitlines()


@pytest.fixture(scope="module")
def tunes(sets):
    parts = (sets.train, sets.validation, sets.test)
    return [tune for part in parts for tune in tunes_of(part)]


def notes(bar):
    return re.findall(r"([A-Ga-g])(\d)", bar)


def test_targets_are_the_text_one_character_later(sets):
    for split in (sets.train, sets.validation, sets.test):
        assert split.x[1:] == split.y[:-1]


def test_there_are_700_tunes_none_twice(sets, tunes):
    counts = [
        len(tunes_of(s)) for s in (sets.train, sets.validation, sets.test)
    ]
    assert counts == [560, 70, 70]
    assert len(set(tunes)) == 700


def test_each_tune_has_eight_bars_of_eight_eighths(tunes):
    for tune in tunes:
        assert re.fullmatch(r"(?:(?:[A-Gc-g][1-4])+\|){8}", tune)
        for bar in tune.split("|")[:-1]:
            assert sum(int(length) for _, length in notes(bar)) == 8


def test_the_first_half_asks_and_the_second_ends_at_home(tunes):
    for tune in tunes:
        bars = tune.split("|")
        (asks, long_ask), (home, long_home) = (
            notes(bars[3])[-1],
            notes(bars[7])[-1],
        )
        assert asks.upper() in "GBD" and home.upper() == "C"
        assert int(long_ask) >= 4 and int(long_home) >= 4


def test_no_leap_within_a_tune_is_wider_than_an_octave(tunes):
    for tune in tunes:
        places = [melodies.NOTES.index(letter) for letter, _ in notes(tune)]
        steps = [abs(b - a) for a, b in zip(places, places[1:], strict=False)]
        assert max(steps) <= 7
