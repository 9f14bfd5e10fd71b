"""A residual network for a hundred classes of small pictures, trained fast.

What the lesson builds piece by piece stands here in one place, for its own
long run and for benchmarks/hundred_classes.py. From public fast-training
recipes (K. Jordan (2024), 94 % on CIFAR-10 in 3.29 seconds; J. Howard and
others (2018), DAWNBench): a first layer that whitens patches of the training
pictures and stays as it is, pictures that grow while training goes on, one
cycle of the learning rate.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from coursekit import paths
from coursekit.backend import in_replay
from coursekit.files import replacing


def crop_and_flip(images, top, left, mirrored, border=4):
    """Windows of pictures with a border, some of them mirrored.

    ``images`` (n, size, size, 3); ``top`` and ``left`` (n,) from 0 to
    2 ``border``; ``mirrored`` (n,) True or False. The border is the picture
    itself, reflected at its edge.
    """
    size = images.shape[1]
    edge = (border, border)
    padded = np.pad(images, ((0, 0), edge, edge, (0, 0)), "reflect")
    windows = [
        picture[row : row + size, column : column + size]
        for picture, row, column in zip(padded, top, left, strict=True)
    ]
    cut = np.stack(windows)
    cut[mirrored] = cut[mirrored, :, ::-1]
    return cut


def cutout(images, top, left, side):
    """A square of each picture is set to grey."""
    place = np.arange(images.shape[1])
    top, left = top[:, np.newaxis], left[:, np.newaxis]
    rows = (place >= top) & (place < top + side)
    columns = (place >= left) & (place < left + side)
    hole = rows[:, :, np.newaxis] & columns[:, np.newaxis]
    return np.where(hole[..., np.newaxis], np.uint8(127), images)


def mixup(images, targets, partner, share):
    """Each picture and its target blended with a partner's.

    ``partner`` (n,) are places in the batch, ``share`` (n,) what is kept.
    """
    kept = share[:, np.newaxis, np.newaxis, np.newaxis]
    mixed = kept * images + (1 - kept) * images[partner]
    kept = share[:, np.newaxis]
    return mixed, kept * targets + (1 - kept) * targets[partner]


def maker(parts=("crop", "flip"), classes=100):
    """What ``Pictures`` does to a batch, of crop, flip, cutout, mixup."""

    def make(images, labels, rng):
        count, size = images.shape[:2]
        border, side = size // 8, size // 4
        top, left = rng.integers(0, 2 * border + 1, (2, count))
        if "crop" not in parts:
            top = left = np.full(count, border)
        mirrored = (rng.random(count) < 0.5) & ("flip" in parts)
        images = crop_and_flip(images, top, left, mirrored, border)
        if "cutout" in parts:
            down, right = rng.integers(0, size - side + 1, (2, count))
            images = cutout(images, down, right, side)
        if "mixup" in parts:
            share = rng.beta(0.2, 0.2, count).astype("float32")
            targets = np.eye(classes, dtype="float32")[labels]
            partner = rng.permutation(count)
            images, labels = mixup(images, targets, partner, share)
        return images, labels

    return make


class Pictures(keras.utils.PyDataset):
    """Shuffled batches; what is in one depends on seed, epoch and number.

    ``make(images, labels, rng)`` changes a batch of uint8 images before it
    is scaled. Set ``epoch`` before an epoch begins (``Turn`` does).
    """

    def __init__(self, x, y, size, make=None, seed=0):
        super().__init__()
        self.x, self.y, self.size, self.make = x, y, size, make
        self.seed, self.epoch = seed, 0

    def __len__(self):
        return len(self.y) // self.size

    def __getitem__(self, number):
        order = np.random.default_rng((self.seed, self.epoch))
        rows = order.permutation(len(self.y))[number * self.size :][
            : self.size
        ]
        images, labels = self.x[rows], self.y[rows]
        if self.make:
            rng = np.random.default_rng((self.seed, self.epoch, number))
            images, labels = self.make(images, labels, rng)
        return scaled(images), labels


def scaled(images):
    """Bytes 0 to 255 as numbers of about -2 to 2."""
    return (images.astype("float32") - 127.5) / 64


def shrunk(images, size: int) -> np.ndarray:
    """Pictures (n, size, size, 3), bytes, of larger ones; smoothed."""
    if images.shape[1] == size:
        return images
    pieces = []
    for start in range(0, len(images), 1000):
        part = images[start : start + 1000].astype("float32")
        small = ops.image.resize(part, (size, size), antialias=True)
        pieces.append(ops.convert_to_numpy(small).round().astype("uint8"))
    return np.concatenate(pieces)


def whitening(images, size=2, floor=1e-2) -> np.ndarray:
    """A kernel (size, size, 3, 2 k) that whitens patches; k = 3 size^2.

    Its filters are the patches' principal directions, each over its standard
    deviation, and their negatives: after a ReLU both signs are left.
    """
    windows = np.lib.stride_tricks.sliding_window_view(
        scaled(images), (size, size), axis=(1, 2)
    )[:, ::2, ::2]  # (n, rows, columns, channel, size, size)
    patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 3 * size**2)
    variances, directions = np.linalg.eigh(np.cov(patches, rowvar=False))
    filters = directions / np.sqrt(variances + floor)
    kernel = np.concatenate([filters, -filters], axis=1)
    return kernel.reshape(size, size, 3, -1).astype("float32")


def normal(x):
    """Batch normalisation for a run of a few hundred or thousand steps."""
    return layers.BatchNormalization(momentum=0.9)(x)


def residual_block(filters):
    """Two convolutions, and a shortcut around them; the shape stays."""
    x = maps = layers.Input((None, None, filters))
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(normal(x))
    return keras.Model(maps, layers.Add()([maps, x]))


def plain_block(filters):
    """The same two convolutions without the shortcut."""
    block = residual_block(filters)
    return keras.Model(block.input, block.layers[-2].output)


def network(
    widths=(48, 96, 192), kernel=None, block=residual_block, classes=100
):
    """Logits of pictures of any size; each stage halves the maps.

    ``kernel`` is that of ``whitening``; without it the first layer learns.
    """
    image = layers.Input((None, None, 3), name="image")
    stem = layers.Conv2D(24, 2, padding="same", name="stem", dtype="float32")
    x = layers.ReLU()(stem(image))
    for width in widths:
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(normal(layers.MaxPooling2D()(x)))
        x = block(width)(x) if block else x
    x = layers.GlobalAveragePooling2D(dtype="float32")(x)
    logits = layers.Dense(classes, name="logits", dtype="float32")(x)
    model = keras.Model(image, logits, name="residual")
    if kernel is not None:
        stem.set_weights([kernel, np.zeros(kernel.shape[-1])])
        stem.trainable = False
    return model


def plain_network(filters=(16, 32, 64), classes=100):
    """What a residual network is compared with: convolutions, poolings."""
    x = image = layers.Input((32, 32, 3), name="image")
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    logits = layers.Dense(classes, name="logits", dtype="float32")(x)
    return keras.Model(image, logits, name="plain")


def one_cycle(peak: float, steps: int):
    """Learning rate up in a line for a quarter, down in a cosine to 0."""
    up = steps // 4
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - up, warmup_target=peak, warmup_steps=up
    )


def smoothed_loss(smoothing: float):
    """Cross-entropy with ``smoothing`` of each target spread over all.

    Targets are class numbers (batch,), or shares of classes (batch, k).
    """

    def loss(target, logits):
        classes = logits.shape[-1]
        if target.ndim == 1 or target.shape[-1] == 1:
            target = ops.one_hot(ops.reshape(target, [-1]), classes)
        target = (1 - smoothing) * target + smoothing / classes
        return ops.categorical_crossentropy(target, logits, from_logits=True)

    return loss


def prepare(model, peak, steps, decay, smoothing=0.1, at_once=1, jit=False):
    """Compile for ``steps`` updates of SGD with Nesterov's momentum."""
    optimizer = keras.optimizers.SGD(
        one_cycle(peak, steps), 0.9, nesterov=True, weight_decay=decay
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    model.compile(
        optimizer,
        smoothed_loss(smoothing),
        metrics=["accuracy"],
        steps_per_execution=at_once,
        jit_compile=jit,  # XLA makes convolutions slower on a CPU
    )
    optimizer.build(model.trainable_variables)
    return model


class Turn(keras.callbacks.Callback):
    """Tells a stream which epoch it is."""

    def __init__(self, stream):
        super().__init__()
        self.stream = stream

    def on_epoch_begin(self, epoch, logs=None):
        self.stream.epoch = epoch


class State(keras.callbacks.Callback):
    """All that training changes, in a file after each epoch.

    That is the weights, the optimiser's memory and its count of steps, and
    the number of the epoch, from which ``Pictures`` makes its dice. The file
    lies there while training is not finished. A state of another ``plan``
    (of other stages, rates or decay) is passed over.
    """

    def __init__(self, path: Path):
        super().__init__()
        self.path = path
        self.plan, self.epochs = "", 0  # set by fit
        self.history: list[dict[str, float]] = []  # of each epoch
        self.best: list[np.ndarray] | None = None  # weights, so far
        self.spent = -time.process_time()  # CPU seconds, when written

    def variables(self):
        return [*self.model.variables, *self.model.optimizer.variables]

    def on_epoch_end(self, epoch, logs=None):
        self.history.append({k: float(v) for k, v in (logs or {}).items()})
        reached = [logs.get("val_accuracy", 0) for logs in self.history]
        if reached[-1] >= max(reached):
            self.best = self.model.get_weights()
        arrays = [ops.convert_to_numpy(v) for v in self.variables()]
        arrays += self.best or []
        history = np.array(json.dumps(self.history))
        spent = self.spent + time.process_time()
        with replacing(self.path) as part, part.open("wb") as file:
            np.savez(
                file, *arrays, history=history, spent=spent, plan=self.plan
            )

    def restore(self, model) -> int:
        """Give ``model`` the stored state; returns how many epochs it had.

        A file that cannot be read, or is of another network, is passed over.
        """
        self.set_model(model)
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                count = sum(name.startswith("arr_") for name in stored.files)
                arrays = [stored[f"arr_{k}"] for k in range(count)]
                plan = str(stored["plan"]) if "plan" in stored else self.plan
                history = json.loads(str(stored["history"]))
                spent = float(stored["spent"])
        except Exception:  # no file, or a damaged one
            return 0
        if plan != self.plan or len(history) >= self.epochs:
            return 0
        variables = self.variables()
        best = arrays[len(variables) :]  # behind them
        arrays = arrays[: len(variables)]
        if [a.shape for a in arrays] != [tuple(v.shape) for v in variables]:
            return 0
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        self.history, self.best = history, best or None
        self.spent = spent - time.process_time()
        return len(history)


def _say_left(done: float, seconds: float) -> None:
    if seconds > 60 and not in_replay():  # a replay prints no times
        print(f"{done:.0%} done, about {seconds / 60:.0f} min left")


class TimeLeft(keras.callbacks.Callback):
    """After each epoch, the share that is done and the seconds left.

    Counts pixels: an epoch of larger pictures takes longer. ``say`` gets
    both; without it they are printed, unless this is a replay.
    """

    def __init__(
        self, streams, say: Callable[[float, float], None] = _say_left
    ):
        super().__init__()
        self.work = [
            stream.x[0].size
            for stream, epochs in streams
            for _ in range(epochs)
        ]
        self.say, self.first = say, 0
        self.begun: float | None = None

    def on_epoch_begin(self, epoch, logs=None):
        if self.begun is None:
            self.begun, self.first = time.monotonic(), epoch

    def on_epoch_end(self, epoch, logs=None):
        assert self.begun is not None
        spent = time.monotonic() - self.begun
        now = sum(self.work[self.first : epoch + 1])
        done = sum(self.work[: epoch + 1]) / sum(self.work)
        self.say(done, spent / now * sum(self.work[epoch + 1 :]))


def folder() -> Path:
    """Where the lesson keeps its state; a replay has a folder of its own."""
    base = paths.temporary_dir() if in_replay() else paths.work_dir()
    made = base / "hundred_classes"
    made.mkdir(parents=True, exist_ok=True)
    return made


def _plan(model, streams: Sequence) -> str:
    """What a run is to do, in words that differ where runs do."""
    stages = [
        [stream.x.shape, stream.size, stream.seed, epochs]
        for stream, epochs in streams
    ]
    optimizer = model.optimizer.get_config() | {"name": ""}  # it is numbered
    return json.dumps([stages, optimizer], default=str)


def fit(model, streams: Sequence, state=None, validation=None, callbacks=()):
    """Train through ``streams``, pairs of Pictures and their epochs.

    With a ``state`` that has a file, go on after its last epoch; the file
    goes when training is finished. Stopped, the model gets the weights of
    the epoch with the best validation accuracy. Returns the history, a dict
    for each epoch.
    """
    done = 0
    if state:
        state.plan = _plan(model, streams)
        state.epochs = sum(epochs for _, epochs in streams)
        done = state.restore(model)
    history, first = [], 0
    extra = [state] if state else []
    try:
        for stream, epochs in streams:
            last = first + epochs
            if done < last:
                seen = model.fit(
                    stream,
                    validation_data=validation,
                    initial_epoch=max(first, done),
                    epochs=last,
                    shuffle=False,  # it has an order of its own
                    verbose=0,
                    callbacks=[Turn(stream), *extra, *callbacks],
                ).history
                rows = zip(*seen.values(), strict=True)
                history += [dict(zip(seen, row, strict=True)) for row in rows]
            first = last
    except KeyboardInterrupt:
        if state and state.best:
            model.set_weights(state.best)
        raise
    if state:
        state.path.unlink(missing_ok=True)
    return state.history if state else history


def logits_of(model, images, mirrored=True, size=500) -> np.ndarray:
    """Logits (n, classes); with ``mirrored`` the mean of both ways round."""
    pieces = []
    for start in range(0, len(images), size):
        part = scaled(images[start : start + size])
        ways = [part, part[:, :, ::-1]] if mirrored else [part]
        outputs = [ops.convert_to_numpy(model(way)) for way in ways]
        pieces.append(np.mean(outputs, axis=0))
    return np.concatenate(pieces)
