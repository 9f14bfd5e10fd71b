"""Lesson 13 against finite differences, SciPy and Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from scipy import linalg, stats

from coursekit import lessons
from coursekit.figures import gradients

answers = lessons.module("13", "exercises")
figures = lessons.module("13", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    names = {"np": np, "units": 6, "steps": 5, "start": np.full(6, 0.5)}
    rng = np.random.default_rng(1)
    names |= {"x": rng.standard_normal((5, 1)), "rng": rng}
    names["U"] = rng.standard_normal((1, 6))
    own = lesson_functions("13", **names, keras=keras)
    own["one_step_jacobian"] = own["good_one_step_jacobian"]
    own["clip_by_global_norm"] = own["good_clip_by_global_norm"]
    own["activations"] = {
        "tanh": (np.tanh, lambda h: 1 - h**2, 1.0),
        "logistic": (own["logistic"], lambda h: h * (1 - h), 0.25),
        "ReLU": (lambda a: np.maximum(a, 0), lambda h: (h > 0) * 1.0, 1.0),
    }
    return own


@pytest.mark.parametrize("identity", ["13.1", "13.2"])
def test_the_lesson_goes_on_with_the_good_answer(lesson_text, identity):
    said = f"{identity}  the lesson goes on with the good answer"
    assert said in lesson_text("13")


@pytest.mark.parametrize("activation", ["tanh", "logistic", "ReLU"])
def test_the_product_of_jacobians_is_the_nudged_network(own, activation):
    W = np.random.default_rng(2).standard_normal((6, 6)) / 2
    measured = []
    for unit in range(6):
        ends = []
        for sign in (1, -1):
            nudge = sign * 1e-6 * np.eye(6)[unit]
            own["start"] = np.full(6, 0.5) + nudge
            ends.append(own["states_of"](W, activation)[-1])
        measured.append((ends[0] - ends[1]) / 2e-6)
    own["start"] = np.full(6, 0.5)
    ours = own["products"](own["jacobians"](W, activation))[-1]
    assert np.allclose(ours, np.transpose(measured), atol=1e-7)


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(["tanh", "logistic", "ReLU"]),
    st.floats(0.1, 9),
    st.integers(0, 99),
)
def test_no_norm_crosses_the_bound(own, activation, scale, seed):
    W = scale * np.random.default_rng(seed).standard_normal((6, 6))
    gamma = own["activations"][activation][2]
    bound = (gamma * linalg.svdvals(W).max()) ** np.arange(1, 6)
    ours = own["norms"](own["jacobians"](W, activation))
    assert (ours <= bound * (1 + 1e-9)).all()


def test_the_parts_of_the_gradient_add_up_to_a_finite_difference(own):
    W = np.random.default_rng(3).standard_normal((6, 6)) / 3
    weights = np.ones(6) / np.sqrt(6)

    def loss(W):
        return own["states_of"](W, "tanh")[-1] @ weights

    states = own["states_of"](W, "tanh")
    total, g = np.zeros((6, 6)), weights
    lengths = []
    for t in range(5, 0, -1):
        delta = g * (1 - states[t] ** 2)
        total += np.outer(states[t - 1], delta)
        lengths.append(np.linalg.norm(states[t - 1]) * np.linalg.norm(delta))
        g = W @ delta
    nudge = np.zeros((6, 6))
    nudge[1, 4] = 1e-6
    slope = (loss(W + nudge) - loss(W - nudge)) / 2e-6
    assert slope == pytest.approx(total[1, 4], abs=1e-8)
    assert np.allclose(own["contributions"](W, "tanh"), lengths)


def test_the_orthogonal_start_is_uniform_over_rotations(own):
    # For a matrix from the Haar measure, each entry of a column of a 6 x 6
    # matrix has the variance 1/6; SciPy's generator is the witness.
    own["rng"] = np.random.default_rng(4)
    ours = np.array([own["orthogonal"](6) for _ in range(400)])
    theirs = stats.ortho_group.rvs(6, 400, random_state=5)
    for matrices in (ours, theirs):
        assert np.allclose(matrices @ matrices.transpose(0, 2, 1), np.eye(6))
        assert np.allclose((matrices**2).mean(axis=0), 1 / 6, atol=0.05)
        assert np.abs(matrices.mean(axis=0)).max() < 0.1


def test_clipping_agrees_with_tensorflow(own):
    rng = np.random.default_rng(6)
    arrays = [rng.standard_normal(shape) for shape in ((3, 2), (4,))]
    for threshold in (0.3, 0.7, 50.0):
        by_global = tf.clip_by_global_norm(arrays, threshold)[0]
        by_norm = [tf.clip_by_norm(g, threshold) for g in arrays]
        ours = own["clip_by_global_norm"](arrays, threshold)
        for mine, theirs in zip(ours, by_global, strict=True):
            assert np.allclose(mine, theirs)
        for mine, theirs in zip(
            own["clip_by_norm"](arrays, threshold), by_norm, strict=True
        ):
            assert np.allclose(mine, theirs)


@pytest.mark.parametrize(("factor", "steps"), [(1.3, 339), (2, 128), (8, 43)])
def test_a_float32_overflows_after_the_steps_that_the_lesson_says(
    factor, steps
):
    value, factor = np.float32(1), np.float32(factor)
    with np.errstate(over="ignore"):
        for _ in range(steps - 1):
            value = value * factor
        assert np.isfinite(value) and np.isinf(value * factor)


def test_a_window_cuts_the_gradient_and_not_the_state(own):
    keras.utils.set_random_seed(5)
    own |= {"keras": keras, "layers": layers}
    whole = own["network"]("tanh", "orthogonal")
    cut = own["network"]("tanh", "orthogonal", window=4)
    cut.set_weights(whole.get_weights())
    for lag in (2, 9):  # shorter and longer than the window
        x, _ = own["first_sign"](3, lag, np.random.default_rng(7))
        assert np.allclose(cut(x), whole(x), atol=1e-6)
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            output = cut(x)
        reached = np.abs(tape.gradient(output, x)[..., 0]).max(axis=0) > 0
        assert reached.tolist() == [t > lag - 4 for t in range(lag + 1)]


def test_the_task_hides_its_answer_in_the_first_number(own):
    x, answer = own["first_sign"](500, 7, np.random.default_rng(7))
    assert x.shape == (500, 8, 1) and x.dtype == np.float32
    assert np.array_equal(x[:, 0, 0] > 0, answer == 1)
    assert np.abs(x[:, 1:]).max() <= 0.5 and (np.abs(x[:, 0]) == 1).all()
    assert 0.4 < answer.mean() < 0.6


def test_a_bound_of_one_half_needs_ten_steps_for_a_thousandth():
    (steps,) = (e.reference for e in answers.EXERCISES if e.id == "13.3")
    assert 0.5**steps < 1e-3 <= 0.5 ** (steps - 1)


def test_the_jacobian_of_the_exercise_is_keras_own():
    W = np.random.default_rng(8).standard_normal((3, 3)).astype("float32")
    cell = keras.layers.SimpleRNNCell(3)
    cell.build((1, 2))
    cell.set_weights([np.ones((2, 3)), W, np.zeros(3)])
    old = tf.constant([[0.1, -0.4, 0.9]])
    with tf.GradientTape() as tape:
        tape.watch(old)
        new, _ = cell(tf.constant([[0.3, -0.2]]), [old])
    theirs = tape.jacobian(new, old)[0, :, 0]
    ours = answers.one_step_jacobian(W, 1 - new[0].numpy() ** 2)
    assert np.allclose(ours, theirs, atol=1e-6)


def test_a_chosen_radius_is_the_limit_of_powers():
    matrix = np.random.default_rng(9).standard_normal((5, 5))
    ours = answers.with_radius(matrix, 1.5)
    power = linalg.norm(np.linalg.matrix_power(ours, 400), 2)
    assert power ** (1 / 400) == pytest.approx(1.5, abs=0.01)


def test_the_clipped_step_is_kerass_sgd():
    weights, gradient = np.array([5.0, 1.0]), np.array([-6.0, 8.0])
    variable = keras.Variable(weights)
    keras.optimizers.SGD(0.1, clipnorm=2.0).apply(
        [keras.ops.convert_to_tensor(gradient, "float32")], [variable]
    )
    ours = answers.clipped_step(weights, gradient, 0.1, 2.0)
    assert np.allclose(ours, variable.numpy(), atol=1e-6)


@pytest.mark.parametrize(("numbers", "degrees"), [(2, 45), (100, 84)])
def test_clipping_by_value_turns_as_far_as_the_question_says(
    own, numbers, degrees
):
    worst = np.ones(numbers)
    worst[0] = 1e9
    rng = np.random.default_rng(10)
    others = rng.standard_normal((500, numbers))
    for gradient in (worst, *others * 10 ** rng.uniform(-3, 3, others.shape)):
        (left,) = own["clip_by_value"]([gradient], 1)
        assert own["cosine"]([gradient], [left]) >= 0.999 / np.sqrt(numbers)
    turned = np.arccos(
        own["cosine"]([worst], own["clip_by_value"]([worst], 1))
    )
    assert np.degrees(turned) == pytest.approx(degrees, abs=0.5)


def test_a_power_of_ten_is_the_nearest_one_in_words():
    assert gradients.power_of_ten(0.0012) == "10^-3"
    assert gradients.power_of_ten(8.9e7) == "10^8"
    assert gradients.power_of_ten(0.0) == "0"
    assert gradients.power_of_ten(float("nan")) == "not a number"


def test_the_figure_of_a_flow_says_what_it_shows_and_how_far_back():
    figure = gradients.flow({"one": [0.1, 0.01]}, "share of it")
    assert figure.summary == "Share of it, 2 steps back: one 10^-2."


def test_the_figure_of_lags_says_the_mean_of_its_seeds():
    arms = {"one": np.array([[1.0, 0.5], [0.8, 0.5]])}
    said = "at lags 5, 20. one: 0.90, 0.50."
    figure = figures.success_panels([5, 20], arms, chance=0.5)
    assert figure.summary == f"Mean accuracy {said}"


@pytest.mark.parametrize("arm", ["logistic", "small", "large"])
def test_each_seed_of_the_experiment_draws_its_own_start(own, arm):
    drawn = []
    for seed in (0, 1, 0):
        keras.utils.set_random_seed(seed)
        start = own["parts"]()[arm]["start"]
        drawn.append(np.array(start((6, 6))))
    assert np.array_equal(drawn[0], drawn[2])
    assert not np.allclose(drawn[0], drawn[1])
