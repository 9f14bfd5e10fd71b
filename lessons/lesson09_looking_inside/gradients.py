"""Slopes with respect to a picture, on each backend of Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops


def gradient(
    function: Callable[[Any], Any], x: Any
) -> tuple[np.ndarray, np.ndarray]:
    """What a function gives, and how its sum moves with each number of x.

    ``function`` takes a tensor of x's shape and is made of keras.ops, layers
    and models. If example k of its result depends on example k of ``x``
    alone, each example gets its own slopes: (n, ...) in, (n, ...) out.
    """
    x = ops.convert_to_tensor(x, "float32")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            values = function(x)
        slopes = tape.gradient(values, x)
    elif backend == "jax":
        import jax

        values, back = jax.vjp(function, x)
        (slopes,) = back(ops.ones_like(values))
    else:
        import torch

        x = x.detach().requires_grad_()
        values = function(x)
        (slopes,) = torch.autograd.grad(values.sum(), x)
    return ops.convert_to_numpy(values), ops.convert_to_numpy(slopes)
