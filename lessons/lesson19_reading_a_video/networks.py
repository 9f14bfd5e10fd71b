"""The readers of lesson 19, for its benchmark and for your own films.

The same networks as the lesson's, which builds them in the open; a test
holds both equal.
"""

import keras
from keras import layers, ops

KINDS = ("bag", "board", "memory", "conv_lstm")


def eyes(size: int = 32) -> keras.Model:
    """One frame (28, 28, 1), 0 to 1 -> a vector of ``size`` numbers."""
    conv = {"strides": 2, "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Rescaling(4.0, -0.6),
            layers.Conv2D(8, 5, **conv),
            layers.Conv2D(16, 3, **conv),
            layers.Flatten(),
            layers.Dense(size),
            layers.LayerNormalization(),
        ],
        name="eyes",
    )


def each_frame(network, films):
    """(n, frames, 28, 28, 1) -> (n, frames, size), the same for each frame."""
    frames, *picture = films.shape[1:]
    seen = network(ops.reshape(films, (-1, *picture)))
    return ops.reshape(seen, (-1, frames, seen.shape[-1]))


def marked(films):
    """True for frames, False for padding, which is black: (n, frames)."""
    return ops.any(ops.not_equal(films, 0), axis=(2, 3, 4))


def mean_of(states, keep):
    """Mean of the real frames' states: (n, size)."""
    keep = ops.cast(keep, "float32")[..., None]
    return ops.sum(states * keep, axis=1) / ops.sum(keep, axis=1)


def network(
    kind: str,
    length: int,
    outputs: int = 2,
    units: int = 32,
    seeing: keras.Model | None = None,
) -> keras.Model:
    """Films (n, length, 28, 28, 1), 0 to 1, padding black -> logits.

    ``kind`` is one of KINDS; ``seeing`` are the eyes of "bag" and "memory",
    new ones when none are given.
    """
    films = layers.Input((length, 28, 28, 1))
    keep = marked(films)
    if kind == "bag":
        state = mean_of(each_frame(seeing or eyes(), films), keep)
    elif kind == "memory":
        state = layers.GRU(units)(
            each_frame(seeing or eyes(), films), mask=keep
        )
    elif kind == "board":
        rows = layers.Reshape((length, 28 * 28))(films)
        state = layers.SimpleRNN(200)(rows, mask=keep)
    elif kind == "conv_lstm":
        small = ops.reshape(films, (-1, length, 14, 2, 14, 2))
        small = 4 * ops.mean(small, axis=(3, 5))[..., None] - 0.6
        layer = layers.ConvLSTM2D(
            8, 3, strides=2, padding="same", return_sequences=True
        )
        # a mask for this layer fails on JAX: the last real frame's state
        ends = ops.sum(ops.cast(keep, "int32"), axis=1) - 1
        last = ops.one_hot(ends, length)
        state = ops.einsum("nt,nthwu->nhwu", last, layer(small))
        state = layers.Flatten()(state)
    else:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    return keras.Model(films, layers.Dense(outputs)(state), name=kind)
