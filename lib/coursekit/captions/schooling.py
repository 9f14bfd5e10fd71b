"""Training a Describer for an hour without losing it.

After each epoch the whole state (weights, optimiser, averages, dice) is
written beside the last one and renamed, so that a run that was stopped in
any way goes on after its last epoch and ends with the same network.
"""

import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import keras
import numpy as np

from coursekit import paths
from coursekit.captions.describer import Describer
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
        self.longest = (self.rows != PAD).sum(axis=2).max(axis=1)

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    def order(self) -> list[np.ndarray]:
        """The pictures of each batch of this epoch."""
        rng = np.random.default_rng([self.seed, self.epoch])
        like = self.longest + rng.uniform(0, 3, len(self.longest))
        chosen = np.argsort(like)
        cut = range(self.size, len(chosen), self.size)
        pieces = np.split(chosen, cut)
        return [pieces[k] for k in rng.permutation(len(pieces))]

    def batch(self, chosen: np.ndarray):
        """({"places", "said"}, targets) of some pictures."""
        end = self.longest[chosen].max()
        said = self.rows[chosen, :, :end]
        places = np.asarray(self.places[np.sort(chosen)])
        places = places[np.argsort(np.argsort(chosen))]
        return {"places": places, "said": said[..., :-1]}, said[..., 1:]

    def stream(self):
        """A tf.data.Dataset; ``epoch`` is read whenever it begins."""
        import tensorflow as tf

        _, p, d = self.places.shape
        k = self.rows.shape[1]
        said = tf.TensorSpec((None, k, None), "int32")
        places = tf.TensorSpec((None, p, d), "float16")
        spec = ({"places": places, "said": said}, said)
        data = tf.data.Dataset.from_generator(
            lambda: map(self.batch, self.order()), output_signature=spec
        )
        count = tf.data.experimental.assert_cardinality(len(self))
        return data.apply(count).prefetch(2)


class Keeper(keras.callbacks.Callback):
    """Keeps the state after each epoch, and brings it back.

    A state is everything that changes in training: weights, the optimiser's
    steps and averages, the dice of dropout. The last two stay in
    ``folder``; a file that cannot be read is passed over. A file is written
    under another name and then renamed.
    """

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = folder
        self.history: dict[str, list[float]] = {}

    def restore(self, model) -> int:
        """Give the model its last state; returns the epochs it has had."""
        for path in sorted(self._states(), reverse=True):
            try:
                with np.load(path) as state:
                    history = json.loads(str(state["history"]))
                    values = [state[name] for name in _names(model)]
            except (OSError, ValueError, KeyError, EOFError, BadZipFile):
                continue
            for variable, value in zip(_all(model), values, strict=True):
                variable.assign(value)
            self.history = history
            return int(path.stem.removeprefix("epoch-"))
        return 0

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        values = [keras.ops.convert_to_numpy(v) for v in _all(self.model)]
        state: dict[str, Any] = dict(
            zip(_names(self.model), values, strict=True)
        )
        state["history"] = np.array(json.dumps(self.history))
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(
            self.folder / f"epoch-{epoch + 1:03d}.npz",
            lambda part: np.savez(part, **state),
        )
        for old in sorted(self._states())[:-2]:
            old.unlink()

    def _states(self) -> list[Path]:
        return list(self.folder.glob("epoch-[0-9][0-9][0-9].npz"))


def _all(model) -> list:
    return [*model.variables, *model.optimizer.variables]


def _names(model) -> list[str]:
    """Numbers and shapes: another network's state does not fit."""
    return [f"{k} {tuple(v.shape)}" for k, v in enumerate(_all(model))]


def _replace(path: Path, write) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"part-{path.name}")
    write(part)
    part.replace(path)


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
    model: Describer,
    data: Batches,
    epochs: int,
    rate: float,
    validation: Batches | None = None,
    store: Path | None = None,
    callbacks: list | None = None,
) -> dict[str, list[float]]:
    """Teach a Describer; goes on where an earlier call was interrupted.

    The rate rises for an epoch and falls in a cosine; the weights that
    remain are an average of the last few hundred steps. States are kept in
    ``store``/a name made of everything that decides the result. Returns the
    history of all epochs.
    """
    _prepare(model, len(data), epochs, rate, data.places.shape)
    keeper = Keeper((store or folder()) / _name(model, data, epochs, rate))
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
        model.build({"places": (None, *shape[1:]), "said": (None, 5, None)})
    model.compile(optimizer, jit_compile=False)
    optimizer.build(model.trainable_variables)


def _name(model, data: Batches, epochs: int, rate: float) -> str:
    """Changes with settings, data, seed and versions."""
    facts: list[Any] = [
        model.settings,
        list(data.places.shape),
        np.asarray(data.places[:: max(1, len(data.places) // 16)])
        .sum(dtype="float64")
        .item(),
        int(data.rows.sum()),
        [data.size, data.seed, epochs, rate],
        keras.__version__,
    ]
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def save(model: Describer, path: Path) -> Path:
    """Write a finished network, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, lambda part: model.save(part))
    return path


def load(path: Path) -> Describer:
    """A Describer from its .keras file, with safe mode, or CourseError."""
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CourseError(
            f"{path.name} cannot be read as a captioner: {error}",
            "run lesson 23 again, it writes the file anew",
        ) from None
    if not isinstance(model, Describer):
        raise CourseError(
            f"{path.name} holds another kind of network.",
            "give a file that lesson 23 has written",
        )
    return model
