"""Lesson 21 against SciPy, sacrebleu and plain enumeration."""

from collections import Counter
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import sacrebleu
from scipy import special

from coursekit import lessons
from coursekit.vocabulary import END, PAD, START

answers = lessons.module("21", "exercises")
figures = lessons.module("21", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    found = lesson_functions(
        "21",
        np=np,
        Counter=Counter,
        PAD=PAD,
        START=START,
        END=END,
        limit=5,
        tf=SimpleNamespace(function=lambda body: body),
    )
    # The lesson's other functions call what stands on the road.
    found["beam_step"] = found["good_beam_step"]
    found["clipped"] = found["good_clipped"]
    return found


def test_the_masked_loss_is_scipys_log_softmax_over_words_alone(own):
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(3, 6, 9))
    targets = rng.integers(1, 9, (3, 6))
    targets[0, 4:] = targets[2, 1:] = PAD
    logs = special.log_softmax(logits, axis=-1)
    costs = [
        -logs[i, t, targets[i, t]]
        for i, t in product(range(3), range(6))
        if targets[i, t] != PAD
    ]
    ours = own["masked_cross_entropy"](targets, logits)
    assert ours == pytest.approx(np.mean(costs))


def test_the_softmax_is_scipys(own):
    x = np.array([-700.0, 3.0, 3.5, 700.0])
    assert np.allclose(own["softmax"](x), special.softmax(x))


def test_the_masked_loss_is_finite_where_a_probability_is_rounded_to_0(own):
    logits = np.array([[[0.0, 0.0, 0.0, 0.0, 2e3], [0.0, 5e3, 0.0, 0.0, 0.0]]])
    ours = own["masked_cross_entropy"](np.array([[1, PAD]]), logits)
    assert ours == pytest.approx(2e3)


LONG = ("a red ball lies here", "there is a red ball on grass")
# Six words and four: as close as each other to five.
TIED = ("a red ball on the grass", "a ball on grass")


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("a red ball lies on grass", LONG),
        ("a red ball lies", LONG),
        ("a a red ball is", LONG),
        ("a red ball on grass", TIED),
        ("a red ball on grass", TIED[::-1]),
    ],
)
def test_bleu_by_hand_is_sacrebleus(own, text, references, order):
    score = sacrebleu.BLEU(
        max_ngram_order=order,
        tokenize="none",
        smooth_method="none",
        effective_order=False,
        force=True,
    ).corpus_score([text], [[r] for r in references])
    ours = own["bleu"](text, references, order)
    assert ours == pytest.approx(score.score, abs=1e-6)


def test_the_beam_in_the_open_finds_the_best_of_a_small_language(own):
    rng = np.random.default_rng(8)
    table = rng.random((5, 7, 7)) ** 2 + 1e-3
    table[:, :, :3] = 1e-12
    table[3:, :, 4:] = 1e-12
    table /= table.sum(axis=-1, keepdims=True)

    def step(words, state):
        return np.log(table[state, words]), state + 1

    def cost(sentence):
        before = (START, *sentence[:-1])
        return sum(
            np.log(table[t, last, word])
            for t, (last, word) in enumerate(
                zip(before, sentence, strict=True)
            )
        )

    whole = [
        (*said, END)
        for size in range(4)
        for said in product((4, 5, 6), repeat=size)
    ]
    found = own["beam_search"](
        lambda vector: 0, step, np.zeros(1), beam_width=40, length_penalty=0.7
    )
    best = max(whole, key=lambda s: cost(s) / len(s) ** 0.7)
    assert tuple(found[0][1]) == best
    assert found[0][0] == pytest.approx(cost(best) / len(best) ** 0.7)


@pytest.mark.parametrize("of", ["the lesson", "the exercises"])
def test_one_beam_step_keeps_the_best_of_all_continuations(own, of):
    step = own["beam_step"] if of == "the lesson" else answers.beam_step
    rng = np.random.default_rng(4)
    scores, logs = rng.normal(size=3), rng.normal(size=(3, 8))
    parents, words, totals = step(scores, logs, 4)
    everything = sorted(
        ((scores[i] + logs[i, w], i, w) for i in range(3) for w in range(8)),
        reverse=True,
    )[:4]
    assert totals == pytest.approx([t for t, _, _ in everything])
    assert list(zip(parents, words, strict=True)) == [
        (i, w) for _, i, w in everything
    ]


def test_clipped_counts_are_sacrebleus(own):
    for case in answers.EXERCISES[1].cases:
        text, references, n = case.args
        score = sacrebleu.BLEU(
            tokenize="none", smooth_method="none", force=True
        ).corpus_score([text], [[r] for r in references])
        expected = score.counts[n - 1], score.totals[n - 1]
        assert answers.clipped(text, references, n) == expected
        assert own["clipped"](text, references, n) == expected


def test_bleu_of_a_test_set_is_sacrebleus():
    for case in answers.EXERCISES[7].cases:
        texts, references, order = case.args
        score = sacrebleu.BLEU(
            max_ngram_order=order,
            tokenize="none",
            smooth_method="none",
            force=True,
        ).corpus_score(texts, list(zip(*references, strict=True)))
        assert answers.corpus_bleu(texts, references, order) == pytest.approx(
            score.score
        )


def test_bars_differ_in_more_than_their_colour():
    scores = {name: [4, 3, 2, 1] for name in "abcdef"}
    axes = figures.bleu_bars(scores, [5, 4, 3, 2]).figure.axes[0]
    hatches = [bars[0].get_hatch() for bars in axes.containers]
    assert len(set(hatches)) == len(scores)


def test_a_colour_read_off_the_vector_may_be_any_of_that_kind(
    lesson_functions,
):
    split = SimpleNamespace(
        x=np.zeros((2, 1)),
        extra={
            # A kind 0 in colours 1 and 2; a kind 1 in colour 0.
            "kinds": np.array([[0, 0, -1, -1], [1, -1, -1, -1]]),
            "colours": np.array([[1, 2, -1, -1], [0, -1, -1, -1]]),
        },
    )
    answers = np.zeros((2, 2, 5))  # three colours, and two other answers
    answers[0, 0, 2] = 1.0  # right for both things of picture 0
    answers[1, 1, 1] = 1.0  # wrong
    answers[:, :, 3:] = 9.0  # no colours
    functions = lesson_functions(
        "21",
        np=np,
        tf=SimpleNamespace(function=lambda body: body),
        dataset=SimpleNamespace(class_names="ab", colours="rgb"),
        namer=SimpleNamespace(
            predict=lambda *_, **__: {"things": answers.reshape(2, 10)}
        ),
    )
    assert functions["read_off"](split).tolist() == [True, True, False]
