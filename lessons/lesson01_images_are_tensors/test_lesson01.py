"""Independent witnesses for lesson 01: SciPy, finite differences, Keras."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, optimize, special, stats

from coursekit import data, lessons
from coursekit.figures import images

answers = lessons.module("01", "exercises")
figures = lessons.module("01", "figures")


def test_one_hundred_shared_filters_are_a_convolution_of_that_size():
    from keras import layers

    layer = layers.Conv2D(100, 10, use_bias=False)
    layer.build((None, 1000, 1000, 1))
    assert layer.count_params() == 10**4


def test_the_three_kinds_of_layer_have_the_weights_the_figure_counts():
    from keras import layers

    dense = layers.Dense(7, use_bias=False)
    dense.build((None, 9))
    shared = layers.Conv1D(1, 3, use_bias=False)
    shared.build((None, 9, 1))
    assert shared.compute_output_shape((None, 9, 1)) == (None, 7, 1)
    assert figures.connections(9, 3).summary.endswith(
        f"dense {dense.count_params()}, local 21, "
        f"shared {shared.count_params()}."
    )


def test_360_digits_leave_the_spread_that_the_lesson_names(lesson_text):
    low, high = stats.binom.interval(0.95, 360, 0.96)
    expected = f"{100 * low / 360:.0f} to {100 * high / 360:.0f} %"
    assert expected == "94 to 98 %" and expected in lesson_text("01")
    assert round(100 * stats.binom.std(360, 0.96) / 360, 1) == 1.0


def test_a_second_softmax_cannot_go_below_the_loss_named():
    def loss(p):
        return -special.log_softmax(p)[0]

    best = optimize.minimize(
        loss, np.full(10, 0.5), bounds=[(0, 1)] * 10, tol=1e-12
    )
    assert f"{best.fun:.3f}" == "1.461"


@given(
    st.integers(-9, 9),
    st.integers(1, 3),
    st.integers(1, 7),
    st.integers(9, 12),
)
def test_a_shift_to_the_right_brings_in_zeros(pixels, count, height, width):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (count, height, width, 1)).astype("uint8")
    expected = ndimage.shift(pictures, (0, 0, pixels, 0), order=0)
    np.testing.assert_array_equal(
        images.shift_right(pictures, pixels), expected
    )


@given(st.integers(0, 4))
def test_a_shift_down_brings_in_zeros(pixels):
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 256, (2, 4, 5, 1))
    expected = ndimage.shift(pictures, (0, pixels, 0, 0), order=0)
    np.testing.assert_array_equal(
        answers.shift_down(pictures, pixels), expected
    )


def test_the_cross_entropy_of_the_solution_is_that_of_scipy():
    rng = np.random.default_rng(2)
    logits, labels = 500 * rng.standard_normal((6, 4)), np.arange(6) % 4
    expected = -special.log_softmax(logits, axis=1)[np.arange(6), labels]
    assert answers.mean_cross_entropy(logits, labels) == pytest.approx(
        expected.mean()
    )


def test_the_slopes_of_the_solution_are_the_measured_ones():
    rng = np.random.default_rng(3)
    W, b = rng.standard_normal((3, 4)), rng.standard_normal(4)
    x, y = rng.standard_normal((5, 3)), np.eye(4)[[0, 1, 2, 3, 1]]

    def loss(theta):
        logits = x @ theta[:12].reshape(3, 4) + theta[12:]
        return -(special.log_softmax(logits, axis=1) * y).sum() / 5

    theta = np.concatenate([W.ravel(), b])
    slope = optimize.approx_fprime(theta, loss, 1e-7)
    value, slope_W, slope_b = answers.loss_and_slopes(W, b, x, y)
    assert value == pytest.approx(loss(theta))
    np.testing.assert_allclose(slope_W.ravel(), slope[:12], atol=1e-5)
    np.testing.assert_allclose(slope_b, slope[12:], atol=1e-5)


def test_the_softmax_of_the_solution_is_that_of_scipy():
    rng = np.random.default_rng(6)
    z = 500 * rng.standard_normal((6, 2, 4))
    np.testing.assert_allclose(
        answers.softmax(z), special.softmax(z, axis=-1), atol=1e-12
    )


def test_templates_that_start_at_zero_sum_to_zero():
    """What the first question to discuss derives."""
    rng = np.random.default_rng(7)
    W, b = np.zeros((3, 4)), np.zeros(4)
    x, y = rng.standard_normal((9, 3)), np.eye(4)[np.arange(9) % 4]
    for _ in range(20):
        _, slope_W, slope_b = answers.loss_and_slopes(W, b, x, y)
        W, b = W - slope_W, b - slope_b
    assert np.abs(W).max() > 0.1
    np.testing.assert_allclose(W.sum(axis=1), 0, atol=1e-12)
    assert b.sum() == pytest.approx(0, abs=1e-12)


def test_the_evidence_figure_adds_up_to_the_logits():
    rng = np.random.default_rng(4)
    picture, bias = rng.random((5, 6)), rng.standard_normal(3)
    weights = rng.standard_normal((5, 6, 3))
    logits = np.einsum("hw,hwk->k", picture, weights) + bias
    summary = figures.evidence(picture, weights, bias, (0, 2), "abc").summary
    assert summary.endswith(f"{logits[0]:+.1f} for a, {logits[2]:+.1f} for c.")


def test_the_shifted_figure_names_the_shifts_that_are_wrong():
    probabilities = np.array([[0.2, 0.8], [0.9, 0.1], [0.6, 0.4]])
    pictures = np.zeros((3, 4, 4, 1))
    figure = figures.shifted_predictions(
        pictures, probabilities, (-2, 0, 2), right=0
    )
    assert figure.summary.endswith("wrong at -2 pixels.")


def test_the_accuracy_figure_tells_both_ends_and_the_middle():
    figure = images.accuracy_against_shift(
        range(-1, 2), {"net": [0.25, 0.5, 0.75]}
    )
    assert figure.summary.endswith("net 0.25 at -1, 0.50 at 0, 0.75 at 1.")


def test_the_channel_figure_names_the_mean_of_each_channel():
    photo = np.zeros((2, 2, 3), dtype="uint8")
    photo[..., 0], photo[0, :, 1] = 200, 100
    summary = figures.channels(photo, "A test").summary
    assert summary.endswith("red 200, green 50, blue 0.")


def test_the_digits_store_paper_as_black_and_ink_as_bright():
    digits = data.load("digits", size=28).train.x[..., 0]
    assert digits[:, 0, 0].mean() < 5 and digits.max() == 255


def test_most_ink_stays_when_the_digits_move_four_pixels():
    pictures = data.load("digits", size=28).test.x.astype(float)
    moved = ndimage.shift(pictures, (0, 0, 4, 0), order=0)
    share = moved.sum(axis=(1, 2, 3)) / pictures.sum(axis=(1, 2, 3))
    assert share.mean() > 0.98
