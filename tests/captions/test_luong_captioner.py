"""The captioner of lesson 23 against NumPy and Keras."""

import numpy as np
import pytest
from scipy import special
from tiny_captioners import WORDS, captions, luong, places

from coursekit.backend import import_keras


@pytest.fixture(scope="module")
def keras():
    return import_keras()


@pytest.fixture
def inputs(keras):
    return {"places": places(2), "tokens": captions(2)[..., :-1]}


@pytest.fixture
def targets():
    return captions(2)[..., 1:]


def test_the_weights_are_a_softmax_of_products(inputs):
    model = luong()
    hidden, weights = (out.numpy() for out in model.read(inputs))
    single = inputs["places"].astype("float32")
    seen = np.array(model.place(model.norm(single)))
    kernel = model.query.kernel.numpy()
    for n in range(2):
        for k in range(5):
            for t in range(5):
                query = hidden[n, k, t, :6] @ kernel
                expected = special.softmax(seen[n] @ query / np.sqrt(5))
                assert np.allclose(weights[n, k, t], expected, atol=1e-5)
                mixed = expected @ seen[n]
                assert np.allclose(hidden[n, k, t, 6:], mixed, atol=1e-5)


def test_word_by_word_is_the_same_as_all_at_once(inputs):
    model = luong()
    whole, state = np.array(model(inputs)), model.begin(inputs["places"])
    for t in range(5):
        logits, state = model.step(inputs["tokens"][:, 3, t], state)
        assert np.allclose(
            np.array(logits)[:, 3:], whole[:, 3, t, 3:], atol=1e-5
        )


def test_special_words_are_never_said_except_the_end(inputs):
    model = luong()
    logits, _ = model.step(inputs["tokens"][:, 0, 0], model.begin(places(2)))
    logits = np.array(logits)
    assert (logits[:, :3] < -1e8).all() and (logits[:, 3:] > -1e3).all()


def test_the_cost_is_keras_masked_cross_entropy(keras, inputs, targets):
    model = luong()
    model.compile("adam", run_eagerly=True)
    found = model.test_on_batch(inputs, targets, return_dict=True)
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    mask = (targets != 0).astype("float32")
    expected = float(loss(targets, model(inputs), sample_weight=mask))
    assert found == {"loss": pytest.approx(expected, abs=1e-5)}


def test_every_word_counts_alike_in_batches_of_short_and_of_long_rows(keras):
    from coursekit.captions.batches import PictureBatches

    model, rows, x = luong(), captions(6), places(6)
    rows[:3, :, 1] = 3  # nothing is said of the first three
    rows[:3, :, 2:] = 0
    model.compile("adam", run_eagerly=True)
    found = model.evaluate(PictureBatches(x, rows, 3).stream(), verbose=0)
    logits = model({"places": x, "tokens": rows[..., :-1]})
    logs = special.log_softmax(np.array(logits), axis=-1)
    targets = rows[..., 1:]
    costs = -np.take_along_axis(logs, targets[..., None], -1)[..., 0]
    assert found == pytest.approx(costs[targets != 0].mean(), abs=1e-5)


def test_smoothing_mixes_the_target_with_all_words(inputs, targets):
    model = luong(smoothing=0.2)
    logits = model(inputs)
    ours = float(model.compute_loss(y=targets, y_pred=logits, training=True))
    mask = targets != 0
    one_hot = np.eye(WORDS)[targets[mask]] * 0.8 + 0.2 / WORDS
    logs = special.log_softmax(np.array(logits)[mask], axis=-1)
    assert ours == pytest.approx(-(one_hot * logs).sum(-1).mean(), abs=1e-5)


def test_a_step_follows_the_gradient_of_the_smoothed_cost_of_words(
    keras, inputs, targets
):
    """Padding left out before anything is computed, as in a step by hand."""
    import tensorflow as tf

    ours, by_hand = luong(dropout=0.0), luong(dropout=0.0)
    ours.compile(keras.optimizers.SGD(0.5), run_eagerly=True)
    told = ours.train_on_batch(inputs, targets, return_dict=True)
    with tf.GradientTape() as tape:
        logits = tf.boolean_mask(by_hand(inputs, training=True), targets != 0)
        logs = tf.nn.log_softmax(logits)
        costs = -tf.gather(logs, targets[targets != 0], batch_dims=1)
        smoothed = 0.9 * costs - 0.1 * tf.reduce_mean(logs, axis=-1)
        loss = tf.reduce_mean(smoothed)
    weights = by_hand.trainable_variables
    for variable, slope in zip(
        weights, tape.gradient(loss, weights), strict=True
    ):
        slope = tf.convert_to_tensor(slope)  # of words: only some rows
        variable.assign_sub(0.5 * slope)
    assert told["loss"] == pytest.approx(float(tf.reduce_mean(costs)))
    for one, other in zip(ours.weights, by_hand.weights, strict=True):
        assert np.allclose(one, other, atol=1e-6)


def test_metrics_are_measured_when_they_are_asked_for(inputs, targets):
    model = luong()
    name = "sparse_categorical_accuracy"
    model.compile("adam", weighted_metrics=[name], run_eagerly=True)
    mask = (targets != 0).astype("float32")
    told = model.test_on_batch(inputs, targets, mask, return_dict=True)
    right = np.array(model(inputs)).argmax(axis=-1) == targets
    assert set(told) == {"loss", name}
    assert told[name] == pytest.approx((right * mask).sum() / mask.sum())
    model.compile("adam", metrics=[name], run_eagerly=True)
    told = model.train_on_batch(inputs, targets, return_dict=True)
    assert set(told) == {"loss", name}
