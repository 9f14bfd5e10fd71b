"""Lesson 03 against SciPy, finite differences and plain counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal, special

from coursekit import lessons

answers = lessons.module("03", "exercises")
GAPS = ("pool", "max_pool_backward")


@pytest.fixture(scope="module")
def own(lesson_functions):
    own = lesson_functions("03", np=np)
    for name in GAPS:
        own[name] = own[f"good_{name}"]
    return own


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


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 3))
def test_two_kernels_in_a_row_are_scipys_convolution_of_the_two(
    own, seed, f, g
):
    rng = np.random.default_rng(seed)
    one, two = rng.integers(-3, 4, (f, f)), rng.integers(-3, 4, (g, g))
    image = rng.integers(0, 9, (9, 9))
    both = signal.convolve2d(one, two)
    in_a_row = own["correlate"](own["correlate"](image, one), two)
    assert np.array_equal(in_a_row, own["correlate"](image, both))


def test_the_printed_edges_of_saturation_solve_the_formulas(lesson_text):
    edge = special.logit((1 + np.sqrt(1 - 0.04)) / 2)  # y (1 - y) = 1/100
    both = "{:<11} saturates on the left below -{:.1f}  right above {:.1f}"
    assert both.format("sigmoid", edge, edge) in lesson_text("03")
    edge = np.arctanh(np.sqrt(0.99))
    assert both.format("tanh", edge, edge) in lesson_text("03")
    left = f"ELU         saturates on the left below {np.log(0.01):.1f}"
    assert left in lesson_text("03")


@pytest.mark.parametrize(("leak", "alive_again"), [(0.0, False), (0.1, True)])
def test_a_silent_unit_moves_only_if_it_leaks(own, leak, alive_again):
    rng = np.random.default_rng(0)
    names = {
        "small": rng.random((50, 4)),
        "wish": np.full(50, 5.0),
    }
    own["one_step"].__globals__.update(names)
    weights, biases = np.full((4, 1), -1.0), np.zeros(1)
    for _ in range(200):
        weights, biases = own["one_step"](
            weights, biases, np.ones(1), 0.1, leak
        )
    assert ((weights != -1.0).all()) == alive_again
    assert (own["alive"](weights, biases) == 1) == alive_again


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 6))
def test_without_bends_a_gradient_passes_whole_on_average(own, depth):
    """passed() of the straight line keeps its length, up to chance."""
    straight = (lambda x: x, np.ones_like)
    own["passed"].__globals__.update(
        functions={"straight": straight}, rng=np.random.default_rng(depth)
    )
    assert own["passed"]("straight", depth, 1) == pytest.approx(1, abs=0.4)


def test_a_power_mean_runs_from_smallest_to_largest(own):
    windows = np.random.default_rng(4).random((3, 3, 2, 2)) + 0.5
    found = [own["power_mean"](p)(windows, (2, 3)) for p in (-300, 1, 300)]
    assert np.allclose(found[0], windows.min(axis=(2, 3)), rtol=0.01)
    assert np.allclose(found[1], windows.mean(axis=(2, 3)))
    assert np.allclose(found[2], windows.max(axis=(2, 3)), rtol=0.01)


def test_the_gradient_through_a_sigmoid_agrees_with_finite_differences():
    x = np.random.default_rng(5).standard_normal((2, 3))
    gradient = np.arange(6.0).reshape(2, 3)
    ours = answers.sigmoid_backward(special.expit(x), gradient)
    for place in np.ndindex(x.shape):
        measured = slope(
            lambda x: (special.expit(x) * gradient).sum(), x, place
        )
        assert measured == pytest.approx(ours[place], abs=1e-8)


def test_a_maxout_layer_is_the_largest_of_its_dense_layers():
    rng = np.random.default_rng(6)
    x, w = rng.standard_normal((5, 3)), rng.standard_normal((3, 2, 4))
    b = rng.standard_normal((2, 4))
    dense = [x @ w[:, :, line] + b[:, line] for line in range(4)]
    assert np.allclose(answers.maxout_layer(x, w, b), np.max(dense, axis=0))


def test_the_dense_layer_of_the_exercise_is_the_one_keras_counts():
    from coursekit.backend import import_keras

    layers = import_keras().layers
    x = layers.Input((32, 32, 3))
    for filters in (16, 32):
        x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 3)(x))
    dense = layers.Dense(10)
    dense(layers.Flatten()(x))
    assert dense.count_params() == 11_530


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

    ours = answers.max_pool_backward(image, gradient)
    for place in np.ndindex(image.shape):
        assert slope(loss, image, place) == pytest.approx(
            ours[place], abs=1e-8
        )


def test_the_gradient_through_a_relu_agrees_with_finite_differences():
    rng = np.random.default_rng(1)
    x, gradient = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    ours = answers.relu_backward(x, gradient)
    for place in np.ndindex(x.shape):
        measured = slope(
            lambda x: (np.maximum(x, 0) * gradient).sum(), x, place
        )
        assert measured == pytest.approx(ours[place], abs=1e-8)


def test_average_pooling_is_scipys_mean_over_labels():
    image = np.random.default_rng(2).random((6, 9))
    labels = np.arange(6)[:, None] // 3 * 3 + np.arange(9) // 3
    means = ndimage.mean(image, labels, range(6)).reshape(2, 3)
    assert np.allclose(answers.pool(image, 3, 3, np.mean), means)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 3))
def test_the_gradient_through_overlaps_agrees_with_finite_differences(
    seed, size, stride
):
    rng = np.random.default_rng(seed)
    image = rng.permutation(42).reshape(6, 7) * 1.0  # no ties
    shape = [(side - size) // stride + 1 for side in image.shape]
    gradient = rng.standard_normal(shape)

    def loss(image):
        return (answers.pool(image, size, stride, np.max) * gradient).sum()

    ours = answers.overlapping_backward(image, gradient, size, stride)
    for place in np.ndindex(image.shape):
        measured = slope(loss, image, place)
        assert measured == pytest.approx(ours[place], abs=1e-6)


def test_a_tie_goes_the_way_that_keras_sends_it():
    import tensorflow as tf

    image = np.random.default_rng(8).integers(0, 3, (6, 9)) * 1.0  # many ties
    gradient = np.arange(8.0).reshape(2, 4) - 3
    x = tf.constant(image[np.newaxis, :, :, np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(x)
        pooled = tf.nn.max_pool2d(x, 3, 2, "VALID")[0, ..., 0]
        loss = tf.reduce_sum(pooled * gradient)
    theirs = tape.gradient(loss, x)[0, :, :, 0].numpy()
    ours = answers.overlapping_backward(image, gradient, 3, 2)
    assert np.array_equal(ours, theirs)
