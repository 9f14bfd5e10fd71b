"""Pictures of pixels: values, channels, grids, weights, shifts."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
    show_image,
)


def pixel_values(image: np.ndarray, name: str = "image") -> CourseFigure:
    """A small grey image (height, width) with each pixel's value on it."""
    height, width = image.shape
    figure, axes = new_figure(columns=2, width=8.4, height=4.2)
    for panel in axes:
        show_image(panel, image)
    axes[0].set_title("what you see")
    axes[1].set_title("what the computer stores")
    for row in range(height):
        for column in range(width):
            value = int(image[row, column])
            colour = "black" if value > 127 else "white"
            axes[1].text(
                column, row, value, color=colour, ha="center", va="center"
            )
    return CourseFigure(
        figure,
        f"{name}, {height} x {width} pixels, drawn twice, the second time "
        f"with its {image.size} values from {image.min()} to {image.max()}.",
    )


def channels(photo: np.ndarray, name: str = "photo") -> CourseFigure:
    """A colour image (height, width, 3) and its three channels in grey."""
    figure, axes = new_figure(columns=4, width=8.4, height=2.3)
    show_image(axes[0], photo)
    axes[0].set_title(name)
    names = ("red", "green", "blue")
    means = photo.reshape(-1, 3).mean(axis=0)
    for number, channel in enumerate(names):
        show_image(axes[number + 1], photo[..., number])
        axes[number + 1].set_title(f"{channel} channel")
    said = ", ".join(
        f"{channel} {mean:.0f}"
        for channel, mean in zip(names, means, strict=True)
    )
    return CourseFigure(
        figure, f"{name} and its three channels in grey; mean values: {said}."
    )


def image_grid(
    images: np.ndarray,
    titles: Sequence[str] = (),
    columns: int = 10,
    summary: str = "",
) -> CourseFigure:
    """Images (n, height, width) or (n, height, width, 1 or 3) in a grid."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    rows = -(-len(images) // columns)
    figure, axes = new_figure(
        rows, columns, width=min(10.5, 1.05 * columns), height=1.25 * rows
    )
    flat = np.ravel(axes)
    for panel in flat:
        hide_axes(panel)
    for number, (panel, image) in enumerate(
        zip(flat[: len(images)], images, strict=True)
    ):
        show_image(panel, image)
        if number < len(titles):
            panel.set_title(titles[number], fontsize=10)
    size = " x ".join(str(side) for side in images.shape[1:3])
    text = summary or f"{len(images)} images of {size} pixels."
    return CourseFigure(figure, text)


def weight_images(
    weights: np.ndarray, names: Sequence[str], columns: int = 5
) -> CourseFigure:
    """One signed image per class from weights (height, width, classes).

    Blue is evidence for the class, orange-red evidence against it.
    """
    count = weights.shape[-1]
    rows = -(-count // columns)
    figure, axes = new_figure(rows, columns, width=8, height=1.75 * rows)
    limit = float(np.abs(weights).max())
    flat = np.ravel(axes)
    for number, panel in enumerate(flat):
        hide_axes(panel)
        if number < count:
            show_image(
                panel,
                weights[..., number],
                cmap="RdBu",
                vmin=-limit,
                vmax=limit,
            )
            panel.set_title(names[number])
    return CourseFigure(
        figure,
        f"{count} weight images of {weights.shape[0]} x {weights.shape[1]}: "
        "blue pixels speak for the class, red pixels against it.",
    )


def accuracy_against_shift(
    shifts: Sequence[int],
    curves: Mapping[str, Sequence[float]],
    chance: float = 0.1,
) -> CourseFigure:
    """Accuracy (0 to 1) of one or more models against a shift in pixels."""
    figure, axes = new_figure()
    for name, values in curves.items():
        axes.plot(shifts, values, marker="o", label=name)
    axes.axhline(chance, color=PALETTE["black"], linestyle=":", linewidth=1)
    axes.text(shifts[0], chance, "chance", va="bottom", ha="left")
    axes.set_xlabel("shift to the right (pixels)")
    axes.set_ylabel("test accuracy")
    axes.set_ylim(0, 1.02)
    axes.legend()
    said = "; ".join(
        f"{name} {values[0]:.2f} at {shifts[0]} and {values[-1]:.2f} at "
        f"{shifts[-1]} pixels"
        for name, values in curves.items()
    )
    return CourseFigure(figure, f"Accuracy against shift: {said}.")
