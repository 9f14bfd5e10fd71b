"""Lesson 05 against SciPy, closed forms and Keras' own callbacks."""

import itertools
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from coursekit import lessons
from coursekit.settings import load_settings

answers = lessons.module("05", "exercises")
figures = lessons.module("05", "figures")

NINE = (
    "SGD",
    "momentum",
    "Nesterov",
    "Adagrad",
    "Adadelta",
    "RMSprop",
    "Adam",
    "Adamax",
    "Nadam",
)


@pytest.fixture(scope="module")
def own(lesson_functions):
    own = lesson_functions(
        "05",
        np=np,
        layers=types.SimpleNamespace(Conv2D=None),
        units=8,
    )
    own["adam_step"] = own["good_adam_step"]
    return own


def walk(rule, gradients, rate=0.1):
    w, memory = np.zeros(gradients.shape[1]), {}
    for t, g in enumerate(gradients, start=1):
        w = rule(w, g, memory, t, rate)
    return w


def draw(seed, steps=12):
    return np.random.default_rng(seed).standard_normal((steps, 3))


# ----------------------------------------------------- what is printed


@pytest.mark.parametrize("name", ["quick", "full"])
def test_the_table_has_the_arms_that_the_text_compares(name):
    profile = load_settings("05", name)
    assert {"plain", "dropout", "batch norm", "shift"} <= set(profile.arms)
    assert {"SGD", "momentum", "Adam"} <= set(profile.optimisers) <= set(NINE)


def test_the_full_table_runs_every_cure_with_three_seeds():
    profile = load_settings("05", "full")
    assert len(profile.arms) == len(set(profile.arms)) >= 12
    assert len(profile.seeds) == 3


# --------------------------------------------------------- optimisers


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999))
def test_momentum_is_a_geometric_sum_of_all_gradients(own, seed):
    gradients = draw(seed)
    steps = len(gradients)
    share = (1 - 0.9 ** np.arange(steps, 0, -1)) / (1 - 0.9)
    expected = -0.1 * (share[:, None] * gradients).sum(axis=0)
    assert np.allclose(walk(own["momentum"], gradients), expected)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999))
def test_nesterov_is_momentum_one_look_ahead_further(own, seed):
    gradients = draw(seed)
    share = (1 - 0.9 ** np.arange(len(gradients) + 1, 1, -1)) / (1 - 0.9)
    expected = -0.1 * (share[:, None] * gradients).sum(axis=0)
    assert np.allclose(walk(own["nesterov"], gradients), expected)


def keras_optimiser(name, rate):
    from keras import optimizers

    if name in ("momentum", "Nesterov"):
        return optimizers.SGD(rate, 0.9, nesterov=name == "Nesterov")
    return getattr(optimizers, name)(rate)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("name", NINE)
def test_twenty_steps_equal_keras_for_gradients_of_any_size(own, name, scale):
    import keras

    gradients = (scale * draw(4, steps=20)).astype("float32")
    optimizer = keras_optimiser(name, 0.03)
    variable = keras.Variable(np.zeros(3, "float32"))
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    ours = walk(own[name.lower()], gradients.astype("float64"), 0.03)
    far = np.abs(ours).max()  # SGD walks far with large gradients
    assert np.allclose(variable.numpy(), ours, atol=1e-5 * max(1, far))


def test_adagrad_divides_by_the_root_of_all_squares_so_far(own):
    gradients = draw(1)
    sums = 0.1 + np.cumsum(gradients**2, axis=0) + 1e-7
    expected = -0.1 * (gradients / np.sqrt(sums)).sum(axis=0)
    assert np.allclose(walk(own["adagrad"], gradients), expected)


def test_adadelta_does_not_care_for_the_unit_of_the_loss(own):
    gradients = 1e4 * draw(2)
    once = walk(own["adadelta"], gradients, 1.0)
    assert np.allclose(once, walk(own["adadelta"], 1e3 * gradients, 1.0))


@pytest.mark.parametrize("rule", ["adam", "adamax"])
def test_the_first_step_is_the_learning_rate_for_any_gradient(own, rule):
    gradient = np.array([[1e-2, -3.0, 500.0]])
    expected = -0.1 * np.sign(gradient[0])
    assert np.allclose(walk(own[rule], gradient), expected, rtol=1e-3)


def test_adam_with_a_constant_gradient_walks_at_the_learning_rate(own):
    for rule in ("adam", "adamax"):
        assert np.allclose(walk(own[rule], np.ones((30, 2))), -3.0, rtol=1e-5)


def test_momentum_leaves_both_axes_of_the_valley_at_one_factor(own):
    """What the first question to discuss derives."""
    for rate, fits in ((0.0379, True), (0.0381, False)):
        w, memory = np.ones(2), {}
        for t in range(3000):
            w = own["momentum"](w, own["slope"](w), memory, t, rate)
        assert (abs(w[1]) < 1) == fits
    for steepness in (1.0, 100.0):
        step = [1 + 0.9 - 0.01 * steepness, -0.9]
        roots = np.linalg.eigvals([step, [1, 0]])
        assert np.allclose(np.abs(roots), np.sqrt(0.9))


# ------------------------------------------------ schedules, annealing


def test_the_cosine_starts_full_is_half_way_in_the_middle_and_ends_at_0(own):
    values = [own["cosine"](t) for t in (0, 50, 100, 300)]
    assert np.allclose(values, [0.1, 0.05, 0.0, 0.0])


def test_warm_up_rises_in_equal_steps_to_its_peak(own):
    rates = np.array([own["warm_up"](t) for t in range(21)])
    assert np.allclose(np.diff(rates), 0.005)
    assert rates.max() == pytest.approx(0.1)


def test_without_heat_a_walk_never_climbs(own):
    walk = own["anneal"](0.0, seed=1, steps=300)
    assert (np.diff(own["landscape"](walk)) <= 1e-7).all()


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 4))
def test_the_stopping_rule_is_that_of_the_keras_callback(losses, patience):
    import keras

    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    callback = keras.callbacks.EarlyStopping("val_loss", patience=patience)
    callback.set_model(model)
    callback.on_train_begin()
    epochs = 0
    for loss in losses:
        callback.on_epoch_end(epochs, {"val_loss": float(loss)})
        epochs += 1
        if callback.stopped_epoch:
            break
    ours = answers.stopping_epoch(losses, patience)
    assert ours == (epochs, callback.best_epoch)


def test_an_arm_is_trained_once_however_it_is_asked_for(lesson_functions):
    trained = []
    own = lesson_functions(
        "05",
        np=np,
        layers=types.SimpleNamespace(Conv2D=None),
        units=8,
        remembered={},
        ARMS={"plain": {}, "dropout": {"on": ["dropout"]}},
    )
    own["train_arm"] = lambda seed, **arm: trained.append((seed, arm))
    for asked in (("plain",), ("plain", 0), ("plain", 1), ("dropout",)):
        own["run"](*asked)
    own["run"]("dropout", seed=0)
    assert trained == [(0, {}), (1, {}), (0, {"on": ["dropout"]})]


# --------------------------------------------- dropout and batch norm


def test_dropout_keeps_the_mean_over_all_masks(own):
    x = np.array([1.0, -2.0, 4.0])
    masks = np.array(list(itertools.product([0, 1], repeat=3)))
    weights = stats.bernoulli(0.8).pmf(masks).prod(axis=1)
    mean = weights @ own["good_dropout"](x, masks, 0.8, True)
    assert np.allclose(mean, x)


def test_the_probability_of_a_mask_is_a_product_of_coins(own):
    masks = np.array(list(itertools.product([0, 1], repeat=8)))
    expected = stats.bernoulli(0.8).pmf(masks).prod(axis=1)
    assert np.allclose(own["probability"](masks, 0.8), expected)


def test_a_batch_normalised_column_holds_scipys_z_scores(own):
    x = np.random.default_rng(4).normal(3, 2, (20, 5))
    z, mean, variance = own["normalise"](x, 0, 1, 0, epsilon=0)
    assert np.allclose(z, stats.zscore(x))
    assert np.allclose([mean, variance], [x.mean(0), x.std(0) ** 2])


def test_a_convolution_is_normalised_map_by_map(own):
    x = np.random.default_rng(5).normal(3, 2, (4, 3, 3, 2))
    z = own["normalise"](x, (0, 1, 2), 1, 0, epsilon=0)[0]
    expected = stats.zscore(x.reshape(-1, 2)).reshape(x.shape)
    assert np.allclose(z, expected)


# ------------------------------------------------------- the laboratory


PICTURES = np.random.default_rng(0).random((40, 8, 8, 1), "float32")
LABELS = np.arange(40) % 10


@pytest.fixture(scope="module")
def lab():
    profile = types.SimpleNamespace(batch_size=20, l2=1e-3, learning_rate=1e-3)
    laboratory = lessons.module("05", "laboratory")
    return laboratory.Laboratory(profile, PICTURES.shape[1:])


def test_switched_off_the_base_network_is_a_plain_cnn(lab):
    lab.turn_on()
    model = lab.network()
    silent = np.array(model(PICTURES, training=True))
    assert np.allclose(silent, model(PICTURES), atol=1e-6)


@pytest.mark.parametrize("cure", ["dropout", "batch norm", "shift", "noise"])
def test_a_switch_changes_what_training_sees(lab, cure):
    lab.turn_on()
    model, x = lab.network(), PICTURES
    before = np.array(model(x, training=True))
    lab.turn_on(cure)
    assert np.abs(before - model(x, training=True)).max() > 1e-3
    lab.turn_on()
    assert np.allclose(before, model(x, training=True), atol=1e-6)


def test_two_runs_with_one_seed_are_the_same_run(lab):
    import keras

    def run(seed, *cures):
        model = lab.model()
        lab.reset(model, keras.layers.Conv2D, seed)
        lab.turn_on(*cures)
        lab.fit(model, lab.batches(PICTURES, LABELS, seed=seed), 2)
        return model.get_weights()

    first = run(3)
    run(4, "dropout")  # another one in between
    for one, other in zip(first, run(3), strict=True):
        assert np.array_equal(one, other)


# -------------------------------------------------------------- figures


def arm(*tests):
    return {
        "train": [1.0] * len(tests),
        "validation": [0.8] * len(tests),
        "test": tests,
        "loss": [0.5] * len(tests),
    }


def test_the_ablation_figure_says_the_means_of_the_seeds():
    arms = {"plain": arm(0.7, 0.9), "dropout": arm(0.95, 0.85)}
    assert figures.ablation(arms, 100).summary == (
        "Mean test accuracy, chance 0.04, and test loss: "
        "plain 0.80 (0.50), dropout 0.90 (0.50)."
    )


def test_the_grey_band_is_the_spread_of_a_binomial():
    figure = figures.ablation({"plain": arm(0.8)}, 50).figure
    (band,) = figure.axes[0].patches
    (left, _), (right, _) = (
        band.get_extents()
        .transformed(figure.axes[0].transData.inverted())
        .get_points()
    )
    spread = stats.binom(50, 0.8).std() / 50
    assert np.allclose([left, right], [0.8 - spread, 0.8 + spread])


def test_the_comparison_says_how_each_validation_curve_ends():
    history = {
        "loss": [2, 1],
        "val_loss": [2.0, 2.5],
        "accuracy": [0.5, 1],
        "val_accuracy": [0.6, 0.55],
    }
    figure = figures.compare_runs({"a": history})
    assert figure.summary == (
        "Validation after the last epoch, loss: a 2.50; accuracy: a 0.55."
    )
