"""Two ways to show a picture to a decoder, and what decoding costs."""

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import (
    CYCLE,
    PALETTE,
    CourseFigure,
    new_figure,
)

_HATCHES = ("", "//", "..", "\\\\", "xx", "--")  # told apart without colours


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
    scores: Mapping[str, Sequence[float]], reference: Sequence[float]
) -> CourseFigure:
    """BLEU-1 to BLEU-4 of captioners, and of a reference as dashes.

    All against the same four references: the dashes are the fifth of each
    picture.
    """
    figure, axes = new_figure(width=9.0, height=3.6)
    width = 0.8 / len(scores)
    for k, (name, values) in enumerate(scores.items()):
        axes.bar(
            np.arange(4) + (k - (len(scores) - 1) / 2) * width,
            values,
            width * 0.92,
            label=name,
            color=PALETTE[CYCLE[k % len(CYCLE)]],
            hatch=_HATCHES[k % len(_HATCHES)],
            edgecolor="white",
        )
    for k, value in enumerate(reference):
        label = "fifth reference" if k == 0 else None
        axes.hlines(
            value, k - 0.45, k + 0.45, "0.2", linestyles="--", label=label
        )
    axes.set_xticks(range(4), [f"BLEU-{n}" for n in range(1, 5)])
    axes.set_ylim(0, 100)
    axes.set_ylabel("BLEU, four references")
    axes.grid(False, axis="x")
    axes.legend(fontsize=9, bbox_to_anchor=(1.01, 1), loc="upper left")
    fourth = ", ".join(
        f"{name} {four[3]:.0f}" for name, four in scores.items()
    )
    return CourseFigure(
        figure,
        f"BLEU-1 to BLEU-4, against the same four references, of "
        f"{', '.join(scores)}; the fifth reference reaches "
        f"{reference[0]:.0f} to {reference[3]:.0f}.",
        trained=f"BLEU-4: {fourth}.",
    )


def _paint(word: str) -> str:
    return "orange" if word == "picture" else "green"
