"""Pictures of training: curves of losses and accuracies."""

from collections.abc import Mapping, Sequence

from coursekit.figures.style import CourseFigure, new_figure


def training_curves(history: Mapping[str, Sequence[float]]) -> CourseFigure:
    """Loss and one metric per epoch, training and validation.

    ``history`` is ``model.fit(...).history``.
    """
    metrics = [
        name
        for name in history
        if not name.startswith("val_") and name not in ("learning_rate",)
    ][:2]
    figure, axes = new_figure(columns=len(metrics), width=8.4, height=3.3)
    panels = axes if len(metrics) > 1 else [axes]
    said = []
    for panel, name in zip(panels, metrics, strict=True):
        epochs = range(1, len(history[name]) + 1)
        panel.plot(epochs, history[name], label="training")
        if f"val_{name}" in history:
            panel.plot(epochs, history[f"val_{name}"], label="validation")
        panel.set_xlabel("epoch")
        panel.set_ylabel(name.replace("_", " "))
        panel.legend()
        last = history.get(f"val_{name}", history[name])
        said.append(f"{name} from {last[0]:.2f} to {last[-1]:.2f}")
    kind = "validation" if any("val_" in n for n in history) else "training"
    return CourseFigure(
        figure, f"{len(list(epochs))} epochs: {kind} {', '.join(said)}."
    )


def losses(
    curves: Mapping[str, Sequence[float]],
    xlabel: str = "step",
    ylabel: str = "loss",
    log: bool = False,
) -> CourseFigure:
    """One or more loss curves over steps."""
    figure, axes = new_figure()
    for name, values in curves.items():
        axes.plot(range(1, len(values) + 1), values, label=name)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if log:
        axes.set_yscale("log")
    axes.legend()
    said = "; ".join(
        f"{name} from {values[0]:.2f} to {values[-1]:.2f}"
        for name, values in curves.items()
    )
    return CourseFigure(figure, f"{ylabel.capitalize()}: {said}.")
