"""Exercises of lesson 14: LSTM and GRU."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def logistic(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(x, h, c, kernel, recurrent, bias):
    sums = x @ kernel + h @ recurrent + bias
    i, f, g, o = np.split(sums, 4, axis=1)
    c = logistic(f) * c + logistic(i) * np.tanh(g)
    h = logistic(o) * np.tanh(c)
    return h, c


def gru_step(x, h, kernel, recurrent, bias):
    z_in, r_in, g_in = np.split(x @ kernel + bias, 3, axis=1)
    W_z, W_r, W_g = np.split(recurrent, 3, axis=1)
    z = logistic(z_in + h @ W_z)
    r = logistic(r_in + h @ W_r)
    g = np.tanh(g_in + (r * h) @ W_g)
    return z * h + (1 - z) * g


def lstm_parameters(inputs, units):
    return 4 * units * (inputs + units + 1)


def forget_bias(half_life):
    gate = 0.5 ** (1 / half_life)
    return np.log(gate / (1 - gate))


def last_real_outputs(outputs, mask):
    last = mask.sum(axis=1) - 1
    return outputs[np.arange(len(outputs)), last]


def padded(sequences):
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(lengths.max()) < lengths[:, np.newaxis]
    array = np.zeros(mask.shape)
    for row, sequence in zip(array, sequences, strict=True):
        row[: len(sequence)] = sequence
    return array, mask


def for_keras(kernel, recurrent, bias):
    units = len(recurrent)
    sign = np.repeat([-1, 1, 1], units)  # 1 - sigma(s) = sigma(-s)
    return sign * kernel, sign * recurrent, sign * bias


_rng = np.random.default_rng(14)
_outputs = np.arange(12.0).reshape(2, 3, 2)
_mask = np.array([[True, True, False], [True, False, False]])


def _weights(inputs, units, sums):
    shapes = (inputs, sums * units), (units, sums * units), (sums * units,)
    return [_rng.standard_normal(shape) for shape in shapes]


def _step_case(batch, inputs, units, sums, states):
    shapes = (batch, inputs), *states * [(batch, units)]
    given = [_rng.standard_normal(shape) for shape in shapes]
    return Case(*given, *_weights(inputs, units, sums))


# One input, one unit, h = 0.5, c = 2: the sums are 1, 2, -1, 0.5.
_lstm_by_hand = Case(
    np.array([[1.0]]),
    np.array([[0.5]]),
    np.array([[2.0]]),
    np.array([[0.5, 1.0, -2.0, 1.0]]),
    np.array([[-1.0, 1.0, 1.0, -2.0]]),
    np.array([1.0, 0.5, 0.5, 0.5]),
)
# One input, one unit: z = logistic(1), r = logistic(-1).
_gru_by_hand = Case(
    np.array([[1.0]]),
    np.array([[0.8]]),
    np.array([[0.5, -1.0, 1.0]]),
    np.array([[-1.0, 0.5, -2.0]]),
    np.array([1.3, -0.4, 0.2]),
)

EXERCISES = (
    Exercise(
        id="14.1",
        title="One step of an LSTM",
        level="core",
        reference=lstm_step,
        cases=(
            _lstm_by_hand,
            _step_case(2, 3, 4, sums=4, states=2),
            _step_case(3, 2, 1, sums=4, states=2),
        ),
        hints=(
            "All four sums first, in one product; the cell state next; the "
            "hidden state last, from the new cell state.",
            "sums = x @ kernel + h @ recurrent + bias has shape (batch, "
            "4 d); np.split(sums, 4, axis=1) gives i, f, g, o. Gates are "
            "logistic, the candidate g is tanh.",
            "c = logistic(f) * c + logistic(i) * np.tanh(g); "
            "h = logistic(o) * np.tanh(c); return h, c",
        ),
        mistakes=(
            Mistake(
                edit("logistic(f) * c", "(1 - logistic(f)) * c"),
                "You took the forget gate at its word. It says how much is "
                "kept: f * c, not (1 - f) * c.",
            ),
            Mistake(
                edit("logistic(f) * c", "c"),
                "The forget gate is missing: the old cell state is "
                "multiplied by it. (That is the cell of 1997.)",
            ),
            Mistake(
                edit("logistic(i) * np.tanh(g)", "np.tanh(g)"),
                "The input gate is missing: it says how much of the "
                "candidate is added.",
            ),
            Mistake(
                edit("logistic(i) *", "(1 - logistic(f)) *"),
                "You add with 1 - f, as a GRU does. An LSTM has an input "
                "gate of its own.",
            ),
            Mistake(
                edit("return h, c", "return c, h"),
                "The order: the new h first, then the new c.",
            ),
            Mistake(
                edit("return h, c", "return h"),
                "Both states are wanted: return h, c.",
            ),
            Mistake(
                edit(
                    "c = logistic(f)",
                    "new = logistic(f)",
                    "return h, c",
                    "return h, new",
                ),
                "Your h comes from the old cell state. Make the new one "
                "first, then show that.",
            ),
            Mistake(
                edit("* np.tanh(c)", "* c"),
                "What is shown goes through a tanh: o * tanh(c).",
            ),
            Mistake(
                edit("* np.tanh(c)", "* logistic(c)"),
                "What is shown goes through tanh, not the logistic function.",
            ),
            Mistake(
                edit("* np.tanh(g)", "* logistic(g)"),
                "The candidate is made by tanh; only gates are logistic.",
            ),
            Mistake(
                edit("* np.tanh(g)", "* g"),
                "The candidate goes through a tanh: g = tanh(sum).",
            ),
            Mistake(
                edit(
                    *("logistic(f)", "np.tanh(f)"),
                    *("logistic(i)", "np.tanh(i)"),
                    *("logistic(o)", "np.tanh(o)"),
                ),
                "Gates are between 0 and 1: the logistic function, not tanh.",
            ),
            Mistake(
                edit(
                    *("logistic(f)", "f"),
                    *("logistic(i)", "i"),
                    *("logistic(o)", "o"),
                ),
                "Those are the sums. A gate is the logistic function of its "
                "sum, between 0 and 1.",
            ),
            Mistake(
                edit("logistic(o) * ", ""),
                "The output gate is missing: h = o * tanh(c).",
            ),
            Mistake(
                edit("i, f, g, o", "f, i, o, g"),
                "The order is i, f, g, o; you took f, i, o, g, as some "
                "papers write it.",
            ),
            Mistake(
                edit("i, f, g, o", "f, i, g, o"),
                "The order is i, f, g, o; you took f first.",
            ),
            Mistake(
                edit("i, f, g, o", "i, f, o, g"),
                "The order is i, f, g, o; you took o before g.",
            ),
            Mistake(
                edit("i, f, g, o", "i, g, f, o"),
                "The order is i, f, g, o; you took g before f.",
            ),
            Mistake(
                edit(" + bias", ""),
                "The biases are missing in the sums.",
            ),
            Mistake(
                edit(" + h @ recurrent", ""),
                "The gates look at the old hidden state, too: "
                "+ h @ recurrent.",
            ),
            Mistake(
                edit("h @ recurrent", "c @ recurrent"),
                "The gates look at the hidden state h, not at the cell "
                "state c.",
            ),
        ),
        explanation="One product for four sums, then two lines. The cell "
        "state is only scaled and added to; that is the whole idea.",
    ),
    Exercise(
        id="14.2",
        title="One step of a GRU",
        level="core",
        reference=gru_step,
        cases=(
            _gru_by_hand,
            _step_case(2, 3, 4, sums=3, states=1),
            _step_case(3, 2, 1, sums=3, states=1),
        ),
        hints=(
            "Two gates first; then the candidate, which needs one of them.",
            "The reset gate multiplies h before the product with W_g. Split "
            "kernel, recurrent and bias into three parts.",
            "g = np.tanh(g_in + (r * h) @ W_g); return z * h + (1 - z) * g",
        ),
        mistakes=(
            Mistake(
                edit("z * h + (1 - z) * g", "(1 - z) * h + z * g"),
                "You keep with 1 - z, as Chung et al. do. Here, and in "
                "Keras, z is the share that is *kept*.",
            ),
            Mistake(
                edit("(r * h) @ W_g", "r * (h @ W_g)"),
                "You reset after the product. Multiply h by r first.",
            ),
            Mistake(
                edit("g_in + (r * h) @ W_g", "r * (g_in + h @ W_g)"),
                "You multiply the whole sum by r: h's part is already in "
                "that sum, and so is the input's. Only h is reset, before "
                "its product: (r * h) @ W_g.",
            ),
            Mistake(
                edit("g_in + (r * h) @ W_g", "g_in + h @ W_g + (r * h) @ W_g"),
                "You add h @ W_g without r, too. The candidate has the "
                "input's part, and (r * h) @ W_g.",
            ),
            Mistake(
                edit("(r * h) @ W_g", "((1 - r) * h) @ W_g"),
                "r says how much is let through: r * h, not (1 - r) * h.",
            ),
            Mistake(
                edit("(r * h) @ W_g", "h @ W_g"),
                "The reset gate is missing: the candidate sees r * h, not h.",
            ),
            Mistake(
                edit("(r * h) @ W_g", "(z * h) @ W_g"),
                "The reset is r's work: r * h, not z * h.",
            ),
            Mistake(
                edit(
                    *("z_in, r_in, g_in", "r_in, z_in, g_in"),
                    *("W_z, W_r, W_g", "W_r, W_z, W_g"),
                ),
                "The order is z, r, g; you took r, z, g.",
            ),
            Mistake(
                edit(
                    *("z = logistic", "z = np.tanh"),
                    *("r = logistic", "r = np.tanh"),
                ),
                "Gates are between 0 and 1: the logistic function, not tanh.",
            ),
            Mistake(
                edit("g = np.tanh", "g = logistic"),
                "The candidate is made by tanh; only gates are logistic.",
            ),
            Mistake(
                edit("(1 - z) * g", "g"),
                "The candidate is mixed in with a share of 1 - z.",
            ),
            Mistake(
                edit("z * h +", "h +"),
                "The old state must make room: z * h + (1 - z) * g.",
            ),
            Mistake(edit(" + bias", ""), "The biases are missing."),
            Mistake(
                edit("g = np.tanh(", "g = ("),
                "The candidate goes through a tanh.",
            ),
            Mistake(
                edit("z = logistic(", "z = (", "r = logistic(", "r = ("),
                "Those are the sums. A gate is the logistic function of its "
                "sum, between 0 and 1.",
            ),
            Mistake(
                edit(" + h @ W_z", "", " + h @ W_r", ""),
                "The gates look at the old state, too: + h @ W_z, + h @ W_r.",
            ),
        ),
        explanation="The candidate needs r before the product with W_g, so "
        "one product with all of recurrent can't do it. The kind that "
        "resets after the product can, and is faster for it.",
    ),
    Exercise(
        id="14.3",
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
                edit("4 * units", "units"),
                "That is a plain recurrent layer. An LSTM has four such "
                "sets: three gates and the candidate.",
            ),
            Mistake(
                edit(" + 1", ""),
                "The biases are missing: one a unit and sum.",
            ),
            Mistake(
                edit("inputs + units + 1", "inputs + 1"),
                "The weights from the old state are missing: units x units "
                "for each sum.",
            ),
            Mistake(
                edit("4 * units", "3 * units"),
                "Three gates, and the candidate that is added: four sums.",
            ),
            Mistake(
                edit("+ 1", "+ 2"),
                "One bias too many: only the default GRU has a second one.",
            ),
            Mistake(
                edit("(inputs + units + 1)", "(inputs + units) + units"),
                "Each of the four sums has a bias of its own: 4 * units.",
            ),
            Mistake(
                edit("4 * units", "4 * inputs"),
                "inputs and units are exchanged: each of the units has "
                "weights for all inputs and all units.",
            ),
            Mistake(
                edit("inputs + units", "2 * inputs"),
                "The old state has as many numbers as there are units, not "
                "inputs.",
            ),
        ),
        explanation="Four sums of the plain layer's size. Three gates make "
        "people multiply by three and forget the candidate.",
    ),
    Exercise(
        id="14.4",
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
                edit("np.log(gate / (1 - gate))", "gate"),
                "That is the value of the gate. The bias goes into the "
                "logistic function: invert it.",
            ),
            Mistake(
                edit("0.5 ** (1 / half_life)", "1 - 1 / half_life"),
                "You let the gate lose 1/half_life a step. Then about 0.37 "
                "is left, not a half: solve f^half_life = 1/2.",
            ),
            Mistake(
                edit("np.log(gate / (1 - gate))", "np.log((1 - gate) / gate)"),
                "The sign: a large bias must keep, so f is close to 1 and b "
                "is positive.",
            ),
            Mistake(
                edit("np.log(gate / (1 - gate))", "np.log(gate)"),
                "That is the logarithm of the gate. The logistic function's "
                "inverse is log(f / (1 - f)).",
            ),
            Mistake(
                edit("0.5 ** (1 / half_life)", "1 - 0.5 / half_life"),
                "You shared the loss of a half evenly over the steps. But "
                "each step takes its share of what is left: solve "
                "f^half_life = 1/2.",
            ),
            Mistake(
                edit("0.5 ** (1 / half_life)", "np.exp(-1 / half_life)"),
                "exp(-1 / half_life) leaves 1/e, about 0.37. A half is "
                "left with 0.5 ** (1 / half_life).",
            ),
            Mistake(
                edit(
                    "np.log(gate / (1 - gate))", "np.log2(gate / (1 - gate))"
                ),
                "The logistic function's inverse has the natural logarithm, "
                "np.log, not log2.",
            ),
            Mistake(
                edit("np.log(gate / (1 - gate))", "np.log(half_life)"),
                "log(half_life) is the right size (b is about log(n / 0.69)), "
                "but not exact: solve f^half_life = 1/2 for f, then for b.",
            ),
            Mistake(
                edit("0.5 ** (1 / half_life)", "np.log(2) / half_life"),
                "log(2) / half_life is the rate of decay. The gate is what "
                "is kept in a step: exp of minus that rate.",
            ),
            Mistake(
                edit("(1 / half_life)", "half_life"),
                "The wrong way round: f^half_life = 1/2, so f is a root of "
                "1/2, not a power.",
            ),
            Mistake(
                edit("np.log(gate / (1 - gate))", "gate / (1 - gate)"),
                "That is f / (1 - f). The bias is its logarithm.",
            ),
        ),
        explanation="A half-life of 100 needs a bias of about 5. Keras' "
        "start of 1 gives little more than two steps.",
    ),
    Exercise(
        id="14.5",
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
                edit("np.arange(len(outputs)), last", ":, -1"),
                "You took the last step of the array. For a padded sequence "
                "that is what comes after the padding.",
            ),
            Mistake(
                edit(
                    "mask.sum(axis=1) - 1",
                    "np.minimum(mask.sum(axis=1), mask.shape[1] - 1)",
                ),
                "One step too far: counting starts at 0, so subtract 1 from "
                "the number of real steps.",
            ),
            Mistake(
                edit(
                    "outputs[np.arange(len(outputs)), last]",
                    "(outputs * mask[..., None]).sum(1) / (last[:, None] + 1)",
                ),
                "That is the mean over real steps: a good idea for some "
                "tasks, but not the last output.",
            ),
            Mistake(
                edit("np.arange(len(outputs)), last", ":, 0"),
                "That is the first output.",
            ),
            Mistake(
                edit(" - 1", ""),
                "One step too far: the first step has index 0, so the last "
                "real one has the number of real steps minus 1.",
            ),
            Mistake(
                edit("np.arange(len(outputs)), last", ":, last"),
                "outputs[:, last] takes all those steps from every row. Give "
                "a row number with each: outputs[np.arange(batch), last].",
            ),
            Mistake(
                edit(
                    "outputs[np.arange(len(outputs)), last]",
                    "(outputs * mask[..., None])[:, -1]",
                ),
                "You set padding to zero and took the last step of the "
                "array. Where there is padding, that is zero.",
            ),
            Mistake(
                edit("np.arange(len(outputs)), last", "mask"),
                "Those are all real steps of all sequences in one list. "
                "Only the last of each is wanted.",
            ),
        ),
        explanation="One index for each row: a pair of integer arrays picks "
        "them in one go. A layer that gets the mask does the same.",
    ),
    Exercise(
        id="14.6",
        title="Pad after, with a mask",
        level="core",
        reference=padded,
        cases=(
            Case([[1.0, 2.0], [3.0]]),
            Case([[0.0, 5.0, 0.0], [7.0], [1.0, 2.0]]),
            Case([[3.0], [0.0, 1.0]]),  # the first is not the longest
        ),
        hints=(
            "The lengths tell you the mask; the numbers do not.",
            "Compare np.arange(longest) with the lengths as a column.",
            "mask = np.arange(max(lengths)) < lengths[:, None]; then fill "
            "row[:len(sequence)] = sequence",
        ),
        mistakes=(
            Mistake(
                edit(
                    "row[: len(sequence)]",
                    "row[len(row) - len(sequence) :]",
                    "return array, mask",
                    "return array, mask[:, ::-1]",
                ),
                "You padded before. On a GPU such a mask is an error in fit "
                "and predict: cuDNN wants the real steps first.",
            ),
            Mistake(
                edit(
                    "row[: len(sequence)]",
                    "row[len(row) - len(sequence) :]",
                    "return array, mask",
                    "return array, array != 0",
                ),
                "You padded before, and took every zero for padding. Pad "
                "after, and make the mask from the lengths.",
            ),
            Mistake(
                edit(
                    "lengths.max()) <",
                    "lengths[0]) <",
                    "= sequence\n",
                    "= sequence[: len(row)]\n",
                ),
                "You took the first sequence's length for all. The longest "
                "one decides: max(lengths).",
            ),
            Mistake(
                edit("lengths.max()) <", "lengths[0]) <"),
                "Your rows are as long as the first sequence: a longer one "
                "does not fit. Make them max(lengths) long.",
            ),
            Mistake(
                edit("return array, mask", "return array, array != 0"),
                "You took every zero for padding. A real 0 is a number: make "
                "the mask from the lengths.",
            ),
            Mistake(
                edit(
                    "lengths.max()) <",
                    "lengths.min()) <",
                    "= sequence\n",
                    "= sequence[: len(row)]\n",
                ),
                "You cut all to the shortest. Nothing real should be lost: "
                "fill up to the longest.",
            ),
            Mistake(
                edit("< lengths", "<= lengths"),
                "Your mask is one step too long: counting starts at 0, so "
                "use <, not <=.",
            ),
            Mistake(
                edit("return array, mask", "return array, ~mask"),
                "Your mask is True for padding. In Keras True means: a real "
                "step.",
            ),
            Mistake(
                edit("return array, mask", "return array"),
                "The mask is missing: return array, mask.",
            ),
            Mistake(
                edit("return array, mask", "return mask, array"),
                "The array comes first, then the mask.",
            ),
            Mistake(
                edit("return array, mask", "return array, lengths"),
                "Those are the lengths. Compare np.arange(longest) with "
                "them: one True or False for each step.",
            ),
            Mistake(
                edit("return array, mask", "return array, mask | True"),
                "Your mask is True everywhere: padding must be False.",
            ),
        ),
        explanation="The mask comes from lengths. Masking(0.0) guesses it "
        "from values, which is only safe when no real step is all zeros.",
    ),
    Exercise(
        id="14.7",
        title="Weights of the other book's GRU",
        level="stretch",
        reference=for_keras,
        cases=(
            Case(
                np.array([[1.0, 2.0, 3.0]]),
                np.array([[4.0, 5.0, 6.0]]),
                np.array([7.0, 8.0, 9.0]),
            ),
            Case(*_weights(3, 4, 3)),
        ),
        hints=(
            "Which z must Keras compute, if the book computes z?",
            "1 - z, and 1 - sigma(s) = sigma(-s): what changes the sign of "
            "the sum s that makes z?",
            "Multiply the first third of the columns of all three arrays "
            "by -1: np.repeat([-1, 1, 1], units).",
        ),
        mistakes=(
            Mistake(
                edit("sign * bias", "bias"),
                "The bias belongs to the sum, too: its z part also changes "
                "its sign.",
            ),
            Mistake(
                edit("sign * recurrent, sign * bias", "recurrent, bias"),
                "All of the sum that makes z must change its sign: kernel, "
                "recurrent and bias.",
            ),
            Mistake(
                edit("sign * recurrent", "recurrent"),
                "The part from the old state changes its sign, too: "
                "recurrent.",
            ),
            Mistake(
                edit("[-1, 1, 1]", "[1, 1, -1]"),
                "You changed the candidate g. Only z changes its meaning.",
            ),
            Mistake(
                edit("[-1, 1, 1]", "[1, -1, 1]"),
                "You changed the reset gate r. Only z changes its meaning.",
            ),
            Mistake(
                edit(
                    "return sign * kernel, sign * recurrent, sign * bias",
                    "z = np.arange(3 * units)\n"
                    "    z = np.r_[z[units : 2 * units], z[:units], "
                    "z[2 * units :]]\n"
                    "    return kernel[:, z], recurrent[:, z], bias[z]",
                ),
                "You exchanged z and r. The order is the same in both: only "
                "z's meaning differs.",
            ),
            Mistake(
                edit("[-1, 1, 1]", "[-1, -1, 1]"),
                "r stays as it is: only z changes its meaning.",
            ),
            Mistake(
                edit("[-1, 1, 1]", "[-1, -1, -1]"),
                "You changed the sign of everything. Only the part that "
                "makes z.",
            ),
            Mistake(
                edit("[-1, 1, 1]", "[1, 1, 1]"),
                "Those are the weights as they came: z would keep where it "
                "should let go.",
            ),
            Mistake(
                edit(
                    "np.repeat([-1, 1, 1], units)",
                    "np.tile([-1, 1, 1], units)",
                ),
                "z, r, g stand side by side, units columns each: the first "
                "third is z, not every third column.",
            ),
            Mistake(
                edit(
                    "return sign * kernel, sign * recurrent, sign * bias",
                    "z, o = slice(units), np.array\n"
                    "    new = [o(w) for w in (kernel, recurrent, bias)]\n"
                    "    for w in new:\n"
                    "        w[..., z] = 1 - w[..., z]\n"
                    "    return tuple(new)",
                ),
                "1 - z is not made by 1 - weight. What does the logistic "
                "function do with the negative sum?",
            ),
        ),
        explanation="1 - sigma(s) = sigma(-s): with the sign of everything "
        "that makes z changed, z becomes 1 - z, and the two books agree.",
    ),
)
