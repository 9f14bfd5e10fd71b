"""The map of the course."""

from matplotlib.patches import FancyBboxPatch

from coursekit.figures.style import (
    PALETTE,
    CourseFigure,
    hide_axes,
    new_figure,
)

PARTS = (
    ("Start", "purple", ("00 Start", "01 Images")),
    (
        "Convolution",
        "blue",
        (
            "02 By hand",
            "03 Pooling",
            "04 First CNN",
            "05 Training",
            "06 Landmarks",
            "07 100 classes",
            "08 Transfer",
            "09 Inside",
            "10 Style, boxes",
        ),
    ),
    (
        "Recurrence",
        "green",
        (
            "11 Sequences",
            "12 RNN",
            "13 Gradients",
            "14 LSTM, GRU",
            "15 Forecasts",
            "16 Words",
            "17 Characters",
            "18 Tags",
            "19 Video",
            "20 Translation",
        ),
    ),
    (
        "Captioning",
        "vermillion",
        ("21 Show, tell", "22 Attend", "23 Photographs", "24 Onwards"),
    ),
)


def course_map() -> CourseFigure:
    """All lessons in four rows, one a part, in the order they build on."""
    figure, axes = new_figure(width=10.5, height=3.6)
    hide_axes(axes)
    for row, (part, colour, lessons) in enumerate(PARTS):
        axes.text(-0.15, -row, part, ha="right", va="center", fontsize=12)
        for place, lesson in enumerate(lessons):
            box = FancyBboxPatch(
                (place + 0.06, -row - 0.3),
                0.88,
                0.6,
                boxstyle="round,pad=0.02",
                color=PALETTE[colour],
                alpha=0.18,
            )
            axes.add_patch(box)
            number, name = lesson.split(" ", 1)
            axes.text(place + 0.5, -row + 0.1, number, ha="center", weight="bold")
            axes.text(
                place + 0.5, -row - 0.19, name, ha="center", fontsize=8.5
            )
    axes.set_xlim(-1.4, 10.1)
    axes.set_ylim(-len(PARTS) + 0.5, 0.5)
    said = "; ".join(
        f"{part}: {lessons[0].split()[0]} to {lessons[-1].split()[0]}"
        for part, _, lessons in PARTS
    )
    return CourseFigure(figure, f"Map of the 25 lessons. {said}.")
