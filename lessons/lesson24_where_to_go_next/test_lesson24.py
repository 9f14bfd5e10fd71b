"""Lesson 24 against autodiff, Keras and killed processes."""

import importlib.util
import os
import signal
import time

import numpy as np
import pytest

from coursekit import lessons

answers = lessons.module("24", "exercises")
networks = lessons.module("24", "networks")
search = lessons.module("24", "search")
two_workers = lessons.module("24", "two_workers")


# ------------------------------------------- two workers, several processes


@pytest.mark.slow
def test_a_worker_that_was_killed_goes_on_from_the_checkpoint(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir(), broken.mkdir()
    assert two_workers.start(whole) == [0, 0]
    codes = two_workers.start(broken, end=two_workers.ACCIDENT)
    assert codes[1] == 9 and codes[0] != 0
    assert np.load(broken / "state.npz")["number"] < two_workers.ACCIDENT
    assert two_workers.start(broken) == [0, 0]
    files = (folder / "state.npz" for folder in (whole, broken))
    one, other = (dict(np.load(file)) for file in files)
    assert one["number"] == other["number"] == two_workers.STEPS
    for name, value in one.items():
        assert np.allclose(value, other[name], atol=1e-5), name


@pytest.mark.slow
def test_two_workers_take_the_steps_that_one_device_takes(tmp_path):
    import keras

    from coursekit import data

    assert two_workers.start(tmp_path) == [0, 0]
    split = data.load("digits").train
    size = two_workers.BATCH
    x = split.x[: 8 * size].astype("float32") / 255
    model = networks.convolutional()
    model.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    epochs = two_workers.STEPS // 8
    model.fit(x, split.y[: len(x)], size, epochs, verbose=0, shuffle=False)
    with np.load(tmp_path / "state.npz") as state:
        for k, value in enumerate(model.get_weights()):
            assert np.allclose(value, state[f"arr_{k}"], atol=1e-5)


@pytest.mark.slow
def test_fit_does_not_know_what_each_worker_holds(tmp_path):
    """When this fails Keras has learnt it: change the lesson's text."""
    codes = two_workers.start(tmp_path, "fit")
    assert all(codes)
    text = (tmp_path / "worker0.log").read_text()
    assert "PerReplica'>) to a Tensor" in text


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("optuna") is None,
    reason='optuna is not installed: pip install -e ".[search]"',
)
def test_a_search_goes_on_when_one_of_its_processes_is_killed(tmp_path):
    import optuna

    study = search.open_study(tmp_path)
    (tmp_path / "hang").touch()
    victim = search.start(tmp_path, 4)
    for _ in range(600):
        if (tmp_path / "hangs").exists():
            break
        time.sleep(0.1)
    (tmp_path / "hang").unlink()
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    (lost,) = study.trials
    assert lost.state == optuna.trial.TrialState.RUNNING
    time.sleep(search.SILENCE + 2)
    workers = [search.start(tmp_path, 4) for _ in range(2)]
    assert [one.wait(300) for one in workers] == [0, 0]
    first, *rest = study.trials
    assert first.state == optuna.trial.TrialState.FAIL
    whole = [t for t in rest if t.state == optuna.trial.TrialState.COMPLETE]
    assert len(whole) >= 4
    assert first.params in [t.params for t in whole]
    assert study.best_value > 0.5
