"""Exercises of lesson 13: gradients that vanish and explode."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def one_step_jacobian(W, h):
    slope = 1 - h**2  # of the units that receive
    return np.diag(slope) @ W.T


def _not_transposed(W, h):
    return np.diag(1 - h**2) @ W


def _slope_of_the_sender(W, h):
    return W.T @ np.diag(1 - h**2)


def _no_slope(W, h):
    return W.T


def _tanh_once_more(W, h):
    return np.diag(1 - np.tanh(h) ** 2) @ W.T


def _both_exchanged(W, h):
    return W @ np.diag(1 - h**2)


def _logistic_slope(W, h):
    return np.diag(h * (1 - h)) @ W.T


def _summed_over_units(W, h):
    return (1 - h**2) @ W.T


def _one_step_too_many(W, h):
    return np.diag(1 - np.tanh(h @ W) ** 2) @ W.T


def with_radius(matrix, radius):
    largest = np.abs(np.linalg.eigvals(matrix)).max()
    return matrix * radius / largest


def _by_norm(matrix, radius):
    return matrix * radius / np.linalg.norm(matrix, 2)


def _by_frobenius(matrix, radius):
    return matrix * radius / np.linalg.norm(matrix)


def _without_modulus(matrix, radius):
    return matrix * radius / np.linalg.eigvals(matrix).real.max()


def _largest_as_it_stands(matrix, radius):
    return matrix * radius / np.linalg.eigvals(matrix).max()


def _modulus_too_late(matrix, radius):
    return matrix * radius / np.abs(np.linalg.eigvals(matrix).max())


def _largest_entry(matrix, radius):
    return matrix * radius / np.abs(matrix).max()


def _only_divided(matrix, radius):
    return matrix / np.abs(np.linalg.eigvals(matrix)).max()


def _only_multiplied(matrix, radius):
    return matrix * radius


def clipped_step(weights, gradient, rate, threshold):
    length = np.linalg.norm(gradient)
    if length > threshold:
        gradient = gradient * threshold / length
    return weights - rate * gradient


def _clip_after_the_step(weights, gradient, rate, threshold):
    new = weights - rate * gradient
    length = np.linalg.norm(new)
    return new * min(1, threshold / length) if length else new


def _clip_the_step(weights, gradient, rate, threshold):
    step = rate * gradient
    length = np.linalg.norm(step)
    if length > threshold:
        step = step * threshold / length
    return weights - step


def _by_value(weights, gradient, rate, threshold):
    return weights - rate * np.clip(gradient, -threshold, threshold)


def _always_rescaled(weights, gradient, rate, threshold):
    return weights - rate * gradient * threshold / np.linalg.norm(gradient)


def _uphill(weights, gradient, rate, threshold):
    return 2 * weights - clipped_step(weights, gradient, rate, threshold)


def _never_clipped(weights, gradient, rate, threshold):
    return weights - rate * gradient


def _max_for_min(weights, gradient, rate, threshold):
    factor = max(1, threshold / np.linalg.norm(gradient))
    return weights - rate * gradient * factor


def _without_rate(weights, gradient, rate, threshold):
    return clipped_step(weights, gradient, 1.0, threshold)


def _only_the_gradient(weights, gradient, rate, threshold):
    return gradient * min(1, threshold / np.linalg.norm(gradient))


def _squared_length(weights, gradient, rate, threshold):
    length = (gradient**2).sum()
    return weights - rate * gradient * min(1, threshold / length)


def _always_of_length_one(weights, gradient, rate, threshold):
    return weights - rate * gradient / np.linalg.norm(gradient)


def gradient_share(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        local = delta * (1 - states[t] ** 2)  # dL/da_t
        lengths.append(np.linalg.norm(np.outer(states[t - 1], local)))
        delta = local @ W.T  # dL/dh_{t-1}
    return sum(lengths[:window]) / sum(lengths)


def _oldest_steps(W, states, delta, window):
    return 1 - gradient_share(W, states, delta, len(states) - 1 - window)


def _own_state(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        local = delta * (1 - states[t] ** 2)
        lengths.append(np.linalg.norm(np.outer(states[t], local)))
        delta = local @ W.T
    return sum(lengths[:window]) / sum(lengths)


def _not_transposed_back(W, states, delta, window):
    return gradient_share(W.T, states, delta, window)


def _slope_forgotten(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        local = delta * (1 - states[t] ** 2)
        lengths.append(np.linalg.norm(np.outer(states[t - 1], local)))
        delta = delta @ W.T
    return sum(lengths[:window]) / sum(lengths)


def _not_divided(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        local = delta * (1 - states[t] ** 2)
        lengths.append(np.linalg.norm(np.outer(states[t - 1], local)))
        delta = local @ W.T
    return sum(lengths[:window])


def _norm_of_the_sum(W, states, delta, window):
    parts = []
    for t in reversed(range(1, len(states))):
        local = delta * (1 - states[t] ** 2)
        parts.append(np.outer(states[t - 1], local))
        delta = local @ W.T
    return np.linalg.norm(sum(parts[:window])) / np.linalg.norm(sum(parts))


def _part_without_slope(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        lengths.append(np.linalg.norm(np.outer(states[t - 1], delta)))
        delta = delta * (1 - states[t] ** 2) @ W.T
    return sum(lengths[:window]) / sum(lengths)


def _no_slope_at_all(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        lengths.append(np.linalg.norm(np.outer(states[t - 1], delta)))
        delta = delta @ W.T
    return sum(lengths[:window]) / sum(lengths)


def _walked_forward(W, states, delta, window):
    lengths = []
    for t in range(1, len(states)):
        local = delta * (1 - states[t] ** 2)
        lengths.append(np.linalg.norm(np.outer(states[t - 1], local)))
        delta = local @ W.T
    return sum(lengths[-window:]) / sum(lengths)


def _slope_one_step_early(W, states, delta, window):
    lengths = []
    for t in reversed(range(1, len(states))):
        local = delta * (1 - states[t - 1] ** 2)
        lengths.append(np.linalg.norm(np.outer(states[t - 1], local)))
        delta = local @ W.T
    return sum(lengths[:window]) / sum(lengths)


_rng = np.random.default_rng(13)
_matrix = _rng.standard_normal((4, 4))
_states = np.vstack([0.2 * np.ones(4), np.tanh(_rng.standard_normal((6, 4)))])

EXERCISES = (
    Exercise(
        id="13.1",
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
        id="13.2",
        title="The Jacobian of one step",
        level="core",
        reference=one_step_jacobian,
        cases=(
            Case(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.0, 0.5])),
            Case(_matrix, _states[1]),
        ),
        hints=(
            "Which way does a change go: through W first, or through tanh "
            "first?",
            "diag(slope) W^T. The slope of tanh, written with its output, is "
            "1 - h^2.",
            "np.diag(1 - h**2) @ W.T, or (1 - h**2)[:, None] * W.T",
        ),
        mistakes=(
            Mistake(
                _not_transposed,
                "W is not transposed. In h @ W unit j of the old state "
                "reaches unit i of the new one through W[j, i].",
            ),
            Mistake(
                _slope_of_the_sender,
                "The diagonal stands on the wrong side: the slope belongs "
                "to the unit that receives, so it scales rows.",
            ),
            Mistake(_no_slope, "The slope of tanh is missing."),
            Mistake(
                _tanh_once_more,
                "h is tanh's output already. Its slope is 1 - h**2, without "
                "another tanh.",
            ),
            Mistake(
                _both_exchanged,
                "Two things are exchanged: W is not transposed, and the "
                "diagonal stands on the side of the unit that sends.",
            ),
            Mistake(
                _logistic_slope,
                "h * (1 - h) is the slope of the logistic function. This "
                "network has tanh: 1 - h**2.",
            ),
            Mistake(
                _summed_over_units,
                "slope @ W.T adds up over units: a vector. Each slope scales "
                "one row instead: make a diagonal matrix or a column of it.",
            ),
            Mistake(
                _one_step_too_many,
                "h is the new state already: do not send it through W and "
                "tanh again. Its slope is 1 - h**2.",
            ),
        ),
        explanation="Through W^T into the sums, then through the slope of "
        "each receiving unit. A finite difference tells at once on which "
        "side the diagonal belongs.",
    ),
    Exercise(
        id="13.3",
        title="A chosen spectral radius",
        level="core",
        reference=with_radius,
        cases=(
            Case(np.array([[2.0, 1.0], [0.0, -4.0]]), 1.0),
            Case(np.array([[0.0, -3.0], [3.0, 0.0]]), 0.5),
            Case(_matrix, 2.0),
        ),
        hints=(
            "Multiplying a matrix by a number multiplies its eigenvalues.",
            "The spectral radius is the largest modulus of an eigenvalue; "
            "eigenvalues may be negative or complex.",
            "matrix * radius / np.abs(np.linalg.eigvals(matrix)).max()",
        ),
        mistakes=(
            Mistake(
                _by_norm,
                "You used the largest singular value. It bounds the growth "
                "of one step; the radius is about eigenvalues.",
            ),
            Mistake(
                _by_frobenius,
                "np.linalg.norm without a second argument is the root of "
                "the sum of all squares, not an eigenvalue.",
            ),
            Mistake(
                _without_modulus,
                "Take the modulus: -4 counts as 4, and complex eigenvalues "
                "turn as well as stretch.",
            ),
            Mistake(
                _largest_as_it_stands,
                "max() without a modulus: it takes 2 for larger than -4, and "
                "sorts complex eigenvalues by their real part. np.abs first.",
            ),
            Mistake(
                _modulus_too_late,
                "The modulus comes too late: first np.abs of all eigenvalues, "
                "then the largest of them.",
            ),
            Mistake(
                _largest_entry,
                "That is the largest entry of the matrix. Its eigenvalues "
                "are np.linalg.eigvals(matrix).",
            ),
            Mistake(
                _only_divided,
                "Now the radius is 1 in every case: multiply by the one that "
                "is asked for.",
            ),
            Mistake(
                _only_multiplied,
                "Divide by the radius that the matrix has now.",
            ),
        ),
        explanation="Eigenvalues scale with the matrix, so one division is "
        "enough. The modulus matters: a real matrix may have complex "
        "eigenvalues.",
    ),
    Exercise(
        id="13.4",
        title="Clip, then step",
        level="core",
        reference=clipped_step,
        cases=(
            Case(np.zeros(2), np.array([3.0, 4.0]), 1.0, 0.7),
            Case(np.array([1.0, -2.0]), np.array([0.3, 0.4]), 0.1, 0.7),
            Case(np.array([5.0, 1.0]), np.array([-6.0, 8.0]), 0.1, 2.0),
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
                _clip_the_step,
                "You clipped rate times gradient. With a small rate nothing "
                "is ever clipped. Clip first, then multiply by the rate.",
            ),
            Mistake(
                _by_value,
                "That is clipping by value: each component on its own. It "
                "turns the direction. Rescale the whole vector.",
            ),
            Mistake(
                _always_rescaled,
                "You also made a short gradient longer. Leave it alone when "
                "it is below the threshold.",
            ),
            Mistake(_uphill, "The sign: descent goes against the gradient."),
            Mistake(
                _never_clipped,
                "Nothing is clipped: a gradient longer than the threshold "
                "is shortened first.",
            ),
            Mistake(
                _max_for_min,
                "max and min are exchanged: the factor threshold / length "
                "counts when it is smaller than 1.",
            ),
            Mistake(
                _without_rate,
                "The learning rate is missing: weights - rate * gradient.",
            ),
            Mistake(
                _only_the_gradient,
                "That is the clipped gradient. The step is still to be made: "
                "weights - rate * gradient.",
            ),
            Mistake(
                _squared_length,
                "You divided by the squared length: the root is missing.",
            ),
            Mistake(
                _always_of_length_one,
                "Your gradient always has length 1. Longer than the "
                "threshold: make it threshold long. Shorter: leave it.",
            ),
        ),
        explanation="The order matters: clip the gradient, then multiply by "
        "the rate, then step. Clipping later limits something else.",
    ),
    Exercise(
        id="13.5",
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
            "At step t: local = delta * (1 - h_t^2); its part is the outer "
            "product of h_{t-1} and local; then delta = local W^T.",
            "lengths.append(np.linalg.norm(np.outer(states[t - 1], local))); "
            "at the end sum(lengths[:window]) / sum(lengths)",
        ),
        mistakes=(
            Mistake(
                _oldest_steps,
                "Your window is at the wrong end: the last steps are the "
                "ones next to the loss.",
            ),
            Mistake(
                _own_state,
                "W multiplies the state *before* the step: the outer product "
                "is with states[t - 1].",
            ),
            Mistake(
                _not_transposed_back,
                "On the way back it is local @ W.T. W itself leads forward.",
            ),
            Mistake(
                _slope_forgotten,
                "You passed delta on without the slope. Pass on local, which "
                "has it.",
            ),
            Mistake(
                _not_divided,
                "That is a length, not a share: divide by the sum of all "
                "lengths.",
            ),
            Mistake(
                _norm_of_the_sum,
                "You added the matrices and then took a norm. Take the norm "
                "of each step's part, then add.",
            ),
            Mistake(
                _part_without_slope,
                "A step's part needs dL/da_t: multiply delta by the slope "
                "before the outer product, not after it.",
            ),
            Mistake(
                _no_slope_at_all,
                "The slope of tanh is missing: dL/da_t is delta times "
                "1 - states[t] ** 2.",
            ),
            Mistake(
                _walked_forward,
                "You walk from the first step to the last. delta belongs to "
                "the last state: start there and go back.",
            ),
            Mistake(
                _slope_one_step_early,
                "The slope at step t is made from the state *after* it: "
                "1 - states[t] ** 2.",
            ),
        ),
        explanation="It is back-propagation through time with a ruler held "
        "to each term of the sum.",
    ),
)
