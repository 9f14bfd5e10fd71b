"""Lesson 14 against Keras, autodiff and plain counting."""

import importlib
import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from scipy import special

from coursekit import lessons, recurrent
from coursekit.figures import gates

answers = lessons.module("14", "exercises")


@pytest.fixture(scope="module")
def own(lesson_functions):
    return lesson_functions("14", np=np, symbols="()ab", board={})


@pytest.mark.parametrize(
    "text",
    [
        "ac = 5 | bd = 33 | bd+a = 34",
        "ac(bd+a) = 170 | ad = 11 | sum = 181",
        "memory 1.85, shown 0.476",
        "2,480 = 4.00 x plain",
        "1,860 = 3.00 x plain",
        "1,920 = 3.10 x plain",
        "reset_after=False: below 1e-6 True",
        "reset_after=True: below 1e-6 True",
        "adding: LSTM      solves lags [10, 30]",
        "adding: SimpleRNN solves lags [10]",
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
    step = own["gru_step_after" if after else "gru_step"]
    theirs, _ = cell(x.astype("float32"), [h.astype("float32")])
    assert np.allclose(step(x, h, *weights), theirs, atol=1e-5)


def test_the_gates_drawn_are_those_of_the_layer(own):
    layer = layers.LSTM(3, return_sequences=True)
    layer.build((None, None, 4))
    weights = weights_of(layer, 7)
    path = np.eye(4)[[0, 2, 1, 3, 0]]
    seen = own["gates_of"](path, *weights)
    shown = seen["output"] * np.tanh(seen["memory"])
    assert np.allclose(shown, layer(path[np.newaxis])[0], atol=1e-5)
    for name in ("forget", "input", "output"):
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
    own |= {"layers": layers}
    layer = own["open_lstm"](3, return_sequences=True)
    layer.build((None, None, 2))
    *_, bias = layer.get_weights()
    assert bias.tolist() == [0] * 3 + [5] * 3 + [0] * 6
    assert layer.return_sequences


def test_the_score_is_zero_for_knowing_nothing(own):
    rng = np.random.default_rng(11)
    _, answer = own["adding"](4000, 10, rng)
    mean = np.full_like(answer, answer.mean())
    assert own["score"]("adding", answer, mean) == pytest.approx(0, abs=1e-9)
    assert own["score"]("adding", answer, answer) == 1
    _, symbols = own["copying"](4000, 3, rng)
    sure = np.eye(9)[symbols]
    blind = np.zeros_like(sure)
    blind[..., 1] = 1
    assert own["score"]("copy", symbols, sure) == 1
    assert own["score"]("copy", symbols, blind) == pytest.approx(0, abs=0.02)


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
        assert (recurrent.why_slow_on_gpu(layer) == []) == supported(layer)


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
    (reason,) = recurrent.why_slow_on_gpu(layer)
    assert word in reason


def test_dropout_on_the_inputs_does_not_slow_a_layer():
    assert recurrent.why_slow_on_gpu(layers.LSTM(2, dropout=0.5)) == []
    both = layers.Bidirectional(layers.GRU(2, return_sequences=True))
    assert recurrent.why_slow_on_gpu(both) == []


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
    reasons = recurrent.why_slow_on_gpu(layers.LSTM(2), mask)
    assert (reasons == []) == fine


def test_the_helper_refuses_what_is_not_recurrent():
    with pytest.raises(TypeError, match="Dense is not a recurrent layer"):
        recurrent.why_slow_on_gpu(layers.Dense(2))
    with pytest.raises(ValueError, match=r"not \(3,\)"):
        recurrent.why_slow_on_gpu(layers.LSTM(2), [True, True, False])


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
    assert recurrent.why_slow_on_gpu(layers.LSTM(2), mask) == []


def test_the_gru_of_the_other_book_is_keras_gru_with_the_sign_of_z_changed():
    cell = layers.GRUCell(4, reset_after=False)
    cell.build((2, 3))
    weights = weights_of(cell, 13)
    flip = np.repeat([-1, 1, 1], 4)
    cell.set_weights([w * flip for w in weights])
    rng = np.random.default_rng(14)
    x, h = rng.standard_normal((2, 3)), rng.standard_normal((2, 4))
    theirs, _ = cell(x.astype("float32"), [h.astype("float32")])
    ours = answers.other_gru_step(x, h, *weights)
    assert np.allclose(ours, theirs, atol=1e-5)


def test_the_figures_say_what_they_show_without_times():
    figure = gates.activity("(a)", {"depth": [1, 1, 0]})
    assert figure.summary == "(a): depth 0.0 to 1.0."
    figure = gates.cost({"LSTM": {"default": (1.5, 0.01)}})
    assert figure.summary == "Time of an update of LSTM: default."
