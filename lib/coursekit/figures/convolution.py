"""Pictures of convolution: signals, kernels, sliding windows, matrices."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from coursekit.figures.style import (
    PALETTE,
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


def kernel_gallery(
    picture: np.ndarray, results: Mapping[str, np.ndarray], columns: int = 4
) -> CourseFigure:
    """A grey picture (0 to 1) and what each kernel makes of it."""
    rows = -(-(len(results) + 1) // columns)
    figure, axes = new_figure(
        rows, columns, width=8.4, height=8.4 / columns * rows * 0.75
    )
    panels = list(np.ravel(axes))
    show_image(panels[0], picture, cmap="gray", vmin=0, vmax=1)
    panels[0].set_title("picture", fontsize=10)
    for panel, (name, values) in zip(
        panels[1:], results.items(), strict=False
    ):
        signed = abs(values.mean()) < 0.3 * values.std()
        limit = np.abs(values).max()
        options: dict[str, Any] = (
            {"cmap": "RdBu", "vmin": -limit, "vmax": limit}
            if signed
            else {"cmap": "gray", "vmin": 0, "vmax": 1}
        )
        show_image(panel, values, **options)
        panel.set_title(name, fontsize=10)
    for panel in panels[len(results) + 1 :]:
        panel.set_visible(False)
    return CourseFigure(
        figure,
        f"A photograph and the answers of {len(results)} kernels: "
        f"{', '.join(results)}.",
    )


def matrix(
    values: np.ndarray, title: str, numbers: bool = False
) -> CourseFigure:
    """A matrix as coloured squares, blue positive, red negative."""
    height, width = values.shape
    scale = min(0.42, 9 / width)
    figure, axes = new_figure(
        width=max(3.2, scale * width), height=max(2, scale * height + 0.5)
    )
    limit = float(np.abs(values).max()) or 1.0
    show_image(axes, values, cmap="RdBu", vmin=-limit, vmax=limit)
    axes.set_title(title)
    if numbers:
        for (row, column), value in np.ndenumerate(values):
            strong = abs(value) > 0.6 * limit
            axes.text(
                column,
                row,
                f"{value:g}",
                ha="center",
                va="center",
                color="white" if strong else "black",
            )
    full = np.count_nonzero(values)
    return CourseFigure(
        figure,
        f"{title}: {height} x {width}, {full} of {values.size} entries are "
        f"not zero, from {values.min():g} to {values.max():g}.",
    )


def timings(seconds: Mapping[str, float]) -> CourseFigure:
    """How long each way took, on a log scale; the times stay in the picture.

    They differ from machine to machine, so the text names only the order.
    """
    figure, axes = new_figure(height=0.55 * len(seconds) + 1.1)
    names = list(seconds)[::-1]
    milliseconds = [1e3 * seconds[name] for name in names]
    axes.barh(names, milliseconds, color=PALETTE["blue"])
    axes.set_xscale("log")
    for place, value in enumerate(milliseconds):
        axes.text(value * 1.1, place, f"{value:.3g} ms", va="center")
    axes.set_xlim(right=max(milliseconds) * 6)
    axes.set_xlabel("time for one picture (ms)")
    slowest = max(seconds, key=lambda name: seconds[name])
    return CourseFigure(
        figure, f"Time of {len(seconds)} ways; the slowest is: {slowest}."
    )


def _window_frame(
    image: np.ndarray, kernel: np.ndarray, step: int
) -> tuple[Any, np.ndarray]:
    """Figure of the window at ``step`` and the map as far as it is done."""
    size = kernel.shape[0]
    side = image.shape[0] - size + 1
    done = np.full((side, side), np.nan)
    for place in range(step + 1):
        i, j = divmod(place, side)
        done[i, j] = (image[i : i + size, j : j + size] * kernel).sum()
    figure, axes = new_figure(columns=2, width=5.2, height=2.6)
    top = float(np.abs(image).max())
    axes[0].set_title("input and window", fontsize=10)
    axes[1].set_title("feature map", fontsize=10)
    for panel, values, limit in (
        (axes[0], image, top),
        (axes[1], done, float(image.max() * np.abs(kernel).sum() / 2)),
    ):
        show_image(panel, values, cmap="Blues", vmin=0, vmax=2.5 * limit)
        for (row, column), value in np.ndenumerate(values):
            if not np.isnan(value):
                panel.text(column, row, f"{value:g}", ha="center", va="center")
    i, j = divmod(step, side)
    axes[0].add_patch(
        Rectangle(
            (j - 0.5, i - 0.5),
            size,
            size,
            fill=False,
            linewidth=3,
            edgecolor=PALETTE["vermillion"],
        )
    )
    axes[1].set_xlim(-0.5, side - 0.5)
    axes[1].set_ylim(side - 0.5, -0.5)
    return figure, done


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


class SlidingWindowFilm:
    """The whole slide as an animated PNG, a frame a place.

    Where animations do not play, the last frame, the finished map, shows.
    """

    def __init__(self, image: np.ndarray, kernel: np.ndarray):
        self.image, self.kernel = image, kernel
        self.places = (image.shape[0] - kernel.shape[0] + 1) ** 2

    def png(self) -> bytes:
        """All frames, 0.8 s each, repeated."""
        from PIL import Image

        frames = []
        for step in (self.places - 1, *range(self.places)):
            figure, _ = _window_frame(self.image, self.kernel, step)
            picture = Image.open(io.BytesIO(CourseFigure(figure, "x").png()))
            frames.append(picture.convert("RGB").quantize(8))
        store = io.BytesIO()
        frames[0].save(
            store,
            "PNG",
            save_all=True,
            append_images=[f.resize(frames[0].size) for f in frames[1:]],
            duration=800,
            loop=0,
        )
        return store.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None) -> Any:
        bundle = {"image/png": self.png(), "text/plain": repr(self)}
        return bundle, {"image/png": {"alt": repr(self)}}

    def __repr__(self) -> str:
        size, side = len(self.kernel), len(self.image)
        return (
            f"Animation: a {size} x {size} window slides over {side} x "
            f"{side} pixels in {self.places} places, a number of the "
            "feature map each."
        )


def learned_kernels(
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> CourseFigure:
    """True and learned kernels, a column a pair."""
    figure, axes = new_figure(
        2, len(pairs), width=1.7 * len(pairs), height=3.6
    )
    worst = 0.0
    for column, (name, (true, learned)) in enumerate(pairs.items()):
        limit = float(np.abs(true).max())
        for row, values in enumerate((true, learned)):
            show_image(
                axes[row, column], values, cmap="RdBu", vmin=-limit, vmax=limit
            )
        axes[0, column].set_title(name, fontsize=10)
        worst = max(worst, float(np.abs(true - learned).max()))
    axes[0, 0].set_ylabel("true")
    axes[1, 0].set_ylabel("learned")
    return CourseFigure(
        figure,
        f"{len(pairs)} true kernels and the learned ones below; no weight "
        f"differs by more than {worst:.2f}.",
    )
