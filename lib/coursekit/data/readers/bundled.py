"""Reading the bundled files in data/, each checked before use."""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.data.readers.checked import reading
from coursekit.errors import CourseError
from coursekit.files import sha256

_REMEDY = (
    "restore the file with `git checkout -- data`, or make it again with "
    "`make data`"
)


@cache
def checksums() -> dict[str, str]:
    """File name -> sha256 of every bundled file (data/checksums.toml)."""
    path = paths.data_dir() / "checksums.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))["sha256"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}", _REMEDY) from None


_USED: set[str] = set()


def used() -> list[str]:
    """Bundled files that this process has asked for."""
    return sorted(_USED)


def path_of(name: str) -> Path:
    """Path of a bundled file, after its checksum was compared.

    Raises CourseError when the file is missing, unlisted or changed.
    """
    path = paths.data_dir() / name
    _USED.add(name)
    if not path.is_file():
        raise CourseError(f"The bundled file {path} is missing.", _REMEDY)
    expected = checksums().get(name)
    if expected is None:
        raise CourseError(
            f"data/checksums.toml does not list {name}.", _REMEDY
        )
    if sha256(path) != expected:
        raise CourseError(
            f"The bundled file {path} is not what the kit shipped: "
            "its sha256 differs.",
            _REMEDY,
        )
    return path


def read_npz(name: str) -> dict[str, np.ndarray]:
    """All arrays of a bundled .npz file; never unpickles anything."""
    path = path_of(name)
    with reading(path, _REMEDY), np.load(path, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def unpack_lines(stored: np.ndarray) -> list[str]:
    """Texts from uint8 (bytes,): UTF-8, one line feed between two."""
    return stored.tobytes().decode().split("\n")
