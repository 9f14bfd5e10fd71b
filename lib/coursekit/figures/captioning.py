"""Pictures of captioning: what is seen, what is said, how fast."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    CourseFigure,
    new_figure,
    show_image,
)


def pictures(
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    references: Sequence[str] = (),
    trained: bool = True,
) -> CourseFigure:
    """Pictures with a caption below each, and a reference in grey.

    Captions are the network's, so that they differ a little from machine to
    machine; ``trained`` False says that they are not.
    """
    count = len(images)
    columns = min(count, 4) if count != 6 else 3
    rows = -(-count // columns)
    figure, axes = new_figure(
        rows=rows,
        columns=columns,
        width=2.6 * columns,
        height=rows * (3.5 if references else 3.1),
        squeeze=False,
    )
    for number, panel in enumerate(axes.ravel()):
        if number >= count:
            panel.set_axis_off()
            continue
        show_image(panel, images[number])
        text = textwrap.fill(captions[number], 26)
        panel.set_title(text, y=-0.04, va="top", fontsize=11)
        if references:
            panel.text(
                0.5,
                -0.04 - 0.09 * (text.count("\n") + 1) - 0.03,
                textwrap.fill(references[number], 30),
                transform=panel.transAxes,
                ha="center",
                va="top",
                color="0.45",
                fontsize=9,
                style="italic",
            )
    what = "1 picture" if count == 1 else f"{count} pictures"
    said = " | ".join(captions)
    if not trained:
        return CourseFigure(figure, f"{what} with captions: {said}")
    if references:
        what += f"; references: {' | '.join(references)}"
    return CourseFigure(
        figure,
        f"The network's captions of {what}",
        varies=("title", "texts"),  # references move below long captions
        trained=f"- It says: {said}.",
    )


def two_losses(
    curves: Mapping[str, Sequence[float]],
    naive: float,
    axis: str = "nats a word (validation)",
) -> CourseFigure:
    """Cost a word, nats, over the epochs, with a naive one dotted."""
    figure, axes = new_figure(width=6.4, height=3.4)
    for (name, values), look in zip(curves.items(), looks(), strict=False):
        axes.plot(range(1, len(values) + 1), values, label=name, **look)
    axes.axhline(naive, color="0.4", ls=":", label="word counts only")
    axes.set_xlabel("epoch")
    axes.set_xticks(range(1, len(values) + 1))
    axes.set_ylabel(axis)
    axes.set_ylim(0, None)
    axes.legend()
    said = ", ".join(
        f"{name} {values[-1]:.2f}" for name, values in curves.items()
    )
    return CourseFigure(
        figure, f"Cost of a word at the end: {said}; word counts {naive:.2f}."
    )


def attention_maps(
    image: np.ndarray,
    words: Sequence[str],
    weights: np.ndarray,
    what: str,
    chosen: str = "",
) -> CourseFigure:
    """The picture, then once a word with the attention drawn over it.

    ``weights`` (words, side, side). Bright and in colour is where the network
    looked, the rest is grey; each panel is scaled to its own largest weight,
    given above it. ``what`` says which picture it is, ``chosen`` why this
    one, where training decides it.
    """
    columns = min(6, len(words) + 1)
    rows = -(-(len(words) + 1) // columns)
    figure, axes = new_figure(
        rows=rows,
        columns=columns,
        width=1.75 * columns,
        height=2.0 * rows,
        squeeze=False,
    )
    size = image.shape[0]
    grey = 0.6 * image.mean(axis=-1, keepdims=True)
    panels = list(axes.ravel())
    show_image(panels[0], image)
    panels[0].set_title("picture", fontsize=10)
    for panel, word, map_ in zip(panels[1:], words, weights, strict=False):
        place = np.arange(size) * map_.shape[0] // size  # of each pixel
        large = map_[np.ix_(place, place)]
        light = (large / max(large.max(), 1e-9))[..., np.newaxis]
        shown = light * image + (1 - light) * grey
        show_image(panel, shown.astype("uint8"))
        panel.set_title(f"{word}  {map_.max():.2f}", fontsize=10)
    for panel in panels[len(words) + 1 :]:
        panel.set_axis_off()
    return CourseFigure(
        figure,
        f"Attention of each word over {chosen or what}, "
        f"{weights.shape[1]} x {weights.shape[2]} places.",
        varies=("title", "limits", "images"),
        trained=f"It is {what}. " * bool(chosen) + _looked(words, weights),
        fixed=[
            (0, kind) for kind in ("title", "images")[: 1 if chosen else 2]
        ],
    )


def _looked(words: Sequence[str], weights: np.ndarray) -> str:
    """What is said, and each word's strongest place."""
    if not words:
        return "The network says nothing."
    found = []
    for word, map_ in zip(words, weights, strict=False):
        row, column = np.unravel_index(map_.argmax(), map_.shape)
        found.append(f"{word} ({row + 1}, {column + 1}: {map_.max():.2f})")
    return (
        "The network says, with row, column and share of the strongest "
        f"place: {' '.join(found)}."
    )
