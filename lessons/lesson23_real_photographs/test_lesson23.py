"""Lesson 23 against Keras, sacrebleu and counting in plain Python."""

import math
from collections import Counter
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import sacrebleu

from coursekit import data, lessons
from coursekit.captions import scoring
from coursekit.data.readers.bundled import read_npz
from coursekit.vocabulary import words

answers = lessons.module("23", "exercises")
published = lessons.module("23", "published")


@pytest.fixture(scope="module")
def scenes():
    return data.load("scenes", at_most=500)


# -------------------------------------------------------------- numbers


def test_half_precision_has_the_limits_the_text_names():
    info = np.finfo("float16")
    assert info.eps / 2 == 1 / 2048
    assert 6.1e-5 < info.tiny < 6.2e-5
    assert np.float16(5.9e-8) > 0 and np.float16(2e-8) == 0


def test_a_half_cannot_count_beyond_2048():
    total = np.float16(0)
    for _ in range(3_000):
        total += np.float16(1)
    assert total == 2048


def test_the_papers_rows_fall_from_bleu_1_to_bleu_4():
    assert [row.scores for row in published.FLICKR8K] == [
        (63.0, 41.0, 27.0, None),
        (65.6, 42.4, 27.7, 17.7),
        (67.0, 44.8, 29.9, 19.5),
        (67.0, 45.7, 31.4, 21.3),
    ]


# ------------------------------------------------------------- counting


def counted_like_the_paper(candidates, references):
    """CIDEr with dense vectors over all n-grams: another way round."""
    result = np.zeros(len(candidates))
    for order in range(1, 5):

        def grams(text, order=order):
            tokens = words(text)
            return Counter(
                " ".join(tokens[k : k + order])
                for k in range(len(tokens) - order + 1)
            )

        known = sorted(
            {g for text in candidates for g in grams(text)}
            | {g for group in references for t in group for g in grams(t)}
        )
        place = {gram: k for k, gram in enumerate(known)}
        frequency = np.zeros(len(known))
        for group in references:
            for gram in {g for text in group for g in grams(text)}:
                frequency[place[gram]] += 1
        rare = np.log(len(references) / np.maximum(frequency, 1))

        def vector(text, place=place, rare=rare):
            values = np.zeros(len(place))
            for gram, count in grams(text).items():
                values[place[gram]] = count
            return values * rare

        for k, (text, group) in enumerate(
            zip(candidates, references, strict=True)
        ):
            mine = vector(text)
            for reference in group:
                other = vector(reference)
                length = np.linalg.norm(mine) * np.linalg.norm(other)
                if length:
                    result[k] += mine @ other / length / len(group) / 4
    return 10 * result


def test_cider_is_a_cosine_of_rare_words(scenes):
    five = scenes.test.y[:40]
    candidates = [group[0] for group in scenes.test.y[20:60]]
    ours = published.cider(candidates, five)
    assert np.allclose(ours, counted_like_the_paper(candidates, five))
    assert ours[:20].mean() < 3


def test_cider_of_the_one_reference_is_ten_when_all_of_it_is_rare():
    texts = ["red dogs chase two cats", "blue birds sit on trees"]
    assert np.allclose(published.cider(texts, [(t,) for t in texts]), 10)


def test_a_caption_of_usual_words_alone_scores_nothing():
    pair = [("the dog", "the dog"), ("the cat", "the cat")]
    assert np.allclose(published.cider(["the", "the"], pair), 0)


def test_the_brevity_penalty_is_sacrebleus(scenes):
    cut = [" ".join(words(five[0])[:5]) for five in scenes.test.y]
    texts = [[" ".join(words(t)) for t in five] for five in scenes.test.y]
    columns = [list(column) for column in zip(*texts, strict=True)]
    for candidates in (cut, [five[1] for five in texts]):
        score = sacrebleu.corpus_bleu(
            candidates, columns, tokenize="none", smooth_method="none"
        )
        assert np.isclose(scoring.brevity(candidates, scenes.test.y), score.bp)
        precisions = np.array(score.precisions)
        assert np.isclose(
            published.without_brevity(candidates, scenes.test.y)[3],
            np.exp(np.log(precisions).mean()),
        )


def test_groups_are_told_apart_by_whole_words(lesson_functions):
    own = lesson_functions(
        "23",
        np=np,
        words=words,
        groups=({"man", "men"}, {"woman"}),
        profile=SimpleNamespace(seed=0, dropout=0.2),
    )
    group_of, share = own["group_of"], own["share_of_two"]
    assert group_of("A man rides .") == 0
    assert group_of("A woman rides .") == 1
    assert group_of("A man and a woman") is None
    assert group_of("A mango") is None
    captions = ["a man rides"] * 3 + ["a woman rides"] * 2 + ["it rides"]
    assert share(captions, "rides") == 0.4
    assert math.isnan(share(captions[:4], "rides"))
    assert math.isnan(share(captions, "sings"))


def test_the_scenes_hold_out_what_the_text_says(scenes):
    """Black cats and white dogs are in no training picture."""
    stored = read_npz("scenes.npz")  # descriptions: nothing need be drawn
    kinds, colours = np.moveaxis(stored["things"], 2, 0)[:2]
    there = np.arange(4) < stored["count"][:, np.newaxis]
    for kind, colour in (("cat", "black"), ("dog", "white")):
        pairs = (kinds == scenes.class_names.index(kind)) & there
        pairs &= colours == scenes.colours.index(colour)
        for part, found in ((0, False), (3, True)):
            assert pairs[stored["split"] == part].any() == found


def test_other_pictures_have_an_axis_of_their_own():
    rows = {"beam": [4, 3, 2, 1]}
    figures = lessons.module("23", "figures")
    apart = figures.beside_papers({"scenes": rows, "flickr8k": rows}).figure
    assert [axes.get_title() for axes in apart.axes] == ["scenes", "flickr8k"]
    assert len(figures.beside_papers({"flickr8k": rows}).figure.axes) == 1


# ------------------------------------------------------------ exercises


def test_the_reference_preprocessing_is_keras():
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 5, 5, 3))
    for family, module in (
        ("mobilenet", keras.applications.mobilenet_v2),
        ("resnet", keras.applications.resnet),
    ):
        ours = answers.to_network(pixels.copy(), family)
        theirs = module.preprocess_input(pixels.copy())
        assert np.allclose(ours, theirs, atol=1e-4)


def test_the_reference_collects_captions_as_the_loader_does(tmp_path):
    from coursekit.data.sets.flickr8k import read_captions

    lines = [
        f"{name}.jpg#{k}\tcaption {k} of {name}"
        for k in range(5)
        for name in "xyz"
    ]
    (tmp_path / "t.txt").write_text("\n".join(lines) + "\n")
    assert answers.captions_of(lines) == read_captions(tmp_path / "t.txt")


def test_the_reference_rarity_is_cider_with_one_word(scenes):
    references = [
        tuple(" ".join(words(text)) for text in five)
        for five in scenes.test.y[:50]
    ]
    for word in ("dog", "a", "zebra"):
        having = sum(word in " ".join(five).split() for five in references)
        expected = np.log(50 / max(having, 1))
        assert np.isclose(answers.rarity(word, references), expected)


def test_mixed_references_cost_more_than_half(scenes):
    said = [five[0] for five in scenes.test.y]
    right = scoring.bleu(said, [five[1:] for five in scenes.test.y])
    mixed = [five[1:] for five in scenes.test.y[1:] + scenes.test.y[:1]]
    assert scoring.bleu(said, mixed)[3] < right[3] / 2
