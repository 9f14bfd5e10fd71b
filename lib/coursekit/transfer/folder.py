"""One call from a folder of pictures to a classifier with a report."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coursekit import paths
from coursekit.backend import import_keras
from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.readers.picture_folders import load_classes
from coursekit.data.readers.pictures import open_picture
from coursekit.errors import CourseError
from coursekit.transfer import encoders
from coursekit.transfer.twins import twins

FEWEST = 5  # pictures a class, in all parts together
UNEVEN = 3  # how many times the rarest class the commonest may be


@dataclass(frozen=True, eq=False)
class Report:
    """What ``from_folder`` found and made; ``print`` shows it.

    ``model`` takes pixels (n, side, side, 3), 0 to 255, and gives logits;
    ``said`` (n,) are its answers for the test pictures, ``twin`` (n,) those
    of them that training had seen almost alike.
    """

    model: Any
    encoder: str
    dataset: Dataset
    said: np.ndarray
    twin: np.ndarray
    trained: str

    @property
    def right(self) -> np.ndarray:
        """Which test pictures were named rightly, (n,)."""
        return self.said == self.dataset.test.y

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def confusion(self) -> np.ndarray:
        """Test pictures (true class, answer)."""
        names = len(self.dataset.class_names)
        table = np.zeros((names, names), int)
        np.add.at(table, (self.dataset.test.y, self.said), 1)
        return table

    def predict(self, path: str | Path) -> tuple[str, float]:
        """Class and probability for one more picture file."""
        side = self.model.input_shape[1]
        picture = open_picture(paths.expanded(path)).resize((side, side))
        chances = _softmax(_logits(self.model, np.asarray(picture)[None]))[0]
        return self.dataset.class_names[chances.argmax()], float(chances.max())

    def pictures(self, count: int = 18):
        """Test pictures with what was said; the mistakes come first."""
        from coursekit.figures.images import image_grid

        names, test = self.dataset.class_names, self.dataset.test
        order = np.argsort(self.right, kind="stable")[:count]
        titles = [
            names[k] if ok else f"{names[k]}? ({names[y]})"
            for k, ok, y in zip(
                self.said[order], self.right[order], test.y[order], strict=True
            )
        ]
        summary = (
            f"{len(order)} of {len(test)} test pictures with what is said of "
            f"them; a wrong answer has a question mark and, in brackets, the "
            f"truth"
        )
        return image_grid(
            test.x[order],
            titles,
            columns=6,
            summary=summary,
            size=1.7,
            varies=("title", "images"),
        )

    def __str__(self) -> str:
        data, right = self.dataset, int(self.right.sum())
        low, high = interval(right, len(self.said))
        usual = np.bincount(data.train.y).argmax()
        lines = [
            *_counts(data),
            f"encoder   {self.encoder}, {self.trained}",
            f"test      {right} of {len(self.said)} right, "
            f"{self.accuracy:.2f} (95 % interval {low:.2f} to {high:.2f})",
            f"baseline  {np.mean(data.test.y == usual):.2f}, always "
            f"{data.class_names[usual]}",
            *(f"note      {text}" for text in self.warnings()),
            *_table(self.confusion, data.class_names),
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def warnings(self) -> list[str]:
        """What a reader of the accuracy has to know."""
        found = [self.dataset.note] if self.dataset.note else []
        if self.twin.any():
            rest = "no others"
            if not self.twin.all():
                rest = f"without them {self.right[~self.twin].mean():.2f}"
            count = self.twin.sum()
            have = "has" if count == 1 else "have"
            found.append(
                f"{count} of the test pictures {have} a near-duplicate among "
                f"those trained with; {rest}"
            )
        sizes = np.bincount(self.dataset.train.y)
        if sizes.max() > UNEVEN * sizes.min():
            found.append(
                f"unbalanced: {sizes.min()} to {sizes.max()} pictures a class "
                "to train with; look at each row of the table"
            )
        return found


def from_folder(
    folder: str | Path,
    encoder: str = "best",
    fine_tune: bool = False,
    epochs: int = 60,
    seed: int = 0,
) -> Report:
    """A classifier from a folder with one folder of pictures per class.

    Folders train, val and test are the splits where they are there; else a
    fifth is held out for each. A head is trained on the features of a frozen
    ``encoder`` (see encoders.load); ``fine_tune`` then trains all of it at a
    small rate. The epoch that is best on the validation pictures is kept,
    also when you interrupt. Raises CourseError when there is nothing to
    learn from.
    """
    keras = import_keras()
    name = encoders.choose(encoder)
    base = encoders.load(name)
    data = _read(paths.expanded(folder), base.input_shape[1])
    keras.utils.set_random_seed(seed)
    classes = len(data.class_names)
    model, head = _with_head(base, classes)
    parts = [data.train, data.validation, data.test]
    features = [_in_pieces(base, part.x) for part in parts]
    _train(head, features, parts, 1e-2, epochs)
    trained = f"frozen; {head.count_params():,} parameters trained"
    if fine_tune:
        for layer in base.layers:
            norm = isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = not norm
        images = [np.asarray(part.x, "float32") for part in parts[:2]]
        _train(model, images, parts, 1e-4, max(1, epochs // 6))
        count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
        trained = f"fine-tuned; {count:,} parameters trained"
    said = _logits(model, data.test.x).argmax(axis=1)
    known = np.concatenate([data.train.x, data.validation.x])
    seen = twins(known, np.asarray(data.test.x))
    return Report(model, name, data, said, seen, trained)


def _read(folder: Path, side: int) -> Dataset:
    """The pictures of a folder, or what is wrong with it."""
    remedy = "put 5 pictures or more of each class in a folder of its own"
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder.name}.", remedy)
    info = DatasetInfo(
        name=folder.name or "pictures",
        title="your pictures",
        real=True,
        bundled=False,
        licence="yours",
        origin="your folder",
    )
    data = load_classes(info, folder, side)
    if len(data.class_names) < 2:
        raise CourseError(
            f"{folder.name} has one class only, {data.class_names[0]}.",
            "add a folder with pictures that are something else",
        )
    labels = [part.y for part in (data.train, data.validation, data.test)]
    sizes = np.bincount(
        np.concatenate(labels), minlength=len(data.class_names)
    )
    if sizes.min() < FEWEST:
        rare = data.class_names[sizes.argmin()]
        raise CourseError(
            f"{folder.name} has {sizes.min()} readable pictures of {rare}.",
            remedy,
        )
    if not all(map(len, labels)):
        raise CourseError(
            f"A part of {folder.name} is empty: there are "
            f"{[*map(len, labels)]} pictures to train, validate and test.",
            "leave out the folders val and test: they are then drawn",
        )
    return data


def _with_head(base, classes: int):
    """The whole frozen model, and its head alone, with shared weights."""
    import keras

    base.trainable = False
    dense = keras.layers.Dense(classes, name="head")
    features = keras.layers.Input(base.output_shape[1:])
    head = keras.Model(features, dense(features), name="head_alone")
    model = keras.Model(base.input, dense(base.output), name="classifier")
    return model, head


def _train(model, inputs, parts, rate: float, epochs: int) -> None:
    """Fit to the first part; keep the epoch best on the second."""
    import keras

    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    best = _keeper()
    try:
        model.fit(
            inputs[0],
            parts[0].y,
            batch_size=32,
            epochs=epochs,
            validation_data=(inputs[1], parts[1].y),
            verbose=0,
            callbacks=[best],
        )
    except KeyboardInterrupt:
        print(f"interrupted: the best of {best.epochs} epochs is kept")
    if best.weights is not None:
        model.set_weights(best.weights)


def _keeper():
    """A callback that keeps the weights of the lowest validation loss."""
    import keras

    class Keeper(keras.callbacks.Callback):
        loss, weights, epochs = np.inf, None, 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1
            if logs["val_loss"] < self.loss:
                self.loss = logs["val_loss"]
                self.weights = self.model.get_weights()

    return Keeper()


def _in_pieces(model, images, size: int = 100) -> np.ndarray:
    """What a model gives for pictures that may lie on disk."""
    import keras

    pieces = [
        keras.ops.convert_to_numpy(
            model(np.asarray(images[k : k + size], "float32"), training=False)
        )
        for k in range(0, len(images), size)
    ]
    return np.concatenate(pieces)


_logits = _in_pieces


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def interval(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (E. B. Wilson 1927)."""
    z, share = 1.96, right / count
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + (z / count) ** 2 / 4)
    below = 1 + z**2 / count
    return (middle - reach) / below, (middle + reach) / below


def _counts(data: Dataset) -> list[str]:
    parts = (data.train, data.validation, data.test)
    width = max(map(len, data.class_names))
    rows = [f"{'':<{width}} {'train':>6} {'validation':>11} {'test':>5}"]
    for number, name in enumerate(data.class_names):
        train, held, test = ((part.y == number).sum() for part in parts)
        rows.append(f"{name:<{width}} {train:>6} {held:>11} {test:>5}")
    return rows


def _table(confusion: np.ndarray, names: tuple[str, ...]) -> list[str]:
    """The confusion matrix of a few classes, or the pairs of many."""
    width = max(map(len, names))
    if len(names) <= 8:
        rows = [f"test, row: true, column: said ({', '.join(names)})"]
        for name, row in zip(names, confusion, strict=True):
            rows.append(f"{name:<{width}} {' '.join(f'{n:3d}' for n in row)}")
        return rows
    wrong = confusion * (1 - np.eye(len(names), dtype=int))
    order = np.argsort(-wrong, axis=None, kind="stable")[:5]
    pairs = [np.unravel_index(k, wrong.shape) for k in order]
    return ["test, most frequent mistakes"] + [
        f"{names[a]} taken for {names[b]}: {wrong[a, b]}"
        for a, b in pairs
        if wrong[a, b]
    ]
