"""Pictures of array shapes: broadcasting and the matrix product."""

import numpy as np

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
        f"Shape {a.shape} plus shape {b.shape} gives {shape}: the missing "
        "rows and columns are copies, drawn in grey.",
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
