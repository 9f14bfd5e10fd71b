"""Trainings that are kept: read when asked again, and told apart."""

import keras
import numpy as np
import pytest
from keras import layers

from coursekit import lessons

runs = lessons.module("06", "runs")
X, Y = np.ones((4, 3), "float32"), np.array([0, 1, 0, 1])


def made(units=2, rate=0.1):
    inputs = layers.Input((3,))
    model = keras.Model(inputs, layers.Dense(units)(inputs))
    model.compile(keras.optimizers.SGD(rate))
    return model, model.get_weights()


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """asked(model, start, x) -> a result; ``asked.times``: how many trained.

    Each call has a new Kept, as after a restart.
    """
    monkeypatch.setattr(runs, "in_replay", lambda: False)
    monkeypatch.setattr(runs.paths, "work_dir", lambda: tmp_path)

    def train(model, start, x, y, judges):
        asked.times += 1
        return [2.0, 1.0], np.float64(asked.times)

    def asked(model, start, x=X, keep=True):
        return runs.Kept(train, 1, keep)(model, start, x, Y, (x, Y))

    asked.times = 0
    return asked


def test_what_is_finished_is_not_trained_again(asked):
    model, start = made()
    assert asked(model, start) == asked(model, start) == ([2.0, 1.0], 1.0)
    assert asked.times == 1


def test_a_new_model_of_the_same_layers_is_the_same(asked):
    (model, start), (again, _) = made(), made()
    asked(model, start), asked(again, start)
    assert asked.times == 1


@pytest.mark.parametrize("other", ["start", "data", "rate", "activation"])
def test_what_differs_is_trained(asked, other):
    model, start = made()
    asked(model, start)
    if other == "start":
        asked(model, [w + 1 for w in start])
    elif other == "data":
        asked(model, start, X + 1)
    elif other == "rate":
        asked(made(rate=0.2)[0], start)
    else:
        model.layers[-1].activation = keras.activations.relu
        asked(model, start)
    assert asked.times == 2


def test_a_damaged_file_is_trained_again(asked, tmp_path):
    model, start = made()
    asked(model, start)
    (file,) = runs.folder().iterdir()
    file.write_text("[[2.0")
    assert asked(model, start)[1] == 2.0


def test_without_keep_there_is_no_file(asked, tmp_path):
    model, start = made()
    asked(model, start, keep=False)
    assert not list(tmp_path.iterdir())


def test_the_time_left_is_said_when_it_is_long(asked, capsys, monkeypatch):
    clock = iter([0.0, 90.0])
    monkeypatch.setattr(runs.time, "monotonic", lambda: next(clock))
    model, start = made()  # two layers of six
    kept = runs.Kept(lambda *given: ([1.0], 2.0), 6)
    kept(model, start, X, Y, (X, Y))
    assert capsys.readouterr().out == "33% trained, about 3 min left\n"
