"""Tagged sentences: ambiguous words, words kept for the test, no leakage."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from coursekit import data
from coursekit.errors import CourseError
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


# ----------------------------------------------------------- with names


@pytest.fixture(scope="module")
def named():
    return data.load("tagged", tags="entities")


def names_in(sets, split):
    """(words of a name, kind) of every name, by the BIO tags."""
    found = []
    for words, tags in zip(split.x, split.y, strict=True):
        for word, tag in zip(words, tags, strict=True):
            place, _, kind = sets.class_names[tag].partition("-")
            if place == "B":
                found.append(([word], kind))
            elif place == "I":
                found[-1][0].append(word)
    return [(tuple(words), kind) for words, kind in found]


def test_sentences_with_names_have_their_sizes_and_are_all_different(named):
    assert [len(s) for s in splits(named)] == [2_000, 300, 700]
    sentences = [words for split in splits(named) for words in split.x]
    assert len(set(sentences)) == 3_000
    assert "3,000" in named.provenance and not named.real


def test_the_inside_of_a_name_follows_its_beginning(named):
    for split in splits(named):
        for tags in split.y:
            before = "O"
            for tag in (named.class_names[t] for t in tags):
                if tag.startswith("I-"):
                    assert before[2:] == tag[2:]
                before = tag


def test_one_name_is_a_person_here_and_a_place_there(named):
    kinds = defaultdict(set)
    for words, kind in names_in(named, named.train):
        kinds[words].add(kind)
    for word in ("Florence", "Paris", "Jordan"):
        assert kinds[(word,)] == {"PER", "LOC"}
    assert any(w[:2] == ("Bank", "of") for w, k in names_in(named, named.test))
    assert ("bank", "O") in tokens(named, named.train)


def test_two_names_stand_side_by_side(named):
    after = [
        (named.class_names[a][0], named.class_names[b][0])
        for tags in named.train.y
        for a, b in zip(tags, tags[1:], strict=False)
    ]
    assert after.count(("B", "B")) + after.count(("I", "B")) > 20


def test_many_names_of_the_test_are_in_no_training_sentence(named):
    known = {word for words in named.train.x for word in words}
    found = names_in(named, named.test)
    new = [not set(words) <= known for words, _ in found]
    assert 0.3 < np.mean(new) < 0.8


def test_an_unknown_kind_of_tags_is_refused():
    with pytest.raises(CourseError, match="no kind of tags 'chunks'"):
        data.load("tagged", tags="chunks")
