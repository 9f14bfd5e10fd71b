"""Pictures of lesson 09: maps over pictures, curves, and Grad-CAM drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
    show_image,
)


def table(
    rows: Mapping[str, Sequence[np.ndarray]],
    columns: Sequence[str],
    summary: str,
    titles: Mapping[str, Sequence[str]] | None = None,
    size: float = 1.0,
    varies: Sequence[str] = ("images",),
) -> CourseFigure:
    """A picture in each cell; the name of a row at its left.

    ``titles`` gives rows, by name, a text over each picture.
    """
    titles = titles or {}
    count = len(columns)
    width = min(10.5, size * count + 1.2)
    height = (width - 1.2) / count * len(rows) * (1.22 if titles else 1.05)
    figure, axes = new_figure(
        len(rows), count, width=width, height=height + 0.3, squeeze=False
    )
    for number, (name, pictures) in enumerate(rows.items()):
        for place, picture in enumerate(pictures):
            panel = axes[number, place]
            picture = np.asarray(picture)
            if picture.ndim == 3 and picture.dtype != np.uint8:
                picture = picture.clip(0, 255).astype("uint8")
            show_image(panel, picture)
            said = [columns[place]] if number == 0 and columns[place] else []
            said += [titles[name][place]] if name in titles else []
            panel.set_title("\n".join(said), fontsize=9)
        axes[number, 0].set_ylabel(
            name, rotation=0, ha="right", va="center", fontsize=10
        )
    return CourseFigure(figure, f"{summary}.", varies=tuple(varies))


def maps(
    pictures: Sequence[np.ndarray],
    heats: Mapping[str, Sequence[np.ndarray]],
    names: Sequence[str],
    masks: Sequence[np.ndarray] | None = None,
    summary: str = "",
) -> CourseFigure:
    """Pictures above, under each its maps laid over it: warm is important.

    ``masks`` are drawn as outlines: where the thing really is.
    """
    count, rows = len(pictures), len(heats) + 1
    width = min(10.5, 1.2 * count + 1.3)
    height = (width - 1.3) / count * rows * 1.08 + 0.3
    figure, axes = new_figure(
        rows, count, width=width, height=height, squeeze=False
    )
    for place, picture in enumerate(pictures):
        show_image(axes[0, place], picture)
        axes[0, place].set_title(names[place], fontsize=9)
        for number, heat in enumerate(heats.values(), 1):
            panel = axes[number, place]
            show_image(panel, np.asarray(picture).mean(axis=-1))
            panel.imshow(heat[place], cmap="inferno", alpha=0.65)
            if masks is not None:
                panel.contour(
                    masks[place], [0.5], colors=PALETTE["sky"], linewidths=1.2
                )
    for number, name in enumerate(heats, 1):
        axes[number, 0].set_ylabel(
            name, rotation=0, ha="right", va="center", fontsize=10
        )
    return CourseFigure(figure, f"{summary}.", varies=("images", "marks"))


def curves(
    across: Sequence[float],
    lines: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    chance: float | None = None,
    power: bool = False,
) -> CourseFigure:
    """Shares (0 to 1) against a number; ``power`` spaces it by doublings."""
    figure, axes = new_figure(width=8.6, height=3.7)
    places = np.arange(len(across)) if power else np.asarray(across)
    said = []
    for (name, values), look in zip(lines.items(), looks(), strict=False):
        axes.plot(places, values, label=name, **look)
        numbers = ", ".join(f"{value:.2f}" for value in values)
        said.append(f"{name} {numbers}")
    if chance is not None:
        axes.axhline(chance, color="0.4", linestyle=":", linewidth=1)
        axes.text(places[-1], chance + 0.01, "chance", ha="right", va="bottom")
    if power:
        axes.set_xticks(places, [f"{value:g}" for value in across])
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, 1.02))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=10)
    at = ", ".join(f"{value:g}" for value in across)
    return CourseFigure(
        figure, f"{ylabel} against {xlabel} ({at}): {'; '.join(said)}."
    )


def grad_cam_steps() -> CourseFigure:
    """Grad-CAM in steps: forward, back, a weight a map, a sum, a ReLU."""
    figure, axes = new_figure(width=10, height=3.9)
    hide_axes(axes)
    axes.set(xlim=(0, 10), ylim=(0, 3.9))
    sky, orange, grey = PALETTE["sky"], PALETTE["orange"], "0.88"
    for x, y, text, colour in (
        (0.8, 3.1, "picture\n32 x 32", "white"),
        (2.9, 3.1, "five\nconvolutions", grey),
        (5.2, 3.1, "maps\n4 x 4 x 112", sky),
        (7.4, 3.1, "mean,\nhead", grey),
        (9.2, 3.1, "logit of\none kind", "white"),
        (9.0, 0.9, "slopes\n4 x 4 x 112", orange),
        (6.8, 0.9, "mean of each:\n112 weights", orange),
        (4.5, 0.9, "weighted sum\nof the maps", sky),
        (2.5, 0.9, "ReLU", grey),
        (0.8, 0.9, "heat map\n4 x 4", "white"),
    ):
        _box(axes, x, y, text, colour)
    for start, end in (
        ((1.4, 3.1), (2.1, 3.1)),
        ((3.7, 3.1), (4.4, 3.1)),
        ((6.0, 3.1), (6.85, 3.1)),
        ((7.95, 3.1), (8.55, 3.1)),
        ((9.2, 2.6), (9.2, 1.4)),
        ((8.2, 0.9), (7.8, 0.9)),
        ((5.8, 0.9), (5.45, 0.9)),
        ((3.55, 0.9), (2.95, 0.9)),
        ((2.05, 0.9), (1.45, 0.9)),
        ((5.0, 2.6), (4.6, 1.4)),
    ):
        _arrow(axes, start, end)
    axes.text(8.2, 2.0, "gradient back\nto the maps", ha="center", fontsize=11)
    axes.text(4.1, 2.0, "the maps", ha="center", fontsize=11)
    return CourseFigure(
        figure,
        "Grad-CAM in steps: a picture goes through five convolutions to 112 "
        "maps of 4 x 4, through their means and the head to the logit of one "
        "kind. The gradient of that logit comes back to the maps; the mean "
        "of the slopes of each map is its weight; the weighted sum of the "
        "maps goes through a ReLU, and is the heat map.",
    )


def _box(axes: Any, x: float, y: float, text: str, colour: str) -> None:
    look = {"boxstyle": "round,pad=0.4", "facecolor": colour}
    axes.text(
        *(x, y, text),
        ha="center",
        va="center",
        fontsize=12,
        bbox=look | {"edgecolor": "0.3"},
    )


def _arrow(axes: Any, start, end) -> None:
    arrow = {"arrowstyle": "-|>", "linewidth": 2, "color": "0.3"}
    axes.annotate("", end, start, arrowprops=arrow)
