"""Files that are whole or absent, room on the disk, one writer at a time."""

import contextlib
import errno
import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

SPARE_BYTES = 50_000_000  # what the kit leaves free on a disk


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file or a folder whole or not at all.

    Yields a path that does not exist, beside ``path`` and with its ending.
    What is written there gets the name ``path`` when the block is done, and
    is removed when it fails: whatever stops the program, what has its final
    name is complete. Makes the folder above. Two processes that may write
    the same path hold ``only_one`` around it. Raises OSError.
    """
    part = path.with_name(f"part-{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    remove(part)  # of a process that was killed
    try:
        yield part
        part.replace(path)
    finally:
        remove(part)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require_space(folder: Path, needed: int) -> None:
    """Raise OSError (no space) before ``needed`` bytes fill the disk."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise OSError(
            errno.ENOSPC,
            f"{(needed + SPARE_BYTES) / 1e6:,.0f} MB are needed, "
            f"{free / 1e6:,.0f} MB are free",
        )


@contextlib.contextmanager
def only_one(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file ``path``; wait, after ``on_wait()``, for others.

    The operating system holds the lock and drops it when the process ends
    in whatever way, so a killed kernel leaves nothing to clean up.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
