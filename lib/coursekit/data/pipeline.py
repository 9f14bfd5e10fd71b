"""Arrays as a tf.data pipeline that copies nothing but the batches."""

from collections.abc import Callable
from typing import Any

from coursekit.backend import import_keras


def batches(
    arrays: Any,
    batch_size: int,
    *,
    shuffle: bool = False,
    seed: int = 0,
    drop_remainder: bool = False,
    make: Callable[..., Any] | None = None,
):
    """Batches of arrays, gathered by index, as a tf.data.Dataset.

    ``arrays`` is an array, or tuples and dicts of arrays of one length. A
    batch has the same form, or is what ``make`` makes of it: called as
    Dataset.map calls a function, with a tuple's parts one by one, and
    compiled. What is not gathered by example (a table of pictures that has
    fewer rows than there are captions) ``make`` looks up itself, by a number
    among the arrays.

    With ``shuffle`` the order changes in every epoch, reproducibly. Arrays
    may lie on disk.
    """
    import_keras()  # silences TensorFlow's start-up
    import tensorflow as tf

    flat = tf.nest.flatten(arrays)
    kinds = [array.dtype for array in flat]
    size = batch_size if drop_remainder else None

    def gather(index):
        return [array[index] for array in flat]

    def batch(index):
        parts = tf.numpy_function(gather, [index], kinds, stateful=False)
        for part, array in zip(parts, flat, strict=True):
            part.set_shape([size, *array.shape[1:]])
        return tf.nest.pack_sequence_as(arrays, parts)

    order = tf.data.Dataset.range(len(flat[0]))
    if shuffle:
        order = order.shuffle(len(flat[0]), seed=seed)
    order = order.batch(batch_size, drop_remainder=drop_remainder)
    data = order.map(batch, num_parallel_calls=2)
    if make:
        data = data.map(make, num_parallel_calls=2)
    return data.prefetch(2)
