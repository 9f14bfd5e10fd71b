"""Pictures of optimisers, schedules, over-fitting and its cures."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    new_figure,
    show_image,
)


def paths_on_surface(
    surface: Callable, panels: Mapping[str, Mapping[str, np.ndarray]]
) -> CourseFigure:
    """Paths of optimisers over the contours of a loss of two weights.

    ``surface(x, y)`` takes arrays; ``panels`` maps a title to
    {optimiser: path of shape (steps + 1, 2)}.
    """
    figure, axes = new_figure(
        rows=len(panels), width=8.6, height=2.9 * len(panels)
    )
    x, y = np.meshgrid(np.linspace(-5, 3, 161), np.linspace(-2.2, 2.2, 111))
    heights = surface(x, y)
    levels = np.geomspace(0.05, heights.max(), 9)
    said = []
    for panel, (title, paths) in zip(
        np.ravel(axes), panels.items(), strict=True
    ):
        panel.contour(x, y, heights, levels, colors="0.8", linewidths=1)
        for (name, path), look in zip(paths.items(), looks(), strict=False):
            small = look | {"linewidth": 1.3, "markersize": 3}
            panel.plot(*np.transpose(path), label=name, **small)
            said.append(f"{name} {float(surface(*path[-1])):.0e}")
        panel.plot(0, 0, "*", color=PALETTE["black"], markersize=12)
        panel.set(title=title, xlabel="weight 1", ylabel="weight 2")
        panel.set(xlim=(-5, 3), ylim=(-2.2, 2.2))
        panel.grid(False)
        panel.legend(fontsize=9, loc="upper right")
    steps = len(path) - 1
    return CourseFigure(
        figure, f"Loss left after {steps} steps: {', '.join(said)}."
    )


def schedules(curves: Mapping[str, Sequence[float]]) -> CourseFigure:
    """Learning rate against step (or epoch), a line each."""
    figure, axes = new_figure(width=7.4, height=3.4)
    most = max(map(len, curves.values()))
    for (name, rates), look in zip(curves.items(), looks(most), strict=False):
        axes.plot(range(len(rates)), rates, label=name, **look)
    axes.set_xlabel("step")
    axes.set_ylabel("learning rate")
    axes.legend(fontsize=9)
    said = ", ".join(
        f"{n} {r[0]:.3g} to {r[-1]:.3g}" for n, r in curves.items()
    )
    return CourseFigure(figure, f"Learning rates, first to last: {said}.")


def annealing(
    landscape: Callable, walks: Mapping[str, Sequence[float]]
) -> CourseFigure:
    """A bumpy loss of one weight, and where each walk has been."""
    figure, axes = new_figure(columns=2, width=9.2, height=3.4)
    x = np.linspace(-2, 7, 401)
    axes[0].plot(x, landscape(x), color="0.5")
    most = max(map(len, walks.values()))
    for (name, places), look in zip(walks.items(), looks(most), strict=False):
        end = look | {"linestyle": "", "markevery": None, "markersize": 8}
        axes[0].plot(places[-1], landscape(places[-1]), label=name, **end)
        axes[1].plot(places, label=name, **look | {"linewidth": 0.9})
    axes[0].set(xlabel="weight", ylabel="loss", title="where they end")
    axes[1].set(xlabel="step", ylabel="weight", title="how they got there")
    axes[0].legend(fontsize=9)
    said = ", ".join(
        f"{name} at {places[-1]:.1f} with loss {landscape(places[-1]):.2f}"
        for name, places in walks.items()
    )
    return CourseFigure(figure, f"Ends: {said}.")


def compare_runs(
    runs: Mapping[str, Mapping[str, Sequence[float]]],
    metrics: Sequence[str] = ("loss", "accuracy"),
) -> CourseFigure:
    """Training (dashed) and validation (solid), colour and marker a run.

    ``runs`` maps a name to ``fit(...).history``. The summary gives the last
    epoch: the best one of many is lucky.
    """
    figure, axes = new_figure(columns=len(metrics), width=9.6, height=3.6)
    said = []
    for panel, metric in zip(np.ravel(axes), metrics, strict=True):
        ends = []
        most = max(len(history[metric]) for history in runs.values())
        for (name, history), look in zip(
            runs.items(), looks(most), strict=False
        ):
            epochs = range(1, len(history[metric]) + 1)
            seen = history[f"val_{metric}"]
            thin = look | {"linestyle": "--", "linewidth": 1.2}
            panel.plot(epochs, history[metric], **thin)
            panel.plot(epochs, seen, label=name, **look | {"linestyle": "-"})
            ends.append(f"{name} {seen[-1]:.2f}")
        spoken = metric.replace("_", " ")
        panel.set(xlabel="epoch", ylabel=spoken)
        said.append(f"{spoken}: {', '.join(ends)}")
    panel.legend(fontsize=9)
    panel.set_title("dashed: training, solid: validation", fontsize=10)
    return CourseFigure(
        figure, f"Validation after the last epoch, {'; '.join(said)}."
    )


def ablation(
    results: Mapping[str, Mapping[str, Sequence[float]]], test_size: int
) -> CourseFigure:
    """Accuracies of each arm, and its loss on the test set.

    ``results`` maps an arm to {"train", "validation", "test", "loss": one
    number a seed}. With several seeds a line spans one standard deviation of
    them each way. The grey band is one standard deviation each way that
    ``test_size`` examples leave to the first arm's test accuracy.
    """
    figure, (left, right) = new_figure(
        columns=2,
        width=9.6,
        height=0.36 * len(results) + 1.5,
        sharey=True,
        width_ratios=(3, 2),
    )
    first = float(np.mean(next(iter(results.values()))["test"]))
    chance = (first * (1 - first) / test_size) ** 0.5
    left.axvspan(first - chance, first + chance, color="0.9", zorder=0)
    marks = {"train": "s", "validation": "o", "test": "D"}
    rings = {"validation": {"ms": 9, "mfc": "none"}}  # seen around the test's
    for (part, mark), colour in zip(marks.items(), CYCLE, strict=False):
        style = {"fmt": mark, "color": PALETTE[colour]}
        _dots(left, results, part, **style, **rings.get(part, {}))
    _dots(right, results, "loss", fmt="D", color=PALETTE[CYCLE[2]])
    left.set_yticks(np.arange(len(results))[::-1], list(results))
    left.set_xlabel("accuracy (grey: chance of a test set this small)")
    right.set_xlabel("cross-entropy of the test digits")
    handles, names = left.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside upper left", ncols=3, frameon=False
    )
    said = ", ".join(
        f"{name} {np.mean(arm['test']):.2f} ({np.mean(arm['loss']):.2f})"
        for name, arm in results.items()
    )
    return CourseFigure(
        figure,
        f"Mean test accuracy, chance {chance:.2f}, and test loss: {said}.",
    )


def _dots(panel, results, part, **style) -> None:
    """The mean over the seeds of one measurement, a dot an arm."""
    values = [np.asarray(arm[part]) for arm in results.values()]
    several = len(values[0]) > 1
    panel.errorbar(
        [v.mean() for v in values],
        np.arange(len(values))[::-1],
        xerr=[v.std() for v in values] if several else None,
        capsize=3,
        label=part,
        **style,
    )


def augmented(
    original: np.ndarray, changed: Mapping[str, np.ndarray]
) -> CourseFigure:
    """One picture, and a row of changed copies (n, h, w) for each kind."""
    count = len(next(iter(changed.values())))
    figure, axes = new_figure(
        len(changed),
        count + 1,
        width=1.15 * (count + 1) + 0.8,
        height=1.2 * len(changed),
    )
    for row, (name, pictures) in zip(axes, changed.items(), strict=True):
        show_image(row[0], original, vmin=0, vmax=1, cmap="gray")
        row[0].set_ylabel(name, fontsize=10)
        for panel, picture in zip(row[1:], pictures, strict=True):
            show_image(panel, picture, vmin=0, vmax=1, cmap="gray")
    said = ", ".join(
        f"{name} by {np.abs(pictures - original).mean():.2f}"
        for name, pictures in changed.items()
    )
    return CourseFigure(
        figure,
        f"A digit (left) and {count} copies each that differ from it on "
        f"average: {said}.",
    )


def thinned(panels: Mapping[str, tuple[np.ndarray, float]]) -> CourseFigure:
    """What all thinned networks say, and what the scaled one says.

    ``panels`` maps a title to (an output of each thinned network, the same
    output of the whole network with scaled units).
    """
    figure, axes = new_figure(columns=len(panels), height=3.0)
    said = []
    for panel, (title, (outputs, scaled)) in zip(
        np.ravel(axes), panels.items(), strict=True
    ):
        panel.hist(outputs, bins=30, color="0.75")
        panel.axvline(np.mean(outputs), label="mean of all")
        panel.axvline(
            scaled,
            color=PALETTE["vermillion"],
            linestyle="--",
            label="one scaled network",
        )
        panel.set(title=title, xlabel="output")
        said.append(f"{title} {np.mean(outputs):.3f} against {scaled:.3f}")
    np.ravel(axes)[0].set_ylabel("thinned networks")
    lines, names = panel.get_legend_handles_labels()
    figure.legend(
        lines, names, loc="outside lower center", ncols=2, frameon=False
    )
    return CourseFigure(
        figure,
        f"Mean of {len(outputs)} thinned networks against the scaled one: "
        f"{', '.join(said)}.",
    )
