"""Many trainings in a row: what is left is said, what is finished is kept."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.backend import in_replay
from coursekit.files import replacing

Found = tuple[list[float], float]  # the losses of the epochs, an error


class Kept:
    """``train(model, start, x, y, judges)``, and once only for the same.

    Each result is a small file: interrupted and called again, the trainings
    that were finished are read. Code, layers, optimizer, first weights and
    data tell two trainings apart. ``work`` is the sum of the layers of all
    that is to be trained; from it comes the time left. Without ``keep``, and
    in a replay, it only trains.
    """

    def __init__(
        self, train: Callable[..., Found], work: int, keep: bool = True
    ):
        self.train, self.work = train, work
        self.keep = keep and not in_replay()
        self.done = self.fresh = 0
        self.seconds = 0.0

    def __call__(self, model, start, x, y, judges) -> Found:
        if not self.keep:
            return self.train(model, start, x, y, judges)
        path = folder() / f"{_name(self.train, model, start, x, y)}.json"
        self.done += len(model.layers)
        try:
            losses, error = json.loads(path.read_text(encoding="utf-8"))
            return losses, error
        except (OSError, ValueError):  # not there, or damaged
            pass
        begun = time.monotonic()
        losses, error = self.train(model, start, x, y, judges)
        self.seconds += time.monotonic() - begun
        self.fresh += len(model.layers)
        with replacing(path) as part:
            part.write_text(json.dumps([losses, float(error)]))
        self._say_left()
        return losses, error

    def _say_left(self) -> None:
        left = self.seconds / self.fresh * max(0, self.work - self.done)
        if left > 60:
            share = self.done / self.work
            print(f"{share:.0%} trained, about {left / 60:.0f} min left")


def folder() -> Path:
    return paths.work_dir() / "landmark_architectures"


def _name(train, model, start, x, y) -> str:
    """Differs where anything that decides the result does."""
    code = train.__code__
    layers = [
        [type(layer).__name__, _plain(layer.get_config())]
        for layer in model.layers
    ]
    texts = [
        code.co_code.hex(),
        [repr(c) for c in code.co_consts if not hasattr(c, "co_code")],
        layers,
        _plain(model.optimizer.get_config()),
    ]
    found = hashlib.sha256(json.dumps(texts, default=str).encode())
    parts = x if isinstance(x, list) else [x]
    for array in (*start, *parts, y):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:24]


def _plain(config: dict) -> dict:
    """A configuration without the names that Keras counts up."""
    return {key: value for key, value in config.items() if key != "name"}
