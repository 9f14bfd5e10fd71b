"""Exercises of lesson 02: convolution by hand."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def _correlate(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


def convolve(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel[::-1, ::-1])


def parameters(size, channels, filters):
    return (size * size * channels + 1) * filters


def _no_biases(size, channels, filters):
    return size * size * channels * filters


def _channels_ignored(size, channels, filters):
    return (size * size + 1) * filters


def _one_bias_in_all(size, channels, filters):
    return size * size * channels * filters + 1


def _one_filter_only(size, channels, filters):
    return size * size * channels + 1


def _channels_for_filters(size, channels, filters):
    return (size * size * filters + 1) * channels


def _bias_each_kernel(size, channels, filters):
    return (size * size + 1) * channels * filters


def _one_side_only(size, channels, filters):
    return (size * channels + 1) * filters


def same_padding(n, f, s):
    places = -(-n // s)  # n / s, rounded up
    total = max((places - 1) * s + f - n, 0)
    return total // 2, total - total // 2


def _total_only(n, f, s):
    return sum(same_padding(n, f, s))


def _more_before(n, f, s):
    return same_padding(n, f, s)[::-1]


def _rounded_down(n, f, s):
    total = max((n // s - 1) * s + f - n, 0)
    return total // 2, total - total // 2


def _stride_ignored(n, f, s):
    return same_padding(n, f, 1)


def _both_sides_alike(n, f, s):
    before = same_padding(n, f, s)[1]
    return before, before


def _all_on_one_side(n, f, s):
    return 0, sum(same_padding(n, f, s))


def _may_be_negative(n, f, s):
    total = (-(-n // s) - 1) * s + f - n
    return total // 2, total - total // 2


def _flipped_one_axis(image, kernel):
    return _correlate(image, kernel[::-1])


def _flipped_columns(image, kernel):
    return _correlate(image, kernel[:, ::-1])


def _flipped_image(image, kernel):
    return _correlate(image[::-1, ::-1], kernel)


def _quarter_turn(image, kernel):
    return _correlate(image, np.rot90(kernel))


def _transposed(image, kernel):
    return _correlate(image, kernel.T)


def one_filter(image, kernels, bias):
    size = kernels.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(
        image, (size, size), axis=(0, 1)
    )
    return np.einsum("ijcab,abc->ij", windows, kernels) + bias


def _no_bias(image, kernels, bias):
    return one_filter(image, kernels, 0)


def _bias_each_channel(image, kernels, bias):
    return one_filter(image, kernels, bias * image.shape[2])


def _first_channel(image, kernels, bias):
    return _correlate(image[..., 0], kernels[..., 0]) + bias


def _channels_averaged(image, kernels, bias):
    return one_filter(image, kernels, 0) / image.shape[2] + bias


def _filter_flipped(image, kernels, bias):
    return one_filter(image, kernels[::-1, ::-1], bias)


def _channels_added_first(image, kernels, bias):
    return _correlate(image.sum(axis=2), kernels.sum(axis=2)) + bias


def _channels_kept(image, kernels, bias):
    maps = [
        _correlate(image[..., c], kernels[..., c]) + bias
        for c in range(image.shape[2])
    ]
    return np.stack(maps, axis=-1)


def strided(image, kernel, stride, padding):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    places = windows[::stride, ::stride]
    return np.einsum("ijab,ab->ij", places, kernel)


def _pad_one_side(image, kernel, stride, padding):
    padded = np.pad(image, ((0, padding), (0, padding)))
    return _correlate(padded, kernel)[::stride, ::stride]


def _pad_before_only(image, kernel, stride, padding):
    padded = np.pad(image, ((padding, 0), (padding, 0)))
    return _correlate(padded, kernel)[::stride, ::stride]


def _no_stride(image, kernel, stride, padding):
    return _correlate(np.pad(image, padding), kernel)


def _flipped_kernel(image, kernel, stride, padding):
    return strided(image, kernel[::-1, ::-1], stride, padding)


def _padded_map(image, kernel, stride, padding):
    return np.pad(_correlate(image, kernel), padding)[::stride, ::stride]


def _started_late(image, kernel, stride, padding):
    late = slice(stride - 1, None, stride)
    return _correlate(np.pad(image, padding), kernel)[late, late]


def _no_padding(image, kernel, stride, padding):
    return _correlate(image, kernel)[::stride, ::stride]


def _stride_rows_only(image, kernel, stride, padding):
    return _correlate(np.pad(image, padding), kernel)[::stride]


def _stride_first(image, kernel, stride, padding):
    return _correlate(np.pad(image, padding)[::stride, ::stride], kernel)


def _rounded_up(image, kernel, stride, padding):
    over = ((padding, padding + stride - 1),) * 2
    return _correlate(np.pad(image, over), kernel)[::stride, ::stride]


def _pad_edge(image, kernel, stride, padding):
    padded = np.pad(image, padding, mode="edge")
    return _correlate(padded, kernel)[::stride, ::stride]


def kernel_gradient(image, G):
    windows = np.lib.stride_tricks.sliding_window_view(image, G.shape)
    return np.einsum("abij,ij->ab", windows, G)


def _gradient_padded(image, G):
    wide = tuple((side - 1, side - 1) for side in G.shape)
    return kernel_gradient(np.pad(image, wide), G)


def _gradient_flipped(image, G):
    return kernel_gradient(image, G[::-1, ::-1])


def _gradient_mean(image, G):
    return kernel_gradient(image, G) / G.size


def _gradient_result_flipped(image, G):
    return kernel_gradient(image, G)[::-1, ::-1]


_rng = np.random.default_rng(2)
_step = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [0.0, 1.0, 0.0]])

EXERCISES = (
    Exercise(
        id="02.1",
        title="Shape of a layer's output",
        level="warm-up",
        reference=(32, 32, 16),
        hints=(
            "One formula for the side; and how many maps does a layer give?",
            "floor((64 + 2 * 2 - 5) / 2) + 1, and one map for each filter.",
            "(64 + 4 - 5) // 2 + 1 = 32",
        ),
        mistakes=(
            Mistake(
                (31, 31, 16),
                "You padded one side only, or forgot the + 1: the row has "
                "64 + 2 + 2 pixels.",
            ),
            Mistake(
                (33, 33, 16),
                "You rounded up. A window that would stick out is not "
                "placed: round down.",
            ),
            Mistake(
                (32, 32, 3),
                "The channels of the input do not appear in the output: "
                "there is one map for each of the 16 filters.",
            ),
            Mistake(
                (32, 32, 48),
                "You multiplied filters by channels. Each filter adds its "
                "channels up into one map.",
            ),
            Mistake(
                (30, 30, 16),
                "You left the padding out: 64 + 2 + 2 pixels are there.",
            ),
            Mistake(
                (64, 64, 16),
                "You left the stride out: the window moves 2 pixels at once.",
            ),
            Mistake(
                (32.5, 32.5, 16),
                "There is no half a place. A window that would stick out is "
                "not placed: round down.",
            ),
            Mistake(
                (16, 32, 32),
                "The numbers are right, the order is not: height, width, "
                "maps. Keras keeps the channels last.",
            ),
        ),
        explanation="63 // 2 + 1 = 32 places along each side, and 16 filters "
        "give 16 maps. The typical mistake is padding on one side only.",
    ),
    Exercise(
        id="02.2",
        title="Parameters of a layer",
        level="warm-up",
        reference=parameters,
        cases=(
            Case(1, 1, 1),
            Case(3, 1, 2),
            Case(5, 3, 6),
            Case(3, 256, 256),
        ),
        hints=(
            "Count one filter first: how many weights, how many biases?",
            "A filter has a size x size kernel for each channel, and one "
            "bias. How many filters are there?",
            "(weights of one filter + 1) * filters",
        ),
        mistakes=(
            Mistake(_no_biases, "The biases are missing: one a filter."),
            Mistake(
                _channels_ignored,
                "You counted one channel. A filter has a kernel for each.",
            ),
            Mistake(
                _one_bias_in_all,
                "You counted one bias for the layer. Each filter has its own.",
            ),
            Mistake(
                _bias_each_kernel,
                "You counted a bias for each channel. The channels are added "
                "up first, then one bias a filter.",
            ),
            Mistake(
                _one_side_only,
                "A kernel is a square: size * size weights, not size.",
            ),
            Mistake(
                _one_filter_only,
                "That is one filter. How many are there?",
            ),
            Mistake(
                _channels_for_filters,
                "You exchanged channels and filters: a filter has a kernel "
                "for each channel, and there is a bias for each filter.",
            ),
        ),
        explanation="(5 * 5 * 3 + 1) * 6 = 456. The size of the picture does "
        "not appear, because the weights are shared by all places.",
    ),
    Exercise(
        id="02.3",
        title="A true convolution",
        level="core",
        reference=convolve,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0]])),
            Case(np.eye(4) + np.arange(4), _step),
            Case(_rng.random((5, 6)), _rng.random((2, 3))),
        ),
        hints=(
            "You have the code for a correlation. What is the one difference?",
            "Turn the kernel round along both axes before you slide.",
            "kernel[::-1, ::-1]",
        ),
        mistakes=(
            Mistake(
                _correlate,
                "That is the correlation: the kernel is not flipped.",
            ),
            Mistake(
                _flipped_one_axis,
                "You flipped the rows only. A convolution turns both axes.",
            ),
            Mistake(
                _transposed,
                "You transposed the kernel. To flip is to reverse both axes: "
                "kernel[::-1, ::-1].",
            ),
            Mistake(
                _flipped_columns,
                "You flipped the columns only. A convolution turns both axes.",
            ),
            Mistake(
                _flipped_image,
                "You flipped the picture, so the map comes out turned round. "
                "Flip the kernel.",
            ),
            Mistake(
                _quarter_turn,
                "You turned the kernel by 90 degrees. Reversing both axes is "
                "a turn by 180: kernel[::-1, ::-1].",
            ),
        ),
        explanation="In a convolution the indices run against each other, "
        "which is a correlation with the kernel turned by 180 degrees.",
    ),
    Exercise(
        id="02.4",
        title="One filter on several channels",
        level="core",
        reference=one_filter,
        cases=(
            Case(np.array([[[2.0, 10.0]]]), np.array([[[1.0, 3.0]]]), 0.5),
            Case(_rng.random((4, 5, 3)), _rng.random((3, 3, 3)), -1.0),
        ),
        hints=(
            "Each channel has its own kernel. What happens to the sums?",
            "The sums of all channels are added, then one bias: the result "
            "has no channel axis.",
            "Correlate image[..., c] with kernels[..., c], add over c, then "
            "+ bias.",
        ),
        mistakes=(
            Mistake(_no_bias, "The bias is missing."),
            Mistake(
                _bias_each_channel,
                "You added the bias once a channel. A filter has one bias.",
            ),
            Mistake(
                _first_channel,
                "You looked at the first channel only. A filter covers all.",
            ),
            Mistake(
                _channels_kept,
                "You kept one map a channel. They are added up into one.",
            ),
            Mistake(
                _channels_averaged,
                "You averaged over the channels. They are added up.",
            ),
            Mistake(
                _filter_flipped,
                "You flipped the kernels. The layer does not.",
            ),
            Mistake(
                _channels_added_first,
                "You added up the channels before you multiplied. Each "
                "channel meets its own kernel first; then add.",
            ),
        ),
        explanation="308 + (-498) + 164 + 1 = -25: products over rows, "
        "columns and channels, one sum, one bias.",
    ),
    Exercise(
        id="02.5",
        title="Padding and stride",
        level="core",
        reference=strided,
        cases=(
            Case(np.ones((3, 3)), np.ones((3, 3)), 1, 1),
            Case(np.arange(16.0).reshape(4, 4), _step, 2, 1),
            Case(_rng.random((6, 5)), _rng.random((3, 3)), 3, 2),
        ),
        hints=(
            "Two steps: a border of zeros, then a choice of places.",
            "np.pad(image, padding); then windows[::stride, ::stride].",
            "correlate(np.pad(image, padding), kernel)[::stride, ::stride]",
        ),
        mistakes=(
            Mistake(
                _pad_one_side,
                "You padded on one side only: n + p instead of n + 2p.",
            ),
            Mistake(
                _pad_before_only,
                "You padded above and on the left only: n + p instead of "
                "n + 2p.",
            ),
            Mistake(
                _no_stride,
                "The stride is missing: keep every stride-th place only.",
            ),
            Mistake(
                _flipped_kernel,
                "You flipped the kernel. The task is a correlation.",
            ),
            Mistake(
                _padded_map,
                "You padded the map. The zeros go around the picture, before "
                "the window slides.",
            ),
            Mistake(
                _started_late,
                "You skipped the first place. The window starts at the edge: "
                "[::stride], not [stride - 1 :: stride].",
            ),
            Mistake(_no_padding, "The padding is missing."),
            Mistake(
                _stride_rows_only,
                "The stride applies to columns as well as to rows.",
            ),
            Mistake(
                _stride_first,
                "You dropped pixels before you correlated. The stride moves "
                "the window; inside the window all pixels count.",
            ),
            Mistake(
                _rounded_up,
                "You placed a window that hangs over the edge. Round down: "
                "what does not fit is left out.",
            ),
            Mistake(
                _pad_edge,
                "You repeated the border's pixels. Zero padding adds zeros.",
            ),
        ),
        explanation="Stride computes every s-th row and column of the same "
        "map, so slicing the windows is enough.",
    ),
    Exercise(
        id="02.6",
        title="Where the zeros of same go",
        level="core",
        reference=same_padding,
        cases=(
            Case(5, 3, 1),
            Case(6, 3, 2),
            Case(9, 3, 3),
            Case(7, 3, 2),
            Case(16, 5, 2),
            Case(6, 1, 2),
        ),
        hints=(
            "How many places shall there be, and where does the last end?",
            "m = n / s, rounded up; the m-th window ends at (m - 1) * s + f. "
            "What is missing to that?",
            "total = max((m - 1) * s + f - n, 0); total // 2 of it before, "
            "the rest after.",
        ),
        mistakes=(
            Mistake(
                _total_only,
                "That is how many there are altogether. Return two numbers: "
                "before and after.",
            ),
            Mistake(
                _more_before,
                "You put the odd zero before the row. Keras puts it after.",
            ),
            Mistake(
                _rounded_down,
                'You rounded n / s down. "same" rounds up: every pixel has '
                "its window.",
            ),
            Mistake(
                _stride_ignored,
                "You forgot the stride: f - 1 zeros are right for stride 1 "
                "only.",
            ),
            Mistake(
                _both_sides_alike,
                "You put the same number on both sides. An odd total cannot "
                "be halved: the spare zero goes after the row.",
            ),
            Mistake(
                _all_on_one_side,
                "You put all zeros after the row. Half of them, rounded "
                "down, go before it.",
            ),
            Mistake(
                _may_be_negative,
                "There are no negative zeros: with a large stride none are "
                "needed. Take max(total, 0).",
            ),
        ),
        explanation="16 pixels, kernel 5, stride 2: 8 places reach over "
        "7 * 2 + 5 = 19 pixels, so 3 zeros are missing: 1 before, 2 after. "
        "The zip-code network of lesson 04 has this very layer.",
    ),
    Exercise(
        id="02.7",
        title="The kernel's gradient",
        level="stretch",
        reference=kernel_gradient,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 1.0]])),
            Case(_rng.random((5, 5)), _rng.standard_normal((3, 3))),
        ),
        hints=(
            "Which pixels did the weight at (a, b) meet, and with which G?",
            "dL/dW[a, b] = sum over i, j of G[i, j] X[i + a, j + b]: a "
            "correlation.",
            "Slide G over the image, as if G were the kernel.",
        ),
        mistakes=(
            Mistake(
                _gradient_flipped,
                "You flipped G. The gradient for the kernel is a plain "
                "correlation; the one for the image has the flip.",
            ),
            Mistake(
                _gradient_padded,
                "You padded the picture. That belongs to the gradient for "
                "the image, where G is padded; here nothing is.",
            ),
            Mistake(
                _gradient_mean,
                "You averaged. Each place used the weight, so the gradients "
                "of all places are summed.",
            ),
            Mistake(
                _gradient_result_flipped,
                "The result is turned round: dL/dW[a, b] belongs at [a, b].",
            ),
        ),
        explanation="A shared weight collects the gradient of every place "
        "that used it. The sum over places is again a correlation.",
    ),
)
