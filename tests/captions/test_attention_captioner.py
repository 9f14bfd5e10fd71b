"""The captioner of lesson 22 against NumPy."""

import numpy as np
import pytest
from tiny_captioners import attention

from coursekit.backend import import_keras


@pytest.fixture(scope="module")
def keras():
    return import_keras()


@pytest.fixture
def inputs(keras):
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    tokens = rng.integers(4, 9, (2, 5)).astype("int32")
    tokens[1, 3:] = 0
    return {
        "places": rng.normal(size=(2, 9, 7)).astype("float32"),
        "tokens": tokens,
    }


def weights_in_numpy(model, places, state):
    """Bahdanau's formula with the model's own matrices."""
    u = model.attention.of_place.kernel.numpy()
    w, b = (v.numpy() for v in model.attention.of_state.weights)
    v = model.attention.score.kernel.numpy()
    scores = np.tanh(places @ u + (state @ w + b)[:, np.newaxis]) @ v
    e = np.exp(scores[..., 0])
    return e / e.sum(axis=1, keepdims=True)


def test_the_weights_are_bahdanaus_formula(inputs):
    model = attention()
    state = np.random.default_rng(0).normal(size=(2, 6)).astype("float32")
    keys = model.attention.keys(inputs["places"])
    ours = np.array(model.attention(keys, state))
    expected = weights_in_numpy(model, inputs["places"], state)
    assert np.allclose(ours, expected, atol=1e-5)
    assert np.allclose(ours.sum(axis=1), 1, atol=1e-6)


def test_word_by_word_is_the_same_as_all_at_once(inputs):
    model = attention()
    whole = np.array(model(inputs))
    state = model.begin(inputs["places"])
    for t in range(5):
        logits, state = model.step(inputs["tokens"][:, t], state)
        assert np.allclose(logits, whole[:, t], atol=1e-5)


def test_without_looking_every_place_weighs_the_same(inputs):
    model = attention(look=False)
    state = model.begin(inputs["places"])
    _, state = model.step(inputs["tokens"][:, 0], state)
    assert np.allclose(model.attention_weights(state), 1 / 9)


def test_the_order_of_the_places_does_not_matter(inputs):
    model = attention()
    order = np.random.default_rng(1).permutation(9)
    moved = {**inputs, "places": inputs["places"][:, order]}
    assert np.allclose(model(inputs), model(moved), atol=1e-5)


def test_the_penalty_is_the_squared_gap_to_a_fair_share(inputs):
    model = attention(penalty=0.5)
    inputs["tokens"][1, 2] = 3  # <end>: nothing is said after it
    model(inputs)
    (ours,) = (float(loss) for loss in model.losses)
    state, weights = model.begin(inputs["places"]), []
    for t in range(5):
        _, state = model.step(inputs["tokens"][:, t], state)
        weights.append(np.array(model.attention_weights(state)))
    expected = 0.0
    for k in range(2):
        spoken = range(2 if k else 5)
        total = sum(weights[t][k] for t in spoken)
        expected += 0.5 * ((total - len(spoken) / 9) ** 2).sum() / 2
    assert ours == pytest.approx(expected, rel=1e-4)
