"""Captions to numbers and back."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit import data
from coursekit.captions.vocabulary import Vocabulary, words
from coursekit.errors import CourseError

SMALL = Vocabulary(["a", "ball", "red"])


def test_a_row_has_start_end_unknown_and_padding_in_their_places():
    assert SMALL.encode_one("A red zebra.", 5) == [2, 4, 6, 1, 3, 0, 0]


def test_behind_a_cut_stands_no_end_but_padding_which_costs_nothing():
    assert SMALL.encode_one("a a a ball", 2) == [2, 4, 4, 0]
    assert SMALL.encode_one("a a", 2) == [2, 4, 4, 3]


def test_punctuation_and_case_do_not_count():
    assert words("A cat, a dog -- and Tim's BALL.") == [
        *("a", "cat", "a", "dog", "and"),
        *("tim's", "ball"),
    ]


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("Ein Mädchen -- größer, schneller!", "ein mädchen größer schneller"),
        ("L’homme n'est pas là.", "l'homme n'est pas là"),
        ("ಒಂದು ನಾಯಿ, ಓಡುತ್ತಿದೆ.", "ಒಂದು ನಾಯಿ ಓಡುತ್ತಿದೆ"),
        ("एक लड़की «दौड़ती» है।", "एक लड़की दौड़ती है"),
        ("سگ می‌دود؟", "سگ می‌دود"),
        ("Собака бежит…", "собака бежит"),
        ("¿Dos niños_3?", "dos niños 3"),
    ],
)
def test_words_of_any_language_stay_whole(caption, said):
    whole = unicodedata.normalize("NFC", said).split()
    assert words(caption) == whole
    assert words(unicodedata.normalize("NFD", caption)) == whole


@given(st.text(st.characters(max_codepoint=127)))
def test_words_in_ascii_are_letters_digits_and_apostrophes(caption):
    assert words(caption) == re.findall(r"[a-z0-9']+", caption.lower())


def test_only_usual_words_are_known_and_the_most_usual_come_first():
    known = Vocabulary.from_captions(
        ["b a a", "a c c", "b c", "d"], at_least=2
    )
    assert known.words[4:] == ("a", "c", "b")


@given(st.lists(st.sampled_from(SMALL.words[4:]), max_size=9))
def test_a_caption_of_known_words_comes_back(said):
    assert SMALL.decode_one(SMALL.encode_one(" ".join(said), 9)) == " ".join(
        said
    )


def test_rows_of_tuples_have_an_axis_more():
    rows = SMALL.encode([("a", "red"), ("ball", "a ball")], 3)
    assert rows.shape == (2, 2, 5) and rows.dtype == np.int32
    assert rows[1, 1].tolist() == [2, 4, 5, 3, 0]


def test_a_word_given_twice_is_refused():
    with pytest.raises(CourseError, match="twice"):
        Vocabulary(["a", "a"])


def test_the_scenes_words_are_known_without_unknown_ones_in_training():
    captions = [
        c for five in data.load("scenes", at_most=200).train.y for c in five
    ]
    known = Vocabulary.from_captions(captions, at_least=1)
    assert not (known.encode(captions[:500], 40) == 1).any()
