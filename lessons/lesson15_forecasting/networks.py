"""What the lesson, its benchmark and a learner's own series share.

Built in lesson 15; a test holds the lesson's cells and these equal.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit import lessons

# kind -> units: between 1,000 and 3,500 parameters on the weather's windows
UNITS = {"dense": 24, "conv": 24, "SimpleRNN": 40, "LSTM": 20, "GRU": 24}
Windows = tuple[np.ndarray, np.ndarray]


def network(kind: str, shape: Sequence[int], outputs: int) -> Any:
    """An uncompiled model: windows (length, columns) -> outputs numbers."""
    import keras
    from keras import layers

    units, inputs = UNITS[kind], keras.Input(tuple(shape), name="window")
    if kind == "dense":
        x = layers.Dense(units, activation="relu")(layers.Flatten()(inputs))
        x = layers.Dense(units, activation="relu")(x)
    elif kind == "conv":
        x = layers.Conv1D(units, 4, activation="relu")(inputs)
        x = layers.Conv1D(units, 4, activation="relu")(x)
        x = layers.Flatten()(x)
    else:
        x = getattr(layers, kind)(units)(inputs)
    return keras.Model(inputs, layers.Dense(outputs)(x), name=kind)


def at_once() -> int:
    """Updates in one call; Keras on PyTorch allows one."""
    import keras

    return 1 if keras.config.backend() == "torch" else 10


def rmse(said: np.ndarray, truth: np.ndarray) -> float:
    """Root mean square error, in the unit of its arguments."""
    return float(np.sqrt(np.mean((said - truth) ** 2)))


def weighted_sum(x: np.ndarray, y: np.ndarray) -> Callable:
    """Least squares: a function from windows (n, ...) to (n, outputs)."""

    def flat(windows: np.ndarray) -> np.ndarray:
        rows = windows.reshape(len(windows), -1)
        return np.pad(rows, ((0, 0), (0, 1)), constant_values=1)

    weights = np.linalg.lstsq(flat(x), y)[0]
    return lambda windows: flat(windows) @ weights


def relative(
    series: np.ndarray, length: int, horizon: int, start: int, stop: int
) -> Windows:
    """Windows (n, length, 1) and answers, less each window's last value."""
    make_windows = lessons.module("15", "exercises").make_windows
    column = np.asarray(series, float)[:, np.newaxis]
    x, y = make_windows(column, length, horizon, start, stop)
    return x - x[:, -1:], y - x[:, -1]


def forecasts(
    windows: Sequence[Windows], season: int, seed: int
) -> dict[str, np.ndarray]:
    """Forecasts of the last windows, less the last value, by name.

    ``windows`` are those to train, to stop by and to test, as ``relative``
    makes them.
    """
    import keras

    (x, y), held, (x_test, y_test) = windows
    horizon, scale = y.shape[1], y.std() or 1.0
    keras.utils.set_random_seed(seed)
    model = network("GRU", x.shape[1:], horizon)
    model.compile(
        keras.optimizers.Adam(3e-3), "mse", steps_per_execution=at_once()
    )
    best = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
    often = max(1, 3200 // len(x))  # a short series: more of it an epoch
    model.fit(
        np.tile(x / scale, (often, 1, 1)),
        np.tile(y / scale, (often, 1)),
        epochs=20,
        validation_data=tuple(part / scale for part in held),
        callbacks=[best],
        verbose=0,
    )
    last_season = x_test[:, -season:, 0]
    said = model.predict(x_test / scale, verbose=0) * scale
    return {
        "last value": np.zeros_like(y_test),
        "seasonal naive": last_season[:, np.arange(horizon) % season],
        "weighted sum": weighted_sum(x, y)(x_test),
        "GRU": said,
    }
