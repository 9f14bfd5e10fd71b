"""Lesson 07 against plain counting, Keras, and its own long recipe."""

import contextlib

import keras
import numpy as np
import pytest
from keras import layers, ops

from coursekit import lessons

answers = lessons.module("07", "exercises")
figures = lessons.module("07", "figures")
recipe = lessons.module("07", "recipe")


@pytest.fixture(scope="module")
def own(lesson_functions):
    class Profile:
        plain_filters = (16, 32, 64)

    names = {"profile": Profile} | {
        "np": np,
        "keras": keras,
        "layers": layers,
        "ops": ops,
    }
    return lesson_functions(
        "07", **names, residual_block=recipe.residual_block, recipe=recipe
    )


@pytest.fixture
def pictures():
    rng = np.random.default_rng(7)
    return rng.integers(0, 256, (12, 8, 8, 3), "uint8")


@pytest.mark.parametrize(
    "text",
    [
        "guessing: class 1%, family 5%",
        "[6 5 6 7 8 7] -> [6 7 8 7] -> [7 8 7 6]",
        "4,736 = 4,736",
        "07.1  the lesson goes on with the good answer",
        "arrays of weights, largest difference 0.0",
        "InterruptedError: power cut",
        "CourseError: What to do: save it as PNG or JPEG",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("07")


def test_the_long_recipe_crops_as_the_lesson_does(pictures):
    rng = np.random.default_rng(1)
    top, left = rng.integers(0, 5, (2, 12))
    dice = top, left, rng.random(12) < 0.5
    ours = recipe.crop_and_flip(pictures, *dice, border=2)
    assert np.array_equal(ours, answers.crop_and_flip(pictures, *dice, 2))


def test_a_window_at_the_border_is_the_old_picture(pictures):
    place = np.full(12, 3)
    same = recipe.crop_and_flip(pictures, place, place, place == 0, border=3)
    assert np.array_equal(same, pictures)


@pytest.mark.parametrize("name", ["network", "plain"])
def test_the_long_recipes_networks_are_the_lessons(own, pictures, name):
    found = []
    if name == "plain":
        pairs = own["plain"], recipe.plain_network
        pictures = np.tile(pictures, (1, 4, 4, 1))
    else:
        pairs = own["network"], recipe.network
    for make in pairs:
        keras.utils.set_random_seed(3)
        model = make() if name == "plain" else make((4, 8))
        weights = [np.full(w.shape, 0.1) for w in model.get_weights()]
        model.set_weights(weights)
        found.append(ops.convert_to_numpy(model(recipe.scaled(pictures))))
    assert np.allclose(*found, atol=1e-6)


def test_without_its_shortcut_a_block_computes_the_difference(pictures):
    block = recipe.residual_block(3)
    plain = keras.Model(block.input, block.layers[-2].output)
    x = recipe.scaled(pictures)
    assert np.allclose(block(x), plain(x) + x, atol=1e-5)


def test_whitened_patches_are_uncorrelated_and_equally_spread():
    rng = np.random.default_rng(2)
    smooth = rng.random((60, 9, 9, 3)).cumsum(axis=1).cumsum(axis=2)
    images = (255 * smooth / smooth.max()).astype("uint8")
    kernel = recipe.whitening(images, floor=0)
    maps = ops.conv(recipe.scaled(images)[:, :8, :8], kernel, 2)
    cells = ops.convert_to_numpy(maps).reshape(-1, 24)
    assert np.allclose(np.cov(cells[:, :12].T), np.eye(12), atol=0.02)
    assert np.allclose(cells[:, :12], -cells[:, 12:], atol=1e-4)


def test_cutout_greys_one_square_of_each_picture(pictures):
    pictures[pictures == 127] = 0
    rng = np.random.default_rng(3)
    cut = recipe.cutout(pictures, *rng.integers(0, 6, (2, 12)), 3)
    assert ((cut == 127).sum(axis=(1, 2, 3)) == 27).all()
    assert np.array_equal(cut[cut != 127], pictures[cut != 127])


def test_mixup_blends_pictures_and_targets_by_the_same_share():
    pictures = np.stack([np.zeros((2, 2, 3)), np.ones((2, 2, 3))])
    partner, share = np.array([1, 0]), np.array([0.25, 1.0])
    mixed, targets = recipe.mixup(pictures, np.eye(2), partner, share)
    assert np.allclose(mixed[0], 0.75) and np.allclose(mixed[1], 1)
    assert np.allclose(targets, [[0.25, 0.75], [0, 1]])


@pytest.mark.parametrize("shares", [False, True])
def test_the_loss_is_keras_with_label_smoothing(shares):
    rng = np.random.default_rng(4)
    logits = rng.standard_normal((5, 7)).astype("float32")
    y = rng.integers(0, 7, 5)
    one_hot = np.eye(7, dtype="float32")[y]
    ours = recipe.smoothed_loss(0.2)(
        ops.convert_to_tensor(one_hot if shares else y), logits
    )
    theirs = keras.losses.CategoricalCrossentropy(True, label_smoothing=0.2)
    mean = ops.convert_to_numpy(ours).mean()
    assert np.isclose(mean, float(theirs(one_hot, logits)), atol=1e-6)


def test_an_epoch_shows_no_picture_twice_and_the_next_another_order():
    x, y = np.zeros((10, 2, 2, 3), "uint8"), np.arange(10)
    stream = recipe.Pictures(x, y, 3)
    first = np.concatenate([stream[k][1] for k in range(len(stream))])
    stream.epoch = 1
    second = np.concatenate([stream[k][1] for k in range(len(stream))])
    assert len(first) == len(set(first)) == 9
    assert not np.array_equal(first, second)


def test_smaller_pictures_keep_their_mean(pictures):
    small = recipe.shrunk(pictures, 4)
    assert small.shape == (12, 4, 4, 3) and small.dtype == np.uint8
    assert abs(small.mean() - pictures.mean()) < 3


class Stop(keras.callbacks.Callback):
    """Stops training in its second epoch, after one step of it."""

    def on_epoch_end(self, epoch, logs=None):
        self.after = self.model.get_weights()

    def on_train_batch_end(self, batch, logs=None):
        if hasattr(self, "after"):
            raise KeyboardInterrupt


def small_run(pictures, path, callbacks=(), peak=0.05, epochs=3):
    """Three epochs, stopped where a callback says so."""
    keras.utils.set_random_seed(5)
    y = np.arange(12) % 4
    model = recipe.network((4,), classes=4)
    stream = recipe.Pictures(pictures, y, 4, recipe.maker(classes=4))
    recipe.prepare(model, peak, 9, 1e-3)
    state = recipe.State(path)
    seen = recipe.scaled(pictures), y
    with contextlib.suppress(KeyboardInterrupt):
        recipe.fit(model, [(stream, epochs)], state, seen, callbacks)
    return model, state


def test_a_stopped_run_goes_on_to_the_same_weights(pictures, tmp_path):
    whole, _ = small_run(pictures, tmp_path / "a.npz")
    small_run(pictures, tmp_path / "b.npz", [Stop()])
    resumed, state = small_run(pictures, tmp_path / "b.npz")
    for one, other in zip(
        whole.get_weights(), resumed.get_weights(), strict=True
    ):
        assert np.array_equal(one, other)
    assert len(state.history) == 3 and not state.path.exists()


def test_a_stopped_run_leaves_the_weights_of_its_best_epoch(
    pictures, tmp_path
):
    stop = Stop()
    model, _ = small_run(pictures, tmp_path / "c.npz", [stop])
    for one, other in zip(model.get_weights(), stop.after, strict=True):
        assert np.array_equal(one, other)


def test_the_best_epoch_is_known_after_a_restart(pictures, tmp_path):
    first, again = Stop(), Stop()
    small_run(pictures, tmp_path / "d.npz", [first])
    again.after = None  # stops at once, before its epoch is done
    model, _ = small_run(pictures, tmp_path / "d.npz", [again])
    for one, other in zip(model.get_weights(), first.after, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("other", [{"peak": 0.1}, {"epochs": 2}])
def test_a_state_of_another_plan_is_passed_over(pictures, tmp_path, other):
    small_run(pictures, tmp_path / "e.npz", [Stop()])
    _, state = small_run(pictures, tmp_path / "e.npz", **other)
    _, fresh = small_run(pictures, tmp_path / "f.npz", **other)
    assert state.history == fresh.history


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_state_is_passed_over(pictures, tmp_path, content):
    path = tmp_path / "state.npz"
    path.write_bytes(content)
    _, state = small_run(pictures, path)
    assert len(state.history) == 3


def test_the_time_left_counts_pixels():
    said = []
    streams = [
        (recipe.Pictures(np.zeros((4, s, s, 3)), np.zeros(4), 2), 1)
        for s in (2, 4)
    ]
    callback = recipe.TimeLeft(streams, lambda *words: said.append(words))
    callback.on_epoch_begin(0)
    callback.on_epoch_end(0)
    callback.on_epoch_end(1)
    assert said[0][0] == 0.2 and said[1] == (1.0, 0)


def test_full_confidence_falls_into_the_last_bin(own):
    sure, right, weight = own["reliability"](
        np.array([1.0, 0.99, 0.05]), np.array([True, False, True])
    )
    assert np.allclose(sure, [0.05, 0.995]) and np.allclose(right, [1, 0.5])
    assert np.allclose(weight, [1 / 3, 2 / 3])


def test_a_label_of_the_confusion_is_the_mean_of_its_diagonal():
    shares = np.array([[0.5, 0.5], [0.3, 0.7]])
    figure = figures.confusion(shares, ["one", "other"])
    assert "0.60 of a row" in figure.summary
