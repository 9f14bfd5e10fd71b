"""Bounds, clipped gradients, and how far back networks learn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.gradients import power_of_ten
from coursekit.figures.lines import log_axis, looks
from coursekit.figures.style import CYCLE, PALETTE, CourseFigure, new_figure


def norms_against_bound(
    panels: Mapping[
        str, Mapping[str, tuple[Sequence[float], Sequence[float]]]
    ],
) -> CourseFigure:
    """Norm of a product of Jacobians (solid) and its bound (dashed).

    ``panels`` maps an activation to {label: (norms, bounds)}, one number
    for each distance 1, 2, ...
    """
    figure, axes = new_figure(
        columns=len(panels), width=10.5, height=4.2, sharey=True
    )
    said = []
    for panel, (title, lines) in zip(
        np.ravel(axes), panels.items(), strict=True
    ):
        ends = []
        longest = max(len(norms) for norms, _ in lines.values())
        for (label, (norms, bounds)), look in zip(
            lines.items(), looks(longest), strict=False
        ):
            steps = np.arange(1, len(norms) + 1)
            panel.plot(steps, norms, label=label, **look | {"linestyle": "-"})
            thin = {"linestyle": "--", "linewidth": 1.2, "markersize": 3}
            panel.plot(steps, bounds, **look | thin)
            ends.append(
                f"{label} {power_of_ten(norms[-1])} "
                f"(bound {power_of_ten(bounds[-1])})"
            )
        panel.axhline(1, color="0.5", linewidth=0.8)
        log_axis(panel, "y", "norm (solid), bound (dashed)")
        panel.set(title=title, xlabel="steps back", ylim=(1e-20, 1e20))
        panel.label_outer()
        said.append(f"{title}: {', '.join(ends)}")
    handles, names = np.ravel(axes)[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(names))
    return CourseFigure(
        figure, f"Norm after {len(norms)} steps. {'; '.join(said)}."
    )


def clipped(
    gradient: Sequence[float],
    results: Mapping[str, Sequence[float]],
    threshold: float,
) -> CourseFigure:
    """A gradient of two weights and what each kind of clipping makes of it.

    Drawn with the square of clipping by value and the circle of clipping by
    norm. An arrow that would leave the frame is drawn as long as fits, and
    its label says how long it is.
    """
    figure, axes = new_figure(width=5.6, height=4.6)
    side = 1.6 * threshold
    square = np.array([[-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]]) * threshold
    angle = np.linspace(0, 2 * np.pi, 181)
    axes.plot(*square, color="0.6", linewidth=1)
    axes.plot(
        *(threshold * np.array([np.cos(angle), np.sin(angle)])),
        color="0.6",
        linewidth=1,
        linestyle="--",
    )
    arrows = {"gradient": gradient, **results}
    widths = (1.5, 5, 3, 1.5)  # the thinner lie on the thicker
    said = []
    for (label, (x, y)), colour, width in zip(
        arrows.items(), ("black", *CYCLE), widths, strict=False
    ):
        fits = min(1.0, 0.97 * side / max(abs(x), abs(y)))
        head = {"headwidth": width + 7, "headlength": 9}
        axes.annotate(
            "",
            (fits * x, fits * y),
            (0, 0),
            arrowprops={"color": PALETTE[colour], "width": width, **head},
        )
        cut = f", {np.hypot(x, y):.2f} long, cut" if fits < 1 else ""
        axes.plot([], [], color=PALETTE[colour], label=label + cut, lw=width)
        degrees = np.degrees(np.arctan2(y, x))
        said.append(f"{label} {np.hypot(x, y):.2f} at {degrees:.0f} degrees")
    axes.set(xlim=(-side / 4, side), ylim=(-side / 4, side), aspect="equal")
    axes.set(xlabel="weight 1", ylabel="weight 2")
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
    return CourseFigure(figure, f"Length and direction: {', '.join(said)}.")


def success_panels(
    lags: Sequence[int], arms: Mapping[str, np.ndarray], chance: float
) -> CourseFigure:
    """Accuracy against lag, a panel an arm, since many lie on each other.

    ``arms`` maps a name to accuracies of shape (seeds, lags); the shade is
    the range of the seeds, ``chance`` what guessing gives.
    """
    columns = 3
    rows = -(-len(arms) // columns)
    figure, panels = new_figure(
        rows, columns, width=9.2, height=2.1 * rows + 0.4, sharex=True
    )
    panels = np.ravel(panels)
    for panel in panels[len(arms) :]:
        panel.remove()
    for panel, (name, values) in zip(panels, arms.items(), strict=False):
        values = np.asarray(values, dtype=float)
        panel.plot(lags, values.mean(axis=0), "o-", color=PALETTE["blue"])
        panel.fill_between(lags, values.min(0), values.max(0), alpha=0.2)
        panel.axhline(chance, color="0.5", linestyle=":")
        panel.set_title(name, fontsize=10)
        _lag_axis(panel, lags)
        panel.set_ylim(chance - 0.1, 1.05)
    for panel in panels[: max(0, len(arms) - columns)]:
        panel.set_xlabel("")
    for panel in panels[max(0, len(arms) - columns) : len(arms)]:
        panel.tick_params(labelbottom=True)
    for panel in panels[: len(arms) : columns]:
        panel.set_ylabel("accuracy")
    return CourseFigure(figure, _said_by_lag("accuracy", lags, arms))


def _lag_axis(panel: Any, lags: Sequence[int]) -> None:
    log_axis(panel, "x", "lag (steps)", base=2)
    panel.set_xticks(lags, [str(lag) for lag in lags])
    panel.minorticks_off()


def _said_by_lag(
    what: str, lags: Sequence[int], arms: Mapping[str, np.ndarray]
) -> str:
    said = "; ".join(
        f"{name}: {', '.join(f'{v:.2f}' for v in np.mean(values, axis=0))}"
        for name, values in arms.items()
    )
    return f"Mean {what} at lags {', '.join(map(str, lags))}. {said}."
