"""Pictures of lesson 08: the six steps, what transfers, and from where."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.lines import log_axis, looks
from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)


def six_steps(old: int, new: int, features: int) -> CourseFigure:
    """The six steps of transfer, drawn: two rows with arrows."""
    figure, axes = new_figure(width=10, height=4.4)
    hide_axes(axes)
    axes.set(xlim=(0, 10), ylim=(0, 4.4))
    sky, orange, grey = PALETTE["sky"], PALETTE["orange"], "0.85"
    _box(axes, 1.1, 3.4, f"many pictures,\n{old} classes", "white")
    _box(axes, 4.4, 3.4, f"encoder:\n{features} features", sky)
    _box(axes, 7.8, 3.4, f"old head:\n{old} classes", grey)
    _box(axes, 1.1, 1.0, f"few pictures,\n{new} classes", "white")
    _box(axes, 4.4, 1.0, "encoder,\nweights frozen", sky)
    _box(axes, 7.8, 1.0, f"new head:\n{new} classes", orange)
    for y in (3.4, 1.0):
        _arrow(axes, (2.1, y), (3.4, y))
        _arrow(axes, (5.4, y), (6.8, y))
    _arrow(axes, (4.4, 2.9), (4.4, 1.5))
    axes.plot([6.75, 8.85], [2.85, 3.95], color=PALETTE["vermillion"], lw=3)
    for x, y, text in (
        (2.75, 3.75, "1 train big"),
        (1.1, 0.35, "2 take the small set"),
        (7.8, 2.6, "3 cut the head off"),
        (7.8, 0.35, "4 put a new head on"),
        (4.4, 0.35, "5 freeze"),
        (6.1, 1.6, "6 train\nthe head"),
        (5.5, 2.2, "same weights"),
    ):
        axes.text(x, y, text, ha="center", va="center", fontsize=12)
    return CourseFigure(
        figure,
        f"Six steps. 1: an encoder with {features} features and a head learn "
        f"{old} classes from many pictures. 2: few pictures of {new} others "
        "are taken. 3: the old head is cut off. 4: a new head is put on the "
        "same encoder. 5: the encoder is frozen. 6: the new head is trained.",
    )


def _box(axes: Any, x: float, y: float, text: str, colour: str) -> None:
    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=13,
        bbox={
            "boxstyle": "round,pad=0.4",
            "facecolor": colour,
            "edgecolor": "0.3",
        },
    )


def _arrow(axes: Any, start, end) -> None:
    arrow = {"arrowstyle": "-|>", "linewidth": 2, "color": "0.3"}
    axes.annotate("", end, start, arrowprops=arrow)


def accuracy_by_examples(
    arms: Mapping[str, Mapping[int, Sequence[float]]], chance: float
) -> CourseFigure:
    """Test accuracy against examples a class: mean and range of the seeds.

    ``arms`` maps a name to {examples: accuracies of the seeds}.
    """
    figure, axes = new_figure(width=9, height=4.2)
    said = []
    for (name, values), look in zip(arms.items(), looks(), strict=False):
        sizes = list(values)
        scores = np.array([values[size] for size in sizes])  # (sizes, seeds)
        axes.plot(sizes, scores.mean(1), label=name, **look)
        axes.fill_between(
            sizes,
            scores.min(1),
            scores.max(1),
            alpha=0.15,
            color=look["color"],
        )
        numbers = ", ".join(f"{score:.2f}" for score in scores.mean(1))
        said.append(f"{name} {numbers}")
    axes.axhline(chance, color="0.4", linestyle=":", linewidth=1)
    axes.text(sizes[-1], chance + 0.01, "chance", ha="right", va="bottom")
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set(ylim=(0, 1), xlabel="examples a class (log scale)")
    axes.set_ylabel("test accuracy")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    count = scores.shape[1]
    seeds = f"mean of {count} seeds" if count > 1 else "one seed"
    shown = ", ".join(map(str, sizes))
    return CourseFigure(
        figure,
        f"Test accuracy with {shown} examples a class, {seeds}: "
        f"{'; '.join(said)}; chance {chance:.2f}.",
    )


def probes(
    names: Sequence[str], tasks: Mapping[str, Sequence[float]], chance: float
) -> CourseFigure:
    """Accuracy of a linear probe at each layer, a line for each task."""
    figure, axes = new_figure(width=9, height=3.8)
    said = []
    for (name, values), look in zip(tasks.items(), looks(), strict=False):
        axes.plot(range(len(names)), values, label=name, **look)
        numbers = ", ".join(f"{value:.2f}" for value in values)
        said.append(f"{name} {numbers}")
    axes.axhline(chance, color="0.4", linestyle=":", linewidth=1)
    axes.text(
        len(names) - 1,
        chance + 0.01,
        "chance, 20 kinds",
        ha="right",
        va="bottom",
    )
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1), xlabel="what the probe reads")
    axes.set_ylabel("test accuracy")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    return CourseFigure(
        figure,
        f"Linear probes at {', '.join(names)}: {'; '.join(said)}; chance "
        f"{chance:.2f}.",
    )


def bars(
    rows: Mapping[str, Mapping[str, float]], xlabel: str, chance: float = 0
) -> CourseFigure:
    """Horizontal bars: a group for each row, a bar for each way."""
    names, ways = list(rows), list(next(iter(rows.values())))
    figure, axes = new_figure(width=8.4, height=0.75 * len(names) + 1.1)
    height = 0.8 / len(ways)
    for number, way in enumerate(ways):
        places = [
            k + 0.4 - height * (number + 0.5) for k in range(len(names))[::-1]
        ]
        values = [rows[name][way] for name in names]
        colour = PALETTE[CYCLE[number]]
        drawn = axes.barh(places, values, height, label=way, color=colour)
        axes.bar_label(drawn, [f"{v:.2f}" for v in values], padding=3)
    if chance:
        axes.axvline(chance, color="0.4", linestyle=":", linewidth=1)
        axes.text(chance, len(names) - 0.5, "chance", ha="center")
    axes.set_yticks(range(len(names))[::-1], names)
    axes.set_xlabel(xlabel)
    axes.margins(x=0.12)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{way} {value:.2f}" for way, value in values.items())
        for name, values in rows.items()
    )
    return CourseFigure(figure, f"{xlabel.capitalize()}. {said}.")


def cost(curves: Mapping[str, Sequence[Sequence[Sequence[float]]]]):
    """Validation accuracy over CPU seconds, a line a seed.

    ``curves`` maps a way to one list a seed of [seconds, accuracy] pairs.
    """
    figure, axes = new_figure(width=9, height=3.8)
    said = []
    for (name, seeds), look in zip(curves.items(), looks(), strict=False):
        for number, pairs in enumerate(seeds):
            seconds, scores = np.transpose(pairs)
            label = name if number == 0 else None
            axes.plot(seconds, scores, label=label, **look)
        half = [s for s in map(_half_right, seeds) if s is not None]
        end = np.mean([pairs[-1][1] for pairs in seeds])
        reached = "never above 0.5"
        if len(half) == len(seeds):
            reached = f"above 0.5 after {np.mean(half):.1f} s"
        said.append(f"{name}: {reached}, {end:.2f} at the end")
    log_axis(axes, "x", "CPU seconds")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(ylim=(0, 1), ylabel="validation accuracy")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    return CourseFigure(
        figure, f"Accuracy against CPU seconds. {'; '.join(said)}."
    )


def _half_right(pairs: Sequence[Sequence[float]]) -> float | None:
    """The first of the seconds at which more than half is right."""
    return next((seconds for seconds, share in pairs if share > 0.5), None)
