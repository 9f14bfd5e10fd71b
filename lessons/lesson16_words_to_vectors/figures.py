"""Pictures of lesson 16: words in a plane, words that moved a verdict."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.palette import CYCLE, PALETTE
from coursekit.figures.style import CourseFigure, new_figure
from coursekit.vocabulary import Vocabulary


def looked_up(
    tokens: Sequence[str], row: Sequence[int], table: np.ndarray
) -> CourseFigure:
    """Words, their numbers, and the rows of the table that these pick.

    ``row`` may be longer than ``tokens``: padding, which picks row 0.
    """
    figure, axes = new_figure(width=8.6, height=3.6)
    axes.set_axis_off()
    words, size = table.shape
    middle = (len(row) - 1) / 2
    for place, number in enumerate(row):
        word = tokens[place] if place < len(tokens) else "-"
        real = number > 0
        colour = PALETTE["blue"] if real else "0.6"
        axes.text(0, -place, word, ha="right", va="center", fontsize=12)
        axes.text(
            1.2,
            -place,
            str(number),
            ha="center",
            va="center",
            fontsize=12,
            color=colour,
            weight="bold",
        )
        start, end = (1.45, -place), (4.0, -middle + words / 2 - number - 0.5)
        look = {"arrowstyle": "->", "color": colour, "lw": 1.3}
        axes.annotate("", end, start, arrowprops=look)
        axes.annotate("", (1.0, -place), (0.1, -place), arrowprops=look)
    for number, numbers in enumerate(table):
        y = -middle + words / 2 - number - 0.5
        used = number in row
        axes.text(
            4.3,
            y,
            str(number),
            ha="center",
            va="center",
            fontsize=10,
            color="black" if used else "0.6",
        )
        for column, value in enumerate(numbers):
            shade = {"color": "black" if used else "0.6", "fontsize": 9}
            axes.text(
                5.1 + 0.8 * column,
                y,
                f"{value:.1f}",
                ha="center",
                va="center",
                **shade,
            )
    axes.text(0, 1.1, "word", ha="right", fontsize=11, weight="bold")
    axes.text(1.2, 1.1, "number", ha="center", fontsize=11, weight="bold")
    top = -middle + words / 2 + 0.1
    axes.text(
        5.1 + 0.4 * size,
        max(top, 1.1),
        "table",
        ha="center",
        fontsize=11,
        weight="bold",
    )
    low = min(-len(row), -middle - words / 2)
    axes.set(xlim=(-1.2, 5.3 + 0.8 * size), ylim=(low, max(top, 1.1) + 0.6))
    return CourseFigure(
        figure,
        f"{len(tokens)} words and {len(row) - len(tokens)} of padding as "
        f"numbers {', '.join(map(str, row))}; each picks one row of a table "
        f"of {words} rows of {size}.",
    )


def plane(
    table: np.ndarray, known: Vocabulary, groups: Mapping[str, Sequence[str]]
) -> CourseFigure:
    """Words of some groups in the plane that spreads them most.

    ``table`` (words, d) has a row for each number of ``known``.
    """
    rows = {
        name: table[[known.number[word] for word in listed]]
        for name, listed in groups.items()
    }
    units = {
        name: some / np.linalg.norm(some, axis=1, keepdims=True)
        for name, some in rows.items()
    }
    every = np.concatenate(list(units.values()))
    centre = every.mean(axis=0)
    axes_of = np.linalg.svd(every - centre, full_matrices=False)[2][:2].T
    figure, axes = new_figure(width=7.6, height=4.4)
    for (name, some), colour, marker in zip(
        units.items(), CYCLE, "osD^v<>", strict=False
    ):
        x, y = ((some - centre) @ axes_of).T
        axes.plot(
            x, y, marker, ms=6, color=PALETTE[colour], alpha=0.75, label=name
        )
    axes.set(xlabel="first direction", ylabel="second direction")
    axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1, 0.5))
    counts = ", ".join(f"{len(some)} {name}" for name, some in units.items())
    return CourseFigure(
        figure,
        f"Words in the two directions that spread them most: {counts}.",
        varies=("lines", "ticks"),
    )


def occluded(
    tokens: Sequence[str], readers: Mapping[str, tuple[float, np.ndarray]]
) -> CourseFigure:
    """How far each reader's score falls without each word, as bars.

    ``readers`` maps a name to the whole score and the fall for each word.
    """
    figure, panels = new_figure(
        columns=len(readers),
        width=9.0,
        height=0.32 * len(tokens) + 1.1,
        sharey=True,
    )
    places, said = -np.arange(len(tokens)), []
    for panel, (name, (score, fall)) in zip(
        panels, readers.items(), strict=True
    ):
        colours = [
            PALETTE["blue"] if value > 0 else PALETTE["vermillion"]
            for value in fall
        ]
        panel.barh(places, fall, 0.7, color=colours)
        panel.axvline(0, color="black", lw=1)
        panel.set_yticks(places, tokens)
        panel.set_title(f"{name}, score {score:.1f}")
        panel.set(xlabel="score falls by")
        most = int(np.abs(fall).argmax())
        said.append(f"{name} {score:.1f}, most by {tokens[most]!r}")
    return CourseFigure(
        figure,
        f"{len(tokens)} words of a sentence, and by how much the score "
        "falls without each.",
        trained="; ".join(said) + ".",
        varies=("bars", "title"),
    )
