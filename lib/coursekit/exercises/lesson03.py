"""Exercises of lesson 03: non-linearity and pooling."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def average_pool(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    kept = image[: rows * size, : columns * size]
    return kept.reshape(rows, size, columns, size).mean(axis=(1, 3))


def _max_instead(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    kept = image[: rows * size, : columns * size]
    return kept.reshape(rows, size, columns, size).max(axis=(1, 3))


def _sum_instead(image, size):
    return average_pool(image, size) * size**2


def _stride_one(image, size):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return windows.mean(axis=(2, 3))


def _padded_up(image, size):
    rows, columns = (-side % size for side in image.shape)
    return average_pool(np.pad(image, ((0, rows), (0, columns))), size)


def relu_backward(x, gradient):
    return gradient * (x > 0)


def _applied_relu(x, gradient):
    return np.maximum(gradient, 0)


def _mask_of_gradient(x, gradient):
    return gradient * (gradient > 0) * (x > 0)


def _returned_mask(x, gradient):
    return (x > 0) * 1.0


def _times_x(x, gradient):
    return gradient * np.maximum(x, 0)


def max_pool_backward(image, gradient):
    result = np.zeros_like(gradient, shape=image.shape)
    for i, j in np.ndindex(gradient.shape):
        block = image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        di, dj = np.unravel_index(block.argmax(), (2, 2))
        result[2 * i + di, 2 * j + dj] = gradient[i, j]
    return result


def _to_everyone(image, gradient):
    return np.kron(gradient, np.ones((2, 2)))


def _shared_out(image, gradient):
    return np.kron(gradient, np.ones((2, 2))) / 4


def _global_maximum(image, gradient):
    return np.where(
        image == image.max(), np.kron(gradient, np.ones((2, 2))), 0.0
    )


def _times_value(image, gradient):
    return max_pool_backward(image, gradient) * image


_rng = np.random.default_rng(3)

EXERCISES = (
    Exercise(
        id="03.1",
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
        ),
        explanation="(64 - 3) // 2 + 1 = 31 and (31 - 3) // 2 + 1 = 15. The "
        "typical mistake is to halve.",
    ),
    Exercise(
        id="03.2",
        title="Average pooling",
        level="core",
        reference=average_pool,
        cases=(
            Case(np.array([[1.0, 3.0], [5.0, 7.0]]), 2),
            Case(np.arange(9.0).reshape(3, 3), 2),
            Case(_rng.random((6, 7)), 3),
        ),
        hints=(
            "Cut the picture to a multiple of size, then give each block "
            "axes of its own.",
            "After reshape the shape is (rows, size, columns, size); the "
            "mean is over axes 1 and 3.",
            "kept.reshape(rows, size, columns, size).mean(axis=(1, 3))",
        ),
        mistakes=(
            Mistake(_max_instead, "That is max pooling. Take the mean."),
            Mistake(
                _sum_instead,
                "That is the sum of each block. Divide by the number of its "
                "pixels, size times size.",
            ),
            Mistake(
                _stride_one,
                "Your windows overlap: they move by 1. Blocks that do not "
                "overlap move by their size.",
            ),
            Mistake(
                _padded_up,
                "You filled the last block with zeros. Here rows and columns "
                "that do not fill a block are dropped.",
            ),
        ),
        explanation="Reshaping gives every block its own pair of axes, and "
        "one mean does the work of four loops.",
    ),
    Exercise(
        id="03.3",
        title="Backward through a ReLU",
        level="core",
        reference=relu_backward,
        cases=(
            Case(np.array([2.0, -3.0]), np.array([-1.0, 5.0])),
            Case(np.array([0.0, 0.5]), np.array([4.0, -0.1])),
            Case(_rng.standard_normal((2, 3)), _rng.standard_normal((2, 3))),
        ),
        hints=(
            "What is the slope of a ReLU left and right of 0?",
            "gradient in = gradient out times slope; the slope is 1 where x "
            "is above 0, else 0.",
            "return gradient * (x > 0)",
        ),
        mistakes=(
            Mistake(
                _applied_relu,
                "You applied a ReLU to the gradient. A negative gradient is "
                "fine; what counts is the sign of x.",
            ),
            Mistake(
                _mask_of_gradient,
                "You also removed negative gradients. Only the sign of x "
                "decides.",
            ),
            Mistake(
                _returned_mask,
                "That is the slope. The chain rule multiplies it by the "
                "gradient that arrives.",
            ),
            Mistake(
                _times_x,
                "You multiplied by the value of the ReLU, not by its slope.",
            ),
        ),
        explanation="The chain rule: what arrives, times the slope. The "
        "slope of a ReLU is a switch, set by the forward input.",
    ),
    Exercise(
        id="03.4",
        title="Backward through max pooling",
        level="stretch",
        reference=max_pool_backward,
        cases=(
            Case(np.array([[1.0, 4.0], [2.0, 3.0]]), np.array([[10.0]])),
            Case(
                np.array([[1.0, 2.0, 8.0, 7.0], [4.0, 3.0, 5.0, 6.0]]),
                np.array([[1.0, -2.0]]),
            ),
            Case(
                _rng.permutation(16).reshape(4, 4) * 1.0, _rng.random((2, 2))
            ),
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
                _to_everyone,
                "You gave the gradient to all four places. Only the largest "
                "one reached the output.",
            ),
            Mistake(
                _shared_out,
                "You shared it out: that is average pooling. In max pooling "
                "the largest place gets all.",
            ),
            Mistake(
                _global_maximum,
                "You looked for the maximum of the whole image. Every block "
                "has its own.",
            ),
            Mistake(
                _times_value,
                "You multiplied by the value. A maximum passes its input on "
                "with slope 1.",
            ),
        ),
        explanation="A maximum copies one input, so its slope is 1 for that "
        "input and 0 for the others.",
    ),
)
