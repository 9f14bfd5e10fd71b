"""Batches of pictures for the benchmarks: gathered, shuffled, warped."""

from collections.abc import Callable

import numpy as np


def batches(x, y, size: int, seed: int, augment: Callable | None = None):
    """Endless shuffled batches of images and labels, gathered by index.

    Gathering from one array costs less than cutting a tensor data set into
    slices. ``augment(images, number)`` gets the batch and its number, so
    that a batch is the same in every run with the same seed.
    """
    import tensorflow as tf

    x, y = tf.constant(x), tf.constant(y)

    def pick(number, places):
        images = tf.gather(x, places)
        images = augment(images, number) if augment else images
        return images, tf.gather(y, places)

    return (
        tf.data.Dataset.range(len(y))
        .shuffle(len(y), seed=seed)
        .repeat()
        .batch(size, drop_remainder=True)
        .enumerate()
        .map(pick, num_parallel_calls=2)
        .prefetch(4)
    )


def outputs(model, images) -> np.ndarray:
    """What the model gives for images (n, h, w, 1), 500 at a time.

    Calling the model needs no compiled function for each new model, as
    ``predict`` does.
    """
    from keras import ops

    pieces = [
        ops.convert_to_numpy(model(images[start : start + 500]))
        for start in range(0, len(images), 500)
    ]
    return np.concatenate(pieces)


def one_cycle(peak: float, steps: int):
    """Learning rate up in a line for a quarter, down in a cosine to 0.

    L. N. Smith and N. Topin (2018), Super-convergence.
    """
    import keras

    up = steps // 4
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - up, warmup_target=peak, warmup_steps=up
    )


def warp(
    background: float,
    turn: float,
    scale: float,
    shift: float,
    elastic: float,
    seed: int,
) -> Callable:
    """Augmentation of square grey pictures: another hand, the same digit.

    Every picture is turned and slanted (radians), stretched (a fraction)
    and shifted (pixels), each drawn uniformly in +- the given amount, and
    bent by a smooth random field of ``elastic`` pixels (standard deviation
    at 4x4 points, bicubic between them). What comes in from outside is
    background. Returns a function of images (n, side, side, 1) and the
    batch's number. P. Simard, D. Steinkraus and J. Platt (2003), ICDAR.
    """
    import tensorflow as tf

    def augment(images, number):
        count, side = tf.shape(images)[0], images.shape[1]
        key = tf.stack([tf.cast(seed, "int64"), number])
        key, other = tf.unstack(tf.random.split(key, 2))
        drawn = tf.random.stateless_uniform((6, count, 1, 1), key, -1, 1)
        angle, slant = turn * drawn[0], turn * drawn[1]
        wide, high = 1 + scale * drawn[2], 1 + scale * drawn[3]
        centre = (side - 1) / 2
        row, column = tf.meshgrid(
            *2 * [tf.range(side, dtype="float32") - centre], indexing="ij"
        )
        # Where each pixel of the new picture comes from in the old one.
        from_column = wide * tf.cos(angle) * column
        from_column -= high * tf.sin(angle + slant) * row
        from_row = wide * tf.sin(angle) * column
        from_row += high * tf.cos(angle + slant) * row
        bend = elastic * tf.random.stateless_normal((count, 4, 4, 2), other)
        bend = tf.image.resize(bend, (side, side), "bicubic")
        from_row += centre + shift * drawn[4] + bend[..., 0]
        from_column += centre + shift * drawn[5] + bend[..., 1]
        return sample(images, from_row, from_column, background)

    return augment


def sample(images, row, column, background: float):
    """Pictures read at fractional places, linearly between pixels.

    ``images`` (n, side, side, 1); ``row`` and ``column`` (n, side, side).
    Outside lies background.
    """
    import tensorflow as tf

    side = images.shape[1] + 2  # with a border of one pixel of background
    framed = tf.pad(
        images[..., 0],
        [[0, 0], [1, 1], [1, 1]],
        "CONSTANT",
        constant_values=background,
    )
    flat = tf.reshape(framed, (-1, side * side))
    row = tf.clip_by_value(row + 1, 0, side - 1)
    column = tf.clip_by_value(column + 1, 0, side - 1)
    top, left = (tf.minimum(tf.floor(v), side - 2) for v in (row, column))
    place = tf.cast(top * side + left, "int32")
    down, right = row - top, column - left

    def at(offset):
        return tf.gather(flat, place + offset, batch_dims=1)

    upper = (1 - right) * at(0) + right * at(1)
    lower = (1 - right) * at(side) + right * at(side + 1)
    return ((1 - down) * upper + down * lower)[..., tf.newaxis]
