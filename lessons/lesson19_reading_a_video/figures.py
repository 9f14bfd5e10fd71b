"""Pictures of lesson 19: strips of films, the reader, curves over places."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
    show_image,
)


def strips(
    films: Mapping[str, tuple[np.ndarray, np.ndarray]], poses: Sequence[str]
) -> CourseFigure:
    """Films side by side, one a row: a frame of each of the twelve poses.

    A film is its frames (t, 28, 28, 1) and the pose in each, a number in
    ``poses``.
    """
    figure, axes = new_figure(len(films), 12, width=10.5, height=3.4)
    said = []
    for row, (name, (film, shown)) in zip(axes, films.items(), strict=True):
        first = [0, *(np.flatnonzero(np.diff(shown)) + 1)]
        for panel, t in zip(row, first, strict=True):
            hide_axes(panel)
            show_image(panel, film[t, ..., 0])
            title = poses[shown[t]].replace(" ", "\n")
            room = "\n\n\n" if t == 0 else ""  # for the film's name
            panel.set_title(room + title, fontsize=9)
        label = row[0].text(-1, -17, name, fontsize=11, weight="bold")
        label.set_in_layout(False)  # or it widens the first column
        said.append(f"{name}: {', '.join(poses[shown[t]] for t in first)}")
    return CourseFigure(
        figure,
        f"A frame of each pose of {len(films)} films. {'; '.join(said)}.",
    )


def _box(axes: Any, x: float, y: float, text: str, colour: str) -> None:
    style = {"boxstyle": "round,pad=0.4", "fc": PALETTE[colour], "ec": "0.2"}
    axes.text(x, y, text, ha="center", va="center", fontsize=11, bbox=style)


def _arrow(axes: Any, start, end, **options: Any) -> None:
    line = {"arrowstyle": "->", "color": "0.2", "lw": 1.4} | options
    axes.annotate("", xy=end, xytext=start, arrowprops=line)


def reader() -> CourseFigure:
    """Eyes over frames, a GRU over what they saw, one answer at the end."""
    figure, axes = new_figure(width=8.4, height=3.4)
    hide_axes(axes)
    axes.set(xlim=(0, 9.2), ylim=(-0.2, 4.6))
    for n in range(4):
        x = 1 + 1.8 * n
        pad = n == 3
        text = "padding" if pad else f"frame {n + 1}"
        axes.text(x, 0.1, text, ha="center", va="center", fontsize=11)
        _arrow(axes, (x, 0.35), (x, 0.95))
        _box(axes, x, 1.3, "CNN", "sky")
        _box(axes, x, 2.7, "GRU", "orange")
        look = {"linestyle": ":"} if pad else {}
        _arrow(axes, (x, 1.65), (x, 2.35), **look)
        if n:
            _arrow(axes, (x - 1.4, 2.7), (x - 0.42, 2.7))
    axes.text(6.25, 1.95, "masked:\nstate kept", ha="right", va="center")
    _arrow(axes, (6.82, 2.7), (7.75, 2.7))
    _box(axes, 8.3, 2.7, "Dense", "green")
    _arrow(axes, (8.3, 3.05), (8.3, 3.8))
    axes.text(8.3, 4.1, "yes or no", ha="center", va="center", fontsize=11)
    axes.text(3.7, 4.1, "the same weights at each frame", ha="center")
    return CourseFigure(
        figure,
        "Four frames, the last is padding. The same CNN turns each into a "
        "vector, a GRU reads the vectors one after the other; at the padding "
        "it keeps its state. A dense layer answers from the last state.",
    )


def cost(seconds: Mapping[str, float]) -> CourseFigure:
    """CPU seconds that each network was trained for."""
    figure, axes = new_figure(width=7, height=2.6)
    rows = np.arange(len(seconds))[::-1]
    axes.barh(rows, list(seconds.values()), color=PALETTE["sky"])
    axes.set_yticks(rows, list(seconds))
    axes.set_xlabel("CPU seconds of training")
    axes.grid(axis="y", visible=False)
    return CourseFigure(
        figure,
        f"CPU seconds of training of {', '.join(seconds)}.",
        varies=("patches", "limits", "ticks"),
        timed=True,
    )


def by_place(curve: Sequence[float], middle: tuple[int, int]) -> CourseFigure:
    """Share of right answers at each pose of the movement."""
    figure, axes = new_figure(width=8, height=3.4)
    places = np.arange(1, len(curve) + 1)
    low, high = middle
    axes.axvspan(
        low + 0.5, high + 0.5, color="0.9", label="where the two differ"
    )
    axes.axhline(0.5, color="0.4", linestyle=":", label="coin")
    axes.plot(places, curve, "o-", color=PALETTE["blue"], label="answers")
    axes.set(xlabel="pose of the movement, first to twelfth", xticks=places)
    axes.set(ylabel="share right (validation)", ylim=(-0.03, 1.03))
    axes.legend(fontsize=9, loc="lower right")
    return CourseFigure(
        figure,
        "Share of right answers after each frame, by the place of its pose; "
        f"poses {low + 1} to {high} differ between the two movements.",
        varies=("lines",),
        trained=f"Shares: {', '.join(f'{share:.2f}' for share in curve)}.",
    )


def decided(
    film: np.ndarray,
    moved: np.ndarray,
    middle: np.ndarray,
    poses: Sequence[str],
    shown: np.ndarray,
) -> CourseFigure:
    """The frames of a film, and how far the answer moves without each.

    ``film`` (t, 28, 28, 1), 0 to 1, padding black; ``moved`` and
    ``middle`` (t,); ``shown`` (t,) numbers in ``poses``, -1 for padding.
    """
    count = int((shown >= 0).sum())
    figure, axes = new_figure(
        2, 1, width=10.5, height=3.4, height_ratios=(1, 2.2), sharex=True
    )
    strip = np.concatenate(list(film[:count, ..., 0]), axis=1)
    axes[0].imshow(
        strip,
        cmap="gray",
        vmin=0,
        vmax=1,
        aspect="auto",
        extent=(-0.5, count - 0.5, 0, 1),
    )
    axes[0].set_yticks([])
    axes[0].grid(False)
    colours = np.where(middle[:count], PALETTE["orange"], PALETTE["sky"])
    axes[1].bar(np.arange(count), moved[:count], color=colours)
    names = [poses[pose] for pose in shown[:count]]
    axes[1].set_xticks(np.arange(count), names, rotation=60, ha="right")
    axes[1].tick_params(axis="x", labelsize=8)
    axes[1].set_ylabel("answer moves by")
    axes[1].grid(axis="x", visible=False)
    top = names[int(moved[:count].argmax())]
    return CourseFigure(
        figure,
        f"A film of {count} frames and, for each, how far the answer moves "
        "without it and its neighbours; orange where the movements differ.",
        varies=("patches", "limits", "ticks"),
        trained=f"The largest bar stands at {top}.",
    )


def controls(
    table: Mapping[str, Mapping[str, tuple[float, float]]],
) -> CourseFigure:
    """Share right of each reader and task, in order and shuffled."""
    tasks = list(next(iter(table.values())))
    figure, axes = new_figure(1, len(tasks), width=9, height=2.8, sharey=True)
    rows = np.arange(len(table))[::-1]
    said = []
    for panel, task in zip(axes, tasks, strict=True):
        for n, name in enumerate(("in order", "shuffled")):
            shares = [both[task][n] for both in table.values()]
            place = rows + 0.2 - 0.4 * n
            colour = PALETTE[CYCLE[n]]
            panel.barh(place, shares, 0.36, color=colour, label=name)
        panel.axvline(0.5, color="0.3", linestyle=":")
        panel.set_yticks(rows, list(table))
        panel.set(xlim=(0, 1.02), xlabel=f"share right (test), {task}")
        panel.grid(axis="y", visible=False)
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=2,
        fontsize=9,
    )
    for name, both in table.items():
        cells = [
            f"{task} {a:.2f} and {b:.2f}" for task, (a, b) in both.items()
        ]
        said.append(f"{name}: {', '.join(cells)}")
    return CourseFigure(
        figure,
        "Share of test films that get their movement, in order and shuffled, "
        f"of {', '.join(table)}.",
        varies=("patches",),
        trained=f"{'; '.join(said)}.",
    )
