"""Folders of pictures, one folder per class, as a data set."""

import itertools
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.readers.photographs import left_out, load_pictures
from coursekit.data.readers.pictures import ENDINGS
from coursekit.data.splits import held_out
from coursekit.errors import CourseError

# How the folders of the parts may be called.
_PARTS = (
    ("train", "training"),
    ("validation", "val", "valid", "dev"),
    ("test", "testing"),
)
_NO_PICTURES = {".txt", ".md", ".csv", ".json", ".html", ".db", ".ini"}


def load_classes(info: DatasetInfo, root: Path, size: int) -> Dataset:
    """Pictures below ``root``, one folder per class; y is the class.

    With folders train, val and test these are the splits; of what is absent
    a fifth is held out, first to test, then to validate, with a fixed seed
    and stratified. Pictures directly in ``root`` are one class, named like
    it. The classes are those of train, numbered once for all parts. Images
    are uint8 (n, size, size, 3), mapped from the cache. ``note`` counts what
    is there and not loaded and names classes without pictures.
    """
    folders = _part_folders(root)
    held = [
        _classes(folder, root.name) if folder else {} for folder in folders
    ]
    names = [name for name, files in held[0].items() if files]
    if not names:
        raise CourseError(
            f"The folder {root} is not the data set {info.name}: there are "
            "no pictures in it where they should be.",
            f"put pictures ({', '.join(ENDINGS)}) in one folder per class, or "
            "in train/CLASS, val/CLASS and test/CLASS",
        )
    parts = [  # file -> the number of its class
        {
            file: number
            for number, name in enumerate(names)
            for file in classes.get(name, ())
        }
        for classes in held
    ]
    for number in (2, 1):
        if not folders[number]:
            parts[0], parts[number] = _hold_out(parts[0])
    loaded = load_pictures(info.name, [list(part) for part in parts], size)
    train, validation, test = (
        Split(images, np.array(list(part.values()), "int64")[kept])
        for part, (images, kept) in zip(parts, loaded, strict=True)
    )
    files = set(itertools.chain(*parts))
    lost = sorted(
        file
        for part, (_, kept) in zip(parts, loaded, strict=True)
        for file in np.delete(np.array([*part], object), kept)
    )
    such = f" (such as {lost[0].name})" if len(lost) > 1 else ""
    such = f" ({lost[0].name})" if len(lost) == 1 else such
    note = left_out(
        **{f"pictures undecodable{such}": len(lost)},
        **_unused(root, folders, held, names, files),
    )
    shown = tuple(name.replace("_", " ") for name in names)
    return Dataset(info, train, validation, test, shown, note)


def _part_folders(root: Path) -> list[Path | None]:
    """The folders of train, validation and test; the first may be root."""
    held = {path.name.lower(): path for path in root.iterdir()}
    found = [
        next((held[name] for name in names if name in held), None)
        for names in _PARTS
    ]
    folders = [path if path and path.is_dir() else None for path in found]
    train, *others = folders
    if train and (any(others) or "" not in _classes(train, "")):
        return folders
    return [root, None, None]


def _classes(folder: Path, alone: str) -> dict[str, list[Path]]:
    """Class -> its pictures; those directly in ``folder`` are of ``alone``."""
    classes = {
        path.name: _pictures(path)
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith((".", "__"))
    }
    if not any(classes.values()):
        classes[alone] = _pictures(folder)
    return classes


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in ENDINGS and not path.name.startswith(".")
    )


def _unused(root: Path, folders, held, names, used) -> dict[str, int]:
    """What is below ``root`` and not loaded, counted: words -> number."""
    foreign = {
        file: name
        for classes in held
        for name in classes.keys() - set(names)
        for file in classes[name]
    }
    unknown = ", ".join(sorted(set(foreign.values())))
    empty = [
        (folder / name).relative_to(root).as_posix()
        for folder, classes in zip(folders, held, strict=True)
        for name in (sorted({*classes, *names}) if folder else ())
        if not classes.get(name)
    ]
    others = [
        path
        for path in root.rglob("*")
        if path not in used
        and path not in foreign
        and path.suffix.lower() not in _NO_PICTURES
        and not f"/{path.relative_to(root).as_posix()}".count("/.")
        and path.is_file()
    ]
    return {
        f"pictures of classes that train lacks ({unknown})": len(foreign),
        f"classes without pictures ({', '.join(empty)})": len(empty),
        "files elsewhere or of another kind": len(others),
    }


def _hold_out(part: dict[Path, int]) -> tuple[dict, dict]:
    """What is kept and what is held out of a part: a fifth.

    Of a class that would be held whole, one picture is kept.
    """
    y = np.array(list(part.values()))
    held = held_out(y, len(y) // 5)
    for label in np.unique(y[held]):
        if held[y == label].all():
            held[np.argmax(y == label)] = False
    kept, apart = (
        dict(itertools.compress(part.items(), mask)) for mask in (~held, held)
    )
    return kept, apart
