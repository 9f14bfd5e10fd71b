"""Pictures of convolutional networks: layers, filters, maps, rejection."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
    show_image,
)


def filters_before_after(
    before: np.ndarray, after: np.ndarray
) -> CourseFigure:
    """Kernels (height, width, 1, n) of one layer, two rows."""
    count = before.shape[-1]
    figure, axes = new_figure(2, count, width=1.15 * count, height=2.7)
    for row, (kernels, name) in enumerate(
        ((before, "before"), (after, "after"))
    ):
        limit = float(np.abs(kernels).max())
        for number in range(count):
            show_image(
                axes[row, number],
                kernels[:, :, 0, number],
                cmap="RdBu",
                vmin=-limit,
                vmax=limit,
            )
        axes[row, 0].set_ylabel(name)
    change = np.abs(after - before).mean() / np.abs(before).mean()
    return CourseFigure(
        figure,
        f"{count} kernels of {before.shape[0]} x {before.shape[1]} before "
        f"and after training; the mean change is {change:.1f} times the "
        "mean size they began with.",
    )


def feature_maps(
    image: np.ndarray, maps: Mapping[str, np.ndarray], most: int = 6
) -> CourseFigure:
    """An image (h, w) and, a row per layer, maps (h, w, n) it causes."""
    figure, axes = new_figure(
        len(maps), most + 1, width=1.25 * (most + 1), height=1.4 * len(maps)
    )
    axes = np.atleast_2d(axes)
    for row, (name, values) in enumerate(maps.items()):
        show_image(axes[row, 0], image)
        axes[row, 0].set_ylabel(name)
        for number in range(most):
            show_image(axes[row, number + 1], values[..., number])
    sizes = ", ".join(
        f"{' '.join(name.split())}: {v.shape[2]} maps of "
        f"{v.shape[0]} x {v.shape[1]}"
        for name, v in maps.items()
    )
    return CourseFigure(
        figure, f"One digit and the first {most} maps of each: {sizes}."
    )


def architecture(shapes: Mapping[str, Sequence[int]]) -> CourseFigure:
    """Layers from left to right: maps as stacked squares, vectors as bars.

    ``shapes`` maps a layer's name to its output shape without the batch,
    (height, width, maps) or (units,).
    """
    figure, axes = new_figure(width=10, height=3.4)
    left = 0.0
    for name, shape in shapes.items():
        draw = _stack if len(shape) == 3 else _bar
        width, height = draw(axes, left, shape)
        text = " x ".join(f"{length:,}" for length in shape)
        middle = left + width / 2
        axes.text(middle, height / 2 + 0.06, name, ha="center", va="bottom")
        axes.text(
            middle, -height / 2 - 0.06, text, ha="center", va="top", size=9
        )
        left += max(width, 0.45) + 0.25
    axes.set_xlim(-0.2, left)
    axes.set_ylim(-0.95, 0.95)
    axes.set_aspect("equal")
    hide_axes(axes)
    said = ", ".join(
        f"{name} {'x'.join(map(str, shape))}" for name, shape in shapes.items()
    )
    return CourseFigure(figure, f"Layers from left to right: {said}.")


def _stack(axes, left: float, shape) -> tuple[float, float]:
    """Up to eight squares one behind the other; returns their extent."""
    side = (shape[0] / 28) ** 0.6
    count = min(shape[2], 8)
    for number in reversed(range(count)):
        offset = 0.04 * number
        axes.add_patch(
            Rectangle(
                (left + offset, offset - (side + 0.04 * (count - 1)) / 2),
                side,
                side,
                facecolor="white" if number else PALETTE["sky"],
                edgecolor=PALETTE["blue"],
            )
        )
    extent = side + 0.04 * (count - 1)
    return extent, extent


def _bar(axes, left: float, shape) -> tuple[float, float]:
    """A bar whose height grows with the logarithm of the units."""
    height = 0.25 * np.log10(max(shape[0], 2)) + 0.4
    axes.add_patch(
        Rectangle(
            (left + 0.15, -height / 2),
            0.12,
            height,
            facecolor=PALETTE["orange"],
            edgecolor=PALETTE["vermillion"],
        )
    )
    return 0.42, height


def connection_tables(tables: Mapping[str, np.ndarray]) -> CourseFigure:
    """Tables (maps below, maps above) of 0/1: who sees whom."""
    sizes = [table.shape[1] for table in tables.values()]
    figure, axes = new_figure(
        columns=len(tables), width=10, height=3.6, width_ratios=sizes
    )
    said = []
    for panel, (name, table) in zip(
        np.atleast_1d(axes), tables.items(), strict=True
    ):
        below, above = table.shape
        panel.imshow(table, cmap="Blues", vmin=0, vmax=1.3)
        panel.set_xticks(np.arange(above + 1) - 0.5, minor=True)
        panel.set_yticks(np.arange(below + 1) - 0.5, minor=True)
        panel.grid(False)
        panel.grid(True, which="minor", color="white", linewidth=2)
        panel.tick_params(which="both", length=0)
        panel.set_xticks(range(0, above, 2))
        panel.set_yticks(range(0, below, 2))
        panel.set_xlabel("map of this layer")
        panel.set_ylabel("map below")
        panel.set_title(name)
        counts = sorted(set(table.sum(axis=0).tolist()))
        seen = " or ".join(map(str, counts))
        said.append(
            f"{name}: {int(table.sum())} of {table.size} connections, each "
            f"map sees {seen} of {below}"
        )
    return CourseFigure(figure, f"Connection tables. {'; '.join(said)}.")


def reject_curve(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    goal: float = 0.01,
) -> CourseFigure:
    """Error on what is accepted against the share rejected (both 0 to 1).

    ``curves`` maps a name to both sequences, in ascending order of the
    share. The summary reads the curve at a few fixed shares.
    """
    figure, axes = new_figure()
    said = []
    for name, (rejected, error) in curves.items():
        shares, errors = np.asarray(rejected), np.asarray(error)
        axes.plot(100 * shares, 100 * errors, label=name)
        read = ", ".join(
            f"{100 * errors[np.searchsorted(shares, share - 1e-9)]:.1f} % at "
            f"{100 * share:.0f}"
            for share in (0, 0.05, 0.1, 0.3)
        )
        said.append(f"{name} {read}")
    axes.axhline(100 * goal, color=PALETTE["black"], linestyle=":")
    axes.set_xlim(0, 30)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("digits rejected (%)")
    axes.set_ylabel("errors among the rest (%)")
    axes.legend()
    return CourseFigure(
        figure,
        f"Errors among the accepted digits, at so many per cent rejected: "
        f"{'; '.join(said)}.",
    )


def with_spread(
    values: Mapping[str, float], spread: float, xlabel: str
) -> CourseFigure:
    """Points with one standard deviation, a row for each, in this order."""
    figure, axes = new_figure(height=0.5 * len(values) + 0.9)
    names = list(values)[::-1]
    heights = [values[name] for name in names]
    axes.errorbar(
        heights, names, xerr=spread, fmt="o", markersize=8, capsize=4
    )
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlabel(xlabel)
    said = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
    return CourseFigure(
        figure, f"{xlabel.capitalize()}: {said}; each +- {spread:.3f}."
    )
