"""Pictures of lesson 10: boxes, grids, curves of precision and recall."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    new_figure,
    show_image,
)


def _frame(panel, box, colour: str, **options) -> None:
    left, top, right, bottom = box
    corner = (left - 0.5, top - 0.5)  # pixel 0 is drawn from -0.5
    frame = Rectangle(corner, right - left, bottom - top, fill=False)
    frame.set(edgecolor=PALETTE[colour], linewidth=2, **options)
    panel.add_patch(frame)


def _named(panel, box, text: str, colour: str, taken: list) -> None:
    """Text above a box, or below it where another one stands."""
    left, top, _, bottom = box
    x, y = min(left, 48), max(top - 1.5, 4)
    if any(abs(x - a) < 16 and abs(y - b) < 7 for a, b in taken):
        y = min(bottom + 4.5, 62)
    taken.append((x, y))
    panel.text(
        *(x, y, text),
        fontsize=9,
        color="white",
        bbox={"fc": PALETTE[colour], "ec": "none", "pad": 1.2},
    )


def overlap(a: Sequence[float], b: Sequence[float]) -> CourseFigure:
    """Two boxes, and the part that they share."""
    figure, panel = new_figure(width=4.6, height=3.2)
    shared = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]))
    left, top, right = shared
    bottom = min(a[3], b[3])
    for box, colour in ((a, "blue"), (b, "vermillion")):
        _frame(panel, np.add(box, 0.5), colour)
    patch = Rectangle((left, top), right - left, bottom - top)
    patch.set(facecolor=PALETTE["sky"], alpha=0.6)
    panel.add_patch(patch)
    panel.text(a[0] + 0.15, a[1] + 0.45, "a", color=PALETTE["blue"])
    panel.text(b[2] - 0.4, b[3] - 0.2, "b", color=PALETTE["vermillion"])
    low, high = min(a[0], b[0]) - 1, max(a[2], b[2]) + 1
    panel.set(xlim=(low, high), ylim=(max(a[3], b[3]) + 1, -1))
    panel.set(xlabel="x (pixels)", ylabel="y (pixels, down)", aspect="equal")
    size = (right - left) * (bottom - top)
    return CourseFigure(
        figure,
        f"Box a from {tuple(a)} and box b from {tuple(b)} share the "
        f"{right - left} x {bottom - top} = {size} square pixels that are "
        "filled.",
    )


def boxes(
    images: Sequence[np.ndarray],
    found: Sequence[Sequence[tuple[np.ndarray, str]]],
    true: Sequence[np.ndarray] = (),
    titles: Sequence[str] = (),
    what: str = "Pictures with boxes",
    varies: Sequence[str] = ("patches", "texts"),
    columns: int = 4,
) -> CourseFigure:
    """Pictures with (box, text) drawn on them; true boxes are dashed.

    ``varies`` says what training decides; () for true boxes only.
    """
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    figure, axes = new_figure(
        *(rows, columns),
        width=2.55 * columns,
        height=(2.85 if len(titles) else 2.6) * rows,
        squeeze=False,
    )
    for number, panel in enumerate(axes.ravel()):
        if number >= len(images):
            panel.set_axis_off()
            continue
        show_image(panel, images[number])
        for box in true[number] if len(true) else ():
            _frame(panel, box, "yellow", linestyle=(0, (2, 1.5)))
        taken: list[tuple[float, float]] = []
        for box, text in found[number]:
            _frame(panel, box, "vermillion")
            if text:
                _named(panel, box, text, "vermillion", taken)
        if number < len(titles):
            panel.set_title(titles[number], fontsize=10)
    said = "; ".join(
        ", ".join(text for _, text in one if text)
        or (f"boxes: {len(one)}" if len(one) else "nothing")
        for one in found
    )
    if not varies:
        return CourseFigure(figure, f"{what}: {said}.")
    return CourseFigure(
        figure,
        f"{what}.",
        varies=varies,
        trained=f"Found: {said}.",
    )


def grid(image: np.ndarray, true: np.ndarray, places: np.ndarray):
    """A picture cut into 8 x 8 places, middles of boxes, their places."""
    figure, panel = new_figure(width=4.2, height=4.2)
    show_image(panel, image)
    for edge in range(8, 64, 8):
        panel.axhline(edge - 0.5, color="white", linewidth=0.7)
        panel.axvline(edge - 0.5, color="white", linewidth=0.7)
    middles = (true[:, :2] + true[:, 2:]) / 2 - 0.5
    for box, (row, column) in zip(true, places, strict=True):
        _frame(panel, box, "yellow", linestyle=(0, (2, 1.5)))
        place = np.multiply((column, row, column + 1, row + 1), 8)
        _frame(panel, place, "vermillion")
    panel.plot(*middles.T, "o", color=PALETTE["vermillion"], markersize=6)
    told = ", ".join(f"row {r}, column {c}" for r, c in places)
    return CourseFigure(
        figure,
        f"A scene cut into 8 x 8 places. The middles of its {len(true)} "
        f"boxes lie in {told}.",
    )


def precision_recall(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    varies: bool = True,
) -> CourseFigure:
    """Precision against recall, as it is (points) and as it counts (steps).

    ``curves``: recall, precision, and the best precision from there on.
    """
    figure, panel = new_figure(width=6.2, height=3.6)
    told = []
    for (name, (recall, precision, best)), look in zip(
        curves.items(), looks(), strict=False
    ):
        steps = np.append(0, recall)
        colour = look["color"]
        panel.step(
            steps,
            np.append(best[0], best),
            where="pre",
            color=colour,
            label=name,
        )
        panel.plot(recall, precision, ".", color=colour, markersize=7)
        area = float(np.sum(np.diff(steps) * best))
        told.append(f"{name} {area:.3f}")
    panel.set(xlabel="recall", ylabel="precision")
    panel.set(xlim=(0, 1.02), ylim=(0, 1.05))
    panel.legend(loc="lower left")
    start = "Precision against recall; the area below the steps"
    if not varies:
        return CourseFigure(figure, f"{start}: {', '.join(told)}.")
    return CourseFigure(
        figure,
        f"{start} is the average precision.",
        varies=("lines",),
        trained=f"{', '.join(told)}.",
    )


def by_kind(names: Sequence[str], values: Sequence[float]) -> CourseFigure:
    """Average precision of each kind, the best on top, and their mean."""
    figure, panel = new_figure(width=6.2, height=3.9)
    order = np.argsort(values, kind="stable")
    shown = [names[k] for k in order]
    bars = panel.barh(shown, np.take(values, order), color=PALETTE["sky"])
    numbers = [f"{values[k]:.2f}" for k in order]
    white = {"fc": "white", "ec": "none", "pad": 0.5}
    panel.bar_label(bars, numbers, padding=2, bbox=white)
    panel.axvline(np.mean(values), color=PALETTE["vermillion"], ls="--")
    panel.set(xlim=(0, 1.08), xlabel="average precision at IoU 0.5 (test)")
    panel.grid(axis="y", visible=False)
    told = ", ".join(f"{names[k]} {values[k]:.2f}" for k in order[::-1])
    return CourseFigure(
        figure,
        "Average precision of each of 13 kinds, and their mean (dashed).",
        varies=("ticks", "texts", "patches", "lines"),
        trained=f"{told}.",
    )


def strictness(
    levels: Sequence[float], curves: Mapping[str, Sequence[float]]
) -> CourseFigure:
    """mAP against the IoU that is asked for."""
    figure, panel = new_figure(width=6.0, height=3.2)
    for (name, values), look in zip(curves.items(), looks(), strict=False):
        panel.plot(levels, values, label=name, **look)
    panel.set(xlabel="IoU that a box needs", ylabel="mAP", ylim=(0, 1.02))
    panel.legend()
    told = "; ".join(
        f"{name} {', '.join(f'{value:.2f}' for value in values)}"
        for name, values in curves.items()
    )
    return CourseFigure(
        figure,
        f"mAP against the IoU asked for, {len(levels)} levels from "
        f"{levels[0]:.2f} to {levels[-1]:.2f}.",
        varies=("lines",),
        trained=f"{told}.",
    )
