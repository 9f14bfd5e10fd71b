"""BLEU and truth against definitions and the data's own descriptions."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from coursekit import data
from coursekit.captions import scoring
from coursekit.data.dataset import Split
from coursekit.errors import CourseError


@pytest.fixture(scope="module")
def scenes():
    return data.load("scenes", at_most=200)


def bleu_by_definition(candidates, references, order):
    """Papineni et al., equations 1 to 3, on blank-separated words."""
    matched, total = np.zeros(order), np.zeros(order)
    said = wanted = 0
    for text, group in zip(candidates, references, strict=True):
        tokens, others = text.split(), [r.split() for r in group]
        said += len(tokens)
        gaps = [(abs(len(o) - len(tokens)), len(o)) for o in others]
        wanted += min(gaps)[1]
        for n in range(1, order + 1):
            have = Counter(map(tuple, _windows(tokens, n)))
            for gram, count in have.items():
                most = max(
                    list(map(tuple, _windows(o, n))).count(gram)
                    for o in others
                )
                matched[n - 1] += min(count, most)
                total[n - 1] += count
    brevity = min(1.0, np.exp(1 - wanted / said))
    return 100 * brevity * np.exp(np.log(matched / total).mean())


def _windows(tokens, n):
    return [tokens[k : k + n] for k in range(len(tokens) - n + 1)]


def test_bleu_is_the_papers_formula(scenes):
    candidates = [five[0] for five in scenes.test.y]
    references = [five[1:] for five in scenes.test.y]
    plain = [t.lower().replace(",", "").rstrip(".") for t in candidates]
    groups = [
        [t.lower().replace(",", "").rstrip(".") for t in group]
        for group in references
    ]
    ours = scoring.bleu(candidates, references)
    for order, value in enumerate(ours, 1):
        expected = bleu_by_definition(plain, groups, order)
        assert value == pytest.approx(expected, abs=1e-6)


def test_an_n_gram_that_never_fits_makes_the_score_zero_not_almost_zero():
    # One word of three fits, no pair: smoothing would give pairs a share.
    scores = scoring.bleu(["a cat sits"], [("a dog ran", "a bird ate")])
    assert scores == pytest.approx((100 / 3, 0, 0, 0))


def test_a_reference_itself_is_perfect():
    texts = ["A cat sits here now.", "Two dogs run on grass."]
    assert scoring.bleu(texts, [(t, "x y") for t in texts]) == pytest.approx(
        (100, 100, 100, 100)
    )


@pytest.mark.parametrize(
    ("candidates", "references", "said"),
    [
        (["a"], [("a",), ("b",)], "one candidate a picture"),
        (["a"], ["a b c"], "tuple of captions"),
        (["a", "b"], [("a", "b"), ("a",)], "same number"),
    ],
)
def test_misarranged_references_are_refused(candidates, references, said):
    with pytest.raises(CourseError, match=said):
        scoring.bleu(candidates, references)


def test_nouns_are_found_with_their_colours():
    found = scoring.named("A red striped ball, two stop signs, an orange cat.")
    assert found == [(3, 2, 0), (6, 7, -1), (9, 1, 1)]


def test_what_people_say_is_true_of_their_pictures(scenes):
    for split in (scenes.test, scenes.held_out):
        for number in range(5):
            texts = [five[number] for five in split.y]
            fact = scoring.truth(texts, split)
            assert fact.objects == 1 and fact.attributes == 1
            assert fact.colours_named > 100


def test_a_wrong_colour_is_not_true(scenes):
    split = scenes.test
    lies = replace(split, extra={**split.extra})
    lies.extra["colours"] = np.where(
        split.extra["colours"] >= 0, (split.extra["colours"] + 1) % 11, -1
    )
    fact = scoring.truth([five[0] for five in split.y], lies)
    assert fact.objects == 1 and fact.attributes < 0.1


def test_of_two_references_as_close_the_shorter_counts_for_brevity():
    tied = ("a b c d e f", "a b c d")
    assert scoring.brevity(["a b c d e"], [tied]) == 1


def test_two_things_of_a_kind_are_covered_by_naming_the_kind():
    there = {
        "kinds": np.array([[2, 2, -1]]),
        "colours": np.array([[0, 1, -1]]),
    }
    split = Split((), [("",)], there)
    assert scoring.truth(["a red ball"], split).covered == 1


def test_naming_nothing_covers_nothing(scenes):
    fact = scoring.truth(["on the grass"] * len(scenes.test), scenes.test)
    assert fact == scoring.Truth(0.0, 0.0, 0.0, 0)
