"""Lesson 02 against SciPy and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from coursekit import lessons

answers = lessons.module("02", "exercises")
figures = lessons.module("02", "figures")
GAPS = ("correlate_loops", "kernel_gradient")


@pytest.fixture(scope="module")
def own(lesson_functions):
    own = lesson_functions("02", np=np)
    for name in GAPS:
        own[name] = own[f"good_{name}"]
    return own


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


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.integers(3, 8), st.integers(1, 3))
def test_spreading_out_is_the_adjoint_of_a_strided_correlation(
    seed, side, size
):
    """sum(strided(X) * Y) = sum(X * transposed(Y)), where windows tile X."""
    small, kernel = arrays(seed, (side, side + 1), (size, size + 1))
    for stride in range(1, size + 1):
        large = answers.transposed(small, kernel, stride)
        image = np.random.default_rng(seed).standard_normal(large.shape)
        there = answers.strided(image, kernel, stride, 0)
        assert there.shape == small.shape
        assert (there * small).sum() == pytest.approx((image * large).sum())


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_spreading_out_is_keras_transposed_layer(stride):
    from coursekit.backend import import_keras

    layers = import_keras().layers
    small, kernel = arrays(7, (4, 5), (3, 4))
    layer = layers.Conv2DTranspose(
        1, kernel.shape, strides=stride, use_bias=False, dtype="float64"
    )
    layer.build((None, *small.shape, 1))
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    theirs = np.array(layer(small[np.newaxis, :, :, np.newaxis]))[0, :, :, 0]
    assert np.allclose(answers.transposed(small, kernel, stride), theirs)


def test_a_film_begins_at_the_first_place_and_rests_at_the_end():
    import io

    from PIL import Image

    film = figures.SlidingWindowFilm(np.eye(5), np.ones((3, 3)))
    content = film.png()
    assert len(content) < 65_000
    opened = Image.open(io.BytesIO(content))
    assert opened.default_image  # the finished map, no part of the film
    frames, seconds = [], []
    for number in range(1, opened.n_frames):
        opened.seek(number)
        frames.append(np.asarray(opened.convert("L"), dtype=float))
        seconds.append(opened.info["duration"] / 1000)
    assert seconds == [*[0.9] * (film.places - 1), 3.0]
    first = figures.sliding_window(np.eye(5), np.ones((3, 3)), 0).png()
    alone = Image.open(io.BytesIO(first)).convert("L")
    alone = np.asarray(alone.resize(opened.size), dtype=float)
    differences = [np.abs(frame - alone).mean() for frame in frames]
    assert np.argmin(differences) == 0


PICTURE = np.linspace(0, 1, 400).reshape(20, 20)


def correlate(picture, kernel):
    return signal.correlate2d(picture, kernel, mode="valid")


def middle(weight):
    kernel = np.zeros((3, 3))
    kernel[1, 1] = weight
    return kernel


def shown(kernel):
    """Brightness, 0 to 1, of the workbench's answer to a ramp."""
    bench = figures.KernelWorkbench(PICTURE, middle(1), correlate)
    image = bench.answer(kernel).figure.axes[2].images[0]
    return image.cmap(image.norm(image.get_array()))[..., :3].mean(axis=-1)


def test_the_workbench_shows_a_negative_for_a_negative_kernel():
    assert np.allclose(shown(middle(-1)), 1 - shown(middle(1)), atol=0.05)


@pytest.mark.parametrize("weight", [0.2, 5.0, -5.0])
def test_the_workbench_shows_any_sum_in_all_shades(weight):
    assert shown(middle(weight)).std() > 0.2


def test_the_workbench_shows_an_answer_of_zeros_as_neither():
    nothing = shown(middle(0))
    assert nothing.std() == 0 and nothing.mean() > 0.9


def test_every_box_of_the_workbench_has_its_own_label():
    bench = figures.KernelWorkbench(PICTURE, middle(1), correlate)
    grid, picture = bench.widgets().children
    labels = [box.description for box in grid.children]
    assert len(set(labels)) == 9 and "bottom left" in labels
    assert 'alt="Kernel 0 0 0 / 0 1 0 / 0 0 0' in picture.value


def test_the_answers_to_the_riddles_are_right():
    right = np.zeros((3, 3))
    right[1, 2] = 1
    moved = correlate(PICTURE, right)
    assert np.array_equal(moved, PICTURE[1:-1, 2:])
    lines = np.array([[-1, 2, -1]] * 3)
    line, edge = np.zeros((5, 7)), np.zeros((5, 7))
    line[:, 3], edge[:, 3:] = 1, 1
    assert correlate(line, lines).max() == 6
    assert sorted(set(correlate(edge, lines).ravel())) == [-3, 0, 3]


def test_times_are_written_without_an_exponent():
    figure = figures.timings({"loops": 1.3345, "windows": 0.0021}).figure
    notes = [text.get_text() for text in figure.axes[0].texts]
    assert notes == ["2.1 ms, 635 times faster", "1,334 ms"]


def test_a_window_fills_one_number_a_step():
    image, kernel = np.eye(4), np.ones((3, 3))
    for step in range(4):
        text = figures.sliding_window(image, kernel, step).summary
        assert f"place {step + 1} of 4; {step + 1} numbers" in text
