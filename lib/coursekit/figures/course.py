"""The map of the course, drawn like that of a railway."""

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

# Part, colour, height of its line, first place, names of its lessons.
LINES = (
    ("Start", "purple", 0.0, 0, ("Start\nhere", "Images,\ntensors")),
    (
        "Convolution",
        "blue",
        1.0,
        2,
        (
            "Convolution\nby hand",
            "Pooling",
            "The first\nCNN",
            "Training\nwell",
            "Landmark\nnetworks",
            "A hundred\nclasses",
            "Transfer\nlearning",
            "Looking\ninside",
            "Style,\ndetection",
        ),
    ),
    (
        "Recurrence",
        "green",
        -1.0,
        2,
        (
            "Sequences",
            "RNN from\nscratch",
            "Vanishing\ngradients",
            "LSTM\nand GRU",
            "Fore-\ncasting",
            "Words and\nsentiment",
            "Writing\ntext",
            "Tagging",
            "Video",
            "Trans-\nlation",
        ),
    ),
    (
        "Captioning",
        "vermillion",
        0.0,
        12.2,
        ("Show,\ntell", "With\nattention", "Real\nphotos", "Where\nnext"),
    ),
)


def course_map() -> CourseFigure:
    """All 25 lessons as stations on four lines that part and meet again."""
    figure, axes = new_figure(width=10.5, height=3.7)
    hide_axes(axes)
    number, ends = 0, {}
    for part, colour, level, start, names in LINES:
        places = [start + i for i in range(len(names))]
        ends[part] = (places[0], places[-1], level)
        _line(axes, (places[0], places[-1]), (level, level), colour)
        for place, name in zip(places, names, strict=True):
            _station(axes, place, level, f"{number:02d}", name, colour)
            number += 1
        side = -0.45 if level > 0 else 0.45
        x = sum(ends[part][:2]) / 2 - 0.2 * (part == "Start")
        axes.text(
            x,
            level + side,
            part,
            ha="center",
            va="center",
            color=PALETTE[colour],
            weight="bold",
            fontsize=13,
        )
    for part, colour in (("Convolution", "blue"), ("Recurrence", "green")):
        first, last, level = ends[part]
        _line(axes, (ends["Start"][1], first), (0, level), colour)
        _line(axes, (last, ends["Captioning"][0]), (level, 0), colour)
    axes.set_xlim(-0.7, 15.8)
    axes.set_ylim(-1.65, 1.65)
    said = "; ".join(f"{part} {len(names)}" for part, *_, names in LINES)
    return CourseFigure(
        figure,
        f"Map of the {number} lessons, by part: {said}. Convolution and "
        "recurrence both start after lesson 01 and meet in captioning.",
    )


def _line(axes, x, y, colour) -> None:
    axes.plot(x, y, color=PALETTE[colour], linewidth=6, alpha=0.45, zorder=1)


def _station(axes, x, y, number, name, colour) -> None:
    """A circle with the lesson's number, and its name on the outer side."""
    axes.scatter(
        [x], [y], s=330, color="white", edgecolors=PALETTE[colour], zorder=2
    )
    axes.text(x, y, number, ha="center", va="center", fontsize=9.5)
    below = y <= 0
    axes.text(
        x + {"01": -0.2, "21": 0.2}.get(number, 0),  # clear of the lines
        y - 0.27 if below else y + 0.27,
        name,
        ha="center",
        va="top" if below else "bottom",
        fontsize=8,
        linespacing=1.0,
    )
