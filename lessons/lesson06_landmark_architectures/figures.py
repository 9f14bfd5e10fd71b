"""Pictures of lesson 06: depth, two blocks built up, costs, a contest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from coursekit.figures.lines import looks
from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

Place = tuple[float, float]
_FILLS = {
    "conv": PALETTE["sky"],
    "small": PALETTE["yellow"],
    "pool": PALETTE["green"],
    "sign": "white",
}

# Three strokes each: title, wires (each ends in an arrow), boxes (place,
# text, kind) and texts without a box. A stroke replaces the one before it.
Stroke = tuple[str, list[list[Place]], list[tuple[Place, str, str]], list]
_COLUMNS = (1.3, 3.8, 6.2, 8.7)
_TOP = [((5, 5.2), "depths one behind the other", "sign")]


def _branches(height: float) -> list[list[Place]]:
    """Wires from x to a box in each column."""
    return [[(5, 0.62), (5, 1.05), (c, 1.05), (c, height)] for c in _COLUMNS]


_INCEPTION: tuple[Stroke, ...] = (
    (
        "1: one size of filter",
        [[(5, 0.62), (5, 3.33)], [(5, 3.87), (5, 4.93)]],
        [((5, 3.6), "3 x 3", "conv")],
        [((5, 0.4), "x"), ((5, 5.2), "y")],
    ),
    (
        "2: four branches, too expensive",
        [*_branches(3.33), *([(c, 3.87), (c, 4.93)] for c in _COLUMNS)],
        [
            ((_COLUMNS[0], 3.6), "1 x 1", "small"),
            ((_COLUMNS[1], 3.6), "3 x 3", "conv"),
            ((_COLUMNS[2], 3.6), "5 x 5", "conv"),
            ((_COLUMNS[3], 3.6), "pool", "pool"),
            *_TOP,
        ],
        [((5, 0.4), "x")],
    ),
    (
        "3: 1 x 1 makes the maps fewer",
        [
            _branches(3.33)[0],
            *_branches(1.68)[1:],
            *([(c, 2.22), (c, 3.33)] for c in _COLUMNS[1:]),
            *([(c, 3.87), (c, 4.93)] for c in _COLUMNS),
        ],
        [
            ((_COLUMNS[0], 3.6), "1 x 1", "small"),
            ((_COLUMNS[1], 1.95), "1 x 1", "small"),
            ((_COLUMNS[2], 1.95), "1 x 1", "small"),
            ((_COLUMNS[3], 1.95), "pool", "pool"),
            ((_COLUMNS[1], 3.6), "3 x 3", "conv"),
            ((_COLUMNS[2], 3.6), "5 x 5", "conv"),
            ((_COLUMNS[3], 3.6), "1 x 1", "small"),
            *_TOP,
        ],
        [((5, 0.4), "x")],
    ),
)

_RESIDUAL: tuple[Stroke, ...] = (
    (
        "1: a plain stack",
        [
            [(5, 0.62), (5, 1.38)],
            [(5, 1.92), (5, 2.88)],
            [(5, 3.42), (5, 4.97)],
        ],
        [
            ((5, 1.65), "3 x 3, ReLU", "conv"),
            ((5, 3.15), "3 x 3, ReLU", "conv"),
        ],
        [((5, 0.4), "x"), ((5, 5.2), "y")],
    ),
    (
        "2: a shortcut past two layers",
        [
            [(5, 0.62), (5, 1.38)],
            [(5, 1.92), (5, 2.88)],
            [(5, 3.42), (5, 4.0)],
            [(5, 4.5), (5, 4.97)],
            [(5, 1.0), (1.8, 1.0), (1.8, 4.25), (4.7, 4.25)],
        ],
        [
            ((5, 1.65), "3 x 3, ReLU", "conv"),
            ((5, 3.15), "3 x 3", "conv"),
            ((5, 4.25), "+", "sign"),
        ],
        [((5, 0.4), "x"), ((5, 5.2), "y"), ((6.1, 4.72), "ReLU")],
    ),
    (
        "3: narrow in the middle, projected",
        [
            [(5, 0.62), (5, 1.03)],
            [(5, 1.57), (5, 1.93)],
            [(5, 2.47), (5, 2.83)],
            [(5, 3.37), (5, 4.0)],
            [(5, 4.5), (5, 4.97)],
            [(5, 0.8), (1.8, 0.8), (1.8, 1.93)],
            [(1.8, 2.47), (1.8, 4.25), (4.7, 4.25)],
        ],
        [
            ((5, 1.3), "1 x 1, ReLU", "small"),
            ((5, 2.2), "3 x 3, ReLU", "conv"),
            ((5, 3.1), "1 x 1", "small"),
            ((1.8, 2.2), "1 x 1", "small"),
            ((5, 4.25), "+", "sign"),
        ],
        [
            ((5, 0.4), "x"),
            ((5, 5.2), "y"),
            ((6.1, 4.72), "ReLU"),
            ((8.2, 1.3), "to 64 maps"),
            ((8.2, 3.1), "to 256"),
        ],
    ),
)


def inception_in_steps() -> CourseFigure:
    """The inception module in three strokes, a panel each."""
    return CourseFigure(
        _strokes(_INCEPTION),
        "The inception module in three panels. 1: x goes through 3 x 3 "
        "filters. 2: x goes into four branches, 1 x 1, 3 x 3, 5 x 5 and a "
        "pooling, and their maps are put one behind the other. 3: 1 x 1 "
        "filters stand before 3 x 3 and 5 x 5, and after the pooling.",
    )


def residual_in_steps() -> CourseFigure:
    """The residual block in three strokes, a panel each."""
    return CourseFigure(
        _strokes(_RESIDUAL),
        "The residual block in three panels. 1: x goes through two 3 x 3 "
        "layers. 2: an arrow leads from x past both, and is added before "
        "the last ReLU. 3: 1 x 1 to 64 maps, 3 x 3, 1 x 1 to 256 maps; on "
        "the shortcut a 1 x 1 that brings x to the shape of the sum.",
    )


def _strokes(strokes: Sequence[Stroke]) -> Any:
    figure, panels = new_figure(1, len(strokes), width=12.6, height=4.2)
    for panel, (title, wires, boxes, texts) in zip(
        panels, strokes, strict=True
    ):
        _draw(panel, wires, boxes, texts)
        panel.set_title(title)
    return figure


def _draw(axes: Any, wires, boxes, texts) -> None:
    """Wires with arrows, boxes on them."""
    hide_axes(axes)
    axes.set(xlim=(0, 10), ylim=(0, 5.6))
    arrow: dict[str, Any] = {"color": "0.35", "linewidth": 2}
    arrow |= {"arrowstyle": "-|>,head_length=0.5,head_width=0.25"}
    arrow |= {"shrinkA": 0, "shrinkB": 0}
    for wire in wires:
        axes.plot(*np.transpose(wire[:-1]), color="0.35", lw=2, zorder=1)
        head = axes.annotate("", wire[-1], wire[-2], arrowprops=arrow)
        head.set_zorder(1)
    for place, text, kind in boxes:
        box = {"boxstyle": "round,pad=0.3", "facecolor": _FILLS[kind]}
        _text(axes, place, text, bbox=box | {"edgecolor": "0.35"}, zorder=3)
    for place, text in texts:
        _text(axes, place, text)


def _text(axes: Any, place: Place, text: str, **options: Any) -> None:
    axes.text(*place, text, ha="center", va="center", fontsize=12, **options)


def depths(losses: Mapping[str, Mapping[str, np.ndarray]]) -> CourseFigure:
    """Training loss over epochs: mean and range of the seeds.

    ``losses`` maps a panel's title to {name of a line: (seeds, epochs)}.
    """
    figure, panels = new_figure(
        columns=len(losses), width=9.2, height=3.6, sharey=True
    )
    said = []
    for panel, (title, lines) in zip(
        np.ravel(panels), losses.items(), strict=True
    ):
        for (name, values), look in zip(lines.items(), looks(), strict=False):
            values = np.asarray(values)
            epochs = np.arange(1, values.shape[1] + 1)
            mean = values.mean(axis=0)
            panel.plot(epochs, mean, label=name, **look)
            low, high = values.min(axis=0), values.max(axis=0)
            panel.fill_between(
                epochs, low, high, color=look["color"], alpha=0.15
            )
            said.append(f"{title}, {name}: {mean[0]:.1f} to {mean[-1]:.1f}")
        panel.set(title=title, xlabel="epoch")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.legend()
    np.ravel(panels)[0].set_ylabel("training loss")
    return CourseFigure(
        figure, f"Training loss, mean of the seeds. {'; '.join(said)}."
    )


def errors_by_depth(
    depth: Sequence[int], errors: Mapping[str, np.ndarray]
) -> CourseFigure:
    """Training error in percent against depth: mean and range of seeds.

    ``errors`` maps a name to an array (depths, seeds).
    """
    figure, axes = new_figure(width=7.4, height=3.6)
    said = []
    for (name, values), look in zip(errors.items(), looks(), strict=False):
        values = np.asarray(values)
        mean = values.mean(axis=1)
        axes.plot(depth, mean, label=name, **look)
        low, high = values.min(axis=1), values.max(axis=1)
        axes.fill_between(depth, low, high, color=look["color"], alpha=0.15)
        said.append(f"{name}: {', '.join(f'{v:.1f}' for v in mean)}")
    axes.set_xticks(depth, [str(d) for d in depth])
    axes.set(xlabel="layers with weights", ylabel="training error (%)")
    axes.set_ylim(bottom=0)
    axes.legend()
    numbers = ", ".join(map(str, depth))
    return CourseFigure(
        figure,
        f"Training error in percent at {numbers} layers. {'; '.join(said)}.",
    )


def costs(networks: Mapping[str, Sequence[tuple]]) -> CourseFigure:
    """Weights, multiplications and maps of each layer, a column a network.

    ``networks`` maps a name to rows (layer, parameters, multiplications,
    numbers handed on).
    """
    names = ("parameters (M)", "multiplications (M)", "activations (MB)")
    figure, panels = new_figure(
        3, len(networks), 10.5, 7.4, sharex="col", squeeze=False
    )
    said = []
    for column, (network, rows) in enumerate(networks.items()):
        layers, *numbers = zip(*rows, strict=True)
        scaled = np.array(numbers) * [[1e-6], [1e-6], [4e-6]]
        dense = ["dense" in layer for layer in layers]
        fills = [PALETTE["orange" if d else "sky"] for d in dense]
        for panel, values in zip(panels[:, column], scaled, strict=True):
            panel.bar(layers, values, color=fills, edgecolor="0.35")
        panels[0, column].set_title(network)
        panels[2, column].tick_params("x", rotation=90)
        share = 100 * scaled[:, dense].sum(axis=1) / scaled.sum(axis=1)
        said.append(
            f"{network}: the dense layers have {share[0]:.0f} % of "
            f"{scaled[0].sum():.0f} M parameters and {share[1]:.0f} % of "
            f"{scaled[1].sum():,.0f} M multiplications; the layers hand on "
            f"{scaled[2].sum():.1f} MB"
        )
    for panel, name in zip(panels[:, 0], names, strict=True):
        panel.set_ylabel(name)
    return CourseFigure(figure, f"{'; '.join(said)}.")


def responds(
    patches: Mapping[str, Sequence[np.ndarray]], cell: int = 33
) -> CourseFigure:
    """A block for each layer: a line a map, in it the patches it likes most.

    ``patches`` maps a layer to arrays (count, side, side, 3), one a map.
    """
    figure, panels = new_figure(columns=len(patches), width=11, height=3.9)
    said = []
    for panel, (layer, maps) in zip(panels, patches.items(), strict=True):
        side = maps[0].shape[1]
        lines = [_line(row, cell // side) for row in maps]
        panel.imshow(np.concatenate(lines), interpolation="nearest")
        panel.set_title(f"{layer}: {side} x {side} pixels")
        hide_axes(panel)
        said.append(f"{layer}, patches of {side} x {side} pixels")
    count = len(maps[0])
    return CourseFigure(
        figure,
        f"For {len(maps)} maps of each of {len(patches)} layers the {count} "
        f"patches that excite a map most: {'; '.join(said)}.",
    )


def _line(patches: np.ndarray, times: int) -> np.ndarray:
    """Patches beside each other, enlarged, each in a white frame."""
    large = patches.repeat(times, axis=1).repeat(times, axis=2)
    edge = ((0, 0), (2, 2), (2, 2), (0, 0))
    framed = np.pad(large, edge, constant_values=255)
    return np.concatenate(list(framed), axis=1)


def shapes(networks: Mapping[str, Mapping[str, tuple]]) -> CourseFigure:
    """Every row of some networks as a box: as high as the side of its maps,
    as wide as they are deep, both on log scales.

    ``networks`` maps a name to {row: (shape, parameters)}.
    """
    figure, panels = new_figure(
        len(networks), width=10.5, height=1.6 * len(networks), squeeze=False
    )
    said = []
    for panel, (network, rows) in zip(
        panels[:, 0], networks.items(), strict=True
    ):
        hide_axes(panel)
        left = 0.0
        for shape, count in rows.values():
            left = _box(panel, left, shape, count)
        panel.set(xlim=(-0.3, 18.2), ylim=(-0.85, 2.4))
        panel.set_title(network, loc="left")
        maps = [shape for shape, _ in rows.values() if len(shape) == 3]
        first, last = ("x".join(map(str, maps[i])) for i in (0, -1))
        said.append(f"{network}: {first} to {last}, in {len(rows)} rows")
    return CourseFigure(
        figure, f"Maps get smaller and deeper. {'; '.join(said)}."
    )


def _box(axes: Any, left: float, shape: tuple, count: int) -> float:
    """One row; returns where the next one begins."""
    *sides, depth = shape
    height = np.log2(1 + (sides or [1])[0]) / 4
    width = np.log2(1 + depth) / 14 if sides else 0.15
    fill = "green" if not count else "sky" if sides else "orange"
    box = Rectangle((left, 0), width, height)
    box.set(facecolor=PALETTE[fill], edgecolor="0.35")
    axes.add_patch(box)
    middle = left + width / 2
    small = {"ha": "center", "fontsize": 8}
    if sides:
        axes.text(middle, height + 0.08, sides[0], va="bottom", **small)
    axes.text(middle, -0.08, depth, va="top", rotation=90, **small)
    return left + width + 0.3


def contest(rows: Sequence[tuple[int, str, float, bool]]) -> CourseFigure:
    """Top-5 error (percent) of each year's best entry: (year, name, error,
    is it a deep network)."""
    figure, axes = new_figure(width=8.6, height=3.8)
    for deep, label, colour in (
        (False, "hand-made features", "orange"),
        (True, "deep convolutional networks", "blue"),
    ):
        chosen = [row for row in rows if row[3] == deep]
        bars = axes.bar(
            [row[0] for row in chosen],
            [row[2] for row in chosen],
            color=PALETTE[colour],
            label=label,
        )
        said = [f"{row[2]:.1f}" for row in chosen]
        text = "white" if deep else "black"
        axes.bar_label(bars, said, label_type="center", color=text)
    axes.axhline(5.1, color="0.3", ls="--", zorder=0, label="one person, 5.1")
    names = [f"{year}\n{name}" for year, name, _, _ in rows]
    axes.set_xticks([row[0] for row in rows], names, fontsize=9)
    axes.set_ylabel("top-5 error (%)")
    axes.grid(axis="x", visible=False)
    axes.legend()
    told = ", ".join(f"{y} {name} {error}" for y, name, error, _ in rows)
    return CourseFigure(
        figure, f"Top-5 error of the best entry, percent: {told}."
    )
