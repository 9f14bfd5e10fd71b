"""A captioner that looks at the picture before each word, as a Keras model.

K. Xu et al. (2015), Show, attend and tell, ICML: the "soft" attention of
section 4.2, with the state's initial values of section 3.1.2. The loop over
time is unrolled while tracing. Built in lesson 22.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from coursekit.captions.captioner import Captioner
from coursekit.vocabulary import END, PAD


@keras.saving.register_keras_serializable("coursekit")
class AdditiveAttention(layers.Layer):
    """Where to look: softmax over places of tanh(place U + state W) . v.

    ``keys`` is place U for every place, (n, places, size), computed once a
    picture; the call gives weights (n, places). D. Bahdanau et al. (2015).
    """

    def __init__(self, size: int = 32, **options):
        super().__init__(**options)
        self.size = size
        self.of_place = layers.Dense(size, use_bias=False, name="of_place")
        self.of_state = layers.Dense(size, name="of_state")
        self.score = layers.Dense(1, use_bias=False, name="score")

    def build(self, places_shape, state_shape):
        self.of_place.build(places_shape)
        self.of_state.build(state_shape)
        self.score.build((*places_shape[:-1], self.size))

    def keys(self, places):
        """place U, (n, places, size)."""
        return self.of_place(places)

    def call(self, keys, state):
        query = ops.expand_dims(self.of_state(state), 1)  # (n, 1, size)
        scores = self.score(ops.tanh(keys + query))  # (n, places, 1)
        return ops.softmax(scores[..., 0], axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable("coursekit")
class AttentionCaptioner(Captioner):
    """{"places": (n, p, d), "tokens": (n, t)} to logits (n, t, words).

    ``look`` False is the control: every place has the same weight, so that
    the network sees the mean of the places at each word. ``penalty`` weighs
    the "doubly stochastic" term: over a sentence of t words each of p
    places should be looked at t / p times.
    """

    def __init__(
        self,
        known: Sequence[str],
        units: int = 128,
        embedding: int = 64,
        attention: int = 32,
        dropout: float = 0.1,
        penalty: float = 0.0,
        look: bool = True,
        **options,
    ):
        settings = {
            "units": units,
            "embedding": embedding,
            "attention": attention,
            "dropout": dropout,
            "penalty": penalty,
            "look": look,
        }
        super().__init__(known, settings, options)
        words = len(self.vocabulary)
        self.word = layers.Embedding(words, embedding, name="word")
        self.attention = AdditiveAttention(attention, name="attention")
        self.attention.trainable = look
        self.first_h = layers.Dense(units, activation="tanh", name="first_h")
        self.first_c = layers.Dense(units, name="first_c")
        self.cell = layers.LSTMCell(units, name="cell")
        self.drop = layers.Dropout(dropout, name="drop")
        self.next_word = layers.Dense(words, name="next_word")

    def build(self, input_shape):
        places = tuple(input_shape["places"])
        units, features = self.settings["units"], places[-1]
        self.word.build(tuple(input_shape["tokens"]))
        self.attention.build(places, (None, units))
        self.first_h.build((None, features))
        self.first_c.build((None, features))
        self.cell.build((None, self.settings["embedding"] + features))
        self.next_word.build((None, None, units + features))
        self.built = True

    def call(self, inputs, training=False):
        places, tokens = inputs["places"], inputs["tokens"]
        words = ops.unstack(self.word(tokens), axis=1)
        state = self.begin(places)
        outputs, weights = [], []
        for word in words:
            output, state = self._advance(word, state)
            outputs.append(output)
            weights.append(self.attention_weights(state))
        if self.settings["penalty"]:
            self.add_loss(self._penalty(ops.stack(weights, axis=1), tokens))
        hidden = self.drop(ops.stack(outputs, axis=1), training=training)
        return self.next_word(hidden)

    def begin(self, places):
        """State before the first word: h, c, weights, keys, places."""
        mean = ops.mean(places, axis=1)
        weights = ops.ones_like(places[..., 0]) / places.shape[1]
        keys = self.attention.keys(places)
        return self.first_h(mean), self.first_c(mean), weights, keys, places

    def step(self, words, state):
        """One word for each picture: logits (n, words) and the new state."""
        output, state = self._advance(self.word(words), state)
        return self.next_word(output), state

    def _advance(self, word, state):
        h, c, weights, keys, places = state
        if self.settings["look"]:
            weights = self.attention(keys, h)
        context = ops.matmul(ops.expand_dims(weights, 1), places)[:, 0]
        inputs = ops.concatenate([word, context], axis=-1)
        h, (h, c) = self.cell(inputs, [h, c])
        output = ops.concatenate([h, context], axis=-1)
        return output, (h, c, weights, keys, places)

    def _penalty(self, weights, tokens):
        # After <end> nothing is said: those maps do not count.
        words = ops.logical_and(tokens != PAD, tokens != END)
        spoken = ops.cast(words, weights.dtype)
        total = ops.sum(weights * ops.expand_dims(spoken, -1), axis=1)
        fair = ops.sum(spoken, axis=1, keepdims=True) / weights.shape[-1]
        gap = ops.sum(ops.square(total - fair), axis=-1)
        return self.settings["penalty"] * ops.mean(gap)
