"""Lesson 12 against SciPy's derivatives, autodiff and sums by hand."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from coursekit import lessons, settings

answers = lessons.module("12", "exercises")
figures = lessons.module("12", "figures")

SIGNS = ["d", "e", "p", "<stop>"]
X = np.eye(4)[[0, 1, 1, 2]]
TARGETS = np.array([1, 1, 2, 3])


@pytest.fixture(scope="module")
def own(lesson_functions):
    profile = settings.load_settings("12", "quick")
    own = lesson_functions(
        "12",
        np=np,
        signs=SIGNS,
        x=X,
        targets=TARGETS,
        profile=profile,
        lag=profile.recall_lag,
    )
    own["rnn_step"] = own["good_rnn_step"]
    own["backward"] = own["good_backward"]
    return own


@pytest.mark.parametrize(
    "text",
    [
        "12.1  the lesson goes on with the good answer",
        "12.2  the lesson goes on with the good answer",
        "step 2: delta 0.4200  share 0.3198",
        "dL/dw   0.6715",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("12")


def flat(weights):
    return np.concatenate([value.ravel() for value in weights.values()])


def unflat(vector, like):
    parts, start = {}, 0
    for name, value in like.items():
        parts[name] = vector[start : start + value.size].reshape(value.shape)
        start += value.size
    return parts


def loss_by_hand(x, targets, weights):
    """The definition, one number at a time."""
    U, W, V, b, c = weights.values()
    d, total = len(W), 0.0
    h = [0.0] * d
    for x_t, target in zip(x, targets, strict=True):
        h = [
            np.tanh(
                sum(x_t[i] * U[i, j] for i in range(len(x_t)))
                + sum(h[i] * W[i, j] for i in range(d))
                + b[j]
            )
            for j in range(d)
        ]
        z = [
            sum(h[i] * V[i, k] for i in range(d)) + c[k] for k in range(len(c))
        ]
        total += np.log(sum(np.exp(z))) - z[target]
    return total


@pytest.mark.parametrize("units", [1, 2, 5])
def test_the_total_loss_is_that_of_the_definition(own, units):
    weights = own["draw_weights"](4, units, 4, seed=units)
    found = own["total_loss"](X, TARGETS, weights)
    assert found == pytest.approx(loss_by_hand(X, TARGETS, weights))


@pytest.mark.parametrize("way", ["gradients", "gradients_by_paths"])
@pytest.mark.parametrize("units", [1, 3])
def test_both_gradients_are_scipys(own, way, units):
    rng = np.random.default_rng(units)
    x, targets = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    weights = own["draw_weights"](4, units, 4, seed=units)
    theirs = approx_fprime(
        flat(weights),
        lambda v: loss_by_hand(x, targets, unflat(v, weights)),
        1e-7,
    )
    found = own[way](x, targets, weights)
    for name, value in unflat(theirs, weights).items():
        if name in found:
            assert np.allclose(found[name], value, atol=1e-5)


def test_there_is_a_path_for_each_pair_of_steps(own):
    weights = own["draw_weights"](4, 3, 4, seed=0)
    terms = list(own["path_terms"](X, TARGETS, weights))
    assert [(t, s) for t, s, _ in terms] == [
        (t, s) for t in range(1, 5) for s in range(t, 0, -1)
    ]
    short = list(own["path_terms"](X, TARGETS, weights, reach=2))
    assert len(short) == 1 + 2 + 2 + 2


def test_the_jacobian_is_the_change_of_a_state_with_the_one_before(own):
    weights = own["draw_weights"](4, 3, 4, seed=5)
    U, W, _, b, _ = weights.values()
    h = np.array([0.3, -0.6, 0.1])

    def step(h):
        return np.tanh(X[0] @ U + h @ W + b)

    formula = np.diag(1 - step(h) ** 2) @ W.T
    assert np.allclose(approx_fprime(h, step, 1e-7), formula, atol=1e-6)


def test_every_slip_gives_a_wrong_gradient_and_no_slip_the_right_one(own):
    weights = own["draw_weights"](4, 4, 4, seed=3)
    right = own["gradients"](X, TARGETS, weights)["W"]
    slipped = own["slipped"]
    assert np.allclose(slipped(X, TARGETS, weights, "none"), right)
    for slip in ("no V", "diagonal on the wrong side", "W not transposed"):
        assert not np.allclose(slipped(X, TARGETS, weights, slip), right)
    assert not slipped(X, TARGETS, weights, "no explicit term").any()


def test_the_recall_gradient_is_scipys_when_nothing_is_cut(own):
    lag = settings.load_settings("12", "quick").recall_lag
    x, labels = own["recall_batch"](np.random.default_rng(0), 6)
    weights = own["draw_weights"](4, 3, 2, seed=0)

    def loss(vector):
        parts = unflat(vector, weights)
        losses = []
        for row, label in enumerate(labels):
            outputs = own["forward"](x[:, row], parts)[1]
            losses.append(-np.log(outputs[-1, label]))
        return np.mean(losses)

    theirs = unflat(approx_fprime(flat(weights), loss, 1e-7), weights)
    value, found = own["recall_gradients"](x, labels, weights, lag)
    assert value == pytest.approx(loss(flat(weights)))
    for name in weights:
        assert np.allclose(found[name], theirs[name], atol=1e-6)


def test_the_best_network_without_memory_loses_two_log_two():
    # It may only look at the present letter: one distribution per letter.
    def loss(p):  # after e: p for e, the rest for p
        return -np.log(p) - np.log(1 - p)

    assert min(loss(p) for p in np.linspace(0.01, 0.99, 99)) == pytest.approx(
        2 * np.log(2)
    )


@pytest.mark.parametrize("seed", range(5))
def test_two_units_learn_to_spell_from_every_start(own, seed):
    weights = own["draw_weights"](4, 2, 4, seed)
    weights, losses = own["train"](weights, 600)
    assert own["spell"](weights) == "d-e-e-p-<stop>"
    assert losses[-1] < 0.1


def test_drawn_words_come_as_often_as_their_probability_says(own):
    weights, _ = own["train"](own["draw_weights"](4, 2, 4, 0), 60)
    rng = np.random.default_rng(5)
    share = np.mean(
        [
            own["draw_word"](weights, rng) == "d-e-e-p-<stop>"
            for _ in range(800)
        ]
    )
    expected = np.exp(-own["total_loss"](X, TARGETS, weights))
    assert share == pytest.approx(expected, abs=0.07)


def test_keras_has_the_same_outputs_for_the_same_weights(own):
    import keras
    from keras import layers

    to_keras = own["to_keras"]
    to_keras.__globals__.update(keras=keras, layers=layers)
    weights = own["draw_weights"](3, 5, 2, seed=1)
    x = np.random.default_rng(2).normal(size=(9, 3))
    theirs = np.array(to_keras(weights)(x[np.newaxis]))[0]
    assert np.allclose(own["forward"](x, weights)[1], theirs, atol=1e-6)


# ----------------------------------------------------------- exercises


def test_the_check_of_the_gap_begins_with_the_single_unit_of_the_text():
    def last_state(w):
        h = 0.0
        for x in (1, 0, 0):
            h = np.tanh(x + w[0] * h)
        return h

    (theirs,) = approx_fprime(np.array([0.5]), last_state, 1e-7)
    reference = answers.backward
    (exercise,) = (e for e in answers.EXERCISES if e.reference is reference)
    _, dW, _ = reference(*exercise.cases[0].args)
    assert dW.item() == pytest.approx(theirs, abs=1e-6)
    assert dW.item() == pytest.approx(0.6715, abs=5e-5)


def test_a_step_of_the_exercise_is_the_one_by_hand_of_the_text():
    (exercise,) = (e for e in answers.EXERCISES if e.id == "12.1")
    state = answers.rnn_step(*exercise.cases[0].args)
    assert state.round(3).tolist() == [0.05, 0.291]


@pytest.mark.parametrize("steps", [100, 10_000])
def test_keeping_every_root_of_T_th_state_holds_the_fewest(steps):
    held = {m: steps // m + m for m in range(1, steps) if steps % m == 0}
    root = round(steps**0.5)
    assert min(held.values()) == held[root] == 2 * root


def test_the_exercises_full_reach_is_the_derivative():
    x, u = np.array([0.5, -1.0, 0.3, 0.8]), 0.9

    def loss(w):
        h, total = 0.0, 0.0
        for now in x:
            h = np.tanh(u * now + w[0] * h)
            total += h
        return total

    (theirs,) = approx_fprime(np.array([0.7]), loss, 1e-7)
    assert answers.truncated_gradient(x, u, 0.7, 4) == pytest.approx(
        theirs, abs=1e-6
    )


def test_the_slope_of_the_exercise_is_scipys_and_the_lessons(own):
    x = np.array([0.4, -0.2, 0.9])

    def loss(w):
        h = 0.0
        for now in x:
            h = np.tanh(now + w[0] * h)
        return (h - 1) ** 2 / 2

    (theirs,) = approx_fprime(np.array([0.6]), loss, 1e-7)
    assert answers.slope(x, 0.6) == pytest.approx(theirs, abs=1e-6)
    assert own["slope"](x, 0.6) == answers.slope(x, 0.6)


# ------------------------------------------------------------- figures


def test_the_unrolled_network_names_its_letters():
    said = figures.network(["d", "e"], ["e", "p"]).summary
    assert "2 steps" in said and "inputs d e, next signs e p" in said


def test_the_table_of_paths_says_every_size():
    sizes = np.array([[0.5, 0.0], [0.25, 1.0]])
    said = figures.path_sizes(sizes, ["d", "e"]).summary
    assert "3 paths" in said and "step 2: 0.25, 1.00" in said


def test_the_plane_names_the_likeliest_sign_at_each_state():
    states = np.array([[0.0, 0.0], [0.9, 0.0], [-0.9, 0.0]])
    V = np.array([[1.0, -1.0], [0.0, 0.0]])
    said = figures.state_plane(states, "ab", V, np.zeros(2), "xy").summary
    assert "step 1: a (0.9, 0.0) next x" in said
    assert "step 2: b (-0.9, 0.0) next y" in said


def test_the_figure_of_costs_tells_no_times():
    said = figures.costs({10: 0.123, 20: 0.246}, {(1, 64): 0.5}).summary
    assert "0.1" not in said and "0.5" not in said and "10, 20" in said


def test_losses_and_bounds_are_named():
    said = figures.loss_with_bounds([5.0, 1.0], {"blank": 5.55}).summary
    assert "from 5.0 to 1.0" in said and "blank 5.55" in said


def test_success_against_reach_says_each_share():
    said = figures.success_against_reach({0.1: {1: 0.0, 5: 1.0}}, 5).summary
    assert "start 0.1: 1: 0.00, 5: 1.00" in said
