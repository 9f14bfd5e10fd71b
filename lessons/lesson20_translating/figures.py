"""Pictures of lesson 20: drawn networks, alignments, lengths, cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

_IN, _OUT = ("March", "3,", "2017"), ("el", "3", "de", "marzo")


def _box(axes, x: float, y: float, text: str, colour: str) -> None:
    filling = PALETTE.get(colour, "white")
    style = {"boxstyle": "round,pad=0.35", "fc": filling, "ec": "0.2"}
    axes.text(x, y, text, ha="center", va="center", fontsize=10, bbox=style)


def _arrow(axes, start, end, **options: Any) -> None:
    line = {"arrowstyle": "->", "color": "0.2", "lw": 1.4} | options
    axes.annotate("", xy=end, xytext=start, arrowprops=line)


def encoder_decoder() -> CourseFigure:
    """Two chains of cells; the last state of one begins the other."""
    figure, axes = new_figure(width=9.6, height=2.8)
    hide_axes(axes)
    axes.set(xlim=(0, 10.6), ylim=(-0.1, 3.1))
    for n, word in enumerate(_IN):
        x = 1 + 1.4 * n
        axes.text(x, 0.2, word, ha="center", va="center")
        _arrow(axes, (x, 0.45), (x, 1.15))
        _box(axes, x, 1.5, "LSTM", "sky")
        if n:
            _arrow(axes, (x - 1.0, 1.5), (x - 0.42, 1.5))
    for n, word in enumerate(_OUT):
        x = 5.6 + 1.4 * n
        read = ("start", *_OUT)[n]
        axes.text(x, 0.2, read, ha="center", va="center")
        axes.text(x, 2.8, word, ha="center", va="center")
        _arrow(axes, (x, 0.45), (x, 1.15))
        _arrow(axes, (x, 1.85), (x, 2.6))
        _box(axes, x, 1.5, "LSTM", "orange")
        start = 4.22 if n == 0 else x - 0.98
        _arrow(axes, (start, 1.5), (x - 0.42, 1.5))
    axes.text(4.7, 1.75, "h, c", ha="center", fontsize=10)
    axes.text(2.4, 2.15, "encoder", ha="center", fontsize=11)
    axes.text(6.3, 2.15, "decoder", ha="center", fontsize=11)
    axes.text(10.3, 1.5, "...", ha="center", va="center")
    return CourseFigure(
        figure,
        "Three LSTM cells read March, 3, 2017. Their last state, h and c, is "
        "the first of four more cells: they read start, el, 3, de and say "
        "el, 3, de, marzo, each the word that the next one reads.",
    )


def transformer() -> CourseFigure:
    """An encoder block and a decoder block, with what feeds them."""
    figure, axes = new_figure(width=8.4, height=5)
    hide_axes(axes)
    axes.set(xlim=(0, 9.4), ylim=(-0.2, 6.4))
    left = (
        (0.3, "source words", "white"),
        (1.5, "embedding + positions", "green"),
        (2.7, "self-attention\nadd, normalise", "sky"),
        (3.9, "feed-forward\nadd, normalise", "yellow"),
    )
    right = (
        (0.3, "words so far", "white"),
        (1.5, "embedding + positions", "green"),
        (2.7, "self-attention, backwards only\nadd, normalise", "sky"),
        (3.9, "cross-attention\nadd, normalise", "orange"),
        (5.1, "feed-forward\nadd, normalise", "yellow"),
    )
    for x, rows in ((2, left), (6.8, right)):
        for n, (y, text, colour) in enumerate(rows):
            if n:
                _arrow(axes, (x, rows[n - 1][0] + 0.4), (x, y - 0.42))
            _box(axes, x, y, text, colour)
    _arrow(axes, (2.95, 3.9), (5.75, 3.9))
    axes.text(4.3, 4.05, "memory", ha="center", fontsize=10)
    _arrow(axes, (6.8, 5.5), (6.8, 5.95))
    axes.text(6.8, 6.05, "logits of each next word", ha="center", fontsize=10)
    return CourseFigure(
        figure,
        "Encoder: source words, embedding with positions, self-attention, "
        "feed-forward; the result is the memory. Decoder: words so far, "
        "embedding with positions, self-attention backwards only, "
        "cross-attention to the memory, feed-forward, logits of each next "
        "word. Each attention and each feed-forward is added to what went in, "
        "and normalised.",
    )


def alignments(
    examples: Sequence[tuple[Sequence[str], Sequence[str], np.ndarray]],
    truths: Sequence[Sequence[Sequence[int]]],
) -> CourseFigure:
    """Weights of each said word (rows) on each source word (columns).

    ``examples``: source words, words said, weights (said, source).
    ``truths``: for each example the true places of each word.
    """
    figure, axes = new_figure(columns=len(examples), width=9.6, height=4.2)
    told = []
    for panel, (into, out, weights), truth in zip(
        axes, examples, truths, strict=True
    ):
        panel.imshow(weights, cmap="Greys", vmin=0, vmax=1)
        panel.set_xticks(range(len(into)), into, rotation=40, ha="right")
        panel.set_yticks(range(len(out)), out)
        panel.grid(False)
        panel.set(xlabel="source")
        for row, places in enumerate(truth[: len(out)]):
            for place in places:
                frame = Rectangle((place - 0.5, row - 0.5), 1, 1, fill=False)
                frame.set(edgecolor=PALETTE["vermillion"], linewidth=2)
                panel.add_patch(frame)
        for row, column in np.argwhere(weights > 0.15):
            value = weights[row, column]
            shade = "white" if value > 0.5 else "black"
            panel.text(
                *(column, row, f"{value:.1f}"[1:] if value < 0.95 else "1"),
                ha="center",
                va="center",
                color=shade,
                fontsize=8,
            )
        best = [into[k] for k in weights.argmax(axis=1)]
        told.append(
            ", ".join(f"{a} at {b}" for a, b in zip(out, best, strict=True))
        )
    axes[0].set(ylabel="translation")
    return CourseFigure(
        figure,
        "Where the decoder looks for each word of two translations of the "
        "test, a number and a date; frames mark the true source.",
        varies=("images", "texts", "limits"),
        trained="Most looked at: " + "; ".join(told) + ".",
    )


def lengths(
    sizes: Sequence[int],
    curves: Mapping[str, Sequence[float]],
    trained_to: int,
) -> CourseFigure:
    """Share of rows that come back whole, over their length."""
    figure, axes = new_figure(width=8)
    axes.axvspan(0, trained_to + 0.5, color="0.93", label="lengths trained on")
    for (name, shares), look in zip(curves.items(), looks(), strict=False):
        axes.plot(sizes, shares, label=name, **look)
    axes.set(xlabel="digits to repeat", ylabel="share without a mistake")
    axes.set(ylim=(-0.03, 1.03), xlim=(min(sizes) - 0.5, max(sizes) + 0.5))
    axes.legend(fontsize=9)
    return CourseFigure(
        figure,
        "Share of rows of digits repeated without a mistake, by length; "
        f"trained on up to {trained_to}.",
        varies=("lines", "limits"),
        trained=" ".join(
            f"{name}: "
            + ", ".join(
                f"{size} digits {share:.2f}"
                for size, share in zip(sizes, shares, strict=True)
            )
            + "."
            for name, shares in curves.items()
        ),
    )


def waves(table: np.ndarray) -> CourseFigure:
    """Positions (length, size) as a picture, and three columns as lines."""
    figure, axes = new_figure(columns=2, width=9.6, height=3)
    image = axes[0].imshow(table, cmap="RdBu", vmin=-1, vmax=1, aspect="auto")
    figure.colorbar(image, ax=axes[0])
    axes[0].set(xlabel="column", ylabel="position")
    axes[0].grid(False)
    columns = (0, 8, 16)
    for column, look in zip(columns, looks(), strict=False):
        axes[1].plot(table[:, column], label=f"column {column}", **look)
    axes[1].set(xlabel="position", ylabel="value")
    above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1)}
    axes[1].legend(fontsize=9, ncols=3, **above)
    return CourseFigure(
        figure,
        f"Positions 0 to {len(table) - 1} as rows of {table.shape[1]} "
        "numbers: quick waves in the first columns, slow ones in the last; "
        "columns 0, 8 and 16 as lines.",
    )


def cost(
    seconds: Mapping[str, float],
    table: Mapping[str, Mapping[str, float]],
) -> CourseFigure:
    """CPU seconds of training, and the share translated rightly."""
    figure, axes = new_figure(columns=2, width=9.6, height=2.6, sharey=True)
    names = list(table)
    rows = np.arange(len(names))[::-1]
    spent = [seconds[name] for name in names]
    axes[0].barh(rows, spent, color=PALETTE["sky"])
    axes[0].set(xlabel="CPU seconds of training", yticks=rows)
    axes[0].set_yticklabels(names)
    kinds = list(table[names[0]])
    for n, kind in enumerate(kinds):
        height = 0.8 / len(kinds)
        shares = [table[name][kind] for name in names]
        place = rows + 0.4 - height * (n + 0.5)
        colour = PALETTE[CYCLE[n]]
        axes[1].barh(place, shares, 0.9 * height, color=colour, label=kind)
    axes[1].set(xlabel="share translated rightly (test)", xlim=(0, 1.02))
    figure.legend(fontsize=9, loc="outside upper right", ncols=len(kinds))
    for panel in axes:
        panel.grid(axis="y", visible=False)
    return CourseFigure(
        figure,
        "CPU seconds of training, and shares of the test translated rightly, "
        f"of {', '.join(names)}.",
        varies=("patches", "limits", "ticks"),
        timed=True,
        trained="Right of "
        + "; ".join(
            f"{name}: "
            + ", ".join(f"{kind} {share:.3f}" for kind, share in own.items())
            for name, own in table.items()
        )
        + ".",
    )
