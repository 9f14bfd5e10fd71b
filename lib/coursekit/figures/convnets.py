"""Pictures of convolutional networks: filters, feature maps, rejection."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
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
        f"{name}: {v.shape[2]} maps of {v.shape[0]} x {v.shape[1]}"
        for name, v in maps.items()
    )
    return CourseFigure(
        figure, f"One digit and the first {most} maps of each: {sizes}."
    )


def reject_curve(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    goal: float = 0.01,
) -> CourseFigure:
    """Error on what is accepted against the share rejected (both 0 to 1)."""
    figure, axes = new_figure()
    said = []
    for name, (rejected, error) in curves.items():
        shares, errors = np.asarray(rejected), np.asarray(error)
        axes.plot(100 * shares, 100 * errors, label=name)
        reached = np.flatnonzero(errors <= goal)
        if len(reached):
            said.append(
                f"{name}: {100 * errors[0]:.1f} % with nothing rejected, "
                f"{100 * goal:.0f} % after rejecting "
                f"{100 * shares[reached[0]]:.1f} %"
            )
    axes.axhline(100 * goal, color=PALETTE["black"], linestyle=":")
    axes.set_xlim(0, 30)
    axes.set_xlabel("digits rejected (%)")
    axes.set_ylabel("errors among the rest (%)")
    axes.legend()
    return CourseFigure(figure, f"Reject curve. {'; '.join(said)}.")


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
