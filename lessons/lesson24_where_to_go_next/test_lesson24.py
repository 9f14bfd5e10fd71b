"""Lesson 24 against autodiff, Keras and killed processes."""

import importlib.util
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import data, lessons

answers = lessons.module("24", "exercises")
faithful = lessons.module("24", "faithful")
figures = lessons.module("24", "figures")
networks = lessons.module("24", "networks")
search = lessons.module("24", "search")
two_workers = lessons.module("24", "two_workers")


class Profile:
    seed, size, heads, devices = 3, 64, 4, 4


@pytest.fixture(scope="module")
def own(lesson_functions):
    import keras
    import tensorflow as tf
    from keras import layers, ops

    positions = lessons.module("20", "networks").positions
    names = {"np": np, "keras": keras, "layers": layers, "ops": ops, "tf": tf}
    names |= {"profile": Profile, "positions": positions, "length": 6}
    names |= {"size": 64, "heads": 4, "vocabulary": range(30)}
    names["loss"] = keras.losses.SparseCategoricalCrossentropy(True)
    return lesson_functions("24", **names)


@pytest.mark.parametrize(
    "text",
    [
        "/device:CPU:3",
        "all four examples: 2.5",
        "100 ms against 38.5 ms: 2.60 times",
        "(4000, 64, 64) (4000, 5, 22) 120 words",
        "transformer 65,720 parameters",
        "1 becomes 0",
        "a digit: 40,960 multiplications",
        "24.4  the lesson goes on with the good answer",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("24")


# ------------------------------------------------------------- the gaps


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 99))
def test_shares_of_any_sizes_give_the_mean_of_all_examples(sizes, seed):
    rows = np.random.default_rng(seed).standard_normal((sum(sizes), 3))
    parts = np.split(rows, np.cumsum(sizes)[:-1])
    means = np.array([part.mean(axis=0) for part in parts])
    together = answers.averaged(means, np.array(sizes))
    assert np.allclose(together, rows.mean(axis=0))


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 9), st.integers(1, 4))
def test_a_ring_sends_what_the_formula_says(devices, pieces):
    """Played through: each chunk goes round, adding, then round again."""
    rng = np.random.default_rng(devices)
    held = rng.standard_normal((devices, devices, pieces))
    true, sent = held.sum(axis=0), np.zeros(devices)
    for turn in range(2 * devices - 2):
        moved = []
        for one in range(devices):
            chunk = (one - turn) % devices
            if turn >= devices - 1:
                chunk = (one + 1 - (turn - devices + 1)) % devices
            moved.append((one, chunk, held[one, chunk].copy()))
            sent[one] += pieces
        for one, chunk, values in moved:
            other = (one + 1) % devices
            adds = turn < devices - 1
            held[other, chunk] = values + adds * held[other, chunk]
    assert np.allclose(held, true)
    of_all = devices * pieces
    assert np.allclose(sent / of_all, 2 * (devices - 1) / devices)
    said = 1 / answers.speed_up(devices, 0.0, 1.0, 1.0) - 1
    assert said == pytest.approx(sent[0] / of_all)


@settings(deadline=None, max_examples=50)
@given(
    st.floats(-9, -0.01),
    st.floats(0.01, 9),
    st.lists(st.floats(-9, 9), min_size=1, max_size=9),
)
def test_what_lies_inside_comes_back_within_half_a_step(low, high, values):
    x = np.array(values)
    scale = (high - low) / 255
    zero = np.round(-128 - low / scale)
    back = (answers.quantised(x, low, high) - zero) * scale
    assert np.all(np.abs(back - np.clip(x, low, high)) <= scale / 2 + 1e-9)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 9), st.integers(1, 9))
def test_the_products_of_an_lstm_are_its_weights(inputs, units):
    import keras

    layer = keras.layers.LSTM(units, use_bias=False)
    layer.build((None, None, inputs))
    assert answers.lstm_products(7, inputs, units) == 7 * layer.count_params()


# ------------------------------------------- the lesson and its modules


def pictures(seed=0):
    rng = np.random.default_rng(seed)
    places = rng.standard_normal((3, 64, 64)).astype("float32")
    tokens = rng.integers(4, 30, (3, 6)).astype("int32")
    return {"places": places, "tokens": tokens}


def test_the_lessons_captioner_is_the_modules(own):
    model, looking = own["captioner"]()
    theirs = networks.looker(30, 6, 64, 4)
    theirs.set_weights(looking.get_weights())
    for one, other in zip(
        looking(pictures()), theirs(pictures()), strict=True
    ):
        assert np.allclose(one, other, atol=1e-5)
    assert np.allclose(model(pictures()), theirs(pictures())[0], atol=1e-5)


def test_no_word_sees_a_later_one_and_maps_sum_to_one():
    model = networks.looker(30, 6, 64, 4)
    other = pictures()
    other["tokens"] = other["tokens"].copy()
    other["tokens"][:, 4:] = 5
    logits, weights = model(pictures())
    assert np.allclose(logits[:, :4], model(other)[0][:, :4], atol=1e-5)
    assert np.allclose(np.array(weights).sum(axis=-1), 1, atol=1e-5)


def test_speaking_gives_the_logits_and_maps_of_training(own):
    _, looking = own["captioner"]()
    own["looking"] = looking
    given, theirs = pictures(), networks.speaking(looking, 6, 4)
    logits, weights = (np.array(a) for a in looking(given))
    for begin, step in ((own["begin"], own["step"]), theirs):
        state = begin(given["places"])
        for t in range(6):
            said, state = step(given["tokens"][:, t], state)
            assert np.allclose(said, logits[:, t], atol=1e-4)
            map_ = np.array(state[-1]).reshape(3, 4, 64)
            assert np.allclose(map_, weights[:, :, t], atol=1e-5)


def test_the_test_of_faithfulness_is_lesson_22s(lesson_functions):
    from coursekit.captions import scoring

    old = lesson_functions("22", np=np, scoring=scoring)
    split = data.load("scenes").test
    told = [five[0] for five in split.y]
    looked = np.random.default_rng(0).dirichlet(np.ones(64), (len(told), 30))
    ours = faithful.masses(told, looked, split)
    assert np.allclose(ours, old["masses"](told, looked, split))
    assert len(ours) > 500


def test_the_lessons_cnn_is_the_modules(own):
    ours, theirs = own["cnn"](), networks.convolutional()
    x = np.random.default_rng(0).random((5, 8, 8, 1))
    theirs.set_weights(ours.get_weights())
    assert np.allclose(ours(x), theirs(x), atol=1e-6)


def test_the_figures_say_what_they_show():
    times = {"shared": [1, 2, 4], "not": [1, 1.5, 1.8]}
    assert "On 4: shared 4.0, not 1.8." in figures.expected(times).summary
    assert (
        "5 steps" in figures.two_ways(["a", "b", "c", "d", "e", "f"]).summary
    )
    assert "off by 0.13 at most" in figures.staircase(-1, 3).summary
    row = dict.fromkeys(("BLEU-4", "true"), 61.7)
    assert figures.captioners({"a": row, "b": row}).trained.startswith("a: 62")


# ------------------------------------------------------- several devices

UNEVEN = """
import keras, numpy as np, tensorflow as tf
from coursekit import data, lessons
processor = tf.config.list_physical_devices("CPU")[0]
parts = [tf.config.LogicalDeviceConfiguration()] * 4
tf.config.set_logical_device_configuration(processor, parts)
networks = lessons.module("24", "networks")
split = data.load("digits").train
x, y = split.x[:117].astype("float32") / 255, split.y[:117]
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
strategy = tf.distribute.MirroredStrategy(
    [f"CPU:{k}" for k in range(4)], tf.distribute.ReductionToOneDevice()
)
with strategy.scope():
    mirrored = networks.convolutional()
    mirrored.compile("sgd", loss)
mirrored.fit(x, y, 64, verbose=0, shuffle=False)
alone = networks.convolutional()
alone.compile("sgd", loss)
alone.fit(x[:64], y[:64], 64, verbose=0)
cuts, gradients = np.split(np.arange(64, 117), [14, 28, 42]), []
for cut in cuts:
    with tf.GradientTape() as tape:
        cost = loss(y[cut], alone(x[cut]))
    gradients.append(tape.gradient(cost, alone.trainable_variables))
for after, before, rows in zip(
    mirrored.get_weights(), alone.get_weights(), zip(*gradients)
):
    step = 0.01 * np.mean([np.array(row) for row in rows], axis=0)
    assert np.allclose(before - step, after, atol=1e-6)
"""


@pytest.mark.slow
def test_fit_takes_the_mean_of_the_means_of_unequal_shares():
    """Devices are declared before TensorFlow starts: another process."""
    subprocess.run([sys.executable, "-c", UNEVEN], check=True)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None,
    reason="jax is not installed: pip install jax",
)
def test_with_jax_four_devices_take_the_steps_of_one():
    """And batch normalisation sees the whole batch, unlike TensorFlow's."""
    script = lessons.folder("24") / "jax_devices.py"
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True
    )
    names, *rows, left = done.stdout.splitlines()
    assert names == "['cpu:0', 'cpu:1', 'cpu:2', 'cpu:3']"
    assert [row.split(":")[0] for row in rows] == [
        "16 batches",
        "with batch normalisation",
    ]
    assert all(float(row.split(":")[1]) < 1e-6 for row in rows)
    assert left == "53 left: IndivisibleError"


# --------------------------------------------------- another file format


@pytest.mark.slow
@pytest.mark.parametrize("name", ["convolutional", "recurrent"])
def test_an_onnx_file_answers_as_the_network_does(tmp_path, name):
    reason = 'not installed: pip install -e ".[onnx]"'
    pytest.importorskip("tf2onnx", reason=reason)
    runtime = pytest.importorskip("onnxruntime", reason=reason)
    model, path = getattr(networks, name)(), str(tmp_path / "model.onnx")
    x = np.random.default_rng(0).random((4, 8, 8, 1)).astype("float32")
    true = model.predict(x, verbose=0)
    model.export(path, format="onnx", verbose=False)
    session = runtime.InferenceSession(path)
    (said,) = session.run(None, {session.get_inputs()[0].name: x})
    assert np.allclose(said, true, atol=1e-4)


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
