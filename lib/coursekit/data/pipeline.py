"""Arrays as a tf.data pipeline that copies nothing but the batches."""

from typing import Any

import numpy as np

from coursekit.backend import import_keras
from coursekit.errors import CourseError


def batches(x: Any, y: Any, batch_size: int, shuffle: bool, seed: int):
    """Batches (x[i], y[i]) as a tf.data.Dataset; see Split.to_tf."""
    import_keras()  # silences TensorFlow's start-up
    import tensorflow as tf

    arrays = [_as_array(values) for values in (x, y)]
    kinds = [_kind(tf, array) for array in arrays]

    def gather(index):
        return [array[index] for array in arrays]

    def batch(index):
        parts = tf.numpy_function(
            gather, [index], [kind.dtype for kind in kinds]
        )
        for part, kind in zip(parts, kinds, strict=True):
            part.set_shape([None, *kind.shape])
        return tuple(parts)

    order = tf.data.Dataset.range(len(x))
    if shuffle:
        order = order.shuffle(len(x), seed=seed)
    return order.batch(batch_size).map(batch).prefetch(2)


def _as_array(values: Any) -> np.ndarray:
    if isinstance(values, np.ndarray):
        return values
    if len(values) and all(isinstance(value, str) for value in values):
        return np.array(values, dtype=object)  # references, not copies
    raise CourseError(
        "This split has inputs or targets of unequal lengths; they make no "
        "batches as they are.",
        "pad or vectorise them first, as the lesson shows",
    )


def _kind(tf, array: np.ndarray):
    dtype = tf.string if array.dtype == object else array.dtype
    return tf.TensorSpec(array.shape[1:], dtype)
