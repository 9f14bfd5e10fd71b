"""Lesson 03 against SciPy, finite differences and plain counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, special

from coursekit.exercises import lesson03


@pytest.fixture(scope="module")
def own(lesson_functions):
    return lesson_functions("03", np=np)


@pytest.mark.parametrize(
    "number",
    [
        "[[3 5]\n [2 4]]",
        "max      [[4, 8], [6, 9]]",
        "average  [[2.75, 4.5], [5.0, 5.0]]",
        "stride 2: [[8, 4], [7, 5]]",
        "stride 1: (3, 3)",
        "55 -> 27 -> 13",
        "[0 1 1 0]",  # exclusive or
        "sigmoid     slope at -5, 0, 5: 0.0066 0.2500 0.0066",
    ],
)
def test_the_lesson_prints_the_numbers_of_the_board(lesson_text, number):
    assert number in lesson_text("03")


def test_the_sigmoid_is_scipys(own):
    x = np.linspace(-30, 30, 61)
    assert np.allclose(own["sigmoid"](x), special.expit(x))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 99), st.integers(2, 9), st.integers(1, 4))
def test_max_pooling_is_scipys_filter_taken_at_every_stride(own, seed, n, f):
    image = np.random.default_rng(seed).random((n + f, n + f))
    filtered = ndimage.maximum_filter(image, f, origin=-(f // 2))
    side = (n + f - f) + 1
    expected = filtered[:side:f, :side:f]
    ours = own["pool"](image, f, f, np.max)
    assert np.array_equal(ours, expected[: len(ours), : len(ours)])


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(1, 5))
def test_the_pooled_size_counts_the_windows_that_fit(own, n, f, s):
    if f <= n:
        windows = range(0, n - f + 1, s)
        assert own["pooled_size"](n, f, s) == len(windows)


def test_maxout_with_k_tangents_stays_below_a_parabola(own):
    x = np.linspace(-2, 2, 401)
    touch = np.linspace(-2, 2, 9)
    values = own["maxout"](x, 2 * touch, -(touch**2))
    assert (values <= x**2 + 1e-12).all()
    assert np.abs(values - x**2).max() == pytest.approx(0.25**2, abs=1e-3)


def slope(function, image, place):
    nudge = np.zeros_like(image)
    nudge[place] = 1e-6
    return (function(image + nudge) - function(image - nudge)) / 2e-6


def test_the_gradient_through_a_maximum_agrees_with_finite_differences():
    rng = np.random.default_rng(0)
    image, gradient = rng.random((4, 6)), rng.standard_normal((2, 3))

    def loss(image):
        blocks = image.reshape(2, 2, 3, 2).max(axis=(1, 3))
        return (blocks * gradient).sum()

    ours = lesson03.max_pool_backward(image, gradient)
    for place in np.ndindex(image.shape):
        assert slope(loss, image, place) == pytest.approx(
            ours[place], abs=1e-8
        )


def test_the_gradient_through_a_relu_agrees_with_finite_differences():
    rng = np.random.default_rng(1)
    x, gradient = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    ours = lesson03.relu_backward(x, gradient)
    for place in np.ndindex(x.shape):
        measured = slope(
            lambda x: (np.maximum(x, 0) * gradient).sum(), x, place
        )
        assert measured == pytest.approx(ours[place], abs=1e-8)


def test_average_pooling_is_scipys_mean_over_labels():
    image = np.random.default_rng(2).random((6, 9))
    labels = np.arange(6)[:, None] // 3 * 3 + np.arange(9) // 3
    means = ndimage.mean(image, labels, range(6)).reshape(2, 3)
    assert np.allclose(lesson03.average_pool(image, 3), means)
