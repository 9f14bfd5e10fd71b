"""Encoders: what is chosen, what they compute, all paths that weights have."""

import numpy as np
import pytest

from coursekit import data
from coursekit.backend import import_keras
from coursekit.data.sets import imagenet_weights
from coursekit.errors import CourseError
from coursekit.transfer import encoders

import_keras()


def test_the_stored_encoder_with_its_head_names_eighty_kinds():
    test = data.load("objects100").test
    rows = np.flatnonzero(test.y % 5 < 4)[::4]
    labels = test.y[rows] // 5 * 4 + test.y[rows] % 5
    (kernel, bias), _ = encoders.stored_objects()
    z = np.array(encoders.load("objects80")(test.x[rows]))
    said = (z @ kernel + bias).argmax(axis=1)
    assert (said == labels).mean() > 0.88


def test_the_stored_file_is_small():
    assert encoders.STORED.stat().st_size < 400_000


@pytest.mark.parametrize("name", encoders.RECIPES)
def test_every_network_has_its_path_with_random_weights(name):
    encoder = encoders.load(name, size=64, weights="random")
    features = np.array(encoder(np.zeros((2, 64, 64, 3), "uint8")))
    assert features.shape == (2, encoder.output_shape[-1])
    assert encoder.layers[-1].name == "features"
    assert any("bn" in layer.name for layer in encoder.layers), "flat"


@pytest.mark.parametrize(
    ("name", "black", "white"),
    [
        ("mobilenet_0.25", [-1, -1, -1], [1, 1, 1]),
        (
            "resnet50",
            [-103.939, -116.779, -123.68],
            [151.061, 138.221, 131.32],
        ),
    ],
)
def test_pixels_are_prepared_as_the_network_was_trained(name, black, white):
    import keras

    encoder = encoders.load(name, size=32, weights="random")
    first = next(layer for layer in encoder.layers if "conv" in layer.name)
    prepared = keras.Model(encoder.input, first.input)
    for pixel, expected in ((0, black), (255, white)):
        given = np.full((1, 32, 32, 3), pixel, "float32")
        found = np.array(prepared(given))[0, 16, 16]
        assert np.allclose(found, expected, atol=1e-3)


def test_the_best_network_whose_weights_are_here_is_chosen(monkeypatch):
    here = {imagenet_weights.SOURCES["mobilenet_0.25"].name}
    monkeypatch.setattr(encoders, "find", lambda source: source.name in here)
    assert encoders.choose() == "mobilenet_0.25"
    here.add(imagenet_weights.SOURCES["resnet50"].name)
    assert encoders.choose() == "resnet50"
    here.clear()
    assert encoders.choose() == encoders.SMALL


def test_an_unknown_encoder_is_refused_with_those_there_are():
    with pytest.raises(CourseError, match="no encoder 'vgg19'") as error:
        encoders.choose("vgg19")
    assert "objects80" in error.value.remedy


def test_a_damaged_file_says_how_to_restore_it(tmp_path, monkeypatch):
    damaged = tmp_path / "objects80.npz"
    damaged.write_bytes(b"no archive")
    monkeypatch.setattr(encoders, "STORED", damaged)
    with pytest.raises(CourseError, match="objects80") as error:
        encoders.stored_objects()
    assert "git checkout" in error.value.remedy


def test_kept_features_are_not_computed_again(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path))
    monkeypatch.delenv("COURSEKIT_REPLAY", raising=False)
    model = encoders.build_objects()
    images = np.random.default_rng(0).integers(0, 256, (7, 32, 32, 3))
    first = encoders.run(model, images[:4], size=2, keep=True)

    asked = []
    made = encoders._made
    monkeypatch.setattr(
        encoders, "_made", lambda m, x: asked.append(len(x)) or made(m, x)
    )
    second = encoders.run(model, images, size=2, keep=True)
    assert np.array_equal(second[:4], first) and asked == [2, 1]


def test_a_damaged_feature_file_is_computed_again(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path))
    monkeypatch.delenv("COURSEKIT_REPLAY", raising=False)
    model, images = encoders.build_objects(), np.zeros((2, 32, 32, 3))
    first = encoders.run(model, images, keep=True)
    (file,) = (tmp_path / "features").iterdir()
    file.write_bytes(b"")
    assert np.array_equal(encoders.run(model, images, keep=True), first)
