"""What a long training takes: averaged weights, a folder for its states."""

from pathlib import Path

import keras

from coursekit import paths
from coursekit.backend import in_replay


def averaged(learning_rate: float, steps: int, epochs: int):
    """Adam; the weights that remain are an average of the last steps.

    The rate rises for an epoch and falls in a cosine; gradients are clipped;
    the average is over a fifth of all steps, at most the last 200 or so.
    """
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20,
        max(1, steps * (epochs - 1)),
        alpha=0.02,
        warmup_target=learning_rate,
        warmup_steps=steps,
    )
    return keras.optimizers.Adam(
        schedule,
        global_clipnorm=5.0,
        use_ema=True,
        ema_momentum=min(0.995, max(0.0, 1 - 5 / (steps * epochs))),
    )


def folder() -> Path:
    """Where states are kept; a replay has a folder of its own."""
    base = paths.temporary_dir() if in_replay() else paths.work_dir()
    return base / "captioner"
