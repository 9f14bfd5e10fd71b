"""A captioner for many captions: an LSTM first, dot attention behind it.

All captions of a picture are one example, so that its places are read and
projected once. The attention comes after the LSTM (M. Luong et al. 2015,
Effective approaches to attention, EMNLP), so that Keras' LSTM runs over a
whole sentence at once. Built in lesson 23.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from coursekit.captions.captioner import Captioner
from coursekit.vocabulary import PAD, START, UNKNOWN

_NEVER = -1e9


@keras.saving.register_keras_serializable("coursekit")
class LuongCaptioner(Captioner):
    """{"places": (n, p, d), "tokens": (n, k, t)} to logits (n, k, t, words).

    k captions of each picture. ``size`` is the width of words, places and
    queries; ``smoothing`` is the share of a target given to all words alike.
    """

    def __init__(
        self,
        known: Sequence[str],
        units: int = 512,
        size: int = 256,
        dropout: float = 0.4,
        smoothing: float = 0.1,
        **options,
    ):
        settings = {
            "units": units,
            "size": size,
            "dropout": dropout,
            "smoothing": smoothing,
        }
        super().__init__(known, settings, options)
        words = len(self.vocabulary)
        self.norm = layers.LayerNormalization(name="norm")
        self.place = layers.Dense(size, activation="relu", name="place")
        self.first_h = layers.Dense(units, activation="tanh", name="first_h")
        self.first_c = layers.Dense(units, name="first_c")
        self.word = layers.Embedding(words, size, name="word")
        self.lstm = layers.LSTM(
            units, return_sequences=True, return_state=False, name="lstm"
        )
        self.query = layers.Dense(size, use_bias=False, name="query")
        self.mix = layers.Dense(size, activation="tanh", name="mix")
        self.next_word = layers.Dense(words, name="next_word")
        self.drop_place = layers.Dropout(dropout, name="drop_place")
        self.drop_word = layers.Dropout(dropout / 2, name="drop_word")
        self.drop_seen = layers.Dropout(dropout, name="drop_seen")
        self.drop_mix = layers.Dropout(dropout, name="drop_mix")
        self.cost = keras.metrics.Mean(name="cost")

    def build(self, input_shape):
        places = tuple(input_shape["places"])
        units, size = self.settings["units"], self.settings["size"]
        self.norm.build(places)
        self.place.build(places)
        self.first_h.build((None, size))
        self.first_c.build((None, size))
        self.word.build((None, None))
        self.lstm.build((None, None, size))
        self.query.build((None, units))
        self.mix.build((None, units + size))
        self.next_word.build((None, size))
        self.built = True

    def call(self, inputs, training=False):
        hidden, _ = self.read(inputs, training)
        return self._say(hidden, training)

    def read(self, inputs, training=False):
        """Before the words: (n, k, t, units + size), weights (n, k, t, p)."""
        tokens = inputs["tokens"]
        n, k, t = ops.shape(tokens)
        places, h, c = self._see(inputs["places"], training)
        words = self.word(ops.reshape(tokens, (n * k, t)))
        words = self.drop_word(words, training=training)
        h, c = ops.repeat(h, k, axis=0), ops.repeat(c, k, axis=0)
        out = self.lstm(words, initial_state=[h, c])  # (n * k, t, units)
        out = ops.reshape(out, (n, k * t, self.settings["units"]))
        weights, seen = self._look(out, places)
        both = ops.concatenate([out, seen], axis=-1)
        return (
            ops.reshape(both, (n, k, t, both.shape[-1])),
            ops.reshape(weights, (n, k, t, weights.shape[-1])),
        )

    def begin(self, places):
        """State before the first word: h, c, weights, places."""
        places, h, c = self._see(places)
        weights = ops.ones_like(places[..., 0]) / places.shape[1]
        return h, c, weights, places

    def step(self, words, state):
        """One word for each picture: logits (n, words) and the new state.

        Padding, <start> and <unk> are never the next word.
        """
        h, c, _, places = state
        out, (h, c) = self.lstm.cell(self.word(words), [h, c])
        weights, seen = self._look(out[:, None], places)
        both = ops.concatenate([out, seen[:, 0]], axis=-1)
        barred = [PAD, UNKNOWN, START]
        never = ops.sum(ops.one_hot(barred, len(self.vocabulary)), axis=0)
        logits = self._say(both) + _NEVER * never
        return logits, (h, c, weights[:, 0], places)

    def _see(self, places, training=False):
        places = self.norm(ops.cast(places, "float32"))
        places = self.place(self.drop_place(places, training=training))
        mean = ops.mean(places, axis=1)
        return places, self.first_h(mean), self.first_c(mean)

    def _look(self, out, places):
        scores = ops.matmul(self.query(out), ops.moveaxis(places, 1, 2))
        weights = ops.softmax(scores / self.settings["size"] ** 0.5)
        return weights, ops.matmul(weights, places)

    def _say(self, both, training=False):
        mixed = self.mix(self.drop_seen(both, training=training))
        return self.next_word(self.drop_mix(mixed, training=training))

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Mean cost of a word in nats; padding does not count.

        In training the target is smoothed. What is reported as "loss" is the
        cost without smoothing, so that it compares with validation.
        """
        spoken = ops.cast(y != PAD, "float32")
        costs = ops.sparse_categorical_crossentropy(
            y, y_pred, from_logits=True
        )
        # Flat: else Keras averages each batch first, however long its rows.
        self.cost.update_state(ops.ravel(costs), ops.ravel(spoken))
        if training:
            of_all = ops.logsumexp(y_pred, -1) - ops.mean(y_pred, -1)
            part = self.settings["smoothing"]
            costs = (1 - part) * costs + part * of_all
        return ops.sum(costs * spoken) / ops.sum(spoken)

    def get_metrics_result(self) -> dict[str, Any]:
        found = super().get_metrics_result()
        found["loss"] = found.pop("cost")
        return found
