"""Which folder holds a set: your own, the cache's, Keras', or a new one."""

import contextlib
import os
from pathlib import Path

from coursekit import paths
from coursekit.data.fetch import install
from coursekit.data.fetch.source import Source
from coursekit.errors import CourseError
from coursekit.keras_config import keras_home


def locate(source: Source, folder: str | Path | None = None) -> Path:
    """The folder that holds a set; fetches it when it is nowhere.

    A folder named with ``folder`` is used as it is. Raises CourseError that
    lists what is missing in it, or says why fetching failed.
    """
    if folder is not None:
        return source.base(_own(source, paths.expanded(folder)))
    found = find(source)
    if found is not None:
        return source.base(found)
    if not source.remotes:
        raise CourseError(
            f"The data set {source.name} is for you to bring; the kit knows "
            "no server that may publish it.",
            f"{source.by_hand}; put that in a folder {source.name} and set "
            "COURSEKIT_DATA to the folder above it",
        )
    return source.base(install.install(source))


def find(source: Source) -> Path | None:
    """The folder of a set that is on this machine already, or None."""
    cached = paths.cache_dir() / source.name
    if own := _below_own_root(source):
        return own
    if install.is_installed(cached) and not source.missing(cached):
        return cached
    return _in_keras(source)


def own_root() -> Path | None:
    """The folder that COURSEKIT_DATA names."""
    named = os.environ.get("COURSEKIT_DATA")
    return paths.expanded(named) if named else None


def _own(source: Source, folder: Path) -> Path:
    """A folder that the user named, after its layout was checked."""
    if not folder.is_dir():
        raise CourseError(
            f"There is no folder {folder} for the data set {source.name}.",
            f"name a folder that holds {source.wanted}",
        )
    missing = source.missing(folder)
    if missing:
        held = sorted(entry.name for entry in folder.iterdir())[:6]
        raise CourseError(
            f"The folder {folder} is not the data set {source.name}: "
            f"{', '.join(missing)} is missing; it holds "
            f"{', '.join(held) or 'nothing'}.",
            f"a folder of {source.name} holds {source.wanted}",
        )
    return folder


def _below_own_root(source: Source) -> Path | None:
    root = own_root()
    if root is None:
        return None
    if not root.is_dir():
        raise CourseError(
            f"COURSEKIT_DATA names {root}, which is not a folder.",
            "correct it, or unset it to have the sets fetched",
        )
    if (root / source.name).is_dir():
        # Named exactly: an incomplete copy is a mistake, not another set.
        return _own(source, root / source.name)
    others = (root / name for name in source.folders)
    return next((o for o in others if _holds(source, o)), None)


def _in_keras(source: Source) -> Path | None:
    """Keras' copy, if it is whole: an interrupted download may lie there."""
    for folder in (keras_home() / place for place in source.keras):
        if _holds(source, folder) and not install.verify(source, folder):
            with contextlib.suppress(CourseError):
                source.check(folder)
                return folder
    return None


def _holds(source: Source, folder: Path) -> bool:
    return folder.is_dir() and not source.missing(folder)
