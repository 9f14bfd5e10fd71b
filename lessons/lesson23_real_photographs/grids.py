"""Grids of features, computed once: float16 files in the cache.

The encoder does not change, so a picture's grid need not be computed twice.
8,000 photographs of 7 x 7 places with 1,280 features are 1 GB as float16.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.backend import in_replay
from coursekit.captions.image_encoders import ImageEncoder
from coursekit.data.fetch.progress import bar
from coursekit.errors import CourseError
from coursekit.files import only_one, require_space

BATCH = 50


def folder() -> Path:
    """Where grids are kept; a replay has a folder of its own."""
    base = paths.temporary_dir() if in_replay() else paths.cache_dir()
    return base / ".ready" / "grids"


def grids(
    images: np.ndarray,
    image_encoder: ImageEncoder,
    store: Path | None = None,
    report: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """What an encoder sees in pictures: float16 (n, places, d), from disk.

    Computed when it is not in ``store``. The file grows picture by picture
    under another name: an interrupted run goes on where it stopped, and a
    file with the final name is whole. ``report(done, n)`` is called before
    each batch. Raises CourseError when the file cannot be written.
    """
    store = store or folder()
    ready, shape = _file(images, image_encoder, store)
    try:
        if not ready.is_file():
            lock = store / ".locks" / ready.stem
            with only_one(lock, lambda: print("waiting for the grids")):
                if not ready.is_file():
                    _make(images, image_encoder, ready, shape, report)
        return np.memmap(ready, "float16", "r", shape=shape)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"The grids cannot be kept in {store}: {error}",
            "free some space, or set COURSEKIT_HOME to a folder that you "
            f"may write to; if the file is damaged, delete {store}",
        ) from error


def done(
    images: np.ndarray, image_encoder: ImageEncoder, store: Path | None = None
) -> int:
    """How many pictures' grids are stored, of a run that was interrupted."""
    ready, (_, places, features) = _file(
        images, image_encoder, store or folder()
    )
    for path in (ready, ready.with_suffix(".part")):
        if path.is_file():
            return path.stat().st_size // (2 * places * features)
    return 0


def _make(images, encoder: ImageEncoder, ready: Path, shape, report) -> None:
    """Append to the part file, then give it its name."""
    ready.parent.mkdir(parents=True, exist_ok=True)
    part = ready.with_suffix(".part")
    row = 2 * shape[1] * shape[2]
    first = part.stat().st_size // row if part.is_file() else 0
    require_space(ready.parent, (len(images) - first) * row)
    with (
        part.open("ab") as file,
        _bar(f"grids of {encoder.name}", len(images), first) as advance,
    ):
        file.truncate(first * row)  # half a picture, if it was killed
        for start in range(first, len(images), BATCH):
            if report:
                report(start, len(images))
            batch = np.asarray(images[start : start + BATCH])
            grid = np.asarray(encoder(batch)["grid"]).astype("float16")
            file.write(grid.tobytes())
            file.flush()
            advance(len(batch))
    part.replace(ready)


def _bar(name: str, total: int, first: int):
    """A bar for people; a replay compares what is printed."""
    if in_replay():
        return contextlib.nullcontext(lambda count: None)
    return bar(name, total, first, sizes=False)


def _file(images, encoder: ImageEncoder, store: Path):
    """The finished file, named by pictures and encoder, and its shape."""
    content = hashlib.sha256()
    for start in range(0, len(images), 500):
        batch = np.ascontiguousarray(images[start : start + 500])
        content.update(batch.tobytes())
    facts = [encoder.name, encoder.version, encoder.size, images.shape]
    content.update(json.dumps(facts).encode())
    name = f"{encoder.name}-{content.hexdigest()[:16]}.f16"
    _, side, _, features = encoder(images[:1])["grid"].shape
    return store / name, (len(images), side * side, features)
