"""Pictures as numbers, evidence, and what a shift does."""

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


def weight_images(
    weights: Mapping[str, np.ndarray], names: Sequence[str]
) -> CourseFigure:
    """Signed weights as pictures: a row per entry, a column per class.

    ``weights`` maps a label ("step 1") to an array (height, width, classes).
    Blue is evidence for the class, red evidence against it; every row has
    its own scale.
    """
    rows, columns = len(weights), len(names)
    figure, axes = new_figure(
        rows, columns, width=10.5, height=1.05 * rows + 0.3, squeeze=False
    )
    for row, (label, values) in zip(axes, weights.items(), strict=True):
        limit = float(np.quantile(np.abs(values), 0.995))
        for number, panel in enumerate(row):
            _signed(panel, values[..., number], limit)
        row[0].set_ylabel(label)
    for panel, name in zip(axes[0], names, strict=True):
        panel.set_title(name)
    height, width = next(iter(weights.values())).shape[:2]
    said = ", ".join(
        f"{label} from {values.min():.1g} to {values.max():.1g}"
        for label, values in weights.items()
    )
    return CourseFigure(
        figure,
        f"Weights of {columns} classes as {height} x {width} pictures, blue "
        f"where a pixel speaks for the class, red where against it: {said}.",
    )


def _signed(panel, values: np.ndarray, limit: float) -> None:
    """Red to white to blue, white at zero."""
    show_image(panel, values, cmap="RdBu", vmin=-limit, vmax=limit)


def evidence(
    image: np.ndarray,
    weights: np.ndarray,
    biases: np.ndarray,
    classes: Sequence[int],
    names: Sequence[str],
) -> CourseFigure:
    """How a linear classifier adds up its evidence, for a few classes.

    ``image`` is (height, width), scaled; ``weights`` (height, width, all
    classes); ``biases`` (all classes,). A row a class: the image, times the
    weights, gives the evidence of each pixel, whose sum decides.
    """
    figure, axes = new_figure(
        len(classes), 3, width=7.2, height=2.3 * len(classes), squeeze=False
    )
    product = image[..., np.newaxis] * weights
    sums = product.sum(axis=(0, 1)) + biases
    for row, k in zip(axes, classes, strict=True):
        show_image(row[0], image)
        _signed(row[1], weights[..., k], float(np.abs(weights).max()) / 1.5)
        _signed(row[2], product[..., k], float(np.abs(product).max()) / 1.5)
        titles = (
            "the picture",
            f"weights of the {names[k]}",
            f"evidence and bias: {sums[k]:+.1f}",
        )
        for panel, title, sign in zip(row, titles, " ×=", strict=True):
            panel.set_title(title)
            panel.set_ylabel(
                sign, rotation=0, labelpad=14, va="center", fontsize=20
            )
    said = ", ".join(f"{sums[k]:+.1f} for {names[k]}" for k in classes)
    return CourseFigure(
        figure,
        f"The picture times the weights, added up, plus the bias: {said}.",
    )


_KINDS = ("dense", "local", "shared")


def connections(inputs: int = 9, field: int = 3) -> CourseFigure:
    """Which unit sees which input: dense, local, and local and shared.

    One line is one connection; lines of one colour are one weight.
    """
    units = inputs - field + 1
    figure, axes = new_figure(columns=3, width=9.6, height=2.6)
    counts = (inputs * units, field * units, field)
    for panel, kind, count in zip(axes, _KINDS, counts, strict=True):
        lines = _lines(panel, inputs, field, kind)
        for number, level in ((inputs, 0), (units, 1)):
            places = np.arange(number) + (inputs - number) / 2
            height = np.full(number, level)
            panel.scatter(places, height, s=60, color="black", zorder=2)
        panel.set_title(f"{kind}: {lines} lines, {count} weights")
        hide_axes(panel)
    for level, text in ((0, "pixels"), (1, "units")):
        axes[0].text(-0.5, level, text, ha="right", va="center")
    said = ", ".join(
        f"{kind} {count}" for kind, count in zip(_KINDS, counts, strict=True)
    )
    return CourseFigure(
        figure,
        f"{inputs} pixels below, {units} units above, every line a "
        f"connection. Different weights: {said}.",
    )


def _lines(panel, inputs: int, field: int, kind: str) -> int:
    """Draw the connections of one kind of layer; returns how many."""
    units = inputs - field + 1
    colours = [PALETTE[name] for name in ("blue", "orange", "green")]
    for unit in range(units):
        local = range(unit, unit + field)
        for place, pixel in enumerate(
            range(inputs) if kind == "dense" else local
        ):
            shared = colours[place % len(colours)]
            panel.plot(
                (pixel, unit + (inputs - units) / 2),
                (0, 1),
                color=shared if kind == "shared" else "#999999",
                linewidth=1.5,
                zorder=1,
            )
    return len(panel.lines)


def shifted_predictions(
    images: np.ndarray,
    probabilities: np.ndarray,
    shifts: Sequence[int],
    right: int,
) -> CourseFigure:
    """One picture at several shifts, with the classifier's probabilities.

    ``images`` is (shifts, height, width, 1), ``probabilities`` (shifts,
    classes); the bar of the ``right`` class is blue.
    """
    figure, axes = new_figure(
        2, len(shifts), width=10.5, height=2.9, sharey="row"
    )
    answers = probabilities.argmax(axis=1)
    classes = np.arange(probabilities.shape[1])
    for number, pixels in enumerate(shifts):
        top, bottom = axes[:, number]
        show_image(top, images[number, ..., 0])
        top.set_title(f"{_signed_number(pixels)} px: {answers[number]}")
        colours = [
            PALETTE["blue" if k == right else "orange"] for k in classes
        ]
        bottom.bar(classes, probabilities[number], color=colours)
        bottom.set_ylim(0, 1)
        bottom.set_xticks(sorted({right, int(answers[number])}))
        bottom.grid(False)
    axes[1, 0].set_ylabel("probability")
    wrong = [s for s, k in zip(shifts, answers, strict=True) if k != right]
    places = ", ".join(_signed_number(s) for s in wrong) or "no"
    return CourseFigure(
        figure,
        f"A {right} shifted by {shifts[0]} to {shifts[-1]} pixels, with the "
        f"probability of each digit below it: wrong at {places} pixels.",
    )


def _signed_number(value: int) -> str:
    return f"{value:+d}" if value else "0"
