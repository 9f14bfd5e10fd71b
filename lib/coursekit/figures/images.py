"""Pictures of pixels: values, channels, grids, weights, shifts."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
    show_image,
)


def image_grid(
    images: np.ndarray,
    titles: Sequence[str] = (),
    columns: int = 10,
    summary: str = "",
    size: float = 1.05,
    varies: Collection[str] = (),
) -> CourseFigure:
    """Images (n, height, width) or (n, height, width, 1 or 3) in a grid.

    ``size`` is the width of one image in inches. The figure's text is
    ``summary`` followed by the titles, unless ``varies`` (see CourseFigure)
    has "title".
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    rows = -(-len(images) // columns)
    width = min(10.5, size * columns)
    height = (width / columns + 0.2) * rows
    figure, axes = new_figure(rows, columns, width=width, height=height)
    flat = np.ravel(axes)
    for panel in flat:
        hide_axes(panel)
    for number, (panel, image) in enumerate(
        zip(flat[: len(images)], images, strict=True)
    ):
        show_image(panel, image)
        if number < len(titles):
            panel.set_title(titles[number], fontsize=10)
    sides = " x ".join(str(side) for side in images.shape[1:3])
    text = summary or f"{len(images)} images of {sides} pixels"
    if len(titles) and "title" not in varies:
        text += f": {'; '.join(titles)}"
    return CourseFigure(figure, f"{text}.", varies)


def shift_right(images: np.ndarray, pixels: int) -> np.ndarray:
    """Images (n, height, width, channels) moved; zeros come in.

    A negative number of pixels moves them to the left.
    """
    moved = np.zeros_like(images)
    width = images.shape[2]
    target = slice(max(pixels, 0), width + min(pixels, 0))
    source = slice(max(-pixels, 0), width - max(pixels, 0))
    moved[:, :, target] = images[:, :, source]
    return moved


def accuracy_against_shift(
    shifts: Sequence[int], curves: Mapping[str, Sequence[float]]
) -> CourseFigure:
    """Accuracy on ten classes (0 to 1) against a shift in pixels."""
    figure, axes = new_figure()
    for (name, values), look in zip(curves.items(), looks(), strict=False):
        axes.plot(shifts, values, label=name, **look)
    axes.axhline(0.1, color=PALETTE["black"], linestyle=":", linewidth=1)
    axes.text(shifts[0], 0.085, "chance", va="top", ha="left")
    axes.set_xlabel("shift to the right (pixels)")
    axes.set_ylabel("test accuracy")
    axes.set_ylim(0, 1.02)
    axes.legend(loc="lower center" if shifts[0] < 0 else "best")
    told = sorted({shifts[0], 0, shifts[-1]} & set(shifts))
    said = "; ".join(
        f"{name} "
        + ", ".join(f"{values[shifts.index(s)]:.2f} at {s}" for s in told)
        for name, values in curves.items()
    )
    return CourseFigure(figure, f"Accuracy against shift in pixels: {said}.")
