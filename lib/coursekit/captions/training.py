"""Training captioners without losing it.

With a ``store`` the whole state is kept after each epoch (see
``checkpoints``), and a run that was stopped in any way goes on after its last
epoch. The order of PictureBatches depends on seed and epoch alone, so that
such a run ends with the same network. Built in lessons 21 to 23.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from coursekit.captions import checkpoints
from coursekit.captions.batches import PictureBatches


def one_cycle(learning_rate: float, steps: int, epochs: int):
    """Adam; the rate rises for a fifth of all steps, then falls to 0.

    ``steps`` are those of an epoch.
    """
    total = steps * epochs
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        total - total // 5,
        warmup_target=learning_rate,
        warmup_steps=total // 5,
    )
    return keras.optimizers.Adam(schedule)


def fit(
    model,
    data: Any,
    epochs: int,
    learning_rate: float,
    *,
    optimizer: Callable[[float, int, int], Any] = one_cycle,
    validation: Any = None,
    store: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Train a captioner; with a ``store`` go on where a run was interrupted.

    ``data`` are PictureBatches, for a LuongCaptioner, or a tf.data.Dataset
    like that of ``caption_batches``, for an AttentionCaptioner (after an
    interruption its captions come in another order). ``validation``, more of
    the same, is measured after each epoch with unchanged weights.

    States lie in ``store``/a name made of what decides the result. Returns
    the history of all epochs: name -> one number an epoch, "loss" in nats a
    word.
    """
    by_picture = isinstance(data, PictureBatches)
    stream = data.stream() if by_picture else data
    _prepare(model, stream, optimizer(learning_rate, len(stream), epochs))
    callbacks, finished, keeper = list(callbacks), 0, None
    if store:
        name = _name(model, data, epochs, learning_rate, optimizer.__name__)
        keeper = checkpoints.Keeper(store / name)
        finished = keeper.restore(model)
        callbacks.insert(0, keeper)
    if by_picture:
        callbacks.insert(0, _turning(data))
        validation = validation and validation.stream()
    history = model.fit(
        stream,
        validation_data=validation,
        shuffle=False,  # it has an order of its own
        initial_epoch=finished,
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
    )
    return keeper.history if keeper else history.history


def _turning(data: PictureBatches):
    """Tells the batches which epoch it is."""

    def turn(epoch, logs=None):
        data.epoch = epoch

    return keras.callbacks.LambdaCallback(on_epoch_begin=turn)


def _prepare(model, stream, optimizer) -> None:
    if not model.built:
        inputs = stream.element_spec[0]
        model.build({name: tuple(x.shape) for name, x in inputs.items()})
    model.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(  # or the model's own
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        jit_compile=False,
    )
    optimizer.build(model.trainable_variables)


def _name(model, data, *choices) -> str:
    """Changes with settings, data, both seeds and the version of Keras."""
    facts = [model.settings, *choices, keras.__version__]
    facts.append(checkpoints.digest(model))
    if isinstance(data, PictureBatches):
        facts.append(data.digest())
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
