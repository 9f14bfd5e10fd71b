"""Bring your own copy: a folder the user names is used as it is.

COURSEKIT_DATA names a folder that holds one folder per data set
(``$COURSEKIT_DATA/usps/usps.h5``); ``folder=`` in ``ck.data.load`` names
one set's folder directly.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from coursekit.errors import CourseError


def own_folder(
    name: str, files: Sequence[str], folder: str | Path | None = None
) -> Path | None:
    """The user's folder of a set, or None when the user named none.

    Raises CourseError that lists what is missing in a folder named with
    ``folder``. Below COURSEKIT_DATA an absent set is not an error.
    """
    root = os.environ.get("COURSEKIT_DATA")
    if folder is None and root and (Path(root) / name).is_dir():
        folder = Path(root) / name
    if folder is None:
        return None
    folder = Path(folder).expanduser()
    missing = [file for file in files if not (folder / file).exists()]
    if missing:
        raise CourseError(
            f"The folder {folder} does not hold the data set {name}: "
            f"{', '.join(missing)} is missing.",
            f"it must contain {', '.join(files)}",
        )
    return folder
