"""Exercises of lesson 02: convolution by hand."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def correlate_loops(image, kernel):
    f, g = kernel.shape
    height, width = image.shape[0] - f + 1, image.shape[1] - g + 1
    result = np.zeros((height, width))
    for i, j in np.ndindex(height, width):
        for a, b in np.ndindex(f, g):
            result[i, j] += image[i + a, j + b] * kernel[a, b]
    return result


def convolve(image, kernel):
    kernel = kernel[::-1, ::-1]
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


def parameters(size, channels, filters):
    return (size * size * channels + 1) * filters


def same_padding(n, f, s):
    places = -(-n // s)  # n / s, rounded up
    total = max((places - 1) * s + f - n, 0)
    return total // 2, total - total // 2


def one_filter(image, kernels, bias):
    size = kernels.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(
        image, (size, size), axis=(0, 1)
    )
    return np.einsum("ijcab,abc->ij", windows, kernels) + bias


def strided(image, kernel, stride, padding):
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    places = windows[::stride, ::stride]
    return np.einsum("ijab,ab->ij", places, kernel)


def kernel_gradient(image, G):
    windows = np.lib.stride_tricks.sliding_window_view(image, G.shape)
    return np.einsum("abij,ij->ab", windows, G)


def transposed(small, kernel, stride):
    (p, q), (f, g) = small.shape, kernel.shape
    result = np.zeros(((p - 1) * stride + f, (q - 1) * stride + g))
    for i, j in np.ndindex(p, q):
        top, left = i * stride, j * stride
        result[top : top + f, left : left + g] += small[i, j] * kernel
    return result


_rng = np.random.default_rng(2)
_step = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [0.0, 1.0, 0.0]])

EXERCISES = (
    Exercise(
        id="02.1",
        title="The sliding sum",
        level="core",
        reference=correlate_loops,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 1.0]])),
            Case(np.arange(12.0).reshape(3, 4), _step),
            Case(_rng.random((4, 4)), _rng.random((2, 2))),
            Case(_rng.standard_normal((5, 7)), _rng.standard_normal((3, 2))),
        ),
        hints=(
            "At the place (i, j), which pixel does kernel[a, b] meet?",
            "It meets image[i + a, j + b]. Start from a map of zeros with "
            "h - f + 1 rows and w - g + 1 columns.",
            "In the innermost of four loops: "
            "result[i, j] += image[i + a, j + b] * kernel[a, b]",
        ),
        mistakes=(
            Mistake(
                edit("kernel[a, b]", "kernel[f - 1 - a, g - 1 - b]"),
                "You flipped the kernel. Here it slides as it is.",
            ),
            Mistake(
                edit("+=", "="),
                "You kept the last product of each window. Add all of them "
                "up: +=.",
            ),
            Mistake(
                edit(
                    "height, width = image.shape[0] - f + 1, "
                    "image.shape[1] - g + 1",
                    "height, width = image.shape[0] - f, image.shape[1] - g",
                ),
                "The last row and column of places are missing: the place "
                "where the window starts counts, too.",
            ),
            Mistake(
                edit("zeros((height, width))", "zeros(image.shape)"),
                "Your map is as large as the picture, with zeros where no "
                "window fits. There are h - f + 1 rows and w - g + 1 columns.",
            ),
            Mistake(
                edit("i + a, j + b", "a, b"),
                "Your window never moves. At the place (i, j) it begins at "
                "the pixel (i, j).",
            ),
            Mistake(
                edit("zeros((height, width))", "zeros((height, width), int)"),
                "You collect in whole numbers, and decimals are cut off: "
                "np.zeros((height, width)) holds decimals.",
            ),
            Mistake(
                edit("return result", "return result / kernel.size"),
                "You averaged. The products are added up.",
            ),
        ),
        explanation="Slide, multiply, add. The two outer loops choose a "
        "place, the two inner ones add up its products.",
    ),
    Exercise(
        id="02.2",
        title="The kernel's gradient",
        level="core",
        reference=kernel_gradient,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 1.0]])),
            Case(np.arange(6.0).reshape(2, 3), np.array([[1.0, 2.0]])),
            Case(_rng.random((5, 5)), _rng.standard_normal((3, 3))),
            Case(_rng.standard_normal((5, 7)), _rng.standard_normal((2, 4))),
        ),
        hints=(
            "Which pixels did the weight at (a, b) meet, and with which G?",
            "dL/dW[a, b] = sum over i, j of G[i, j] X[i + a, j + b]: a "
            "correlation.",
            "Slide G over the image, as if G were the kernel.",
        ),
        mistakes=(
            Mistake(
                edit("windows, G", "windows, G[::-1, ::-1]"),
                "You flipped G. The gradient for the kernel is a plain "
                "correlation; the one for the image has the flip.",
            ),
            Mistake(
                lambda image, G: kernel_gradient(
                    np.pad(image, [(side - 1,) for side in G.shape]), G
                ),
                "You padded the picture. That belongs to the gradient for "
                "the image, where G is padded; here nothing is.",
            ),
            Mistake(
                edit("windows, G)", "windows, G) / G.size"),
                "You averaged. Each place used the weight, so the gradients "
                "of all places are summed.",
            ),
            Mistake(
                edit("windows, G)", "windows, G)[::-1, ::-1]"),
                "The result is turned round: dL/dW[a, b] belongs at [a, b].",
            ),
            Mistake(
                edit("windows, G", "windows[..., -1:, -1:], G[-1:, -1:]"),
                "You kept the last place only. Add the places up, in a loop "
                "with +=.",
            ),
            Mistake(
                edit("return ", "return -"),
                "The sign is turned round. The minus belongs to the step of "
                "descent, not to the gradient.",
            ),
        ),
        explanation="A shared weight collects the gradient of every place "
        "that used it. The sum over places is again a correlation.",
    ),
    Exercise(
        id="02.3",
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
        id="02.4",
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
            Mistake(edit(" + 1", ""), "The biases are missing: one a filter."),
            Mistake(
                edit(" * channels", ""),
                "You counted one channel. A filter has a kernel for each.",
            ),
            Mistake(
                edit("+ 1) * filters", "* filters + 1)"),
                "You counted one bias for the layer. Each filter has its own.",
            ),
            Mistake(
                edit(" * channels + 1)", " + 1) * channels"),
                "You counted a bias for each channel. The channels are added "
                "up first, then one bias a filter.",
            ),
            Mistake(
                edit("size * size", "size"),
                "A kernel is a square: size * size weights, not size.",
            ),
            Mistake(
                edit(" * filters", ""),
                "That is one filter. How many are there?",
            ),
            Mistake(
                edit("channels + 1) * filters", "filters + 1) * channels"),
                "You exchanged channels and filters: a filter has a kernel "
                "for each channel, and there is a bias for each filter.",
            ),
            Mistake(
                edit(
                    "(size * size * channels + 1) * filters",
                    "size * size * channels + filters",
                ),
                "You counted the weights of one filter and the biases of "
                "all. Each filter has weights of its own.",
            ),
        ),
        explanation="(5 * 5 * 3 + 1) * 6 = 456. The size of the picture does "
        "not appear, because the weights are shared by all places.",
    ),
    Exercise(
        id="02.5",
        title="A true convolution",
        level="core",
        reference=convolve,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0]])),
            Case(np.eye(4) + np.arange(4), _step),
            Case(_rng.random((5, 6)), _rng.random((2, 3))),
            Case(_rng.standard_normal((5, 7)), _rng.standard_normal((3, 2))),
        ),
        hints=(
            "You have the code for a correlation. What is the one difference?",
            "Turn the kernel round along both axes before you slide.",
            "kernel[::-1, ::-1]",
        ),
        mistakes=(
            Mistake(
                edit("kernel[::-1, ::-1]", "kernel"),
                "That is the correlation: the kernel is not flipped.",
            ),
            Mistake(
                edit("kernel[::-1, ::-1]", "kernel[::-1]"),
                "You flipped the rows only. A convolution turns both axes.",
            ),
            Mistake(
                edit("kernel[::-1, ::-1]", "kernel.T"),
                "You transposed the kernel. To flip is to reverse both axes: "
                "kernel[::-1, ::-1].",
            ),
            Mistake(
                edit("kernel[::-1, ::-1]", "kernel[:, ::-1]"),
                "You flipped the columns only. A convolution turns both axes.",
            ),
            Mistake(
                edit("kernel = kernel[", "image = image["),
                "You flipped the picture, so the map comes out turned round. "
                "Flip the kernel.",
            ),
            Mistake(
                edit("kernel[::-1, ::-1]", "np.rot90(kernel)"),
                "You turned the kernel by 90 degrees. Reversing both axes is "
                "a turn by 180: kernel[::-1, ::-1].",
            ),
        ),
        explanation="In a convolution the indices run against each other, "
        "which is a correlation with the kernel turned by 180 degrees.",
    ),
    Exercise(
        id="02.6",
        title="One filter on several channels",
        level="core",
        reference=one_filter,
        cases=(
            Case(np.array([[[2.0, 10.0]]]), np.array([[[1.0, 3.0]]]), 0.5),
            Case(_rng.random((4, 5, 3)), _rng.random((3, 3, 3)), -1.0),
            Case(
                _rng.standard_normal((5, 6, 2)),
                _rng.standard_normal((2, 2, 2)),
                0.3,
            ),
        ),
        hints=(
            "Each channel has its own kernel. What happens to the sums?",
            "The sums of all channels are added, then one bias: the result "
            "has no channel axis.",
            "Correlate image[..., c] with kernels[..., c], add over c, then "
            "+ bias.",
        ),
        mistakes=(
            Mistake(edit(" + bias", ""), "The bias is missing."),
            Mistake(
                edit("+ bias", "+ bias * image.shape[2]"),
                "You added the bias once a channel. A filter has one bias.",
            ),
            Mistake(
                lambda image, kernels, bias: one_filter(
                    image[..., :1], kernels[..., :1], bias
                ),
                "You looked at the first channel only. A filter covers all.",
            ),
            Mistake(
                edit("->ij", "->ijc"),
                "You kept one map a channel. They are added up into one.",
            ),
            Mistake(
                edit("kernels) +", "kernels) / image.shape[2] +"),
                "You averaged over the channels. They are added up.",
            ),
            Mistake(
                edit("windows, kernels", "windows, kernels[::-1, ::-1]"),
                "You flipped the kernels. The layer does not.",
            ),
            Mistake(
                edit("ijcab,abc->", "ijcab,abd->"),
                "You added up the channels before you multiplied. Each "
                "channel meets its own kernel first; then add.",
            ),
        ),
        explanation="308 + (-498) + 164 + 1 = -25: products over rows, "
        "columns and channels, one sum, one bias.",
    ),
    Exercise(
        id="02.7",
        title="Padding and stride",
        level="core",
        reference=strided,
        cases=(
            Case(np.ones((3, 3)), np.ones((3, 3)), 1, 1),
            Case(np.arange(16.0).reshape(4, 4), _step, 2, 1),
            Case(np.arange(10.0).reshape(2, 5), np.array([[1.0, 3.0]]), 2, 0),
            Case(_rng.random((6, 5)), _rng.random((3, 3)), 3, 2),
            Case(
                _rng.standard_normal((5, 8)),
                _rng.standard_normal((2, 3)),
                2,
                1,
            ),
        ),
        hints=(
            "Two steps: a border of zeros, then a choice of places.",
            "np.pad(image, padding); then windows[::stride, ::stride].",
            "correlate(np.pad(image, padding), kernel)[::stride, ::stride]",
        ),
        mistakes=(
            Mistake(
                edit("(image, padding)", "(image, (0, padding))"),
                "You padded on one side only: n + p instead of n + 2p.",
            ),
            Mistake(
                edit("(image, padding)", "(image, (padding, 0))"),
                "You padded above and on the left only: n + p instead of "
                "n + 2p.",
            ),
            Mistake(
                edit("[::stride, ::stride]", ""),
                "The stride is missing: keep every stride-th place only.",
            ),
            Mistake(
                edit("places, kernel", "places, kernel[::-1, ::-1]"),
                "You flipped the kernel. The task is a correlation.",
            ),
            Mistake(
                lambda image, kernel, stride, padding: np.pad(
                    strided(image, kernel, 1, 0), padding
                )[::stride, ::stride],
                "You padded the map. The zeros go around the picture, before "
                "the window slides.",
            ),
            Mistake(
                edit(
                    "[::stride, ::stride]",
                    "[stride - 1 :: stride, stride - 1 :: stride]",
                ),
                "You skipped the first place. The window starts at the edge: "
                "[::stride], not [stride - 1 :: stride].",
            ),
            Mistake(
                edit("np.pad(image, padding)", "image"),
                "The padding is missing.",
            ),
            Mistake(
                edit(", ::stride]", "]"),
                "The stride applies to columns as well as to rows.",
            ),
            Mistake(
                edit(
                    "windows[::stride, ::stride]",
                    "windows",
                    "(image, padding)",
                    "(image, padding)[::stride, ::stride]",
                ),
                "You dropped pixels before you correlated. The stride moves "
                "the window; inside the window all pixels count.",
            ),
            Mistake(
                edit(
                    "(image, padding)",
                    "(image, (padding, padding + stride - 1))",
                ),
                "You placed a window that hangs over the edge. Round down: "
                "what does not fit is left out.",
            ),
            Mistake(
                edit("(image, padding)", "(image, padding, mode='edge')"),
                "You repeated the border's pixels. Zero padding adds zeros.",
            ),
            Mistake(
                edit(
                    "np.pad(image, padding)",
                    "np.pad(image, padding)\n"
                    "    padded[padding:-padding, padding:-padding] = image",
                ),
                "padded[padding:-padding] is empty for a padding of 0, since "
                "-0 is 0. np.pad(image, padding) works for 0, too.",
            ),
        ),
        explanation="Stride computes every s-th row and column of the same "
        "map, so slicing the windows is enough.",
    ),
    Exercise(
        id="02.8",
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
            Case(4, 2, 1),
            Case(7, 3, 3),
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
                edit("total // 2, total - total // 2", "total"),
                "That is how many there are altogether. Return two numbers: "
                "before and after.",
            ),
            Mistake(
                edit(
                    "total // 2, total - total // 2",
                    "total - total // 2, total // 2",
                ),
                "You put the odd zero before the row. Keras puts it after.",
            ),
            Mistake(
                edit("-(-n // s)", "n // s"),
                'You rounded n / s down. "same" rounds up: every pixel has '
                "its window.",
            ),
            Mistake(
                edit("max((places - 1) * s + f - n, 0)", "f - 1"),
                "You forgot the stride: f - 1 zeros are right for stride 1 "
                "only.",
            ),
            Mistake(
                edit("return total // 2", "return total - total // 2"),
                "You put the same number on both sides. An odd total cannot "
                "be halved: the spare zero goes after the row.",
            ),
            Mistake(
                edit("total // 2, total - total // 2", "0, total"),
                "You put all zeros after the row. Half of them, rounded "
                "down, go before it.",
            ),
            Mistake(
                edit("max(", "(", ", 0)", ")"),
                "There are no negative zeros: with a large stride none are "
                "needed. Take max(total, 0).",
            ),
            Mistake(
                lambda n, f, s: (f // 2, f // 2),
                "f // 2 zeros on each side are right for odd kernels and "
                "stride 1 only. Find out where the last window ends.",
            ),
            Mistake(
                edit("(places - 1)", "places"),
                "You counted one step too many: from the first of m windows "
                "to the last there are m - 1 steps.",
            ),
            Mistake(
                edit("total - total // 2", "total // 2"),
                "Halved and rounded down on both sides: of an odd total one "
                "zero is lost. It goes after the row.",
            ),
        ),
        explanation="16 pixels, kernel 5, stride 2: 8 places reach over "
        "7 * 2 + 5 = 19 pixels, so 3 zeros are missing: 1 before, 2 after. "
        "The zip-code network of lesson 04 has this very layer.",
    ),
    Exercise(
        id="02.9",
        title="Back to a large picture",
        level="stretch",
        reference=transposed,
        cases=(
            Case(np.array([[2.0, 3.0]]), np.array([[1.0, 10.0]]), 2),
            Case(np.array([[2.0, 3.0]]), np.array([[1.0, 10.0]]), 1),
            Case(np.array([[1.0], [-2.0]]), _step, 2),
            Case(_rng.random((2, 2)), _rng.random((3, 3)), 3),
            Case(
                _rng.standard_normal((5, 3)), _rng.standard_normal((4, 3)), 2
            ),
        ),
        hints=(
            "Start from a large picture of zeros. Where does the copy for "
            "small[i, j] begin?",
            "At row i * stride and column j * stride; it is f rows high and "
            "g columns wide.",
            "result[top : top + f, left : left + g] += small[i, j] * kernel",
        ),
        mistakes=(
            Mistake(
                edit("+=", "="),
                "Where copies overlap, the last one wiped out the others. "
                "Add them up: +=.",
            ),
            Mistake(
                lambda small, kernel, stride: transposed(small, kernel, 1),
                "Your copies begin one place apart. They are stride apart.",
            ),
            Mistake(
                edit(
                    "small[i, j] * kernel", "small[i, j] * kernel[::-1, ::-1]"
                ),
                "You flipped the kernel. Each copy lies as the kernel does.",
            ),
            Mistake(
                edit("small[i, j] * kernel", "kernel"),
                "You laid down the bare kernel. Each copy is multiplied by "
                "its number.",
            ),
            Mistake(
                edit("return result", "return result[::-1, ::-1]"),
                "Your picture is turned round: the copy of small[0, 0] "
                "belongs into the upper left corner.",
            ),
        ),
        explanation="A convolution gathers a window into one number, this "
        "spreads one number over a window: it is the matrix of the "
        "convolution with that stride, transposed.",
    ),
)
