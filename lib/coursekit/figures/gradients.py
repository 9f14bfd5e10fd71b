"""Pictures of gradients that travel back through time."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.lines import log_axis, looks
from coursekit.figures.style import CourseFigure, new_figure


def flow(
    curves: Mapping[str, Sequence[float]],
    ylabel: str = "norm of the Jacobian",
    lowest: float = 1e-20,
    trained: bool = False,
) -> CourseFigure:
    """A positive number for each distance 1, 2, ... on a log scale.

    Curves of ``trained`` networks differ from processor to processor.
    """
    figure, axes = new_figure(width=7.4, height=4.0)
    longest = max(map(len, curves.values()))
    for (label, values), look in zip(
        curves.items(), looks(longest), strict=False
    ):
        shown = np.clip(values, lowest / 10, None)
        axes.plot(np.arange(1, len(shown) + 1), shown, label=label, **look)
    axes.axhline(1, color="0.5", linewidth=0.8)
    axes.set_xlabel("steps back")
    log_axis(axes, "y", ylabel)
    axes.set_ylim(bottom=lowest)
    axes.legend(fontsize=9)
    said = ", ".join(
        f"{label} {power_of_ten(values[-1])}"
        for label, values in curves.items()
    )
    what = ylabel[0].upper() + ylabel[1:]
    return CourseFigure(
        figure,
        f"{what}, {len(values)} steps back: {said}.",
        varies=("lines",) if trained else (),
    )


def power_of_ten(value: float) -> str:
    """The nearest power of ten in words: 10^-3; "0" for nothing left."""
    if not value > 0:
        return "0" if value == 0 else "not a number"
    return f"10^{int(np.rint(np.log10(value)))}"
