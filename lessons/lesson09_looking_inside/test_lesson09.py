"""Lesson 09 against loops, finite differences, Keras and broken files."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from PIL import Image
from scipy.stats import rankdata

from coursekit import lessons
from coursekit.errors import CourseError
from coursekit.transfer import encoders

answers = lessons.module("09", "exercises")
own_pictures = lessons.module("09", "own_pictures")
gradient = lessons.module("09", "gradients").gradient
figures = lessons.module("09", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    head, weights = encoders.stored_objects()
    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    known = {"head_weights": head, "encoder_weights": weights}
    tools = {"encoders": encoders, "gradient": gradient, "Image": Image}
    sizes = {"profile": type("Sizes", (), {"climb_steps": 2, "seed": 0})}
    return lesson_functions("09", **names, **known, **tools, **sizes)


@pytest.fixture(scope="module")
def small():
    """A little network of two convolutions, the second with a stride."""
    keras.utils.set_random_seed(9)
    image = layers.Input((12, 12, 3))
    maps = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    maps = layers.Conv2D(5, 3, 2, padding="same", name="last")(maps)
    flat = layers.Flatten()(layers.Activation("tanh")(maps))
    return keras.Model(image, layers.Dense(3)(flat))


# ------------------------------------------------------------- the gaps


def test_grad_cam_is_a_loop_over_places_and_maps():
    rng = np.random.default_rng(1)
    maps, slopes = rng.normal(size=(2, 3, 2, 3, 4))
    found = answers.grad_cam(maps, slopes)
    for n in range(3):
        for i in range(2):
            for j in range(3):
                total = sum(
                    slopes[n, :, :, c].mean() * maps[n, i, j, c]
                    for c in range(4)
                )
                assert found[n, i, j] == pytest.approx(max(total, 0))


def test_the_smallest_push_brings_a_logit_to_zero_and_no_further():
    rng = np.random.default_rng(2)
    x, w, b = rng.normal(size=(6, 4)), rng.normal(size=4), 0.3
    sizes = answers.smallest_push(x, w, b)[:, np.newaxis]
    against = -np.sign(x @ w + b)[:, np.newaxis] * np.sign(w)
    assert np.allclose((x + sizes * against) @ w + b, 0)
    shorter = (x + 0.99 * sizes * against) @ w + b
    assert (np.sign(shorter) == np.sign(x @ w + b)).all()


# ------------------------------------------------------------ the slopes


def test_slopes_are_those_of_finite_differences(small):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 12, 12, 3)).astype("float32")

    def second(pictures):
        return small(pictures)[:, 1]

    values, slopes = gradient(second, x)
    assert values.shape == (2,) and slopes.shape == x.shape
    for place in ((0, 3, 4, 1), (1, 11, 0, 2), (1, 6, 6, 0)):
        ends = []
        for step in (1e-2, -1e-2):
            nudged = x.copy()
            nudged[place] += step
            ends.append(ops.convert_to_numpy(second(nudged)).sum())
        found = (ends[0] - ends[1]) / 2e-2
        assert slopes[place] == pytest.approx(found, abs=2e-3)


def test_slopes_of_the_loss_go_down_for_the_right_kind(own, small):
    """A step against them makes the right kind likelier, for each picture."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(5, 12, 12, 3)), np.array([0, 1, 2, 1, 0])
    slopes = own["loss_slopes"](small, x, y)
    before = own["chances"](small, x, y)
    after = own["chances"](small, x - 0.01 * slopes, y)
    assert (after > before).all()


def test_chances_are_keras_softmax(own, small):
    x = np.random.default_rng(5).normal(size=(4, 12, 12, 3))
    y = np.array([2, 0, 1, 1])
    theirs = ops.convert_to_numpy(ops.softmax(small(x)))
    assert np.allclose(own["chances"](small, x, y), theirs[range(4), y])


# ---------------------------------------------------- where numbers belong


def test_a_number_of_the_last_map_looks_at_pixel_8k_plus_7():
    """Found by nudging: the pixels that reach a place of relu5."""
    encoder = encoders.build_objects()
    below = keras.Model(encoder.input, encoder.get_layer("conv5").output)
    rng = np.random.default_rng(6)
    x = rng.uniform(0, 255, (1, 32, 32, 3)).astype("float32")
    for place in (1, 2):

        def one(pictures, place=place):
            return ops.sum(below(pictures)[:, place, place] ** 2, axis=-1)

        _, slopes = gradient(one, x)
        rows = np.flatnonzero(np.abs(slopes[0]).sum(axis=(1, 2)) > 0)
        ends = max(8 * place + 7 - 16, 0), min(8 * place + 7 + 16, 31)
        assert (rows.min(), rows.max()) == ends


def test_an_enlarged_map_has_its_numbers_where_they_belong(own):
    heat = np.random.default_rng(7).random((2, 4, 4))
    large = own["enlarged"](heat)
    assert large.shape == (2, 32, 32)
    assert np.allclose(large[:, 7::8, 7::8], heat)
    assert np.allclose(large[:, 0, 0], heat[:, 0, 0])
    assert np.allclose(own_pictures.enlarged(heat, 32), large)


def test_occlusion_of_the_lesson_is_the_exercises_map(own, small):
    """The exercise covers with 0, the lesson with grey: shift the values."""
    rng = np.random.default_rng(8)
    x = rng.uniform(0, 255, (1, 32, 32, 3)).astype("float32")
    total = keras.Model(*_linear(rng))
    found = own["occlusion"](total, x, np.array([1]))

    def score(picture):
        return own["chances"](total, picture[np.newaxis] + 127.5, [1])[0]

    ours = answers.occlusion_map(score, x[0] - 127.5, 8, 4)
    assert np.allclose(found[0], ours, atol=1e-5)
    theirs = own_pictures.occlusion(total, x, np.array([1]), 8)
    assert np.allclose(found, theirs, atol=1e-6)


def _linear(rng):
    image = layers.Input((32, 32, 3))
    dense = layers.Dense(3)
    logits = dense(layers.Flatten()(image))
    dense.set_weights([rng.normal(0, 2e-4, (3072, 3)), np.zeros(3)])
    return image, logits


# ------------------------------------------------------------- the scores


def test_deletion_takes_the_warmest_pixels_first(own):
    """A score that sees one pixel falls at the moment that pixel goes."""
    image = layers.Input((10, 10, 3))
    pixel = image[:, 2, 3, :1] - 127.5
    model = keras.Model(image, ops.concatenate([pixel, -pixel], axis=-1))
    x = np.full((1, 10, 10, 3), 255.0)
    heat = -np.arange(100.0).reshape(1, 10, 10)  # pixel (2, 3) is the 24th
    curve = own["deletion"](model, x, np.array([0]), heat)
    assert np.allclose(curve[:3], 1) and np.allclose(curve[3:], 0.5)


def test_likeness_is_the_correlation_of_rows(own):
    rng = np.random.default_rng(10)
    a, b = rng.normal(size=(2, 3, 4, 5))
    rows = [np.corrcoef(a[k].ravel(), b[k].ravel())[0, 1] for k in range(3)]
    assert own["alike"](a, b) == pytest.approx(np.mean(rows))
    assert own["alike"](a, 3 * a + 2) == pytest.approx(1)


def test_equal_numbers_share_a_rank_so_an_empty_map_is_like_nothing(own):
    rng = np.random.default_rng(16)
    heat = np.maximum(rng.normal(size=(3, 4, 5)).round(1), 0)
    found = own["ranks"](heat)
    theirs = rankdata(heat.reshape(3, -1), axis=1)
    assert np.allclose(found - found.mean(), theirs - theirs.mean())
    assert own["alike"](found, own["ranks"](np.zeros_like(heat))) == 0


def test_a_sweep_changes_pictures_and_changes_them_back(own, monkeypatch):
    """An accuracy that is the largest pixel tells what each step has done."""
    monkeypatch.setitem(own, "x_some", np.full((2, 4, 4, 3), 8.0))
    monkeypatch.setitem(own, "y_some", None)
    monkeypatch.setitem(own, "model", None)
    monkeypatch.setitem(own, "accuracy", lambda model, x, y: x.max())
    found = own["sweep"](lambda x, v: x * v, lambda v: 1 / v, (0.5, 4))
    assert found == {"changed": [4, 32], "and back": [8, 8]}


def test_shuffled_weights_are_the_same_numbers_elsewhere(own):
    model = own["network"]()
    (before,) = model.get_layer("conv3").get_weights()
    own["shuffle"](model, "conv3", np.random.default_rng(11))
    (after,) = model.get_layer("conv3").get_weights()
    assert (before != after).mean() > 0.9
    assert np.array_equal(np.sort(before.ravel()), np.sort(after.ravel()))


def test_an_attack_stays_within_epsilon_and_is_a_picture(own, small):
    rng = np.random.default_rng(12)
    x = rng.integers(0, 256, (4, 12, 12, 3)).astype("uint8")
    own["fgsm"] = answers.fgsm
    pushed = own["attack"](small, x, np.array([0, 1, 2, 0]), 3)
    assert np.abs(pushed - x).max() <= 3 + 1e-4
    assert pushed.min() >= 0 and pushed.max() <= 255
    assert np.abs(pushed - x).max() > 2


# -------------------------------------------------------- turned, shrunk


def test_no_turn_and_no_scale_change_nothing(own):
    x = np.random.default_rng(13).integers(0, 256, (2, 32, 32, 3))
    x = x.astype("uint8")
    assert np.array_equal(own["turned"](x, 0), x)
    assert np.array_equal(own["scaled"](x, 1), x)


def test_a_quarter_turn_is_that_of_numpy(own):
    x = np.random.default_rng(14).integers(0, 256, (1, 32, 32, 3))
    x = x.astype("uint8")
    quarter = np.rot90(x, axes=(1, 2))
    assert np.array_equal(own["turned"](x, 90), quarter)


def test_half_the_size_keeps_the_middle_in_half_the_pixels(own):
    x = np.zeros((1, 32, 32, 3), "uint8")
    x[:, 8:24, 8:24] = 200
    small = own["scaled"](x, 0.5)[0, ..., 0]
    assert (small[13:19, 13:19] == 200).all()
    assert (small[:11] == 0).all() and (small[21:] == 0).all()


# ----------------------------------------------------------- own pictures


def saved(folder, name, size=(40, 30), colour="red"):
    path = folder / name
    Image.new("RGB", size, colour).save(path)
    return path


def test_a_folder_and_a_picture_are_explained(tmp_path):
    for name in ("a.png", "b.jpg"):
        saved(tmp_path, name)
    figure = own_pictures.explain(tmp_path)
    assert figure.summary.startswith("2 pictures")
    titles = [panel.get_title() for panel in figure.figure.axes]
    assert titles[0].startswith("a:") and titles[1].startswith("b:")
    assert own_pictures.explain(tmp_path / "a.png").summary.startswith("1 ")


def test_own_networks_are_explained_with_own_names(tmp_path, small):
    saved(tmp_path, "a.png")
    figure = own_pictures.explain(tmp_path, small, ("x", "y", "z"))
    assert figure.figure.axes[0].get_title()[3] in "xyz"


def test_of_many_pictures_the_first_eight_are_shown(tmp_path, capsys):
    for number in range(10):
        saved(tmp_path, f"{number:02d}.png")
    files, pictures = own_pictures.read(tmp_path, 32)
    assert [file.stem for file in files] == [f"{k:02d}" for k in range(8)]
    assert pictures.shape == (8, 32, 32, 3) and pictures.dtype == np.uint8
    assert "10 pictures" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("gone.png", None, "no gone.png"),
        ("text.png", b"not a picture", "text.png is not a picture"),
        ("empty.png", b"", "empty.png"),
    ],
)
def test_what_is_no_picture_is_named_with_a_remedy(
    tmp_path, name, content, word
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CourseError, match=word) as caught:
        own_pictures.explain(tmp_path / name)
    assert "What to do" in str(caught.value)


def test_a_folder_without_pictures_says_what_was_expected(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(CourseError, match=r"expected are files .*\.png"):
        own_pictures.explain(tmp_path)


def test_names_that_do_not_fit_are_refused(tmp_path, small):
    saved(tmp_path, "a.png")
    with pytest.raises(CourseError, match="2 names, and the model has 3"):
        own_pictures.explain(tmp_path, small, ("x", "y"))


def test_a_model_without_maps_is_refused(tmp_path):
    saved(tmp_path, "a.png")
    model = keras.Model(*_linear(np.random.default_rng(15)))
    with pytest.raises(CourseError, match="no layer with maps"):
        own_pictures.explain(tmp_path, model, ("x", "y", "z"))


def test_a_patch_larger_than_the_picture_is_refused(tmp_path, small):
    saved(tmp_path, "a.png")
    with pytest.raises(CourseError, match="13 pixels does not fit 12"):
        own_pictures.explain(tmp_path, small, ("x", "y", "z"), size=13)


# ------------------------------------------------------------ the figures


def test_the_curves_say_their_numbers():
    figure = figures.curves([0, 1], {"one": [0.5, 0.25]}, "size", "accuracy")
    assert figure.summary == "accuracy against size (0, 1): one 0.50, 0.25."
