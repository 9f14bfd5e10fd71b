"""Exercises of lesson 22: attention."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def attention_weights(scores):
    highest = scores.max(axis=1, keepdims=True)
    e = np.exp(scores - highest)
    return e / e.sum(axis=1, keepdims=True)


def context(weights, places):
    return (weights[:, :, np.newaxis] * places).sum(axis=1)


def _only_the_best(weights, places):
    return places[np.arange(len(places)), weights.argmax(axis=1)]


def mass_inside(weights, box):
    left, top, right, bottom = box
    return weights[top:bottom, left:right].sum()


def additive_scores(places, state, U, W, v):
    hidden = np.tanh(places @ U + state @ W)
    return hidden @ v


def _softmax_taken(*arguments):
    e = np.exp(additive_scores(*arguments))
    return e / e.sum()


def even_penalty(weights, spoken):
    total = (weights * spoken[:, np.newaxis]).sum(axis=0)
    fair = spoken.sum() / weights.shape[1]
    return ((fair - total) ** 2).sum()


_A = np.array([[[1.0, 0.0], [0.0, 2.0], [4.0, 4.0]]])
_MAP = np.arange(1.0, 17).reshape(4, 4) / 136
_TWO = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.2, 0.1]])

_rng = np.random.default_rng(22)
_SHARES = _rng.dirichlet(np.ones(3), 5)  # rows that sum to one

EXERCISES = (
    Exercise(
        id="22.1",
        title="A softmax over the right axis",
        level="warm-up",
        reference=attention_weights,
        cases=(
            Case(np.array([[0.0, 1.0]])),
            Case(np.array([[2.0, 0.0, 0.0], [0.0, 1.0, 1.0]])),
            Case(np.array([[1000.0, 999.0], [0.0, 3.0]])),
            Case(np.array([[0.0, 0.0, 1000.0, 0.0, 0.0]])),
            Case(3 * _rng.standard_normal((5, 7))),
        ),
        hints=(
            "What must sum to one: the places of a picture, or the pictures?",
            "scores is (pictures, places); keepdims=True keeps it so.",
            "Subtract the row's maximum, exponentiate, divide by the row's "
            "sum.",
        ),
        mistakes=(
            Mistake(
                edit("max(axis=1", "max(axis=0", "sum(axis=1", "sum(axis=0"),
                "Your columns sum to one: the pictures of a batch compete "
                "for each place. The softmax runs over places, axis 1.",
            ),
            Mistake(
                edit(
                    "max(axis=1, keepdims=True)",
                    "max()",
                    "sum(axis=1, keepdims=True)",
                    "sum()",
                ),
                "All weights together sum to one, so that the pictures of a "
                "batch share one attention. Each row must sum to one.",
            ),
            Mistake(
                edit("np.exp(scores - highest)", "scores"),
                "Dividing by the sum is no softmax: scores may be negative or "
                "sum to zero. Exponentiate first.",
            ),
            Mistake(
                edit(" - highest", ""),
                "exp(1000) is infinite, and infinity by infinity is no "
                "number. Subtract each row's maximum first: the weights stay "
                "the same.",
            ),
            Mistake(
                edit("max(axis=1, keepdims=True)", "max()"),
                "You subtracted the maximum of the whole batch: a row far "
                "below it becomes 0 / 0. Subtract each row's own.",
            ),
            Mistake(
                edit(
                    "e / e.sum(axis=1, keepdims=True)",
                    "1 / (1 + np.exp(-scores))",
                ),
                "A sigmoid judges each place alone. The places share one "
                "attention: exponentiate, and divide by the row's sum.",
            ),
            Mistake(
                edit(" / e.sum(axis=1, keepdims=True)", ""),
                "The exponentials are right. Divide them by their row's sum, "
                "so that each row sums to one.",
            ),
            Mistake(
                edit(
                    "max(axis=1, keepdims=True)",
                    "max(axis=1)",
                    "sum(axis=1, keepdims=True)",
                    "sum(axis=1)",
                ),
                "A maximum (n,) lies along the places. One for each row is a "
                "column, (n, 1): keepdims=True.",
            ),
            Mistake(
                edit("max", "min"),
                "After your subtraction an exponent may still be far above 0, "
                "and exp overflows. Subtract the row's maximum: then the "
                "largest is exp(0).",
            ),
        ),
        explanation="Each picture's weights sum to one, whatever else is in "
        "the batch. The wrong axis raises no error: every shape fits, and "
        "results depend on the batch.",
    ),
    Exercise(
        id="22.2",
        title="The context",
        level="core",
        reference=context,
        cases=(
            Case(np.array([[1.0, 0.0, 0.0]]), _A),
            Case(np.array([[0.5, 0.25, 0.25]]), _A),
            Case(
                np.array([[0.2, 0.8], [0.9, 0.1]]),
                np.array([[[1.0, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 0, 1]]]),
            ),
            Case(_SHARES, _rng.standard_normal((5, 3, 4))),
        ),
        hints=(
            "A weighted mean: each place counts as much as its weight.",
            "weights[:, :, np.newaxis] is (n, p, 1) and fits (n, p, d).",
            "Multiply, then sum over axis 1.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "(weights[:, :, np.newaxis] * places).sum", "places.mean"
                ),
                "Every place counts the same: the weights are not used.",
            ),
            Mistake(
                edit("sum", "mean"),
                "The weights sum to one already; a mean divides once more by "
                "the number of places. Sum.",
            ),
            Mistake(
                _only_the_best,
                "You took the place with the largest weight: that is hard "
                "attention. Soft attention mixes, so that a gradient reaches "
                "every place.",
            ),
            Mistake(
                edit("axis=1", "axis=2"),
                "You summed over the features, axis 2: that leaves one number "
                "a place. The mean is over places, axis 1.",
            ),
            Mistake(
                edit(".sum(axis=1)", ""),
                "The places are weighted now. Sum over them, axis 1.",
            ),
            Mistake(
                edit(
                    "(weights[:, :, np.newaxis] * places).sum(axis=1)",
                    "weights @ places",
                ),
                "weights @ places takes every picture's weights to every "
                "picture's places: (n, n, d). Each picture has its own.",
            ),
        ),
        explanation="In one line: np.einsum('np,npd->nd', weights, places).",
    ),
    Exercise(
        id="22.3",
        title="Mass inside a box",
        level="core",
        reference=mass_inside,
        cases=(
            Case(_MAP, (0, 0, 1, 1)),
            Case(_MAP, (1, 2, 3, 4)),
            Case(_MAP, (0, 1, 4, 2)),
            Case(np.arange(1.0, 11).reshape(2, 5) / 55, (2, 0, 5, 1)),
            Case(_SHARES, (1, 2, 3, 4)),
        ),
        hints=(
            "Rows run from top to bottom, columns from left to right.",
            "weights[rows, columns], with slices; right and bottom are "
            "excluded.",
            "weights[top:bottom, left:right].sum()",
        ),
        mistakes=(
            Mistake(
                edit("top:bottom, left:right", "left:right, top:bottom"),
                "Left and right choose columns, the second axis. You used "
                "them for rows.",
            ),
            Mistake(
                edit("sum", "mean"),
                "You averaged. Mass adds up: a large box may hold more.",
            ),
            Mistake(
                edit(
                    "top:bottom, left:right",
                    "top : bottom + 1, left : right + 1",
                ),
                "right and bottom are the first places outside, as in Python "
                "slices: no + 1.",
            ),
            Mistake(
                edit(
                    "right, bottom =",
                    "width, height =",
                    "top:bottom, left:right",
                    "top : top + height, left : left + width",
                ),
                "You read the last two as width and height. They are the "
                "right and the bottom edge.",
            ),
            Mistake(
                edit(
                    ".sum()",
                    ".sum() * weights.size / (right - left) / (bottom - top)",
                ),
                "You divided by the box's share of the picture: that is how "
                "many times chance. Asked for is the mass itself.",
            ),
        ),
        explanation="Compare it with the box's share of the picture: that is "
        "what weights that do not look at all would have inside.",
    ),
    Exercise(
        id="22.4",
        title="Additive scores",
        level="core",
        reference=additive_scores,
        cases=(
            Case(
                np.array([[1.0], [2.0]]),
                np.array([0.5]),
                np.array([[1.0]]),
                np.array([[2.0]]),
                np.array([3.0]),
            ),
            Case(
                np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 0.0]]),
                np.array([1.0, 2.0, -1.0]),
                np.array([[1.0, 0.5], [-0.5, 1.0]]),
                np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]),
                np.array([2.0, -1.0]),
            ),
            Case(
                np.array([[1.0, 0.0, -1.0]]),
                np.array([0.5]),
                np.array([[1.0, 0.5], [0.3, -1.0], [-0.2, 0.4]]),
                np.array([[0.6, -0.8]]),
                np.array([2.0, -1.0]),
            ),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.standard_normal(4),
                _rng.standard_normal((3, 6)),
                _rng.standard_normal((4, 6)),
                _rng.standard_normal(6),
            ),
        ),
        hints=(
            "Place and state are added, after each has been projected.",
            "places @ U is (p, size), state @ W is (size,).",
            "tanh of the sum, then @ v gives one score a place.",
        ),
        mistakes=(
            Mistake(
                edit("np.tanh", ""),
                "Without tanh the state adds the same number to all scores, "
                "and a softmax does not notice: the weights never depend on "
                "what is being said.",
            ),
            Mistake(
                edit("places @ U + state @ W", "(places @ U) * (state @ W)"),
                "You multiplied place and state: additive attention adds "
                "them.",
            ),
            Mistake(
                edit("np.tanh", "", "hidden @ v", "np.tanh(hidden @ v)"),
                "The tanh is around the finished score. It belongs around "
                "the sum, before v.",
            ),
            Mistake(
                _softmax_taken,
                "These are weights already. Asked for are the scores, before "
                "the softmax.",
            ),
            Mistake(
                edit("hidden @ v", "hidden.sum(axis=1)"),
                "You summed over the hidden numbers. v weighs them: @ v.",
            ),
            Mistake(
                edit("U + state @ W", "U) + np.tanh(state @ W"),
                "You bent place and state each for itself, and added then: "
                "the state adds the same number to all scores again. Add "
                "first, bend the sum.",
            ),
        ),
        explanation="The bend is what lets the state change the order of the "
        "places. Linear scores cannot: the state's part is the same for all.",
    ),
    Exercise(
        id="22.5",
        title="Look at everything once",
        level="stretch",
        reference=even_penalty,
        cases=(
            Case(np.full((4, 4), 0.25), np.ones(4)),
            Case(_TWO, np.array([1.0, 1.0])),
            Case(_TWO, np.array([1.0, 0.0])),
            Case(_SHARES, np.array([1.0, 1.0, 1.0, 0.0, 0.0])),
        ),
        hints=(
            "Sum over time: how much was each place looked at?",
            "spoken is (t,), weights (t, p): padding must not be summed.",
            "t words of weight 1 shared by p places: t / p each. Sum the "
            "squared gaps.",
        ),
        mistakes=(
            Mistake(
                edit("fair - total", "1 - total"),
                "Every place should get 1? The weights of t words sum to t, "
                "and there are p places: a fair share is t / p.",
            ),
            Mistake(
                edit(
                    "(weights * spoken[:, np.newaxis])",
                    "weights",
                    "spoken.sum()",
                    "len(weights)",
                ),
                "The weights after <end> are in your sum. Multiply by spoken "
                "and count only the words spoken.",
            ),
            Mistake(
                edit("(weights * spoken[:, np.newaxis])", "weights"),
                "The fair share is right, but the weights after <end> are in "
                "your sum. Multiply by spoken first.",
            ),
            Mistake(
                edit("spoken.sum()", "1"),
                "1 / p is a place's fair share of one word. Over a sentence "
                "of t words it is t / p.",
            ),
            Mistake(
                edit("2).sum()", "2).mean()"),
                "You averaged over the places. The penalty is their sum.",
            ),
            Mistake(
                edit("axis=0", "axis=1", "fair - total", "1 - total"),
                "You summed over places: those sums are 1 by the softmax. "
                "The penalty is about the sums over time.",
            ),
            Mistake(
                edit("((fair - total) ** 2)", "(fair - total)"),
                "Without the square the gaps cancel: they sum to 0 however "
                "uneven the looks are.",
            ),
        ),
        explanation="The paper writes 1 for the fair share. That can be "
        "reached only if there are as many words as places.",
    ),
)
