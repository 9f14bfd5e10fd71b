"""Writing bundled files so that the same arrays give the same bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.files import replacing


def write_npz(name: str, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write arrays to data/``name``, compressed, without time stamps."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        for key, array in arrays.items():
            member = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array), allow_pickle=False
            )
            archive.writestr(member, content.getvalue(), compresslevel=9)
    return write_bytes(name, store.getvalue())


def pack_lines(lines: Sequence[str]) -> np.ndarray:
    """The inverse of coursekit.data.readers.bundled.unpack_lines."""
    if any("\n" in line for line in lines):
        raise ValueError("a line holds a line feed")
    return np.frombuffer("\n".join(lines).encode(), "uint8")


def write_bytes(name: str, content: bytes) -> Path:
    """Write data/``name`` whole or not at all."""
    path = paths.data_dir() / name
    with replacing(path) as part:
        part.write_bytes(content)
    return path
