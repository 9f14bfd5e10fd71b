"""Batches: every caption once, with its own picture."""

import numpy as np
import pytest
from tiny_captioners import captions, places

from coursekit.backend import import_keras


@pytest.fixture(scope="module", autouse=True)
def keras():
    return import_keras()


def test_each_caption_comes_once_with_its_own_picture():
    from coursekit.captions.batches import caption_batches

    x = np.arange(6, dtype="float32")[:, None, None] * np.ones((6, 2, 3))
    rows = np.zeros((6, 5, 7), "int32")
    rows[..., 0] = 2
    rows[..., 1] = 10 + np.arange(6)[:, None]  # the picture's number
    rows[..., 2] = 20 + np.arange(5)  # the caption's number
    seen = set()
    for inputs, targets, weights in caption_batches(x, rows, 5):
        tokens = inputs["tokens"].numpy()
        assert (inputs["places"].numpy()[:, 0, 0] == tokens[:, 1] - 10).all()
        assert (tokens[:, 1:] == targets.numpy()[:, :-1]).all()
        assert (weights.numpy() == (targets.numpy() != 0)).all()
        seen |= {tuple(row) for row in tokens[:, 1:3].tolist()}
    assert len(seen) == 30


def pictures(count=12, size=5, seed=0):
    from coursekit.captions.batches import PictureBatches

    return PictureBatches(places(count), captions(count), size, seed)


def test_every_picture_comes_once_an_epoch_with_its_own_captions():
    data = pictures()
    x, rows = places(), captions()
    seen = []
    for (inputs, targets), chosen in zip(
        data.stream(), data.order(), strict=True
    ):
        seen += list(chosen)
        length = inputs["tokens"].shape[2]
        assert np.array_equal(inputs["places"], x[chosen])
        assert np.array_equal(inputs["tokens"], rows[chosen, :, :length])
        assert np.array_equal(targets, rows[chosen, :, 1 : length + 1])
        assert not rows[chosen, :, length + 1 :].any()  # only padding cut
    assert sorted(seen) == list(range(12)) and len(data) == 3


def test_the_order_depends_on_seed_and_epoch_alone():
    def order(seed, epoch):
        data = pictures(40, 8, seed)
        data.epoch = epoch
        return [list(chosen) for chosen in data.order()]

    assert order(1, 4) == order(1, 4)
    assert order(1, 4) != order(1, 5) != order(2, 5)


def test_other_captions_places_or_seeds_have_another_digest():
    from coursekit.captions.batches import PictureBatches

    x, rows = places(), captions()
    found = {
        pictures().digest(),
        pictures(seed=1).digest(),
        pictures(size=4).digest(),
        PictureBatches(x, np.roll(rows, 1, axis=0), 5).digest(),
        PictureBatches(x + 1, rows, 5).digest(),
    }
    assert len(found) == 5 and pictures().digest() in found
