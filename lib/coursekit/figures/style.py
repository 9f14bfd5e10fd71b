"""Size, colours and fonts of every figure, and the text that goes with it."""

import io
import os
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart with any form of colour blindness.
PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
CYCLE = ("blue", "orange", "green", "vermillion", "purple", "sky", "black")

STYLE: Any = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "font.size": 11,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "savefig.dpi": 100,
}

_LARGE = 50_000  # bytes


class CourseFigure:
    """A picture with a one-line text summary, its alternative text.

    A notebook shows both: the picture, and the summary below it, which a
    replay compares and a screen reader speaks. With COURSEKIT_FIGURES set to
    a folder, each figure is also saved there (for plain-script runs).
    """

    def __init__(self, figure: Figure, summary: str):
        if "\n" in summary or not summary.strip():
            raise ValueError("a figure's summary is one line of text")
        self.figure = figure
        self.summary = summary
        folder = os.environ.get("COURSEKIT_FIGURES")
        if folder:
            number = len(list(Path(folder).glob("*.png"))) + 1
            self.save(Path(folder) / f"{number:02d}.png")

    def png(self) -> bytes:
        """The picture as PNG bytes, the same for the same figure.

        A large one (photographs) is stored with 256 colours.
        """
        store = io.BytesIO()
        with matplotlib.rc_context(STYLE):
            self.figure.savefig(
                store,
                format="png",
                bbox_inches="tight",
                metadata={"Software": None, "Description": self.summary},
            )
        content = store.getvalue()
        return content if len(content) < _LARGE else _fewer_colours(content)

    def save(self, path: str | Path) -> Path:
        """Write the picture; returns the path."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.png())
        return path

    def _repr_mimebundle_(self, include=None, exclude=None) -> Any:
        bundle = {"image/png": self.png(), "text/plain": self.summary}
        return bundle, {"image/png": {"alt": self.summary}}

    def __repr__(self) -> str:
        return self.summary


def _fewer_colours(content: bytes) -> bytes:
    """The same picture with a palette of 256 colours, a quarter the size."""
    from PIL import Image

    picture = Image.open(io.BytesIO(content)).convert("RGB")
    store = io.BytesIO()
    fewer = picture.quantize(256, method=Image.Quantize.FASTOCTREE)
    fewer.save(store, format="PNG", optimize=True)
    return store.getvalue()


def new_figure(
    rows: int = 1,
    columns: int = 1,
    width: float | None = None,
    height: float | None = None,
    **options: Any,
) -> tuple[Figure, Any]:
    """An empty figure in the course's style, without pyplot's global state.

    Returns the figure and its axes: one Axes, or an array of them of shape
    (columns,), (rows,) or (rows, columns). ``width`` and ``height`` are in
    inches at 100 dots an inch; ``options`` go to Figure.subplots.
    """
    width = width or (6.4 if columns == 1 else min(3.4 * columns, 10.5))
    height = height or 3.6 * rows
    style = STYLE | {
        "axes.prop_cycle": cycler(color=[PALETTE[name] for name in CYCLE])
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, **options)
    return figure, axes


def show_image(axes: Any, image: Any, **options: Any) -> Any:
    """Draw a picture: grey for two axes (0 black, 255 or 1 white), no frame.

    ``options`` go to Axes.imshow (cmap, vmin, vmax). Returns its result.
    """
    image = np.asarray(image)
    if image.ndim == 2 and "cmap" not in options:
        top = 255 if image.dtype == np.uint8 else None
        bottom = 0 if image.dtype == np.uint8 else None
        options = {"cmap": "gray", "vmin": bottom, "vmax": top} | options
    hide_axes(axes)
    return axes.imshow(image, interpolation="nearest", **options)


def hide_axes(axes: Any) -> None:
    """Leave only the picture: no ticks, no frame, no grid."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
