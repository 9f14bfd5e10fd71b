"""Folders of pictures, one folder per class, as a data set."""

from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.readers.photographs import (
    consecutive,
    left_out,
    load_pictures,
)
from coursekit.data.splits import held_out
from coursekit.errors import CourseError

_ENDINGS = {".jpg", ".jpeg", ".png"}


def load_classes(info: DatasetInfo, root: Path, size: int) -> Dataset:
    """Pictures below ``root``, one folder per class; y is the class.

    With folders train and test these are the splits and a fifth of train is
    held out; otherwise a fifth each is held out to validate and to test.
    Draws have a fixed seed and are stratified. Pictures directly in
    ``root`` are one class, named like it. Images are uint8
    (n, size, size, 3), mapped from the cache; undecodable pictures are
    left out and counted in ``note``.
    """
    if (root / "train").is_dir() and (root / "test").is_dir():
        (files, y, names), (test_files, test_y, _) = (
            _list(root / part) for part in ("train", "test")
        )
    else:
        files, y, names = _list(root)
        files, y, test_files, test_y = _hold_out(files, y)
    files, y, held_files, held_y = _hold_out(files, y)
    groups = [files, held_files, test_files]
    images, positions = load_pictures(
        info.name, [file for group in groups for file in group], size
    )
    labels = np.concatenate([y, held_y, test_y])[positions]
    train, validation, test = (
        Split(images[part], labels[part])
        for part in consecutive(positions, [len(group) for group in groups])
    )
    total = sum(map(len, groups))
    note = left_out(pictures_undecodable=total - len(positions))
    return Dataset(info, train, validation, test, names, note)


def _list(root: Path) -> tuple[list[Path], np.ndarray, tuple[str, ...]]:
    """Files, classes (n,) and class names, in the order of their names."""
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    folders = [path for path in folders if _pictures(path)] or [root]
    files, labels = [], []
    for number, folder in enumerate(folders):
        found = _pictures(folder)
        files += found
        labels += [number] * len(found)
    if not files:
        raise CourseError(
            f"There are no pictures in {root}.",
            "put .jpg or .png files there, in one folder per class",
        )
    names = tuple(folder.name.replace("_", " ") for folder in folders)
    return files, np.array(labels), names


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS
    )


def _hold_out(files: list[Path], y: np.ndarray):
    """(kept files, kept y, held files, held y): a fifth is held."""
    held = held_out(y, len(y) // 5)
    places = np.arange(len(y))
    kept_places, held_places = places[~held], places[held]
    return (
        [files[place] for place in kept_places],
        y[kept_places],
        [files[place] for place in held_places],
        y[held_places],
    )
