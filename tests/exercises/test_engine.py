"""Judging answers: fair, helpful, and never raising."""

import json

import numpy as np
import pytest

from coursekit import exercises
from coursekit.exercises import engine
from coursekit.exercises.engine import Case, Exercise, Mistake
from coursekit.exercises.progress import Progress


def make(**changes):
    parts = {
        "id": "90.1",
        "title": "Twice",
        "level": "core",
        "reference": lambda x: 2 * x,
        "cases": (Case(0.0), Case(np.array([1.0, 2.0]))),
        "hints": ("a", "b", "c"),
        "mistakes": (Mistake(lambda x: x**2, "You squared."),),
        "explanation": "Two times.",
    }
    return Exercise(**(parts | changes))


def said(answer, **changes):
    verdict = engine.judge(make(**changes), answer)
    assert verdict.state == "not yet"
    return verdict.message


def test_the_smallest_failing_case_is_shown():
    text = said(lambda x: x + 1)
    assert text.startswith("for 0 you returned 1, expected 0")


def test_a_known_mistake_is_diagnosed_only_if_it_agrees_everywhere():
    assert "You squared." in said(lambda x: x * x)
    assert "You squared." not in said(lambda x: x + 1)


def test_an_error_is_the_learners_with_their_line():
    def answer(x):
        y = x + 1
        return y.no_such_thing

    text = said(answer)
    assert "your code raised AttributeError" in text
    assert "return y.no_such_thing" in text
    assert "engine.py" not in text


def test_a_changed_input_is_noticed():
    def answer(x):
        x *= 2
        return x

    assert "changed its input" in said(answer)


def test_the_cases_are_not_spoiled_by_a_change():
    exercise = make()

    def answer(x):
        x *= 2
        return x

    engine.judge(exercise, answer)
    assert exercise.cases[1].args[0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: np.zeros((2, 3)), "the shape is (2, 3)"),
        (lambda x: "text", "'text'"),
        (lambda x: x * np.nan, "NaN"),
        (lambda x: print(end=""), "did you forget return?"),
        (lambda: 3, "TypeError"),
        (5, "the function itself"),
    ],
)
def test_wrong_kinds_of_answers_are_named(answer, words):
    assert words in said(answer)


def test_values_are_judged_without_giving_the_answer_away():
    value = {
        "reference": 456,
        "cases": (),
        "mistakes": (Mistake(156, "For one channel."),),
    }
    assert "For one channel." in said(156, **value)
    assert "456" not in said(7, **value)
    assert engine.judge(make(**value), np.int64(456)).state == "correct"


def test_integers_are_exact_and_decimals_have_a_tolerance():
    whole = {"reference": lambda x: 3, "cases": (Case(0),)}
    assert "expected 3" in said(lambda x: 4, **whole)
    decimal = make(reference=lambda x: 0.1 + 0.2, cases=(Case(0),))
    assert engine.judge(decimal, lambda x: 0.3).state == "correct"


def test_tuples_and_mappings_are_compared_part_by_part():
    pair = {"reference": lambda x: (np.ones(2), "a"), "cases": (Case(0),)}
    assert "in value 1" in said(lambda x: (np.ones(2), "b"), **pair)
    assert "you returned 1 values where 2" in said(lambda x: ("a",), **pair)
    table = {"reference": lambda x: {"k": 1.0}, "cases": (Case(0),)}
    assert "at 'k'" in said(lambda x: {"k": 2.0}, **table)


def test_a_real_body_is_never_taken_for_a_stub():
    def constant(x):
        return 0

    def documented(x):
        """Say something."""
        return 1

    assert not engine.untouched(constant)
    assert not engine.untouched(documented)
    assert not engine.untouched(len)


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "hard"},
        {"hints": ("a", "b")},
        {"cases": ()},
        {"mistakes": ()},
    ],
)
def test_an_exercise_that_breaks_the_rules_is_refused(changes):
    with pytest.raises(ValueError, match="90.1"):
        make(**changes)


def test_check_prints_plain_text_and_keeps_progress(capsys):
    exercises.check("00.1", lambda x: 2 * x)
    assert capsys.readouterr().out == "00.1  correct - Twice a number\n"
    exercises.check("00.1", lambda x: x)  # once correct stays correct
    capsys.readouterr()
    exercises.progress()
    assert "00.1  correct" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["77.1", "00.99", "x", "", None])
def test_an_unknown_id_prints_the_known_ones(wrong, capsys):
    exercises.check(wrong, 1)
    exercises.hint(wrong)
    exercises.solution(wrong)
    assert capsys.readouterr().out.count("There is no exercise") == 3


@pytest.mark.parametrize("broken", ["{", "[]", '{"00.1": 3}', '"x"', "null"])
def test_a_damaged_progress_file_is_set_aside(broken, capsys):
    path = Progress().path
    path.write_text(broken)
    exercises.check("00.1", lambda x: 2 * x)
    assert "damaged" in capsys.readouterr().out
    assert path.with_suffix(".damaged-1.json").read_text() == broken
    assert json.loads(path.read_text())["00.1"]["state"] == "correct"


def test_an_unwritable_place_is_a_note_not_an_error(
    capsys, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "progress.json"
    monkeypatch.setenv("COURSEKIT_PROGRESS", str(place))
    exercises.check("00.1", lambda x: 2 * x)
    said = capsys.readouterr().out
    assert "correct" in said and "progress" in said
