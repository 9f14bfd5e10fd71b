"""How lines look: told apart without their colours, and on log scales."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from coursekit.figures.style import CYCLE, PALETTE

DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)), "-")
MARKERS = "osD^v<>"


def looks(points: int = 1) -> Iterator[dict[str, Any]]:
    """Colour, dashes and marker of each next line, for Axes.plot.

    A line of many ``points`` gets about eight markers, at other places than
    its neighbours.
    """
    every = max(1, points // 8)
    for number, (colour, dashes, marker) in enumerate(
        zip(cycle(CYCLE), cycle(DASHES), cycle(MARKERS), strict=False)
    ):
        yield {
            "color": PALETTE[colour],
            "linestyle": dashes,
            "marker": marker,
            "markersize": 5,
            "markevery": (number * every // 4 % every, every),
        }


def log_axis(axes: Any, which: str, label: str, base: int = 10) -> None:
    """Make the x or y axis logarithmic, and let its label say so."""
    getattr(axes, f"set_{which}scale")("log", base=base)
    getattr(axes, f"set_{which}label")(f"{label}, log scale")
