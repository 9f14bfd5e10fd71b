"""One process at a time, by a lock that dies with its holder."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try(handle) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(handle) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def only_one(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file ``path``; wait, after ``on_wait()``, for others.

    The operating system holds the lock and drops it when the process ends
    in whatever way, so a killed kernel leaves nothing to clean up. The empty
    file stays: removing it would let a third process lock another file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        waited = False
        while True:
            try:
                _try(handle)
                break
            except (BlockingIOError, PermissionError):
                if not waited:
                    on_wait()
                waited = True
                time.sleep(0.2)
        yield  # closing the file drops the lock
