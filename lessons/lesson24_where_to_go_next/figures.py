"""Pictures of lesson 24: many devices, two ways to read, eight bits."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)


def _box(axes, x: float, y: float, text: str, colour: str) -> None:
    filling = PALETTE.get(colour, "white")
    style = {"boxstyle": "round,pad=0.35", "fc": filling, "ec": "0.2"}
    axes.text(x, y, text, ha="center", va="center", fontsize=10, bbox=style)


def _arrow(axes, start, end, **options: Any) -> None:
    line = {"arrowstyle": "->", "color": "0.2", "lw": 1.4} | options
    axes.annotate("", xy=end, xytext=start, arrowprops=line)


def data_parallel() -> CourseFigure:
    """A batch is cut; gradients are brought together."""
    figure, axes = new_figure(width=9.6, height=3.4)
    hide_axes(axes)
    axes.set(xlim=(-0.2, 10.6), ylim=(0.0, 4.5))
    _box(axes, 0.9, 2.2, "a batch\nof 64", "white")
    for n, y in enumerate((3.9, 2.8, 1.7, 0.6)):
        _arrow(axes, (1.55, 2.2), (2.75, y))
        _box(axes, 3.3, y, "16 of it", "white")
        _arrow(axes, (3.9, y), (4.62, y))
        _box(axes, 5.5, y, f"network, copy {n + 1}", "sky")
        _arrow(axes, (6.5, y), (7.6, 2.2))
    _box(axes, 8.3, 2.2, "gradients\nbrought\ntogether", "orange")
    _arrow(axes, (9.0, 2.2), (9.42, 2.2))
    axes.text(9.5, 2.2, "one step,\nfor all\ncopies", va="center", fontsize=10)
    return CourseFigure(
        figure,
        "A batch of 64 is cut into four shares of 16. Each goes through one "
        "of four equal copies of the network. Their gradients are brought "
        "together, and all copies take the same step.",
    )


def expected(times: Mapping[str, Sequence[float]]) -> CourseFigure:
    """Speed-up by the number of devices, one line a case.

    ``times``: name -> speed-up on 1, 2, 4, 8, ... devices.
    """
    figure, axes = new_figure(width=7.2, height=3.6)
    last = {}
    for n, (name, values) in enumerate(times.items()):
        devices = 2 ** np.arange(len(values))
        style = ("-", "--", "-.", ":")[n % 4]
        colour = PALETTE[CYCLE[n % len(CYCLE)]]
        axes.plot(devices, values, style, color=colour, marker="o", label=name)
        last[name] = values[-1]
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks(devices, [str(n) for n in devices])
    axes.set_yticks(devices, [str(n) for n in devices])
    axes.set_xlabel("devices")
    axes.set_ylabel("times as fast as one")
    axes.legend(fontsize=9)
    ends = ", ".join(f"{name} {value:.1f}" for name, value in last.items())
    return CourseFigure(
        figure,
        f"Expected speed-up on 1 to {devices[-1]} devices, on both axes in "
        f"doublings. On {devices[-1]}: {ends}.",
    )


def measured(milliseconds: Mapping[int, float]) -> CourseFigure:
    """Time of one step on some virtual devices, one device as 1."""
    figure, axes = new_figure(width=6.4, height=2.2)
    rows = np.arange(len(milliseconds))[::-1]
    one = milliseconds[min(milliseconds)]
    ratios = [value / one for value in milliseconds.values()]
    axes.barh(rows, ratios, color=PALETTE["sky"])
    names = [f"{n} device{'s' * (n > 1)}" for n in milliseconds]
    axes.set_yticks(rows, names)
    axes.set_xlabel("time of one step, one device as 1")
    axes.axvline(1, color="0.2", ls="--", lw=1)
    axes.grid(axis="y", visible=False)
    return CourseFigure(
        figure,
        "Time of one step of the same batch on "
        f"{', '.join(map(str, milliseconds))} virtual devices of one "
        "computer, as a multiple of the time on one device.",
        timed=True,
    )


def two_ways(words: Sequence[str]) -> CourseFigure:
    """The way from the first word to the last, in two kinds of network."""
    figure, (left, right) = new_figure(columns=2, width=10.2, height=3.2)
    count = len(words)
    for axes, name in ((left, "LSTM"), (right, "self-attention")):
        hide_axes(axes)
        axes.set(xlim=(-0.6, count - 0.4), ylim=(-0.5, 3.2))
        axes.set_title(name)
        for x, word in enumerate(words):
            axes.text(x, 0, word, ha="center", va="center")
    for x in range(count):
        _box(left, x, 1.3, "cell", "sky")
        _arrow(left, (x, 0.25), (x, 0.95))
        if x:
            _arrow(left, (x - 0.62, 1.3), (x - 0.36, 1.3))
        _box(right, x, 2.2, "mix", "orange")
        for source in range(x + 1):
            ends = (source, 0.25), (x, 1.85)
            bold = source == 0 and x == count - 1
            colour, width = ("0.2", 2.2) if bold else ("0.6", 0.9)
            _arrow(right, *ends, color=colour, lw=width)
    steps = count - 1
    left.text((count - 1) / 2, 2.5, f"{steps} steps, in a row", ha="center")
    right.text((count - 1) / 2, 2.85, "1 step, all at once", ha="center")
    return CourseFigure(
        figure,
        f"From the first of {count} words to the last: in an LSTM {steps} "
        "steps from cell to cell, one after the other; in self-attention one "
        "step, since each word looks at itself and all words before it.",
    )


def captioners(rows: Mapping[str, Mapping[str, float]]) -> CourseFigure:
    """One panel a measure, one bar a captioner; in per cent or BLEU."""
    names = list(rows)
    measures = list(rows[names[0]])
    figure, axes = new_figure(
        columns=len(measures), width=10.5, height=1.9, sharey=True
    )
    places = np.arange(len(names))[::-1]
    for panel, measure in zip(axes, measures, strict=True):
        values = [rows[name][measure] for name in names]
        colours = [PALETTE[CYCLE[k]] for k in range(len(names))]
        panel.barh(places, values, color=colours)
        for place, value in zip(places, values, strict=True):
            panel.text(value + 2, place, f"{value:.0f}", va="center")
        panel.set_xlim(0, 122)
        panel.set_title(measure, fontsize=11)
        panel.set_yticks(places, names)
        panel.grid(False)
    return CourseFigure(
        figure,
        f"{', '.join(measures)} of {' and '.join(names)}, in per cent or "
        "points of BLEU.",
        varies=("patches", "texts"),
        trained=" ".join(
            f"{name}: {', '.join(f'{v:.0f}' for v in row.values())}."
            for name, row in rows.items()
        ),
    )


def staircase(low: float, high: float, steps: int = 16) -> CourseFigure:
    """What becomes of a number, with few steps so that they can be seen."""
    figure, axes = new_figure(width=6.4, height=3.2)
    x = np.linspace(low - 0.25, high + 0.25, 800)
    scale = (high - low) / (steps - 1)
    zero = np.round(-low / scale)
    numbers = np.clip(np.round(x / scale) + zero, 0, steps - 1)
    back = scale * (numbers - zero)
    axes.plot(x, x, color="0.6", ls="--", label="the number")
    axes.plot(x, back, color=PALETTE["blue"], label=f"one of {steps}")
    for end in (low, high):
        axes.axvline(end, color="0.2", ls=":", lw=1)
    axes.set_xlabel("a number")
    axes.set_ylabel("what comes back")
    axes.legend(fontsize=9, loc="upper left")
    return CourseFigure(
        figure,
        f"Numbers between {low:g} and {high:g} come back as one of {steps}, "
        f"0 as 0, off by {scale / 2:.2g} at most; numbers outside come back "
        "as the first or the last of them.",
    )


def latency(ratios: Mapping[str, Mapping[str, float]]) -> CourseFigure:
    """Time for one picture in each format, ``model(x)`` of Keras as 1."""
    figure, axes = new_figure(width=7.2, height=2.4)
    formats = list(next(iter(ratios.values())))
    rows = np.arange(len(formats))[::-1]
    for n, (name, row) in enumerate(ratios.items()):
        axes.plot(
            list(row.values()),
            rows,
            marker="os"[n % 2],
            ls="",
            ms=9,
            color=PALETTE[CYCLE[n]],
            label=name,
        )
    axes.set_yticks(rows, formats)
    axes.set_ylim(-0.5, len(formats) - 0.5)
    axes.set_xscale("log")
    axes.set_xlabel("time for one picture, the call of the Keras model as 1")
    axes.legend(fontsize=9, loc="upper left")
    return CourseFigure(
        figure,
        f"Time for one picture: {', '.join(formats)}, as a share of the time "
        f"of a call of the Keras model, for {' and '.join(ratios)}. Each "
        "division of the axis is ten times the one before.",
        timed=True,
    )
