"""The captioner for photographs against NumPy, and its training."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import special

import coursekit
from coursekit.errors import CourseError
from coursekit.session import import_keras

KNOWN = ("a", "dog", "ball", "red", "runs", "the")
PLACES, FEATURES, WORDS = 9, 7, 10


@pytest.fixture(scope="module")
def keras():
    return import_keras()


def describer(seed=2, **options):
    import keras

    from coursekit.captions.luong_captioner import LuongCaptioner

    keras.utils.set_random_seed(seed)
    settings = {"units": 6, "size": 5, "dropout": 0.3, **options}
    model = LuongCaptioner(KNOWN, **settings)
    model.build({"places": (None, PLACES, FEATURES), "tokens": (None, 5, None)})
    return model


def numbers(model):
    """The weights as arrays."""
    return [variable.numpy() for variable in model.weights]


def captions(count=12, seed=3):
    """Rows of 2, then up to five words, then 3, then 0."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((count, 5, 8), "int32")
    for row in rows.reshape(-1, 8):
        length = rng.integers(1, 6)
        row[0] = 2
        row[1 : length + 1] = rng.integers(4, WORDS, length)
        row[length + 1] = 3
    return rows


def places(count=12, seed=4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, PLACES, FEATURES)).astype("float16")


@pytest.fixture
def inputs(keras):
    return {"places": places(2), "tokens": captions(2)[..., :-1]}


def test_the_weights_are_a_softmax_of_products(inputs):
    model = describer()
    hidden, weights = (out.numpy() for out in model.read(inputs))
    single = inputs["places"].astype("float32")
    seen = np.array(model.place(model.norm(single)))
    kernel = model.query.kernel.numpy()
    for n in range(2):
        for k in range(5):
            for t in range(7):
                query = hidden[n, k, t, :6] @ kernel
                expected = special.softmax(seen[n] @ query / np.sqrt(5))
                assert np.allclose(weights[n, k, t], expected, atol=1e-5)
                mixed = expected @ seen[n]
                assert np.allclose(hidden[n, k, t, 6:], mixed, atol=1e-5)


def test_word_by_word_is_the_same_as_all_at_once(inputs):
    model = describer()
    whole, state = np.array(model(inputs)), model.begin(inputs["places"])
    for t in range(7):
        logits, state = model.step(inputs["tokens"][:, 3, t], state)
        assert np.allclose(
            np.array(logits)[:, 3:], whole[:, 3, t, 3:], atol=1e-5
        )


def test_special_words_are_never_said_except_the_end(inputs):
    model = describer()
    logits, _ = model.step(inputs["tokens"][:, 0, 0], model.begin(places(2)))
    logits = np.array(logits)
    assert (logits[:, :3] < -1e8).all() and (logits[:, 3:] > -1e3).all()


def test_the_cost_is_keras_masked_cross_entropy(keras, inputs):
    model = describer()
    targets = captions(2)[..., 1:]
    model.compile("adam")
    found = model.test_on_batch(inputs, targets, return_dict=True)["loss"]
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    mask = (targets != 0).astype("float32")
    expected = float(loss(targets, model(inputs), sample_weight=mask))
    assert np.isclose(found, expected, atol=1e-5)


def test_smoothing_mixes_the_target_with_all_words(keras, inputs):
    import tensorflow as tf

    model = describer(smoothing=0.2, dropout=0.0)
    targets = captions(2)[..., 1:]
    costs, spread = model._costs(inputs, tf.constant(targets), training=True)
    ours = float(np.mean(0.8 * np.array(costs) + 0.2 * np.array(spread)))
    mask = targets != 0
    one_hot = np.eye(WORDS)[targets[mask]] * 0.8 + 0.2 / WORDS
    logs = special.log_softmax(np.array(model(inputs))[mask], axis=-1)
    assert np.isclose(ours, -(one_hot * logs).sum(axis=-1).mean(), atol=1e-5)


def test_the_file_brings_the_same_network_back(keras, inputs, tmp_path):
    from coursekit.captions import schooling

    model = describer()
    again = schooling.load(schooling.save(model, tmp_path / "d.keras"))
    assert np.allclose(again(inputs), model(inputs), atol=1e-6)
    assert again.vocabulary.words == model.vocabulary.words
    assert [path.name for path in tmp_path.iterdir()] == ["d.keras"]


def test_a_file_of_something_else_is_refused(keras, tmp_path):
    from coursekit.captions import schooling

    (tmp_path / "text.keras").write_text("no network")
    with pytest.raises(CourseError, match="cannot be read"):
        schooling.load(tmp_path / "text.keras")
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    other.save(tmp_path / "other.keras")
    with pytest.raises(CourseError, match="another kind"):
        schooling.load(tmp_path / "other.keras")


# ------------------------------------------------------------- batches


def batches(count=12, size=5, seed=0):
    from coursekit.captions.schooling import Batches

    return Batches(places(count), captions(count), size, seed)


def test_every_picture_comes_once_an_epoch_with_its_own_captions(keras):
    data = batches()
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


def test_the_order_depends_on_seed_and_epoch_alone(keras):
    def order(seed, epoch):
        data = batches(40, 8, seed)
        data.epoch = epoch
        return [list(chosen) for chosen in data.order()]

    assert order(1, 4) == order(1, 4)
    assert order(1, 4) != order(1, 5) != order(2, 5)


# ------------------------------------------------------------- training


def train(folder, epochs=3, callbacks=()):
    from coursekit.captions import schooling

    model = describer()
    history = schooling.fit(
        model, batches(), epochs, 1e-2, store=folder, callbacks=[*callbacks]
    )
    return numbers(model), history


@pytest.mark.parametrize(("epoch", "batch"), [(1, 0), (2, 1)])
def test_an_interrupted_run_ends_with_the_same_network(
    keras, tmp_path, epoch, batch
):
    from coursekit.captions.schooling import Stop

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "a", callbacks=[Stop(epoch, batch)])
    resumed, told = train(tmp_path / "a")
    straight, expected = train(tmp_path / "b")
    for one, other in zip(resumed, straight, strict=True):
        assert np.array_equal(one, other)
    assert told == expected and len(told["loss"]) == 3


KILLED = """
import os, sys
sys.path[:0] = sys.argv[1:3]
import numpy as np
from coursekit.session import import_keras
keras = import_keras()
import test_describer as t
from coursekit.captions import checkpoints

def die(path, write):
    if path.name == "epoch-002.npz":
        path.with_name("part-" + path.name).write_bytes(b"half")
        os.kill(os.getpid(), 9)  # no handler runs, nothing is flushed
    return whole(path, write)

whole, checkpoints.write_whole = checkpoints.write_whole, die
t.train(__import__("pathlib").Path(sys.argv[3]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_run_killed_while_it_wrote_ends_with_the_same_network(
    keras, tmp_path
):
    folders = [Path(coursekit.__file__).parents[1], Path(__file__).parent]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *folders, tmp_path / "a"],
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr.decode()[-500:]
    assert len(list((tmp_path / "a").glob("*/epoch-*.npz"))) == 1
    resumed, told = train(tmp_path / "a")
    straight, expected = train(tmp_path / "b")
    for one, other in zip(resumed, straight, strict=True):
        assert np.array_equal(one, other)
    assert told == expected


def test_a_finished_run_is_not_trained_again(keras, tmp_path):
    first, history = train(tmp_path)
    seen = []
    spy = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append(epoch)
    )
    again, told = train(tmp_path, callbacks=[spy])
    assert not seen and told == history
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)


def test_a_damaged_state_is_passed_over(keras, tmp_path):
    straight, _ = train(tmp_path / "a")
    train(tmp_path / "b")
    (last,) = (tmp_path / "b").glob("*/epoch-003.npz")
    last.write_bytes(last.read_bytes()[:500])
    (last.parent / "part-epoch-004.npz").write_bytes(b"half")
    again, _ = train(tmp_path / "b")
    for one, other in zip(straight, again, strict=True):
        assert np.array_equal(one, other)


def test_two_states_stay_and_their_history_is_readable(keras, tmp_path):
    train(tmp_path)
    names = sorted(path.name for path in tmp_path.glob("*/*"))
    assert names == ["epoch-002.npz", "epoch-003.npz"]
    with np.load(next(tmp_path.glob("*/epoch-003.npz"))) as state:
        assert len(json.loads(str(state["history"]))["loss"]) == 3


def test_other_settings_do_not_take_each_others_states(keras, tmp_path):
    train(tmp_path, epochs=1)
    train(tmp_path, epochs=2)
    assert len(list(tmp_path.iterdir())) == 2


def test_another_first_draw_or_order_of_captions_has_its_own_states(
    keras, tmp_path
):
    from coursekit.captions import schooling

    train(tmp_path, epochs=1)
    other = describer(seed=3)
    schooling.fit(other, batches(), 1, 1e-2, store=tmp_path)
    mixed = schooling.Batches(places(), np.roll(captions(), 1, axis=0), 5)
    schooling.fit(describer(), mixed, 1, 1e-2, store=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_validation_leaves_the_trained_network_as_it_was(keras, tmp_path):
    from coursekit.captions import schooling

    plain, _ = train(tmp_path / "a", 2)
    model = describer()
    history = schooling.fit(
        model, batches(), 2, 1e-2, batches(7), store=tmp_path / "b"
    )
    assert len(history["val_loss"]) == 2
    for one, other in zip(plain, numbers(model), strict=True):
        assert np.array_equal(one, other)


def test_it_learns_what_is_in_the_picture(keras, tmp_path):
    from coursekit.captions import decoding, schooling

    rng = np.random.default_rng(0)
    kinds = rng.integers(4, WORDS, 48)
    x = rng.normal(0, 0.1, (48, PLACES, FEATURES))
    x[np.arange(48), rng.integers(0, PLACES, 48), kinds - 4] = 4
    rows = np.tile([2, 4, 0, 3, 0], (48, 5, 1)).astype("int32")
    rows[:, :, 2] = kinds[:, np.newaxis]
    model = describer(units=16, size=16, dropout=0.0)
    data = schooling.Batches(x.astype("float16"), rows, 8)
    schooling.fit(model, data, 25, 2e-2, store=tmp_path)
    say = decoding.beam_search(model.begin, model.step, 4, 2)
    said = np.array(say(x.astype("float16"))[0])[:, 0]
    assert (said[:, 1] == kinds).mean() > 0.9
