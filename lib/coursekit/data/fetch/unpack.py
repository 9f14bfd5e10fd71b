"""Unpacking archives that may be broken or hostile."""

import contextlib
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

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
            for name, _, plain in members:
                _refuse(archive, name, plain)
            for name, open_member, _ in members:
                if not any(part in _LITTER for part in name.split("/")):
                    _write(open_member, into / name)
    except CourseError:
        raise
    except Exception as e:  # whatever decompressing stumbles upon
        if isinstance(e, OSError) and e.errno:  # of the disk
            raise
        raise CourseError(
            f"The archive {archive.name} cannot be unpacked: {e}",
            "delete it and fetch it again; it did not arrive whole",
        ) from e


def _write(open_member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_member() as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)


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
    """(name, function that opens it, is it plain) of every file inside."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            yield [
                (info.filename, _opener(packed, info), not _is_link(info))
                for info in packed.infolist()
                if not info.is_dir() or _strange(info.filename)
            ]
    else:
        with tarfile.open(archive) as packed_tar:
            yield [
                (info.name, _opener(packed_tar, info), info.isfile())
                for info in packed_tar.getmembers()
                if not info.isdir() or _strange(info.name)
            ]


def _strange(name: str) -> bool:
    return name.startswith("/") or ".." in PurePosixPath(name).parts


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _opener(packed, info):
    def open_member() -> IO[bytes]:
        if isinstance(packed, zipfile.ZipFile):
            return packed.open(info)
        return packed.extractfile(info)

    return open_member
