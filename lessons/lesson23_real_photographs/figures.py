"""Pictures of lesson 23: a gallery, scores beside papers', habits."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    new_figure,
    show_image,
)


def gallery(
    rows: Mapping[str, Sequence[tuple[np.ndarray, str, str]]],
) -> CourseFigure:
    """A row of pictures for each name: (picture, caption, reference).

    The captions differ a little from machine to machine, and with them the
    pictures chosen: they are not in the summary.
    """
    columns = max(map(len, rows.values()))
    figure, axes = new_figure(
        rows=len(rows),
        columns=columns,
        width=3.2 * columns,
        height=3.5 * len(rows),
        squeeze=False,
    )
    for panels, (name, items) in zip(axes, rows.items(), strict=True):
        for number, panel in enumerate(panels):
            if number >= len(items):
                panel.set_axis_off()
                continue
            image, caption, reference = items[number]
            show_image(panel, image)
            text = textwrap.fill(caption, 32)
            shorter = textwrap.shorten(reference, 72, placeholder=" ...")
            panel.set_title(text, y=-0.07, va="top", fontsize=10.5)
            panel.text(
                0.5,
                -0.09 - 0.085 * (text.count("\n") + 1),
                textwrap.fill(shorter, 38),
                transform=panel.transAxes,
                ha="center",
                va="top",
                color="0.45",
                fontsize=9.5,
                style="italic",
            )
        panels[0].set_ylabel(name, fontsize=12)
    names = ", ".join(rows)
    return CourseFigure(
        figure,
        f"{columns} pictures each in {len(rows)} rows: {names}. Below each "
        "the network's caption and, in grey, a reference.",
        varies=("title", "limits", "texts", "images"),
        trained=" ".join(
            f"{name}: "
            + " | ".join(f"{said} ({ref})" for _, said, ref in items)
            for name, items in rows.items()
        ),
    )


def beside_papers(
    by_data: Mapping[str, Mapping[str, Sequence[float | None]]],
) -> CourseFigure:
    """BLEU-1 to BLEU-4, a line a captioner, a panel a data set."""
    figure, panels = new_figure(
        rows=len(by_data), width=7.6, height=3.2 * len(by_data), squeeze=False
    )
    orders = np.arange(1, 5)
    for (data, rows), axes in zip(by_data.items(), panels.flat, strict=True):
        for (name, scores), look in zip(rows.items(), looks(), strict=False):
            known = np.array([np.nan if v is None else v for v in scores])
            axes.plot(orders, known, label=name, **look)
        axes.set_title(data)
        axes.set_xticks(orders, [f"BLEU-{n}" for n in orders])
        axes.set_ylim(0, None)
        axes.set_ylabel("BLEU")
        axes.legend(fontsize=9, bbox_to_anchor=(1.01, 1), loc="upper left")
    said = "; ".join(
        f"{data}: {', '.join(rows)}" for data, rows in by_data.items()
    )
    last = ", ".join(
        f"{name} {scores[3]:.1f}"
        for rows in by_data.values()
        for name, scores in rows.items()
        if scores[3] is not None
    )
    return CourseFigure(
        figure,
        f"BLEU-1 to BLEU-4, by data set. {said}.",
        trained=f"BLEU-4: {last}.",
    )


def habits(
    shares: Mapping[str, Mapping[str, float]], group: str
) -> CourseFigure:
    """For each word, the share of captions with it that are about a group.

    ``shares``: "training", "references", "network" -> word -> 0 to 1. A
    missing word was never used with either group.
    """
    words = list(dict.fromkeys(w for row in shares.values() for w in row))
    figure, axes = new_figure(width=7.2, height=0.45 * len(words) + 1.4)
    places = np.arange(len(words))[::-1]
    marks = ("o", "s", "D")
    for k, (name, row) in enumerate(shares.items()):
        values = [row.get(word, np.nan) for word in words]
        axes.plot(
            values,
            places,
            marks[k % 3],
            ms=9,
            color=PALETTE[CYCLE[k]],
            label=name,
            alpha=0.85,
        )
    axes.axvline(0.5, color="0.5", lw=1, ls="--")
    axes.set_yticks(places, words)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.6, len(words) - 0.4)
    axes.set_xlabel(f"share said of {group}")
    axes.legend(fontsize=9, bbox_to_anchor=(1.01, 1), loc="upper left")
    return CourseFigure(
        figure,
        f"For {len(words)} words, which share of the captions with the word "
        f"is about {group}: in {', '.join(shares)}.",
        varies=("lines",),
        trained=" ".join(
            f"{name}: {', '.join(f'{w} {v:.2f}' for w, v in row.items())}."
            for name, row in shares.items()
        ),
    )
