"""One call from a folder of pictures to a classifier with a report."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.backend import import_keras, in_replay
from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.readers.picture_folders import load_classes
from coursekit.data.readers.pictures import ENDINGS
from coursekit.errors import CourseError
from coursekit.transfer import encoders
from coursekit.transfer.report import Report
from coursekit.transfer.twins import twins

FEWEST = 5  # pictures a class, in all parts together
REMEDY = f"put {FEWEST} pictures or more of each class in a folder of its own"


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
    also when you interrupt. Features are stored as they are made: a second
    call goes on behind them. Raises CourseError when there is nothing to
    learn from.
    """
    keras = import_keras()
    from coursekit.callbacks import EpochProgress

    if epochs < 1:
        raise CourseError(
            f"{epochs} epochs train nothing.", "leave epochs out: 60 do"
        )
    name = encoders.choose(encoder)
    place = _there(paths.expanded(folder))  # before anything is fetched
    base = _encoder(name)
    data = _read(place, base.input_shape[1])
    keras.utils.set_random_seed(seed)
    classes = len(data.class_names)
    model, head = _with_head(base, classes)
    parts = [data.train, data.validation, data.test]
    features = [
        encoders.run(base, part.x, f"features, {part.name}", keep=True)
        for part in parts
    ]
    _train(head, features, parts, 1e-2, epochs)
    trained = f"frozen; {head.count_params():,} parameters trained"
    if fine_tune:
        for layer in base.layers:
            norm = isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = not norm
        images = [np.asarray(part.x) for part in parts[:2]]
        shown = [] if in_replay() else [EpochProgress()]
        _train(model, images, parts, 1e-4, max(1, epochs // 6), shown)
        count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
        trained = f"fine-tuned; {count:,} parameters trained"
    said = encoders.run(model, data.test.x).argmax(axis=1)
    known = np.concatenate([data.train.x, data.validation.x])
    seen = twins(known, np.asarray(data.test.x))
    held = int(twins(data.train.x, data.validation.x).sum())
    return Report(model, name, data, said, seen, trained, held)


def _there(folder: Path) -> Path:
    """A folder that may hold pictures of classes, as a whole path."""
    folder = folder.absolute()
    if folder.is_file():
        raise CourseError(f"{folder.name} is a file, no folder.", REMEDY)
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder.name}.", REMEDY)
    with _readable(folder):
        _refuse_deeper(folder)
    return folder


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """CourseError in place of the system's about a folder."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{folder.name} cannot be read: {error}.",
            "copy the pictures to a folder of your own, or ask whose folder "
            "it is for the right to read it",
        ) from None


def _encoder(name: str):
    """An encoder; if it cannot be fetched, the error names the kit's own."""
    try:
        return encoders.load(name)
    except CourseError as error:
        raise CourseError(
            error.message,
            f"{error.remedy}; or give encoder={encoders.OBJECTS!r}, which is "
            "in the kit (it has seen drawings only)",
        ) from None


def _read(folder: Path, side: int) -> Dataset:
    """The pictures of a folder, or what is wrong with it."""
    info = DatasetInfo(
        name=folder.name or "pictures",
        title="your pictures",
        real=True,
        bundled=False,
        licence="yours",
        origin="your folder",
    )
    with _readable(folder):
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
            REMEDY,
        )
    if not all(map(len, labels)):
        raise CourseError(
            f"A part of {folder.name} is empty: there are "
            f"{[*map(len, labels)]} pictures to train, validate and test.",
            "leave out the folders val and test: they are then drawn",
        )
    return data


def _refuse_deeper(folder: Path) -> None:
    """Raise CourseError if all pictures lie below the folders of classes."""
    files = [
        path.relative_to(folder)
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in ENDINGS
    ]
    parts = any(
        path.name.lower().startswith("train") for path in folder.iterdir()
    )
    if files and not parts and all(len(file.parts) > 2 for file in files):
        raise CourseError(
            f"The pictures lie too deep in {folder.name}, such as "
            f"{files[0].as_posix()}.",
            "give the folder that holds the folders of the classes, and put "
            "the pictures of a class directly into its folder",
        )


def _with_head(base, classes: int):
    """The whole frozen model, and its head alone, with shared weights."""
    import keras

    base.trainable = False
    dense = keras.layers.Dense(classes, name="head")
    features = keras.layers.Input(base.output_shape[1:])
    head = keras.Model(features, dense(features), name="head_alone")
    model = keras.Model(base.input, dense(base.output), name="classifier")
    return model, head


def _train(model, inputs, parts, rate, epochs: int, watchers=()) -> None:
    """Fit to the first part; keep the epoch best on the second, or none."""
    import keras

    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    best = _keeper()
    held = (inputs[1], parts[1].y)
    best.weights = model.get_weights()
    best.loss = model.evaluate(*held, verbose=0, return_dict=True)["loss"]
    try:
        model.fit(
            inputs[0],
            parts[0].y,
            batch_size=32,
            epochs=epochs,
            validation_data=held,
            verbose=0,
            callbacks=[best, *watchers],
        )
    except KeyboardInterrupt:
        print(f"interrupted: the best of {best.epochs} epochs is kept")
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
