"""Pictures of captioning: what is seen, what is said, how fast."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    new_figure,
    show_image,
)


def pictures(
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    references: Sequence[str] = (),
) -> CourseFigure:
    """Pictures with a caption below each, and a reference in grey.

    The summary gives the references, not the captions: those differ a
    little from machine to machine.
    """
    count = len(images)
    columns = min(count, 4) if count != 6 else 3
    rows = -(-count // columns)
    figure, axes = new_figure(
        rows=rows,
        columns=columns,
        width=2.6 * columns,
        height=rows * (3.5 if references else 3.1),
        squeeze=False,
    )
    for number, panel in enumerate(axes.ravel()):
        if number >= count:
            panel.set_axis_off()
            continue
        show_image(panel, images[number])
        text = textwrap.fill(captions[number], 26)
        panel.set_title(text, y=-0.04, va="top", fontsize=11)
        if references:
            panel.text(
                0.5,
                -0.04 - 0.09 * (text.count("\n") + 1) - 0.03,
                textwrap.fill(references[number], 30),
                transform=panel.transAxes,
                ha="center",
                va="top",
                color="0.45",
                fontsize=9,
                style="italic",
            )
    what = "1 picture" if count == 1 else f"{count} pictures"
    if references:
        said = " | ".join(references)
        return CourseFigure(
            figure,
            f"{what} with the network's captions; people say: {said}",
            varies=("title", "texts"),  # references move below long captions
        )
    return CourseFigure(
        figure, f"{what}, each with a caption below it.", varies=("title",)
    )


def two_injections() -> CourseFigure:
    """Two ways of giving a picture to an LSTM, drawn side by side."""
    figure, axes = new_figure(columns=2, width=9.6, height=2.9)
    words = ("<start>", "a", "dog")
    said = ("a", "dog", "<end>")
    for panel, way in zip(axes, ("state", "word"), strict=True):
        panel.set_axis_off()
        panel.set_xlim(-1.5, 3.6)
        panel.set_ylim(-1.5, 1.6)
        steps = list(zip(words, said, strict=True))
        if way == "word":
            steps = [("picture", ""), *steps]
        shift = 0.0 if way == "state" else -1.0
        for k, (below, above) in enumerate(steps):
            x = k + shift
            _box(panel, x, 0, "LSTM", "sky")
            _box(panel, x, -1.1, below, _paint(below))
            _arrow(panel, (x, -0.86), (x, -0.26))
            if above:
                _box(panel, x, 1.1, above, "yellow")
                _arrow(panel, (x, 0.26), (x, 0.84))
            if k:
                _arrow(panel, (x - 0.62, 0), (x - 0.4, 0))
        if way == "state":
            _box(panel, -1.1, 0, "picture", "orange")
            _arrow(panel, (-0.68, 0), (-0.4, 0))
        panel.set_title(f"picture as {'initial ' * (way == 'state')}{way}")
    return CourseFigure(
        figure,
        "Two chains of LSTM steps that read <start>, a, dog and say a, dog, "
        "<end>. Left: the picture is the state before the first step. Right: "
        "the picture is read by a step of its own before <start>.",
    )


def _paint(word: str) -> str:
    return "orange" if word == "picture" else "green"


def _box(panel, x: float, y: float, text: str, colour: str) -> None:
    panel.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        bbox={
            "boxstyle": "round,pad=0.35",
            "facecolor": PALETTE[colour],
            "alpha": 0.55,
            "edgecolor": "0.3",
        },
    )


def _arrow(panel, start, end) -> None:
    panel.annotate(
        "", end, start, arrowprops={"arrowstyle": "->", "color": "0.2"}
    )


def two_losses(
    curves: Mapping[str, Sequence[float]],
    naive: float,
    axis: str = "nats a word (validation)",
) -> CourseFigure:
    """Cost a word, nats, over the epochs, with a naive one dashed."""
    figure, axes = new_figure(width=6.4, height=3.4)
    for name, values in curves.items():
        axes.plot(range(1, len(values) + 1), values, "o-", label=name)
    axes.axhline(naive, color="0.4", ls="--", label="word counts only")
    axes.set_xlabel("epoch")
    axes.set_xticks(range(1, len(values) + 1))
    axes.set_ylabel(axis)
    axes.set_ylim(0, None)
    axes.legend()
    said = ", ".join(
        f"{name} {values[-1]:.2f}" for name, values in curves.items()
    )
    return CourseFigure(
        figure, f"Cost of a word at the end: {said}; word counts {naive:.2f}."
    )


def speed_ladder(per_word: Mapping[str, float]) -> CourseFigure:
    """Seconds for one word of one caption, on a logarithmic axis."""
    figure, axes = new_figure(width=7.6, height=3.0)
    names, times = list(per_word), np.array(list(per_word.values())) * 1e3
    places = np.arange(len(names))[::-1]
    axes.barh(places, times, color=PALETTE["blue"], height=0.6)
    for place, value in zip(places, times, strict=True):
        axes.text(
            value * 1.15,
            place,
            f"{value:.3g} ms" if value < 1 else f"{value:.0f} ms",
            va="center",
        )
    axes.set_yticks(places, names)
    axes.set_xscale("log")
    axes.set_xlim(times.min() / 3, times.max() * 8)
    axes.set_xlabel("milliseconds a word (logarithmic)")
    axes.grid(False, axis="y")
    factor = times[0] / times[-1]
    known = next((n for n in (1_000, 200, 10, 1) if factor > n), 0)
    return CourseFigure(
        figure,
        f"Time for one word on {len(names)} rungs: {names[-1]!r} takes "
        f"{f'less than 1/{known:,}' if known else 'no less'} of the time of "
        f"{names[0]!r}.",
        timed=True,
    )


def bleu_bars(
    scores: Mapping[str, Sequence[float]], human: Sequence[float]
) -> CourseFigure:
    """BLEU-1 to BLEU-4 of several captioners; people as dashes."""
    figure, axes = new_figure(width=9.0, height=3.6)
    width = 0.8 / len(scores)
    for k, (name, values) in enumerate(scores.items()):
        axes.bar(
            np.arange(4) + (k - (len(scores) - 1) / 2) * width,
            values,
            width * 0.92,
            label=name,
            color=PALETTE[CYCLE[k % len(CYCLE)]],
        )
    for k, value in enumerate(human):
        label = "people (4 references)" if k == 0 else None
        axes.hlines(
            value, k - 0.45, k + 0.45, "0.2", linestyles="--", label=label
        )
    axes.set_xticks(range(4), [f"BLEU-{n}" for n in range(1, 5)])
    axes.set_ylim(0, 100)
    axes.set_ylabel("BLEU")
    axes.grid(False, axis="x")
    axes.legend(fontsize=9, bbox_to_anchor=(1.01, 1), loc="upper left")
    return CourseFigure(
        figure,
        f"BLEU-1 to BLEU-4 of {', '.join(scores)}; people reach "
        f"{human[0]:.0f} to {human[3]:.0f} with four references.",
    )


def attention_maps(
    image: np.ndarray, words: Sequence[str], weights: np.ndarray
) -> CourseFigure:
    """The picture, then once a word with the attention drawn over it.

    ``weights`` (words, side, side). Bright is where the network looked;
    each panel is scaled to its own largest weight, given below it.
    """
    columns = min(6, len(words) + 1)
    rows = -(-(len(words) + 1) // columns)
    figure, axes = new_figure(
        rows=rows,
        columns=columns,
        width=1.75 * columns,
        height=2.0 * rows,
        squeeze=False,
    )
    size = image.shape[0]
    panels = list(axes.ravel())
    show_image(panels[0], image)
    panels[0].set_title("picture", fontsize=10)
    for panel, word, map_ in zip(panels[1:], words, weights, strict=False):
        place = np.arange(size) * map_.shape[0] // size  # of each pixel
        large = map_[np.ix_(place, place)]
        light = 0.25 + 0.75 * large / max(large.max(), 1e-9)
        shown = image * light[..., np.newaxis]
        show_image(panel, shown.astype("uint8"))
        panel.set_title(f"{word}  {map_.max():.2f}", fontsize=10)
    for panel in panels[len(words) + 1 :]:
        panel.set_axis_off()
    return CourseFigure(
        figure,
        f"A picture, and once for each word of its caption with the "
        f"{weights.shape[1]} x {weights.shape[2]} places lit up where the "
        "network looked.",
        varies=("title", "limits", "images"),
    )


def faithfulness(masses: np.ndarray, shuffled: np.ndarray) -> CourseFigure:
    """How much attention lies inside the box of what is named.

    ``masses`` (nouns, 2): mass inside, chance; ``shuffled`` (m,): the mass
    with maps of other pictures.
    """
    figure, axes = new_figure(columns=2, width=9.6, height=3.5)
    inside, chance = masses.T
    edges = np.linspace(0, 1, 21)
    for values, name, colour in (
        (inside, "attention", "blue"),
        (shuffled, "maps of other pictures", "orange"),
        (chance, "chance (size of the box)", "black"),
    ):
        axes[0].hist(
            values,
            edges,
            histtype="step",
            lw=2,
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
    )
