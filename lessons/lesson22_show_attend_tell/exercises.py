"""Exercises of lesson 22: attention."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def attention_weights(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _over_pictures(scores):
    e = np.exp(scores - scores.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def _over_everything(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def _no_exponential(scores):
    return scores / scores.sum(axis=1, keepdims=True)


def _exponential_too_large(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def _maximum_of_the_batch(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=1, keepdims=True)


def _sigmoid(scores):
    return 1 / (1 + np.exp(-scores))


def _not_divided(scores):
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def context(weights, places):
    return (weights[:, :, np.newaxis] * places).sum(axis=1)


def _plain_mean(weights, places):
    return places.mean(axis=1)


def _mean_of_weighted(weights, places):
    return (weights[:, :, np.newaxis] * places).mean(axis=1)


def _only_the_best(weights, places):
    return places[np.arange(len(places)), weights.argmax(axis=1)]


def _over_features(weights, places):
    return (weights[:, :, np.newaxis] * places).sum(axis=2)


def _not_summed(weights, places):
    return weights[:, :, np.newaxis] * places


def mass_inside(weights, box):
    left, top, right, bottom = box
    return weights[top:bottom, left:right].sum()


def _axes_swapped(weights, box):
    left, top, right, bottom = box
    return weights[left:right, top:bottom].sum()


def _mean_inside(weights, box):
    left, top, right, bottom = box
    return weights[top:bottom, left:right].mean()


def _one_too_many(weights, box):
    left, top, right, bottom = box
    return weights[top : bottom + 1, left : right + 1].sum()


def _width_and_height(weights, box):
    left, top, width, height = box
    return weights[top : top + height, left : left + width].sum()


def _times_chance(weights, box):
    left, top, right, bottom = box
    share = (right - left) * (bottom - top) / weights.size
    return mass_inside(weights, box) / share


def additive_scores(places, state, W, U, v):
    return np.tanh(places @ W + state @ U) @ v


def _without_tanh(places, state, W, U, v):
    return (places @ W + state @ U) @ v


def _multiplied(places, state, W, U, v):
    return np.tanh((places @ W) * (state @ U)) @ v


def _tanh_outside(places, state, W, U, v):
    return np.tanh((places @ W + state @ U) @ v)


def _softmax_taken(places, state, W, U, v):
    e = np.exp(additive_scores(places, state, W, U, v))
    return e / e.sum()


def _without_v(places, state, W, U, v):
    return np.tanh(places @ W + state @ U).sum(axis=1)


def _tanh_of_each(places, state, W, U, v):
    return (np.tanh(places @ W) + np.tanh(state @ U)) @ v


def even_penalty(weights, spoken):
    total = (weights * spoken[:, np.newaxis]).sum(axis=0)
    fair = spoken.sum() / weights.shape[1]
    return ((fair - total) ** 2).sum()


def _target_one(weights, spoken):
    total = (weights * spoken[:, np.newaxis]).sum(axis=0)
    return ((1 - total) ** 2).sum()


def _padding_counted(weights, spoken):
    fair = len(weights) / weights.shape[1]
    return ((fair - weights.sum(axis=0)) ** 2).sum()


def _padding_summed(weights, spoken):
    fair = spoken.sum() / weights.shape[1]
    return ((fair - weights.sum(axis=0)) ** 2).sum()


def _mean_of_places(weights, spoken):
    return even_penalty(weights, spoken) / weights.shape[1]


def _share_of_one_word(weights, spoken):
    total = (weights * spoken[:, np.newaxis]).sum(axis=0)
    return ((1 / weights.shape[1] - total) ** 2).sum()


def _over_places(weights, spoken):
    total = (weights * spoken[:, np.newaxis]).sum(axis=1)
    return ((1 - total) ** 2).sum()


_A = np.array([[[1.0, 0.0], [0.0, 2.0], [4.0, 4.0]]])
_MAP = np.arange(1.0, 17).reshape(4, 4) / 136
_TWO = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.2, 0.1]])

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
        ),
        hints=(
            "What must sum to one: the places of a picture, or the pictures?",
            "scores is (pictures, places); keepdims=True keeps it so.",
            "Subtract the row's maximum, exponentiate, divide by the row's "
            "sum.",
        ),
        mistakes=(
            Mistake(
                _over_pictures,
                "Your columns sum to one: the pictures of a batch compete "
                "for each place. The softmax runs over places, axis 1.",
            ),
            Mistake(
                _over_everything,
                "All weights together sum to one, so that the pictures of a "
                "batch share one attention. Each row must sum to one.",
            ),
            Mistake(
                _no_exponential,
                "Dividing by the sum is no softmax: scores may be negative or "
                "sum to zero. Exponentiate first.",
            ),
            Mistake(
                _exponential_too_large,
                "exp(1000) is infinite, and infinity by infinity is no "
                "number. Subtract each row's maximum first: the weights stay "
                "the same.",
            ),
            Mistake(
                _maximum_of_the_batch,
                "You subtracted the maximum of the whole batch: a row far "
                "below it becomes 0 / 0. Subtract each row's own.",
            ),
            Mistake(
                _sigmoid,
                "A sigmoid judges each place alone. The places share one "
                "attention: exponentiate, and divide by the row's sum.",
            ),
            Mistake(
                _not_divided,
                "The exponentials are right. Divide them by their row's sum, "
                "so that each row sums to one.",
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
        ),
        hints=(
            "A weighted mean: each place counts as much as its weight.",
            "weights[:, :, np.newaxis] is (n, p, 1) and fits (n, p, d).",
            "Multiply, then sum over axis 1.",
        ),
        mistakes=(
            Mistake(
                _plain_mean,
                "Every place counts the same: the weights are not used.",
            ),
            Mistake(
                _mean_of_weighted,
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
                _over_features,
                "You summed over the features, axis 2: that leaves one number "
                "a place. The mean is over places, axis 1.",
            ),
            Mistake(
                _not_summed,
                "The places are weighted now. Sum over them, axis 1.",
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
        ),
        hints=(
            "Rows run from top to bottom, columns from left to right.",
            "weights[rows, columns], with slices; right and bottom are "
            "excluded.",
            "weights[top:bottom, left:right].sum()",
        ),
        mistakes=(
            Mistake(
                _axes_swapped,
                "Left and right choose columns, the second axis. You used "
                "them for rows.",
            ),
            Mistake(
                _mean_inside,
                "You averaged. Mass adds up: a large box may hold more.",
            ),
            Mistake(
                _one_too_many,
                "right and bottom are the first places outside, as in Python "
                "slices: no + 1.",
            ),
            Mistake(
                _width_and_height,
                "You read the last two as width and height. They are the "
                "right and the bottom edge.",
            ),
            Mistake(
                _times_chance,
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
        ),
        hints=(
            "Place and state are added, after each has been projected.",
            "places @ W is (p, size), state @ U is (size,).",
            "tanh of the sum, then @ v gives one score a place.",
        ),
        mistakes=(
            Mistake(
                _without_tanh,
                "Without tanh the state adds the same number to all scores, "
                "and a softmax does not notice: the weights never depend on "
                "what is being said.",
            ),
            Mistake(
                _multiplied,
                "You multiplied place and state: additive attention adds "
                "them.",
            ),
            Mistake(
                _tanh_outside,
                "The tanh is around the finished score. It belongs around "
                "the sum, before v.",
            ),
            Mistake(
                _softmax_taken,
                "These are weights already. Asked for are the scores, before "
                "the softmax.",
            ),
            Mistake(
                _without_v,
                "You summed over the hidden numbers. v weighs them: @ v.",
            ),
            Mistake(
                _tanh_of_each,
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
        ),
        hints=(
            "Sum over time: how much was each place looked at?",
            "spoken is (t,), weights (t, p): padding must not be summed.",
            "t words of weight 1 shared by p places: t / p each. Sum the "
            "squared gaps.",
        ),
        mistakes=(
            Mistake(
                _target_one,
                "Every place should get 1? The weights of t words sum to t, "
                "and there are p places: a fair share is t / p.",
            ),
            Mistake(
                _padding_counted,
                "The weights after <end> are in your sum. Multiply by spoken "
                "and count only the words spoken.",
            ),
            Mistake(
                _padding_summed,
                "The fair share is right, but the weights after <end> are in "
                "your sum. Multiply by spoken first.",
            ),
            Mistake(
                _share_of_one_word,
                "1 / p is a place's fair share of one word. Over a sentence "
                "of t words it is t / p.",
            ),
            Mistake(
                _mean_of_places,
                "You averaged over the places. The penalty is their sum.",
            ),
            Mistake(
                _over_places,
                "You summed over places: those sums are 1 by the softmax. "
                "The penalty is about the sums over time.",
            ),
        ),
        explanation="The paper writes 1 for the fair share. That can be "
        "reached only if there are as many words as places.",
    ),
)
