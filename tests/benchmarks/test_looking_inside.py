"""The benchmark of lesson 09: its areas, its pushes, its pictures."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import looking_inside
from coursekit import data


@pytest.fixture(scope="module")
def one_pixel():
    """A network of two kinds that looks at one pixel only."""
    image = layers.Input((10, 10, 3))
    pixel = image[:, 2, 3, :1] - 127.5
    return keras.Model(image, ops.concatenate([pixel, -pixel], axis=-1))


def test_the_area_under_a_deletion_curve_is_that_of_trapezoids(one_pixel):
    x = np.full((1, 10, 10, 3), 255.0)
    heat = -np.arange(100.0).reshape(1, 10, 10)  # its pixel is the 24th
    area = looking_inside.deletion(one_pixel, x, np.array([0]), heat)
    assert area == pytest.approx(0.2 * 1 + 0.1 * 0.75 + 0.7 * 0.5)


@pytest.mark.parametrize("steps", [1, 8])
def test_a_push_lowers_the_right_kind_and_stays_within_epsilon(
    one_pixel, steps
):
    x = np.full((2, 10, 10, 3), 100.0)
    y = np.array([0, 1])
    pushed = looking_inside.attack(one_pixel, x, y, 5, steps)
    assert pushed[:, 2, 3, 0].tolist() == [95, 105]
    pushed[:, 2, 3, 0] = 100
    assert np.array_equal(pushed, x)


def test_the_network_is_asked_about_its_own_kinds():
    test = data.load("objects100", masks=True).test
    x, y, mask = looking_inside.kinds(test)
    assert np.bincount(y).tolist() == [20] * 80
    assert len(x) == len(mask) == 1600
    model = looking_inside.network()
    right = looking_inside.logits(model, x[::8]).argmax(axis=1) == y[::8]
    assert right.mean() > 0.85
