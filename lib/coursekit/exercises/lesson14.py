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


def forget_bias(half_life):
    gate = 0.5 ** (1 / half_life)
    return np.log(gate / (1 - gate))


def _the_gate(half_life):
    return 0.5 ** (1 / half_life)


def _one_over(half_life):
    gate = 1 - 1 / half_life
    return np.log(gate / (1 - gate)) if half_life > 1 else 0.0


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


def other_gru_step(x, h, kernel, recurrent, bias):
    z_in, r_in, g_in = np.split(x @ kernel + bias, 3, axis=1)
    U_z, U_r, U_g = np.split(recurrent, 3, axis=1)
    z = 1 / (1 + np.exp(-(z_in + h @ U_z)))
    r = 1 / (1 + np.exp(-(r_in + h @ U_r)))
    g = np.tanh(g_in + (r * h) @ U_g)
    return (1 - z) * h + z * g


def _parts(x, h, kernel, recurrent, bias):
    sums = np.split(x @ kernel + bias, 3, axis=1)
    return sums, np.split(recurrent, 3, axis=1)


def _keeps_with_z(x, h, kernel, recurrent, bias):
    (z, r, g), (U_z, U_r, U_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ U_z), _logistic(r + h @ U_r)
    return z * h + (1 - z) * np.tanh(g + (r * h) @ U_g)


def _reset_after(x, h, kernel, recurrent, bias):
    (z, r, g), (U_z, U_r, U_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ U_z), _logistic(r + h @ U_r)
    return (1 - z) * h + z * np.tanh(g + r * (h @ U_g))


def _never_resets(x, h, kernel, recurrent, bias):
    (z, _, g), (U_z, _, U_g) = _parts(x, h, kernel, recurrent, bias)
    z = _logistic(z + h @ U_z)
    return (1 - z) * h + z * np.tanh(g + h @ U_g)


def _other_order(x, h, kernel, recurrent, bias):
    (r, z, g), (U_r, U_z, U_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = _logistic(z + h @ U_z), _logistic(r + h @ U_r)
    return (1 - z) * h + z * np.tanh(g + (r * h) @ U_g)


def _gates_by_tanh(x, h, kernel, recurrent, bias):
    (z, r, g), (U_z, U_r, U_g) = _parts(x, h, kernel, recurrent, bias)
    z, r = np.tanh(z + h @ U_z), np.tanh(r + h @ U_r)
    return (1 - z) * h + z * np.tanh(g + (r * h) @ U_g)


_rng = np.random.default_rng(14)
_outputs = np.arange(12.0).reshape(2, 3, 2)
_mask = np.array([[True, True, False], [True, True, True]])


def _gru_case(batch, inputs, units):
    shapes = (
        (batch, inputs),
        (batch, units),
        (inputs, 3 * units),
        (units, 3 * units),
        (3 * units,),
    )
    return Case(*(_rng.standard_normal(shape) for shape in shapes))


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
        ),
        explanation="The mask comes from lengths. Masking(0.0) guesses it "
        "from values, which is only safe when no real step is all zeros.",
    ),
    Exercise(
        id="14.5",
        title="The GRU of the other book",
        level="stretch",
        reference=other_gru_step,
        cases=(_gru_case(1, 1, 1), _gru_case(2, 3, 4)),
        hints=(
            "Two gates first; then the content, which needs one of them.",
            "The reset gate multiplies h before the product with U_g. Split "
            "kernel, recurrent and bias into three parts.",
            "g = np.tanh(g_in + (r * h) @ U_g); return (1 - z) * h + z * g",
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
        ),
        explanation="The same cell with z and 1 - z exchanged: changing the "
        "sign of all that makes z turns one into the other.",
    ),
)
