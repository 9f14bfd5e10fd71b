"""Lesson 04 against counting by brute force and the formulas' definitions."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import lessons

answers = lessons.module("04", "exercises")


@pytest.fixture(scope="module")
def own(lesson_functions):
    return lesson_functions(
        "04", np=np, profile=SimpleNamespace(epochs=1), x_test=None
    )


def best_rejections(gaps, wrong):
    """Share of errors among the k surest answers, counted one by one."""
    surest = sorted(zip(-gaps, wrong, strict=True))
    return [
        sum(w for _, w in surest[:kept]) / kept
        for kept in range(len(gaps), 0, -1)
    ]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 999), st.integers(2, 40))
def test_the_reject_curve_counts_errors_among_the_kept(own, seed, n):
    rng = np.random.default_rng(seed)
    gaps, wrong = rng.permutation(n) / n, rng.random(n) < 0.3
    rejected, error = own["reject"](gaps, wrong)
    order = np.argsort(rejected)
    assert np.allclose(rejected[order], np.arange(n) / n)
    assert np.allclose(error[order], best_rejections(gaps, wrong))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 999), st.integers(1, 30), st.sampled_from((0.0, 0.2)))
def test_the_threshold_is_the_smallest_that_reaches_the_goal(seed, n, goal):
    rng = np.random.default_rng(seed)
    gaps, wrong = rng.random(n), rng.random(n) < 0.3
    wrong[np.argmax(gaps)] = False  # so that there is one
    threshold = answers.reject_threshold(gaps, wrong, goal)

    def reaches(t):
        kept = [w for g, w in zip(gaps, wrong, strict=True) if g >= t]
        return sum(kept) <= goal * len(kept)

    assert reaches(threshold)
    assert not any(reaches(gap) for gap in gaps if gap < threshold)


@settings(deadline=None, max_examples=20)
@given(
    st.integers(3, 9), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)
)
def test_connections_are_counted_one_by_one(size, channels, filters, f):
    for p, s in ((0, 1), (1, 2)):
        count = 0
        for _ in range(filters):
            for _ in range(0, size + 2 * p - f + 1, s):
                for _ in range(0, size + 2 * p - f + 1, s):
                    count += channels * f * f + 1
        ours = answers.count_connections(size, channels, filters, f, p, s)
        assert ours == count


def test_the_flattened_size_is_that_of_a_keras_model():
    from keras import Model, layers

    image = layers.Input((32, 32, 1))
    x = image
    for filters in (6, 16):
        x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 5)(x))
    size = Model(image, layers.Flatten()(x)).output_shape[1]
    assert answers.flatten_size(32, [6, 16]) == size == 400
