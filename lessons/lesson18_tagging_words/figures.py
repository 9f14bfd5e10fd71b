"""Pictures of lesson 18: the network, both readings, what is confused."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)


def network(words: Sequence[str], tags: Sequence[str]) -> CourseFigure:
    """Words, a row of boxes that reads from each side, and tags."""
    figure, axes = new_figure(width=8.6, height=4.2)
    hide_axes(axes)
    rows = {"words": 0.0, "vectors": 1.0, "from the left": 2.0}
    rows |= {"from the right": 3.0, "tags": 4.2}
    for name, height in rows.items():
        axes.text(-1.0, height, name, ha="right", va="center", fontsize=11)
    colours = {
        "vectors": "#BBBBBB",
        "from the left": PALETTE["sky"],
        "from the right": PALETTE["orange"],
    }
    for k, (word, tag) in enumerate(zip(words, tags, strict=True)):
        place = 1.9 * k
        for name, colour in colours.items():
            _box(axes, place, rows[name], colour)
        axes.text(place, 0, word, ha="center", va="center", fontsize=13)
        axes.text(place, 4.2, tag, ha="center", va="center", fontsize=12)
        _arrow(axes, (place, 0.25), (place, 0.72))
        _arrow(axes, (place, 1.28), (place, 1.72))
        _arrow(axes, (place, 3.28), (place, 3.95))
        _bent(axes, (place - 0.42, 1.2), (place - 0.42, 2.8))
        _bent(axes, (place + 0.42, 2.2), (place + 0.3, 3.98), -0.35)
        if k:
            _arrow(axes, (place - 1.35, 2), (place - 0.55, 2))
            _arrow(axes, (place - 0.55, 3), (place - 1.35, 3))
    axes.set_xlim(-3.2, 1.9 * (len(words) - 1) + 1.2)
    axes.set_ylim(-0.4, 4.6)
    return CourseFigure(
        figure,
        f"A bidirectional tagger on {' '.join(words)}: each word becomes a "
        "vector; one LSTM passes its state from left to right, another from "
        "right to left; both states of a word together give its tag, "
        f"{' '.join(tags)}. No arrow leads from a tag to another word.",
    )


def _box(axes: Any, x: float, y: float, colour: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    look: dict[str, Any] = {"facecolor": colour, "edgecolor": "0.3"}
    look |= {"boxstyle": "round,pad=0.05", "linewidth": 1.0}
    axes.add_patch(FancyBboxPatch((x - 0.45, y - 0.22), 0.9, 0.44, **look))


def _arrow(axes: Any, start: tuple, end: tuple) -> None:
    look = {"arrowstyle": "->", "color": "0.2", "lw": 1.4}
    axes.annotate("", end, start, arrowprops=look)


def _bent(axes: Any, start: tuple, end: tuple, bend: float = 0.35) -> None:
    look = {"arrowstyle": "->", "color": "0.5", "lw": 1.1}
    look["connectionstyle"] = f"arc3,rad={-bend}"
    axes.annotate("", end, start, arrowprops=look)


def readings(
    panels: Mapping[str, Mapping[str, Sequence[float]]], kinds: Sequence[str]
) -> CourseFigure:
    """A panel a sentence; for each network a bar a kind (probabilities)."""
    figure, axes = new_figure(
        columns=len(panels), width=9.4, height=3.4, sharey=True
    )
    colours = [PALETTE[name] for name in ("blue", "orange")]
    said = []
    for panel, (title, networks) in zip(axes, panels.items(), strict=True):
        places = np.arange(len(networks))
        for k, kind in enumerate(kinds):
            values = [shares[k] for shares in networks.values()]
            bars = panel.barh(
                places + 0.36 * (k - 0.5),
                values,
                0.34,
                color=colours[k],
                hatch="//" * k,
                edgecolor="white",
                label=kind,
            )
            texts = [f"{v:.2f}" for v in values]
            panel.bar_label(bars, texts, padding=2, fontsize=10)
        panel.set_yticks(places, list(networks))
        panel.set(title=title, xlabel="probability", xlim=(0, 1.18))
        panel.set_xticks([0, 0.5, 1])
        shown = "; ".join(
            f"{name} {kinds[0]} {of[0]:.2f}, {kinds[1]} {of[1]:.2f}"
            for name, of in networks.items()
        )
        said.append(f"{title}: {shown}")
    axes[0].invert_yaxis()  # shared: the first network on top
    axes[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return CourseFigure(
        figure,
        f"Probabilities of two readings of one word in {len(panels)} "
        "sentences, by what the network sees.",
        trained=f"{'. '.join(said)}.",
        varies=("lines", "patches", "texts"),
    )


def confusion(wrong: np.ndarray, names: Sequence[str]) -> CourseFigure:
    """Counts of errors: a row for what a word is, a column for what was said.

    Right answers are not among them: the diagonal is 0.
    """
    size = 0.62 * len(names) + 1.2
    figure, axes = new_figure(width=size + 0.8, height=size)
    axes.imshow(wrong, cmap="Blues", vmin=0)
    places = sorted(np.argwhere(wrong > 0), key=lambda p: -wrong[tuple(p)])
    for row, column in places:
        value = wrong[row, column]
        look = {"color": "white" if value > 0.6 * wrong.max() else "black"}
        axes.text(column, row, value, ha="center", va="center", **look)
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="said", ylabel="is")
    axes.grid(False)
    shown = "; ".join(
        f"{names[a]} called {names[b]} {wrong[a, b]} times"
        for a, b in places[:3]
    )
    return CourseFigure(
        figure,
        "Errors of a tagger by what a word is and what was said.",
        trained=f"{wrong.sum()} errors in all; most often {shown}.",
        varies=("images", "texts", "ticks", "limits"),
    )
