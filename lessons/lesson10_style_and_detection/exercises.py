"""Exercises of lesson 10: Gram matrices, boxes, average precision."""

import numpy as np

from coursekit.exercises import networks
from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake

GRID, STEP = 8, 8  # places on a side, pixels of a place


def gram(features):
    flat = features.reshape(-1, features.shape[-1])  # (places, channels)
    return flat.T @ flat / len(flat)


def iou(a, b):
    a, b = a[:, np.newaxis], b[np.newaxis]  # (n, 1, 4), (1, m, 4)
    left_top = np.maximum(a[..., :2], b[..., :2])
    right_bottom = np.minimum(a[..., 2:], b[..., 2:])
    shared = np.clip(right_bottom - left_top, 0, None).prod(axis=-1)
    area_a = (a[..., 2:] - a[..., :2]).prod(axis=-1)
    area_b = (b[..., 2:] - b[..., :2]).prod(axis=-1)
    return shared / (area_a + area_b - shared)


def encode(boxes, kinds):
    thing = np.zeros((GRID, GRID))
    place = np.zeros((GRID, GRID, 4))
    kind = np.zeros((GRID, GRID), int)
    for (left, top, right, bottom), number in zip(boxes, kinds, strict=True):
        if number < 0:
            continue
        x, y = (left + right) / 2 / STEP, (top + bottom) / 2 / STEP
        width, height = (right - left) / STEP, (bottom - top) / STEP
        row, column = int(y), int(x)
        thing[row, column] = 1
        kind[row, column] = number
        place[row, column] = (
            x - column,
            y - row,
            np.log(width),
            np.log(height),
        )
    return thing, place, kind


def nms(boxes, scores, most=0.45):
    overlap = iou(boxes, boxes)
    waiting = list(np.argsort(-scores, kind="stable"))
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(int(best))
        waiting = [k for k in waiting if overlap[best, k] <= most]
    return kept


def _by_any_better(boxes, scores, most=0.45):
    overlap = iou(boxes, boxes)
    order = np.argsort(-scores, kind="stable")
    return [
        int(k)
        for n, k in enumerate(order)
        if not (overlap[k, order[:n]] > most).any()
    ]


def _by_the_last_kept(boxes, scores, most=0.45):
    overlap = iou(boxes, boxes)
    kept: list[int] = []
    for k in np.argsort(-scores, kind="stable"):
        if not kept or overlap[kept[-1], k] <= most:
            kept.append(int(k))
    return kept


def average_precision(hits, count):
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    recall = right / count
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0) * best))


def _eleven_points(hits, count):
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    recall = right / count
    points = [
        max(precision[recall >= level - 1e-9], default=0)
        for level in np.linspace(0, 1, 11)
    ]
    return float(np.mean(points))


def _trapezium(hits, count):
    right = np.cumsum(hits)
    precision = np.append(1, right / np.arange(1, len(hits) + 1))
    recall = np.append(0, right / count)
    return float(
        np.sum(np.diff(recall) * (precision[1:] + precision[:-1]) / 2)
    )


def box_of(mask):
    rows, columns = np.nonzero(mask)
    return (
        int(columns.min()),
        int(rows.min()),
        int(columns.max()) + 1,
        int(rows.max()) + 1,
    )


def unet(size, classes):
    import keras
    from keras import layers

    def convolved(x, width):
        layer = layers.Conv2D(width, 3, padding="same", activation="relu")
        return layer(x)

    image = layers.Input((size, size, 3))
    first = convolved(image, 16)
    second = convolved(layers.MaxPooling2D()(first), 32)
    x = convolved(layers.MaxPooling2D()(second), 64)
    x = layers.Concatenate()([layers.UpSampling2D()(x), second])
    x = convolved(x, 32)
    x = layers.Concatenate()([layers.UpSampling2D()(x), first])
    x = convolved(x, 16)
    return keras.Model(image, layers.Conv2D(classes, 1)(x))


_rng = np.random.default_rng(10)


def _some(*shape):
    return _rng.standard_normal(shape)


def _boxes(count, low=-20, high=40):
    corner = _rng.integers(low, high, (count, 2)).astype(float)
    return np.hstack([corner, corner + _rng.integers(4, 30, (count, 2))])


def _inside(count):
    """Boxes whose middle lies in the picture; some reach over its edge."""
    middle = _rng.uniform(1, 63, (count, 2))
    half = _rng.uniform(2, 16, (count, 2))
    return np.hstack([middle - half, middle + half])


_HAND = np.array([[0.0, 0.0, 4.0, 4.0]])
# B overlaps A and C, which hardly overlap each other.
_CHAIN = np.array([[0.0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]])
_CLUSTERS = np.vstack(
    [
        _inside(3),
        *(_CHAIN + 3 * k for k in range(2)),
        [[-6.0, -6.0, 4.0, 4.0], [-7.0, -5.0, 4.0, 5.0]],
    ]
)
_MASK = np.zeros((7, 9), bool)
_MASK[2:5, 3:8] = [[0, 1, 1, 0, 0], [1, 1, 1, 1, 0], [0, 0, 1, 1, 1]]
_DOT = np.zeros((5, 8), bool)
_DOT[0, 7] = True

EXERCISES = (
    Exercise(
        id="10.1",
        title="A Gram matrix",
        level="core",
        reference=gram,
        cases=(
            Case(np.array([[[1.0, 0.0], [2.0, 1.0]], [[0.0, 3.0], [1, 0]]])),
            Case(_some(3, 4, 5)),
            Case(_some(5, 2, 3)),
        ),
        hints=(
            "Where a place lies does not matter: put all places in one row.",
            "flat = features.reshape(-1, channels) is (places, channels).",
            "return flat.T @ flat / len(flat)",
        ),
        mistakes=(
            Mistake(
                edit(" / len(flat)", ""),
                "This is the sum. Divide by the number of places, or a "
                "larger picture has a larger Gram matrix.",
            ),
            Mistake(
                edit("flat.T @ flat /", "flat @ flat.T /"),
                "Yours compares places with places: (places, places). Style "
                "compares channels: flat.T @ flat.",
            ),
            Mistake(
                edit(
                    "features.reshape(-1, features.shape[-1])",
                    "features.reshape(features.shape[-1], -1).T",
                ),
                "The shape is right, the numbers are mixed: channels lie "
                "along the last axis. reshape(-1, channels).",
            ),
            Mistake(
                edit("len(flat)", "features.size"),
                "You divided by all numbers. Divide by the places: height "
                "times width.",
            ),
            Mistake(
                edit("len(flat)", "features.shape[-1]"),
                "You divided by the channels. Divide by the places: height "
                "times width.",
            ),
            Mistake(
                edit("len(flat)", "len(features)"),
                "You divided by the rows of the picture. Divide by the "
                "places: height times width.",
            ),
            Mistake(
                edit(
                    "return flat.T",
                    "flat = flat - flat.mean(axis=0)\n    return flat.T",
                ),
                "You subtracted the means first: that is the covariance. A "
                "Gram matrix keeps them.",
            ),
        ),
        explanation="Sums over places do not know where a place is: shuffle "
        "them, and nothing changes.",
    ),
    Exercise(
        id="10.2",
        title="Intersection over union",
        level="core",
        reference=iou,
        cases=(
            Case(_HAND, np.array([[2.0, 1.0, 6.0, 4.0]])),
            Case(_HAND, np.array([[5.0, 6.0, 8.0, 9.0], [4, 0, 8, 4]])),
            Case(_HAND, np.array([[1.0, 1.0, 2.0, 3.0], [0, 0, 4, 4]])),
            Case(_boxes(5), _boxes(3)),
            Case(_boxes(2), _boxes(6)),
        ),
        hints=(
            "The part that both share is a box, too. Where does it begin, "
            "and where does it end?",
            "It begins at the larger left and the larger top, and ends at "
            "the smaller right and the smaller bottom. It may be empty.",
            "shared = np.clip(right_bottom - left_top, 0, None)"
            ".prod(axis=-1); divide by area_a + area_b - shared.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "np.clip(right_bottom - left_top, 0, None)",
                    "(right_bottom - left_top)",
                ),
                "Boxes apart from each other share nothing, but two "
                "negative sides have a positive product. Clip the sides at "
                "0 first.",
            ),
            Mistake(
                edit(
                    "np.clip(right_bottom - left_top, 0, None).prod(axis=-1)",
                    "np.clip((right_bottom - left_top).prod(axis=-1), 0, "
                    "None)",
                ),
                "You clip the product. Two negative sides have a positive "
                "one: clip the sides first.",
            ),
            Mistake(
                edit(" - shared)", ")"),
                "The shared part is counted twice below the line: union = "
                "area + area - shared.",
            ),
            Mistake(
                edit("(area_a + area_b - shared)", "(area_a + area_b) * 2"),
                "That is twice the shared part over both areas: the Dice "
                "coefficient, not IoU.",
            ),
            Mistake(
                edit(
                    "(area_a + area_b - shared)", "np.minimum(area_a, area_b)"
                ),
                "You divide by the smaller area: a small box inside a large "
                "one would get 1. Divide by the union.",
            ),
            Mistake(
                edit("(area_a + area_b - shared)", "area_a"),
                "You divide by the area of a only. Divide by the "
                "union of both.",
            ),
            Mistake(
                edit("(area_a + area_b - shared)", "area_b"),
                "You divide by the area of b only. Divide by the "
                "union of both.",
            ),
            Mistake(
                edit(
                    "np.maximum(a[..., :2]",
                    "np.minimum(a[..., :2]",
                    "np.minimum(a[..., 2:]",
                    "np.maximum(a[..., 2:]",
                ),
                "That is the box around both. The shared part begins at the "
                "larger left and top, and ends at the smaller right and "
                "bottom.",
            ),
            Mistake(
                edit(
                    "right_bottom - left_top, 0",
                    "right_bottom - left_top + 1, 0",
                ),
                "You add 1 to each side, as early code for whole pixels did. "
                "Here right and bottom are edges, not pixels.",
            ),
            Mistake(
                edit(
                    "a, b = a[:, np.newaxis], b[np.newaxis]",
                    "a, b = a[np.newaxis], b[:, np.newaxis]",
                ),
                "Your table is (m, n). A row belongs to a box of the first "
                "argument.",
            ),
        ),
        explanation="1 for the same box, 0 for boxes apart. It does not "
        "change when both are moved or scaled together.",
    ),
    Exercise(
        id="10.3",
        title="What the grid should say",
        level="core",
        reference=encode,
        cases=(
            Case(np.array([[20.0, 30.0, 44.0, 42.0]]), np.array([5])),
            Case(
                np.array([[2.0, 40, 30, 52], [-1, -1, -1, -1]]),
                np.array([3, -1]),
            ),
            Case(_inside(5), np.array([0, 12, 4, 7, 1])),
            Case(
                np.array([[10.0, 8, 14, 30], [8, 14, 16, 25]]),
                np.array([2, 9]),
            ),
        ),
        hints=(
            "Measure everything in places of 8 pixels: the middle of a box, "
            "its width, its height.",
            "The place is the whole part of the middle, (int(y), int(x)); "
            "the box tells the rest, and the logarithms of its sides.",
            "thing[row, column] = 1; place[row, column] = x - column, "
            "y - row, np.log(width), np.log(height); kind[row, column] = "
            "number. Skip kinds below 0.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "row, column = int(y), int(x)",
                    "row, column = int(x), int(y)",
                    "x - column,\n            y - row",
                    "x - row,\n            y - column",
                ),
                "Row and column are exchanged: y goes down the rows.",
            ),
            Mistake(
                edit(
                    "(left + right) / 2 / STEP, (top + bottom) / 2 / STEP",
                    "left / STEP, top / STEP",
                    "row, column = int(y), int(x)",
                    "row, column = max(0, int(y)), max(0, int(x))",
                ),
                "You take the upper left corner. The place of a box is that "
                "of its middle.",
            ),
            Mistake(
                edit("np.log(width)", "width", "np.log(height)", "height"),
                "The sides are given as logarithms, so that a mistake by a "
                "tenth counts the same for small and large boxes.",
            ),
            Mistake(
                edit(
                    "(right - left) / STEP, (bottom - top) / STEP",
                    "right - left, bottom - top",
                ),
                "Your sides are in pixels. Measure them in places: / STEP.",
            ),
            Mistake(
                edit("x - column,\n            y - row", "x,\n            y"),
                "Your middle is measured from the picture's corner. Measure "
                "it from the place's: x - column, y - row. So the same "
                "filter can say it anywhere.",
            ),
            Mistake(
                edit(
                    "        if number < 0:\n            continue\n",
                    "        if number < 0:\n            "
                    "left, right, top, bottom = 0, 1, 0, 1\n",
                ),
                "Places without a thing (kind -1) are written down, too. "
                "Skip them.",
            ),
            Mistake(
                edit(
                    "np.log(width),\n            np.log(height)",
                    "np.log(height),\n            np.log(width)",
                ),
                "Width and height are exchanged: width first.",
            ),
            Mistake(
                edit(
                    "x - column,\n            y - row",
                    "x - column - 0.5,\n            y - row - 0.5",
                ),
                "You measure from the middle of the place. Here the middle "
                "is measured from its upper left corner: 0 to 1.",
            ),
            Mistake(
                edit(
                    "int(y), int(x)",
                    "round(y), round(x)",
                    "row, column = ",
                    "row, column = min(7, "
                    "round(y)), min(7, round(x))\n        _ = ",
                ),
                "You round the middle. It belongs to the place that it lies "
                "in: its whole part.",
            ),
        ),
        explanation="Each number is small, and means the same at each place. "
        "Where two middles share a place, the later thing stays.",
    ),
    Exercise(
        id="10.4",
        title="Non-maximum suppression",
        level="core",
        reference=nms,
        cases=(
            Case(
                np.array([[0.0, 0, 4, 4], [1, 0, 5, 4], [8, 8, 12, 12]]),
                np.array([0.6, 0.9, 0.7]),
            ),
            Case(_CHAIN, np.array([0.9, 0.8, 0.7]), most=0.3),
            Case(_CHAIN, np.array([0.7, 0.8, 0.9]), most=0.3),
            Case(
                np.array([[0.0, 0, 4, 4], [0, 0, 4, 8]]),
                np.array([0.5, 0.6]),
                most=0.5,
            ),
            Case(_CLUSTERS, np.round(_rng.random(11), 2), most=0.2),
            Case(_boxes(9, 0, 12), np.round(_rng.random(9), 2)),
        ),
        hints=(
            "Keep the best, drop all that overlap it too much, begin again "
            "with the rest.",
            "np.argsort(-scores, kind='stable') gives the order. Only boxes "
            "that were *kept* may drop others.",
            "best = waiting.pop(0); kept.append(int(best)); waiting = [k for "
            "k in waiting if overlap[best, k] <= most]",
        ),
        mistakes=(
            Mistake(
                edit("-scores", "scores"),
                "You begin with the lowest score. The best comes first: "
                "np.argsort(-scores, kind='stable').",
            ),
            Mistake(
                _by_any_better,
                "A box that was dropped must not drop others: compare with "
                "the boxes that are kept, not with all better ones.",
            ),
            Mistake(
                _by_the_last_kept,
                "You compare with the last box kept only. Compare with all "
                "that are kept.",
            ),
            Mistake(
                edit("overlap[best, k] <= most", "overlap[best, k] > most"),
                "You keep those that overlap, and drop the others.",
            ),
            Mistake(
                edit("<= most", "< most"),
                "A box that overlaps by exactly `most` stays: only more is "
                "too much.",
            ),
            Mistake(
                edit("return kept", "return sorted(kept)"),
                "Best first, please: do not sort the numbers.",
            ),
            Mistake(
                edit("return kept", "return boxes[kept]"),
                "Return the numbers of the boxes that are kept, not the "
                "boxes.",
            ),
            Mistake(
                edit(
                    "    while waiting:\n        best",
                    "    if waiting:\n        best",
                ),
                "You stop after the first. Go on until nothing waits.",
            ),
        ),
        explanation="Greedy, and done for each kind alone, so that a dog may "
        "stand before a car.",
    ),
    Exercise(
        id="10.5",
        title="Average precision",
        level="core",
        reference=average_precision,
        cases=(
            Case([True, False, True], 2),
            Case([True, False, True, True, False], 4),
            Case([False, False], 3),
            Case([True, True], 2),
            Case([False, True, False, False, True, True, True, False], 7),
        ),
        hints=(
            "After each detection: how many of those so far are right "
            "(precision), how many of the true things are found (recall)?",
            "Then replace each precision by the best from there on: "
            "np.maximum.accumulate from the right.",
            "np.sum(np.diff(recall, prepend=0) * best), with best = "
            "np.maximum.accumulate(precision[::-1])[::-1]",
        ),
        mistakes=(
            Mistake(
                edit(
                    "np.maximum.accumulate(precision[::-1])[::-1]", "precision"
                ),
                "You took the precision as it is, with its dips. Here each "
                "is the best from there on. (Without that it is the average "
                "precision of information retrieval.)",
            ),
            Mistake(
                edit("right / count", "right / max(1, sum(hits))"),
                "You divided by the things found. Recall is a share of all "
                "true things: those never found count.",
            ),
            Mistake(
                edit(
                    "np.maximum.accumulate(precision[::-1])[::-1]",
                    "np.maximum.accumulate(precision)",
                ),
                "You took the best up to there. It is the best from there "
                "on: accumulate from the right.",
            ),
            Mistake(
                _eleven_points,
                "That is the mean at eleven levels of recall, VOC's measure "
                "until 2009. Here the whole area counts.",
            ),
            Mistake(
                _trapezium,
                "You joined the points by slanted lines. The curve has "
                "steps: width times the best precision from there on.",
            ),
            Mistake(
                edit(
                    "np.sum(np.diff(recall, prepend=0) * best)",
                    "np.mean(best)",
                ),
                "This is the mean over detections. Weigh each by how much "
                "recall it adds.",
            ),
            Mistake(
                edit(
                    "np.sum(np.diff(recall, prepend=0) * best)",
                    "recall[-1] * precision[-1]",
                ),
                "That is one point of the curve, its last: take the area "
                "below all of it. (Dividing each precision by all detections, "
                "not by the k so far, gives the same.)",
            ),
        ),
        explanation="One number for all thresholds. The mean over kinds is "
        "mAP.",
    ),
    Exercise(
        id="10.6",
        title="From a mask to a box",
        level="warm-up",
        reference=box_of,
        cases=(Case(_MASK), Case(_DOT), Case(np.ones((6, 5), bool))),
        hints=(
            "Which rows and which columns have a pixel of the mask?",
            "np.nonzero(mask) gives the rows and the columns of all pixels.",
            "columns.min(), rows.min(), columns.max() + 1, rows.max() + 1",
        ),
        mistakes=(
            Mistake(
                edit(
                    "int(columns.max()) + 1",
                    "int(columns.max())",
                    "int(rows.max()) + 1",
                    "int(rows.max())",
                ),
                "Right and bottom are edges, behind the last pixel: + 1. "
                "Else a single pixel has no area.",
            ),
            Mistake(
                edit("rows, columns = np", "columns, rows = np"),
                "x and y are exchanged: np.nonzero gives rows first, and "
                "rows are y.",
            ),
            Mistake(
                edit(
                    "int(rows.min()),\n        int(columns.max()) + 1,",
                    "int(columns.max()) + 1,\n        int(rows.min()),",
                ),
                "The order is left, top, right, bottom.",
            ),
            Mistake(
                edit(
                    "int(columns.max()) + 1",
                    "int(columns.max() - columns.min()) + 1",
                    "int(rows.max()) + 1",
                    "int(rows.max() - rows.min()) + 1",
                ),
                "You return width and height. Wanted are right and bottom.",
            ),
        ),
        explanation="The other way there is none: a box does not know its "
        "mask. So labels for segmentation cost more.",
    ),
    Exercise(
        id="10.7",
        title="A small U-Net",
        level="stretch",
        reference=unet,
        cases=(Case(8, 2), Case(16, 5)),
        summarise=lambda model: networks.facts(
            model,
            (8, 8, 3) if model.output_shape[-1] == 2 else (16, 16, 3),
            np.random.default_rng(1).standard_normal(
                (2, 8, 8, 3) if model.output_shape[-1] == 2 else (2, 16, 16, 3)
            ),
        ),
        hints=(
            "Keep what each level has before it is pooled; it is needed on "
            "the way up.",
            "Up: UpSampling2D, then Concatenate with what was kept at that "
            "size, then a convolution.",
            "x = layers.Concatenate()([layers.UpSampling2D()(x), second]), "
            "then the 32 filters; the same with first and 16.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "layers.Concatenate()([layers.UpSampling2D()(x), second])",
                    "layers.UpSampling2D()(x)",
                    "layers.Concatenate()([layers.UpSampling2D()(x), first])",
                    "layers.UpSampling2D()(x)",
                ),
                "The bridges are missing: without what was kept, edges are "
                "lost at the bottom. Concatenate.",
            ),
            Mistake(
                edit(
                    "layers.Conv2D(classes, 1)",
                    "layers.Conv2D(classes, 1, activation='softmax')",
                ),
                "Logits, please: no softmax in the last layer.",
            ),
            Mistake(
                edit(
                    "[layers.UpSampling2D()(x), second]",
                    "[second, layers.UpSampling2D()(x)]",
                    "[layers.UpSampling2D()(x), first]",
                    "[first, layers.UpSampling2D()(x)]",
                ),
                "The order differs: what comes up first, then what was kept.",
            ),
            Mistake(
                edit(
                    "layers.Conv2D(classes, 1)",
                    "layers.Conv2D(classes, 3, padding='same')",
                ),
                "The last convolution is 1 x 1: each pixel decides from its "
                "own 16 numbers.",
            ),
        ),
        explanation="Down it learns what is there, up it says where; the "
        "bridges carry the edges.",
    ),
)
