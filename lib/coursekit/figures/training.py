"""Pictures of training: curves of losses and accuracies."""

from collections.abc import Mapping, Sequence

from matplotlib.ticker import MaxNLocator

from coursekit.figures.lines import looks
from coursekit.figures.style import CourseFigure, new_figure


def training_curves(history: Mapping[str, Sequence[float]]) -> CourseFigure:
    """Loss and the first metric per epoch, training and validation.

    ``history`` is ``model.fit(...).history``.
    """
    metrics = [
        name
        for name in history
        if not name.startswith("val_")
        and name not in ("loss", "learning_rate")
    ]
    metrics = ["loss", *metrics[:1]]  # Keras sorts them by name
    figure, axes = new_figure(columns=len(metrics), width=8.4, height=3.3)
    panels = axes if len(metrics) > 1 else [axes]
    said = []
    for panel, name in zip(panels, metrics, strict=True):
        epochs = range(1, len(history[name]) + 1)
        look = looks(len(epochs))
        panel.plot(epochs, history[name], label="training", **next(look))
        if f"val_{name}" in history:
            seen = history[f"val_{name}"]
            panel.plot(epochs, seen, label="validation", **next(look))
        panel.set_xlabel("epoch")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.set_ylabel(name.replace("_", " "))
        panel.legend()
        last = history.get(f"val_{name}", history[name])
        said.append(f"{name} from {last[0]:.2f} to {last[-1]:.2f}")
    kind = "validation" if any("val_" in n for n in history) else "training"
    return CourseFigure(
        figure, f"{len(list(epochs))} epochs: {kind} {', '.join(said)}."
    )


def losses(
    curves: Mapping[str, Sequence[float]], ylabel: str = "loss"
) -> CourseFigure:
    """One or more loss curves over steps."""
    figure, axes = new_figure()
    most = max(map(len, curves.values()))
    for (name, values), look in zip(curves.items(), looks(most), strict=False):
        axes.plot(range(1, len(values) + 1), values, label=name, **look)
    axes.set_xlabel("step")
    axes.set_ylabel(ylabel)
    axes.legend()
    said = "; ".join(
        f"{name} from {values[0]:.2f} to {values[-1]:.2f}"
        for name, values in curves.items()
    )
    return CourseFigure(figure, f"{ylabel.capitalize()}: {said}.")
