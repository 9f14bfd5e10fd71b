"""Reviews: balanced, no leakage, and a bag of words does not suffice."""

import re
from collections import Counter

import numpy as np
import pytest

from coursekit import data
from coursekit.data.sets.reviews import KINDS

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("reviews")


def splits(sets):
    return [sets.train, sets.validation, sets.test]


def words(text):
    return re.findall(r"[a-z]+", text.lower())


def bag(text):
    """Words with their numbers; "an" counts as "a"."""
    return Counter("a" if w == "an" else w for w in words(text))


def test_the_splits_are_balanced_in_every_kind(sets):
    assert [len(s) for s in splits(sets)] == [4_000, 1_000, 1_000]
    for split in splits(sets):
        for kind in range(len(KINDS)):
            chosen = split.extra["kinds"] == kind
            assert split.y[chosen].mean() == 0.5
            assert chosen.mean() >= 0.1
    assert not sets.real


def test_no_review_is_in_two_splits_not_even_with_other_names(sets):
    def skeleton(text):  # names and numbers left out
        return re.sub(r"\b[A-Z]\w+", "", text)

    whole = [set(map(skeleton, split.x)) for split in splits(sets)]
    assert not whole[0] & whole[1] and not whole[0] & whole[2]
    assert not whole[1] & whole[2]
    assert len(set(sets.train.x)) == 4_000


def test_partners_have_the_same_words_and_opposite_moods(sets):
    seen = []
    for split in splits(sets):
        pairs = split.extra["pair"]
        for number in np.unique(pairs[pairs >= 0]):
            one, other = np.flatnonzero(pairs == number)
            assert split.y[one] + split.y[other] == 1
            assert split.x[one] != split.x[other]
            assert bag(split.x[one]) == bag(split.x[other])
            seen.append(number)
        kinds = split.extra["kinds"][pairs >= 0]
        assert {KINDS[k] for k in kinds} == {"contrast", "order"}
    assert len(set(seen)) == len(seen)  # no pair in two splits


def test_in_26_of_840_pairs_the_order_also_turns_an_a_into_an(sets):
    counted = []
    for split in splits(sets):
        pairs, unequal = split.extra["pair"], 0
        for number in np.unique(pairs[pairs >= 0]):
            rows = np.flatnonzero(pairs == number)
            one, other = (Counter(words(split.x[row])) for row in rows)
            if one != other:
                unequal += 1
                assert {*(one - other), *(other - one)} == {"a", "an"}
                kinds = split.extra["kinds"][rows]
                assert [KINDS[k] for k in kinds] == ["contrast"] * 2
        counted.append((len(np.unique(pairs[pairs >= 0])), unequal))
    assert counted == [(560, 15), (140, 8), (140, 3)]


def test_the_vocabulary_has_some_thousand_words(sets):
    counts = Counter(w for text in sets.train.x for w in words(text))
    assert len(counts) > 2_000
    known = sum(w in counts for text in sets.test.x for w in words(text))
    assert known / sum(len(words(t)) for t in sets.test.x) > 0.97


def test_the_english_has_no_slips_that_a_rule_can_find(sets):
    for text in sets.train.x:
        assert not re.search(r"\b[Aa] [aeiouAEIOU]", text), text
        assert not re.search(r"\b[Aa]n [^aeiouAEIOU]", text), text
        assert not re.search(r"\b[Aa] (hon|hour)", text), text
        assert not re.search(r"\b(\w+) \1\b", text), text
        assert "{" not in text and "  " not in text
        assert re.fullmatch(r"([A-Z][^.]*\. )*[A-Z][^.]*\.", text), text


def test_a_bag_of_words_tells_plain_reviews_and_no_others(sets):
    counts = Counter(w for text in sets.train.x for w in bag(text))
    index = {w: k for k, (w, n) in enumerate(counts.items()) if n >= 3}
    index = {w: k for k, w in enumerate(index)}

    def table(split):
        x = np.zeros((len(split), len(index) + 1), "float32")
        x[:, -1] = 1
        for row, text in zip(x, split.x, strict=True):
            for w in bag(text):
                if w in index:
                    row[index[w]] = 1
        return x

    x, y = table(sets.train), sets.train.y * 2.0 - 1
    ridge = x.T @ x + 10 * np.eye(x.shape[1])
    weights = np.linalg.solve(ridge, x.T @ y)
    right = (table(sets.test) @ weights > 0) == sets.test.y
    kinds = sets.test.extra["kinds"]
    accuracy = {k: right[kinds == n].mean() for n, k in enumerate(KINDS)}
    assert accuracy["plain"] > 0.97
    assert accuracy["contrast"] == 0.5 and accuracy["order"] == 0.5
    assert accuracy["negation"] < 0.6 and accuracy["distance"] < 0.65
