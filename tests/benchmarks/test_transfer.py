"""The benchmark of lesson 08: what it draws, and what it calls pixels."""

import numpy as np

import transfer


def test_so_many_examples_of_each_class_are_drawn_once():
    labels = np.random.default_rng(0).integers(0, 4, 200)
    rows = transfer.draw(labels, 6, seed=1)
    assert np.bincount(labels[rows]).tolist() == [6] * 4
    assert len(set(rows)) == 24
    assert not np.array_equal(rows, transfer.draw(labels, 6, seed=2))


def test_large_pictures_become_means_of_squares():
    picture = np.zeros((1, 64, 64, 3), "uint8")
    picture[0, :2, 1] = 255  # half of the first square of 2 x 2
    vector = transfer.small(picture).reshape(32, 32, 3)
    assert vector[0, 0].tolist() == [0, 0, 0]
    assert (vector.reshape(-1, 3)[1:] == -1).all()


def test_the_target_task_holds_one_class_of_each_family():
    parts, said = transfer.pictures("objects100", 32)
    x, y = parts["train"]
    assert (
        x.shape == (1600, 32, 32, 3) and np.bincount(y).tolist() == [80] * 20
    )
    assert said.startswith("objects100 (synthetic)")


def test_of_each_family_the_last_kind_is_taken_wherever_its_number_is():
    y = np.tile([0, 1, 2, 3, 4, 5], 3)
    families = np.array([1, 0, 0, 1, 2, 2])[y]
    x = np.arange(len(y))
    kept, labels = transfer.one_of_each_family(x, y, families)
    assert y[kept].tolist() == [2] * 3 + [3] * 3 + [5] * 3
    assert labels.tolist() == [0] * 3 + [1] * 3 + [2] * 3
