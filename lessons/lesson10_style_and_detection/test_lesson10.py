"""Lesson 10 against loops, TensorFlow, masks, a hand count and bad files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import data, lessons
from coursekit.errors import CourseError

answers = lessons.module("10", "exercises")
networks = lessons.module("10", "networks")
figures = lessons.module("10", "figures")
own_pictures = lessons.module("10", "own_pictures")

GAPS = ("gram", "iou", "encode", "nms", "average_precision")


@pytest.fixture(scope="module")
def own(lesson_functions):
    import keras
    from keras import layers, ops

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    found = lesson_functions("10", **names, kinds=range(13))
    for name in GAPS:
        found[name] = found[f"good_{name}"]
    return found


def some_boxes(rng, count, size=40):
    corner = rng.integers(0, size, (count, 2))
    sides = rng.integers(1, size, (count, 2))
    return np.hstack([corner, corner + sides]).astype(float)


# ------------------------------------------------------------- the gaps


def test_a_gram_matrix_is_a_loop_over_places_and_blind_to_their_order():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 4, 5))
    expected = np.zeros((5, 5))
    for row in range(3):
        for column in range(4):
            here = features[row, column]
            expected += np.outer(here, here) / 12
    assert np.allclose(answers.gram(features), expected)
    mixed = rng.permutation(features.reshape(12, 5)).reshape(3, 4, 5)
    assert np.allclose(answers.gram(mixed), expected)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_iou_counts_pixels(seed):
    rng = np.random.default_rng(seed)
    a, b = some_boxes(rng, 3), some_boxes(rng, 2)
    y, x = np.mgrid[:80, :80]

    def pixels(box):
        left, top, right, bottom = box
        return (x >= left) & (x < right) & (y >= top) & (y < bottom)

    expected = [
        [
            (pixels(one) & pixels(two)).sum()
            / (pixels(one) | pixels(two)).sum()
            for two in b
        ]
        for one in a
    ]
    assert np.allclose(answers.iou(a, b), expected)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.3, 0.5, 0.7]))
def test_suppression_keeps_what_tensorflow_keeps(seed, most):
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    boxes, scores = some_boxes(rng, 12), rng.permutation(12) / 12
    theirs = tf.image.non_max_suppression(
        boxes[:, [1, 0, 3, 2]].astype("float32"),  # top, left, bottom, right
        scores.astype("float32"),
        max_output_size=12,
        iou_threshold=most + 1e-4,  # no pair lies that near to it
    )
    assert answers.nms(boxes, scores, most) == theirs.numpy().tolist()


def test_average_precision_is_that_of_voc_2010(own):
    """The devkit's loop: the envelope from the right, then its area."""

    def devkit(recall, precision):
        recall = [0.0, *recall, 1.0]
        precision = [0.0, *precision, 0.0]
        for k in range(len(precision) - 2, -1, -1):
            precision[k] = max(precision[k], precision[k + 1])
        return sum(
            (recall[k] - recall[k - 1]) * precision[k]
            for k in range(1, len(recall))
            if recall[k] != recall[k - 1]
        )

    rng = np.random.default_rng(1)
    for _ in range(50):
        hits = rng.random(rng.integers(1, 30)) < rng.random()
        count = int(hits.sum() + rng.integers(1, 5))
        right = np.cumsum(hits)
        expected = devkit(right / count, right / np.arange(1, len(hits) + 1))
        assert answers.average_precision(hits, count) == pytest.approx(
            expected
        )
    assert answers.average_precision([True, False, True, True, False], 4) == (
        pytest.approx((1 + 0.75 + 0.75) / 4)
    )


def test_a_box_that_is_encoded_comes_back(own):
    rng = np.random.default_rng(2)
    boxes = some_boxes(rng, 4, 30)
    kinds = np.array([0, 5, 12, 3])
    for box, kind in zip(boxes, kinds, strict=True):
        wanted = own["targets"]({"boxes": [[box]], "kinds": [[kind]]})
        there = wanted["thing"].ravel() == 1
        said = {
            "thing": np.where(wanted["thing"] == 1, 50.0, -50.0),
            "place": wanted["place"],
            "kind": 50 * np.eye(13)[wanted["kind"]],
        }
        for decode in (own["decode"], networks.decode):
            found, scores, named = decode(said)
            assert np.allclose(found[0][there], np.clip(box, 0, 64))
            assert scores[0][there] == pytest.approx(1)
            assert named[0][there] == kind


def test_the_box_of_a_mask_is_the_scenes_own_box():
    scenes = data.load("scenes", masks=True, at_most=60)
    extra = scenes.test.extra
    alone = np.flatnonzero((extra["kinds"] >= 0).sum(axis=1) == 1)
    assert len(alone) > 5
    for k in alone:
        expected = extra["boxes"][k, 0].astype(int).tolist()
        assert list(answers.box_of(extra["masks"][k] == 1)) == expected


def test_a_small_u_net_learns_where_bright_pixels_are():
    import keras

    keras.utils.set_random_seed(0)
    model = answers.unet(8, 2)
    images = np.random.default_rng(3).random((64, 8, 8, 3)).astype("float32")
    masks = (images[..., 0] > 0.5).astype("int32")
    model.compile(
        keras.optimizers.Adam(1e-2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(images, masks, 16, epochs=25, verbose=0)
    said = model.predict(images, verbose=0).argmax(axis=-1)
    assert (said == masks).mean() > 0.9


# ----------------------------------------- measuring, in the lesson and here


def extra_of(boxes, kinds):
    count = max(map(len, boxes))
    filled = np.full((len(boxes), count, 4), -1.0)
    named = np.full((len(boxes), count), -1)
    for k, (some, numbers) in enumerate(zip(boxes, kinds, strict=True)):
        filled[k, : len(some)], named[k, : len(some)] = some, numbers
    return {"boxes": filled, "kinds": named}


def test_a_true_box_is_found_once(own):
    true = np.array([[0.0, 0, 10, 10], [20, 20, 30, 30]])
    found = np.array([[0, 0, 10, 9], [1, 0, 10, 10], [20, 20, 30, 24.0]])
    for judged in (own["judged"], networks.judged):
        assert judged(found, true, 0.5) == [True, False, False]
        assert judged(found, true[:0], 0.5) == [False] * 3
        assert judged(found, true, 0.4) == [True, False, True]


def test_precisions_are_those_counted_by_hand(own):
    """Two pictures, kind 2: right 0.9, double 0.8, missed; kind 5: none."""
    box, far = [0.0, 0, 10, 10], [40.0, 40, 50, 50]
    extra = extra_of([[box, far], [box]], [[2, 5], [2]])
    found = [
        (np.array([box, box]), np.array([0.9, 0.8]), np.array([2, 2])),
        (np.array([far]), np.array([0.7]), np.array([5])),
    ]
    split = type("Split", (), {"extra": extra})
    for values in (
        networks.precisions(found, extra),
        own["precisions"](found, split),
    ):
        assert values[2] == pytest.approx(0.5)
        assert values[5] == 0


def test_detections_are_suppressed_within_a_kind_only(own):
    place = np.zeros((1, 8, 8, 4))
    thing = np.full((1, 8, 8, 1), -50.0)
    kind = np.zeros((1, 8, 8, 13))
    place[0, 3, 3:6] = (0.5, 0.5, np.log(3), np.log(3))
    place[0, 3, 4, 0], place[0, 3, 5, 0] = -0.4, -1.4  # the same middle
    thing[0, 3, 3:6, 0] = 3, 2, 1
    kind[0, 3, [3, 4, 5], [1, 1, 7]] = 50
    said = {"thing": thing, "place": place, "kind": kind}
    ((boxes, scores, kinds),) = own["detections"](said)
    assert kinds.tolist() == [1, 7]
    assert scores[0] > scores[1]
    assert np.allclose(boxes[0], [16, 16, 40, 40])


def test_a_box_beside_the_picture_is_not_empty(own):
    place = np.full((1, 8, 8, 4), -9.0)
    place[..., :2] = np.array([-20.0, 20.0])
    said = {"place": place, "thing": np.zeros((1, 8, 8, 1))}
    said["kind"] = np.zeros((1, 8, 8, 13))
    for decode in (own["decode"], networks.decode):
        boxes = decode(said)[0]
        assert (boxes[..., 2:] > boxes[..., :2]).all()
        assert boxes.min() >= 0 and boxes.max() <= 64


def test_the_modules_head_is_that_of_the_lesson(own):
    mine, theirs = own["new_head"](8), networks.head(8)
    theirs.set_weights(mine.get_weights())
    grids = np.random.default_rng(4).normal(size=(3, 8, 8, 64))
    one, other = (m.predict(grids, verbose=0) for m in (mine, theirs))
    assert set(one) == {"thing", "place", "kind"}
    for name, values in one.items():
        assert np.allclose(values, other[name], atol=1e-5)


def test_empty_places_do_not_teach_boxes():
    import keras

    keras.utils.set_random_seed(0)
    model = networks.head(4)
    grids = np.random.default_rng(5).normal(size=(32, 8, 8, 64))
    nothing = {
        "thing": np.zeros((32, 8, 8, 1), "float32"),
        "place": np.ones((32, 8, 8, 4), "float32"),
        "kind": np.ones((32, 8, 8), "int32"),
    }
    layer = model.get_layer("place")
    before = [w.copy() for w in layer.get_weights()]
    networks.teach(model, grids, nothing, epochs=1, batch_size=16)
    for old, new in zip(before, layer.get_weights(), strict=True):
        assert np.array_equal(old, new)


# ---------------------------------------------------------------- style


def test_painting_brings_the_style_nearer_and_leaves_the_network_alone():
    rng = np.random.default_rng(6)
    content = rng.integers(0, 255, (32, 32, 3)).astype("float32")
    style = np.tile([[250.0, 40, 10], [10, 40, 250]], (32, 16, 1))
    sees = networks.sees("objects80", 32)
    before = [w.copy() for w in sees.get_weights()]
    painted = networks.paint(sees, content, style, weight=0.0, steps=30)
    assert painted.shape == (32, 32, 3) and painted.dtype == np.uint8
    for old, new in zip(before, sees.get_weights(), strict=True):
        assert np.array_equal(old, new)

    def far(picture):
        ours, theirs = (
            [answers.gram(np.array(f)[0]) for f in sees(p[np.newaxis])]
            for p in (picture.astype("float32"), style)
        )
        pairs = zip(ours, theirs, strict=True)
        return np.mean(
            [((a - b) ** 2).mean() / (b**2).mean() for a, b in pairs]
        )

    assert far(painted) < 0.5 * far(content)


def test_the_lessons_gram_for_gradients_is_the_learners(own):
    features = np.random.default_rng(7).normal(size=(1, 3, 4, 5))
    features = features.astype("float32")
    for gram_of in (own["gram_of"], networks.gram_of):
        ours = np.array(gram_of(features))
        assert np.allclose(ours[0], answers.gram(features[0]), atol=1e-5)


def test_an_unknown_network_cannot_paint():
    with pytest.raises(CourseError, match="no network 'vgg99'"):
        networks.sees("vgg99")


# ------------------------------------------------------- own pictures


class Fixed:
    """A head that always says the same."""

    def __init__(self, wanted):
        self.wanted = wanted

    def predict(self, grids, *_, **__):
        wanted = self.wanted
        return {
            "thing": np.where(wanted["thing"] == 1, 50.0, -50.0),
            "place": wanted["place"],
            "kind": 50 * np.eye(13)[wanted["kind"]],
        }


def test_a_file_is_read_and_its_boxes_are_named_and_drawn(tmp_path):
    from PIL import Image

    path = tmp_path / "mine.png"
    Image.new("RGB", (200, 100), "navy").save(path)
    boxes = np.array([[[8.0, 8, 24, 40], [-1, -1, -1, -1]]])
    wanted = networks.targets(boxes, np.array([[5, -1]]))
    answer = own_pictures.find(path, Fixed(wanted))
    assert answer.names == ("car",)
    assert str(answer) == "car       1.00  8.0, 8.0 to 24.0, 40.0"
    assert answer.image.shape == (64, 64, 3)
    assert "car" in answer.figure().summary
    nothing = networks.targets(boxes, np.array([[-1, -1]]))
    assert str(own_pictures.find(path, Fixed(nothing))) == "nothing found"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is not a picture"), (b"a dog", "is not a picture")],
)
def test_a_file_that_is_no_picture_names_itself(tmp_path, content, message):
    path = tmp_path / "mine.png"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=f"mine.png {message}") as error:
        own_pictures.find(path)
    assert error.value.remedy


def test_what_is_no_file_or_no_picture_has_a_remedy(tmp_path):
    for given_, message in (
        (tmp_path / "none.png", "none.png does not exist"),
        (tmp_path, "is a folder"),
        (np.zeros((64, 64)), r"float64 \(64, 64\), expected is uint8"),
        (np.zeros((32, 32, 3), "uint8"), r"expected is uint8 \(64, 64, 3\)"),
    ):
        with pytest.raises(CourseError, match=message) as error:
            own_pictures.find(given_)
        assert error.value.remedy
    with pytest.raises(CourseError, match=r"least is 2"):
        own_pictures.find(np.zeros((64, 64, 3), "uint8"), least=2)
    with pytest.raises(CourseError, match=r"size is 30"):
        own_pictures.paint("a.png", "b.png", size=30)


def test_two_files_become_one_painted_picture(tmp_path):
    from PIL import Image

    paths = []
    for name, colour in (("a.png", "white"), ("b.png", "red")):
        paths.append(tmp_path / name)
        Image.new("RGB", (50, 40), colour).save(paths[-1])
    painted = own_pictures.paint(*paths, size=32, steps=2)
    assert painted.shape == (32, 32, 3) and painted.dtype == np.uint8


# ------------------------------------------------------------- figures


def test_figures_say_what_they_show():
    image = np.zeros((64, 64, 3), "uint8")
    box = np.array([8.0, 8, 24, 24])
    drawn = figures.boxes([image], [[(box, "dog")]], what="One", varies=())
    assert drawn.summary == "One: dog."
    shared = figures.overlap((0, 0, 4, 4), (2, 1, 6, 4))
    assert "2 x 3 = 6 square pixels" in shared.summary
    places = figures.grid(image, box[np.newaxis], np.array([[2, 2]]))
    assert "row 2, column 2" in places.summary
    recall, precision = np.array([0.5, 1.0]), np.array([1.0, 0.5])
    curve = {"a": (recall, precision, precision)}
    assert "a 0.750" in figures.precision_recall(curve).summary
    assert "cat 0.50" in figures.by_kind(["cat", "dog"], [0.5, 1]).summary
    levels = figures.strictness([0.5, 0.9], {"it": [0.8, 0.1]})
    assert "0.80, 0.10" in levels.summary
