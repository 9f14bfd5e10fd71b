"""What is read back from a figure tells it from a wrong one."""

import json

import numpy as np
import pytest

from coursekit.dev.compare import forgive_figure
from coursekit.figures.content import content
from coursekit.figures.palette import PALETTE
from coursekit.figures.style import CourseFigure, new_figure, show_image

X = np.arange(40)
MAP = np.linspace(-1, 1, 64).reshape(8, 8)
PHOTO = np.arange(12 * 12, dtype="uint8").reshape(12, 12)


def lines(*curves, names=("one", "two"), colours=("blue", "orange"), **more):
    figure, axes = new_figure()
    for values, name, colour in zip(curves, names, colours, strict=True):
        axes.plot(X, values, color=PALETTE[colour], label=name)
    axes.set(title="title", xlabel="steps", ylabel="loss", **more)
    axes.legend()
    return content(figure)


def image(values, titles=("a", "b"), **options):
    figure, axes = new_figure(columns=2)
    for panel, title in zip(axes, titles, strict=True):
        show_image(panel, values, **options)
        panel.set_title(title)
    return content(figure)


def bars(values, names):
    figure, axes = new_figure()
    axes.bar(names, values, color=PALETTE["blue"])
    return content(figure)


def texts(words):
    figure, axes = new_figure()
    for place, word in enumerate(words):
        axes.text(place / 4, 0.5, word)
    return content(figure)


def points(x, y):
    figure, axes = new_figure()
    axes.scatter(x, y)
    axes.set(xlim=(0, 10), ylim=(0, 10))
    return content(figure)


def ticks(places, names):
    figure, axes = new_figure()
    axes.set_xlim(0, 4)
    axes.set_xticks(places, names)
    return content(figure)


DOWN, UP = 2 - X / 40, 1 + X / 80
SIGNED = {"cmap": "RdBu", "vmin": -1, "vmax": 1}
RIGHT_AND_WRONG = {
    "two curves swapped": (lines(DOWN, UP), lines(UP, DOWN)),
    "their colours swapped": (
        lines(DOWN, UP),
        lines(DOWN, UP, colours=("orange", "blue")),
    ),
    "their names swapped": (lines(DOWN, UP), lines(DOWN, UP, names="ba")),
    "a curve backwards": (lines(DOWN, UP), lines(DOWN[::-1], UP)),
    "another scale": (lines(DOWN, UP), lines(DOWN, UP, yscale="log")),
    "other limits": (lines(DOWN, UP), lines(DOWN, UP, ylim=(0, 9))),
    "a map transposed": (image(MAP, **SIGNED), image(MAP.T, **SIGNED)),
    "a map upside down": (image(MAP, **SIGNED), image(MAP[::-1], **SIGNED)),
    "the other sign": (image(MAP, **SIGNED), image(-MAP, **SIGNED)),
    "the other end of the colours": (
        image(MAP, **SIGNED),
        image(MAP, **SIGNED | {"cmap": "RdBu_r"}),
    ),
    "another colour scale": (
        image(MAP, **SIGNED),
        image(MAP, **SIGNED | {"vmax": 2}),
    ),
    "drawn from below": (
        image(MAP, **SIGNED),
        image(MAP, origin="lower", **SIGNED),
    ),
    "bytes transposed": (image(PHOTO), image(PHOTO.T)),
    "one byte changed": (image(PHOTO), image(PHOTO ^ (PHOTO == 3))),
    "titles swapped": (image(MAP), image(MAP, titles="ba")),
    "bars swapped": (bars([1, 2, 3], "abc"), bars([2, 1, 3], "abc")),
    "names of bars reversed": (
        bars([1, 2, 3], "abc"),
        bars([1, 2, 3], "cba"),
    ),
    "words reversed": (texts("abc"), texts("cba")),
    "points mirrored": (points([1, 2], [3, 8]), points([3, 8], [1, 2])),
    "ticks moved": (ticks([1, 2], "ab"), ticks([2, 3], "ab")),
    "labels of ticks shifted": (ticks([1, 2], "ab"), ticks([1, 2], "bc")),
}


@pytest.mark.parametrize("name", RIGHT_AND_WRONG)
def test_a_wrong_figure_differs_from_the_right_one(name):
    right, wrong = RIGHT_AND_WRONG[name]
    assert forgive_figure(right, right, None) == right
    assert forgive_figure(wrong, right, None) != right


def near(new, stored, atol=0.0):
    return forgive_figure(new, stored, atol) == stored


def test_numbers_off_by_a_hundredth_of_the_axis_are_forgiven():
    assert near(lines(DOWN + 0.01, UP), lines(DOWN, UP))
    assert near(image(MAP + 0.02, **SIGNED), image(MAP, **SIGNED))


def test_colours_off_by_a_hundredth_are_forgiven_in_each_channel():
    colours = np.stack([MAP / 2 + 0.5, MAP.T / 2 + 0.5, 0 * MAP], axis=-1)
    assert near(image(colours * 0.99), image(colours))
    assert not near(image(colours[..., ::-1]), image(colours))


def test_a_tolerance_in_the_units_of_the_axis_widens_that():
    assert not near(lines(DOWN, UP * 1.06), lines(DOWN, UP))
    assert near(lines(DOWN, UP * 1.06), lines(DOWN, UP), atol=0.1)


def test_no_tolerance_forgives_more_than_a_third_of_the_axis():
    assert not near(lines(DOWN, UP), lines(UP, DOWN), atol=100.0)


def test_counts_stay_exact_whatever_the_tolerance():
    stored = points([1, 2], [3, 8])
    assert not near(points([1, 2, 2], [3, 8, 8]), stored, atol=100.0)


def test_a_number_written_in_a_figure_may_round_to_the_other_side():
    assert forgive_figure(texts(["0.44"]), texts(["0.45"]), None) == texts(
        ["0.45"]
    )
    assert forgive_figure(texts(["0.44"]), texts(["0.48"]), None) != texts(
        ["0.48"]
    )


def test_times_leave_names_only_and_say_so():
    figure, axes = new_figure()
    axes.barh(["slow", "fast"], [3.2, 0.1])
    axes.set_xlabel("ms")
    found = CourseFigure(figure, "x", timed=True).content().splitlines()
    kinds = [json.loads(line)[1:2] for line in found]
    assert kinds == [[], ["labels"], ["ticks"]]


def test_kinds_that_vary_are_left_out():
    figure, axes = new_figure()
    show_image(axes, MAP)
    axes.set_title("a dog")
    found = CourseFigure(figure, "x", varies=("title", "images")).content()
    assert "dog" not in found
    assert "levels" not in found


def test_what_is_fixed_of_a_panel_is_told_though_its_kind_varies():
    figure, axes = new_figure(columns=2)
    for panel, name in zip(axes, ("dog", "cat"), strict=True):
        show_image(panel, PHOTO)
        panel.set_title(name)
    shown = CourseFigure(figure, "x", ("title",), fixed=[(0, "title")])
    assert "dog" in shown.content() and "cat" not in shown.content()


def test_a_large_figure_is_told_in_a_few_thousand_signs():
    figure, axes = new_figure(3, 10)
    for panel in axes.ravel():
        show_image(panel, np.random.default_rng(0).normal(size=(28, 28)))
    assert len(content(figure)) < 10_000
    figure, axes = new_figure()
    axes.plot(np.random.default_rng(0).normal(size=10_000))
    assert len(content(figure)) < 500
