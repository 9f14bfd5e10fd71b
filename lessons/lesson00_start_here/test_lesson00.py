"""Independent witnesses for lesson 00: SciPy's tree, NumPy's einsum."""

import numpy as np
import pytest
from scipy import optimize, spatial

from coursekit import data, lessons

answers = lessons.module("00", "exercises")
figures = lessons.module("00", "figures")


@pytest.mark.parametrize("moved, expected", [(0, 353), (1, 221)])
def test_the_nearest_neighbour_gets_as_many_as_a_tree_search(
    lesson_text, moved, expected
):
    digits = data.load("digits", size=8)
    tree = spatial.cKDTree(digits.train.x.reshape(-1, 64).astype(float))
    pictures = np.zeros_like(digits.test.x)
    pictures[:, :, moved:] = digits.test.x[:, :, : 8 - moved]
    nearest = tree.query(pictures.reshape(-1, 64).astype(float))[1]
    right = int((digits.train.y[nearest] == digits.test.y).sum())
    assert right == expected
    assert f"{expected} of 360 right" in lesson_text("00")


def copies(pictures, right, down):
    """Pictures moved by whole pixels; what comes in is paper, 0."""
    wide = np.pad(pictures, ((0, 0), (2, 2), (2, 2), (0, 0)))
    return wide[:, 2 - down : 10 - down, 2 - right : 10 - right].reshape(
        -1, 64
    )


@pytest.mark.parametrize(
    ("known", "moved", "expected"),
    [
        ("row", (1, 0), 353),
        ("row", (0, 1), 240),
        ("row", (2, 0), 216),
        ("nine", (1, 1), 353),
    ],
)
def test_what_copies_forgive_the_nearest_neighbour(known, moved, expected):
    digits = data.load("digits", size=8)
    downs = (0,) if known == "row" else (-1, 0, 1)
    steps = [(x, y) for x in (-1, 0, 1) for y in downs]
    shown = [copies(digits.train.x, *step) for step in steps]
    tree = spatial.cKDTree(np.concatenate(shown).astype(float))
    nearest = tree.query(copies(digits.test.x, *moved).astype(float))[1]
    labels = np.tile(digits.train.y, len(steps))[nearest]
    # Two copies may be equally near: one digit more or less.
    assert abs(int((labels == digits.test.y).sum()) - expected) <= 1
    told = (lessons.folder("00") / "lesson.py").read_text(encoding="utf-8")
    assert str(expected) in told.split("To discuss")[1]


def test_the_training_step_by_hand_is_the_step_of_the_slope():
    def error(w):
        return (w[0] - 2) ** 2

    slope = optimize.approx_fprime([0.0], error, 1e-8)[0]
    assert error([0.0]) == 4 and 0 - 0.25 * slope == pytest.approx(1)


def test_the_solution_of_the_chain_rule_is_the_measured_slope():
    for w, x, t in ((0.0, 1.0, 2.0), (3.0, 2.0, 1.0), (-1.5, 0.5, 4.0)):
        slope = optimize.approx_fprime(
            [w], lambda v, x=x, t=t: (v[0] * x - t) ** 2, 1e-7
        )
        assert answers.loss_slope(w, x, t) == pytest.approx(slope[0], abs=1e-4)


def test_the_centred_columns_of_the_solution_have_mean_zero():
    a = np.random.default_rng(0).standard_normal((5, 3))
    centred = answers.centred(a)
    assert np.allclose(centred.mean(axis=0), 0)
    assert np.allclose(np.diff(centred, axis=0), np.diff(a, axis=0))


def test_the_map_shows_all_25_lessons_in_order():
    figure = figures.course_map()
    texts = [text.get_text() for text in figure.figure.axes[0].texts]
    numbers = [text for text in texts if text.isdigit()]
    assert numbers == [f"{n:02d}" for n in range(25)]
    assert figure.summary.startswith("Map of the 25 lessons")


def test_the_broadcasting_figure_draws_copies_in_grey():
    figure = figures.broadcasting(np.ones((3, 1)), np.arange(4))
    left, right, total = figure.figure.axes
    grey = [
        sum(text.get_color() != "black" for text in panel.texts)
        for panel in (left, right, total)
    ]
    assert grey == [9, 8, 0]
    assert "(3, 1) plus shape (4,) gives (3, 4)" in figure.summary


def test_the_matrix_figure_names_the_entry_that_row_and_column_make():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 9, (2, 3)), rng.integers(0, 9, (3, 4))
    entry = np.einsum("ij,jk->ik", a, b)[1, 3]
    figure = figures.matrix_product(a, b, row=1, column=3)
    assert figure.summary.endswith(f"make {entry}.")
