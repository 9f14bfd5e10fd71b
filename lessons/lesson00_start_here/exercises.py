"""Exercises of lesson 00: start here."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def double(x):
    return 2 * x


def centred(a):
    return a - a.mean(axis=0)


def loss_slope(w, x, t):
    return 2 * (w * x - t) * x


_rng = np.random.default_rng(0)

EXERCISES = (
    Exercise(
        id="00.1",
        title="Twice a number",
        level="warm-up",
        reference=double,
        cases=(Case(0), Case(3), Case(-1.5)),
        hints=(
            "What do you multiply by?",
            "2 * x, and a function needs a return.",
            "return 2 * x",
        ),
        mistakes=(
            Mistake(
                edit("2 * x", "x**2"),
                "You squared the number: x**2 is x times x. Twice x is 2 * x.",
            ),
            Mistake(
                edit("2 * x", "x + 2"),
                "You added two. Twice x is 2 * x.",
            ),
        ),
        explanation="The exercise is about the machinery: write, check, read "
        "what differs, and try again.",
    ),
    Exercise(
        id="00.2",
        title="The shape of a slice",
        level="warm-up",
        reference=(32, 28),
        hints=(
            "Which of the four indices are numbers, and which are slices?",
            "A number removes its axis; a colon keeps it.",
            "The axes of length 28 (rows) and 3 disappear: the batch and "
            "the columns are left.",
        ),
        mistakes=(
            Mistake(
                (32, 1, 28, 1),
                "A number as an index removes the axis; only a slice such "
                "as 14:15 would leave one of length 1.",
            ),
            Mistake(
                (32, 28, 28),
                "You removed the channels only. The 14 is a number too: the "
                "rows are gone as well.",
            ),
            Mistake(
                (28, 3),
                "You kept the axes that have a number. It is the other way "
                "round: the colons keep theirs.",
            ),
            Mistake(
                (28, 32),
                "The axes that are left keep their order: the batch first.",
            ),
            Mistake(
                (28, 28),
                "The first colon keeps the batch: there are still 32 "
                "pictures.",
            ),
            Mistake(
                (32, 28, 3),
                "You removed the rows only. The 0 is a number too: the "
                "channels are gone as well.",
            ),
            Mistake(
                (32, 28, 1),
                "A number as an index leaves no axis behind: only a slice "
                "such as 0:1 would leave one of length 1.",
            ),
            Mistake(
                (14, 0),
                "Those are the indices. Asked for is the shape of what they "
                "leave: how long are the axes that have a colon?",
            ),
        ),
        explanation="batch[:, 14, :, 0] is row 14 of the red channel of "
        "every picture: 32 pictures, 28 columns. Numbers remove an axis, "
        "colons keep it.",
    ),
    Exercise(
        id="00.3",
        title="Columns with mean zero",
        level="core",
        reference=centred,
        cases=(
            Case(np.array([[1.0], [3.0]])),
            Case(np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])),
            Case(_rng.standard_normal((5, 3))),
        ),
        hints=(
            "First make one mean per column. Which axis must disappear?",
            "a.mean(axis=0) has shape (k,); subtracting it from (n, k) "
            "broadcasts along the rows.",
            "return a - a.mean(axis=0)",
        ),
        mistakes=(
            Mistake(
                edit("axis=0", ""),
                "You subtracted the mean of the whole matrix. One mean per "
                "column is wanted: axis=0.",
            ),
            Mistake(
                edit("axis=0", "axis=1, keepdims=True"),
                "You took one mean per row. axis=0 walks down the rows and "
                "leaves one per column.",
            ),
            Mistake(
                edit(
                    "a - a.mean(axis=0)",
                    "(a - a.mean(axis=0)) / a.std(axis=0)",
                ),
                "You also divided by the standard deviation. Only the mean "
                "is asked for.",
            ),
            Mistake(
                edit("axis=0", "axis=1"),
                "a.mean(axis=1) has one mean per row, of shape (n,): "
                "broadcasting lays it along the columns. One per column is "
                "wanted: axis=0.",
            ),
            Mistake(
                edit("a - ", ""),
                "These are the means themselves. Subtract them from a.",
            ),
            Mistake(
                edit("a - a.mean(axis=0)", "a.mean(axis=0) - a"),
                "The sign is turned round: subtract the means from a.",
            ),
            Mistake(
                edit("a - ", "a + "),
                "You added the means: now each column has twice its mean. "
                "Subtract.",
            ),
        ),
        explanation="axis=0 removes the rows, so one mean per column is "
        "left, and broadcasting subtracts it from every row. The typical "
        "mistake is the other axis.",
    ),
    Exercise(
        id="00.4",
        title="The chain rule on two lines",
        level="stretch",
        reference=loss_slope,
        cases=(Case(0.0, 1.0, 2.0), Case(3.0, 2.0, 1.0), Case(0.5, -2.0, 3.0)),
        hints=(
            "L depends on y, and y on w. Take the two slopes one by one.",
            "dL/dy = 2 (y - t), dy/dw = x, and the slopes are multiplied.",
            "return 2 * (w * x - t) * x",
        ),
        mistakes=(
            Mistake(
                edit(") * x", ")"),
                "That is dL/dy. By the chain rule it is multiplied by "
                "dy/dw = x.",
            ),
            Mistake(
                edit("2 * ", ""),
                "The factor 2 of the square is missing.",
            ),
            Mistake(
                edit("w * x - t", "t - w * x"),
                "The sign is turned round: the inner value is y - t.",
            ),
            Mistake(
                edit(") * x", ") * w"),
                "That is dL/dx. Here w is what moves, and dy/dw = x.",
            ),
            Mistake(
                edit("2 * (w * x - t) * x", "(w * x - t) ** 2"),
                "That is L itself. Its slope is asked for.",
            ),
            Mistake(
                edit(") * x", ") + x"),
                "You added the two slopes. They are multiplied.",
            ),
        ),
        explanation="Outer slope times inner slope: 2 (y - t) times x. With "
        "x = 1, t = 2 and w = 0 it is -4, the slope that moved the weight at "
        "the top of this lesson.",
    ),
)
