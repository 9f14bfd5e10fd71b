"""Exercises of lesson 14: LSTM and GRU."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def _logistic(x):
    return 1 / (1 + np.exp(-x))


def lstm_parameters(inputs, units):
    return 4 * units * (inputs + units + 1)


def _plain(inputs, units):
    return units * (inputs + units + 1)


def _no_bias(inputs, units):
    return 4 * units * (inputs + units)


def _no_recurrence(inputs, units):
    return 4 * units * (inputs + 1)


def _three_gates(inputs, units):
    return 3 * units * (inputs + units + 1)


def _second_bias(inputs, units):
    return 4 * units * (inputs + units + 2)


def _one_bias(inputs, units):
    return 4 * units * (inputs + units) + units


def _exchanged(inputs, units):
    return 4 * inputs * (units + inputs + 1)


def _input_size_twice(inputs, units):
    return 4 * units * (2 * inputs + 1)


def forget_bias(half_life):
    gate = 0.5 ** (1 / half_life)
    return np.log(gate / (1 - gate))


def _the_gate(half_life):
    return 0.5 ** (1 / half_life)


def _one_over(half_life):
    return np.log(half_life - 1.0)  # the bias of the gate 1 - 1 / half_life


def _half_evenly(half_life):
    gate = 1 - 0.5 / half_life
    return np.log(gate / (1 - gate))


def _to_one_over_e(half_life):
    gate = np.exp(-1 / half_life)
    return np.log(gate / (1 - gate))


def _power_for_root(half_life):
    gate = 0.5**half_life
    return np.log(gate / (1 - gate))


def _ratio(half_life):
    gate = 0.5 ** (1 / half_life)
    return gate / (1 - gate)


def _forgets(half_life):
    return -forget_bias(half_life)


def _log_of_gate(half_life):
    return np.log(0.5) / half_life


def last_real_outputs(outputs, mask):
    last = mask.sum(axis=1) - 1
    return outputs[np.arange(len(outputs)), last]


def _last_of_all(outputs, mask):
    return outputs[:, -1]


def _one_too_far(outputs, mask):
    steps = np.minimum(mask.sum(axis=1), mask.shape[1] - 1)
    return outputs[np.arange(len(outputs)), steps]


def _one_too_far_unclipped(outputs, mask):
    return outputs[np.arange(len(outputs)), mask.sum(axis=1)]


def _every_pair(outputs, mask):
    return outputs[:, mask.sum(axis=1) - 1]


def _zeroed_and_last(outputs, mask):
    return (outputs * mask[:, :, np.newaxis])[:, -1]


def _all_real(outputs, mask):
    return outputs[mask]


def _mean_of_real(outputs, mask):
    real = outputs * mask[:, :, np.newaxis]
    return real.sum(axis=1) / mask.sum(axis=1)[:, np.newaxis]


def _first(outputs, mask):
    return outputs[:, 0]


def padded(sequences):
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(lengths.max()) < lengths[:, np.newaxis]
    array = np.zeros(mask.shape)
    for row, sequence in zip(array, sequences, strict=True):
        row[: len(sequence)] = sequence
    return array, mask


def _zeros_before(sequences):
    array, mask = padded([sequence[::-1] for sequence in sequences])
    return array[:, ::-1], mask[:, ::-1]


def _mask_from_zeros(sequences):
    array, _ = padded(sequences)
    return array, array != 0


def _cut_to_shortest(sequences):
    steps = min(len(sequence) for sequence in sequences)
    array = np.array([sequence[:steps] for sequence in sequences], float)
    return array, np.ones(array.shape, bool)


def _true_for_padding(sequences):
    array, mask = padded(sequences)
    return array, ~mask


def _only_the_array(sequences):
    return padded(sequences)[0]


def _mask_first(sequences):
    return padded(sequences)[::-1]


def _lengths_for_mask(sequences):
    return padded(sequences)[0], [len(sequence) for sequence in sequences]


def _all_true(sequences):
    array, mask = padded(sequences)
    return array, np.ones_like(mask)


def other_gru_step(x, h, kernel, recurrent, bias):
    z_in, r_in, g_in = np.split(x @ kernel + bias, 3, axis=1)
    W_z, W_r, W_g = np.split(recurrent, 3, axis=1)
    z = 1 / (1 + np.exp(-(z_in + h @ W_z)))
    r = 1 / (1 + np.exp(-(r_in + h @ W_r)))
    g = np.tanh(g_in + (r * h) @ W_g)
    return (1 - z) * h + z * g


def _parts(x, h, kernel, recurrent, bias):
    sums = np.split(x @ kernel + bias, 3, axis=1)
    return sums, np.split(recurrent, 3, axis=1)


def _keeps_with_z(x, h, kernel, recurrent, bias):
    (z, r, g), (W_z, W_r, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ W_z), _logistic(r + h @ W_r)
    return z * h + (1 - z) * np.tanh(g + (r * h) @ W_g)


def _reset_after(x, h, kernel, recurrent, bias):
    (z, r, g), (W_z, W_r, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ W_z), _logistic(r + h @ W_r)
    return (1 - z) * h + z * np.tanh(g + r * (h @ W_g))


def _never_resets(x, h, kernel, recurrent, bias):
    (z, _, g), (W_z, _, W_g) = _parts(x, h, kernel, recurrent, bias)
    z = _logistic(z + h @ W_z)
    return (1 - z) * h + z * np.tanh(g + h @ W_g)


def _other_order(x, h, kernel, recurrent, bias):
    (r, z, g), (W_r, W_z, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ W_z), _logistic(r + h @ W_r)
    return (1 - z) * h + z * np.tanh(g + (r * h) @ W_g)


def _as_keras(x, h, kernel, recurrent, bias):
    (z, r, g), (W_z, W_r, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ W_z), _logistic(r + h @ W_r)
    return z * h + (1 - z) * np.tanh(g + r * (h @ W_g))


def _no_biases(x, h, kernel, recurrent, bias):
    return other_gru_step(x, h, kernel, recurrent, 0 * bias)


def _resets_with_z(x, h, kernel, recurrent, bias):
    (z, _, g), (W_z, _, W_g) = _parts(x, h, kernel, recurrent, bias)
    z = _logistic(z + h @ W_z)
    return (1 - z) * h + z * np.tanh(g + (z * h) @ W_g)


def _nothing_given_up(x, h, kernel, recurrent, bias):
    (z, r, g), (W_z, W_r, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ W_z), _logistic(r + h @ W_r)
    return h + z * np.tanh(g + (r * h) @ W_g)


def _content_by_logistic(x, h, kernel, recurrent, bias):
    (z, r, g), (W_z, W_r, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ W_z), _logistic(r + h @ W_r)
    return (1 - z) * h + z * _logistic(g + (r * h) @ W_g)


def _gates_by_tanh(x, h, kernel, recurrent, bias):
    (z, r, g), (W_z, W_r, W_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = np.tanh(z + h @ W_z), np.tanh(r + h @ W_r)
    return (1 - z) * h + z * np.tanh(g + (r * h) @ W_g)


_rng = np.random.default_rng(14)
_outputs = np.arange(12.0).reshape(2, 3, 2)
_mask = np.array([[True, True, False], [True, False, False]])


def _gru_case(batch, inputs, units):
    shapes = (
        (batch, inputs),
        (batch, units),
        (inputs, 3 * units),
        (units, 3 * units),
        (3 * units,),
    )
    return Case(*(_rng.standard_normal(shape) for shape in shapes))


# One input, one unit: z = logistic(1), r = logistic(-1).
_by_hand = Case(
    np.array([[1.0]]),
    np.array([[0.8]]),
    np.array([[0.5, -1.0, 1.0]]),
    np.array([[-1.0, 0.5, -2.0]]),
    np.array([1.3, -0.4, 0.2]),
)

EXERCISES = (
    Exercise(
        id="14.1",
        title="Parameters of an LSTM",
        level="warm-up",
        reference=lstm_parameters,
        cases=(Case(1, 1), Case(10, 20), Case(48, 32)),
        hints=(
            "How many sums does one step of an LSTM compute?",
            "Each of the four sums has weights for the inputs, for the old "
            "state, and a bias, for each unit.",
            "4 * units * (inputs + units + 1)",
        ),
        mistakes=(
            Mistake(
                _plain,
                "That is a plain recurrent layer. An LSTM has four such "
                "sets: three gates and the content.",
            ),
            Mistake(_no_bias, "The biases are missing: one a unit and sum."),
            Mistake(
                _no_recurrence,
                "The weights from the old state are missing: units x units "
                "for each sum.",
            ),
            Mistake(
                _three_gates,
                "Three gates, and the content that is written: four sums.",
            ),
            Mistake(
                _second_bias,
                "One bias too many: only the default GRU has a second one.",
            ),
            Mistake(
                _one_bias,
                "Each of the four sums has a bias of its own: 4 * units.",
            ),
            Mistake(
                _exchanged,
                "inputs and units are exchanged: each of the units has "
                "weights for all inputs and all units.",
            ),
            Mistake(
                _input_size_twice,
                "The old state has as many numbers as there are units, not "
                "inputs.",
            ),
        ),
        explanation="Four sums of the plain layer's size. Three gates make "
        "people multiply by three and forget the content.",
    ),
    Exercise(
        id="14.2",
        title="A forget bias for a half-life",
        level="core",
        reference=forget_bias,
        cases=(Case(1), Case(10), Case(100)),
        hints=(
            "Which value of the gate leaves a half after that many steps?",
            "f^half_life = 1/2, and f = sigma(b): solve for f, then for b.",
            "f = 0.5 ** (1 / half_life); b = log(f / (1 - f))",
        ),
        mistakes=(
            Mistake(
                _the_gate,
                "That is the value of the gate. The bias goes into the "
                "logistic function: invert it.",
            ),
            Mistake(
                _one_over,
                "You let the gate lose 1/half_life a step. Then about 0.37 "
                "is left, not a half: solve f^half_life = 1/2.",
            ),
            Mistake(
                _forgets,
                "The sign: a large bias must keep, so f is close to 1 and b "
                "is positive.",
            ),
            Mistake(
                _log_of_gate,
                "That is the logarithm of the gate. The logistic function's "
                "inverse is log(f / (1 - f)).",
            ),
            Mistake(
                _half_evenly,
                "You shared the loss of a half evenly over the steps. But "
                "each step takes its share of what is left: solve "
                "f^half_life = 1/2.",
            ),
            Mistake(
                _to_one_over_e,
                "exp(-1 / half_life) leaves 1/e, about 0.37. A half is "
                "left with 0.5 ** (1 / half_life).",
            ),
            Mistake(
                _power_for_root,
                "The wrong way round: f^half_life = 1/2, so f is a root of "
                "1/2, not a power.",
            ),
            Mistake(
                _ratio,
                "That is f / (1 - f). The bias is its logarithm.",
            ),
        ),
        explanation="A half-life of 100 needs a bias of about 5. Keras' "
        "start of 1 gives little more than two steps.",
    ),
    Exercise(
        id="14.3",
        title="The last real output",
        level="core",
        reference=last_real_outputs,
        cases=(
            Case(_outputs, _mask),
            Case(
                _rng.random((3, 5, 2)),
                np.arange(5) < np.array([[1], [5], [3]]),
            ),
        ),
        hints=(
            "How many real steps has each sequence?",
            "The last real step is mask.sum(axis=1) - 1, another one for "
            "each row.",
            "outputs[np.arange(len(outputs)), mask.sum(axis=1) - 1]",
        ),
        mistakes=(
            Mistake(
                _last_of_all,
                "You took the last step of the array. For a padded sequence "
                "that is what comes after the padding.",
            ),
            Mistake(
                _one_too_far,
                "One step too far: counting starts at 0, so subtract 1 from "
                "the number of real steps.",
            ),
            Mistake(
                _mean_of_real,
                "That is the mean over real steps: a good idea for some "
                "tasks, but not the last output.",
            ),
            Mistake(_first, "That is the first output."),
            Mistake(
                _one_too_far_unclipped,
                "One step too far: the first step has index 0, so the last "
                "real one has the number of real steps minus 1.",
            ),
            Mistake(
                _every_pair,
                "outputs[:, last] takes all those steps from every row. Give "
                "a row number with each: outputs[np.arange(batch), last].",
            ),
            Mistake(
                _zeroed_and_last,
                "You set padding to zero and took the last step of the "
                "array. Where there is padding, that is zero.",
            ),
            Mistake(
                _all_real,
                "Those are all real steps of all sequences in one list. "
                "Only the last of each is wanted.",
            ),
        ),
        explanation="One index for each row: a pair of integer arrays picks "
        "them in one go. A layer that gets the mask does the same.",
    ),
    Exercise(
        id="14.4",
        title="Pad after, with a mask",
        level="core",
        reference=padded,
        cases=(
            Case([[1.0, 2.0], [3.0]]),
            Case([[0.0, 5.0, 0.0], [7.0], [1.0, 2.0]]),
        ),
        hints=(
            "The lengths tell you the mask; the numbers do not.",
            "Compare np.arange(longest) with the lengths as a column.",
            "mask = np.arange(max(lengths)) < lengths[:, None]; then fill "
            "row[:len(sequence)] = sequence",
        ),
        mistakes=(
            Mistake(
                _zeros_before,
                "You padded before. With a mask that is an error on a GPU: "
                "cuDNN wants the real steps first.",
            ),
            Mistake(
                _mask_from_zeros,
                "You took every zero for padding. A real 0 is a number: make "
                "the mask from the lengths.",
            ),
            Mistake(
                _cut_to_shortest,
                "You cut all to the shortest. Nothing real should be lost: "
                "fill up to the longest.",
            ),
            Mistake(
                _true_for_padding,
                "Your mask is True for padding. In Keras True means: a real "
                "step.",
            ),
            Mistake(
                _only_the_array, "The mask is missing: return array, mask."
            ),
            Mistake(_mask_first, "The array comes first, then the mask."),
            Mistake(
                _lengths_for_mask,
                "Those are the lengths. Compare np.arange(longest) with "
                "them: one True or False for each step.",
            ),
            Mistake(
                _all_true,
                "Your mask is True everywhere: padding must be False.",
            ),
        ),
        explanation="The mask comes from lengths. Masking(0.0) guesses it "
        "from values, which is only safe when no real step is all zeros.",
    ),
    Exercise(
        id="14.5",
        title="The GRU of the other book",
        level="stretch",
        reference=other_gru_step,
        cases=(_by_hand, _gru_case(2, 3, 4)),
        hints=(
            "Two gates first; then the content, which needs one of them.",
            "The reset gate multiplies h before the product with W_g. Split "
            "kernel, recurrent and bias into three parts.",
            "g = np.tanh(g_in + (r * h) @ W_g); return (1 - z) * h + z * g",
        ),
        mistakes=(
            Mistake(
                _keeps_with_z,
                "That is Keras' convention, which keeps with z. Here z is "
                "the share that is *new*.",
            ),
            Mistake(
                _reset_after,
                "You reset after the product. Multiply h by r first.",
            ),
            Mistake(
                _never_resets,
                "The reset gate is missing: the content sees r * h, not h.",
            ),
            Mistake(_other_order, "The order is z, r, g; you took r, z, g."),
            Mistake(
                _gates_by_tanh,
                "Gates are between 0 and 1: the logistic function, not tanh.",
            ),
            Mistake(
                _as_keras,
                "That is Keras' default GRU: it keeps with z and resets after "
                "the product. This book does neither.",
            ),
            Mistake(_no_biases, "The biases are missing."),
            Mistake(
                _resets_with_z,
                "The reset is r's work: r * h, not z * h.",
            ),
            Mistake(
                _nothing_given_up,
                "The old state must make room: (1 - z) * h + z * g.",
            ),
            Mistake(
                _content_by_logistic,
                "The content is made by tanh; only gates are logistic.",
            ),
        ),
        explanation="The same cell with z and 1 - z exchanged: changing the "
        "sign of all that makes z turns one into the other.",
    ),
)
