"""Pictures of activation functions, gradients by depth, and pooling."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from coursekit.figures.lines import log_axis, looks
from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    new_figure,
    show_image,
)


def curves_and_slopes(
    functions: Mapping[str, tuple[Callable, Callable]], reach: float = 5.0
) -> CourseFigure:
    """Each function and its derivative on -reach..reach, a panel each."""
    x = np.linspace(-reach, reach, 401)
    columns = 3
    rows = -(-len(functions) // columns)
    figure, axes = new_figure(rows, columns, width=9.6, height=2.4 * rows)
    said = []
    for panel, (name, (function, slope)) in zip(
        np.ravel(axes), functions.items(), strict=False
    ):
        panel.plot(x, function(x), label="value")
        panel.plot(x, slope(x), "--", label="slope")
        panel.axhline(0, color=PALETTE["black"], linewidth=0.6)
        panel.set_title(name)
        panel.set_ylim(-1.3, 2.2)
        said.append(f"{name} {slope(x).max():.2f}")
    for panel in np.ravel(axes)[len(functions) :]:
        panel.set_visible(False)
    np.ravel(axes)[0].legend(fontsize=9)
    return CourseFigure(
        figure, f"Activations with their slopes; largest: {', '.join(said)}."
    )


def gradient_by_depth(
    norms: Mapping[str, Sequence[float]],
) -> CourseFigure:
    """Gradient norm of each layer, first to last, a line each (log)."""
    figure, axes = new_figure()
    said = []
    for (name, values), look in zip(norms.items(), looks(), strict=False):
        layers = np.arange(1, len(values) + 1)
        axes.plot(layers, np.maximum(values, 1e-20), label=name, **look)
        power = np.log10(max(values[0], 1e-20) / values[-1])
        said.append(f"{name} 10^{power:.0f}")
    log_axis(axes, "y", "norm of the weights' gradient")
    axes.set_xlabel("layer (1 is next to the input)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    return CourseFigure(
        figure,
        "Gradient of the first layer over that of the last: "
        f"{', '.join(said)}.",
    )


def gradient_through_depth(
    depths: Sequence[int], shares: Mapping[str, Sequence[float]]
) -> CourseFigure:
    """Share of the gradient that passes so many layers, a line each (log)."""
    figure, axes = new_figure()
    for (name, values), look in zip(shares.items(), looks(), strict=False):
        axes.plot(depths, values, label=name, **look)
    log_axis(axes, "y", "gradient left (share)")
    axes.set_xlabel("layers passed")
    axes.legend(fontsize=9)
    said = ", ".join(
        f"{name} 10^{round(float(np.log10(values[-1])))}"
        for name, values in shares.items()
    )
    return CourseFigure(
        figure, f"Gradient left after {depths[-1]} layers: {said}."
    )


def pooled_pictures(
    pictures: Mapping[str, Mapping[str, np.ndarray]],
) -> CourseFigure:
    """A row a picture, a column a treatment: {"ink bright": {"max": a}}."""
    first = next(iter(pictures.values()))
    figure, axes = new_figure(
        len(pictures),
        len(first),
        width=1.9 * len(first),
        height=2 * len(pictures),
    )
    for row, (name, treated) in enumerate(pictures.items()):
        for column, (title, image) in enumerate(treated.items()):
            show_image(axes[row, column], image, cmap="gray", vmin=0, vmax=1)
            if row == 0:
                axes[row, column].set_title(title)
        axes[row, 0].set_ylabel(name)
    said = "; ".join(
        f"{name}: "
        + ", ".join(f"{title} {a.mean():.2f}" for title, a in treated.items())
        for name, treated in pictures.items()
    )
    return CourseFigure(figure, f"Mean brightness of {said}.")


def change_curves(
    panels: Mapping[str, tuple[Sequence[float], Mapping[str, Sequence]]],
    measure: str,
) -> CourseFigure:
    """A measure of pictures against the amount of a change, a panel each.

    ``panels`` maps the label of the x axis to (amounts, {line: values});
    the measure is at most 1, and 0 is drawn as a dotted line.
    """
    figure, axes = new_figure(
        columns=len(panels), width=10.2, height=3.4, sharey=True
    )
    said, least = [], 0.0
    for panel, (label, (amounts, lines)) in zip(
        np.ravel(axes), panels.items(), strict=True
    ):
        for (name, values), look in zip(lines.items(), looks(), strict=False):
            panel.plot(amounts, values, label=name, **look)
        panel.axhline(0, color=PALETTE["black"], linestyle=":", linewidth=1)
        panel.set_xlabel(label)
        least = min(0, least, *map(min, lines.values()))
        ends = ", ".join(f"{n} {v[3]:.2f}" for n, v in lines.items())
        said.append(f"{label} {amounts[3]}: {ends}")
    np.ravel(axes)[0].set_ylim(least - 0.05, 1.05)  # of all panels
    np.ravel(axes)[0].set_ylabel(measure)
    np.ravel(axes)[0].legend(fontsize=9)
    return CourseFigure(
        figure, f"{measure.capitalize()} at {'; '.join(said)}."
    )
