"""Why a recurrent layer would be slow on a GPU."""

from typing import Any

import numpy as np


def why_slow_on_gpu(layer: Any, mask: Any = None) -> list[str]:
    """What keeps cuDNN from computing this layer; empty when nothing does.

    ``layer`` is a keras.layers.LSTM, GRU, SimpleRNN, RNN or a Bidirectional
    around one. ``mask`` (batch, steps), True for real steps, is what the
    layer will be called with. The conditions are those of Keras 3 with
    TensorFlow: one that fails for the layer makes it fall back to a slower
    loop; one that fails for the mask is an error in fit and predict (in
    graphs), and a direct call falls back to the loop.
    Raises TypeError for a layer that is not recurrent.
    """
    import keras

    layers = keras.layers
    if isinstance(layer, layers.Bidirectional):
        parts = (layer.forward_layer, layer.backward_layer)
        found = [why_slow_on_gpu(part, mask) for part in parts]
        return list(dict.fromkeys(found[0] + found[1]))
    if not isinstance(layer, layers.RNN):
        raise TypeError(
            f"{type(layer).__name__} is not a recurrent layer: give an LSTM, "
            "a GRU, a SimpleRNN, an RNN, or a Bidirectional around one"
        )
    if not isinstance(layer, layers.LSTM | layers.GRU):
        kind = type(layer).__name__
        return [f"Keras uses cuDNN for LSTM and GRU, not for {kind}"]
    reasons = [reason for broken, reason in _rules(layer) if broken]
    return reasons + _mask_reasons(mask)


def _rules(layer: Any) -> list[tuple[bool, str]]:
    """(is it broken, what to say) for each condition of an LSTM or GRU."""
    inner, gate = (
        getattr(function, "__name__", str(function))
        for function in (layer.activation, layer.recurrent_activation)
    )
    return [
        (inner != "tanh", f"activation is {inner}, not tanh"),
        (gate != "sigmoid", f"recurrent_activation is {gate}, not sigmoid"),
        (
            layer.recurrent_dropout != 0,
            f"recurrent_dropout is {layer.recurrent_dropout}, not 0 "
            "(dropout is allowed)",
        ),
        (layer.unroll, "unroll is True"),
        (not layer.use_bias, "use_bias is False"),
        (
            not getattr(layer, "reset_after", True),
            "reset_after is False: cuDNN has the other kind of GRU",
        ),
        (layer.use_cudnn is False, "use_cudnn is False"),
    ]


def _mask_reasons(mask: Any) -> list[str]:
    if mask is None:
        return []
    mask = np.asarray(mask, dtype=bool)
    if mask.ndim != 2:
        raise ValueError(f"a mask has shape (batch, steps), not {mask.shape}")
    reasons = []
    if (mask[:, 1:] & ~mask[:, :-1]).any():
        reasons.append(
            "the mask is not padded on the right: an error in fit and "
            'predict; pad with padding="post"'
        )
    if (~mask.any(axis=1)).any():
        reasons.append(
            "a sequence has no real step at all: an error in fit and predict"
        )
    return reasons
