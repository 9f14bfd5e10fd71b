"""Array shapes in pictures, and the map of the course."""

import numpy as np

from coursekit import lessons
from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)


def broadcasting(a: np.ndarray, b: np.ndarray) -> CourseFigure:
    """a + b for two arrays of one or two axes; stretched copies in grey."""
    total = a + b
    shape = total.shape
    figure, axes = new_figure(columns=3, width=9.6, height=2.1)
    parts = (a, b, total)
    for panel, part, sign in zip(axes, parts, " +=", strict=True):
        own = np.zeros(shape, dtype=bool)
        rows, columns = np.atleast_2d(part).shape
        own[:rows, :columns] = True
        _cells(panel, np.broadcast_to(part, shape), own)
        panel.set_title(str(part.shape))
        panel.set_ylabel(
            sign, rotation=0, labelpad=18, va="center", fontsize=20
        )
    return CourseFigure(
        figure,
        f"Shape {a.shape} plus shape {b.shape} gives {shape}: the rows "
        "and columns that are only stretched are drawn in grey.",
    )


def matrix_product(
    a: np.ndarray, b: np.ndarray, row: int = 0, column: int = 0
) -> CourseFigure:
    """a @ b with one row, one column and the entry they make marked."""
    product = a @ b
    marks = [np.zeros(m.shape, dtype=bool) for m in (a, b, product)]
    marks[0][row], marks[1][:, column] = True, True
    marks[2][row, column] = True
    figure, axes = new_figure(columns=3, width=9.6, height=2.4)
    for panel, part, mark, sign in zip(
        axes, (a, b, product), marks, " @=", strict=True
    ):
        _cells(panel, part, np.ones(part.shape, dtype=bool), mark)
        panel.set_title(str(part.shape))
        panel.set_xlim(-0.1, max(a.shape[1], b.shape[1]) + 0.1)
        panel.set_ylim(max(a.shape[0], b.shape[0]) + 0.1, -0.1)
        panel.set_ylabel(
            sign, rotation=0, labelpad=18, va="center", fontsize=20
        )
    return CourseFigure(
        figure,
        f"{a.shape} times {b.shape} gives {product.shape}: row {row} of the "
        f"first and column {column} of the second make "
        f"{product[row, column]}.",
    )


def _cells(panel, values, own, mark=None) -> None:
    """A table of numbers; cells that are copies grey, marked ones orange."""
    hide_axes(panel)
    rows, columns = values.shape
    for (i, j), value in np.ndenumerate(values):
        marked = mark is not None and mark[i, j]
        panel.add_patch(_square(j, i, "orange" if marked else None, own[i, j]))
        panel.text(
            j + 0.5,
            i + 0.5,
            f"{value:g}",
            ha="center",
            va="center",
            color="black" if own[i, j] else "#888888",
        )
    panel.set_xlim(-0.1, columns + 0.1)
    panel.set_ylim(rows + 0.1, -0.1)
    panel.set_aspect("equal")


def _square(x, y, colour, own):
    from matplotlib.patches import Rectangle

    return Rectangle(
        (x, y),
        1,
        1,
        facecolor=PALETTE[colour] if colour else "white",
        alpha=0.6 if colour else 1.0,
        edgecolor="black" if own else "#bbbbbb",
        linestyle="-" if own else ":",
        zorder=2 if own else 1,
    )


# ------------------------------------------- the map, like that of a railway

# Part: colour, height of its line, first place.
LINES = {
    "Start": ("purple", 0.0, 0.0),
    "Convolution": ("blue", 1.0, 2.0),
    "Recurrence": ("green", -1.0, 2.0),
    "Captioning": ("vermillion", 0.0, 12.2),
}
# Lessons that are still to be written: part, name of the station. What is
# there says this in its own lesson.toml.
PLANNED = {
    "07": ("Convolution", "A hundred\nclasses"),
    "08": ("Convolution", "Transfer\nlearning"),
    "09": ("Convolution", "Looking\ninside"),
    "10": ("Convolution", "Style,\ndetection"),
    "15": ("Recurrence", "Fore-\ncasting"),
    "16": ("Recurrence", "Words and\nsentiment"),
    "17": ("Recurrence", "Writing\ntext"),
    "18": ("Recurrence", "Tagging"),
    "19": ("Recurrence", "Video"),
    "20": ("Recurrence", "Trans-\nlation"),
    "24": ("Captioning", "Where\nnext"),
}


def stations() -> dict[str, dict[str, str]]:
    """Names of stations by part and lesson, both in order."""
    facts = {n: lessons.facts(n) for n in lessons.numbers()}
    there = {n: (f["part"], f["station"]) for n, f in facts.items()}
    found: dict[str, dict[str, str]] = {part: {} for part in LINES}
    for number, (part, name) in sorted((PLANNED | there).items()):
        found[part][number] = name
    return found


def course_map() -> CourseFigure:
    """All 25 lessons as stations on four lines that part and meet again."""
    figure, axes = new_figure(width=10.5, height=4.6)
    hide_axes(axes)
    lines, ends = stations(), {}
    for part, (colour, level, start) in LINES.items():
        places = [start + i for i in range(len(lines[part]))]
        ends[part] = (places[0], places[-1], level)
        _line(axes, (places[0], places[-1]), (level, level), colour)
        for place, (number, name) in zip(
            places, lines[part].items(), strict=True
        ):
            _station(axes, place, level, number, name, colour)
        axes.text(
            sum(ends[part][:2]) / 2,
            level - 0.8 * level if level else 0.95,
            part,
            ha="center",
            va="center",
            color=PALETTE[colour],
            weight="bold",
            fontsize=14,
        )
    for part, colour in (("Convolution", "blue"), ("Recurrence", "green")):
        first, last, level = ends[part]
        _line(axes, (ends["Start"][1], first), (0, level), colour)
        _line(axes, (last, ends["Captioning"][0]), (level, 0), colour)
    axes.set_xlim(-0.7, 15.8)
    axes.set_ylim(-1.7, 1.7)
    said = "; ".join(f"{part} {len(names)}" for part, names in lines.items())
    count = sum(map(len, lines.values()))
    return CourseFigure(
        figure,
        f"Map of the {count} lessons, by part: {said}. Convolution and "
        "recurrence both start after lesson 01 and meet in captioning.",
    )


def _line(axes, x, y, colour) -> None:
    axes.plot(x, y, color=PALETTE[colour], linewidth=6, alpha=0.45, zorder=1)


def _station(axes, x, y, number, name, colour) -> None:
    """A circle with the lesson's number; its name above or, next, below."""
    axes.scatter(
        [x], [y], s=400, color="white", edgecolors=PALETTE[colour], zorder=2
    )
    axes.text(x, y, number, ha="center", va="center", fontsize=11)
    below = int(number) % 2 == (y != 0)
    aside = {"01": -0.4, "20": -0.5, "21": 0.25}  # clear of the lines
    axes.text(
        x + aside.get(number, 0),
        y - 0.23 if below else y + 0.23,
        name,
        ha="center",
        va="top" if below else "bottom",
        fontsize=10.5,
        linespacing=1.0,
    )
