"""Lesson 02 against SciPy and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from coursekit import lessons

answers = lessons.module("02", "exercises")
figures = lessons.module("02", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    return lesson_functions("02", np=np)


def arrays(seed, sides, kernel):
    rng = np.random.default_rng(seed)
    image = rng.standard_normal(sides)
    return image, rng.standard_normal(kernel)


def test_the_sharpened_example_is_scipys():
    values = [
        [105, 102, 100, 97, 96],
        [103, 99, 103, 101, 102],
        [101, 98, 104, 102, 100],
        [99, 101, 106, 104, 99],
        [104, 104, 104, 100, 98],
    ]
    sharpen = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    result = signal.correlate2d(values, sharpen, mode="same")
    assert result[0].tolist() == [320, 206, 198, 188, 281]
    assert result[4].tolist() == [317, 211, 210, 194, 291]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 99), st.integers(3, 9), st.integers(1, 3))
def test_loops_and_windows_agree_with_scipy(own, seed, side, kernel):
    image, weights = arrays(seed, (side, side + 1), (kernel, kernel))
    expected = signal.correlate2d(image, weights, mode="valid")
    assert np.allclose(own["correlate_loops"](image, weights), expected)
    assert np.allclose(own["correlate"](image, weights), expected)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(3, 7), st.integers(1, 3))
def test_the_matrix_multiplies_like_the_window_slides(own, seed, side, size):
    image, kernel = arrays(seed, (side, side), (size, size))
    product = own["as_matrix"](kernel, side) @ image.ravel()
    expected = signal.correlate2d(image, kernel, mode="valid")
    assert np.allclose(product, expected.ravel())


def test_both_gradients_agree_with_finite_differences(own):
    image, kernel = arrays(5, (5, 6), (3, 3))
    G = np.random.default_rng(6).standard_normal((3, 4))

    def loss(image, kernel):
        return (signal.correlate2d(image, kernel, mode="valid") * G).sum()

    for_kernel, for_image = own["backward"](image, kernel, G)
    for array, gradient, call in (
        (kernel, for_kernel, lambda a: loss(image, a)),
        (image, for_image, lambda a: loss(a, kernel)),
    ):
        for place in np.ndindex(array.shape):
            nudge = np.zeros_like(array)
            nudge[place] = 1e-5
            slope = (call(array + nudge) - call(array - nudge)) / 2e-5
            assert slope == pytest.approx(gradient[place], abs=1e-7)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(3, 8), st.integers(1, 3))
def test_the_references_of_the_exercises_are_scipys(seed, side, kernel):
    image, weights = arrays(seed, (side, side + 2), (kernel, kernel))
    assert np.allclose(
        answers.convolve(image, weights),
        signal.convolve2d(image, weights, mode="valid"),
    )
    padded = signal.correlate2d(image, weights, mode="full")
    ours = answers.strided(image, weights, 2, kernel - 1)
    assert np.allclose(ours, padded[::2, ::2])
    G = np.ones_like(signal.correlate2d(image, weights, mode="valid"))
    assert np.allclose(
        answers.kernel_gradient(image, G),
        signal.correlate2d(image, G, mode="valid"),
    )


def test_a_film_has_a_frame_for_each_place_and_stays_small():
    import io

    from PIL import Image

    film = figures.SlidingWindowFilm(np.eye(5), np.ones((3, 3)))
    content = film.png()
    assert len(content) < 65_000
    assert Image.open(io.BytesIO(content)).n_frames >= film.places == 9


def test_a_window_fills_one_number_a_step():
    image, kernel = np.eye(4), np.ones((3, 3))
    for step in range(4):
        text = figures.sliding_window(image, kernel, step).summary
        assert f"place {step + 1} of 4; {step + 1} numbers" in text
