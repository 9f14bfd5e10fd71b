"""Training an AttentionCaptioner on places, and keeping it in a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from coursekit import paths
from coursekit.captions import checkpoints
from coursekit.captions.attention_captioner import AttentionCaptioner
from coursekit.captions.vocabulary import PAD, Vocabulary
from coursekit.data.dataset import Dataset
from coursekit.errors import CourseError

MAX_LENGTH = 20  # words of a caption; longer ones are cut


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
        inputs = {"places": tf.cast(picture, "float32"), "tokens": said[:, :-1]}
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
    model: AttentionCaptioner,
    data: Any,
    epochs: int,
    rate: float,
    callbacks: list | None = None,
    backup: Path | None = None,
    validation: Any = None,
) -> dict[str, list[float]]:
    """Teach a captioner; the learning rate rises, then falls to 0.

    ``data`` is what ``batches`` gives, ``validation`` more of it, measured
    after each epoch with unchanged weights. Returns the history: name -> a
    number for each epoch, "loss" in nats a word. With ``backup``, a folder,
    the state is kept there after each epoch, and removed at the end: call
    it again after an interruption, with a new model of the same settings,
    and it goes on with the epoch that was not finished (the captions come
    in another order than without the interruption).
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
    callbacks, finished = list(callbacks or ()), 0
    keeper = checkpoints.Keeper(backup) if backup else None
    if keeper:
        if not model.built:
            inputs = next(iter(data))[0]
            model.build({name: x.shape for name, x in inputs.items()})
        model.optimizer.build(model.trainable_variables)
        finished = keeper.restore(model)
        callbacks.insert(0, keeper)
    history = model.fit(
        data,
        initial_epoch=finished,
        epochs=epochs,
        validation_data=validation,
        shuffle=False,
        verbose=0,
        callbacks=callbacks,
    )
    if not keeper:
        return history.history
    keeper.clear()
    return keeper.history


def model_file() -> Path:
    """Where the captioner of ``coursekit caption`` is kept."""
    return paths.work_dir() / "models" / "scene_captioner.keras"


def load(path: Path | None = None) -> AttentionCaptioner:
    """A captioner from a .keras file, with safe mode, or CourseError."""
    path = path or model_file()
    if not path.is_file():
        raise CourseError(
            f"There is no captioner in {path}.",
            "keep the one of lesson 22 there (its last lines say how), or "
            "let `coursekit caption PICTURE` train one",
        )
    model = checkpoints.load(
        path,
        "a captioner",
        f"delete {path} and call `coursekit caption PICTURE`",
    )
    if not isinstance(model, AttentionCaptioner):
        raise CourseError(
            f"{path.name} holds another kind of network.",
            "give a file that training.save has written in lesson 22",
        )
    return model


def save(model: AttentionCaptioner, path: Path | None = None) -> Path:
    """Write a captioner, whole or not at all; returns the path."""
    return checkpoints.save(model, path or model_file())


def kept(callbacks: list | None = None) -> AttentionCaptioner:
    """The captioner in ``model_file``; trained and kept there if absent.

    Trained as in lesson 22, quick profile: about a minute on two cores. The
    interrupted training goes on when it is called again.
    """
    path = model_file()
    if path.is_file():
        return load(path)
    from coursekit import data
    from coursekit.captions import scene_encoder
    from coursekit.settings import load_settings

    own = load_settings("22", "quick")
    keras.utils.set_random_seed(own.seed)
    dataset = data.load(own.dataset)
    eye = scene_encoder.headless(scene_encoder.load())
    grids = eye.predict(dataset.train.x, 250, verbose=0)["grid"]
    model = of_scenes(
        dataset,
        grids.reshape(len(grids), -1, grids.shape[-1]),
        {"units": own.units, "attention": own.attention},
        own.epochs,
        own.learning_rate,
        own.batch_size,
        callbacks=callbacks,
        backup=path.parent / "unfinished",
    )
    save(model, path)
    return model


def of_scenes(
    dataset: Dataset,
    places: np.ndarray,
    settings: dict[str, Any],
    epochs: int,
    rate: float,
    batch_size: int = 128,
    report: Callable[[float], None] | None = None,
    callbacks: list | None = None,
    backup: Path | None = None,
) -> AttentionCaptioner:
    """A captioner trained on the training captions of a data set.

    ``places`` float (n, p, d) are the features of its training pictures.
    ``settings`` go to AttentionCaptioner; ``report`` is told after each
    epoch which fraction is done; ``callbacks`` and ``backup`` as in ``fit``.
    """
    captions = [text for five in dataset.train.y for text in five]
    vocabulary = Vocabulary.from_captions(captions)
    rows = vocabulary.encode(dataset.train.y, MAX_LENGTH)
    model = AttentionCaptioner(vocabulary.words[4:], **settings)
    callbacks = list(callbacks or ())
    if report:
        callbacks.append(
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report((epoch + 1) / epochs)
            )
        )
    data = batches(places, rows, batch_size)
    fit(model, data, epochs, rate, callbacks, backup)
    return model
