"""Pictures of sequences: shapes of networks, splits in time, forecasts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import FancyBboxPatch

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

# name, inputs at, states at, outputs at (places in time)
SHAPES = (
    ("one to one", (0,), (0,), (0,)),
    ("one to many", (0,), (0, 1, 2), (0, 1, 2)),
    ("many to one", (0, 1, 2), (0, 1, 2), (2,)),
    ("many to many,\nequal", (0, 1, 2), (0, 1, 2), (0, 1, 2)),
    ("many to many,\nunequal", (0, 1, 2), (0, 1, 2, 3, 4), (3, 4)),
)


def five_shapes() -> CourseFigure:
    """The five input/output shapes, time to the right, input at the bottom."""
    figure, axes = new_figure(width=10.5, height=3.0)
    hide_axes(axes)
    left = 0.0
    for name, inputs, states, outputs in SHAPES:
        for place in states:
            _box(axes, left + place, 1, "blue")
        for place in inputs:
            _box(axes, left + place, 0, "green")
            _arrow(axes, (left + place, 0.27), (left + place, 0.73))
        for place in outputs:
            _box(axes, left + place, 2, "orange")
            _arrow(axes, (left + place, 1.27), (left + place, 1.73))
        for place in states[1:]:
            start = left + place - 1
            _arrow(axes, (start + 0.27, 1), (start + 0.73, 1))
        axes.text(left + states[-1] / 2, 2.55, name, ha="center", va="bottom")
        left += states[-1] + 1.9
    axes.set_xlim(-0.8, left - 1.1)
    axes.set_ylim(-0.5, 3.4)
    said = "; ".join(
        f"{' '.join(name.split())}: {len(i)} in, {len(o)} out"
        for name, i, _, o in SHAPES
    )
    return CourseFigure(
        figure, f"Five networks with inputs, states and outputs. {said}."
    )


def _box(axes: Any, x: float, y: float, colour: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.2, y - 0.2),
            0.4,
            0.4,
            boxstyle="round,pad=0.05",
            facecolor=PALETTE[colour],
            edgecolor="none",
        )
    )


def _arrow(axes: Any, start, end) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "linewidth": 1.4}
    )


def accuracy_by_kind(
    values: Mapping[str, Mapping[str, float]],
) -> CourseFigure:
    """Bars: share right for each kind of example, one colour a model.

    ``values[model][kind]`` is between 0 and 1; a dashed line is at chance.
    """
    figure, axes = new_figure(width=8.4)
    kinds = list(next(iter(values.values())))
    places, width = np.arange(len(kinds)), 0.8 / len(values)
    for number, (model, shares) in enumerate(values.items()):
        bars = axes.bar(
            places + (number - (len(values) - 1) / 2) * width,
            [shares[kind] for kind in kinds],
            width * 0.95,
            label=model,
        )
        axes.bar_label(bars, fmt="%.2f", fontsize=9)
    axes.axhline(0.5, color=PALETTE["black"], linestyle="--", linewidth=1)
    axes.text(len(kinds) - 0.55, 0.51, "chance", fontsize=9)
    axes.set_xlim(-0.6, len(kinds) - 0.1)
    axes.set_xticks(places, kinds)
    axes.set_ylim(0, 1.1)
    axes.set_ylabel("share right")
    axes.grid(False)
    axes.legend(
        ncols=len(values), loc="upper center", bbox_to_anchor=(0.5, 1.16)
    )
    said = "; ".join(
        f"{model}: "
        + ", ".join(f"{kind} {share:.2f}" for kind, share in shares.items())
        for model, shares in values.items()
    )
    return CourseFigure(figure, f"Share right by kind of review. {said}.")


def split_strips(
    ways: Mapping[str, Sequence[tuple[np.ndarray, np.ndarray]]], rows: int
) -> CourseFigure:
    """One strip a fold: training rows blue, test rows orange, unused grey.

    ``ways[name]`` is a list of (train, test) row numbers out of ``rows``.
    """
    count = sum(len(folds) for folds in ways.values())
    figure, axes = new_figure(width=8.4, height=0.9 + 0.34 * count)
    level, ticks, said = 0.0, [], []
    for name, folds in ways.items():
        first = level
        for train, test in folds:
            axes.bar(range(rows), 0.8, 1, level - 0.4, color="#DDDDDD")
            axes.bar(train, 0.8, 1, level - 0.4, color=PALETTE["blue"])
            axes.bar(test, 0.8, 1, level - 0.4, color=PALETTE["orange"])
            level -= 1
        ticks.append(((first + level + 1) / 2, name))
        sizes = ", ".join(f"{len(a)}+{len(b)}" for a, b in folds)
        said.append(f"{name} {sizes}")
        level -= 0.4
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks])
    axes.set_xlabel("time (row)")
    axes.set_xlim(0, rows)
    axes.grid(False)
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    axes.set_title("training blue, test orange, unused grey", fontsize=11)
    return CourseFigure(
        figure, f"Training and test rows of {rows}: {'; '.join(said)}."
    )


def forecasts(
    measured: Mapping[str, tuple[Any, Any]],
    said: Mapping[str, tuple[Any, Any]],
    xlabel: str,
    ylabel: str,
) -> CourseFigure:
    """A measured curve, and what was forecast for some of its times.

    Both map a name to (times, values); at most two forecasts.
    """
    figure, axes = new_figure(width=8.4)
    for name, (times, values) in measured.items():
        axes.plot(times, values, color=PALETTE["black"], label=name, lw=1.2)
    marks = (("o", "orange"), ("s", "vermillion"))
    texts = []
    for (name, (times, values)), (mark, colour) in zip(
        said.items(), marks, strict=False
    ):
        axes.plot(
            times, values, mark, color=PALETTE[colour], label=name, ms=3.5
        )
        texts.append(
            f"forecasts for {name} from {min(values):.0f} to {max(values):.0f}"
        )
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.legend()
    curve = next(iter(measured.values()))[1]
    return CourseFigure(
        figure,
        f"{ylabel}: measured from {min(curve):.0f} to {max(curve):.0f}; "
        f"{'; '.join(texts)}.",
    )
