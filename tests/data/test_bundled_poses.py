"""Videos: the same poses in both classes, only their order differs."""

import numpy as np
import pytest

from coursekit import data
from coursekit.data.readers.bundled import read_npz
from coursekit.data.render import stick_figures
from coursekit.data.sets import poses
from generate.poses import directions

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("poses")


def splits(sets):
    return sets.train, sets.validation, sets.test


def whole(sets, name):
    return np.concatenate([split.extra[name] for split in splits(sets)])


def test_videos_are_grey_and_of_different_length(sets):
    for split, size in zip(splits(sets), (1_400, 300, 300), strict=True):
        assert len(split) == len(split.y) == size
        assert split.extra["lengths"].tolist() == [*map(len, split.x)]
        for video in split.x:
            assert video.dtype == np.uint8 and video.shape[1:] == (28, 28, 1)
            assert 12 <= len(video) <= 36
    assert len(set(sets.train.extra["lengths"])) > 20


def test_both_classes_are_equally_frequent(sets):
    assert sets.class_names == ("another movement", "sun salutation")
    for split in splits(sets):
        assert split.y.mean() == 0.5 and split.y.dtype == np.int64
        assert ((split.extra["movements"] == 0) == split.y).all()
    assert min(np.bincount(whole(sets, "movements"))) > 60


def test_a_sun_salutation_has_its_twelve_poses_in_order(sets):
    # One of the usual sequences of twelve, written out.
    text = (
        "prayer, raised arms, forward bend, lunge, plank, eight limbs, "
        "cobra, downward dog, lunge, forward bend, raised arms, prayer"
    )
    usual = text.split(", ")
    for split in splits(sets):
        for y, order in zip(split.y, split.extra["orders"], strict=True):
            named = [sets.poses[number] for number in order]
            assert (named == usual) == bool(y)
            assert sorted(named) == sorted(usual)
            assert named[0] == named[-1] == "prayer"


def test_other_movements_are_what_they_are_called(sets):
    usual = poses.SALUTATION[1:-1]
    for split in splits(sets):
        for order, number in zip(
            split.extra["orders"], split.extra["movements"], strict=True
        ):
            inner, name = tuple(order[1:-1]), sets.movements[number]
            changed = sum(a != b for a, b in zip(inner, usual, strict=True))
            if name == "reversed":
                assert inner == usual[::-1]
            if name == "exchanged":
                assert changed == 2
            if name == "shifted":
                turned = [usual[k:] + usual[:k] for k in range(1, 10)]
                assert inner in turned
            assert (changed == 0) == (number == 0)


def test_every_frame_has_its_pose(sets):
    for split in splits(sets):
        for video, shown, order in zip(
            split.x, split.extra["poses"], split.extra["orders"], strict=True
        ):
            assert len(video) == len(shown)
            runs = np.flatnonzero(np.diff(shown)) + 1
            kept = [part[0] for part in np.split(shown, runs)]
            order = [
                pose
                for place, pose in enumerate(order)
                if place == 0 or pose != order[place - 1]
            ]
            assert kept == order


def bag(video):
    """What is left of a video when the order of its frames is lost."""
    x = video[..., 0].astype("float32")
    return np.stack([x.mean(0), x.std(0), x.min(0), x.max(0)]).ravel()


def test_bags_of_frames_are_alike_in_both_classes(sets):
    videos = [video for split in splits(sets) for video in split.x]
    y = np.concatenate([split.y for split in splits(sets)])
    bags = np.stack([bag(video) for video in videos])
    brightness = np.array([video.mean() for video in videos])
    for values in (whole(sets, "lengths"), brightness, *bags.T[::40]):
        one, other = values[y == 1], values[y == 0]
        spread = np.sqrt(one.var() / len(one) + other.var() / len(other))
        assert abs(one.mean() - other.mean()) <= 4.5 * spread + 1e-6


def test_the_share_of_each_pose_is_the_same_in_both_classes(sets):
    shares = []
    for y in (0, 1):
        shown = [
            pose
            for split in splits(sets)
            for pose, label in zip(split.extra["poses"], split.y, strict=True)
            if label == y
        ]
        shares.append(
            np.bincount(np.concatenate(shown)) / sum(map(len, shown))
        )
    assert np.abs(shares[0] - shares[1]).max() < 0.006


def test_a_bag_of_frames_cannot_separate_the_classes(sets):
    train, test = (
        np.stack([bag(video) for video in split.x])
        for split in (sets.train, sets.test)
    )
    means = [train[sets.train.y == label].mean(0) for label in (0, 1)]
    gaps = [((test - mean) ** 2).sum(1) for mean in means]
    right = ((gaps[1] < gaps[0]) == sets.test.y).mean()
    assert 0.4 < right < 0.6  # 300 videos, chance is 0.5


def test_the_order_separates_them_perfectly(sets):
    for split in splits(sets):
        usual = (split.extra["orders"] == poses.SALUTATION).all(1)
        assert (usual == split.y).all()


def test_a_pose_can_be_told_from_one_frame(sets):
    """The nearest training frame of a clear video shows the pose."""

    def frames(split, count):
        x = np.concatenate(split.x[:count])[..., 0].astype("float32")
        x -= x.mean((1, 2), keepdims=True)
        x /= x.std((1, 2), keepdims=True)
        return x.reshape(len(x), -1), np.concatenate(
            split.extra["poses"][:count]
        )

    (x, y), (asked, known) = frames(sets.train, 300), frames(sets.test, 20)
    found = y[(asked @ x.T).argmax(1)]
    assert (found == known).mean() > 0.9


def test_no_video_is_twice_or_in_two_splits(sets):
    seen = [v.tobytes() for split in splits(sets) for v in split.x]
    assert len(set(seen)) == len(seen)
    bodies = read_npz("poses.npz")["body"]
    assert len(np.unique(bodies, axis=0)) == len(bodies)


def test_the_parts_of_a_body_have_their_lengths_and_stand_on_the_ground():
    lengths = np.array([[x for _, x in stick_figures.PARTS.values()]])
    names = ["hip", *stick_figures.PARTS]
    for pose in poses.POSES:
        angles = np.array([directions(pose)])
        (ends,) = stick_figures.joints(angles, lengths.astype("float32"))
        for number, (start, length) in enumerate(
            stick_figures.PARTS.values(), 1
        ):
            gap = ends[number] - ends[names.index(start)]
            assert np.hypot(*gap) == pytest.approx(length, abs=1e-5)
        assert ends[:, 1].max() == pytest.approx(0, abs=1e-6)
    standing, lying = (
        stick_figures.joints(
            np.array([directions(p)]), lengths.astype("float32")
        )[0]
        for p in ("prayer", "plank")
    )
    assert np.ptp(standing[:, 1]) > 2 * np.ptp(standing[:, 0])
    assert np.ptp(lying[:, 0]) > 2 * np.ptp(lying[:, 1])
