"""Networks in files: states of unfinished training, and finished networks.

Every file is written whole under another name and then renamed: whatever
stops the program, a file with its final name can be trusted.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZipError

import keras
import numpy as np

from coursekit.errors import CourseError


class Keeper(keras.callbacks.Callback):
    """Keeps the state after each epoch, and brings it back.

    A state is everything that changes in training: weights, the optimiser's
    steps and averages, the dice of dropout, the history. The last two stay
    in ``folder`` as epoch-NNN.npz; a file that cannot be read is passed
    over.
    """

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = folder
        self.history: dict[str, list[float]] = {}

    def restore(self, model) -> int:
        """Give the model its last state; returns the epochs it has had.

        Model and optimiser must be built.
        """
        for path in sorted(self._states(), reverse=True):
            try:
                with np.load(path, allow_pickle=False) as state:
                    history = json.loads(str(state["history"]))
                    values = [state[name] for name in _names(model)]
            except (*UNREADABLE, EOFError):
                continue
            for variable, value in zip(_all(model), values, strict=True):
                variable.assign(value)
            self.history = history
            return int(path.stem.removeprefix("epoch-"))
        return 0

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        values = [variable.numpy() for variable in _all(self.model)]
        state: dict[str, Any] = dict(
            zip(_names(self.model), values, strict=True)
        )
        state["history"] = np.array(json.dumps(self.history))
        write_whole(
            self.folder / f"epoch-{epoch + 1:03d}.npz",
            lambda part: np.savez(part, **state),
        )
        for old in sorted(self._states())[:-2]:
            old.unlink()

    def clear(self) -> None:
        """Remove the states; the folder too, if nothing else is in it."""
        for path in [*self._states(), *self.folder.glob("part-epoch-*.npz")]:
            path.unlink()
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _states(self) -> list[Path]:
        return list(self.folder.glob("epoch-[0-9][0-9][0-9].npz"))


def _all(model) -> list:
    return [*model.variables, *model.optimizer.variables]


def _names(model) -> list[str]:
    """Numbers and shapes: another network's state does not fit."""
    return [f"{k} {tuple(v.shape)}" for k, v in enumerate(_all(model))]


def digest(model) -> str:
    """A name for the present values of weights and dice."""
    content = hashlib.sha256()
    for variable in model.variables:
        content.update(np.ascontiguousarray(variable.numpy()).tobytes())
    return content.hexdigest()[:16]


def write_whole(path: Path, write: Callable[[Path], Any]) -> Path:
    """Write a file whole or not at all; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{path.name}")
    write(part)
    return part.replace(path)


def save(model, path: Path) -> Path:
    """Write a finished network as a .keras file; returns the path."""
    return write_whole(path, model.save)


# What Keras and NumPy raise for files that are damaged or something else.
UNREADABLE = (OSError, ValueError, TypeError, KeyError, BadZipFile, ZipError)


def load(path: Path, what: str, remedy: str):
    """The network in a .keras file; no code of the file is run (safe mode).

    Raises CourseError "... cannot be read as ``what``" for a damaged file.
    """
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except UNREADABLE as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise CourseError(
            f"{path.name} cannot be read as {what}: {lines[0].split('. ')[0]}",
            f"{remedy}, it writes the file anew",
        ) from None
