"""Tagged sentences: ambiguous words, words kept for the test, no leakage."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from coursekit import data
from generate import tagged as grammar

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("tagged")


def splits(sets):
    return [sets.train, sets.validation, sets.test]


def tokens(sets, split):
    """(word, tag) of every word of a split, as text."""
    return [
        (word, sets.class_names[tag])
        for words, tags in zip(split.x, split.y, strict=True)
        for word, tag in zip(words, tags, strict=True)
    ]


def test_the_splits_have_their_sizes_and_a_tag_for_every_word(sets):
    assert [len(s) for s in splits(sets)] == [4_000, 500, 1_000]
    for split in splits(sets):
        for words, tags in zip(split.x, split.y, strict=True):
            assert len(words) == len(tags) and tags.dtype == np.int64
            assert words[0][0].isupper() and words[-1] in ".?"
    assert not sets.real and len(sets.class_names) == 17


def test_no_sentence_occurs_twice(sets):
    sentences = [words for split in splits(sets) for words in split.x]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("word", "tags"),
    [
        ("can", {"AUX", "NOUN", "VERB"}),
        ("bank", {"NOUN", "VERB"}),
        ("watch", {"NOUN", "VERB"}),
        ("play", {"NOUN", "VERB"}),
        ("light", {"NOUN", "VERB", "ADJ"}),
        ("that", {"DET", "SCONJ"}),
        ("to", {"ADP", "PART"}),
        ("fast", {"ADJ", "ADV"}),
    ],
)
def test_ambiguous_words_occur_as_each_of_their_parts(sets, word, tags):
    counts = Counter(t for w, t in tokens(sets, sets.train) if w == word)
    assert set(counts) == tags and min(counts.values()) >= 8


def test_her_is_always_a_pronoun_and_to_be_an_auxiliary(sets):
    for word, tag in tokens(sets, sets.train):
        if word in ("her", "his", "my"):
            assert tag == "PRON"
        if word in ("is", "are"):
            assert tag == "AUX"


def test_the_test_holds_words_that_training_does_not(sets):
    known = {w for w, _ in tokens(sets, sets.train)}
    for split in (sets.validation, sets.test):
        unseen = [t for w, t in tokens(sets, split) if w not in known]
        assert 0.02 < len(unseen) / len(tokens(sets, split)) < 0.15
        assert {"NOUN", "VERB", "ADJ", "PROPN"} <= set(unseen)


def test_the_commonest_tag_of_each_word_is_wrong_where_context_decides(sets):
    counts = defaultdict(Counter)
    for word, tag in tokens(sets, sets.train):
        counts[word.lower()][tag] += 1
    found = [
        (len(counts[w.lower()]), counts[w.lower()].most_common(1)[0][0] == t)
        for w, t in tokens(sets, sets.test)
        if w.lower() in counts
    ]
    ambiguous = [right for number, right in found if number > 1]
    assert len(ambiguous) > 0.15 * len(found)
    assert 0.5 < np.mean(ambiguous) < 0.85
    assert np.mean([right for n, right in found if n == 1]) > 0.99


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("watch", "watches watched watching"),
        ("carry", "carries carried carrying"),
        ("play", "plays played playing"),
        ("stop", "stops stopped stopping"),
        ("run", "runs ran running"),
        ("write", "writes wrote writing"),
        ("see", "sees saw seeing"),
        ("can", "cans canned canning"),
        ("repair", "repairs repaired repairing"),
        ("fly", "flies flew flying"),
        ("cut", "cuts cut cutting"),
    ],
)
def test_verbs_are_conjugated_as_in_a_dictionary(verb, forms):
    made = [grammar.conjugate(verb, form) for form in ("s", "d", "ing")]
    assert made == forms.split()


def test_articles_fit_the_words_after_them(sets):
    for split in splits(sets):
        for words in split.x:
            for one, after in zip(words, words[1:], strict=False):
                if one.lower() in ("a", "an"):
                    vowel = after[0] in "aeiou"
                    assert (one.lower() == "an") == vowel, words
