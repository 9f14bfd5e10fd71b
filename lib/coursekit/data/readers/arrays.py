"""Reading arrays from files that come from elsewhere."""

from pathlib import Path

import numpy as np

from coursekit.data.readers.checked import reading


def read_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """Arrays of an .npz file from elsewhere; never unpickles anything.

    Raises CourseError when the file is damaged or lacks one of them.
    """
    with reading(path), np.load(path, allow_pickle=False) as stored:
        return [stored[name] for name in names]
