"""Pictures of lesson 14: two cells drawn, gates at work, scores by lag.

The drawings follow the tradition of C. Olah (2015), Understanding LSTM
networks, colah.github.io: the cell state along the top, gates below.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

Place = tuple[float, float]
_BOXES = {  # kind of node -> shape, filling
    "gate": ("round,pad=0.25", PALETTE["sky"]),
    "tanh": ("round,pad=0.25", PALETTE["orange"]),
    "sign": ("circle,pad=0.25", "white"),
}
_DOT = "dot"  # where a wire branches; wires that cross have none

# The LSTM in four strokes: title, wires (each ends in an arrow), nodes
# (place, text, kind) and texts without a box.
_LSTM: tuple[tuple[str, list, list, list], ...] = (
    (
        "1: the cell state goes straight on",
        [[(1, 4.4), (10, 4.4)]],
        [],
        [((0.45, 4.4), "$c_{t-1}$"), ((10.4, 4.4), "$c_t$")],
    ),
    (
        "2: the forget gate f keeps a share of it",
        [[(1.9, 0.4), (2.3, 0.4), (2.3, 1.1)], [(2.3, 1.9), (2.3, 4.05)]],
        [((2.3, 1.5), "f: \u03c3", "gate"), ((2.3, 4.4), "\u00d7", "sign")],
        [((0.95, 0.4), "$x_t, h_{t-1}$")],
    ),
    (
        "3: the input gate i adds a share of the candidate g",
        [
            [(2.3, 0.4), (4.2, 0.4), (4.2, 1.1)],
            [(4.2, 0.4), (6.4, 0.4), (6.4, 1.1)],
            [(4.2, 1.9), (4.2, 2.9), (4.85, 2.9)],
            [(6.4, 1.9), (6.4, 2.9), (5.55, 2.9)],
            [(5.2, 3.25), (5.2, 4.05)],
        ],
        [
            ((4.2, 1.5), "i: \u03c3", "gate"),
            ((6.4, 1.5), "g: tanh", "tanh"),
            ((5.2, 2.9), "\u00d7", "sign"),
            ((5.2, 4.4), "+", "sign"),
        ],
        [((2.3, 0.4), _DOT), ((4.2, 0.4), _DOT)],
    ),
    (
        "4: the output gate o shows a share of its tanh",
        [
            [(6.4, 0.4), (8.2, 0.4), (8.2, 1.1)],
            [(8.2, 1.9), (8.2, 2.3), (8.75, 2.3)],
            [(9.1, 4.4), (9.1, 3.8)],
            [(9.1, 3.0), (9.1, 2.65)],
            [(9.45, 2.3), (10, 2.3)],
        ],
        [
            ((8.2, 1.5), "o: \u03c3", "gate"),
            ((9.1, 3.4), "tanh", "tanh"),
            ((9.1, 2.3), "\u00d7", "sign"),
        ],
        [((10.4, 2.3), "$h_t$"), ((6.4, 0.4), _DOT), ((9.1, 4.4), _DOT)],
    ),
)

_GRU_WIRES: list[list[Place]] = [
    [(1, 4.4), (10, 4.4)],  # the hidden state along the top
    [(1.3, 4.4), (1.3, 0.9), (2.1, 0.9), (2.1, 1.4)],  # h into z
    [(2.1, 0.9), (4.4, 0.9), (4.4, 1.4)],  # h into r
    [(4.4, 0.9), (6.2, 0.9), (6.2, 1.45)],  # h to be reset
    [(1, 0.3), (2.5, 0.3), (2.5, 1.4)],  # x into z, r and g
    [(2.5, 0.3), (4.8, 0.3), (4.8, 1.4)],
    [(4.8, 0.3), (8, 0.3), (8, 1.4)],
    [(2.3, 2.2), (2.3, 4.05)],
    [(2.3, 3.1), (7.65, 3.1)],
    [(5.0, 1.8), (5.87, 1.8)],
    [(6.53, 1.8), (7.4, 1.8)],
    [(8, 2.2), (8, 2.75)],
    [(8, 3.45), (8, 4.05)],
]
_GRU_NODES: list[tuple[Place, str, str]] = [
    ((2.3, 1.8), "z: \u03c3", "gate"),
    ((4.6, 1.8), "r: \u03c3", "gate"),
    ((8, 1.8), "g: tanh", "tanh"),
    ((6.2, 1.8), "\u00d7", "sign"),
    ((2.3, 4.4), "\u00d7", "sign"),
    ((8, 3.1), "\u00d7", "sign"),
    ((8, 4.4), "+", "sign"),
]
_GRU_TEXTS = [
    ((0.45, 4.4), "$h_{t-1}$"),
    ((10.4, 4.4), "$h_t$"),
    ((0.6, 0.3), "$x_t$"),
    ((5.2, 3.4), "$1 - z$"),
    *(
        (place, _DOT)
        for place in (
            (1.3, 4.4),
            (2.1, 0.9),
            (4.4, 0.9),
            (2.5, 0.3),
            (4.8, 0.3),
            (2.3, 3.1),
        )
    ),
]


def forecast(
    years: Sequence[int], counted: Sequence[float], said: Sequence[float]
) -> CourseFigure:
    """Sunspot numbers of years as a line, what was forecast as points."""
    figure, axes = new_figure(width=8.4)
    axes.plot(years, counted, color=PALETTE["black"], lw=1.2, label="record")
    axes.plot(years, said, "o", color=PALETTE["orange"], label="LSTM")
    axes.set(xlabel="year", ylabel="sunspot number")
    axes.legend()
    return CourseFigure(
        figure,
        f"Sunspot numbers of {years[0]} to {years[-1]}: from "
        f"{min(counted):.1f} to {max(counted):.1f}, forecast from "
        f"{min(said):.1f} to {max(said):.1f}.",
    )


def lstm_in_steps() -> CourseFigure:
    """The LSTM in four strokes, a panel each; what is new is coloured."""
    figure, panels = new_figure(2, 2, width=11, height=6.2)
    for number, panel in enumerate(np.ravel(panels)):
        for title, wires, nodes, names in _LSTM[: number + 1]:
            _draw(panel, wires, nodes, names, title == _LSTM[number][0])
        panel.set_title(_LSTM[number][0])
    return CourseFigure(
        figure,
        "The LSTM in four panels. 1: the cell state c runs from left to "
        "right. 2: it is multiplied by the forget gate f. 3: the input gate "
        "i times the candidate g is added. 4: its tanh times the output "
        "gate o is the hidden state h. f, i, g and o are computed from x "
        "and the last h.",
    )


def gru_cell() -> CourseFigure:
    """The GRU that resets before the product, as one drawing."""
    figure, axes = new_figure(width=8.6, height=4)
    _draw(axes, _GRU_WIRES, _GRU_NODES, _GRU_TEXTS, False)
    return CourseFigure(
        figure,
        "The GRU: its one state h runs from left to right, is multiplied by "
        "the update gate z, then 1 - z times the candidate g is added. g is "
        "computed from x and from the last h times the reset gate r; r and "
        "z from x and the last h.",
    )


def _draw(axes: Any, wires, nodes, texts, new: bool) -> None:
    """Wires with arrows, boxes on them; in colour what is new."""
    hide_axes(axes)
    axes.set(xlim=(0, 10.8), ylim=(0, 4.9))
    colour = PALETTE["vermillion"] if new else "0.35"
    arrow: dict[str, Any] = {"color": colour, "linewidth": 2}
    arrow |= {"arrowstyle": "-|>,head_length=0.6,head_width=0.3"}
    arrow |= {"shrinkA": 0, "shrinkB": 0}
    for wire in wires:
        axes.plot(*np.transpose(wire[:-1]), color=colour, lw=2, zorder=1)
        head = axes.annotate("", wire[-1], wire[-2], arrowprops=arrow)
        head.set_zorder(1)
    for place, text, kind in nodes:
        shape, fill = _BOXES[kind]
        box = {"boxstyle": shape, "facecolor": fill, "edgecolor": colour}
        _text(axes, place, text, bbox=box, zorder=3)
    for place, text in texts:
        if text == _DOT:
            axes.plot(*place, "o", color=colour, markersize=6, zorder=2)
        else:
            _text(axes, place, text)


def _text(axes: Any, place: Place, text: str, **options: Any) -> None:
    axes.text(*place, text, ha="center", va="center", fontsize=14, **options)


def activity(
    symbols: Sequence[str], rows: Mapping[str, np.ndarray]
) -> CourseFigure:
    """Lines over a sequence of symbols, a panel for each entry of ``rows``.

    An entry is one number a symbol, (steps,), or one of several units,
    (steps, units).
    """
    figure, panels = new_figure(
        len(rows), width=8.6, height=1.35 * len(rows) + 0.6, sharex=True
    )
    places = np.arange(len(symbols))
    said = []
    for panel, (name, values), colour in zip(
        np.ravel(panels), rows.items(), CYCLE, strict=False
    ):
        values = np.asarray(values, dtype=float)
        panel.step(places, values, where="mid", color=PALETTE[colour])
        panel.set_ylabel(name, rotation=0, ha="right", va="center")
        if values.min() >= 0 and values.max() <= 1:
            panel.set_ylim(-0.05, 1.05)
        said.append(f"{name} {values.min():.1f} to {values.max():.1f}")
    panel.set_xticks(places, list(symbols))
    panel.set_xlabel("symbol read")
    return CourseFigure(figure, f"{''.join(symbols)}: {', '.join(said)}.")


def cost(
    seconds: Mapping[str, Mapping[str, tuple[float, float]]],
) -> CourseFigure:
    """First update and each further one, for each layer and way.

    ``seconds`` maps a layer to {way: (first, further)}. The times differ
    from machine to machine: they are in the picture, not in the text.
    """
    figure, axes = new_figure(columns=2, width=9.6, height=3.8)
    titles = ("first update (tracing, compiling)", "each further update")
    ways = list(next(iter(seconds.values())))
    places = np.arange(len(seconds))[::-1]
    for panel, title, part in zip(axes, titles, (0, 1), strict=True):
        for number, way in enumerate(ways):
            height = 0.8 / len(ways)
            offset = 0.4 - height * (number + 0.5)
            values = [1e3 * layer[way][part] for layer in seconds.values()]
            bars = panel.barh(
                places + offset,
                values,
                height,
                color=PALETTE[CYCLE[number]],
                label=way,
            )
            shown = [f"{v:,.0f}" if v >= 10 else f"{v:.1f}" for v in values]
            panel.bar_label(bars, shown, padding=2, fontsize=8)
        panel.set_yticks(places, list(seconds))
        panel.set(title=title, xlabel="milliseconds")
        panel.margins(x=0.2)
    axes[1].legend(fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
    names = ", ".join(seconds)
    return CourseFigure(
        figure,
        f"Time of an update of {names}: {', '.join(ways)}.",
        timed=True,
    )


def score_by_lag(
    lags: Sequence[int], networks: Mapping[str, np.ndarray], solved: float
) -> CourseFigure:
    """Score against lag: mean and range of the seeds, a line a network.

    ``networks`` maps a name to scores of shape (seeds, lags); 0 is what
    guessing gives, ``solved`` the score that counts as solved.
    """
    figure, axes = new_figure(width=7.6, height=3.8)
    said = []
    for (name, scores), colour, marker in zip(
        networks.items(), CYCLE, "osD^v<>", strict=False
    ):
        scores = np.clip(np.asarray(scores, dtype=float), 0, 1)
        mean, look = scores.mean(axis=0), {"color": PALETTE[colour]}
        axes.plot(lags, mean, marker=marker, label=name, **look)
        axes.fill_between(lags, scores.min(0), scores.max(0), alpha=0.15)
        said.append(f"{name}: {', '.join(f'{v:.2f}' for v in mean)}")
    axes.axhline(0, color="0.5", linestyle=":", label="guessing")
    axes.axhline(solved, color="0.5", linestyle="--", label="solved")
    axes.set_xscale("log", base=2)
    axes.set_xticks(lags, [str(lag) for lag in lags])
    axes.minorticks_off()
    axes.set(xlabel="lag (steps)", ylabel="score", ylim=(-0.05, 1.05))
    axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1, 0.5))
    numbers = ", ".join(map(str, lags))
    return CourseFigure(
        figure, f"Mean score at lags {numbers}. {'; '.join(said)}."
    )
