"""Pictures of lesson 16: words in a plane, words that moved a verdict."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.palette import CYCLE, PALETTE
from coursekit.figures.style import CourseFigure, new_figure
from coursekit.vocabulary import Vocabulary


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
