"""Lesson 08: its helpers, what Keras does with frozen layers, its figures."""

import numpy as np
import pytest

from coursekit import data, lessons
from coursekit.backend import import_keras

keras = import_keras()
layers = keras.layers

answers = lessons.module("08", "exercises")
figures = lessons.module("08", "figures")
measured = lessons.module("08", "measured")


class Profile:
    seed, small_rate, probe_rate, head_updates = 0, 3e-4, 1e-2, 60


@pytest.fixture(scope="module")
def own(lesson_functions):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    names = {"np": np, "keras": keras, "layers": layers, "loss": loss}
    scramble = np.random.default_rng(3).permutation(32 * 32)
    names |= {"profile": Profile, "scramble": scramble}

    def compiled(model, rate):
        model.compile(keras.optimizers.Adam(rate), loss)
        return model

    names["compiled"] = compiled
    return lesson_functions("08", **names)


def test_old_and_new_kinds_are_the_whole_set_and_share_no_kind(own):
    split = data.load("objects100").test
    old_x, old_y = own["part_of"](split, False)
    new_x, new_y = own["part_of"](split, True)
    assert len(old_x) + len(new_x) == len(split)
    assert np.unique(old_y).tolist() == list(range(80))
    assert np.unique(new_y).tolist() == list(range(20))
    for kind in (0, 7, 79):
        there = split.x[split.y == kind // 4 * 5 + kind % 4]
        assert np.array_equal(old_x[old_y == kind], there)


def test_few_takes_the_same_number_of_each_kind_once(own):
    labels = np.random.default_rng(0).integers(0, 6, 300)
    places = own["few"](labels, 7, seed=2)
    assert np.bincount(labels[places]).tolist() == [7] * 6
    assert len(set(places)) == 42


@pytest.mark.parametrize("name", ["night", "sketch", "noise"])
def test_a_domain_keeps_shape_and_type(own, name):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 256, (3, 32, 32, 3)).astype("uint8")
    changed = own[name](x, rng)
    assert changed.shape == x.shape and changed.dtype == np.uint8
    assert not np.array_equal(changed, x)


def test_a_sketch_of_a_plain_picture_is_white_paper(own):
    plain = np.full((1, 32, 32, 3), 90, "uint8")
    assert (own["sketch"](plain, None) == 255).all()


def test_scrambling_loses_no_pixel(own):
    split = data.load("digits", size=28).test
    whole = own["as_colour"](split, False)
    scrambled = own["as_colour"](split, True)
    assert whole.shape == scrambled.shape == (360, 32, 32, 3)
    for one, other in zip(whole[:5], scrambled[:5], strict=True):
        assert not np.array_equal(one, other)
        assert np.array_equal(np.sort(one, None), np.sort(other, None))


def test_probes_share_nothing_and_are_judged_one_by_one(own):
    rng = np.random.default_rng(2)
    y = np.arange(60) % 3
    told = np.eye(3)[y] + 0.1 * rng.standard_normal((60, 3))
    seen = {"told": told.astype("float32")}
    seen["noise"] = rng.standard_normal((60, 4)).astype("float32")
    found = own["probed_with"](seen, y, seen, y)
    assert found["told"] == 1 and found["noise"] < 0.8
    turned = {"told": -seen["told"]}
    assert own["probed_with"]({"told": seen["told"]}, y, turned, y)["told"] < 1


def test_the_numpy_regression_finds_what_keras_finds(own):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((90, 4)).astype("float32")
    y = (x @ rng.standard_normal((4, 3))).argmax(axis=1)
    kernel, bias = own["softmax_regression"](x, y, 0.05)
    inputs = layers.Input((4,))
    dense = layers.Dense(3, kernel_initializer="zeros")
    model = keras.Model(inputs, dense(inputs))
    model.compile(
        keras.optimizers.Adam(0.05),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(x, y, 90, epochs=Profile.head_updates, verbose=0)
    for ours, theirs in zip((kernel, bias), dense.get_weights(), strict=True):
        assert np.allclose(ours, theirs, atol=1e-3)


def test_the_nearest_mean_of_the_lesson_is_the_exercises(own):
    for case in answers.EXERCISES[6].cases[1:]:
        z, labels, asked = case.args
        kinds = np.unique(labels)
        ours = kinds[own["nearest"](z, labels, asked)]
        assert ours.tolist() == answers.nearest_mean(z, labels, asked).tolist()


# ------------------------------------------------------- what Keras does


def normed():
    inputs = layers.Input((3,))
    norm = layers.BatchNormalization(momentum=0.5)
    return keras.Model(inputs, norm(inputs)), norm


def moved(norm):
    return bool(
        np.abs(keras.ops.convert_to_numpy(norm.moving_mean)).max() > 0.1
    )


X = np.random.default_rng(4).normal(5, 1, (32, 3)).astype("float32")


@pytest.mark.parametrize("frozen", [True, False])
def test_statistics_move_unless_the_layer_is_frozen(frozen):
    model, norm = normed()
    norm.trainable = not frozen
    model(X, training=True)
    assert moved(norm) != frozen


def test_training_false_inside_a_functional_model_is_overridden():
    """Keras issue 20285. If this fails, Keras changed: so must the lesson."""
    inner, norm = normed()
    inputs = layers.Input((3,))
    outer = keras.Model(inputs, inner(inputs, training=False))
    outer(X, training=True)
    assert moved(norm)


# ------------------------------------------------------------- figures


def test_the_stored_curves_have_four_ways_and_four_sizes():
    stored = measured.accuracies("objects")
    assert list(stored) == list(measured.NAMES.values())
    for values in stored.values():
        assert list(values) == [1, 5, 20, 80]


def test_one_picture_with_the_encoder_is_worth_eighty_without():
    stored = measured.accuracies("objects")
    frozen, scratch = np.mean(stored["frozen"][1]), stored["from scratch"][80]
    assert abs(frozen - np.mean(scratch)) < 0.05


def test_the_curve_says_the_means_of_its_seeds():
    arms = {"frozen": {1: [0.2, 0.4], 5: [0.5, 0.7]}}
    figure = figures.accuracy_by_examples(arms, chance=0.05)
    assert figure.summary == (
        "Test accuracy with 1, 5 examples a class, mean of 2 seeds: "
        "frozen 0.30, 0.60; chance 0.05."
    )


def test_the_cost_says_when_half_is_right():
    figure = figures.cost({"frozen": [[[1.0, 0.4], [2.0, 0.6]]]})
    assert "frozen: above 0.5 after 2.0 s, 0.60 at the end" in figure.summary


def test_the_bars_and_probes_say_their_numbers():
    figure = figures.bars({"digits": {"pixels": 0.91}}, "accuracy")
    assert figure.summary == "Accuracy. digits: pixels 0.91."
    figure = figures.probes(["a", "b"], {"own": [0.1, 0.25]}, chance=0.05)
    assert "own 0.10, 0.25" in figure.summary


def test_the_drawing_names_all_six_steps():
    texts = [
        t.get_text()
        for t in figures.six_steps(80, 20, 112).figure.axes[0].texts
    ]
    for number in range(1, 7):
        assert any(text.startswith(f"{number} ") for text in texts)
