"""Lesson 04 against counting by brute force and the formulas' definitions."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import lessons
from coursekit.exercises import engine

answers = lessons.module("04", "exercises")


@pytest.fixture(scope="module")
def own(lesson_functions):
    return lesson_functions(
        "04", np=np, profile=SimpleNamespace(epochs=1), x_test=None
    )


def test_the_good_lenet_is_right_and_the_list_without_dropout_is_not(own):
    import keras

    (exercise,) = (e for e in answers.EXERCISES if e.id == "04.1")
    own["keras"], own["layers"] = keras, keras.layers
    good = own["good_build_lenet"]
    assert engine.judge(exercise, good).state == "correct"
    listed = [layer for layer in good().layers if "drop" not in layer.name]
    no_dropout = engine.judge(
        exercise, lambda dropout=0: keras.Sequential(listed)
    )
    assert no_dropout.state == "not yet"
    assert "dropout" in no_dropout.message


def test_c5_is_a_convolution_and_reads_a_form_at_nine_places_a_side(own):
    """What the first question to discuss derives."""
    import keras

    own["keras"], own["layers"] = keras, keras.layers
    lenet = own["good_build_lenet"]()
    layers = keras.layers
    image = x = layers.Input((None, None, 1))
    for name, size in (
        ("c1", 0),
        ("s2", 0),
        ("c3", 0),
        ("s4", 0),
        ("c5", 5),
        ("f6", 1),
        ("output", 1),
    ):
        layer = lenet.get_layer(name)
        if size:
            last = "relu" if name != "output" else None
            layer = layers.Conv2D(layer.units, size, activation=last)
        x = layer(x)
    wide = keras.Model(image, x)
    for ours, theirs in zip(wide.weights, lenet.weights, strict=True):
        ours.assign(keras.ops.reshape(theirs, ours.shape))
    picture = np.random.default_rng(0).random((1, 28, 28, 1), "float32")
    logits = np.array(wide(picture))[:, 0, 0]
    assert np.allclose(logits, lenet(picture), atol=1e-5)
    assert wide(np.zeros((1, 60, 60, 1))).shape == (1, 9, 9, 10)


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
