"""Pictures of lesson 17: what a slip costs, three loops, a coloured text."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)


def after_a_slip(extra: Sequence[float]) -> CourseFigure:
    """Bits more than without the slip, by characters after it."""
    figure, axes = new_figure(width=7.6)
    places = np.arange(1, len(extra) + 1)
    axes.bar(places, extra, color=PALETTE["blue"])
    axes.axhline(0, color="black", lw=1)
    axes.set(xlabel="characters after the slip", ylabel="extra bits")
    axes.set_xticks(places)
    return CourseFigure(
        figure,
        f"Bits that a slip costs: {extra[0]:.1f} at the next character, "
        f"{extra[4]:.1f} at the fifth, {extra[-1]:.1f} at number "
        f"{len(extra)}.",
    )


def loop_times(seconds: Mapping[str, float]) -> CourseFigure:
    """A bar a loop, milliseconds a character, on a logarithmic axis."""
    figure, axes = new_figure(width=8.0, height=2.6)
    rows = -np.arange(len(seconds))
    times = [1000 * value for value in seconds.values()]
    axes.barh(rows, times, 0.6, left=1e-2, color=PALETTE["blue"])
    slowest = max(times)
    for row, value in zip(rows, times, strict=True):
        text = f" {value:.2f} ms"
        if value < slowest:
            text += f" ({slowest / value:,.0f} times as fast)"
        axes.text(value + 1e-2, row, text, va="center")
    axes.set_yticks(rows, list(seconds))
    axes.set(xscale="log", xlabel="milliseconds a character")
    axes.set_xlim(1e-2, 40 * slowest)
    return CourseFigure(
        figure,
        f"Time a character of three loops: {', '.join(seconds)}.",
        timed=True,
    )


def coloured_text(
    text: str, values: np.ndarray, width: int = 60, mark: str = "|"
) -> CourseFigure:
    """A text on which each character's colour is a unit's state, -1 to 1.

    Its summary says how high the state is at each ``mark``, and before.
    """
    at = np.array([character == mark for character in text])
    before = np.append(at[1:], False)
    lines = [
        line[k : k + width]
        for line in text.split("\n")
        for k in range(0, max(len(line), 1), width)
    ]
    figure, axes = new_figure(width=9.6, height=0.42 * len(lines) + 0.6)
    grid = np.full((len(lines), width), np.nan)
    place = 0
    for row, line in enumerate(lines):
        while text[place : place + 1] == "\n" and not text.startswith(
            line, place
        ):
            place += 1
        grid[row, : len(line)] = values[place : place + len(line)]
        for column, character in enumerate(line):
            axes.text(
                column,
                row,
                character,
                ha="center",
                va="center",
                family="monospace",
                fontsize=10,
            )
        place += len(line)
    hide_axes(axes)
    picture = axes.imshow(
        np.ma.masked_invalid(grid),
        cmap="RdBu_r",
        vmin=-1,
        vmax=1,
        aspect="auto",
        alpha=0.6,
    )
    figure.colorbar(picture, label="state", fraction=0.03)
    return CourseFigure(
        figure,
        f"{len(text)} characters of the validation text, coloured by the "
        f"state of one unit: {values[before].mean():.1f} on average right "
        f"before each {mark}, {values[at].mean():.1f} at it.",
    )
