"""Unpacking archives that may be broken or hostile."""

import contextlib
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from coursekit.errors import CourseError

_LITTER = ("__MACOSX", ".DS_Store")


def unpack(archive: Path, into: Path) -> None:
    """Unpack a .zip or .tar(.gz) file into an existing folder.

    Nothing is written unless every member is a plain file or folder that
    stays inside ``into``. Raises CourseError for other members and for an
    archive that cannot be read.
    """
    try:
        with _members(archive) as members:
            for name, plain, _ in members:
                _refuse(archive, name, plain)
            for name, _, open_member in members:
                litter = any(part in _LITTER for part in name.split("/"))
                if open_member and not litter:
                    target = into / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with open_member() as source, target.open("wb") as copy:
                        shutil.copyfileobj(source, copy, 1 << 20)
    except CourseError:
        raise
    except Exception as e:  # whatever decompressing stumbles upon
        if isinstance(e, OSError) and e.errno:  # of the disk
            raise
        raise CourseError(
            f"The archive {archive.name} cannot be unpacked: {e}",
            "delete it and fetch it again; it did not arrive whole",
        ) from e


def _refuse(archive: Path, name: str, plain: bool) -> None:
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts
    if outside or not plain or "\\" in name or ":" in name:
        raise CourseError(
            f"The archive {archive.name} is refused: its member {name!r} "
            "is not a plain file inside the folder it is unpacked to.",
            "get the archive from the address in `coursekit data list`; do "
            "not unpack this one",
        )


@contextlib.contextmanager
def _members(archive: Path) -> Iterator[list]:
    """(name, is it plain, what opens it; None for a folder) of everything."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield [
                (
                    member.filename,
                    not stat.S_ISLNK(member.external_attr >> 16),
                    None if member.is_dir() else partial(packed.open, member),
                )
                for member in packed.infolist()
            ]
    else:
        with tarfile.open(archive) as tape:
            yield [
                (
                    member.name,
                    member.isfile() or member.isdir(),
                    partial(tape.extractfile, member)
                    if member.isfile()
                    else None,
                )
                for member in tape.getmembers()
            ]
