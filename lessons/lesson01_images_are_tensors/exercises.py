"""Exercises of lesson 01: images are tensors."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def loss_and_slopes(W, b, x, y):
    p = softmax(x @ W + b)
    loss = -np.log(p[y == 1]).mean()
    difference = (p - y) / len(x)
    return loss, x.T @ difference, difference.sum(axis=0)


def one_hot(labels, classes):
    return np.eye(classes)[np.asarray(labels)]


def _every_label(labels, classes):
    rows = np.zeros((len(labels), classes))
    rows[:, labels] = 1
    return rows


def mean_cross_entropy(logits, labels):
    logits = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits).sum(axis=1))
    right = logits[np.arange(len(labels)), labels]
    return (log_sum - right).mean()


def _softmax_first(logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(labels)), labels]).mean()


def to_batch(photo):
    return (photo / 255).astype("float32")[np.newaxis]


def shift_down(pictures, pixels):
    moved = np.zeros_like(pictures)
    height = pictures.shape[1]
    kept = max(height - pixels, 0)
    moved[:, pixels:] = pictures[:, :kept]
    return moved


def _column(values):
    """One picture, one column wide: (1, rows, 1, 1)."""
    return np.array(values).reshape(1, -1, 1, 1)


_rng = np.random.default_rng(1)
_photo = np.array([[[255, 0, 51]]], dtype="uint8")

EXERCISES = (
    Exercise(
        id="01.1",
        title="A softmax that survives large evidence",
        level="core",
        reference=softmax,
        cases=(
            Case(np.array([1.0, 0.0])),
            Case(np.array([2.0, 1.0, 0.0])),
            Case(np.array([[1.0, -1.0, 0.5], [-3.0, 2.0, 0.0]])),
            Case(np.array([3000.0, 0.0, 2999.0])),
            Case(np.array([[3000.0, 2999.0], [-1.0, 1.0]])),
            Case(_rng.standard_normal((5, 3))),
        ),
        hints=(
            "Take the largest number of each row away from that row first. "
            "Then the formula.",
            "z.max(axis=-1, keepdims=True) is the largest of each row, in "
            "the shape (..., 1). The sum below the line is along the same "
            "axis.",
            "z = z - z.max(axis=-1, keepdims=True); then np.exp(z) / "
            "np.exp(z).sum(axis=-1, keepdims=True)",
        ),
        mistakes=(
            Mistake(
                edit(" - z.max(axis=-1, keepdims=True)", ""),
                "e^3000 is infinity, and infinity over infinity is NaN. "
                "Subtract the row's largest number first.",
            ),
            Mistake(
                edit(
                    "max(axis=-1, keepdims=True)",
                    "max()",
                    "sum(axis=-1, keepdims=True)",
                    "sum()",
                ),
                "One largest number and one sum for all rows: take both along "
                "the last axis, axis=-1, and keep that axis.",
            ),
            Mistake(
                edit("sum(axis=-1, keepdims=True)", "sum()"),
                "You shared out one whole over all rows. Each row is one "
                "picture: sum along the last axis, axis=-1, and keep that "
                "axis.",
            ),
            Mistake(
                edit("max(axis=-1, keepdims=True)", "max()"),
                "One maximum for all rows: a row far below it becomes all "
                "zeros. Subtract each row's own.",
            ),
            Mistake(
                edit("max(axis=-1", "max(axis=0", "sum(axis=-1", "sum(axis=0"),
                "Maximum and sum go over the pictures. The classes are the "
                "last axis: axis=-1.",
            ),
            Mistake(
                edit("sum(axis=-1", "sum(axis=0"),
                "You summed over the pictures. The classes are the last "
                "axis: axis=-1.",
            ),
            Mistake(
                edit("max(axis=-1", "max(axis=1", "sum(axis=-1", "sum(axis=1"),
                "A single row has no axis 1. The last axis is axis=-1, of "
                "one row and of many.",
            ),
            Mistake(
                edit(
                    " - z.max(axis=-1, keepdims=True)",
                    "",
                    "sum(axis=-1, keepdims=True)",
                    "sum()",
                ),
                "That is the formula for one row of small numbers. Of many "
                "rows, each is shared out by itself: sum along axis=-1 and "
                "keep that axis. And e^3000 overflows: subtract the row's "
                "largest number first.",
            ),
            Mistake(
                edit(
                    "max(axis=-1, keepdims=True)",
                    "max(axis=-1)",
                    "sum(axis=-1, keepdims=True)",
                    "sum(axis=-1)",
                ),
                "The largest numbers and the sums have shape (n,), and "
                "broadcasting lays them along the classes. With keepdims=True "
                "each row keeps its own.",
            ),
            Mistake(
                edit("np.exp(z) / np.exp(z)", "z / z"),
                "The exponential is missing. Evidence may be negative, a "
                "probability may not.",
            ),
            Mistake(
                edit(" / np.exp(z).sum(axis=-1, keepdims=True)", ""),
                "All positive, but they do not make 1: divide by their sum.",
            ),
            Mistake(
                edit("np.exp(z) / np.exp(z)", "2**z / (2**z)"),
                "The base is e: np.exp, not powers of 2.",
            ),
        ),
        explanation="What is subtracted first changes no share, and keeps "
        "the largest power at e^0 = 1. Every library does it so.",
    ),
    Exercise(
        id="01.2",
        title="Loss and slopes of softmax regression",
        level="core",
        reference=loss_and_slopes,
        cases=(
            Case(
                np.zeros((1, 2)),
                np.zeros(2),
                np.array([[1.0], [3.0]]),
                np.array([[1.0, 0.0], [0.0, 1.0]]),
            ),
            Case(
                np.zeros((1, 2)),
                np.zeros(2),
                np.array([[1.0], [2.0]]),
                np.array([[1.0, 0.0], [1.0, 0.0]]),
            ),
            Case(
                _rng.standard_normal((3, 4)),
                _rng.standard_normal(4),
                _rng.standard_normal((5, 3)),
                np.eye(4)[[0, 1, 2, 3, 1]],
            ),
        ),
        hints=(
            "Predict first; the slopes are built from predicted minus wanted.",
            "p = softmax(x @ W + b); difference = (p - y) / n. The slope of W "
            "is x^T difference; that of b is the sum of difference over the "
            "batch.",
            "loss = -np.log(p[y == 1]).mean(); return loss, "
            "x.T @ difference, difference.sum(axis=0)",
        ),
        mistakes=(
            Mistake(
                edit("p - y", "y - p"),
                "Your slopes point downhill. The slope is predicted minus "
                "wanted, p - y; the step against it comes later.",
            ),
            Mistake(
                edit(" / len(x)", ""),
                "The slopes are summed over the batch. The loss is a mean: "
                "divide by the number of pictures.",
            ),
            Mistake(
                edit("difference.sum", "difference.mean"),
                "The bias' slope is divided by n twice: the difference "
                "already holds 1/n, so sum it over the batch.",
            ),
            Mistake(
                edit("p - y", "x @ W + b - y"),
                "You compared the evidence with y. Turn it into probabilities "
                "first: softmax.",
            ),
            Mistake(
                edit("sum(axis=0)", "sum(axis=1)"),
                "For b you summed over the classes. Sum over the batch, axis "
                "0: one number a class is left.",
            ),
            Mistake(
                edit("x.T @ difference", "difference.T @ x"),
                "Your slope of W is turned round: it has the shape of W, "
                "(pixels, classes).",
            ),
            Mistake(
                edit("p[y == 1]).mean()", "p[y == 1]).sum()"),
                "That is the sum of the losses. The mean over the pictures "
                "is asked for.",
            ),
            Mistake(
                edit("p[y == 1]", "p"),
                "Your loss is taken over all classes. Only the probability "
                "of the right one counts: p[y == 1].",
            ),
            Mistake(
                edit("-np.log(", "np.log("),
                "The sign of the loss is turned round: -log p, never below 0.",
            ),
            Mistake(
                edit("-np.log(p[y == 1])", "(1 - p[y == 1])"),
                "The loss is -log p of the right class, not 1 - p.",
            ),
            Mistake(
                edit(" + b)", ")"),
                "The bias is missing in the evidence: x @ W + b.",
            ),
            Mistake(
                edit("return loss, x", "return x"),
                "Three things are asked for: the loss, the slope of W, the "
                "slope of b.",
            ),
        ),
        explanation="Predicted minus wanted, times the input, averaged over "
        "the batch. Every network of this course is trained by a longer "
        "version of these lines.",
    ),
    Exercise(
        id="01.3",
        title="Parameters of a dense layer",
        level="warm-up",
        reference=64 * 64 * 3 * 50 + 50,
        hints=(
            "How many numbers does one unit look at?",
            "weights = height x width x channels x units; then one bias "
            "per unit.",
            "64 * 64 * 3 inputs times 50 units, plus 50.",
        ),
        mistakes=(
            Mistake(
                64 * 64 * 3 * 50,
                "The biases are missing: each of the 50 units has one, on "
                "top of its weights.",
            ),
            Mistake(
                64 * 64 * 50 + 50,
                "The channels are missing: a colour pixel is three numbers, "
                "and each has its own weight.",
            ),
            Mistake(
                64 * 64 * 3 * 50 + 1,
                "That is one bias for the whole layer; there is one for "
                "each of the 50 units.",
            ),
            Mistake(
                64 * 64 * 3 + 50,
                "Every unit has a weight for every input number: inputs times "
                "units, and then the biases.",
            ),
        ),
        explanation="12,288 inputs times 50 units are 614,400 weights, and "
        "50 biases. The typical mistake is to forget the biases, or that "
        "colour means three numbers a pixel.",
    ),
    Exercise(
        id="01.4",
        title="A photograph as a batch of one",
        level="warm-up",
        reference=to_batch,
        cases=(
            Case(_photo),
            Case(_rng.integers(0, 200, (5, 4, 3)).astype("uint8")),
        ),
        hints=(
            "Two things change: the range of the values, and the number of "
            "axes.",
            "Divide by 255; the result has shape (1, height, width, 3).",
            "(photo / 255).astype('float32')[np.newaxis]",
        ),
        mistakes=(
            Mistake(
                edit("[np.newaxis]", ""),
                "The batch axis is missing: a network expects (batch, "
                "height, width, channels), for one picture too.",
            ),
            Mistake(
                edit("[np", "[..., np"),
                "The new axis is at the end; the batch comes first.",
            ),
            Mistake(
                edit("(photo / 255)", "photo"),
                "The values still go up to 255. Divide by 255.",
            ),
            Mistake(
                edit("/", "//"),
                "// divides whole numbers and drops the rest: nearly every "
                "pixel becomes 0. Use /.",
            ),
            Mistake(
                edit("255", "photo.max()"),
                "You divided by the brightest pixel of this photograph, so "
                "every photograph would be scaled in its own way. Divide by "
                "255.",
            ),
            Mistake(
                edit("[np.newaxis]", "[np.newaxis].transpose(0, 3, 1, 2)"),
                "The channels stay last in Keras: (batch, height, width, "
                "channels).",
            ),
            Mistake(
                edit("255", "256"),
                "The brightest pixel is 255, and it must become 1. You "
                "divided by 256.",
            ),
            Mistake(
                edit("photo / 255", "photo / 127.5 - 1"),
                "Your values go from -1 to 1. Here they go from 0 to 1.",
            ),
        ),
        explanation="Scaling and a batch axis are what stands between a "
        "photograph and every network of this course.",
    ),
    Exercise(
        id="01.5",
        title="One-hot vectors",
        level="core",
        reference=one_hot,
        cases=(
            Case(np.array([0]), 2),
            Case(np.array([2, 0, 1, 2]), 3),
            Case(np.array([1, 0, 1]), 4),
            Case(np.array([4, 0, 2, 4, 1]), 6),
        ),
        hints=(
            "Which rows of the identity matrix do you need?",
            "np.eye(classes) has shape (classes, classes); indexing with "
            "an array of n labels picks n rows.",
            "return np.eye(classes)[labels]",
        ),
        mistakes=(
            Mistake(
                edit("[np", "[:, np"),
                "The axes are swapped: examples come first, (n, classes).",
            ),
            Mistake(
                edit("eye(classes)", "eye(np.max(labels) + 1)"),
                "You counted the classes from the labels. A batch need not "
                "contain the last class: use the argument classes.",
            ),
            Mistake(
                edit("(labels)]", "(labels) - 1]"),
                "You counted the classes from 1. Labels start at 0.",
            ),
            Mistake(
                _every_label,
                "rows[:, labels] = 1 writes to these columns in every row. "
                "Pair row i with label i: rows[np.arange(n), labels].",
            ),
            Mistake(
                edit("eye(classes)", "eye(len(labels))"),
                "That is a row for each example. The identity matrix needs "
                "one for each class: np.eye(classes).",
            ),
        ),
        explanation="Row k of the identity matrix is the one-hot vector of "
        "class k, and an index array picks one row per label.",
    ),
    Exercise(
        id="01.6",
        title="A shift without wrapping round",
        level="core",
        reference=shift_down,
        cases=(
            Case(_column([1, 2, 3]), 1),
            Case(_column([1, 2, 3]), 0),
            Case(_rng.integers(1, 9, (2, 4, 3, 1)), 2),
            Case(np.arange(12.0).reshape(1, 3, 2, 2) / 12, 1),
            Case(_rng.standard_normal((5, 6, 3, 1)), 2),
            Case(_column([1, 2, 3]), 3),
            Case(_column([1, 2, 3]), 4),
            Case(_column([1, 2, 3]), 9),
        ),
        hints=(
            "Start from an array of zeros, and copy the part that stays.",
            "Rows are axis 1. Rows 0 to height - pixels of the old array "
            "become rows pixels to height of the new one. A large shift "
            "leaves no row.",
            "moved[:, pixels:] = pictures[:, :kept], with kept = "
            "max(pictures.shape[1] - pixels, 0)",
        ),
        mistakes=(
            Mistake(
                lambda pictures, pixels: np.roll(pictures, pixels, axis=1),
                "np.roll wraps round: what leaves at the bottom comes back "
                "at the top. Zeros must come in there.",
            ),
            Mistake(
                edit(
                    "[:, pixels:] = pictures[:, :kept]",
                    "[:, :kept] = pictures[:, pixels:]",
                ),
                "You moved the picture up. Row 0 is at the top, so moving "
                "down means towards larger row numbers.",
            ),
            Mistake(
                lambda pictures, pixels: shift_down(
                    pictures.swapaxes(1, 2), pixels
                ).swapaxes(1, 2),
                "You moved along axis 2, to the right. The axes are (batch, "
                "row, column, channel): down is axis 1.",
            ),
            Mistake(
                edit(":kept", ":-pixels"),
                "pictures[:, :-pixels] fails for a shift of 0: -0 is 0, and "
                "the slice is empty. Write pictures[:, : height - pixels].",
            ),
            Mistake(
                lambda pictures, pixels: shift_down(
                    pictures[np.newaxis], pixels
                )[0],
                "You moved along axis 0: whole pictures change places in the "
                "batch. Rows are axis 1.",
            ),
            Mistake(
                lambda pictures, pixels: np.pad(
                    pictures, ((0, 0), (pixels, 0), (0, 0), (0, 0))
                ),
                "The pictures have grown: rows came in at the top, and as "
                "many must leave at the bottom.",
            ),
            Mistake(
                edit("np.zeros_like(pictures)", "pictures.copy()"),
                "The old rows are still there at the top. Zeros must come in.",
            ),
            Mistake(
                edit("max(height - pixels, 0)", "height - pixels"),
                "A shift larger than the picture: height - pixels is "
                "negative, and a negative bound counts from the end. Keep "
                "max(height - pixels, 0) rows.",
            ),
        ),
        explanation="Copy the part that stays into zeros. np.roll is the "
        "typical trap: the ink that leaves at one edge comes back at the "
        "other, and a slice up to -0 is empty.",
    ),
    Exercise(
        id="01.7",
        title="A cross-entropy that survives large logits",
        level="stretch",
        reference=mean_cross_entropy,
        cases=(
            Case(np.array([[0.0, 0.0]]), np.array([0])),
            Case(np.array([[1.0, 3.0], [2.0, -1.0]]), np.array([1, 0])),
            Case(
                np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 0.0]]), np.array([2, 1])
            ),
            Case(np.array([[3000.0, 0.0, -5.0]]), np.array([0])),
            Case(np.array([[0.0, 3000.0]]), np.array([0])),
            Case(np.array([[-3000.0, -2999.0]]), np.array([0])),
            Case(np.array([[3000.0, 2999.0], [0.0, 1.0]]), np.array([0, 1])),
            Case(_rng.standard_normal((5, 3)), np.array([2, 0, 1, 1, 2])),
        ),
        hints=(
            "-log of a softmax can be simplified before you compute it.",
            "-log(e^z_k / sum_j e^z_j) = log(sum_j e^z_j) - z_k, and "
            "subtracting the row's largest logit from all changes nothing.",
            "Subtract logits.max(axis=1, keepdims=True); then "
            "np.log(np.exp(logits).sum(axis=1)) minus the logit of the "
            "right class; then the mean.",
        ),
        mistakes=(
            Mistake(
                edit(" - logits.max(axis=1, keepdims=True)", "").apply(
                    _softmax_first
                ),
                "Large logits overflow: e^3000 is infinity, and infinity "
                "over infinity is NaN. Subtract the row's largest logit "
                "first.",
            ),
            Mistake(
                edit("mean()", "sum()"),
                "That is the sum over the batch. Divide by the number of "
                "examples, or the loss grows with the batch size.",
            ),
            Mistake(
                edit(
                    "max(axis=1, keepdims=True)",
                    "max()",
                    "sum(axis=1, keepdims=True)",
                    "sum()",
                ).apply(_softmax_first),
                "You normalised over the whole array. Each row is one "
                "example: sum along axis 1 and keep that axis.",
            ),
            Mistake(
                edit("log_sum - right", "right - log_sum"),
                "The sign is turned round: a loss is -log p, never below 0.",
            ),
            Mistake(
                _softmax_first,
                "The right class is so unlikely that its probability is "
                "rounded to 0, and -log 0 is infinity. Simplify first: "
                "log(sum exp z) - z_k needs no probability.",
            ),
            Mistake(
                edit("max(axis=1, keepdims=True)", "max()"),
                "One maximum for all rows: a row far below it becomes all "
                "zeros. Subtract each row's own, with axis=1 and "
                "keepdims=True.",
            ),
            Mistake(
                edit(".mean()", ""),
                "That is one loss for each example. The mean of them is "
                "asked for.",
            ),
            Mistake(
                edit(" - logits.max(axis=1, keepdims=True)", ""),
                "The formula is the right one, but e^3000 overflows in it, "
                "too: take the row's largest logit from all of them first.",
            ),
            Mistake(
                edit(
                    "logits = logits",
                    "less = logits",
                    "exp(logits)",
                    "exp(less)",
                ),
                "You subtracted the largest logit in the sum only. It must "
                "also be taken from the logit of the right class.",
            ),
            Mistake(
                edit(", keepdims=True", ""),
                "The maxima have shape (n,), and broadcasting lays them along "
                "the classes. With keepdims=True each row keeps its own.",
            ),
            Mistake(
                edit(
                    "log(p[np.arange(len(labels)), labels])",
                    "log(p[np.arange(len(labels)), labels] + 1e-9)",
                ).apply(_softmax_first),
                "1e-9 inside the logarithm hides the infinity: no loss is "
                "above 20.7 then, and no gradient comes back. Simplify "
                "first: log(sum exp z) - z_k.",
            ),
            Mistake(
                edit(
                    " - logits.max(axis=1, keepdims=True)",
                    "",
                    "log(p[np.arange(len(labels)), labels])",
                    "log(p[np.arange(len(labels)), labels] + 1e-9)",
                ).apply(_softmax_first),
                "e^3000 overflows, and 1e-9 inside the logarithm does not "
                "help: infinity over infinity is NaN. Subtract the row's "
                "largest logit, and take no logarithm of a probability.",
            ),
            Mistake(
                edit("np.log(", "np.log10("),
                "That is the logarithm to base 10. Take the natural one, "
                "np.log.",
            ),
            Mistake(
                edit(
                    "(log_sum - right).mean()",
                    "(log_sum - right).mean() / np.log(10)",
                ),
                "Your loss is in powers of ten: np.log10 in place of np.log.",
            ),
        ),
        explanation="log(sum exp z) - z_k, with the largest logit "
        "subtracted, never overflows. Taking the softmax first and the log "
        "second is the typical way to NaN and infinity.",
    ),
)
