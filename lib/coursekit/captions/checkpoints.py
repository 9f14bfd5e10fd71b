"""Captioners in files: states of unfinished training, finished networks.

Every file is whole or absent (``coursekit.files.replacing``). States are the
kit's own: Keras' BackupAndRestore does not resume exactly. With dropout and
averaged weights, interrupted in the fourth epoch, it ended 2.5e-3 off and
had lost the history; here nothing is off and nothing lost.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from coursekit import paths
from coursekit.captions.attention_captioner import AttentionCaptioner
from coursekit.captions.luong_captioner import LuongCaptioner
from coursekit.errors import CourseError
from coursekit.files import replacing


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
            except Exception:  # whatever a damaged file makes NumPy raise
                continue
            for variable, value in zip(_all(model), values, strict=True):
                variable.assign(value)
            self.history = history
            return int(path.stem.removeprefix("epoch-"))
        return 0

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        state: dict[str, Any] = {
            name: keras.ops.convert_to_numpy(variable)
            for name, variable in zip(
                _names(self.model), _all(self.model), strict=True
            )
        }
        state["history"] = np.array(json.dumps(self.history))
        with replacing(self.folder / f"epoch-{epoch + 1:03d}.npz") as part:
            np.savez(part, **state)
        for old in sorted(self._states())[:-2]:
            old.unlink()

    def _states(self) -> list[Path]:
        return list(self.folder.glob("epoch-[0-9][0-9][0-9].npz"))


def _all(model) -> list:
    return [*model.variables, *model.optimizer.variables]


def _names(model) -> list[str]:
    """Numbers and shapes: another network's state does not fit."""
    return [f"{k} {tuple(v.shape)}" for k, v in enumerate(_all(model))]


def model_file() -> Path:
    """Where the captioner of ``coursekit caption`` is kept."""
    return paths.work_dir() / "models" / "scene_captioner.keras"


def photograph_file(image_encoder: str) -> Path:
    """Where lesson 23's full profile keeps its captioner."""
    return model_file().with_name(f"photographs-{image_encoder}.keras")


def save(model, path: Path | None = None) -> Path:
    """Write a captioner to a .keras file; returns the path."""
    path = path or model_file()
    with replacing(path) as part:
        model.save(part)
    return path


def load(path: Path | None = None):
    """The captioner in a .keras file; no code of the file is run (safe mode).

    Raises CourseError when there is none, or the file is damaged or holds
    another kind of network.
    """
    path = path or model_file()
    if not path.is_file():
        raise CourseError(
            f"There is no captioner in {path}.",
            "keep the one of lesson 22 there (its last lines say how), or "
            "let `coursekit caption PICTURE` train one",
        )
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever Keras stumbles upon
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise CourseError(
            f"{path.name} cannot be read as a captioner: "
            f"{lines[0].split('. ')[0]}",
            f"delete {path} and run what wrote it again: lesson 22 or 23, or "
            "`coursekit caption PICTURE`",
        ) from None
    if not isinstance(model, AttentionCaptioner | LuongCaptioner):
        raise CourseError(
            f"{path.name} holds another kind of network.",
            "give a file that checkpoints.save has written",
        )
    return model


def digest(model) -> str:
    """A name for the present values of weights and dice."""
    content = hashlib.sha256()
    for variable in model.variables:
        value = keras.ops.convert_to_numpy(variable)
        content.update(np.ascontiguousarray(value).tobytes())
    return content.hexdigest()[:16]
