"""Encoders of keras.applications, with random weights, and which is taken."""

from functools import cache

import numpy as np
import pytest

from coursekit.backend import import_keras
from coursekit.captions import image_encoders, scene_encoder
from coursekit.errors import CourseError


@pytest.fixture(scope="module", autouse=True)
def keras():
    return import_keras()


SLOW = pytest.mark.slow  # large networks; the small one runs always


@cache
def untrained(name):
    return image_encoders.load(name, weights=None)


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (2, 20, 20, 3)).astype("uint8")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("mobilenet_v2_0.35", (2, 7, 7, 1280)),
        pytest.param("mobilenet_v2_1.0", (2, 7, 7, 1280), marks=SLOW),
        pytest.param("resnet50", (2, 7, 7, 2048), marks=SLOW),
        pytest.param("vgg16", (2, 14, 14, 512), marks=SLOW),
    ],
)
def test_every_encoder_gives_a_grid_of_frozen_features(pictures, name, shape):
    encoder = untrained(name)
    assert encoder(pictures)["grid"].shape == shape
    assert encoder.name == name and encoder.version == "random"
    assert not encoder.network.trainable_variables


def test_mobilenet_sees_the_enlarged_picture_from_minus_one_to_one(
    pictures,
):
    import tensorflow as tf

    encoder = untrained("mobilenet_v2_0.35")
    large = tf.image.resize(pictures.astype("float32"), (224, 224)).numpy()
    expected = encoder.network(large / 127.5 - 1, training=False)
    assert np.allclose(encoder(pictures)["grid"], expected, atol=1e-4)


@SLOW
def test_resnet_sees_blue_first_with_the_means_taken_off():
    scale = untrained("resnet50").scale
    red = np.zeros((1, 224, 224, 3), "uint8")
    red[..., 0] = 200
    seen = np.asarray(scale(red.astype("float32")))
    means = np.array([103.939, 116.779, 123.68])
    assert np.allclose(seen[0, 5, 5], [0, 0, 200] - means, atol=1e-3)


def test_the_best_encoder_is_the_first_whose_weights_are_here(
    monkeypatch,
):
    def here(*names):
        sources = [
            image_encoders.imagenet_weights.SOURCES[name] for name in names
        ]
        monkeypatch.setattr(
            image_encoders, "find", lambda s: s in sources or None
        )

    here("mobilenet_v2_0.35", "vgg16")
    assert image_encoders.present() == ["vgg16", "mobilenet_v2_0.35"]
    assert image_encoders.choose("best") == "vgg16"
    here()
    assert image_encoders.choose("best") == "mobilenet_v2_0.35"
    assert image_encoders.choose("resnet50") == "resnet50"


def test_an_unknown_encoder_is_answered_with_the_known_ones():
    with pytest.raises(CourseError, match="no encoder 'vgg'.*\n.*vgg16"):
        image_encoders.load("vgg")


def test_the_scenes_encoder_is_that_of_lesson_21():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (3, 64, 64, 3)).astype("uint8")
    encoder = image_encoders.load("scenes")
    expected = scene_encoder.headless(scene_encoder.load())(images)["grid"]
    assert np.allclose(encoder(images)["grid"], expected, atol=1e-5)
