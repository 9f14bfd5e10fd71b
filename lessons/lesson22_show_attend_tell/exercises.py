"""Exercises of lesson 22: attention."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def attend(scores, places):
    highest = scores.max(axis=1, keepdims=True)
    e = np.exp(scores - highest)
    weights = e / e.sum(axis=1, keepdims=True)
    return weights, (weights[:, :, np.newaxis] * places).sum(axis=1)


def _only_the_best(scores, places):
    best = scores.argmax(axis=1)
    return attend(scores, places)[0], places[np.arange(len(places)), best]


def additive_scores(places, state, U, W, v):
    asked = (state @ W)[:, np.newaxis]
    return np.tanh(places @ U + asked) @ v


def _softmax_taken(*arguments):
    e = np.exp(additive_scores(*arguments))
    return e / e.sum(axis=1, keepdims=True)


def strongest(weights, columns):
    best = weights.argmax(axis=1)
    return best // columns, best % columns


def mass_inside(weights, box):
    left, top, right, bottom = box
    return weights[top:bottom, left:right].sum()


def even_penalty(weights, spoken):
    total = (weights * spoken[:, np.newaxis]).sum(axis=0)
    fair = spoken.sum() / weights.shape[1]
    return ((fair - total) ** 2).sum()


_A = np.array([[[1.0, 0.0], [0.0, 2.0], [-4.0, 4.0]]])
_B = np.array([[[1.0, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 0, 1]]])
_MAP = np.arange(1.0, 17).reshape(4, 4) / 136
_TWO = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.2, 0.1]])

_rng = np.random.default_rng(22)
_SHARES = _rng.dirichlet(np.ones(3), 5)  # rows that sum to one

EXERCISES = (
    Exercise(
        id="22.1",
        title="Attention: weights and context",
        level="core",
        reference=attend,
        cases=(
            Case(np.array([[0.0, 1.0, 0.0]]), _A),
            Case(np.array([[0.5, -1.0], [2.0, 0.0]]), _B),
            Case(np.array([[1000.0, 999.0], [0.0, 3.0]]), _B),
            Case(np.array([[0.0, 1500.0, 0.0]]), _A),
            Case(
                3 * _rng.standard_normal((5, 7)),
                _rng.standard_normal((5, 7, 4)),
            ),
        ),
        hints=(
            "Weights first: a softmax over the places of each picture. Then "
            "a weighted mean: each place counts as much as its weight.",
            "keepdims=True keeps the largest score and the sum as columns, "
            "(n, 1). weights[:, :, np.newaxis] is (n, p, 1) and fits "
            "(n, p, d).",
            "e = np.exp(scores - largest); weights = e / its sum over axis "
            "1. Multiply by the places, and sum over axis 1.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "highest = scores.max(axis=1",
                    "highest = scores.max(axis=0",
                    "e / e.sum(axis=1",
                    "e / e.sum(axis=0",
                ),
                "Your columns sum to one: the pictures of a batch compete "
                "for each place. The softmax runs over places, axis 1.",
            ),
            Mistake(
                edit(
                    "scores.max(axis=1, keepdims=True)",
                    "scores.max()",
                    "e.sum(axis=1, keepdims=True)",
                    "e.sum()",
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
                edit("scores.max(axis=1, keepdims=True)", "scores.max()"),
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
                    "e.sum(axis=1, keepdims=True)",
                    "e.sum(axis=1)",
                ),
                "A maximum (n,) lies along the places. One for each row is a "
                "column, (n, 1): keepdims=True.",
            ),
            Mistake(
                edit("scores.max", "scores.min"),
                "After your subtraction an exponent may still be far above 0, "
                "and exp overflows. Subtract the row's maximum: then the "
                "largest is exp(0).",
            ),
            Mistake(
                edit(
                    "(weights[:, :, np.newaxis] * places).sum", "places.mean"
                ),
                "The weights are right, but every place counts the same in "
                "your context: the weights are not used there.",
            ),
            Mistake(
                edit("* places).sum", "* places).mean"),
                "The weights sum to one already; a mean divides once more by "
                "the number of places. Sum.",
            ),
            Mistake(
                _only_the_best,
                "You took the place with the largest weight: that is no "
                "mixture, and no gradient reaches the other places. Add all "
                "places up, each times its weight.",
            ),
            Mistake(
                edit("places).sum(axis=1)", "places).sum(axis=2)"),
                "You summed over the features, axis 2: that leaves one number "
                "a place. The mean is over places, axis 1.",
            ),
            Mistake(
                edit("* places).sum(axis=1)", "* places)"),
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
            Mistake(
                edit(
                    "return weights, ",
                    "return ",
                    "places).sum(axis=1)",
                    "places).sum(axis=1), weights",
                ),
                "Both are right, in the other order: weights first, then the "
                "context.",
            ),
            Mistake(
                edit("(weights[:", "(scores[:"),
                "The weights are right, but the places are multiplied by the "
                "scores. Scores sum to anything: use the weights.",
            ),
        ),
        explanation="Each picture's weights sum to one, whatever else is in "
        "the batch; the wrong axis raises no error. In one line the context "
        "is np.einsum('np,npd->nd', weights, places).",
    ),
    Exercise(
        id="22.2",
        title="Additive scores",
        level="core",
        reference=additive_scores,
        cases=(
            Case(
                np.array([[[1.0], [-1.0]]]),
                np.array([[0.5]]),
                np.array([[1.0]]),
                np.array([[2.0]]),
                np.array([3.0]),
            ),
            Case(
                np.array([[[1.0, -1.0], [0.5, 2.0], [0.0, 0.0]]]),
                np.array([[1.0, 2.0, -1.0]]),
                np.array([[1.0, 0.5], [-0.5, 1.0]]),
                np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]),
                np.array([2.0, -1.0]),
            ),
            Case(
                np.array([[[1.0, -1.0], [0.5, 2.0]]] * 2),
                np.array([[0.5], [-2.0]]),
                np.array([[1.0, 0.5, 0.0], [0.3, -1.0, 1.0]]),
                np.array([[0.6, -0.8, 0.1]]),
                np.array([2.0, -1.0, 0.5]),
            ),
            Case(
                _rng.standard_normal((5, 7, 3)),
                _rng.standard_normal((5, 4)),
                _rng.standard_normal((3, 6)),
                _rng.standard_normal((4, 6)),
                _rng.standard_normal(6),
            ),
        ),
        hints=(
            "Place and state are added, after each has been projected.",
            "places @ U is (n, p, s), state @ W is (n, s): it needs an axis "
            "in the middle, [:, np.newaxis].",
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
                edit("places @ U + asked", "(places @ U) * asked"),
                "You multiplied place and state: additive attention adds "
                "them.",
            ),
            Mistake(
                edit(
                    "np.tanh(places @ U + asked) @ v",
                    "np.tanh((places @ U + asked) @ v)",
                ),
                "The tanh is around the finished score. It belongs around "
                "the sum, before v.",
            ),
            Mistake(
                _softmax_taken,
                "These are weights already. Asked for are the scores, before "
                "the softmax.",
            ),
            Mistake(
                edit(") @ v", ").sum(axis=2)"),
                "You summed over the hidden numbers. v weighs them: @ v.",
            ),
            Mistake(
                edit(
                    "np.tanh(places @ U + asked)",
                    "(np.tanh(places @ U) + np.tanh(asked))",
                ),
                "You bent place and state each for itself, and added then: "
                "the state adds the same number to all scores again. Add "
                "first, bend the sum.",
            ),
            Mistake(
                edit("[:, np.newaxis]", ""),
                "state @ W is (n, s), and beside (n, p, s) NumPy reads it as "
                "one row a place: every place of every picture meets "
                "another picture's state. Give it an axis for the places: "
                "[:, np.newaxis].",
            ),
            Mistake(
                edit("[:, np.newaxis]", "[0]"),
                "All pictures meet the state of the first. Each has its own.",
            ),
        ),
        explanation="The bend is what lets the state change the order of the "
        "places. Linear scores cannot: the state's part is the same for all.",
    ),
    Exercise(
        id="22.3",
        title="The place that counts most",
        level="warm-up",
        reference=strongest,
        cases=(
            Case(np.array([[0.1, 0.2, 0.1, 0.6]]), 2),
            Case(np.array([[0.1, 0.1, 0.5, 0.1, 0.1, 0.1]]), 3),
            Case(np.array([[0.0, 0.3, 0.0, 0.0, 0.7, 0.0]] * 2), 2),
            Case(_rng.dirichlet(np.ones(12), 5), 4),
            Case(_rng.dirichlet(np.ones(12), 5), 3),
        ),
        hints=(
            "First its number among all places of the word, then the row and "
            "the column of that number.",
            "argmax over axis 1. In a row are `columns` places: how many "
            "whole rows come before the place?",
            "best // columns is the row, best % columns the column.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "best // columns, best % columns",
                    "best % columns, best // columns",
                ),
                "Rows and columns are swapped: // counts the whole rows "
                "before the place, % is what is left, the column.",
            ),
            Mistake(
                edit("axis=1", "axis=0"),
                "You looked for the word that looks most at each place. "
                "Asked for is a place for each word: axis 1.",
            ),
            Mistake(
                edit("argmax(axis=1)", "argmax()"),
                "One place for all words together. Each word has its own: "
                "axis=1.",
            ),
            Mistake(
                edit("argmax", "argmin"),
                "That is the place with the smallest weight. Take argmax.",
            ),
            Mistake(
                edit("argmax", "max"),
                "That is the largest weight itself. Asked for is where it "
                "is: argmax.",
            ),
            Mistake(
                edit("best // columns, best % columns", "best"),
                "That is the number of the place among all. Take it apart "
                "into row and column, with // and %.",
            ),
            Mistake(
                edit(
                    "best // columns, best % columns",
                    "best // columns + 1, best % columns + 1",
                ),
                "You count from 1. The first row is row 0, and so is the "
                "first column.",
            ),
            Mistake(
                edit(
                    "return",
                    "columns = weights.shape[1] // columns; return",
                ),
                "You divided by the number of rows. The places come row by "
                "row, and a row has `columns` of them: divide by that.",
            ),
        ),
        explanation="np.unravel_index does the same for any number of axes. "
        "A map's strongest place says where the network looked most; it need "
        "not hold much of the whole.",
    ),
    Exercise(
        id="22.4",
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
