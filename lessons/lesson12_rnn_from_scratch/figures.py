"""Pictures of a recurrent network unrolled in time, and of its training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import FancyBboxPatch

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

REGIONS = ("sky", "yellow", "purple", "green", "orange", "blue")


def network(inputs: Sequence[str], outputs: Sequence[str]) -> CourseFigure:
    """One copy of the network for each step; arrows carry U, W and V."""
    figure, axes = new_figure(width=8.4, height=3.2)
    hide_axes(axes)
    _node(axes, 0, 1, "$h_0$", "#DDDDDD")
    for t, (sign, answer) in enumerate(
        zip(inputs, outputs, strict=True), start=1
    ):
        _node(axes, t, 0, sign, PALETTE["green"])
        _node(axes, t, 1, f"$h_{t}$", PALETTE["sky"])
        _node(axes, t, 2, answer, PALETTE["orange"])
        _edge(axes, (t, 0), (t, 1), "U", PALETTE["black"])
        _edge(axes, (t, 1), (t, 2), "V", PALETTE["black"])
        _edge(axes, (t - 1, 1), (t, 1), "W", PALETTE["black"])
    axes.set_xlim(-0.5, len(inputs) + 0.5)
    axes.set_ylim(-0.35, 2.35)
    for height, text in ((0, "input"), (1, "state"), (2, "next sign")):
        axes.text(-0.45, height, text, ha="right", va="center")
    return CourseFigure(
        figure,
        f"Unrolled network of {len(inputs)} steps with the same U, W and V at "
        f"each: inputs {' '.join(inputs)}, next signs {' '.join(outputs)}.",
    )


def _node(axes: Any, x: float, y: float, text: str, colour: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.2, y - 0.17),
            0.4,
            0.34,
            boxstyle="round,pad=0.04",
            facecolor=colour,
            edgecolor="none",
        )
    )
    axes.text(x, y, text, ha="center", va="center")


def _edge(axes: Any, start, end, text: str, colour: str) -> None:
    """An arrow between two nodes, with the name of its weights."""
    (x0, y0), (x1, y1) = start, end
    gap_x, gap_y = 0.26 * np.sign(x1 - x0), 0.24 * np.sign(y1 - y0)
    axes.annotate(
        "",
        (x1 - gap_x, y1 - gap_y),
        (x0 + gap_x, y0 + gap_y),
        arrowprops={"arrowstyle": "-|>", "linewidth": 1.4, "color": colour},
    )
    axes.text(
        (x0 + x1) / 2 + (0.1 if x0 == x1 else 0),
        (y0 + y1) / 2 + (0 if x0 == x1 else 0.1),
        text,
        ha="center",
        va="center",
        fontsize=10,
        style="italic",
    )


def path_sizes(sizes: np.ndarray, inputs: Sequence[str]) -> CourseFigure:
    """A table: error at step t (row), stop at step s (column).

    ``sizes`` (T, T) is the norm of each path's term; 0 above the diagonal.
    """
    steps = len(sizes)
    figure, axes = new_figure(width=5.2, height=3.8)
    shown = np.ma.masked_where(np.triu(np.ones_like(sizes), 1) > 0, sizes)
    axes.imshow(shown, cmap="Blues", vmin=0, vmax=1.3 * sizes.max())
    for t in range(steps):
        for s in range(t + 1):
            axes.text(s, t, f"{sizes[t, s]:.2f}", ha="center", va="center")
    labels = [f"{n}: {sign}" for n, sign in enumerate(inputs, start=1)]
    axes.set_xticks(range(steps), labels)
    axes.set_yticks(range(steps), labels)
    axes.set_xlabel("stops at step")
    axes.set_ylabel("error at step")
    axes.grid(False)
    rows = (
        f"step {t + 1}: " + ", ".join(f"{v:.2f}" for v in sizes[t, : t + 1])
        for t in range(steps)
    )
    return CourseFigure(
        figure,
        f"Size of each of the {steps * (steps + 1) // 2} paths' terms, from "
        f"the error at a step back to step 1 first. {'; '.join(rows)}.",
    )


def loss_with_bounds(
    losses: Sequence[float], bounds: Mapping[str, float]
) -> CourseFigure:
    """A loss curve and dashed lines at losses known beforehand."""
    figure, axes = new_figure(width=8.4)
    axes.plot(losses)
    for name, value in bounds.items():
        axes.axhline(value, color=PALETTE["black"], ls="--", lw=1.2)
        axes.text(
            len(losses),
            value + 0.05,
            f"{name} {value:.2f}",
            ha="right",
            va="bottom",
        )
    axes.set_xlabel("step")
    axes.set_ylabel("total loss")
    axes.set_ylim(0, 1.12 * max(*losses, *bounds.values()))
    said = ", ".join(f"{name} {value:.2f}" for name, value in bounds.items())
    return CourseFigure(
        figure,
        f"Total loss over {len(losses)} steps, from {losses[0]:.1f} to "
        f"{losses[-1]:.1f}; dashed: {said}.",
    )


def state_plane(
    states: np.ndarray,
    inputs: Sequence[str],
    V: np.ndarray,
    c: np.ndarray,
    signs: Sequence[str],
) -> CourseFigure:
    """States of two units as points; colours: the likeliest next sign.

    ``states`` (T + 1, 2) with the start first, ``V`` (2, k), ``c`` (k,).
    """
    figure, axes = new_figure(width=6.4, height=5.2)
    line = np.linspace(-1.5, 1.5, 300)
    plane = np.stack(np.meshgrid(line, line), axis=-1)  # (300, 300, 2)
    best = (plane @ V + c).argmax(axis=-1)
    colours = [PALETTE[name] for name in REGIONS[: len(signs)]]
    axes.imshow(
        best,
        extent=(line[0], line[-1], line[0], line[-1]),
        origin="lower",
        cmap=ListedColormap(colours),
        vmin=0,
        vmax=len(signs) - 1,
        alpha=0.35,
        aspect="auto",
    )
    for number in np.unique(best):
        place = _roomiest(
            plane[::10, ::10], best[::10, ::10] == number, states
        )
        axes.text(
            *place,
            f"next: {signs[number]}",
            ha="center",
            va="center",
            style="italic",
            alpha=0.7,
        )
    axes.plot(*states.T, "-o", color=PALETTE["black"], lw=1, ms=5)
    away = _away_from_path(states)
    numbered = enumerate(inputs, start=1)
    names = ["start", *(f"step {t}: {sign}" for t, sign in numbered)]
    for name, place, (dx, dy) in zip(names, states, away, strict=True):
        axes.annotate(
            name,
            place,
            (7 * dx, 7 * dy),
            textcoords="offset points",
            ha="left" if dx > 0.3 else "right" if dx < -0.3 else "center",
            va="bottom" if dy > 0 else "top",
        )
    axes.set_xlabel("state of unit 0")
    axes.set_ylabel("state of unit 1")
    axes.grid(False)
    following = [signs[number] for number in (states @ V + c).argmax(axis=-1)]
    said = ", ".join(
        f"{name} ({x:.1f}, {y:.1f}) next {sign}"
        for name, (x, y), sign in list(
            zip(names, states, following, strict=True)
        )[1:]
    )
    return CourseFigure(figure, f"States of the two units: {said}.")


def _roomiest(
    plane: np.ndarray, inside: np.ndarray, states: np.ndarray
) -> np.ndarray:
    """The point of a region that is farthest from its edge and the path."""
    share = np.linspace(0, 1, 30)[:, None, None]
    path = states[:-1] + share * np.diff(states, axis=0)  # (30, T, 2)
    avoided = np.concatenate([plane[~inside], path.reshape(-1, 2)])
    places = plane[inside]
    gaps = np.linalg.norm(places[:, None] - avoided, axis=-1).min(axis=1)
    frame = np.abs(plane).max() - np.abs(places).max(axis=1)
    return places[np.minimum(gaps, frame).argmax()]


def _away_from_path(states: np.ndarray) -> np.ndarray:
    """For each state the direction, of length 1, away from its neighbours."""
    away = np.zeros_like(states)
    legs = np.diff(states, axis=0)
    legs = legs / np.maximum(np.linalg.norm(legs, axis=1), 1e-9)[:, None]
    away[:-1] -= legs
    away[1:] += legs
    length = np.maximum(np.linalg.norm(away, axis=1), 1e-9)
    return away / length[:, None]


def success_against_reach(
    learned: Mapping[float, Mapping[int, float]], lag: int
) -> CourseFigure:
    """Share of starts that learned, against how far the gradient reaches.

    ``learned[size][reach]`` is a share; ``size`` is that of the start.
    """
    figure, axes = new_figure(width=7.2)
    width, said = 0.8 / len(learned), []
    for number, (size, shares) in enumerate(learned.items()):
        places = np.array(list(shares)) + (number - 0.5) * width
        bars = axes.bar(
            places, shares.values(), width * 0.9, label=f"start {size}"
        )
        axes.bar_label(bars, fmt="%.2g", fontsize=9)  # a 0 is seen, too
        values = ", ".join(f"{r}: {share:.2f}" for r, share in shares.items())
        said.append(f"start {size}: {values}")
    axes.set_xticks(list(next(iter(learned.values()))))
    axes.set_xlabel(f"reach of the gradient in steps (the task needs {lag})")
    axes.set_ylabel("share of starts that learn")
    axes.set_ylim(0, 1.12)
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), title="weights")
    return CourseFigure(
        figure, f"Share of starts that learn, by reach; {'; '.join(said)}."
    )


def costs(
    by_length: Mapping[int, float], by_shape: Mapping[tuple[int, int], float]
) -> CourseFigure:
    """Seconds against length, and for one amount of work in several shapes.

    ``by_shape`` is keyed by (sequences, steps). The summary names no times,
    since they are those of the machine.
    """
    figure, (left, right) = new_figure(columns=2, width=9.6)
    lengths = np.array(list(by_length))
    times = 1000 * np.array(list(by_length.values()))
    left.plot(lengths, times, "o", label="measured")
    slope = (times @ lengths) / (lengths @ lengths)  # least squares
    ends = np.array([0, lengths[-1]])
    left.plot(ends, slope * ends, "--", lw=1, label="in proportion")
    left.set_xlim(0)
    left.set_ylim(0, 1.1 * max(times.max(), slope * lengths[-1]))
    left.set_xlabel("steps")
    left.set_ylabel("milliseconds")
    left.legend()
    names = [f"{count} x {steps}" for count, steps in by_shape]
    values = 1000 * np.array(list(by_shape.values()))
    bars = right.bar(names, values, color=PALETTE["orange"])
    right.bar_label(bars, fmt="%.2g", fontsize=9)
    right.set_xlabel("sequences x steps, equal work")
    right.set_ylabel("milliseconds")
    right.grid(axis="x", visible=False)
    return CourseFigure(
        figure,
        f"Time of the recurrence: left for {', '.join(map(str, lengths))} "
        f"steps, right for equal work as {', '.join(names)} (sequences x "
        "steps); the times are this machine's.",
        timed=True,
    )
