"""What a Keras model computes, however its layers are written."""

from typing import Any

import numpy as np


def facts(
    model: Any, shape: tuple[int | None, ...], example: np.ndarray
) -> dict[str, Any]:
    """A model as a learner sees it, for an exercise's ``summarise``.

    ``shape`` is the input's, without the batch; ``example`` a batch of it.
    The outputs are those with known weights, so that two models which
    compute the same are equal: functional or not, ReLU as an argument or as
    a layer. Raises whatever a model does that cannot read the example.
    """
    asked = tuple(getattr(model, "input_shape", (None, *shape)))[1:]
    outputs, count = np.zeros(0), None
    if asked == shape:
        if not model.built:  # its weights are made by a call
            model(example)
        outputs = _with_known_weights(model, example)
        count = model.count_params()
    return {
        "input shape": asked,
        f"output shape for inputs {example.shape}": outputs.shape,
        "parameters": count,
        "outputs, with known weights": outputs,
    }


def _with_known_weights(model: Any, example: np.ndarray) -> np.ndarray:
    """Outputs when weights depend on their shape only; its own come back."""
    from keras import ops

    own = model.get_weights()
    try:
        model.set_weights([_known(weight) for weight in model.weights])
        return np.array(ops.convert_to_numpy(model(example)))
    finally:
        model.set_weights(own)


def _known(weight: Any) -> np.ndarray:
    """The same numbers whenever the shape is the same, of usual size."""
    shape = tuple(weight.shape)
    numbers = np.random.default_rng(shape).standard_normal(shape)
    if weight.name == "moving_variance":  # of batch normalisation
        numbers = np.abs(numbers)
    return numbers / np.sqrt(np.prod(shape[:-1], initial=1.0))
