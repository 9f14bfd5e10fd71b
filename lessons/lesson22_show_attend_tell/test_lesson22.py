"""Lesson 22 against SciPy, pixel counting and a loop in plain Python."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from coursekit import lessons
from coursekit.captions import scoring

answers = lessons.module("22", "exercises")


@pytest.fixture(scope="module")
def own(lesson_functions):
    return lesson_functions("22", np=np, scoring=scoring)


def test_attention_is_a_loop_over_places_with_scipys_softmax(own):
    rng = np.random.default_rng(6)
    places, state = rng.normal(size=(3, 5, 4)), rng.normal(size=(3, 2))
    U, W = rng.normal(size=(4, 6)), rng.normal(size=(2, 6))
    v = rng.normal(size=6)
    scored = own["good_additive_scores"](places, state, U, W, v)
    weights, context = own["good_attend"](scored, places)
    for n in range(3):
        scores = [
            sum(
                v[j]
                * np.tanh(
                    sum(U[i, j] * a[i] for i in range(4))
                    + sum(W[i, j] * state[n, i] for i in range(2))
                )
                for j in range(6)
            )
            for a in places[n]
        ]
        expected = special.softmax(scores)
        assert np.allclose(weights[n], expected)
        mixed = sum(w * a for w, a in zip(expected, places[n], strict=True))
        assert np.allclose(context[n], mixed)


box = st.tuples(*[st.integers(0, 64)] * 4).map(
    lambda b: (
        min(b[0], b[2]),
        min(b[1], b[3]),
        max(b[0], b[2]),
        max(b[1], b[3]),
    )
)


@settings(deadline=None, max_examples=50)
@given(box)
def test_what_a_box_covers_is_counted_pixel_by_pixel(own, box):
    left, top, right, bottom = box
    image = np.zeros((64, 64))
    image[top:bottom, left:right] = 1
    expected = image.reshape(8, 8, 8, 8).mean(axis=(1, 3)).ravel()
    assert np.allclose(own["cover"](np.array([box], "float32")), expected)


def test_mass_is_added_up_for_true_nouns_only(own):
    split = SimpleNamespace(
        extra={
            "kinds": np.array([[0, 2, -1, -1]]),  # a dog and a ball
            "boxes": np.array(
                [[[0, 0, 8, 8], [8, 0, 16, 16], [-1] * 4, [-1] * 4]], "float32"
            ),
        }
    )
    looked = np.zeros((1, 8, 64))
    looked[0, 1, 0] = looked[0, 4, 1] = 0.6
    looked[0, 1, 63] = looked[0, 4, 63] = 0.4
    found = own["masses"](["a dog and a ball near a cat"], looked, split)
    assert np.allclose(found, [[0.6, 1 / 64], [0.6, 2 / 64]])


def test_sides_are_read_off_the_boxes_and_one_thing_twice_is_found(own):
    boxes = [[0, 0, 8, 8], [40, 0, 48, 8], [8, 0, 16, 8], [-1] * 4]
    split = SimpleNamespace(
        extra={
            "kinds": np.array([[0, 2, 2, -1]] * 5),  # dog, ball, ball
            "boxes": np.array([boxes] * 5, "float32"),
        }
    )
    told = [
        "a dog to the left of a red ball and a cat",  # true
        "a dog to the right of a ball",  # untrue
        "there is a red ball to the left of a red ball",  # there are two
        "a cat to the left of a dog",  # no cat
        "a dog and a ball",  # no side
    ]
    assert own["sides"](told, split).tolist() == [
        [0, 0, 1, 0],
        [1, 1, 0, 0],
        [2, 0, 1, 1],
        [3, 0, 0, 0],
    ]


def test_the_state_changes_scores_place_by_place_only_through_the_bend():
    exercise = answers.EXERCISES[1]
    places, state, U, W, v = exercise.cases[1].args
    without_tanh = exercise.mistakes[0].answer
    for score, bends in ((exercise.reference, True), (without_tanh, False)):
        change = score(places, state, U, W, v) - score(places, -state, U, W, v)
        assert (np.ptp(change) > 0.5) == bends


def test_equal_shares_cost_nothing():
    weights = np.full((6, 8), 1 / 8)
    spoken = np.array([1, 1, 1, 1, 0, 0.0])
    assert answers.even_penalty(weights, spoken) == pytest.approx(0)
    weights[0] = np.eye(8)[0]
    assert answers.even_penalty(weights, spoken) > 0.5
