"""Lists of texts in bundled files, as arrays of bytes."""

from collections.abc import Sequence

import numpy as np


def pack_lines(lines: Sequence[str]) -> np.ndarray:
    """uint8 (bytes,): the lines in UTF-8, one line feed between two."""
    if any("\n" in line for line in lines):
        raise ValueError("a line holds a line feed")
    return np.frombuffer("\n".join(lines).encode(), "uint8")


def unpack_lines(stored: np.ndarray) -> list[str]:
    """The inverse of pack_lines."""
    return stored.tobytes().decode().split("\n")
