"""Exercises of lesson 13: gradients that vanish and explode."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def one_step_jacobian(W, slope):
    return np.diag(slope) @ W.T


def clip_by_global_norm(gradients, threshold):
    length = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * min(1, threshold / length) for g in gradients]


def with_radius(matrix, radius):
    largest = np.abs(np.linalg.eigvals(matrix)).max()
    return matrix * radius / largest


def clipped_step(weights, gradient, rate, threshold):
    length = np.linalg.norm(gradient)
    if length > threshold:
        gradient = gradient * threshold / length
    return weights - rate * gradient


def _clip_after_the_step(weights, gradient, rate, threshold):
    new = weights - rate * gradient
    length = np.linalg.norm(new)
    return new * min(1, threshold / length) if length else new


def gradient_share(W, states, g, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        delta = g * (1 - states[t] ** 2)  # dL/da_t
        lengths.append(np.linalg.norm(np.outer(states[t - 1], delta)))
        g = delta @ W.T  # dL/dh_{t-1}
    return sum(lengths[:window]) / sum(lengths)


_rng = np.random.default_rng(13)
_matrix = _rng.standard_normal((4, 4))
_states = np.vstack([0.2 * np.ones(4), np.tanh(_rng.standard_normal((6, 4)))])

EXERCISES = (
    Exercise(
        id="13.1",
        title="The Jacobian of one step",
        level="core",
        reference=one_step_jacobian,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 0.5])),
            Case(_matrix, np.array([1.0, 0.0, 0.3, 0.8])),
            Case(_rng.standard_normal((5, 5)), _rng.standard_normal(5)),
        ),
        hints=(
            "Which way does a change go: through W first, or through the "
            "activation first?",
            "diag(slope) W^T: row i, all that unit i hears, times the slope "
            "of unit i.",
            "np.diag(slope) @ W.T, or slope[:, None] * W.T",
        ),
        mistakes=(
            Mistake(
                edit("W.T", "W"),
                "W is not transposed. In h @ W unit j of the old state "
                "reaches unit i of the new one through W[j, i].",
            ),
            Mistake(
                edit("np.diag(slope) @ W.T", "slope * W.T"),
                "The slopes scale columns, as a diagonal on the right would. "
                "A slope belongs to the unit that receives, so it scales a "
                "row: np.diag(slope) on the left, or slope[:, None].",
            ),
            Mistake(
                edit("np.diag(slope) @ ", ""),
                "The slopes of the activation are missing.",
            ),
            Mistake(
                edit("np.diag(slope) @ W.T", "slope * W"),
                "Two things are exchanged: W is not transposed, and the "
                "slopes scale the units that send.",
            ),
            Mistake(
                edit("(slope)", "(1 - slope**2)"),
                "slope is a slope already: use it as it is. 1 - h**2 makes "
                "it from a state h.",
            ),
            Mistake(
                edit("np.diag(slope)", "slope"),
                "slope @ W.T adds up over units: a vector. Each slope scales "
                "one row instead: make a diagonal matrix or a column of it.",
            ),
            Mistake(
                edit("@", "*"),
                "np.diag(slope) * W.T multiplies entry by entry and keeps "
                "the diagonal alone. Take the product of matrices, @.",
            ),
        ),
        explanation="Through W^T into the sums, then through the slope of "
        "each receiving unit. A finite difference tells at once on which "
        "side the diagonal belongs.",
    ),
    Exercise(
        id="13.2",
        title="Clip by global norm",
        level="core",
        reference=clip_by_global_norm,
        cases=(
            Case([np.array([3.0, 4.0]), np.array([0.0, 12.0])], 0.7),
            Case([np.array([0.3, -0.4]), np.array([0.0, 1.2])], 2.0),
            Case([np.array([0.6]), np.array([[0.0], [-0.8]])], 0.9),
            Case(
                [_rng.standard_normal(shape) for shape in ((5, 3), (3,))], 1.5
            ),
        ),
        hints=(
            "One length for all arrays together, and one number that all "
            "are multiplied by.",
            "The length is the root of the sum of all squares; the number "
            "is threshold / length, but never more than 1.",
            "length = np.sqrt(sum((g**2).sum() for g in gradients)); "
            "return [g * min(1, threshold / length) for g in gradients]",
        ),
        mistakes=(
            Mistake(
                edit(
                    "length = np.sqrt(sum((g**2).sum() for g in gradients))",
                    "norm = np.linalg.norm",
                    "min(1, threshold / length)",
                    "min(1, threshold / max(norm(g), threshold))",
                ),
                "That is clipping by norm: each array has its own length. "
                "Here all arrays together have one.",
            ),
            Mistake(
                edit(
                    "g * min(1, threshold / length)",
                    "np.clip(g, -threshold, threshold)",
                ),
                "That is clipping by value: it turns the direction. Multiply "
                "all arrays by one number.",
            ),
            Mistake(
                edit(
                    "np.sqrt(sum((g**2).sum() for g in gradients))",
                    "sum(np.linalg.norm(g) for g in gradients)",
                ),
                "You added the lengths of the arrays. Add the squares: the "
                "pair is 13 long, not 5 + 12.",
            ),
            Mistake(
                edit(
                    "np.sqrt(sum((g**2).sum() for g in gradients))",
                    "max(np.linalg.norm(g) for g in gradients)",
                ),
                "You took the length of the longest array. All together are "
                "longer: the root of the sum of all squares.",
            ),
            Mistake(
                edit("np.sqrt(", "("),
                "You divided by the squared length: the root is missing.",
            ),
            Mistake(
                edit("(g**2).sum()", "g.sum() ** 2"),
                "Square first, then add up: (g**2).sum().",
            ),
            Mistake(
                edit("min(1, threshold / length)", "threshold / length"),
                "You also made a short gradient longer. What is shorter than "
                "the threshold stays as it is.",
            ),
            Mistake(
                edit("min", "max"),
                "max and min are exchanged: the number must never be more "
                "than 1.",
            ),
            Mistake(
                edit("threshold / length", "1 / length"),
                "You made a long gradient 1 long. It has to be as long as "
                "the threshold.",
            ),
            Mistake(
                edit("min(1, threshold / length)", "1"),
                "Nothing is clipped.",
            ),
            Mistake(
                edit("(1, threshold / length)", "(threshold, 1 / length)"),
                "The factor is threshold / length where that is less than 1, "
                "else 1.",
            ),
            Mistake(
                edit(
                    "return [g * min(1, threshold / length) for g in "
                    "gradients]",
                    "g = np.concatenate([g.ravel() for g in gradients])\n"
                    "    return g * min(1, threshold / length)",
                ),
                "You gave one long array. Give a list of arrays, in the "
                "shapes in which they came.",
            ),
        ),
        explanation="One number for all arrays: the direction of the whole "
        "gradient stays. The typical mistake is a length for each array, "
        "which is clipping by norm.",
    ),
    Exercise(
        id="13.3",
        title="Nothing left after how many steps?",
        level="warm-up",
        reference=10,
        hints=(
            "Which bound holds for each single step?",
            "(gamma * lambda)^k < 0.001 with gamma = 1/4 and lambda = 2.",
            "Each step leaves at most a half: count halvings until a "
            "thousandth.",
        ),
        mistakes=(
            Mistake(
                9,
                "Half of 1, nine times, is 1/512: more than a thousandth. "
                "One step more.",
            ),
            Mistake(
                5,
                "You took a quarter for each step and forgot the matrix: "
                "gamma times lambda is 1/4 x 2.",
            ),
            Mistake(
                500,
                "The factors multiply, they do not add up: half of a half "
                "of a half ...",
            ),
            Mistake(
                np.log2(1000),
                "That is where the bound meets a thousandth. Steps are whole "
                "numbers, and below it you are one step later: round up.",
            ),
        ),
        explanation="The bound is (2/4)^k, and 2^10 = 1024 is the first "
        "power of two above 1000. The typical mistake is to forget one of "
        "the two factors, gamma or lambda.",
    ),
    Exercise(
        id="13.4",
        title="A chosen spectral radius",
        level="core",
        reference=with_radius,
        cases=(
            Case(np.array([[2.0, 1.0], [0.0, -4.0]]), 1.0),
            Case(np.array([[0.0, -3.0], [3.0, 0.0]]), 0.5),
            Case(_matrix, 2.0),
            Case(_rng.standard_normal((5, 5)), 0.7),
        ),
        hints=(
            "Multiplying a matrix by a number multiplies its eigenvalues.",
            "The spectral radius is the largest modulus of an eigenvalue; "
            "eigenvalues may be negative or complex.",
            "matrix * radius / np.abs(np.linalg.eigvals(matrix)).max()",
        ),
        mistakes=(
            Mistake(
                edit(
                    "np.abs(np.linalg.eigvals(matrix)).max()",
                    "np.linalg.norm(matrix, 2)",
                ),
                "You used the largest singular value. It bounds the growth "
                "of one step; the radius is about eigenvalues.",
            ),
            Mistake(
                edit(
                    "np.abs(np.linalg.eigvals(matrix)).max()",
                    "np.linalg.norm(matrix)",
                ),
                "np.linalg.norm without a second argument is the root of "
                "the sum of all squares, not an eigenvalue.",
            ),
            Mistake(
                edit("np.abs(", "np.real("),
                "Take the modulus: -4 counts as 4, and complex eigenvalues "
                "turn as well as stretch.",
            ),
            Mistake(
                edit("np.abs(", "("),
                "max() without a modulus: it takes 2 for larger than -4, and "
                "sorts complex eigenvalues by their real part. np.abs first.",
            ),
            Mistake(
                edit("(matrix)).max()", "(matrix).max())"),
                "The modulus comes too late: first np.abs of all eigenvalues, "
                "then the largest of them.",
            ),
            Mistake(
                edit("np.linalg.eigvals(matrix)", "matrix"),
                "That is the largest entry of the matrix. Its eigenvalues "
                "are np.linalg.eigvals(matrix).",
            ),
            Mistake(
                edit(" * radius", ""),
                "Now the radius is 1 in every case: multiply by the one that "
                "is asked for.",
            ),
            Mistake(
                edit(" / largest", ""),
                "Divide by the radius that the matrix has now.",
            ),
            Mistake(
                edit("eigvals", "eigvalsh"),
                "eigvalsh takes the matrix for a symmetric one. This one "
                "need not be: np.linalg.eigvals.",
            ),
        ),
        explanation="Eigenvalues scale with the matrix, so one division is "
        "enough. The modulus matters: a real matrix may have complex "
        "eigenvalues.",
    ),
    Exercise(
        id="13.5",
        title="Clip, then step",
        level="core",
        reference=clipped_step,
        cases=(
            Case(np.zeros(2), np.array([3.0, 4.0]), 1.0, 0.7),
            Case(np.array([1.0, -2.0]), np.array([0.3, 0.4]), 0.1, 0.7),
            Case(np.array([5.0, 1.0]), np.array([-6.0, 8.0]), 0.1, 2.0),
            Case(
                np.ones((2, 2)), np.array([[3.0, 0.0], [0.0, 4.0]]), 0.5, 4.5
            ),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.standard_normal((5, 3)),
                0.1,
                1.5,
            ),
        ),
        hints=(
            "What is limited: the gradient, the step or the weights?",
            "If the length of g is above the threshold: g * threshold / "
            "length. Then weights - rate * g.",
            "length = np.linalg.norm(gradient); change the gradient only if "
            "length > threshold; return weights - rate * gradient",
        ),
        mistakes=(
            Mistake(
                _clip_after_the_step,
                "You clipped the weights after the step. They may be as "
                "long as they like; clip the gradient before it.",
            ),
            Mistake(
                edit(
                    "    length =",
                    "    gradient = rate * gradient\n    length =",
                    " - rate * gradient",
                    " - gradient",
                ),
                "You clipped rate times gradient. With a small rate nothing "
                "is ever clipped. Clip first, then multiply by the rate.",
            ),
            Mistake(
                edit(
                    "gradient * threshold / length",
                    "np.clip(gradient, -threshold, threshold)",
                ),
                "That is clipping by value: each component on its own. It "
                "turns the direction. Rescale the whole vector.",
            ),
            Mistake(
                edit("length > threshold", "True"),
                "You also made a short gradient longer. Leave it alone when "
                "it is below the threshold.",
            ),
            Mistake(
                edit("weights - rate", "weights + rate"),
                "The sign: descent goes against the gradient.",
            ),
            Mistake(
                edit("length > threshold", "False"),
                "Nothing is clipped: a gradient longer than the threshold "
                "is shortened first.",
            ),
            Mistake(
                edit("length > threshold", "length < threshold"),
                "max and min are exchanged: the factor threshold / length "
                "counts when it is smaller than 1.",
            ),
            Mistake(
                edit("rate * gradient", "gradient"),
                "The learning rate is missing: weights - rate * gradient.",
            ),
            Mistake(
                edit("weights - rate * gradient", "gradient"),
                "That is the clipped gradient. The step is still to be made: "
                "weights - rate * gradient.",
            ),
            Mistake(
                edit("np.linalg.norm(gradient)", "(gradient**2).sum()"),
                "You divided by the squared length: the root is missing.",
            ),
            Mistake(
                edit("length > threshold", "True", " * threshold", ""),
                "Your gradient always has length 1. Longer than the "
                "threshold: make it threshold long. Shorter: leave it.",
            ),
            Mistake(
                edit(" * threshold", ""),
                "You made a long gradient 1 long. It has to be as long as "
                "the threshold: times threshold.",
            ),
            Mistake(
                edit(" / length", ""),
                "A long gradient times the threshold is not threshold long: "
                "divide by its length as well.",
            ),
            Mistake(
                edit("norm(gradient)", "norm(gradient, 2)"),
                "For a matrix np.linalg.norm(gradient, 2) is its largest "
                "singular value. The length counts every entry: "
                "np.linalg.norm(gradient).",
            ),
        ),
        explanation="The order matters: clip the gradient, then multiply by "
        "the rate, then step. Clipping later limits something else.",
    ),
    Exercise(
        id="13.6",
        title="Who is heard in the gradient?",
        level="stretch",
        reference=gradient_share,
        cases=(
            Case(0.5 * np.eye(2), 0.5 * np.ones((4, 2)), np.ones(2), 1),
            Case(0.6 * _matrix, _states, np.ones(4), 2),
            Case(_matrix, _states, _states[3], 4),
        ),
        hints=(
            "Walk back from the last step and keep a list of lengths.",
            "At step t: delta = g * (1 - h_t^2); its part is the outer "
            "product of h_{t-1} and delta; then g = delta W^T.",
            "lengths.append(np.linalg.norm(np.outer(states[t - 1], delta))); "
            "at the end sum(lengths[:window]) / sum(lengths)",
        ),
        mistakes=(
            Mistake(
                edit("[:window]", "[-window:]"),
                "Your window is at the wrong end: the last steps are the "
                "ones next to the loss.",
            ),
            Mistake(
                edit("outer(states[t - 1]", "outer(states[t]"),
                "W multiplies the state *before* the step: the outer product "
                "is with states[t - 1].",
            ),
            Mistake(
                edit("W.T", "W"),
                "On the way back it is delta @ W.T. W itself leads forward.",
            ),
            Mistake(
                edit("delta @ W.T", "g @ W.T"),
                "You passed g on without the slope. Pass on delta, which "
                "has it.",
            ),
            Mistake(
                edit(" / sum(lengths)", ""),
                "That is a length, not a share: divide by the sum of all "
                "lengths.",
            ),
            Mistake(
                edit(
                    "np.linalg.norm(np.outer(states[t - 1], delta))",
                    "np.outer(states[t - 1], delta)",
                    "sum(lengths[:window])",
                    "np.linalg.norm(sum(lengths[:window]))",
                    "/ sum(lengths)",
                    "/ np.linalg.norm(sum(lengths))",
                ),
                "You added the matrices and then took a norm. Take the norm "
                "of each step's part, then add.",
            ),
            Mistake(
                edit("delta)))", "g)))"),
                "A step's part needs dL/da_t: multiply g by the slope "
                "before the outer product, not after it.",
            ),
            Mistake(
                edit(" * (1 - states[t] ** 2)", ""),
                "The slope of tanh is missing: dL/da_t is g times "
                "1 - states[t] ** 2.",
            ),
            Mistake(
                edit(
                    "reversed(range(1, len(states)))",
                    "range(1, len(states))",
                    "[:window]",
                    "[-window:]",
                ),
                "You walk from the first step to the last. g belongs to "
                "the last state: start there and go back.",
            ),
            Mistake(
                edit("states[t] **", "states[t - 1] **"),
                "The slope at step t is made from the state *after* it: "
                "1 - states[t] ** 2.",
            ),
            Mistake(
                edit("states[t] ** 2", "states[t]"),
                "The square is missing: the slope of tanh is 1 - states[t] "
                "** 2.",
            ),
            Mistake(
                edit("delta @ W.T", "delta"),
                "W is missing on the way back: g = delta @ W.T.",
            ),
            Mistake(
                edit(
                    "np.linalg.norm(np.outer(states[t - 1], delta))",
                    "(np.outer(states[t - 1], delta) ** 2).sum()",
                ),
                "These are squared lengths: the root is missing.",
            ),
            Mistake(
                edit("range(1,", "range(2,"),
                "The first step is missing: W also leads from h_0 to h_1.",
            ),
        ),
        explanation="It is back-propagation through time with a ruler held "
        "to each term of the sum.",
    ),
)
