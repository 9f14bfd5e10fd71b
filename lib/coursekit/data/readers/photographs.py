"""Photograph files as arrays: decoded once, then mapped from the disk.

A few thousand photographs fill gigabytes as arrays. They are decoded and
resized once into a file of the cache and mapped into memory from there, so
that only the pictures in use occupy it.
"""

import contextlib
import hashlib
import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.backend import in_replay
from coursekit.data.fetch.progress import bar
from coursekit.data.readers.pictures import open_picture
from coursekit.errors import CourseError
from coursekit.files import only_one, replacing, require_space

_READER = 2  # counts the changes of what a picture file becomes


def decode(path: Path, size: int) -> np.ndarray | None:
    """A picture as uint8 (size, size, 3), or None when it cannot be read.

    The whole picture is squeezed into the square; nothing is cut off.
    """
    try:
        picture = open_picture(path, at_least=size)
    except CourseError:
        return None
    return np.asarray(picture.resize((size, size)))


def load_pictures(
    name: str, groups: Sequence[Sequence[Path]], size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each group of files: its pictures, mapped from disk, and which.

    Returns images (n, size, size, 3), uint8, read-only, and the positions
    in the group (n,) of the pictures that could be decoded, in order. The
    decoded file belongs to the set ``name`` in the cache and is made again
    when a file changes. Raises CourseError when it cannot be written and
    when not one of the pictures can be decoded.
    """
    files = list(itertools.chain(*groups))
    base = paths.temporary_dir() if in_replay() else paths.cache_dir()
    ready = base / ".ready" / name
    store = ready / f"{size}-{_fingerprint(files)}"
    try:
        if not store.is_dir():
            lock = base / ".locks" / f"{name}-ready"
            waiting = f"{name} is being decoded elsewhere: waiting"
            with only_one(lock, lambda: print(waiting)):
                if not store.is_dir():
                    _make(files, size, store)
        positions = np.load(store / "positions.npy")
        if not len(positions):
            raise CourseError(
                f"Of {name}, not one of the pictures can be decoded, such as "
                f"{files[0]}.",
                "bring JPEG or PNG files that an image viewer shows",
            )
        shape = (len(positions), size, size, 3)
        images = np.memmap(store / "images.bin", "uint8", "r", shape=shape)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"The decoded pictures of {name} cannot be kept in {store}: "
            f"{error}",
            "free some space or set COURSEKIT_HOME to a folder that you may "
            f"write to; if the file is damaged, delete {ready}",
        ) from error
    ends = np.cumsum([0, *map(len, groups)])
    slices = itertools.pairwise(np.searchsorted(positions, ends))
    return [
        (images[start:stop], positions[start:stop] - end)
        for (start, stop), end in zip(slices, ends[:-1], strict=True)
    ]


def left_out(**counts: int) -> str:
    """The note of a data set: what was skipped; "" when nothing."""
    held = {what.replace("_", " "): n for what, n in counts.items() if n}
    parts = [
        f"{count} {_one(what) if count == 1 else what}"
        for what, count in held.items()
    ]
    return f"left out: {', '.join(parts)}" if parts else ""


def _one(what: str) -> str:
    """The first plural of a few words, as one of it."""
    plural = r"\b(picture|photograph|file|class)e?s\b"
    return re.sub(plural, r"\1", what, count=1)


def _make(files: Sequence[Path], size: int, store: Path) -> None:
    """Decode into a new folder, which is there when it is complete."""
    positions: list[int] = []
    with replacing(store) as part:
        part.mkdir()
        require_space(part, len(files) * size * size * 3)
        with (
            (part / "images.bin").open("wb") as images,
            bar("decoding pictures", len(files), sizes=False) as advance,
        ):
            for position, path in enumerate(files):
                picture = decode(path, size)
                if picture is not None:
                    images.write(picture.tobytes())
                    positions.append(position)
                advance(1)
        np.save(part / "positions.npy", np.array(positions, "int64"))


def _fingerprint(files: Sequence[Path]) -> str:
    """Changes with the files of a set and with the way they are read."""
    facts = []
    for path in files:
        with contextlib.suppress(OSError):
            state = path.stat()
            facts.append([path.name, state.st_size, int(state.st_mtime)])
    folder = str(files[0].resolve().parent) if files else ""
    text = json.dumps([_READER, folder, facts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
