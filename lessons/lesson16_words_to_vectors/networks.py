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
    # whole columns of a review: as many random numbers as XLA draws in time
    x = layers.SpatialDropout1D(dropout)(x) if dropout else x
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


def skip_gram(words: int, size: int, asked: int) -> Any:
    """An uncompiled model: centre (batch,), asked (batch, asked) -> scores.

    A score is the product of the centre's row of table E and the asked
    word's row of table C (Mikolov et al. 2013).
    """
    import keras
    from keras import layers, ops

    centre = keras.Input((), dtype="int32", name="centre")
    others = keras.Input((asked,), dtype="int32", name="others")
    small = keras.initializers.RandomUniform(-0.5, 0.5)
    v = layers.Embedding(words, size, small, name="E")(centre)
    u = layers.Embedding(words, size, "zeros", name="C")(others)
    scores = ops.sum(v[:, None] * u, axis=-1)
    return keras.Model([centre, others], scores, name="skip_gram")


def pairs(
    rows: np.ndarray, window: int, kept: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """All (centre, neighbour) of padded rows (n, length) of numbers: (m, 2).

    ``kept`` is the share of each word that subsampling leaves.
    """
    found = []
    for row in rows:
        row = row[row > 0]
        row = row[rng.random(len(row)) < kept[row]]
        for gap in range(1, window + 1):
            left, right = row[:-gap], row[gap:]
            found += [np.c_[left, right], np.c_[right, left]]
    return np.concatenate(found)


def skip_gram_vectors(
    rows: np.ndarray,
    words: int,
    window: int = 2,
    size: int = 24,
    noise: int = 5,
    seed: int = 0,
) -> np.ndarray:
    """A vector for each word (words, size), from padded rows of numbers."""
    import keras

    count = np.bincount(rows.ravel(), minlength=words)
    count[0] = 0
    frequency = count / count.sum()
    kept = np.minimum(1, np.sqrt(1e-3 / np.maximum(frequency, 1e-9)))
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    seen = pairs(rows, window, kept, rng)
    share = count**0.75 / (count**0.75).sum()
    answers = np.eye(1, 1 + noise).repeat(len(seen), axis=0)
    model = skip_gram(words, size, 1 + noise)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(5e-3), loss, steps_per_execution=at_once()
    )
    for _ in range(2):
        drawn = rng.choice(words, (len(seen), noise), p=share)
        asked = np.c_[seen[:, 1:], drawn].astype("int32")
        model.fit([seen[:, 0], asked], answers, 1024, verbose=0)
    return model.get_layer("E").get_weights()[0]


def at_once() -> int:
    """Updates in one call; Keras on PyTorch allows one."""
    import keras

    return 1 if keras.config.backend() == "torch" else 20
