"""Pictures of gates at work, and of what recurrent layers cost."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import CYCLE, PALETTE, CourseFigure, new_figure


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
            panel.bar_label(bars, fmt="%.3g", padding=2, fontsize=8)
        panel.set_yticks(places, list(seconds))
        panel.set(title=title, xlabel="milliseconds", xscale="log")
        panel.margins(x=0.15)
    axes[1].legend(fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
    names = ", ".join(seconds)
    return CourseFigure(
        figure, f"Time of an update of {names}: {', '.join(ways)}."
    )
