"""Mistakes as edits of the reference."""

import inspect

import pytest

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake, judge


def area(width, height):
    return width * height


def make(mistake):
    return Exercise(
        id="01.1",
        title="Area",
        level="warm-up",
        reference=area,
        hints=("a", "b", "c"),
        mistakes=(Mistake(mistake, "You added the sides."),),
        explanation="Width times height.",
        cases=(Case(2, 3),),
    )


def test_an_edit_makes_a_readable_function_of_the_same_name():
    wrong = edit("width * height", "width + height").apply(area)
    assert wrong(2, 3) == 5
    assert area(2, 3) == 6
    assert wrong.__name__ == "area"
    assert "width + height" in inspect.getsource(wrong)


def test_several_edits_are_made_one_after_the_other():
    wrong = edit("width *", "height *", "height * height", "height").apply(
        area
    )
    assert wrong(2, 3) == 3


def test_a_stale_edit_fails_when_the_exercise_is_made():
    with pytest.raises(ValueError, match=r"exercise 01\.1.*stands 0 times"):
        make(edit("width / height", "width"))


def test_an_edit_of_what_stands_twice_is_refused():
    with pytest.raises(ValueError, match="stands 2 times"):
        edit("height", "1").apply(area)


def test_an_edit_needs_pairs():
    with pytest.raises(ValueError, match="pairs"):
        edit("width", "height", "1")


def test_the_edited_answer_gets_its_diagnosis():
    exercise = make(edit("*", "+"))
    verdict = judge(exercise, exercise.mistakes[0].answer)
    assert "You added the sides." in verdict.message
