"""Exercises of lesson 03: non-linearity and pooling."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def pool(image, size, stride, reduce):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return reduce(windows[::stride, ::stride], axis=(2, 3))


def sigmoid_backward(y, gradient):
    return gradient * y * (1 - y)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def maxout_layer(x, weights, biases):
    lines = np.einsum("ni,iul->nul", x, weights) + biases
    return lines.max(axis=2)


def relu_backward(x, gradient):
    return gradient * (x > 0)


def max_pool_backward(image, gradient):
    result = np.zeros_like(gradient, shape=image.shape)
    for i, j in np.ndindex(gradient.shape):
        block = image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        di, dj = np.unravel_index(block.argmax(), (2, 2))
        result[2 * i + di, 2 * j + dj] = gradient[i, j]
    return result


def _global_maximum(image, gradient):
    return np.where(
        image == image.max(), np.kron(gradient, np.ones((2, 2))), 0.0
    )


def overlapping_backward(image, gradient, size, stride):
    result = np.zeros(image.shape)
    for i, j in np.ndindex(gradient.shape):
        top, left = i * stride, j * stride
        block = image[top : top + size, left : left + size]
        row, column = np.unravel_index(block.argmax(), block.shape)
        result[top + row, left + column] += gradient[i, j]
    return result


def _all_equals(image, gradient, size, stride):
    result = np.zeros(image.shape)
    for i, j in np.ndindex(gradient.shape):
        place = np.s_[i * stride :, j * stride :]
        block = image[place][:size, :size]
        result[place][:size, :size] += gradient[i, j] * (block == block.max())
    return result


_rng = np.random.default_rng(3)

EXERCISES = (
    Exercise(
        id="03.1",
        title="Pooling with any rule",
        level="core",
        reference=pool,
        cases=(
            Case(np.array([[1.0, 3.0], [5.0, 7.0]]), 2, 2, np.max),
            Case(np.array([[1.0, 3.0], [5.0, 7.0]]), 2, 2, np.mean),
            Case(np.arange(9.0).reshape(3, 3), 2, 2, np.max),
            Case(np.arange(8.0).reshape(2, 4), 2, 1, np.min),
            Case(_rng.random((6, 7)), 3, 2, np.mean),
            Case(_rng.standard_normal((5, 7)), 2, 3, np.max),
        ),
        hints=(
            "Where does the window of the place (i, j) begin, and how many "
            "places are there?",
            "At row i * stride and column j * stride; there are "
            "(height - size) // stride + 1 rows of places. Give each window "
            "to reduce.",
            "With windows = sliding_window_view(image, (size, size)): "
            "windows[::stride, ::stride], reduced over the axes 2 and 3.",
        ),
        mistakes=(
            Mistake(
                lambda image, size, stride, reduce: pool(
                    image, size, stride, np.max
                ),
                "You always take the largest. The rule is reduce, and it may "
                "be a mean.",
            ),
            Mistake(
                lambda image, size, stride, reduce: pool(
                    image, size, stride, np.mean
                ),
                "You always take the mean. The rule is reduce, and it may be "
                "a maximum.",
            ),
            Mistake(
                edit("[::stride, ::stride]", ""),
                "Your windows move by 1. They move by stride.",
            ),
            Mistake(
                edit("[::stride, ::stride]", "[::size, ::size]"),
                "Your windows move by their size. They move by stride, and "
                "may overlap.",
            ),
            Mistake(
                edit("[::stride, ::stride]", "[::stride]"),
                "The stride applies to columns as well as to rows.",
            ),
            Mistake(
                lambda image, size, stride, reduce: pool(
                    np.pad(
                        image,
                        [(0, (size - side) % stride) for side in image.shape],
                    ),
                    size,
                    stride,
                    reduce,
                ),
                "You filled the last window with zeros. A window that would "
                "stick out is not placed.",
            ),
            Mistake(
                edit(", axis=(2, 3)", ""),
                "You made one number of the whole image. Every window gives "
                "one.",
            ),
            Mistake(
                edit("axis=(2, 3)", "axis=(0, 1)"),
                "You reduced over the places. The pixels of a window are the "
                "last two axes.",
            ),
            Mistake(
                edit(
                    "windows[::stride, ::stride]",
                    "windows[:-stride:stride, :-stride:stride]",
                ),
                "The last row and column of places are missing: the place "
                "where the window starts counts, too.",
            ),
            Mistake(
                lambda image, size, stride, reduce: image[::stride, ::stride],
                "You took the first pixel of each window. The rule looks at "
                "all of them.",
            ),
        ),
        explanation="Every window gets a pair of axes, the stride picks "
        "places, and one call of the rule does the work of four loops.",
    ),
    Exercise(
        id="03.2",
        title="Backward through max pooling",
        level="core",
        reference=max_pool_backward,
        cases=(
            Case(np.array([[1.0, 4.0], [2.0, 3.0]]), np.array([[10.0]])),
            Case(
                np.array([[1.0, 2.0, 8.0, 7.0], [4.0, 3.0, 5.0, 6.0]]),
                np.array([[1.0, -2.0]]),
            ),
            Case(np.array([[-4.0, -5.0], [-2.0, -3.0]]), np.array([[1.0]])),
            Case(
                np.array([[1.0, 3.0, 3.0, 5.0], [2.0, 0.0, 4.0, 1.0]]),
                np.array([[1.0, -2.0]]),
            ),
            Case(
                _rng.permutation(48).reshape(6, 8) * 1.0, _rng.random((3, 4))
            ),
            Case(_rng.standard_normal((10, 4)), _rng.standard_normal((5, 2))),
        ),
        hints=(
            "Who in each block is to blame for the output?",
            "Start from zeros of the image's shape; write each gradient to "
            "the place of its block's maximum.",
            "For block (i, j): np.unravel_index(block.argmax(), (2, 2)) is "
            "the place inside it.",
        ),
        mistakes=(
            Mistake(
                lambda image, gradient: np.kron(gradient, np.ones((2, 2))),
                "You gave the gradient to all four places. Only the largest "
                "one reached the output.",
            ),
            Mistake(
                lambda image, gradient: np.kron(gradient, np.ones((2, 2))) / 4,
                "You shared it out: that is average pooling. In max pooling "
                "the largest place gets all.",
            ),
            Mistake(
                edit("gradient[i, j]", "1"),
                "The places are right. What arrives there is the gradient of "
                "the block, not 1.",
            ),
            Mistake(
                edit("argmax", "argmin"),
                "You gave it to the smallest of each block. That is min "
                "pooling.",
            ),
            Mistake(
                edit(" + di,", ",", " + dj]", "]"),
                "You gave it to the first of each block. Look for the "
                "largest.",
            ),
            Mistake(
                _global_maximum,
                "You looked for the maximum of the whole image. Every block "
                "has its own.",
            ),
            Mistake(
                edit("gradient[i, j]", "gradient[i, j] * block.max()"),
                "You multiplied by the value. A maximum passes its input on "
                "with slope 1.",
            ),
            Mistake(
                edit("block.argmax", "np.maximum(block, 0).argmax"),
                "Your search starts from 0 and finds nothing among negative "
                "values. Start from the first value of the block.",
            ),
            Mistake(
                edit(
                    "result[2 * i + di, 2 * j + dj]",
                    "result[image == block.max()]",
                ),
                "You looked for the value all over the image, and another "
                "block can hold it, too. Look inside the block.",
            ),
        ),
        explanation="A maximum copies one input, so its slope is 1 for that "
        "input and 0 for the others.",
    ),
    Exercise(
        id="03.3",
        title="Pooling twice",
        level="warm-up",
        reference=15,
        hints=(
            "Use the formula of the lesson, twice.",
            "floor((n - f) / s) + 1 with n = 64, f = 3, s = 2.",
            "(64 - 3) // 2 + 1 = 31; now the same with 31.",
        ),
        mistakes=(
            Mistake(
                16,
                "You halved twice. Windows of 3 with stride 2 overlap, and "
                "the last one must fit: 64 gives 31, not 32.",
            ),
            Mistake(31, "That is after the first pooling. Do it again."),
            Mistake(
                14,
                "The + 1 is missing in the second step: with nothing left to "
                "slide there is still one place.",
            ),
            Mistake(
                13,
                "The + 1 is missing in both steps: the place where the "
                "window starts counts, too.",
            ),
            Mistake(
                7,
                "You used stride 3, as Keras does when no stride is given. "
                "Here it is 2.",
            ),
            Mistake(
                21,
                "You used stride 3, as Keras does when no stride is given, "
                "and pooled once. Here it is 2, twice.",
            ),
            Mistake(
                60,
                "You used stride 1. Here the window moves by 2.",
            ),
            Mistake(
                15.25,
                "There is no quarter of a place: round down after each step.",
            ),
        ),
        explanation="(64 - 3) // 2 + 1 = 31 and (31 - 3) // 2 + 1 = 15. The "
        "typical mistake is to halve.",
    ),
    Exercise(
        id="03.4",
        title="What pooling leaves to the dense layer",
        level="warm-up",
        reference=11_530,
        hints=(
            "Follow the side of the map through the four layers first.",
            "32 - 3 + 1 = 30, pooled 15; then the same with 15. How many "
            "numbers are that with 32 maps?",
            "6 x 6 x 32 = 1,152 numbers come in; each of 10 units has a "
            "weight for each, and a bias.",
        ),
        mistakes=(
            Mistake(11_520, "The 10 biases are missing."),
            Mistake(
                250_890,
                "You left both poolings out: 28 x 28 x 32 numbers. This is "
                "what pooling saves.",
            ),
            Mistake(
                15_690,
                "You rounded 13 / 2 up. The last window does not fit: round "
                "down to 6.",
            ),
            Mistake(
                20_490,
                "You kept the size in the convolutions. Without padding a "
                "3 x 3 kernel takes 2 pixels away.",
            ),
            Mistake(
                16_618,
                "That is the whole network. Asked is the dense layer.",
            ),
            Mistake(
                370,
                "You flattened one map. There are 32 of them.",
            ),
            Mistake(
                54_090,
                "The second pooling is missing: 13 x 13 becomes 6 x 6.",
            ),
        ),
        explanation="32 - 30 - 15 - 13 - 6: (6 * 6 * 32 + 1) * 10 = 11,530. "
        "Without the poolings it would be 250,890; the convolutions have "
        "448 and 4,640 either way.",
    ),
    Exercise(
        id="03.5",
        title="Backward through a sigmoid",
        level="core",
        reference=sigmoid_backward,
        cases=(
            Case(np.array([0.5, 0.9]), np.array([1.0, -2.0])),
            Case(_sigmoid(_rng.standard_normal((2, 3))), np.ones((2, 3)) * 4),
            Case(_rng.random((5, 3)), _rng.standard_normal((5, 3))),
        ),
        hints=(
            "What is the slope of the sigmoid, written with its value?",
            "slope = value * (1 - value); the chain rule multiplies it by "
            "what arrives.",
            "return gradient * y * (1 - y)",
        ),
        mistakes=(
            Mistake(
                lambda y, gradient: sigmoid_backward(_sigmoid(y), gradient),
                "You applied the sigmoid again. y is its output already.",
            ),
            Mistake(
                edit("gradient * ", ""),
                "That is the slope. The chain rule multiplies it by the "
                "gradient that arrives.",
            ),
            Mistake(
                edit("y * (1 - y)", "(1 - y**2)"),
                "1 - y squared is the slope of tanh.",
            ),
            Mistake(
                edit(" * (1 - y)", ""),
                "The slope has a second factor: what is missing to 1.",
            ),
            Mistake(
                edit(" * y *", " *"),
                "The slope has a second factor: the value itself.",
            ),
        ),
        explanation="The slope follows from the value, so the layer keeps "
        "its output and may forget its input. At 0.5 it is 1/4, the most "
        "that ever passes.",
    ),
    Exercise(
        id="03.6",
        title="Backward through a ReLU",
        level="core",
        reference=relu_backward,
        cases=(
            Case(np.array([2.0, -3.0]), np.array([-1.0, 5.0])),
            Case(np.array([0.0, 0.5]), np.array([4.0, -0.1])),
            Case(_rng.standard_normal((2, 3)), _rng.standard_normal((2, 3))),
            Case(_rng.standard_normal((5, 3)), _rng.standard_normal((5, 3))),
        ),
        hints=(
            "What is the slope of a ReLU left and right of 0?",
            "gradient in = gradient out times slope; the slope is 1 where x "
            "is above 0, else 0.",
            "return gradient * (x > 0)",
        ),
        mistakes=(
            Mistake(
                edit("gradient * (x > 0)", "np.maximum(gradient, 0)"),
                "You applied a ReLU to the gradient. A negative gradient is "
                "fine; what counts is the sign of x.",
            ),
            Mistake(
                edit("(x > 0)", "(gradient > 0) * (x > 0)"),
                "You also removed negative gradients. Only the sign of x "
                "decides.",
            ),
            Mistake(
                edit("gradient * (x > 0)", "(x > 0) * 1.0"),
                "That is the slope. The chain rule multiplies it by the "
                "gradient that arrives.",
            ),
            Mistake(
                edit("x > 0", "x >= 0"),
                "At exactly 0 you let the gradient through. Here the slope "
                "at 0 is 0: x > 0.",
            ),
            Mistake(
                edit(" * (x > 0)", ""),
                "You passed everything on. Where x is negative, nothing gets "
                "through.",
            ),
            Mistake(
                edit("x > 0", "x < 0"),
                "You closed the wrong side: the slope is 1 where x is above "
                "0.",
            ),
            Mistake(
                edit("(x > 0)", "np.where(x > 0, 1, 0.1)"),
                "That is a leaky ReLU. A ReLU lets nothing through on the "
                "left.",
            ),
            Mistake(
                edit("gradient * (x > 0)", "np.maximum(x, 0)"),
                "That is the ReLU itself. Asked is what goes back.",
            ),
            Mistake(
                edit("(x > 0)", "np.maximum(x, 0)"),
                "You multiplied by the value of the ReLU, not by its slope.",
            ),
        ),
        explanation="The chain rule: what arrives, times the slope. The "
        "slope of a ReLU is a switch, set by the forward input.",
    ),
    Exercise(
        id="03.7",
        title="A layer of maxout units",
        level="core",
        reference=maxout_layer,
        cases=(
            Case(
                np.array([[1.0], [-2.0]]),
                np.array([[[-1.0, 1.0]]]),
                np.array([[-3.5, -4.0]]),
            ),
            Case(
                _rng.standard_normal((4, 3)),
                _rng.standard_normal((3, 2, 5)),
                _rng.standard_normal((2, 5)),
            ),
            Case(
                _rng.standard_normal((5, 2)),
                _rng.standard_normal((2, 4, 3)),
                _rng.standard_normal((4, 3)),
            ),
        ),
        hints=(
            "First all lines of all units, as an array with three axes; then "
            "one maximum. Over which axis?",
            "lines[n, u, l] = sum over i of x[n, i] weights[i, u, l], plus "
            "biases[u, l].",
            'lines = np.einsum("ni,iul->nul", x, weights) + biases; then the '
            "maximum over the last axis.",
        ),
        mistakes=(
            Mistake(
                edit("axis=2", "axis=1"),
                "You took the largest unit for each line. Each unit takes "
                "the largest of its own lines: axis 2.",
            ),
            Mistake(
                edit("lines.max", "lines.mean"),
                "You averaged the lines: that is a straight line again.",
            ),
            Mistake(
                edit("lines.max", "lines.sum"),
                "You added the lines up: that is a straight line again.",
            ),
            Mistake(
                edit("lines.max(axis=2)", "np.maximum(lines.max(axis=2), 0)"),
                "You cut off what is negative. A maxout unit has no 0 to "
                "compare with, only its lines.",
            ),
            Mistake(
                edit(
                    " + biases", "", "axis=2)", "axis=2) + biases.max(axis=1)"
                ),
                "You added the biases after the maximum. Each line has its "
                "own, and it decides with.",
            ),
            Mistake(edit(" + biases", ""), "The biases are missing."),
            Mistake(
                edit("lines.max(axis=2)", "lines[..., 0]"),
                "You used the first line only. Compute all, then take the "
                "largest.",
            ),
            Mistake(
                edit(".max(axis=2)", ""),
                "You returned all lines. One number a unit goes on: the "
                "largest.",
            ),
            Mistake(
                lambda x, weights, biases: (
                    x @ weights.max(axis=2) + biases.max(axis=1)
                ),
                "You took the largest weights. The largest *value* wins, "
                "and that depends on x.",
            ),
        ),
        explanation="A maxout unit is the upper edge of several straight "
        "lines, so it is convex. The line that wins always gets its "
        "gradient; the price is one set of weights a line.",
    ),
    Exercise(
        id="03.8",
        title="Backward through windows that overlap",
        level="stretch",
        reference=overlapping_backward,
        cases=(
            Case(
                np.array([[1.0, 9.0, 2.0], [3.0, 4.0, 5.0]]),
                np.array([[10.0, 1.0]]),
                2,
                1,
            ),
            Case(np.array([[5.0, 5.0], [5.0, 5.0]]), np.array([[-3.0]]), 2, 2),
            Case(np.array([[1.0, 7.0], [7.0, 0.0]]), np.array([[2.0]]), 2, 2),
            Case(
                _rng.standard_normal((5, 7)),
                _rng.standard_normal((2, 3)),
                3,
                2,
            ),
            Case(
                _rng.standard_normal((5, 4)) - 9,
                _rng.standard_normal((2, 1)),
                2,
                3,
            ),
        ),
        hints=(
            "What changes in max_pool_backward when windows overlap, and a "
            "place wins twice?",
            "The window (i, j) begins at row i * stride and column "
            "j * stride. What a place gets from several windows is added up.",
            "argmax finds the first of equal numbers. Then "
            "result[top + row, left + column] += gradient[i, j]",
        ),
        mistakes=(
            Mistake(
                edit("+=", "="),
                "A place that wins several windows collects from all of "
                "them: +=.",
            ),
            Mistake(
                edit("i * stride, j * stride", "i * size, j * size"),
                "Your windows move by their size. They move by stride, and "
                "may overlap.",
            ),
            Mistake(
                _all_equals,
                "You gave the gradient to all of several equal numbers. The "
                "first gets it.",
            ),
            Mistake(
                edit(
                    "block.argmax()",
                    "block.size - 1 - block[::-1, ::-1].argmax()",
                ),
                "Of several equal numbers you took the last. The first gets "
                "it, as argmax finds it.",
            ),
            Mistake(
                edit("block.argmax()", "block.argmin()"),
                "You gave it to the smallest of each window. That is min "
                "pooling.",
            ),
            Mistake(
                edit("gradient[i, j]", "1"),
                "You counted how many windows a place wins. What it gets is "
                "the sum of their gradients.",
            ),
            Mistake(
                edit("block.argmax()", "np.maximum(block, 0).argmax()"),
                "Your search starts from 0 and finds nothing among negative "
                "values. Start from the first value of the window.",
            ),
        ),
        explanation="A place that wins several windows gets the sum of their "
        "gradients, as a shared weight does. AlexNet's windows overlap like "
        "this.",
    ),
)
