"""A hundred things: fields as in CIFAR-100, colours say nothing."""

import numpy as np
import pytest

from coursekit import data
from coursekit.data.dataset import Families
from coursekit.data.readers.bundled import read_npz
from coursekit.data.sets import objects100

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("objects100")


def splits(sets):
    return sets.train, sets.validation, sets.test


def test_fields_are_those_of_cifar100(sets):
    assert type(sets) is Families
    for split, count in zip(splits(sets), (80, 15, 20), strict=True):
        assert split.x.shape == (100 * count, 32, 32, 3)
        assert split.x.dtype == np.uint8 and split.y.dtype == np.int64
        assert np.bincount(split.y).tolist() == [count] * 100
        assert split.extra["superclass"].dtype == np.int64
        assert list(split.extra) == ["superclass"]


def test_five_classes_belong_to_each_of_twenty_families(sets):
    assert len(set(sets.class_names)) == 100
    assert len(set(sets.superclass_names)) == 20
    for split in splits(sets):
        pairs = set(zip(split.extra["superclass"], split.y, strict=True))
        assert len(pairs) == 100
        assert {f for f, _ in pairs} == set(range(20))
    family = dict(zip(sets.test.y, sets.test.extra["superclass"], strict=True))
    for name, known in (("owl", "bird"), ("spoon", "kitchenware")):
        number = family[sets.class_names.index(name)]
        assert sets.superclass_names[number] == known


def test_no_picture_is_in_two_splits_or_twice_in_one(sets):
    seen = [image.tobytes() for split in splits(sets) for image in split.x]
    assert len(set(seen)) == len(seen) == 11_500
    numbers = read_npz("objects100.npz")["numbers"]
    noiseless = numbers[:, : objects100.COLUMNS["noise"]]
    assert len(np.unique(noiseless, axis=0)) == 11_500


def test_test_pictures_are_no_closer_to_training_pictures_than_to_others(
    sets,
):
    def nearest(pictures, others):
        a, b = (
            part.reshape(len(part), -1).astype("float32")
            for part in (pictures, others)
        )
        square = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
        return np.sort(square, 1)[:, 1]  # not the picture itself

    train, test = sets.train.x[::4], sets.test.x[::4]
    inside, across = nearest(train[:500], train), nearest(test, train)
    assert 0.9 < np.median(across) / np.median(inside) < 1.1
    assert across.min() > 0.5 * inside.min()


def nearest_mean(train, train_y, test, test_y):
    """Accuracy of choosing the class with the nearest mean."""
    classes = np.unique(train_y)
    means = np.stack([train[train_y == k].mean(0) for k in classes])
    gaps = (means**2).sum(-1) - 2 * test @ means.T  # + what all share
    return (classes[gaps.argmin(1)] == test_y).mean()


def corners(images):
    """The mean colour of the four corners: the backdrop."""
    parts = [images[:, r, c] for r in (0, 31) for c in (0, 31)]
    return np.mean(parts, 0)


def test_the_backdrop_hints_at_the_family_and_not_at_the_class(sets):
    train, test = corners(sets.train.x), corners(sets.test.x)
    family, asked = (s.extra["superclass"] for s in (sets.train, sets.test))
    found = nearest_mean(train, family, test, asked)
    assert 0.15 < found < 0.4  # chance is 0.05
    inside = [
        nearest_mean(
            train[family == number],
            sets.train.y[family == number],
            test[asked == number],
            sets.test.y[asked == number],
        )
        for number in range(20)
    ]
    assert 0.15 < np.mean(inside) < 0.25  # chance is 0.20


def test_pixels_alone_tell_little_about_the_class(sets):
    train, test = (s.x.reshape(len(s.x), -1) / 255 for s in splits(sets)[::2])
    found = nearest_mean(train, sets.train.y, test, sets.test.y)
    assert 0.01 < found < 0.15


def test_a_picture_is_the_sketch_in_its_two_colours_and_noise():
    column = objects100.COLUMNS
    numbers = np.full((1, len(column)), 127, "uint8")
    numbers[0, column["noise"]] = 0
    numbers[0, column["main_r"] : column["main_r"] + 12] = [
        *(250, 20, 20),  # the thing: red
        *(0, 0, 0),
        *(20, 20, 250) * 2,  # the backdrop: blue
    ]
    image = objects100.render("star", numbers)[0].astype(int)
    assert image[16, 16, 0] > 180 and image[16, 16, 2] < 60
    assert image[1, 1, 2] > 180 and image[1, 1, 0] < 60
    # Noise of which two thirds lie within a standard deviation.
    noisy = numbers.copy()
    noisy[0, column["noise"]] = 255
    change = objects100.render("star", noisy)[0] - image
    inner = change[image[..., 1] > 0]
    assert 0.5 < (np.abs(inner) < 0.09 * 255).mean() < 0.85


def test_things_are_turned_and_mirrored():
    column = objects100.COLUMNS
    numbers = np.full((2, len(column)), 127, "uint8")
    numbers[:, column["noise"]] = 0
    numbers[:, column["main_r"] : column["main_r"] + 12] = [
        *(250, 250, 250) * 2,
        *(0, 0, 0) * 2,
    ]
    numbers[:, column["bend_x"]] = numbers[:, column["shear"]] = 127
    numbers[0, column["flip"]], numbers[1, column["flip"]] = 0, 255
    one, other = objects100.render("kettle", numbers).astype(int)[..., 0]
    straight = np.abs(one - other).mean()
    mirrored = np.abs(one - other[:, ::-1]).mean()
    assert mirrored < 0.4 * straight


def test_masks_come_when_asked_for_and_change_nothing_else(sets):
    masked = data.load("objects100", masks=True)
    for plain, split in zip(splits(sets), splits(masked), strict=True):
        assert np.array_equal(plain.x, split.x)
        assert list(split.extra) == ["superclass", "mask"]
        assert split.extra["mask"].shape == split.x.shape[:3]
        assert split.extra["mask"].dtype == bool
        share = split.extra["mask"].mean(axis=(1, 2))
        assert share.min() > 0.02 and share.max() < 0.7


def test_a_mask_is_where_another_backdrop_changes_little(sets):
    """Drawn twice, before black and before white: the mask is what stays."""
    column = objects100.COLUMNS
    stored = read_npz("objects100.npz")
    masks = data.load("objects100", masks=True).test.extra["mask"]
    rows = np.flatnonzero(stored["split"] == 2)
    for name in ("owl", "fork", "castle"):
        number = objects100.CLASSES.index(name)
        own = rows[stored["label"][rows] == number]
        numbers = stored["numbers"][own]
        drawn = []
        for backdrop in (0, 255):
            numbers[:, column["near_r"] : column["far_b"] + 1] = backdrop
            numbers[:, column["noise"]] = 0
            drawn.append(objects100.render(name, numbers).astype(int))
        changed = np.abs(drawn[1] - drawn[0]).max(axis=-1) > 127
        mask = masks[sets.test.y == number]
        assert (mask == ~changed).mean() > 0.97
