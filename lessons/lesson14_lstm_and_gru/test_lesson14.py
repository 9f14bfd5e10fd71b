"""Lesson 14 against Keras, autodiff and plain counting."""

import functools
import importlib
import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from scipy import special

from coursekit import lessons

answers = lessons.module("14", "exercises")
cudnn = lessons.module("14", "cudnn")
figures = lessons.module("14", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    names = {"np": np, "layers": layers, "functools": functools}
    own = lesson_functions("14", **names, symbols="()ab", board={})
    own["lstm_step"] = own["good_lstm_step"]
    return own


@pytest.mark.parametrize(
    "text",
    [
        "ac = 5 | bd = 33 | bd+a = 34",
        "ac(bd+a) = 170 | ad = 11 | sum = 181",
        "14.1  the lesson goes on with the good answer",
        "2,480 = 4.00 x plain",
        "1,860 = 3.00 x plain",
        "1,920 = 3.10 x plain",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("14")


def test_the_board_never_needs_a_fourth_line(own):
    own["board"].clear()
    for line in "abc":
        own["write"](line, 1)
    with pytest.raises(AssertionError, match="full"):
        own["write"]("d", 1)


def weights_of(layer, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.standard_normal(w.shape) for w in layer.weights]
    layer.set_weights(weights)
    return weights


def test_nudged_gradients_are_those_of_the_weights_alone(own):
    """A linear cell: d h_t / d h_0 is a power of its recurrent weights."""
    rng = np.random.default_rng(15)
    weights = [rng.standard_normal((1, 3)), 0.5 * rng.standard_normal((3, 3))]

    def step(x, h, kernel, recurrent):
        return x @ kernel + h @ recurrent

    norms = own["gradient_norms"](step, np.ones((4, 1)), weights)
    powers = [np.linalg.matrix_power(weights[1], t) for t in (1, 2, 3, 4)]
    assert np.allclose(norms, [np.linalg.norm(p, 2) for p in powers])


@pytest.mark.parametrize("after", [False, True])
def test_nudged_gradients_are_those_autodiff_gives(own, after):
    import tensorflow as tf

    cell = layers.GRUCell(3, reset_after=after)
    cell.build((1, 2))
    weights = weights_of(cell, 16)
    sequence = np.random.default_rng(17).standard_normal((5, 2))
    step = own["gru_step_after" if after else "good_gru_step"]
    start = state = tf.constant(np.full((1, 3), 0.1, "float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(start)
        for x in sequence.astype("float32"):
            state = cell(x[np.newaxis], [state])[0]
    jacobian = tape.jacobian(state, start)[0, :, 0]
    norms = own["gradient_norms"](step, sequence, weights)
    assert norms[-1] == pytest.approx(np.linalg.norm(jacobian, 2), rel=1e-3)


def test_a_step_of_two_states_is_nudged_in_both(own):
    """The norm of a cell that keeps c and forgets h is that of c alone."""

    def step(x, h, c, kernel, recurrent):
        return 0 * h, 2 * c

    weights = [np.ones((1, 2)), np.ones((2, 2))]
    norms = own["gradient_norms"](step, np.ones((3, 1)), weights, 2)
    assert np.allclose(norms, [2, 4, 8])


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 5))
def test_the_lstm_is_keras_layer(own, seed, inputs, units):
    x = np.random.default_rng(seed).standard_normal((2, 6, inputs))
    layer = layers.LSTM(units, return_sequences=True, return_state=True)
    layer.build(x.shape)
    weights = weights_of(layer, seed)
    shown, _, memory = layer(x)
    our_shown, our_memory = own["lstm"](x, *weights)
    assert np.allclose(our_shown, shown, atol=1e-5)
    assert np.allclose(our_memory, memory, atol=1e-5)


@pytest.mark.parametrize("after", [False, True])
def test_both_kinds_of_gru_are_keras_cells(own, after):
    cell = layers.GRUCell(4, reset_after=after)
    cell.build((2, 3))
    weights = weights_of(cell, 5)
    rng = np.random.default_rng(6)
    x, h = rng.standard_normal((2, 3)), rng.standard_normal((2, 4))
    step = own["gru_step_after" if after else "good_gru_step"]
    theirs, _ = cell(x.astype("float32"), [h.astype("float32")])
    assert np.allclose(step(x, h, *weights), theirs, atol=1e-5)


def test_the_gates_drawn_are_those_of_the_layer(own):
    layer = layers.LSTM(3, return_sequences=True)
    layer.build((None, None, 4))
    weights = weights_of(layer, 7)
    path = np.eye(4)[[0, 2, 1, 3, 0]]
    seen = own["gates_of"](path, *weights)
    shown = seen["output gate"] * np.tanh(seen["cell state"])
    assert np.allclose(shown, layer(path[np.newaxis])[0], atol=1e-5)
    for name in ("forget gate", "input gate", "output gate"):
        assert (seen[name] > 0).all() and (seen[name] < 1).all()


def test_depths_are_counted_from_the_symbols(own):
    rng = np.random.default_rng(8)
    codes, depths = own["bracket_strings"](200, 30, rng)
    for code, depth in zip(codes, depths, strict=True):
        text = "".join("()ab"[c] for c in code)
        counted = [
            text[: t + 1].count("(") - text[: t + 1].count(")")
            for t in range(30)
        ]
        assert counted == depth.tolist()
    assert depths.min() == 0 and depths.max() == 4


def test_the_adding_problem_marks_one_number_in_each_half(own):
    x, answer = own["adding"](300, 11, np.random.default_rng(9))
    values, marks = x[..., 0], x[..., 1]
    assert (marks[:, :5].sum(axis=1) == 1).all()
    assert (marks[:, 5:].sum(axis=1) == 1).all()
    picked = np.array(
        [v[m == 1].sum() for v, m in zip(values, marks, strict=True)]
    )
    assert np.allclose(picked, answer[:, 0], atol=1e-6)


def test_the_copy_task_asks_for_the_first_three_symbols(own):
    x, answer = own["copying"](50, 7, np.random.default_rng(10))
    codes = x.argmax(axis=-1)
    assert x.shape == (50, 13, 10) and (x.sum(axis=-1) == 1).all()
    assert np.array_equal(codes[:, :3], answer)
    assert codes[:, :10].min() == 1 and codes[:, :10].max() == 8
    assert (codes[:, 10] == 9).all() and (codes[:, 11:] == 0).all()


def test_the_open_lstm_differs_in_its_forget_bias_only(own):
    layer = own["open_lstm"](3, return_sequences=True)
    layer.build((None, None, 2))
    *_, bias = layer.get_weights()
    assert bias.tolist() == [0] * 3 + [5] * 3 + [0] * 6
    assert layer.return_sequences


def test_a_network_that_knows_nothing_has_the_error_of_the_text(own):
    _, answer = own["adding"](100_000, 10, np.random.default_rng(11))
    assert answer.mean() == pytest.approx(1, abs=0.01)
    assert answer.var() == pytest.approx(2 / 12, abs=0.003)


# ------------------------------------------------------------ the helper


# The package offers a function of that name, too: ask for the module.
rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")


def supported(layer):
    """What Keras itself says, without looking for a GPU."""
    arguments = {
        "activation": layer.activation,
        "recurrent_activation": layer.recurrent_activation,
        "unroll": layer.unroll,
        "use_bias": layer.use_bias,
    }
    if isinstance(layer, layers.LSTM):
        return rnn._do_lstm_arguments_support_cudnn(**arguments)
    return rnn._do_gru_arguments_support_cudnn(
        **arguments, reset_after=layer.reset_after
    )


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU])
def test_the_helper_agrees_with_keras_on_every_combination(kind):
    choices = {
        "activation": ["tanh", "relu"],
        "recurrent_activation": ["sigmoid", "hard_sigmoid"],
        "unroll": [False, True],
        "use_bias": [True, False],
    }
    if kind is layers.GRU:
        choices["reset_after"] = [True, False]
    for values in itertools.product(*choices.values()):
        layer = kind(2, **dict(zip(choices, values, strict=True)))
        assert (cudnn.why_slow_on_gpu(layer) == []) == supported(layer)


@pytest.mark.parametrize(
    ("layer", "word"),
    [
        (layers.LSTM(2, recurrent_dropout=0.1), "recurrent_dropout is 0.1"),
        (layers.GRU(2, use_cudnn=False), "use_cudnn"),
        (layers.SimpleRNN(2), "SimpleRNN"),
        (layers.RNN(layers.LSTMCell(2)), "RNN"),
        (layers.Bidirectional(layers.LSTM(2, unroll=True)), "unroll"),
    ],
)
def test_the_helper_names_what_is_in_the_way(layer, word):
    (reason,) = cudnn.why_slow_on_gpu(layer)
    assert word in reason


def test_dropout_on_the_inputs_does_not_slow_a_layer():
    assert cudnn.why_slow_on_gpu(layers.LSTM(2, dropout=0.5)) == []
    both = layers.Bidirectional(layers.GRU(2, return_sequences=True))
    assert cudnn.why_slow_on_gpu(both) == []


@pytest.mark.parametrize(
    "row", list(itertools.product([False, True], repeat=4))
)
def test_a_mask_is_fine_when_keras_takes_it(row):
    import tensorflow as tf

    mask = np.array([row])
    try:
        rnn._assert_valid_mask(tf.constant(mask))
        fine = True
    except tf.errors.InvalidArgumentError:
        fine = False
    reasons = cudnn.why_slow_on_gpu(layers.LSTM(2), mask)
    assert (reasons == []) == fine


def test_the_helper_refuses_what_is_not_recurrent():
    with pytest.raises(TypeError, match="Dense is not a recurrent layer"):
        cudnn.why_slow_on_gpu(layers.Dense(2))
    with pytest.raises(ValueError, match=r"not \(3,\)"):
        cudnn.why_slow_on_gpu(layers.LSTM(2), [True, True, False])


# --------------------------------------------------------- the exercises


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (7, 3), (10, 20)])
def test_lstm_parameters_are_those_keras_counts(inputs, units):
    layer = layers.LSTM(units)
    layer.build((None, None, inputs))
    assert answers.lstm_parameters(inputs, units) == layer.count_params()


@pytest.mark.parametrize("half_life", [1, 7, 300])
def test_a_forget_bias_leaves_half_after_its_half_life(half_life):
    gate = special.expit(answers.forget_bias(half_life))
    assert gate**half_life == pytest.approx(0.5)


def test_the_last_real_output_is_what_a_masked_layer_returns():
    rng = np.random.default_rng(12)
    x = rng.standard_normal((3, 6, 2)).astype("float32")
    mask = np.arange(6) < np.array([[6], [2], [4]])
    layer = layers.GRU(3)
    last = layer(x, mask=mask)
    every = layers.GRU(3, return_sequences=True)
    every.build(x.shape)
    every.set_weights(layer.get_weights())
    ours = answers.last_real_outputs(np.array(every(x)), mask)
    assert np.allclose(ours, last, atol=1e-6)


def test_padding_is_what_keras_pads():
    sequences = [[0.0, 5.0, 0.0], [7.0], [1.0, 2.0]]
    array, mask = answers.padded(sequences)
    theirs = keras.utils.pad_sequences(sequences, padding="post", dtype=float)
    assert np.array_equal(array, theirs)
    assert mask.sum(axis=1).tolist() == [3, 1, 2]
    assert cudnn.why_slow_on_gpu(layers.LSTM(2), mask) == []


def chung_step(x, h, kernel, recurrent, bias):
    """Chung et al. 2014, equations 5 to 8: keeps with 1 - z."""
    W_z, W_r, W_g = np.split(kernel, 3, axis=1)
    U_z, U_r, U_g = np.split(recurrent, 3, axis=1)
    b_z, b_r, b_g = np.split(bias, 3)
    z = special.expit(x @ W_z + h @ U_z + b_z)
    r = special.expit(x @ W_r + h @ U_r + b_r)
    g = np.tanh(x @ W_g + (r * h) @ U_g + b_g)
    return (1 - z) * h + z * g


def test_weights_of_the_other_book_give_keras_the_same_states():
    rng = np.random.default_rng(14)
    shapes = [(3, 12), (4, 12), (12,)]
    theirs = [rng.standard_normal(shape).astype("float32") for shape in shapes]
    cell = layers.GRUCell(4, reset_after=False)
    cell.build((2, 3))
    cell.set_weights(answers.for_keras(*theirs))
    x, h = rng.standard_normal((2, 3)), rng.standard_normal((2, 4))
    states, _ = cell(x.astype("float32"), [h.astype("float32")])
    assert np.allclose(states, chung_step(x, h, *theirs), atol=1e-5)


def test_the_figures_say_what_they_show_without_times():
    figure = figures.activity("(a)", {"depth": [1, 1, 0]})
    assert figure.summary == "(a): depth 0.0 to 1.0."
    figure = figures.cost({"LSTM": {"default": (1.5, 0.01)}})
    assert figure.summary == "Time of an update of LSTM: default."


def test_the_figure_of_lags_says_the_mean_of_its_seeds():
    scores = {"one": [[1.0, 0.5], [0.8, 0.5]]}
    figure = figures.score_by_lag([5, 20], scores, solved=0.87)
    assert figure.summary == "Mean score at lags 5, 20. one: 0.90, 0.50."


def test_each_panel_of_the_lstm_adds_strokes_to_the_last():
    panels = figures.lstm_in_steps().figure.axes
    texts = [{t.get_text() for t in panel.texts} - {""} for panel in panels]
    assert len(texts) == 4
    for fewer, more in zip(texts, texts[1:], strict=False):
        assert fewer < more
    assert {"f: \u03c3", "i: \u03c3", "o: \u03c3", "g: tanh"} < texts[-1]
