"""What the bundled sets can be asked for, and what there is not."""

import numpy as np
import pytest

from coursekit import data
from coursekit.data.sets import digits, scenes
from coursekit.data.sets.scenes import Thing
from coursekit.data.sets.series import SERIES
from coursekit.errors import CourseError


@pytest.mark.parametrize("size", [8, 16, 28])
def test_digits_come_in_three_sizes_with_the_same_fields(size):
    sets = data.load("digits", size=size)
    assert sets.input_shape == (size, size, 1)
    assert sets.train.x.dtype == np.uint8 and sets.train.y.dtype == np.int64
    assert sets.train.x.min() == 0 and sets.train.x.max() == 255
    assert sets.class_names == tuple("0123456789")
    assert sets.real and "CC BY 4.0" in sets.provenance


def test_enlarging_agrees_with_an_independent_interpolation():
    from scipy.ndimage import map_coordinates

    image = data.load("digits").train.x[3, :, :, 0].astype(float)
    place = np.clip((np.arange(28) + 0.5) * 8 / 28 - 0.5, 0, 7)
    grid = np.meshgrid(place, place, indexing="ij")
    expected = np.round(map_coordinates(image, grid, order=1))
    ours = digits.enlarge(image[np.newaxis], 28)[0]
    assert np.abs(ours - expected).max() <= 1  # rounding of exact halves


@pytest.mark.parametrize("colour", ["black", "white", "grey", "orange"])
def test_no_cat_s_stripes_have_the_colour_of_the_road(colour):
    _, stripes = Thing("cat", colour, 20, 50, texture="striped").colours()
    road = scenes.picture("road", [])[55, 5] / 255
    assert np.abs(stripes - road).max() > 0.1


def test_another_size_is_an_error_that_lists_the_three():
    with pytest.raises(CourseError, match="8, 16, 28"):
        data.load("digits", size=10)


def test_kinds_choose_a_part():
    loaded = data.load("pairs", kinds=("dates",))
    assert set(loaded.test.extra["kinds"]) == {1} and not len(loaded.longer)


def test_another_language_or_kind_is_an_error_that_lists_them():
    with pytest.raises(CourseError, match="spanish, french, digits"):
        data.load("pairs", language="german")
    with pytest.raises(CourseError, match="numbers, dates"):
        data.load("pairs", kinds=("poems",))


def test_large_pictures_show_the_same_scene():
    sets = data.load("scenes", at_most=40)
    large = data.load("scenes", size=128, masks=True, at_most=40)
    x = large.test.x.reshape(40, 64, 2, 64, 2, 3).mean((2, 4))
    assert np.abs(x - sets.test.x).mean() < 6
    boxes = large.test.extra["boxes"] / 2
    known = boxes >= 0
    gaps = np.abs(boxes - sets.test.extra["boxes"])[known]
    # A thin string under a balloon ends lower where pixels are finer.
    assert gaps.max() <= 5 and (gaps <= 1).mean() > 0.9
    assert large.test.y == sets.test.y


def test_a_scene_can_be_described_and_drawn():
    things = [Thing("dog", "brown", 20, 50), Thing("kite", "red", 48, 24)]
    picture = scenes.picture("park", things)
    assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
    bare = scenes.picture("park", [])
    left, top, right, bottom = things[1].box()
    changed = (picture != bare).any(-1)
    assert changed[top:bottom, left:right].mean() > 0.3
    assert not changed[:, 62:].any()


@pytest.mark.parametrize(
    ("setting", "thing"),
    [
        ("desert", Thing("dog", "brown", 20, 50)),
        ("park", Thing("horse", "brown", 20, 50)),
        ("park", Thing("dog", "beige", 20, 50)),
        ("park", Thing("dog", "brown", 20, 50, pose="flying")),
    ],
)
def test_what_there_is_not_is_an_error_that_lists_what_there_is(
    setting, thing
):
    with pytest.raises(CourseError, match="choose one of"):
        scenes.picture(setting, [thing])


def test_another_size_is_an_error():
    with pytest.raises(CourseError, match="64, 128"):
        data.load("scenes", size=100)


@pytest.mark.parametrize("series", SERIES)
def test_the_splits_follow_each_other_in_time(series):
    sets = data.load("series", series=series)
    parts = sets.train, sets.validation, sets.test
    time = np.concatenate([part.extra["time"] for part in parts])
    assert len(np.unique(np.diff(time))) == 1 and np.diff(time)[0] > 0
    assert sets.train.extra["time"][-1] < sets.validation.extra["time"][0]
    assert sets.validation.extra["time"][-1] < sets.test.extra["time"][0]
    assert sets.train.x.dtype == sets.train.y.dtype == np.float32
    assert np.array_equal(sets.test.x[:, 0], sets.test.y)
    assert len(sets.columns) == sets.train.x.shape[1]
    assert all(np.isfinite(part.x).all() for part in parts)


def test_only_the_weather_is_called_synthetic():
    real = {s: data.load("series", series=s).real for s in SERIES}
    assert [s for s in SERIES if not real[s]] == ["weather"]
    provenance = data.load("series", series="weather").provenance
    assert provenance.startswith("series (synthetic)")


def test_an_unknown_series_is_an_error_that_lists_the_known():
    with pytest.raises(CourseError, match="passengers, sunspots, co2"):
        data.load("series", series="rain")
