"""Progress of a training run that a test can compare."""

import sys

import keras

from coursekit.backend import in_replay

_NOT_METRICS = ("loss", "val_loss", "learning_rate")


class EpochProgress(keras.callbacks.Callback):
    """One line per epoch, without times, so that a replay can compare it.

    In a person's session the line of the running epoch is redrawn batch by
    batch; in a replay and in a file each epoch prints once::

        epoch  1/12  loss 0.931  val_accuracy 0.884

    ``show`` names the metrics to print, default: the loss and the last
    validation metric (or the last metric without validation data).
    ``every`` prints each n-th epoch and the last.
    """

    def __init__(self, show: tuple[str, ...] = (), every: int = 1):
        super().__init__()
        self.show = tuple(show)
        self.every = every
        self.live = not in_replay() and (
            "ipykernel" in sys.modules or sys.stdout.isatty()
        )

    def on_train_batch_end(self, batch, logs=None):
        steps = self.params.get("steps")
        if self.live and steps and batch % max(1, steps // 20) == 0:
            done = int(20 * (batch + 1) / steps)
            bar = "#" * done + "." * (20 - done)
            self._redraw(f"{self._epoch_label()}  [{bar}]")

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        self.epoch = epoch
        last = epoch + 1 == self.params["epochs"]
        if not last and (epoch + 1) % self.every:
            return
        logs = logs or {}
        shown = "  ".join(
            f"{name} {logs[name]:.3f}" for name in self._names(logs)
        )
        line = f"{self._epoch_label()}  {shown}"
        if self.live:
            self._redraw(line)
            print()
        else:
            print(line)

    def _names(self, logs) -> tuple[str, ...]:
        if self.show:
            return self.show
        metrics = [name for name in logs if name not in _NOT_METRICS]
        validation = [name for name in metrics if name.startswith("val_")]
        last = (validation or metrics)[-1:]
        if not last and "val_loss" in logs:
            last = ["val_loss"]
        return ("loss", *last)

    def _epoch_label(self) -> str:
        total = self.params["epochs"]
        return f"epoch {self.epoch + 1:{len(str(total))}d}/{total}"

    def _redraw(self, text: str) -> None:
        print("\r" + text.ljust(72), end="", flush=True)
