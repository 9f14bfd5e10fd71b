"""A right answer fills its gap only where its results can stand there."""

import numpy as np
import pytest

from coursekit import exercises
from coursekit.exercises import engine


def gap(exercise_id, answer):
    """What fills a gap when ``answer`` is given; the reference is good."""
    exercise = exercises._find(exercise_id)
    return exercises.yours_or_good(exercise_id, answer, exercise.reference)


@pytest.mark.parametrize("exercise_id", ["14.2", "15.1", "16.2", "16.3"])
def test_a_right_answer_of_lists_is_praised_and_not_built_upon(
    exercise_id, capsys
):
    exercise = exercises._find(exercise_id)

    def answer(*args):
        found = exercise.reference(*args)
        if isinstance(found, tuple):
            return tuple(np.asarray(part).tolist() for part in found)
        return found.tolist()

    assert engine.judge(exercise, answer).state == "correct"
    assert gap(exercise_id, answer) is exercise.reference
    text = capsys.readouterr().out
    assert "yours is correct, but returns a list where" in text
    assert "the lesson goes on with the good answer" in text


def test_lists_inside_a_list_are_seen_as_well(capsys):
    reference = exercises._find("11.2").reference

    def answer(cuts):
        folds = reference(cuts)
        return [(list(train), list(test)) for train, test in folds]

    assert gap("11.2", answer) is reference
    assert "returns a list where the next cells need an array" in (
        capsys.readouterr().out
    )


def test_several_results_fill_a_gap_as_a_list_too(capsys):
    reference = exercises._find("15.1").reference

    def answer(*args):
        return list(reference(*args))

    assert gap("15.1", answer) is answer
    assert "goes on with your answer" in capsys.readouterr().out


@pytest.mark.parametrize("exercise_id", ["15.2", "18.1"])
def test_a_loss_that_needs_numbers_is_not_given_to_fit(exercise_id, capsys):
    reference = exercises._find(exercise_id).reference

    def in_numpy(*args):
        return float(reference(*args))

    def in_tensors_but_by_rows(truth, *others):
        len(truth)  # a loop over rows would ask for it
        return reference(truth, *others)

    assert gap(exercise_id, in_numpy) is reference
    assert "a number where the next cells need a tensor" in (
        capsys.readouterr().out
    )
    assert gap(exercise_id, in_tensors_but_by_rows) is reference
    assert "fit cannot use it" in capsys.readouterr().out
    assert gap(exercise_id, lambda *args: reference(*args)).__name__ == (
        "<lambda>"
    )


def test_what_an_answer_prints_is_not_shown_again(capsys):
    reference = exercises._find("16.3").reference

    def answer(*args):
        print("here")
        return reference(*args)

    gap("16.3", answer)
    cases = exercises._find("16.3").cases
    assert capsys.readouterr().out.count("here") == len(cases)
