"""Exercises of lesson 24: many devices, a cache, eight bits."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def averaged(gradients, sizes):
    return sizes @ gradients / sizes.sum()


def speed_up(devices, compute, fixed, exchange):
    sent = 2 * exchange * (devices - 1) / devices
    return (compute + fixed) / (compute / devices + fixed + sent)


def attend_cached(query, key, value, keys, values):
    keys = np.vstack([keys, key])
    values = np.vstack([values, value])
    scores = keys @ query / np.sqrt(len(query))
    e = np.exp(scores - scores.max())
    return e / e.sum() @ values, keys, values


def _old_only(query, key, value, keys, values):
    longer = np.vstack([keys, key]), np.vstack([values, value])
    if len(keys) == 0:
        return 0 * value, *longer
    scores = keys @ query / np.sqrt(len(query))
    e = np.exp(scores - scores.max())
    return e / e.sum() @ values, *longer


def quantised(x, low, high):
    scale = (high - low) / 255
    zero = np.round(-128 - low / scale)
    numbers = np.round(x / scale) + zero
    return np.clip(numbers, -128, 127).astype("int8")


def _own_range(x, low, high):
    low, high = x.min(), x.max()
    scale = (high - low) / 255
    zero = np.round(-128 - low / scale)
    return np.clip(np.round(x / scale) + zero, -128, 127).astype("int8")


def _unsigned(x, low, high):
    scale = (high - low) / 255
    return np.clip(np.round((x - low) / scale), 0, 255).astype("uint8")


def _typed(numbers):
    """Whether they are bytes is part of the answer."""
    return {"numbers": numbers, "type": str(np.asarray(numbers).dtype)}


def lstm_products(steps, inputs, units):
    return steps * 4 * units * (inputs + units)


def per_channel(W):
    largest = np.abs(W).max(axis=0)
    scales = np.where(largest > 0, largest / 127, 1.0)
    return np.round(W / scales).astype("int8"), scales


def _typed_first(result):
    if not isinstance(result, tuple | list) or len(result) != 2:
        return result
    return {**_typed(result[0]), "scales": result[1]}


def _by_rows(W):
    numbers, scales = per_channel(W.T)
    return numbers.T, scales


_rng = np.random.default_rng(24)


def _some(*shape):
    return _rng.standard_normal(shape)


EXERCISES = (
    Exercise(
        id="24.1",
        title="The step of all devices",
        level="core",
        reference=averaged,
        cases=(
            Case(np.array([[2.0, -1.0], [4.0, 5.0]]), np.array([3, 3])),
            Case(np.array([[2.0, -1.0], [4.0, 5.0]]), np.array([3, 1])),
            Case(_some(5, 3), np.array([8, 8, 8, 8, 5])),
            Case(_some(1, 4), np.array([7])),
            Case(_some(3, 2), np.array([4, 0, 4])),
        ),
        hints=(
            "Every example counts the same, not every device.",
            "A device's mean times its size is its sum: (devices,) @ "
            "(devices, numbers) adds the sums.",
            "Divide sizes @ gradients by the number of all examples, "
            "sizes.sum().",
        ),
        mistakes=(
            Mistake(
                edit("sizes @ gradients / sizes.sum()", "gradients.mean(0)"),
                "You took the mean of the means. A device with fewer "
                "examples then counts as much as a full one: weigh by sizes.",
            ),
            Mistake(
                edit("sizes @ gradients / sizes.sum()", "gradients.sum(0)"),
                "You added the means: a step as many times too long as "
                "there are devices.",
            ),
            Mistake(
                edit(" / sizes.sum()", ""),
                "This is the sum over all examples. The loss is their mean: "
                "divide by sizes.sum().",
            ),
            Mistake(
                edit("sizes.sum()", "len(sizes)"),
                "You divided by the number of devices. Divide by the number "
                "of examples, sizes.sum().",
            ),
            Mistake(
                edit("sizes.sum()", "sizes.max()"),
                "You divided by the examples of one device. Divide by those "
                "of all, sizes.sum().",
            ),
            Mistake(
                edit("sizes @ gradients", "gradients.sum(0)"),
                "A mean divided by the number of examples once more. First "
                "make sums of the means: multiply each by its size.",
            ),
            Mistake(
                edit("sizes @ gradients / sizes.sum()", "gradients.mean()"),
                "You averaged over the numbers of the gradient, too. Each "
                "number keeps its place: average over devices only.",
            ),
        ),
        explanation="It is the gradient that one device would have had of "
        "the whole batch. Libraries let each device divide its sum by the "
        "size of the whole batch, and add.",
    ),
    Exercise(
        id="24.2",
        title="What to expect of n devices",
        level="warm-up",
        reference=speed_up,
        cases=(
            Case(1, 90.0, 10.0, 4.0),
            Case(2, 90.0, 10.0, 5.0),
            Case(4, 100.0, 0.0, 0.0),
            Case(8, 80.0, 3.0, 20.0),
            Case(64, 7.0, 0.5, 0.25),
        ),
        hints=(
            "Time alone, divided by time together.",
            "Only compute is shared. The exchange costs 2 (n - 1) / n times "
            "what sending everything once costs.",
            "(compute + fixed) / (compute / n + fixed + 2 * exchange * "
            "(n - 1) / n)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "(compute + fixed) / (compute / devices + fixed + sent)",
                    "(compute / devices + fixed + sent) / (compute + fixed)",
                ),
                "Upside down: a speed-up is the old time over the new one.",
            ),
            Mistake(
                edit(
                    "compute / devices + fixed + sent",
                    "(compute + fixed) / devices + sent",
                ),
                "What is fixed does not get shorter with more devices. "
                "Divide only compute.",
            ),
            Mistake(
                edit(" + sent)", ")"),
                "The exchange of the gradients is missing.",
            ),
            Mistake(
                edit("2 * exchange * (devices - 1) / devices", "exchange"),
                "exchange is the time to send all gradients once. Each "
                "device sends them 2 (n - 1) / n times.",
            ),
            Mistake(
                edit("2 * exchange * (devices - 1) / devices", "2 * exchange"),
                "Twice is what many devices come near to. It is "
                "2 (n - 1) / n times, and nothing for one device.",
            ),
            Mistake(
                edit("(compute + fixed) / (compute", "(compute"),
                "That is the time together. How many times as fast is it? "
                "Divide the time alone by it.",
            ),
            Mistake(
                edit(
                    "2 * exchange * (devices - 1) / devices",
                    "2 * exchange * (devices - 1)",
                ),
                "In a ring each message is one n-th of the gradients: "
                "divide by the number of devices.",
            ),
            Mistake(
                edit("2 * exchange", "exchange"),
                "The ring goes round twice: once to add, once to hand out "
                "the sums.",
            ),
            Mistake(
                edit("(compute + fixed) / (", "compute / ("),
                "One device has the fixed part, too: compute + fixed.",
            ),
        ),
        explanation="Without the exchange it is Amdahl's law: never more "
        "than (compute + fixed) / fixed.",
    ),
    Exercise(
        id="24.3",
        title="One word more, with a cache",
        level="core",
        reference=attend_cached,
        cases=(
            Case(
                np.array([2.0, 0.0]),
                np.array([0.0, 3.0]),
                np.array([8.0]),
                np.array([[1.0, 0.0]]),
                np.array([[4.0]]),
            ),
            Case(_some(4), _some(4), _some(3), _some(5, 4), _some(5, 3)),
            Case(_some(3), _some(3), _some(2), np.zeros((0, 3)), _some(0, 2)),
            Case(
                np.array([90.0, -20.0]),
                np.array([80.0, 5.0]),
                np.array([1.0, -2.0]),
                np.array([[79.0, 1.0], [-60.0, 3.0]]),
                np.array([[3.0, 4.0], [-5.0, 6.0]]),
            ),
        ),
        hints=(
            "First the cache grows by one row, then the word looks at all "
            "rows, its own too.",
            "keys @ query is (t + 1,). Divide by the root of d, softmax, "
            "times values.",
            "keys = np.vstack([keys, key]), values likewise; scores = keys "
            "@ query / np.sqrt(len(query)).",
        ),
        mistakes=(
            Mistake(
                _old_only,
                "The word does not look at itself. Grow the cache first, "
                "then look.",
            ),
            Mistake(
                edit(" / np.sqrt(len(query))", ""),
                "The scores are not scaled: divide them by the root of d, "
                "len(query).",
            ),
            Mistake(
                edit("[keys, key]", "[key, keys]"),
                "You put the new key in front: keys and values no longer "
                "belong together. It comes last.",
            ),
            Mistake(
                edit(
                    "[keys, key]",
                    "[key, keys]",
                    "[values, value]",
                    "[value, values]",
                ),
                "The new row stands in front. Rows are in the order of the "
                "words: it comes last.",
            ),
            Mistake(
                edit("keys, values\n", "keys[:-1], values[:-1]\n"),
                "The new row is lost: hand the longer cache back, the next "
                "word needs it.",
            ),
            Mistake(
                edit(" - scores.max()", ""),
                "exp of a large score is infinite. Subtract the largest "
                "first.",
            ),
            Mistake(
                edit("np.sqrt(len(query))", "np.sqrt(len(keys))"),
                "Scaled by the number of words. The root is of d, the size "
                "of a query.",
            ),
            Mistake(
                edit("/ np.sqrt(len(query))", "/ len(query)"),
                "Divided by d itself. It is the root of d.",
            ),
            Mistake(
                edit(
                    "e = np.exp(scores - scores.max())",
                    "e = scores",
                    "e / e.sum() @",
                    "e @",
                ),
                "The softmax is missing: the scores have to become weights "
                "that sum to 1.",
            ),
            Mistake(
                edit("e / e.sum() @ values", "e @ values"),
                "The weights do not sum to 1: divide by e.sum().",
            ),
            Mistake(
                edit("keys @ query", "keys @ key"),
                "You asked with the key. The query of the new word asks, "
                "the keys answer.",
            ),
        ),
        explanation="It is the last row of causal attention over all words. "
        "Nothing of the words before is computed again.",
    ),
    Exercise(
        id="24.4",
        title="Eight bits",
        level="core",
        reference=quantised,
        summarise=_typed,
        cases=(
            Case(np.array([-1.0, 0.0, 1.0, 3.0]), -1.0, 3.0),
            Case(np.array([0.0, 0.31, 0.85]), 0.0, 1.0),
            Case(3 * _some(5, 3), -2.5, 4.0),
            Case(np.array([-9.0, 0.02, 9.0]), -1.2, 1.0),
            Case(np.array([[-0.26, 0.7]]), -0.5, 0.11),
        ),
        hints=(
            "255 steps of equal size lead from low to high.",
            "scale = (high - low) / 255; the number of 0.0 is zero = "
            "round(-128 - low / scale).",
            "np.clip(np.round(x / scale) + zero, -128, 127).astype('int8')",
        ),
        mistakes=(
            Mistake(
                edit("/ 255", "/ 256"),
                "256 numbers have 255 steps between them.",
            ),
            Mistake(
                edit("np.round(x / scale) + zero", "np.round(x / scale)"),
                "The zero point is missing: low must become -128.",
            ),
            Mistake(
                edit("np.clip(numbers, -128, 127)", "numbers"),
                "What lies outside of the range wraps around: 128 becomes "
                "-128. Clip first.",
            ),
            Mistake(
                edit("np.round(x / scale)", "np.trunc(x / scale)"),
                "You cut the decimals off. Round to the nearest: the error "
                "is half as large.",
            ),
            Mistake(
                edit(
                    "np.clip(numbers, -128, 127)", "np.clip(numbers, 0, 127)"
                ),
                "int8 goes from -128 to 127; you cut half of it off.",
            ),
            Mistake(
                _own_range,
                "You took the range of x itself. It was measured before, on "
                "representative data: use low and high.",
            ),
            Mistake(
                edit("-128 - low / scale", "-128 + low / scale"),
                "A sign: x = low must give -128, so zero is -128 minus "
                "low / scale.",
            ),
            Mistake(
                edit(
                    "np.round(-128 - low / scale)",
                    "-128 - low / scale",
                    "np.round(x / scale) + zero",
                    "np.round(x / scale + zero)",
                ),
                "The zero point must be whole, so that 0 comes back as 0: "
                "round it before you add it.",
            ),
            Mistake(
                _unsigned,
                "You count from 0 to 255. int8 counts from -128 to 127: "
                "low becomes -128.",
            ),
            Mistake(
                edit('.astype("int8")', ""),
                "The numbers are right, but stored as decimals. "
                "Make bytes of them: .astype('int8').",
            ),
            Mistake(
                edit(
                    'np.clip(numbers, -128, 127).astype("int8")',
                    "(np.clip(numbers, -128, 127) - zero) * scale",
                ),
                "That is what comes back. Asked for are the int8 numbers "
                "themselves.",
            ),
            Mistake(
                edit("np.round(x / scale)", "x / scale"),
                "astype cuts decimals off. Round first.",
            ),
        ),
        explanation="Back it is (number - zero) * scale, off by half a scale "
        "at most inside the range, and by anything outside.",
    ),
    Exercise(
        id="24.5",
        title="What an LSTM costs",
        level="warm-up",
        reference=lstm_products,
        cases=(
            Case(1, 1, 1),
            Case(1, 3, 5),
            Case(8, 8, 32),
            Case(35, 128, 128),
            Case(100, 10, 20),
        ),
        hints=(
            "A matrix (n, d) costs n d multiplications for one row.",
            "Four times: three gates and the candidate. Each has a matrix "
            "for the input and one for the state.",
            "steps * 4 * units * (inputs + units)",
        ),
        mistakes=(
            Mistake(
                edit("4 * units", "units"),
                "Three gates and the candidate: four of each matrix.",
            ),
            Mistake(
                edit("4 * units", "3 * units"),
                "Three gates, but the candidate has its matrices, too: four.",
            ),
            Mistake(
                edit("(inputs + units)", "inputs"),
                "The state goes through a matrix, too: inputs + units.",
            ),
            Mistake(
                edit("(inputs + units)", "(inputs + units + 1)"),
                "You counted the bias. It is added, not multiplied.",
            ),
            Mistake(
                edit("4 * units", "8 * units"),
                "Eight matrices, but inputs + units counts both kinds "
                "already: four times.",
            ),
            Mistake(
                edit("4 * units *", "4 *"),
                "A matrix has units columns: inputs times units, and units "
                "times units.",
            ),
            Mistake(
                edit("steps * 4", "4"),
                "That is one step.",
            ),
        ),
        explanation="Without the bias it is the number of parameters times "
        "the number of steps: each weight is used once a step.",
    ),
    Exercise(
        id="24.6",
        title="A scale for each column",
        level="stretch",
        reference=per_channel,
        summarise=_typed_first,
        cases=(
            Case(np.array([[1.0, -0.2], [-4.0, 0.05]])),
            Case(_some(5, 3) * [1.0, 0.01, 30.0]),
            Case(np.array([[0.0, 2.0], [0.0, -3.0], [0.0, 1.1]])),
            Case(-np.abs(_some(4, 2))),
        ),
        hints=(
            "The largest absolute value of a column becomes 127 or -127.",
            "scales has one number a column: max over axis 0, divided by 127.",
            "largest = np.abs(W).max(axis=0); np.where(largest > 0, largest "
            "/ 127, 1.0); a column of zeros must not divide by 0.",
        ),
        mistakes=(
            Mistake(
                edit("max(axis=0)", "max() * np.ones(W.shape[1])"),
                "One scale for all: a column of small weights is left with "
                "a few numbers. Take each column's largest.",
            ),
            Mistake(
                edit("np.abs(W).max(axis=0)", "W.max(axis=0)"),
                "The largest may be negative: take absolute values first.",
            ),
            Mistake(
                edit("largest / 127", "largest / 128"),
                "128 has no place in int8. The largest becomes 127.",
            ),
            Mistake(
                edit(
                    "largest / 127",
                    "127 / largest",
                    "W / scales",
                    "W * scales",
                ),
                "Upside down: a number times its scale gives the weight "
                "back, so the scale is the largest over 127.",
            ),
            Mistake(
                edit('.astype("int8")', ""),
                "The numbers are right, but stored as decimals. "
                "Make bytes of them: .astype('int8').",
            ),
            Mistake(
                _by_rows,
                "You took the rows. Each column has its scale: max over "
                "axis 0.",
            ),
            Mistake(
                edit(
                    "np.where(largest > 0, largest / 127, 1.0)",
                    "largest / 127",
                ),
                "A column of zeros divides by 0. Its scale is 1.",
            ),
            Mistake(
                edit("np.round(W / scales)", "W / scales"),
                "astype cuts decimals off. Round first.",
            ),
        ),
        explanation="Weights need no zero point, since they lie around 0: "
        "this is what LiteRT does with the filters of a convolution.",
    ),
)
