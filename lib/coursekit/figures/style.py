"""Size, colours and fonts of every figure, and the text that goes with it."""

import base64
import html
import io
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from coursekit.figures.content import MIME, TIMES, content
from coursekit.figures.palette import CYCLE, PALETTE

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


class Captioned:
    """Shown in a notebook as a picture with its summary as caption below.

    These are two outputs: JupyterLab and nbconvert's default page show no
    text alternative of a PNG, and a page that filters HTML (GitHub's) could
    lose a picture inside it. The first one also holds, unseen, what the
    figure shows, which a replay compares. A subclass has ``summary``, one
    line of text; ``trained`` is the end of it that training decides.
    """

    summary: str
    trained = ""

    def png(self) -> bytes:
        """The picture as PNG bytes, the same for the same figure."""
        raise NotImplementedError

    def content(self) -> str:
        """What the figure shows, as coursekit.figures.content tells it."""
        raise NotImplementedError

    def output(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Data and metadata of the picture's output."""
        picture = base64.b64encode(self.png()).decode()
        data = {"image/png": picture, MIME: self.content()}
        return data, {"image/png": {"alt": self.summary}}

    def caption(self) -> dict[str, str]:
        """Data of the caption's output."""
        text = html.escape(self.summary, quote=False)
        page = f"<p><em>{text}</em></p>"
        return {"text/html": page, "text/plain": self.summary}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        data, notes = self.output()
        display(data, metadata=notes, raw=True)
        told = {"trained": self.trained} if self.trained else {}
        display(self.caption(), metadata=told, raw=True)

    def __repr__(self) -> str:
        return self.summary


class CourseFigure(Captioned):
    """A picture with a one-line text summary, its alternative text.

    ``varies`` names kinds of content (see coursekit.figures.content) that
    training decides, so that they differ from processor to processor: a
    replay compares them only in pixels, on a machine like the builder's, but
    for (panel, kind) in ``fixed``. What training decides of the text stands
    in ``trained``, which follows the summary and is not compared. In
    a ``timed`` figure they are times, and no pixel is compared. With
    COURSEKIT_FIGURES set to a folder, each figure is also saved there (for
    plain-script runs).
    """

    def __init__(
        self,
        figure: Figure,
        summary: str,
        varies: Collection[str] = (),
        timed: bool = False,
        trained: str = "",
        fixed: Collection[tuple[int, str]] = (),
    ):
        if "\n" in summary + trained or not summary.strip():
            raise ValueError("a figure's summary is one line of text")
        self.figure = figure
        self.summary = f"{summary} {trained}".strip()
        self.trained, self.fixed = trained, fixed
        self.varies = (*varies, *TIMES) if timed else tuple(varies)
        self.timed = timed
        folder = os.environ.get("COURSEKIT_FIGURES")
        if folder:
            number = len(list(Path(folder).glob("*.png"))) + 1
            self.save(Path(folder) / f"{number:02d}.png")

    def png(self) -> bytes:
        """PNG bytes; a large picture (photographs) gets 256 colours."""
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

    def content(self) -> str:
        first = '["timed"]\n' if self.timed else ""
        return first + content(self.figure, self.varies, self.fixed)


def _fewer_colours(png: bytes) -> bytes:
    """The same picture with a palette of 256 colours, a quarter the size."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
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
