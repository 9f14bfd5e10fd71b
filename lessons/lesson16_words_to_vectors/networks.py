"""What the lesson, its benchmark and a learner's own reviews share.

Built in lesson 16; a test holds the lesson's cells and these equal.
"""

from typing import Any

import numpy as np

# From no order at all to reading in both directions.
KINDS = ("bag", "average", "conv", "SimpleRNN", "LSTM", "BiLSTM", "GRU")


def network(
    kind: str,
    words: int,
    size: int = 16,
    units: int = 32,
    vectors: np.ndarray | None = None,
    dropout: float = 0.0,
) -> Any:
    """An uncompiled model: numbers of words (batch, length) -> a logit.

    0 is padding, behind the words: no answer depends on how much of it there
    is. ``words`` counts the vocabulary, ``size`` the numbers of a word;
    ``vectors`` (words, size), where given, stay as they are.
    """
    import keras
    from keras import layers, ops

    numbers = keras.Input((None,), dtype="int32", name="words")
    real = ops.cast(ops.not_equal(numbers, 0), "float32")[..., None]
    if kind == "bag":  # one number a word, and their sum
        moods = layers.Embedding(words, 1, name="embedding")(numbers)
        return keras.Model(numbers, ops.sum(moods * real, axis=1), name=kind)
    fixed: dict[str, Any] = {}
    if vectors is not None:
        start = keras.initializers.Constant(vectors)
        fixed = {"embeddings_initializer": start, "trainable": False}
    embedding = layers.Embedding(words, size, name="embedding", **fixed)
    x = embedding(numbers) * real
    x = layers.Dropout(dropout)(x) if dropout else x
    if kind == "average":
        count = ops.maximum(ops.sum(real, axis=1), 1)
        x = ops.sum(x, axis=1) / count
    else:
        mask = ops.not_equal(numbers, 0)
        x = reader(kind, units)(x, **{} if kind == "conv" else {"mask": mask})
        x = ops.max(x - 1e9 * (1 - real), axis=1)  # over real words
    x = layers.Dropout(dropout)(x) if dropout else x
    return keras.Model(numbers, layers.Dense(1)(x), name=kind)


def reader(kind: str, units: int) -> Any:
    """A layer from (batch, length, size) to (batch, length, units)."""
    from keras import layers

    if kind == "conv":
        return layers.Conv1D(units, 5, padding="same", activation="relu")
    if kind == "BiLSTM":
        half = layers.LSTM(units // 2, return_sequences=True)
        return layers.Bidirectional(half)
    return getattr(layers, kind)(units, return_sequences=True)
