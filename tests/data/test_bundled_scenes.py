"""Scenes: captions true of the pictures, boxes and masks, no leakage."""

import re
from collections import Counter

import numpy as np
import pytest

from coursekit import data
from coursekit.data.readers import bundled
from coursekit.data.sets.scenes import HELD_OUT

pytestmark = pytest.mark.bundled

PLURAL = {"box": "boxes"}


@pytest.fixture(scope="module")
def sets():
    return data.load("scenes", masks=True)


def splits(sets):
    return [sets.train, sets.validation, sets.test, sets.held_out]


def listed(sets, split, row):
    """(kind, colour, size, texture) of each thing, as words."""
    names = (sets.class_names, sets.colours, sets.sizes, sets.textures)
    fields = ("kinds", "colours", "sizes", "textures")
    columns = [
        [words[k] for k in split.extra[field][row] if k >= 0]
        for words, field in zip(names, fields, strict=True)
    ]
    return list(zip(*columns, strict=True))


def test_the_splits_have_their_sizes_and_fields(sets):
    assert [len(s) for s in splits(sets)] == [4_000, 500, 500, 500]
    assert sets.input_shape == (64, 64, 3) and sets.train.x.dtype == np.uint8
    for split in splits(sets):
        count = len(split)
        assert len(split.y) == count
        assert split.extra["boxes"].shape == (count, 4, 4)
        assert split.extra["masks"].shape == (count, 64, 64)
    assert not sets.real and "4,000/500/500" in sets.provenance


def test_no_picture_occurs_twice(sets):
    pictures = [x.tobytes() for s in splits(sets) for x in s.x]
    assert len(set(pictures)) == len(pictures)


def test_no_description_occurs_twice():
    stored = bundled.read_npz("scenes.npz")
    rows = [row.tobytes() for row in stored["things"]]
    assert len(set(rows)) == len(rows)


def test_held_out_combinations_are_in_the_held_out_split_only(sets):
    for split in splits(sets):
        for row in range(len(split)):
            pairs = {(t[0], t[1]) for t in listed(sets, split, row)}
            assert bool(pairs & set(HELD_OUT)) == (split is sets.held_out)


def test_each_half_of_a_held_out_combination_is_seen_in_training(sets):
    things = [
        thing
        for row in range(len(sets.train))
        for thing in listed(sets, sets.train, row)
    ]
    kinds, colours = (
        Counter(t[0] for t in things),
        Counter(t[1] for t in things),
    )
    for kind, colour in HELD_OUT:
        assert kinds[kind] > 150 and colours[colour] > 150


def test_all_kinds_settings_and_numbers_of_things_are_common(sets):
    kinds = sets.train.extra["kinds"]
    assert min(Counter(kinds[kinds >= 0].tolist()).values()) > 200
    assert min(Counter((kinds >= 0).sum(1).tolist()).values()) > 300
    assert min(np.bincount(sets.train.extra["settings"])) > 400


def test_captions_are_five_different_sentences(sets):
    for split in splits(sets):
        for captions in split.y:
            assert len(set(captions)) == 5
            for caption in captions:
                assert re.fullmatch(r"[A-Z][a-z, ]+\.", caption)
                assert "  " not in caption


def test_articles_fit_the_words_after_them(sets):
    text = " ".join(c for s in splits(sets) for y in s.y for c in y).lower()
    assert not re.search(r"\ba [aeiou]", text)
    assert not re.search(r"\ban [^aeiou]", text)
    assert not re.search(r"\b(\w+) \1\b", text)
    assert not re.search(r"\bthere is (two|three|four)\b", text)
    assert not re.search(r"\bthere are an?\b", text)


def phrases(sets, caption):
    """(number, adjectives, kind) of everything that a caption names."""
    kinds = {k: k for k in sets.class_names}
    kinds |= {PLURAL.get(k, k + "s"): k for k in sets.class_names}
    adjectives = {"small", "little", "big", "large"}
    adjectives |= {*sets.colours, *sets.textures}
    nouns = "|".join(sorted(kinds, key=len, reverse=True))
    words = "|".join(adjectives)
    found = re.findall(
        rf"\b(a|an|two|three|four) ((?:(?:{words}) )*)({nouns})\b",
        caption.lower(),
    )
    number = {"a": 1, "an": 1, "two": 2, "three": 3, "four": 4}
    return [(number[n], set(a.split()), kinds[k]) for n, a, k in found]


def fits(thing, adjectives, kind):
    size = {"little": "small", "large": "big"}
    wanted = {size.get(word, word) for word in adjectives}
    return thing[0] == kind and wanted <= set(thing[1:])


def test_whatever_a_caption_names_is_in_the_picture(sets):
    for split in (sets.validation, sets.test, sets.held_out):
        for row, captions in enumerate(split.y):
            things = listed(sets, split, row)
            for caption in captions:
                named = phrases(sets, caption)
                assert named, caption
                for number, adjectives, kind in named:
                    there = [t for t in things if fits(t, adjectives, kind)]
                    assert len(there) >= number, (caption, things)


def test_one_caption_at_least_names_everything_and_some_do_not(sets):
    omitting = 0
    for row, captions in enumerate(sets.test.y):
        count = len(listed(sets, sets.test, row))
        named = [
            sum(number for number, _, _ in phrases(sets, caption))
            for caption in captions
        ]
        assert max(named) == count
        omitting += min(named) < count
    assert 0.3 < omitting / len(sets.test) < 0.9


@pytest.mark.parametrize(
    ("words", "axis", "sign"),
    [
        ("to the left of", 0, -1),
        ("to the right of", 0, 1),
        ("in front of", 1, 1),
        ("behind", 1, -1),
        ("above", 1, -1),
    ],
)
def test_relations_agree_with_the_boxes(sets, words, axis, sign):
    checked = 0
    kinds = "|".join(sets.class_names)
    pattern = rf"({kinds})(?: \w+)? {words} an? (?:\w+ )*?({kinds})\b"
    for split in splits(sets):
        for row, captions in enumerate(split.y):
            names = [thing[0] for thing in listed(sets, split, row)]
            left, top, right, bottom = split.extra["boxes"][row].T
            place = ((left + right) / 2, bottom)[axis]
            for caption in captions:
                for a, b in re.findall(pattern, caption.lower()):
                    if names.count(a) == names.count(b) == 1 and a != b:
                        gap = place[names.index(a)] - place[names.index(b)]
                        assert gap * sign > 0, caption
                        checked += 1
    assert checked > 20


def test_boxes_surround_the_masks_closely(sets):
    split = sets.test
    for row, masks in enumerate(split.extra["masks"]):
        count = int((split.extra["kinds"][row] >= 0).sum())
        for place in range(count):
            rows, columns = np.nonzero(masks == place + 1)
            left, top, right, bottom = split.extra["boxes"][row, place]
            assert rows.min() >= top and rows.max() < bottom
            assert columns.min() >= left and columns.max() < right
        if count == 1:  # nothing hides it
            edges = (
                columns.min(),
                rows.min(),
                columns.max() + 1,
                rows.max() + 1,
            )
            assert edges == (left, top, right, bottom)


def test_nothing_is_hidden_by_more_than_a_half(sets):
    for row, masks in enumerate(sets.test.extra["masks"]):
        for place, kind in enumerate(sets.test.extra["kinds"][row]):
            if kind >= 0:
                left, top, right, bottom = sets.test.extra["boxes"][row, place]
                seen = (masks == place + 1).sum()
                assert seen > 0.15 * (right - left) * (bottom - top)
