"""Pictures of gates at work, and of what recurrent layers cost."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)


def lstm_cell() -> CourseFigure:
    """The LSTM as a drawing: memory on top, four sums below, three gates."""
    figure, axes = new_figure(width=8.2, height=3.8)
    hide_axes(axes)
    axes.set(xlim=(0, 10), ylim=(0.2, 4.5))
    lines: list[list[tuple[float, float]]] = [
        [(0.6, 4), (9.4, 4)],  # memory
        [(1.0, 0.5), (6.2, 0.5)],  # x and h along the bottom
        *([(x, 0.5), (x, 1.4)] for x in (1.7, 3.2, 4.7, 6.2)),
        [(1.7, 1.4), (1.7, 4)],
        [(3.2, 1.4), (3.2, 2.8), (3.95, 2.8)],
        [(4.7, 1.4), (4.7, 2.8), (3.95, 2.8), (3.95, 4)],
        [(7.6, 4), (7.6, 2.8), (9.4, 2.8)],
        [(6.2, 1.4), (6.2, 2.2), (8.5, 2.2), (8.5, 2.8)],
    ]
    for line in lines:
        axes.plot(*np.transpose(line), color="0.35", linewidth=1.6, zorder=1)
    sums = {"f": (1.7, "keep?"), "i": (3.2, "write?")}
    sums |= {"g": (4.7, "what?"), "o": (6.2, "show?")}
    for name, (x, question) in sums.items():
        colour = PALETTE["orange" if name == "g" else "sky"]
        function = "tanh" if name == "g" else "\u03c3"
        _label(axes, (x, 1.4), f"{name}: {function}", colour, "round")
        axes.text(x + 0.12, 1.95, question, fontsize=9, color="0.3")
    for place in ((1.7, 4), (3.95, 2.8), (8.5, 2.8)):
        _label(axes, place, "\u00d7", "white", "circle")
    _label(axes, (3.95, 4), "+", "white", "circle")
    _label(axes, (7.6, 3.4), "tanh", PALETTE["orange"], "round")
    texts = {
        r"$c_{t-1}$": (0.25, 4),
        r"$c_t$": (9.65, 4),
        r"$h_t$": (9.65, 2.8),
        r"$x_t, h_{t-1}$": (0.35, 0.5),
    }
    for text, place in texts.items():
        axes.text(*place, text, ha="center", va="center", fontsize=13)
    axes.text(5.8, 4.25, "memory", fontsize=10, color="0.3")
    return CourseFigure(
        figure,
        "The LSTM: the memory c runs along the top, is multiplied by the "
        "forget gate f, then i times g is added; h is tanh of c times the "
        "output gate o. All four come from x and the last h.",
    )


def _label(axes, place, text, colour, shape) -> None:
    box = {"boxstyle": f"{shape},pad=0.3", "facecolor": colour}
    axes.text(*place, text, ha="center", va="center", bbox=box, zorder=2)


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
