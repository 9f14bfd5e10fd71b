"""Warps against SciPy, the rate against its formula, batches by seed."""

import math

import keras
import numpy as np
import pytest
from scipy import ndimage

import pictures


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (4, 16, 16, 1)).astype("float32")


def test_sampling_equals_scipys_linear_interpolation(images):
    rng = np.random.default_rng(1)
    row, column = rng.uniform(-3, 18, (2, 4, 16, 16)).astype("float32")
    got = pictures.sample(images, row, column, background=-1.0)
    for image, r, c, found in zip(images, row, column, got, strict=True):
        expected = ndimage.map_coordinates(
            np.pad(image[..., 0], 6, constant_values=-1),
            [r + 6, c + 6],
            order=1,
        )
        np.testing.assert_allclose(found[..., 0], expected, atol=1e-5)


def test_a_warp_of_nothing_changes_nothing(images):
    same = pictures.warp(-1.0, 0, 0, 0, 0, seed=0)(images, np.int64(5))
    np.testing.assert_allclose(same, images, atol=1e-5)


def test_a_warp_far_away_leaves_background():
    ink = np.ones((50, 16, 16, 1), "float32")
    moved = pictures.warp(-1.0, 0, 0, 400.0, 0, seed=0)(ink, np.int64(0))
    gone = np.mean(np.asarray(moved) == -1.0, axis=(1, 2, 3))
    assert np.mean(gone == 1) > 0.9


def test_turning_is_about_the_centre_and_within_the_limit():
    # One row of ink through the centre: its slope is the turn.
    bar = np.full((200, 17, 17, 1), -1, "float32")
    bar[:, 8] = 1
    turned = pictures.warp(-1.0, 0.3, 0, 0, 0, seed=0)(bar, np.int64(0))
    weight = (np.asarray(turned)[..., 0] + 1) / 2
    middle = (weight * np.arange(17)[:, np.newaxis]).sum(1) / weight.sum(1)
    slopes = (middle[:, 12] - middle[:, 4]) / 8
    np.testing.assert_allclose(middle[:, 8], 8, atol=0.05)
    # Turn and slant add up: at most tan(0.3) and its neighbourhood.
    assert 0.15 < np.abs(slopes).max() < math.tan(0.6)
    assert abs(slopes.mean()) < 0.05


def test_a_warp_is_the_same_for_a_seed_and_a_number_and_else_another(images):
    options = (-1.0, 0.2, 0.1, 1.0, 0.8)
    first = pictures.warp(*options, seed=0)
    again = first(images, np.int64(3))
    np.testing.assert_array_equal(again, first(images, np.int64(3)))
    for other in (
        first(images, np.int64(4)),
        pictures.warp(*options, seed=1)(images, np.int64(3)),
    ):
        assert np.abs(np.asarray(again) - np.asarray(other)).max() > 0.1


def test_batches_show_every_picture_once_per_pass_in_an_order_of_the_seed():
    x = np.arange(12, dtype="float32").reshape(12, 1, 1, 1)
    y = np.arange(12)
    runs = {}
    for name, seed in (("one", 0), ("again", 0), ("other", 1)):
        stream = pictures.batches(x, y, 4, seed).take(6)
        pairs = [(a.numpy().ravel(), b.numpy()) for a, b in stream]
        for images, labels in pairs:
            np.testing.assert_array_equal(images, labels)
        runs[name] = np.concatenate([labels for _, labels in pairs])
    for start in (0, 12):
        assert sorted(runs["one"][start : start + 12]) == list(range(12))
    np.testing.assert_array_equal(runs["one"], runs["again"])
    assert (runs["one"] != runs["other"]).any()


def test_the_rate_rises_for_a_quarter_and_falls_in_a_cosine():
    rate = pictures.one_cycle(0.1, 400)
    for step in (0, 50, 100, 250, 400):
        if step <= 100:
            expected = 0.1 * step / 100
        else:
            expected = 0.05 * (1 + math.cos(math.pi * (step - 100) / 300))
        got = float(keras.ops.convert_to_numpy(rate(step)))
        assert math.isclose(got, expected, abs_tol=1e-6)
