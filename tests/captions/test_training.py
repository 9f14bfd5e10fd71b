"""Training that is stopped in any way ends as if it had not been."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_captioners import (
    FEATURES,
    PLACES,
    WORDS,
    attention,
    captions,
    luong,
    places,
)

import coursekit
from coursekit import lessons
from coursekit.backend import import_keras


@pytest.fixture(scope="module")
def keras():
    return import_keras()


@pytest.fixture(scope="module", autouse=True)
def quickly(keras):
    """Step by step: compiling the graphs would take most of the time."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def pictures(count=6, seed=3):
    """Batches of three pictures."""
    from coursekit.captions.batches import PictureBatches

    return PictureBatches(places(count), captions(count, seed), 3)


def train(store, epochs=3, callbacks=(), model=None, data=None, **options):
    """The weights at the end, and the history."""
    from coursekit.captions import training

    long_training = lessons.module("23", "long_training")
    model, options = model or luong(), {"learning_rate": 1e-2, **options}
    history = training.fit(
        model,
        data or pictures(),
        epochs,
        optimizer=long_training.averaged,
        store=store,
        callbacks=callbacks,
        **options,
    )
    return [variable.numpy() for variable in model.weights], history


def counting(begun):
    """Notes which epochs begin."""
    import keras

    return keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: begun.append(epoch)
    )


def stop(steps):
    """Interrupts after so many steps, as a power cut does."""
    import keras

    def interrupt(batch, logs):
        steps.pop()
        if not steps:
            raise KeyboardInterrupt

    steps = [*range(steps)]
    return keras.callbacks.LambdaCallback(on_train_batch_end=interrupt)


def same(one, other):
    return all(map(np.array_equal, one, other))


@pytest.fixture(scope="module")
def straight(quickly, tmp_path_factory):
    """A run that nobody disturbed: its folder, weights and history."""
    folder = tmp_path_factory.mktemp("straight")
    return folder, *train(folder)


@pytest.mark.parametrize(
    ("epoch", "steps"), [pytest.param(1, 3, marks=pytest.mark.slow), (2, 6)]
)
def test_an_interrupted_run_ends_with_the_same_network(
    straight, tmp_path, epoch, steps
):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, callbacks=[stop(steps)])
    begun = []
    resumed, told = train(tmp_path, callbacks=[counting(begun)])
    assert begun == [*range(epoch, 3)]
    _, weights, history = straight
    assert same(resumed, weights)
    assert told == history and len(told["loss"]) == 3


def test_the_resumed_training_of_single_captions_does_what_was_left(tmp_path):
    from coursekit.captions import training
    from coursekit.captions.batches import caption_batches

    data = caption_batches(places(2), captions(2), 5)
    begun = []
    spy = counting(begun)
    with pytest.raises(KeyboardInterrupt):
        training.fit(
            attention(),
            data,
            3,
            1e-2,
            store=tmp_path,
            callbacks=[spy, stop(3)],
        )
    again = attention()
    training.fit(again, data, 3, 1e-2, store=tmp_path, callbacks=[spy])
    assert begun == [0, 1, 1, 2]
    assert int(again.optimizer.iterations) == 3 * 2


KILLED = """
import contextlib, os, pathlib, sys
sys.path[:0] = sys.argv[1:3]
from coursekit.backend import import_keras
keras = import_keras()
import test_training as t
from coursekit.captions import checkpoints

def die(path):
    if path.name == "epoch-002.npz":
        path.with_name("part-" + path.name).write_bytes(b"half")
        os.kill(os.getpid(), 9)  # no handler runs, nothing is flushed
    return whole(path)

whole, checkpoints.replacing = checkpoints.replacing, die
import tensorflow as tf
tf.config.run_functions_eagerly(True)
t.train(pathlib.Path(sys.argv[3]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs SIGKILL")
def test_a_run_killed_while_it_wrote_ends_with_the_same_network(
    straight, tmp_path
):
    folders = [Path(coursekit.__file__).parents[1], Path(__file__).parent]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *folders, tmp_path],
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr.decode()[-500:]
    assert len(list(tmp_path.glob("*/epoch-*.npz"))) == 1
    begun = []
    resumed, told = train(tmp_path, callbacks=[counting(begun)])
    assert same(resumed, straight[1]) and told == straight[2]
    assert begun == [1, 2]


def test_a_finished_run_is_not_trained_again(straight):
    folder, weights, history = straight
    begun = []
    again, told = train(folder, callbacks=[counting(begun)])
    assert not begun and told == history and same(again, weights)


def test_damaged_and_half_written_states_are_passed_over(straight, tmp_path):
    folder, weights, history = straight
    (name,) = (path.name for path in folder.iterdir())
    (tmp_path / name).mkdir()
    for path in (folder / name).iterdir():
        (tmp_path / name / path.name).write_bytes(path.read_bytes())
    last = tmp_path / name / "epoch-003.npz"
    last.write_bytes(last.read_bytes()[:500])
    (tmp_path / name / "part-epoch-004.npz").write_bytes(b"half")
    begun = []
    again, told = train(tmp_path, callbacks=[counting(begun)])
    assert same(again, weights) and told == history and begun == [2]


def test_two_states_stay_and_their_history_is_readable(straight):
    names = sorted(path.name for path in straight[0].glob("*/*"))
    assert names == ["epoch-002.npz", "epoch-003.npz"]
    with np.load(next(straight[0].glob("*/epoch-003.npz"))) as state:
        assert len(json.loads(str(state["history"]))["loss"]) == 3


def test_what_decides_the_result_is_in_the_name_of_the_states(monkeypatch):
    from coursekit.captions import checkpoints

    names = set()

    def keeper(folder):
        names.add(folder.name)
        raise KeyboardInterrupt  # the name is all that is asked for

    monkeypatch.setattr(checkpoints, "Keeper", keeper)
    for options in (
        {},
        {"epochs": 2},
        {"model": luong(seed=3)},
        {"model": luong(smoothing=0.2)},
        {"data": pictures(3, seed=5)},
    ):
        with pytest.raises(KeyboardInterrupt):
            train(Path(), **{"epochs": 1, "data": pictures(3), **options})
    assert len(names) == 5


def test_validation_leaves_the_trained_network_as_it_was(straight):
    weights, history = train(None, validation=pictures(seed=5))
    assert len(history["val_loss"]) == 3
    assert same(weights, straight[1])
    assert history["loss"] == straight[2]["loss"]


@pytest.mark.slow  # the lessons learn, too
def test_it_learns_what_is_in_the_picture(tmp_path):
    import tensorflow as tf

    from coursekit.captions import decoding
    from coursekit.captions.batches import PictureBatches

    tf.config.run_functions_eagerly(False)
    rng = np.random.default_rng(0)
    kinds = rng.integers(4, WORDS, 48)
    x = rng.normal(0, 0.1, (48, PLACES, FEATURES)).astype("float16")
    x[np.arange(48), rng.integers(0, PLACES, 48), kinds - 4] = 4
    rows = np.tile([2, 4, 0, 3, 0], (48, 5, 1)).astype("int32")
    rows[:, :, 2] = kinds[:, np.newaxis]
    model = luong(units=16, size=16, dropout=0.0)
    data = PictureBatches(x, rows, 8)
    train(tmp_path, 25, model=model, data=data, learning_rate=2e-2)
    say = decoding.beam_search(model.begin, model.step, 4, 2)
    tokens = np.array(say(x)[0])[:, 0]
    assert (tokens[:, 1] == kinds).mean() > 0.9
