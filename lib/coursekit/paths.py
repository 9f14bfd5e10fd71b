"""Where things are: the kit, the learner's copy, the cache.

Nothing here depends on the working directory, so a notebook, a plain
script, a test and a forked repository find the same folders.
"""

import atexit
import functools
import os
import shutil
import sys
import tempfile
from pathlib import Path

from coursekit.errors import CourseError


def kit_root() -> Path:
    """The repository's top folder, three levels above this file.

    Raises:
        CourseError: The library was installed without its repository.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        raise CourseError(
            "coursekit was installed without its lessons and data: it runs "
            "from a checkout of its repository",
            "get the repository and run `make lab` in it, or the README's "
            "pip lines, which install the kit with `-e`",
        )
    return root


def notebooks_dir() -> Path:
    """Executed lessons: what is replayed and copied to learners."""
    return kit_root() / "notebooks"


def lessons_dir() -> Path:
    """One folder a lesson: its source and all that belongs to it."""
    return kit_root() / "lessons"


def data_dir() -> Path:
    """The bundled data sets."""
    return kit_root() / "data"


def work_dir() -> Path:
    """The learner's own copies of the lessons; git ignores it."""
    return kit_root() / "work"


def progress_file() -> Path:
    """Exercise progress; COURSEKIT_PROGRESS names another file.

    A replay starts from an empty one of its own, gone when it ends.
    """
    named = os.environ.get("COURSEKIT_PROGRESS")
    if named:
        return expanded(named)
    if os.environ.get("COURSEKIT_REPLAY") == "1":
        return temporary_dir() / "progress.json"
    return work_dir() / "progress.json"


@functools.cache
def temporary_dir() -> Path:
    """A folder that lives as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="coursekit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def cache_dir() -> Path:
    """Downloaded data: COURSEKIT_HOME, or the platform's cache folder."""
    named = os.environ.get("COURSEKIT_HOME")
    if named:
        return expanded(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return expanded(base) / "coursekit"


def expanded(path: str | Path) -> Path:
    """The path with its "~" replaced.

    Raises:
        CourseError: There is no such home directory, as for a user whom the
            system does not know, in a container.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise CourseError(
            f"There is no home directory for {path}.",
            "set HOME to a folder of yours; COURSEKIT_HOME alone names one "
            "for downloaded data",
        ) from error
