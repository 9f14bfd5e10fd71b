"""The networks of lesson 24, for its benchmark and its two scripts.

The captioner is the lesson's, which builds it in the open; a test holds both
equal. TensorFlow only, as coursekit.captions.decoding is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from coursekit import lessons
from coursekit.captions import decoding

positions = lessons.module("20", "networks").positions


@dataclass(frozen=True)
class Speaker:
    """A captioner to train, and ``begin`` and ``step`` to speak with.

    The last thing in the state is where it looked: (n, heads * places).
    """

    model: keras.Model
    begin: Callable[[Any], Any]
    step: Callable[[Any, Any], Any]

    def tell(self, places: np.ndarray, limit: int):
        """Words (n, limit) said greedily, and where it looked at each.

        The second is (n, limit, heads, places).
        """
        loop = decoding.greedy_search(self.begin, self.step, limit, last)
        tokens, weights = loop(places)
        shape = (*tokens.shape, -1, places.shape[1])
        return np.array(tokens), np.array(weights).reshape(shape)


def last(state):
    """Where it looked for its last word."""
    return state[-1]


def captioner(
    words: int, length: int, size: int = 64, heads: int = 4
) -> Speaker:
    """A transformer's decoder that looks at places (n, p, ``size``)."""
    looking = looker(words, length, size, heads)
    model = keras.Model(looking.input, looking.output[0])
    return Speaker(model, *speaking(looking, length, heads))


def looker(words: int, length: int, size: int, heads: int) -> keras.Model:
    """{"places", "tokens"} to logits and weights (n, heads, t, places)."""
    places = layers.Input((None, size), name="places")
    tokens = layers.Input((length,), dtype="int32", name="tokens")
    x = layers.Embedding(words, size)(tokens) * np.sqrt(size)
    x = x + positions(length, size)
    own = layers.MultiHeadAttention(heads, size // heads)
    x = layers.LayerNormalization()(x + own(x, x, use_causal_mask=True))
    look = layers.MultiHeadAttention(heads, size // heads)
    seen, weights = look(x, places, return_attention_scores=True)
    x = layers.LayerNormalization()(x + seen)
    inner = layers.Dense(2 * size, activation="relu")(x)
    x = layers.LayerNormalization()(x + layers.Dense(size)(inner))
    logits = layers.Dense(words, name="next_word")(x)
    inputs = {"places": places, "tokens": tokens}
    return keras.Model(inputs, [logits, weights])


def speaking(looking: keras.Model, length: int, heads: int):
    """begin and step; the state holds what was said."""

    def begin(places):
        places = ops.convert_to_tensor(places)
        nothing = ops.zeros((ops.shape(places)[0], length), "int32")
        looked = ops.tile(ops.zeros_like(places[..., 0]), (1, heads))
        return nothing, nothing[:, 0], places, looked

    def step(words, state):
        so_far, place, places, looked = state
        here = ops.one_hot(place, length, dtype="int32")
        so_far = so_far + words[:, None] * here
        logits, weights = looking({"places": places, "tokens": so_far})
        now = ops.cast(here, "float32")
        weights = ops.einsum("nhtp,nt->nhp", weights, now)
        looked = ops.reshape(weights, ops.shape(looked))
        logits = ops.einsum("ntw,nt->nw", logits, now)
        return logits, (so_far, place + 1, places, looked)

    return begin, step


def convolutional(seed: int = 0, normalise: bool = False) -> keras.Model:
    """A CNN for digits of 8 x 8 pixels."""
    keras.utils.set_random_seed(seed)
    parts = [
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
    ]
    if normalise:
        parts.insert(1, layers.BatchNormalization())
    return keras.Sequential([keras.Input((8, 8, 1)), *parts], name="cnn")


def recurrent(seed: int = 0) -> keras.Model:
    """An LSTM that reads a digit row by row."""
    keras.utils.set_random_seed(seed)
    parts = [layers.Reshape((8, 8)), layers.LSTM(32), layers.Dense(10)]
    return keras.Sequential([keras.Input((8, 8, 1)), *parts], name="lstm")
