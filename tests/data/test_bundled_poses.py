"""Films of 40 performers: the same frames in another order, or others."""

import numpy as np
import pytest

from coursekit import data
from coursekit.data.render import stick_figures
from coursekit.data.sets import poses
from coursekit.errors import CourseError
from generate.poses import directions

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("poses")


def splits(sets):
    return sets.train, sets.validation, sets.test


def whole(sets, name):
    return np.concatenate([split.extra[name] for split in splits(sets)])


def test_films_are_grey_and_of_different_length(sets):
    for split, size in zip(splits(sets), (780, 180, 240), strict=True):
        assert len(split) == len(split.y) == size
        assert split.extra["lengths"].tolist() == [*map(len, split.x)]
        for film in split.x:
            assert film.dtype == np.uint8 and film.shape[1:] == (28, 28, 1)
            assert 12 <= len(film) <= 24
            assert film.any(axis=(1, 2, 3)).all()  # black marks the padding
    assert len(set(sets.train.extra["lengths"])) > 11


def test_nobody_is_in_two_splits_and_everybody_films_all_movements(sets):
    people = [set(s.extra["performers"].tolist()) for s in splits(sets)]
    assert [len(own) for own in people] == [26, 6, 8]
    assert len(set.union(*people)) == 40
    for split in splits(sets):
        pairs = np.stack([split.extra["performers"], split.y], axis=1)
        _, counts = np.unique(pairs, axis=0, return_counts=True)
        assert set(counts) == {10}


def test_a_sun_salutation_has_its_twelve_poses_in_order(sets):
    # One of the usual sequences of twelve, written out.
    text = (
        "prayer, raised arms, forward bend, lunge, plank, eight limbs, "
        "cobra, downward dog, lunge, forward bend, raised arms, prayer"
    )
    usual = text.split(", ")
    number = sets.class_names.index("sun salutation")
    for split in splits(sets):
        for k in np.flatnonzero(split.y == number):
            shown, places = split.extra["poses"][k], split.extra["places"][k]
            found = [
                sets.poses[shown[np.argmax(places == p)]] for p in range(12)
            ]
            assert found == usual


def test_backwards_is_the_sun_salutation_backwards():
    backwards, usual, _ = poses.ORDERS
    assert backwards == usual[::-1] != usual


def test_the_two_differ_in_the_four_poses_in_the_middle_only():
    backwards, usual, standing = map(np.array, poses.ORDERS)
    middle = np.arange(12) // 4 == 1
    assert ((backwards != usual) == middle).all()
    assert ((standing != usual) == middle).all()
    assert not set(standing[middle]) & set(usual)


def test_every_frame_has_its_place_and_pose(sets):
    for split in splits(sets):
        for film, y, shown, places in zip(
            *(split.x, split.y, split.extra["poses"], split.extra["places"]),
            strict=True,
        ):
            assert len(film) == len(shown) == len(places)
            assert set(np.diff(places)) <= {0, 1} and places[-1] == 11
            order = poses.ORDERS[poses.MOVEMENTS.index(sets.class_names[y])]
            assert (np.array(order)[places] == shown).all()


def bag(film):
    """What is left of a film when the order of its frames is lost."""
    x = film[..., 0].astype("float32")
    return np.stack([x.mean(0), x.std(0), x.min(0), x.max(0)]).ravel()


def nearest_mean(sets, one, other):
    """Share of the test's films told apart by their bags of frames."""
    bags, labels = [], []
    for split in (sets.train, sets.test):
        rows = np.flatnonzero(np.isin(split.y, (one, other)))
        bags.append(np.stack([bag(split.x[k]) for k in rows]))
        labels.append(split.y[rows])
    means = [bags[0][labels[0] == label].mean(0) for label in (one, other)]
    gaps = [((bags[1] - mean) ** 2).sum(1) for mean in means]
    return (np.where(gaps[1] < gaps[0], other, one) == labels[1]).mean()


def test_a_bag_of_frames_tells_the_standing_series_but_not_the_order(sets):
    backwards, sun, standing = range(3)
    assert 0.35 < nearest_mean(sets, backwards, sun) < 0.65
    assert nearest_mean(sets, standing, sun) > 0.7


def test_lengths_are_alike_in_all_movements(sets):
    lengths, y = (
        whole(sets, "lengths"),
        np.concatenate([split.y for split in splits(sets)]),
    )
    means = [lengths[y == label].mean() for label in range(3)]
    assert np.ptp(means) < 1


def test_a_performer_is_known_by_the_mean_picture(sets):
    """So that a split by film leaks: the nearest mean picture is theirs."""
    who = sets.train.extra["performers"]
    means = np.stack([film.mean(axis=0).ravel() for film in sets.train.x])
    for asked in range(0, len(who), 40):
        gaps = ((means - means[asked]) ** 2).sum(axis=1)
        gaps[asked] = np.inf
        assert who[gaps.argmin()] == who[asked]


def test_a_pose_can_be_told_from_one_frame(sets):
    """The nearest training frame, of another performer, shows the pose."""

    def frames(split, films):
        x = np.concatenate([split.x[k] for k in films])[..., 0]
        x = x.astype("float32")
        x -= x.mean((1, 2), keepdims=True)
        x /= x.std((1, 2), keepdims=True)
        shown = np.concatenate([split.extra["poses"][k] for k in films])
        return x.reshape(len(x), -1), shown

    x, y = frames(sets.train, range(0, 780, 3))
    asked, known = frames(sets.test, range(0, 240, 12))
    found = y[(asked @ x.T).argmax(1)]
    assert (found == known).mean() > 0.8


def test_no_film_is_twice_or_in_two_splits(sets):
    seen = [film.tobytes() for split in splits(sets) for film in split.x]
    assert len(set(seen)) == len(seen)


def test_movements_choose_and_order_the_classes(sets):
    some = data.load("poses", movements=("sun salutation", "backwards"))
    assert some.class_names == ("sun salutation", "backwards")
    assert [len(split) for split in splits(some)] == [520, 120, 160]
    sun = sets.class_names.index("sun salutation")
    whole_films = [
        x for x, y in zip(sets.test.x, sets.test.y, strict=True) if y == sun
    ]
    chosen = [
        x for x, y in zip(some.test.x, some.test.y, strict=True) if y == 0
    ]
    for one, other in zip(whole_films, chosen, strict=True):
        assert (one == other).all()


def test_another_movement_is_an_error_that_lists_them():
    with pytest.raises(CourseError, match="backwards, sun salutation"):
        data.load("poses", movements=("dancing",))


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
