"""Training a LuongCaptioner for an hour without losing it.

After each epoch the whole state is kept (see ``keeping``), and the order of
the pictures depends on seed and epoch alone. So a run that was stopped in
any way goes on after its last epoch and ends with the same network.
"""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np

from coursekit import paths
from coursekit.captions import checkpoints
from coursekit.captions.luong_captioner import LuongCaptioner
from coursekit.captions.vocabulary import PAD
from coursekit.errors import CourseError
from coursekit.session import in_replay


class Batches:
    """Shuffled batches of pictures with all their captions.

    ``places`` (n, p, d), float16, may lie on disk; ``rows`` (n, k, length)
    are captions as numbers. Pictures with captions of like length come
    together, and padding is cut off. The order depends on the seed and on
    ``epoch`` only.
    """

    def __init__(self, places, rows, size: int = 64, seed: int = 0):
        self.places, self.rows = places, np.asarray(rows)
        self.size, self.seed, self.epoch = size, seed, 0
        self.max_length = (self.rows != PAD).sum(axis=2).max(axis=1)

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    def order(self) -> list[np.ndarray]:
        """The pictures of each batch of this epoch."""
        rng = np.random.default_rng([self.seed, self.epoch])
        like = self.max_length + rng.uniform(0, 3, len(self.max_length))
        chosen = np.argsort(like)
        cut = range(self.size, len(chosen), self.size)
        pieces = np.split(chosen, cut)
        return [pieces[k] for k in rng.permutation(len(pieces))]

    def batch(self, chosen: np.ndarray):
        """({"places", "tokens"}, targets) of some pictures."""
        end = self.max_length[chosen].max()
        said = self.rows[chosen, :, :end]
        places = np.asarray(self.places[np.sort(chosen)])
        places = places[np.argsort(np.argsort(chosen))]
        return {"places": places, "tokens": said[..., :-1]}, said[..., 1:]

    def stream(self):
        """A tf.data.Dataset; ``epoch`` is read whenever it begins."""
        import tensorflow as tf

        _, p, d = self.places.shape
        k = self.rows.shape[1]
        said = tf.TensorSpec((None, k, None), "int32")
        places = tf.TensorSpec((None, p, d), "float16")
        spec = ({"places": places, "tokens": said}, said)
        data = tf.data.Dataset.from_generator(
            lambda: map(self.batch, self.order()), output_signature=spec
        )
        count = tf.data.experimental.assert_cardinality(len(self))
        return data.apply(count).prefetch(2)


class Stop(keras.callbacks.Callback):
    """Interrupts training in the middle of an epoch, as a power cut does."""

    def __init__(self, epoch: int, batch: int = 0):
        super().__init__()
        self.when = epoch, batch
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) >= self.when:
            raise KeyboardInterrupt


def folder() -> Path:
    """Where unfinished and finished networks are kept."""
    base = paths.temporary_dir() if in_replay() else paths.work_dir()
    return base / "describer"


def fit(
    model: LuongCaptioner,
    data: Batches,
    epochs: int,
    rate: float,
    validation: Batches | None = None,
    store: Path | None = None,
    callbacks: list | None = None,
) -> dict[str, list[float]]:
    """Teach a LuongCaptioner; goes on where an earlier call was interrupted.

    The rate rises for an epoch and falls in a cosine; the weights that
    remain are an average of the last few hundred steps. States are kept in
    ``store``/a name made of everything that decides the result. Returns the
    history of all epochs: name -> one number an epoch, "loss" in nats a
    word.
    """
    _prepare(model, len(data), epochs, rate, data.places.shape)
    name = _name(model, data, epochs, rate)
    keeper = checkpoints.Keeper((store or folder()) / name)
    finished = keeper.restore(model)

    def turn(epoch, logs=None):
        data.epoch = epoch

    model.fit(
        data.stream(),
        validation_data=validation.stream() if validation else None,
        shuffle=False,  # the batches are in an order of their own
        initial_epoch=finished,
        epochs=epochs,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=turn),
            keeper,
            *(callbacks or []),
        ],
    )
    return keeper.history


def _prepare(model, steps: int, epochs: int, rate: float, shape) -> None:
    rest = max(1, steps * (epochs - 1))
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 20, rest, alpha=0.02, warmup_target=rate, warmup_steps=steps
    )
    optimizer = keras.optimizers.Adam(
        schedule,
        global_clipnorm=5.0,
        use_ema=True,
        ema_momentum=min(0.995, max(0.0, 1 - 5 / (steps * epochs))),
    )
    if not model.built:
        model.build({"places": (None, *shape[1:]), "tokens": (None, 5, None)})
    model.compile(optimizer, jit_compile=False)
    optimizer.build(model.trainable_variables)


def _name(model, data: Batches, epochs: int, rate: float) -> str:
    """Changes with settings, data, both seeds and the version of Keras."""
    some = data.places[:: max(1, len(data.places) // 16)]
    facts = [
        model.settings,
        list(data.places.shape),
        [data.size, data.seed, epochs, rate],
        keras.__version__,
    ]
    name = hashlib.sha256(json.dumps(facts, default=str).encode())
    for values in (some, data.rows):
        name.update(np.ascontiguousarray(values).tobytes())
    name.update(checkpoints.digest(model).encode())
    return name.hexdigest()[:16]


def save(model: LuongCaptioner, path: Path) -> Path:
    """Write a finished network, whole or not at all; returns the path."""
    return checkpoints.save(model, path)


def load(path: Path) -> LuongCaptioner:
    """A LuongCaptioner from its .keras file, with safe mode, or CourseError."""
    model = checkpoints.load(path, "a captioner", "run lesson 23 again")
    if not isinstance(model, LuongCaptioner):
        raise CourseError(
            f"{path.name} holds another kind of network.",
            "give a file that lesson 23 has written",
        )
    return model
