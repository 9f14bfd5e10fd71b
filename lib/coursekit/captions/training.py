"""Training an AttendingCaptioner on places, and keeping it in a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from coursekit import paths
from coursekit.captions.captioner import AttendingCaptioner
from coursekit.captions.vocabulary import PAD, Vocabulary
from coursekit.data.dataset import Dataset
from coursekit.errors import CourseError

LONGEST = 20  # words of a caption; longer ones are cut


def batches(places: np.ndarray, rows: np.ndarray, size: int, seed: int = 0):
    """A tf.data.Dataset of shuffled captions, each with its picture.

    ``places`` (n, p, d) are the pictures' features, ``rows`` (n, 5, length)
    their captions as numbers. Gives inputs, targets (one word later) and
    weights (0 for padding), ``size`` captions at a time.
    """
    import tensorflow as tf

    each = rows.shape[1]
    places, rows = tf.constant(places), tf.constant(rows)
    rows = tf.reshape(rows, (-1, rows.shape[-1]))

    def pick(chosen):
        said = tf.gather(rows, chosen)
        picture = tf.gather(places, chosen // each)
        inputs = {"places": tf.cast(picture, "float32"), "said": said[:, :-1]}
        targets = said[:, 1:]
        return inputs, targets, tf.cast(targets != PAD, "float32")

    return (
        tf.data.Dataset.range(len(rows))
        .shuffle(len(rows), seed=seed)
        .batch(size, drop_remainder=True)
        .map(pick, num_parallel_calls=2)
        .prefetch(2)
    )


def fit(
    model: AttendingCaptioner,
    data: Any,
    epochs: int,
    rate: float,
    callbacks: list | None = None,
    backup: Path | None = None,
    validation: Any = None,
) -> dict[str, list[float]]:
    """Teach a captioner; the learning rate rises, then falls to 0.

    ``data`` is what ``batches`` gives, ``validation`` more of it, measured
    after each epoch with unchanged weights. Returns the history. With
    ``backup``, a folder, the state is kept there after each epoch: call it
    again after an interruption, with a new model of the same settings, and
    it goes on with the epoch that was not finished.
    """
    steps = epochs * int(data.cardinality())
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 5, warmup_target=rate, warmup_steps=steps // 5
    )
    model.compile(
        keras.optimizers.Adam(schedule),
        keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        jit_compile=False,
        steps_per_execution=10,
    )
    callbacks = list(callbacks or ())
    if backup:
        callbacks.append(keras.callbacks.BackupAndRestore(backup))
    history = model.fit(
        data,
        epochs=epochs,
        validation_data=validation,
        shuffle=False,
        verbose=0,
        callbacks=callbacks,
    )
    return history.history


def model_file() -> Path:
    """Where lesson 22 keeps its captioner."""
    return paths.work_dir() / "models" / "scene_captioner.keras"


def load(path: Path | None = None) -> AttendingCaptioner:
    """A captioner from a .keras file, or CourseError."""
    path = path or model_file()
    if not path.is_file():
        raise CourseError(
            f"There is no captioner in {path}.",
            "run lesson 22 to its end once, it keeps its network there",
        )
    try:
        model = keras.saving.load_model(path, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CourseError(
            f"{path.name} cannot be read as a captioner: {_short(error)}",
            "run lesson 22 again, it writes the file anew",
        ) from None
    if not isinstance(model, AttendingCaptioner):
        raise CourseError(
            f"{path.name} holds another kind of network.",
            "give a file that lesson 22 or 23 has written",
        )
    return model


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else "?"


def save(model: AttendingCaptioner, path: Path | None = None) -> Path:
    """Write a captioner, whole or not at all; returns the path."""
    path = path or model_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.keras")
    model.save(part)
    part.replace(path)
    return path


def of_scenes(
    dataset: Dataset,
    places: np.ndarray,
    settings: dict[str, Any],
    epochs: int,
    rate: float,
    batch_size: int = 128,
    report: Callable[[float], None] | None = None,
) -> AttendingCaptioner:
    """A captioner trained on the training captions of a data set.

    ``settings`` go to AttendingCaptioner; ``report`` is told after each
    epoch which fraction is done.
    """
    captions = [text for five in dataset.train.y for text in five]
    vocabulary = Vocabulary.of(captions)
    rows = vocabulary.rows(dataset.train.y, LONGEST)
    model = AttendingCaptioner(vocabulary.words[4:], **settings)
    callbacks = []
    if report:
        callbacks.append(
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report((epoch + 1) / epochs)
            )
        )
    fit(model, batches(places, rows, batch_size), epochs, rate, callbacks)
    return model
