"""Pictures of convolution: signals, kernels, sliding windows, matrices."""

import base64
import html
import io
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from coursekit.figures.content import content
from coursekit.figures.style import (
    PALETTE,
    Captioned,
    CourseFigure,
    new_figure,
    show_image,
)


def signals(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    xlabel: str,
    ylabel: str,
) -> CourseFigure:
    """Several (x, y) lines in one panel."""
    figure, axes = new_figure()
    for name, (x, y) in lines.items():
        axes.plot(x, y, marker="o", label=name)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.legend()
    said = "; ".join(
        f"{name} from {y[0]:.3f} to {y[-1]:.3f}"
        for name, (_, y) in lines.items()
    )
    return CourseFigure(figure, f"{ylabel}: {said}.")


# --------------------------------------------------- answers of kernels


def kernel_gallery(
    answers: Mapping[str, np.ndarray], columns: int = 4
) -> CourseFigure:
    """What each kernel makes of a picture, each (height, width).

    Answers of both signs are drawn blue where positive and red where
    negative, the others as grey values from 0 to 1. A first "picture" with
    three channels is drawn in its colours.
    """
    rows = -(-len(answers) // columns)
    height, width = next(iter(answers.values())).shape[:2]
    panel_height = 7 / columns * height / width + 0.3
    figure, axes = new_figure(
        rows, columns, width=7, height=panel_height * rows
    )
    panels = list(np.ravel(axes))
    for panel, (name, values) in zip(panels, answers.items(), strict=False):
        _show_answer(panel, values)
        panel.set_title(name, fontsize=10)
    for panel in panels[len(answers) :]:
        panel.set_visible(False)
    said = ", ".join(
        f"{name} {values.min():.1f} to {values.max():.1f}"
        for name, values in answers.items()
    )
    return CourseFigure(
        figure, f"{len(answers)} answers to one picture: {said}."
    )


def _show_answer(panel: Any, values: np.ndarray, white: float = 1.0) -> str:
    """A map in few levels, which keeps photographs small in a file.

    ``white`` is what the kernel answers to white, the sum of its weights:
    grey values go from there to 0. Returns what the shades mean.
    """
    if values.ndim == 3:
        show_image(panel, values)
        return "colours"
    if abs(values.mean()) <= 0.3 * values.std():
        limit = float(np.abs(values).max()) or 1.0
        levels = np.round(12 * values / limit)
        show_image(panel, levels, cmap="RdBu", vmin=-12, vmax=12)
        return "blue positive, red negative"
    low, high = sorted((0.0, white or 1.0))
    levels = np.round(24 * np.clip((values - low) / (high - low), 0, 1))
    show_image(panel, levels, cmap="gray", vmin=0, vmax=24)
    return f"black {low:g}, white {high:g}"


_PLACES = [
    *("top left", "top", "top right"),
    *("left", "middle", "right"),
    *("bottom left", "bottom", "bottom right"),
]


class KernelWorkbench:
    """Nine numbers and the picture they answer, live where that works.

    In a person's session a notebook shows a box for each of the nine
    weights, and the answer follows every change. Where no widgets run (a
    page, a replay, a plain script) it shows the kernel it was given and its
    answer.
    """

    def __init__(
        self,
        picture: np.ndarray,
        kernel: np.ndarray,
        correlate: Callable[[np.ndarray, np.ndarray], np.ndarray],
    ):
        self.picture, self.kernel = picture, kernel
        self.correlate = correlate

    def answer(self, kernel: np.ndarray) -> CourseFigure:
        """Picture, kernel and answer side by side."""
        values = self.correlate(self.picture, kernel)
        figure, axes = new_figure(
            columns=3, width=8.4, height=2.4, width_ratios=[3, 2, 3]
        )
        show_image(axes[0], self.picture, cmap="gray", vmin=0, vmax=1)
        _numbered(axes[1], kernel)
        shades = _show_answer(axes[2], values, float(kernel.sum()))
        titles = ("picture", "kernel", f"answer: {shades}")
        for panel, title in zip(axes, titles, strict=True):
            panel.set_title(title, fontsize=10)
        low, high = values.min().round(1) + 0, values.max().round(1) + 0
        rows = " / ".join(
            " ".join(f"{weight:g}" for weight in row) for row in kernel
        )
        return CourseFigure(
            figure,
            f"Kernel {rows}: its answers go from {low} to {high}; {shades}.",
        )

    def widgets(self) -> Any:
        """Nine labelled number boxes above the answer; needs ipywidgets."""
        import ipywidgets

        boxes = [
            ipywidgets.BoundedFloatText(
                float(weight),
                min=-9,
                max=9,
                step=0.5,
                description=place,
                layout={"width": "12.5em"},
                style={"description_width": "7.5em"},
            )
            for place, weight in zip(_PLACES, self.kernel.ravel(), strict=True)
        ]
        picture = ipywidgets.HTML()

        def redraw(_: Any = None) -> None:
            kernel = np.array([box.value for box in boxes]).reshape(3, 3)
            shown = self.answer(kernel)
            data = base64.b64encode(shown.png()).decode()
            alt = html.escape(shown.summary)
            picture.value = (
                f'<img src="data:image/png;base64,{data}" alt="{alt}">'
            )

        for box in boxes:
            box.observe(redraw, names="value")
        redraw()
        grid = ipywidgets.GridBox(
            boxes, layout={"grid_template_columns": "repeat(3, 13em)"}
        )
        return ipywidgets.VBox([grid, picture])

    def _ipython_display_(self) -> None:
        static = self.answer(self.kernel)
        if not _widgets_run():
            static._ipython_display_()
            return
        from IPython.display import display

        # A front end shows the richest form it knows: boxes or picture.
        self._live = self.widgets()  # kept alive as long as the workbench
        data, notes = static.output()
        live = self._live._repr_mimebundle_()
        display(live | data, metadata=notes, raw=True)

    def __repr__(self) -> str:
        return self.answer(self.kernel).summary


def _widgets_run() -> bool:
    """True in a notebook's kernel outside a replay, with ipywidgets."""
    from importlib.util import find_spec

    from coursekit.backend import in_replay

    in_notebook = "ipykernel" in sys.modules
    return in_notebook and not in_replay() and bool(find_spec("ipywidgets"))


def learned_kernels(
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]],
    answers: Mapping[str, tuple[np.ndarray, float]] | None = None,
) -> CourseFigure:
    """True and learned kernels, a column a pair.

    ``answers`` maps the same names to a learned kernel's answer to a disc
    and the angle (degrees, downwards from the right) at which the answer is
    strongest; they make a third row.
    """
    rows = 3 if answers else 2
    figure, axes = new_figure(
        rows, len(pairs), width=1.7 * len(pairs) + 0.3, height=1.8 * rows
    )
    worst = 0.0
    for column, (name, (true, learned)) in enumerate(pairs.items()):
        limit = float(np.abs(true).max())
        for row, values in enumerate((true, learned)):
            _numbered(axes[row, column], values, limit, "{:.1f}")
        axes[0, column].set_title(name, fontsize=10)
        worst = max(worst, float(np.abs(true - learned).max()))
        if answers:
            _show_rim(axes[2, column], *answers[name])
    for row, label in enumerate(("true", "learned", "answer to a disc")):
        if row < rows:
            axes[row, 0].set_ylabel(label)
    said = ""
    if answers:
        angles = ", ".join(f"{angle:.0f}" for _, angle in answers.values())
        said = f" On a disc they answer most at {angles} degrees."
    return CourseFigure(
        figure,
        f"{len(pairs)} true kernels and the learned ones; no weight differs "
        f"by more than {worst:.2f}.{said}",
    )


def _show_rim(panel: Any, values: np.ndarray, angle: float) -> None:
    """A signed answer with a line from the middle at ``angle`` degrees."""
    limit = float(np.abs(values).max())
    show_image(panel, values, cmap="RdBu", vmin=-limit, vmax=limit)
    middle = (values.shape[0] - 1) / 2
    turn = np.deg2rad(angle)
    panel.plot(
        [middle, middle + 0.95 * middle * np.cos(turn)],
        [middle, middle + 0.95 * middle * np.sin(turn)],
        color="black",
        linewidth=1.5,
    )
    panel.set_xlabel(f"{angle:.0f} degrees", fontsize=10)


def kernel_snapshots(
    snapshots: Mapping[int, np.ndarray], target: np.ndarray
) -> CourseFigure:
    """A kernel after some steps of learning, and the one to be found."""
    kernels = {f"step {step}": k for step, k in snapshots.items()}
    kernels["to be found"] = target
    figure, axes = new_figure(
        columns=len(kernels), width=1.5 * len(kernels), height=1.9
    )
    limit = float(np.abs(target).max())
    for panel, (name, kernel) in zip(axes, kernels.items(), strict=True):
        _numbered(panel, kernel, limit, "{:.1f}")
        panel.set_title(name, fontsize=10)
    said = "; ".join(
        f"step {step} off by {np.abs(kernel - target).max():.1f}"
        for step, kernel in snapshots.items()
    )
    return CourseFigure(figure, f"A kernel learns: {said}.")


# -------------------------------------------------- matrices of numbers


def matrix(
    values: np.ndarray, title: str, numbers: bool = False
) -> CourseFigure:
    """A matrix as coloured squares, blue positive, red negative."""
    height, width = values.shape
    scale = min(0.42, 9 / width)
    figure, axes = new_figure(
        width=max(3.2, scale * width), height=max(2, scale * height + 0.5)
    )
    if numbers:
        _numbered(axes, values)
    else:
        limit = float(np.abs(values).max()) or 1.0
        show_image(axes, values, cmap="RdBu", vmin=-limit, vmax=limit)
        _frame(axes)
    axes.set_title(title)
    full = np.count_nonzero(values)
    return CourseFigure(
        figure,
        f"{title}: {height} x {width}, {full:,} of {values.size:,} entries "
        f"are not zero, from {values.min():g} to {values.max():g}.",
    )


def visit_counts(counts: Mapping[str, np.ndarray]) -> CourseFigure:
    """Heat maps of how often each pixel takes part, one a padding."""
    figure, axes = new_figure(
        columns=len(counts), width=2.9 * len(counts), height=3.1
    )
    top = max(float(values.max()) for values in counts.values())
    for panel, (name, values) in zip(axes, counts.items(), strict=True):
        _numbered(panel, values, top)
        panel.set_title(name, fontsize=10)
    said = "; ".join(
        f"{name}: corner {v[0, 0]:g}, centre "
        f"{v[v.shape[0] // 2, v.shape[1] // 2]:g}"
        for name, v in counts.items()
    )
    return CourseFigure(figure, f"Visits to each pixel: {said}.")


def _numbered(
    panel: Any,
    values: np.ndarray,
    limit: float | None = None,
    form: str = "{:g}",
) -> None:
    """Coloured squares with their numbers in them."""
    limit = limit or float(np.abs(values).max()) or 1.0
    show_image(panel, values, cmap="RdBu", vmin=-limit, vmax=limit)
    _frame(panel)
    for (row, column), value in np.ndenumerate(values):
        text = form.format(value)
        panel.text(
            column,
            row,
            text if float(text) else "0",  # never -0.0
            ha="center",
            va="center",
            fontsize=10,
            color="white" if abs(value) > 0.6 * limit else "black",
        )


def _frame(panel: Any) -> None:
    """A thin line around the squares, so that white ones have an edge."""
    for spine in panel.spines.values():
        spine.set(visible=True, color="#aaaaaa", linewidth=0.8)


# ----------------------------------------------------------------- times


def timings(seconds: Mapping[str, float]) -> CourseFigure:
    """How long each way took, on a log scale; the times stay in the picture.

    They differ from machine to machine, so the text names only the slowest.
    """
    figure, axes = new_figure(height=0.55 * len(seconds) + 1.1)
    names = list(seconds)[::-1]
    milliseconds = [1e3 * seconds[name] for name in names]
    axes.barh(names, milliseconds, color=PALETTE["blue"])
    axes.set_xscale("log")
    axes.grid(False, axis="y")
    slowest = max(milliseconds)
    for place, value in enumerate(milliseconds):
        note = f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"
        if value < slowest:
            note += f", {slowest / value:.0f} times faster"
        axes.text(value * 1.1, place, note, va="center")
    axes.set_xlim(right=slowest * 12)
    axes.set_xlabel("time for one picture (ms, logarithmic)")
    last = max(seconds, key=lambda name: seconds[name])
    return CourseFigure(
        figure,
        f"Times of {len(seconds)} ways; the slowest is: {last}.",
        timed=True,
    )


# ------------------------------------------------------- sliding windows


def _window_frame(
    image: np.ndarray, kernel: np.ndarray, step: int
) -> tuple[Any, np.ndarray]:
    """The window at ``step``, its products, and the map so far."""
    size = kernel.shape[0]
    side = image.shape[0] - size + 1
    done = np.full((side, side), np.nan)
    for place in range(step + 1):
        i, j = divmod(place, side)
        products = image[i : i + size, j : j + size] * kernel
        done[i, j] = products.sum()
    figure, axes = new_figure(
        columns=3,
        width=6.6,
        height=2.5,
        width_ratios=[image.shape[0], size, side],
    )
    titles = ("input and window", f"products: sum {done[i, j]:g}", "map")
    reach = float(np.abs(image).max() * np.abs(kernel).sum())
    limits = (2.5 * float(np.abs(image).max()), 2.5, 1.2 * reach)
    for panel, values, title, limit in zip(
        axes, (image, products, done), titles, limits, strict=True
    ):
        panel.set_title(title, fontsize=10)
        _known(panel, values, limit)
    axes[0].add_patch(_mark(j, i, size))
    axes[2].add_patch(_mark(j, i, 1))
    return figure, done


def _known(panel: Any, values: np.ndarray, limit: float) -> None:
    """Squares with numbers; those not known yet (NaN) stay empty."""
    show_image(panel, values, cmap="RdBu", vmin=-limit, vmax=limit)
    _frame(panel)
    for (row, column), value in np.ndenumerate(values):
        if not np.isnan(value):
            panel.text(column, row, f"{value:g}", ha="center", va="center")
    height, width = values.shape
    panel.set_xlim(-0.6, width - 0.4)
    panel.set_ylim(height - 0.4, -0.6)


def _mark(column: int, row: int, size: int) -> Rectangle:
    return Rectangle(
        (column - 0.5, row - 0.5),
        size,
        size,
        fill=False,
        linewidth=3,
        edgecolor=PALETTE["vermillion"],
    )


def sliding_window(
    image: np.ndarray, kernel: np.ndarray, step: int = -1
) -> CourseFigure:
    """One moment of the sliding window: step 0 is the first place."""
    places = (image.shape[0] - kernel.shape[0] + 1) ** 2
    step = step % places
    figure, done = _window_frame(image, kernel, step)
    filled = int((~np.isnan(done)).sum())
    return CourseFigure(
        figure,
        f"The window at place {step + 1} of {places}; "
        f"{filled} numbers of the feature map are known.",
    )


class SlidingWindowFilm(Captioned):
    """The whole slide as an animated PNG, a frame a place.

    It begins at the first place and rests on the finished map before it
    begins again. Where animations do not play, the finished map shows.
    """

    def __init__(self, image: np.ndarray, kernel: np.ndarray):
        self.image, self.kernel = image, kernel
        self.places = (image.shape[0] - kernel.shape[0] + 1) ** 2
        size, side = len(self.kernel), len(self.image)
        self.summary = (
            f"Animation: a {size} x {size} window slides over {side} x "
            f"{side} pixels in {self.places} places, a number of the "
            "feature map each."
        )

    def png(self) -> bytes:
        """All frames, 0.9 s each and the last 3 s; always the same bytes."""
        from PIL import Image

        frames = []
        for step in (self.places - 1, *range(self.places)):
            figure, _ = _window_frame(self.image, self.kernel, step)
            picture = Image.open(io.BytesIO(CourseFigure(figure, "x").png()))
            frames.append(picture.convert("RGB"))
        # One palette for all frames, so that no colour flickers.
        size = frames[0].size
        colours = frames[0].quantize(32, dither=Image.Dither.NONE)
        frames = [
            frame.resize(size).quantize(
                palette=colours, dither=Image.Dither.NONE
            )
            for frame in frames
        ]
        store = io.BytesIO()
        frames[0].save(
            store,
            "PNG",
            save_all=True,
            default_image=True,  # the first is shown instead of the film
            append_images=frames[1:],
            duration=[*[900] * (self.places - 1), 3000],
            loop=0,
        )
        return store.getvalue()

    def content(self) -> str:
        """That of the first, the middle and the last place."""
        steps = (0, self.places // 2, self.places - 1)
        return "\n".join(
            content(_window_frame(self.image, self.kernel, step)[0])
            for step in steps
        )
