"""The translators of lesson 20, for its benchmark and for your own pairs.

The same networks as the lesson's, which builds them in the open; a test
holds both equal. The beam is that of coursekit.captions.decoding: TensorFlow
only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from coursekit.vocabulary import END, START


@dataclass(frozen=True)
class Translator:
    """A network to train, and ``begin`` and ``step`` to speak with."""

    model: keras.Model
    begin: Callable[[Any], Any]
    step: Callable[[Any, Any], Any]

    def translate(
        self,
        rows: np.ndarray,
        limit: int,
        beam_width: int = 1,
        at_once: int = 256,
    ) -> np.ndarray:
        """Source rows (n, length) -> rows of words said, (n, limit).

        ``at_once`` rows go side by side: more need more memory.
        """
        starts = range(0, len(rows), at_once)
        parts = [rows[k : k + at_once] for k in starts]
        if beam_width == 1:
            said = [say(self.begin, self.step, part, limit) for part in parts]
        else:
            from coursekit.captions import decoding

            search = decoding.beam_search(
                self.begin, self.step, limit, beam_width
            )
            said = [np.array(search(part)[0])[:, 0] for part in parts]
        return np.concatenate(said)


def say(
    begin: Callable, step: Callable, rows: np.ndarray, limit: int
) -> np.ndarray:
    """Always the likeliest word: words (n, limit), padded behind the end."""
    state, words = begin(rows), np.full(len(rows), START, "int32")
    said = np.zeros((len(rows), limit), "int32")
    for t in range(limit):
        logits, state = step(words, state)
        words = ops.convert_to_numpy(ops.argmax(logits, axis=-1))
        said[:, t] = words
    ends = np.cumsum(said == END, axis=1) - (said == END)
    return np.where(ends, 0, said)


def recurrent(
    words_in: int, words_out: int, units: int = 96, looks: bool = True
) -> Translator:
    """Two LSTMs; with ``looks`` dot-product attention between them."""
    both = {"return_sequences": True, "return_state": True}
    source_word = layers.Embedding(words_in, 64, mask_zero=True)
    encoder = layers.LSTM(units, **both)
    target_word = layers.Embedding(words_out, 64)
    decoder = layers.LSTM(units, **both)
    combine = layers.Dense(units, activation="tanh")
    next_word = layers.Dense(words_out)

    def logits(states, memory, keep):
        if looks:
            scores = ops.matmul(states, ops.transpose(memory, (0, 2, 1)))
            scores = ops.where(keep[:, None], scores, -1e9)
            context = ops.matmul(ops.softmax(scores, axis=-1), memory)
            states = combine(ops.concatenate([states, context], -1))
        return next_word(states)

    read = layers.Input((None,), dtype="int32")
    so_far = layers.Input((None,), dtype="int32")
    memory, h, c = encoder(source_word(read))
    states, _, _ = decoder(target_word(so_far), initial_state=[h, c])
    outputs = logits(states, memory, ops.not_equal(read, 0))

    def begin(sentences):
        memory, h, c = encoder(source_word(sentences))
        return h, c, memory, ops.not_equal(sentences, 0)

    def step(words, state):
        h, c, memory, keep = state
        h, (h, c) = decoder.cell(target_word(words), [h, c])
        return logits(h[:, None], memory, keep)[:, 0], (h, c, memory, keep)

    return Translator(keras.Model([read, so_far], outputs), begin, step)


def positions(length: int, size: int) -> np.ndarray:
    """Sines and cosines (length, size). A. Vaswani et al. (2017), 3.5."""
    angle = np.arange(length)[:, None] / 10_000 ** (
        np.arange(0, size, 2) / size
    )
    table = np.empty((length, size), "float32")
    table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


def transformer(
    words_in: int,
    words_out: int,
    length: int,
    size: int = 64,
    heads: int = 4,
    blocks: int = 1,
    dropout: float = 0.0,
) -> Translator:
    """``blocks`` of encoder and of decoder; ``length`` source words."""

    def attended(x, memory, **mask):
        look = layers.MultiHeadAttention(heads, size // heads, dropout=dropout)
        new = layers.Dropout(dropout)(look(x, memory, **mask))
        return layers.LayerNormalization()(x + new)

    def fed_forward(x):
        inner = layers.Dense(2 * size, activation="relu")(x)
        new = layers.Dropout(dropout)(layers.Dense(size)(inner))
        return layers.LayerNormalization()(x + new)

    def embedded(words, count):
        vectors = layers.Embedding(count, size)(words) * np.sqrt(size)
        x = vectors + positions(words.shape[1], size)
        return layers.Dropout(dropout)(x)

    read = layers.Input((length,), dtype="int32")
    keep = ops.not_equal(read, 0)[:, None]
    x = embedded(read, words_in)
    for _ in range(blocks):
        x = fed_forward(attended(x, x, attention_mask=keep))
    encoder = keras.Model(read, x)

    so_far = layers.Input((length + 1,), dtype="int32")
    memory = layers.Input((length, size))
    y = embedded(so_far, words_out)
    for _ in range(blocks):
        y = attended(y, y, use_causal_mask=True)
        y = fed_forward(attended(y, memory, attention_mask=keep))
    decoder = keras.Model([read, so_far, memory], layers.Dense(words_out)(y))

    def begin(sentences):
        sentences = ops.convert_to_tensor(sentences, "int32")
        nothing = ops.zeros((ops.shape(sentences)[0], length + 1), "int32")
        return nothing, nothing[:, 0], sentences, encoder(sentences)

    def step(words, state):
        so_far, place, sentences, memory = state
        here = ops.one_hot(place, length + 1, dtype="int32")
        so_far = so_far + ops.multiply(words[:, None], here)
        last = ops.cast(here, "float32")[:, :, None]
        logits = ops.sum(decoder([sentences, so_far, memory]) * last, axis=1)
        return logits, (so_far, place + 1, sentences, memory)

    both = [layers.Input(i.shape[1:], dtype="int32") for i in (read, so_far)]
    whole = keras.Model(both, decoder([*both, encoder(both[0])]))
    return Translator(whole, begin, step)


def teach(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    rate: float,
    batch_size: int = 64,
    **options: Any,
) -> dict[str, list[float]]:
    """Adam, a rate that falls to 0, no loss for padding; the history.

    ``options`` go to fit.
    """
    steps = max(1, -(-len(x) // batch_size) * epochs)
    rates = keras.optimizers.schedules.CosineDecay(rate, steps)
    optimizer = keras.optimizers.Adam(rates, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)  # else fit traces twice
    model.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=0
        ),
        # Several at once are faster, and take seconds more to begin with.
        steps_per_execution=31 if steps > 2000 else 1,
    )
    options = {"verbose": 0} | options
    given, asked = [x, y[:, :-1]], y[:, 1:]
    return model.fit(given, asked, batch_size, epochs, **options).history
