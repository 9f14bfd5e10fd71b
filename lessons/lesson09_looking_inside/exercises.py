"""Exercises of lesson 09: looking inside, and fooling it."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def grad_cam(maps, slopes):
    weights = slopes.mean(axis=(1, 2), keepdims=True)
    return np.maximum((weights * maps).sum(axis=-1), 0)


def pointing(heat, masks):
    warmest = heat.reshape(len(heat), -1).argmax(axis=1)
    flat = masks.reshape(len(masks), -1)
    return flat[np.arange(len(flat)), warmest].mean()


def fgsm(x, slopes, epsilon):
    return np.clip(x + epsilon * np.sign(slopes), 0, 255)


def smallest_push(x, w, b):
    return np.abs(x @ w + b) / np.abs(w).sum()


def neighbours(asked, known, count):
    known = known / np.linalg.norm(known, axis=1, keepdims=True)
    return np.argsort(-(asked @ known.T), axis=1)[:, :count]


def occlusion_map(score, picture, size, stride):
    height, width, _ = picture.shape
    falls, covered = np.zeros((height, width)), np.zeros((height, width))
    for top in range(0, height - size + 1, stride):
        for left in range(0, width - size + 1, stride):
            hidden = picture.copy()
            hidden[top : top + size, left : left + size] = 0
            fall = score(picture) - score(hidden)
            falls[top : top + size, left : left + size] += fall
            covered[top : top + size, left : left + size] += 1
    return falls / np.maximum(covered, 1)


_rng = np.random.default_rng(9)


def _maps(*shape):
    return Case(_rng.standard_normal(shape), _rng.standard_normal(shape))


_by_hand = Case(
    np.array([[[[1.0, 0.0], [2.0, 1.0]], [[0.0, 3.0], [1.0, 1.0]]]]),
    np.array([[[[1.0, -1.0], [1.0, 0.0]], [[0.0, -1.0], [2.0, 0.0]]]]),
)


def _pointed(*shape):
    return Case(_rng.standard_normal(shape), _rng.random(shape) < 0.4)


def _pictures(count, epsilon):
    x = _rng.integers(0, 256, (count, 3, 4, 3)).astype("float64")
    slopes = _rng.standard_normal(x.shape)
    slopes[..., 0, 1] = 0
    return Case(x - 0.0, slopes, epsilon)


def _total(picture):
    return float(picture.sum())


def _weighed(picture):
    """A score that minds where a value stands: any function would do."""
    rows, columns, channels = picture.shape
    weights = np.cos(np.arange(rows * columns * channels))
    return float((picture.ravel() * weights).sum()) ** 2 / 10


EXERCISES = (
    Exercise(
        id="09.1",
        title="Grad-CAM",
        level="core",
        reference=grad_cam,
        cases=(_by_hand, _maps(5, 2, 3, 4), _maps(2, 4, 4, 1)),
        hints=(
            "A weight for each map first; then the weighted sum of the maps.",
            "slopes.mean(axis=(1, 2), keepdims=True) has the shape (n, 1, 1, "
            "channels): one weight a map, ready to be multiplied.",
            "np.maximum((weights * maps).sum(axis=-1), 0)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "np.maximum((weights * maps).sum(axis=-1), 0)",
                    "(weights * maps).sum(axis=-1)",
                ),
                "The ReLU is missing: what speaks against the kind must "
                "become 0.",
            ),
            Mistake(
                edit(
                    "np.maximum((weights * maps).sum(axis=-1), 0)",
                    "np.abs((weights * maps).sum(axis=-1))",
                ),
                "You take the size of the sum. What speaks against the kind "
                "becomes 0, not positive.",
            ),
            Mistake(
                edit("slopes.mean", "maps.mean"),
                "The weights are means of the slopes, not of the maps.",
            ),
            Mistake(
                edit("slopes.mean(axis=(1, 2), keepdims=True)", "slopes"),
                "You multiply each place by its own slope. Grad-CAM takes one "
                "weight a map: the mean of its slopes.",
            ),
            Mistake(
                edit("slopes.mean", "slopes.sum"),
                "You take the sum of the slopes, not their mean: the map has "
                "the right form, and another scale.",
            ),
            Mistake(
                edit(
                    "np.maximum((weights * maps).sum(axis=-1), 0)",
                    "np.maximum(weights * maps, 0).sum(axis=-1)",
                ),
                "The ReLU comes after the sum, not before it: maps that speak "
                "against the kind count, too.",
            ),
            Mistake(
                edit(
                    "(weights * maps)",
                    "(np.maximum(weights, 0) * maps)",
                ),
                "You drop negative weights. The ReLU is for the sum.",
            ),
            Mistake(
                edit(".sum(axis=-1)", ".mean(axis=-1)"),
                "The maps are summed, not averaged.",
            ),
            Mistake(
                edit("axis=(1, 2)", "axis=(0, 1, 2)"),
                "Your weights are means over all pictures, too. Each picture "
                "has its own.",
            ),
            Mistake(
                edit("slopes.mean(axis=(1, 2)", "slopes.mean(axis=-1"),
                "You take the mean over the maps. The mean is over the "
                "places of each map, axes 1 and 2.",
            ),
            Mistake(
                edit("slopes.mean", "slopes.max"),
                "You take the largest slope of each map. It is the mean.",
            ),
            Mistake(
                edit("slopes.mean", "np.maximum(slopes, 0).mean"),
                "You drop negative slopes. The ReLU is for the sum of the "
                "maps.",
            ),
            Mistake(
                lambda maps, slopes: np.maximum(
                    (maps.mean(axis=(1, 2), keepdims=True) * slopes).sum(-1),
                    0,
                ),
                "Maps and slopes have changed places: the mean is that of "
                "the slopes, the sum that of the maps.",
            ),
        ),
        explanation="A mean, a weighted sum, a ReLU: two lines. What it needs "
        "of the network are the maps of one layer and the slopes at them.",
    ),
    Exercise(
        id="09.2",
        title="The pointing game",
        level="warm-up",
        reference=pointing,
        cases=(
            Case(
                np.array([[[0.0, 2.0], [1.0, -1.0]]]),
                np.array([[[False, True], [False, False]]]),
            ),
            _pointed(5, 3, 4),
            _pointed(7, 2, 3),
        ),
        hints=(
            "Find the place of the largest value of each picture; then look "
            "it up in the mask.",
            "With the last two axes in one, argmax(axis=1) gives a place for "
            "each picture.",
            "masks.reshape(len(masks), -1)[np.arange(len(masks)), warmest]",
        ),
        mistakes=(
            Mistake(
                edit(".argmax(axis=1)", ".argmin(axis=1)"),
                "You took the coldest pixel.",
            ),
            Mistake(
                edit(
                    "heat.reshape(len(heat), -1)",
                    "np.abs(heat).reshape(len(heat), -1)",
                ),
                "You took the pixel that is furthest from 0. The warmest is "
                "the largest, with its sign.",
            ),
            Mistake(
                edit(".mean()", ".sum()"),
                "That is the number of hits. The share of the pictures is "
                "asked.",
            ),
            Mistake(
                lambda heat, masks: (heat * masks).sum() / heat.sum(),
                "That is the share of the heat that lies inside. The pointing "
                "game asks for one pixel a picture, the warmest.",
            ),
            Mistake(
                lambda heat, masks: float(
                    masks.reshape(-1)[heat.argmax()].mean()
                ),
                "You looked for one warmest pixel in all pictures together. "
                "Each picture has its own.",
            ),
            Mistake(
                edit("[np.arange(len(flat)), warmest]", "[:, warmest]"),
                "You look up every place in every picture's mask. Each "
                "picture has one place: count pictures beside places, "
                "np.arange(n).",
            ),
            Mistake(
                edit(".mean()", ".mean() * 100"),
                "That is a percentage. A share lies between 0 and 1.",
            ),
            Mistake(
                edit("return flat", "return 1 - flat"),
                "You count the pictures whose warmest pixel lies outside.",
            ),
        ),
        explanation="One pixel a picture: simple, and blind to the rest of "
        "the map. Two maps with the same warmest pixel get the same score.",
    ),
    Exercise(
        id="09.3",
        title="The fast gradient sign method",
        level="core",
        reference=fgsm,
        cases=(
            Case(
                np.array([[100.0, 5.0, 250.0]]),
                np.array([[0.3, -2.0, 0.0]]),
                10,
            ),
            _pictures(5, 16),
            _pictures(2, 0.5),
        ),
        hints=(
            "Only the signs of the slopes count. Then: is it still a picture?",
            "x + epsilon * np.sign(slopes), and no number below 0 or above "
            "255.",
            "np.clip(x + epsilon * np.sign(slopes), 0, 255)",
        ),
        mistakes=(
            Mistake(
                edit("x + epsilon", "x - epsilon"),
                "You went down the slope of the loss: that makes the network "
                "surer of the right kind.",
            ),
            Mistake(
                edit("np.sign(slopes)", "slopes"),
                "You moved each number by its slope. FGSM moves all by the "
                "same epsilon, up or down: take the sign.",
            ),
            Mistake(
                edit(
                    "np.clip(x + epsilon * np.sign(slopes), 0, 255)",
                    "x + epsilon * np.sign(slopes)",
                ),
                "Some numbers leave 0 to 255: that is no picture. Clip.",
            ),
            Mistake(
                edit("0, 255)", "0, 1)"),
                "You clip to 0 and 1; these pictures go from 0 to 255.",
            ),
            Mistake(
                edit(
                    "np.clip(x + epsilon * np.sign(slopes), 0, 255)",
                    "x + np.clip(epsilon * np.sign(slopes), 0, 255)",
                ),
                "You clip the push. Clip the picture, after the push.",
            ),
            Mistake(
                edit(
                    "np.sign(slopes)",
                    "slopes / np.linalg.norm(slopes)",
                ),
                "You go along the slope, with length epsilon in all. FGSM "
                "moves *each* number by epsilon: take the sign.",
            ),
            Mistake(
                edit("np.sign(slopes)", "slopes / np.abs(slopes).max()"),
                "Only the steepest number moves by epsilon. FGSM moves *each* "
                "by epsilon: take the sign.",
            ),
            Mistake(
                edit("np.sign(slopes)", "np.where(slopes >= 0, 1, -1)"),
                "Where the slope is 0, nothing moves: np.sign gives 0 there.",
            ),
            Mistake(
                edit(
                    "np.clip(x + epsilon * np.sign(slopes), 0, 255)",
                    "np.minimum(x + epsilon * np.sign(slopes), 255)",
                ),
                "Numbers below 0 are no pixels, either: clip at both ends.",
            ),
            Mistake(
                edit(
                    "np.clip(x + epsilon * np.sign(slopes), 0, 255)",
                    "np.maximum(x + epsilon * np.sign(slopes), 0)",
                ),
                "Numbers above 255 are no pixels, either: clip at both ends.",
            ),
            Mistake(
                edit("epsilon * ", "epsilon / 255 * "),
                "You divide epsilon by 255. It is in steps of a pixel "
                "already.",
            ),
        ),
        explanation="Where the slope is 0 nothing moves. What is bounded is "
        "the largest change of any number; that is why the sign is best.",
    ),
    Exercise(
        id="09.4",
        title="The smallest push",
        level="core",
        reference=smallest_push,
        cases=(
            Case(
                np.array([[0.5, 0.6, 0.4]]), np.array([2.0, -1.0, 0.5]), -0.1
            ),
            Case(_rng.standard_normal((5, 3)), _rng.standard_normal(3), 0.7),
            Case(_rng.standard_normal((6, 2)), _rng.standard_normal(2), -1.3),
        ),
        hints=(
            "By how much can the sum move, if each number moves by epsilon?",
            "By epsilon times the sum of |w|. It has to reach the size of "
            "the logit.",
            "np.abs(x @ w + b) / np.abs(w).sum()",
        ),
        mistakes=(
            Mistake(
                edit("np.abs(x @ w + b)", "(x @ w + b)"),
                "A size has no sign: below 0 the way up is as long.",
            ),
            Mistake(
                edit("np.abs(w).sum()", "w.sum()"),
                "Each number is pushed against the sign of its weight, so the "
                "sizes add up: the sum of |w|.",
            ),
            Mistake(
                edit("np.abs(w).sum()", "np.linalg.norm(w)"),
                "That is the shortest way as the crow flies. Here each number "
                "may move by epsilon: the sum of |w|.",
            ),
            Mistake(
                edit(" + b", ""),
                "The bias belongs to the logit.",
            ),
            Mistake(
                edit("np.abs(w).sum()", "np.abs(w).max()"),
                "You move one number only. All may move.",
            ),
            Mistake(
                edit("np.abs(w).sum()", "np.abs(w).mean()"),
                "The sizes add up: the sum of |w|, not its mean.",
            ),
            Mistake(
                edit(" / np.abs(w).sum()", ""),
                "That is the size of the logit. How far must each number "
                "move to make up for it?",
            ),
            Mistake(
                edit("np.abs(w).sum()", "(w**2).sum()"),
                "That is for a push along w itself. Here each number may move "
                "by epsilon: the sum of |w|.",
            ),
            Mistake(
                edit(" + b", " - b"),
                "The logit is x @ w + b.",
            ),
        ),
        explanation="It is the distance to the border when the largest "
        "change counts. More inputs, larger sum: a smaller push is enough.",
    ),
    Exercise(
        id="09.5",
        title="Neighbours",
        level="core",
        reference=neighbours,
        cases=(
            Case(
                np.array([[1.0, 0.0]]),
                np.array([[0.0, 1.0], [9.0, 9.0], [0.5, 0.1]]),
                2,
            ),
            Case(
                _rng.standard_normal((5, 3)), _rng.standard_normal((40, 3)), 9
            ),
            Case(
                _rng.standard_normal((2, 4)), _rng.standard_normal((5, 4)), 5
            ),
        ),
        hints=(
            "Cosine similarity is the product of two vectors of length 1.",
            "Divide the rows by their lengths; asked @ known.T then has all "
            "similarities, (n, m). Sort each row, the largest first.",
            "np.argsort(-(asked @ known.T), axis=1)[:, :count]",
        ),
        mistakes=(
            Mistake(
                edit("-(asked @ known.T)", "asked @ known.T"),
                "argsort puts the smallest first: your neighbours are the "
                "furthest.",
            ),
            Mistake(
                edit("known = known / np", "_ = known / np"),
                "Long vectors win with you. Divide the rows of known by their "
                "lengths.",
            ),
            Mistake(
                lambda asked, known, count: np.argsort(
                    ((asked[:, np.newaxis] - known) ** 2).sum(axis=-1), axis=1
                )[:, :count],
                "You took the distance. Cosine similarity minds the angle "
                "only, not the length.",
            ),
            Mistake(
                edit(
                    "np.linalg.norm(known, axis=1",
                    "np.linalg.norm(known, axis=0",
                ),
                "You divide columns by their lengths. A row is a picture.",
            ),
            Mistake(
                lambda asked, known, count: np.sort(
                    -(
                        (asked / np.linalg.norm(asked, axis=1, keepdims=True))
                        @ (
                            known
                            / np.linalg.norm(known, axis=1, keepdims=True)
                        ).T
                    ),
                    axis=1,
                )[:, :count],
                "Those are similarities. Places are asked: argsort, not sort.",
            ),
            Mistake(
                lambda asked, known, count: np.argsort(
                    asked
                    @ (known / np.linalg.norm(known, axis=1, keepdims=True)).T,
                    axis=1,
                )[:, -count:],
                "The right places, the nearest last. Asked is the nearest "
                "first.",
            ),
            Mistake(
                edit("-(asked @ known.T)", "-np.abs(asked @ known.T)"),
                "You took the size of the similarity. What points the other "
                "way is far, not near: keep the sign.",
            ),
        ),
        explanation="The length of asked does not matter: it changes no "
        "order. That of known does.",
    ),
    Exercise(
        id="09.6",
        title="An occlusion map",
        level="stretch",
        reference=occlusion_map,
        cases=(
            Case(_total, np.arange(12.0).reshape(2, 6, 1) - 3, 2, 2),
            Case(_weighed, _rng.standard_normal((5, 7, 3)), 3, 1),
            Case(_weighed, _rng.standard_normal((6, 9, 1)), 3, 2),
            Case(_weighed, _rng.standard_normal((6, 5, 1)), 2, 3),
        ),
        hints=(
            "Two arrays of height x width: the sum of the falls, and how "
            "often each pixel was covered.",
            "Starts go from 0 to height - size, both included, in steps of "
            "stride. Copy the picture before you cover a part of it.",
            "falls[part] += score(picture) - score(hidden); covered[part] += "
            "1; at the end falls / np.maximum(covered, 1)",
        ),
        mistakes=(
            Mistake(
                edit("score(picture) - score(hidden)", "score(hidden)"),
                "You kept the score with the patch. Asked is the fall.",
            ),
            Mistake(
                edit(
                    "score(picture) - score(hidden)",
                    "score(hidden) - score(picture)",
                ),
                "The fall is before minus after: a part that is needed gets a "
                "positive number.",
            ),
            Mistake(
                edit("falls / np.maximum(covered, 1)", "falls"),
                "You sum the falls. A pixel in the middle is covered more "
                "often: divide by how often.",
            ),
            Mistake(
                edit("picture.copy()", "np.zeros_like(picture)"),
                "You covered everything. Only the patch becomes 0.",
            ),
            Mistake(
                edit(
                    *("height - size + 1", "height - size"),
                    *("width - size + 1", "width - size"),
                ),
                "The last patch is missing: starts go up to height - size, "
                "included.",
            ),
            Mistake(
                edit(
                    *("height - size + 1", "height"),
                    *("width - size + 1", "width"),
                ),
                "You also use patches that stick out. Whole ones only.",
            ),
            Mistake(
                edit("np.maximum(covered, 1)", "covered"),
                "You divide by 0 where no patch has been. Such a pixel gets "
                "0.",
            ),
            Mistake(
                edit(
                    *("+= fall", "= fall"),
                    *("falls / np.maximum(covered, 1)", "falls"),
                ),
                "You keep the last fall only. A pixel gets the mean of all "
                "patches that covered it: add up, and count.",
            ),
            Mistake(
                edit(
                    "left : left + size] = 0",
                    "left : left + size] = picture.mean()",
                ),
                "Your patch is the mean of the picture. Asked is a patch of "
                "0.",
            ),
            Mistake(
                edit(
                    "left : left + size] = 0",
                    "left : left + size] = 127.5",
                ),
                "Your patch is mid-grey. Asked is a patch of 0.",
            ),
            Mistake(
                edit(
                    "score(picture) - score(hidden)",
                    "abs(score(picture) - score(hidden))",
                ),
                "A fall has a sign: where the score rises it is negative.",
            ),
            Mistake(
                edit(
                    *("height - size + 1, stride", "height - size + 1"),
                    *("width - size + 1, stride", "width - size + 1"),
                ),
                "You cover every place. The patches stand `stride` pixels "
                "apart.",
            ),
        ),
        explanation="It needs no gradient and no look inside: any function "
        "that scores a picture will do. It costs a call for each patch.",
    ),
)
