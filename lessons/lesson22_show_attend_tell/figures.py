"""Does attention look where the word says, and what is it worth?"""

from collections.abc import Mapping

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    new_figure,
)


def faithfulness(masses: np.ndarray, shuffled: np.ndarray) -> CourseFigure:
    """How much attention lies inside the box of what is named.

    ``masses`` (nouns, 2): mass inside, chance; ``shuffled`` (m,): the mass
    with maps of other pictures.
    """
    figure, axes = new_figure(columns=2, width=9.6, height=3.5)
    inside, chance = masses.T
    edges = np.linspace(0, 1, 21)
    for values, name, colour, dashes in (
        (inside, "attention", "blue", "-"),
        (shuffled, "maps of other pictures", "orange", "--"),
        (chance, "chance (size of the box)", "black", ":"),
    ):
        axes[0].hist(
            values,
            edges,
            histtype="step",
            lw=2,
            ls=dashes,
            color=PALETTE[colour],
            label=name,
        )
    axes[0].set_xlabel("share of attention inside the box")
    axes[0].set_ylabel("nouns")
    axes[0].legend(fontsize=9)
    axes[1].scatter(chance, inside, s=8, alpha=0.35, color=PALETTE["blue"])
    top = float(chance.max())
    axes[1].plot([0, top], [0, top], color="0.2", ls="--", label="chance")
    axes[1].set_xlabel("size of the box (share of the picture)")
    axes[1].set_ylabel("attention inside")
    axes[1].set_ylim(0, 1)
    axes[1].legend(fontsize=9, loc="upper left")
    ratio = inside.mean() / chance.mean()
    other = shuffled.mean() / chance.mean()
    return CourseFigure(
        figure,
        "Attention inside the boxes of named things is on average "
        f"{'more than 3' if ratio > 3 else 'up to 3'} times chance, that of "
        f"maps of other pictures {'below' if other < 2 else 'above'} twice.",
        varies=("limits", "marks"),
        trained=f"Means: attention {inside.mean():.2f}, other maps "
        f"{shuffled.mean():.2f}, chance {chance.mean():.2f}.",
    )


def ablation(results: Mapping[str, Mapping[str, float]]) -> CourseFigure:
    """One panel a measure, one bar a model; all in per cent or BLEU."""
    names = list(results)
    measures = list(results[names[0]])
    titles = {
        "named": "kinds named (%)",
        "true": "colours true (%)",
        "held out": "true, held out (%)",
        "inside": "attention inside (%)",
    }
    figure, axes = new_figure(
        columns=len(measures), width=10.5, height=2.6, sharey=True
    )
    places = np.arange(len(names))[::-1]
    for panel, measure in zip(axes, measures, strict=True):
        values = [results[name][measure] for name in names]
        colours = [PALETTE[CYCLE[k % len(CYCLE)]] for k in range(len(names))]
        panel.barh(places, values, color=colours)
        for place, value in zip(places, values, strict=True):
            panel.text(value + 1, place, f"{value:.0f}", va="center")
        panel.set_xlim(0, 115)
        panel.set_title(titles.get(measure, measure), fontsize=11)
        panel.set_yticks(places, names)
        panel.grid(False)
    first, second = names[:2]
    gain = results[first]["true"] - results[second]["true"]
    return CourseFigure(
        figure,
        f"{', '.join(measures)} of {', '.join(names)}: {first!r} says "
        f"{'more than 15 points' if gain > 15 else 'up to 15 points'} more "
        f"true colours than {second!r}.",
        varies=("patches", "texts"),
        trained=" ".join(
            f"{name}: {', '.join(f'{v:.0f}' for v in row.values())}."
            for name, row in results.items()
        ),
    )
