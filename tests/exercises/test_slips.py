"""Slips of a reference answer, and what the exercise says to them."""

import inspect
import sys

import numpy as np
import pytest

import slips
from coursekit.errors import CourseError
from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def column_sums(a):
    return a.sum(axis=0)


def countdown(n):
    while n > 0:
        n -= 1
    return n


def turned(x, W):
    total = 0
    for row in x:
        total += row @ W.T
    return total


def transposed(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def make(reference, *cases, mistakes=None):
    return Exercise(
        id="01.1",
        title="Tiny",
        level="warm-up",
        reference=reference,
        hints=("a", "b", "c"),
        mistakes=mistakes or (Mistake(lambda *_: 77, "Not 77."),),
        explanation="It is tiny.",
        cases=tuple(Case(*case) for case in cases),
    )


def outcomes(exercise):
    """The outcome of each changed line."""
    return {r.slip.text: r.outcome for r in slips.judged(exercise)}


def test_signs_transposes_and_sums_are_changed_one_at_a_time():
    texts = {slip.text for slip in slips.slips(turned)}
    assert {
        "total += row @ W",
        "total += row * W.T",
        "total += W.T @ row",
        "total = row @ W.T",
        "total -= row @ W.T",
        "return -total",
        "for row in W:",
    } <= texts
    assert "total += row @ W.T" not in texts


def test_every_slip_of_a_call_with_a_star_can_be_compiled():
    for slip in slips.slips(transposed):
        compile(slip.source, "slip", "exec")


def test_a_slip_names_its_line_in_the_file():
    first = inspect.getsourcelines(turned)[1]
    lines = {slip.text: slip.line for slip in slips.slips(turned)}
    assert lines["total += row @ W"] == first + 3


def test_a_missing_case_shows_as_an_accepted_slip():
    few = make(column_sums, [np.eye(2)])
    assert outcomes(few)["return a.sum(axis=1)"] == "ACCEPTED"
    enough = make(column_sums, [np.array([[1, 2], [3, 4]])])
    assert outcomes(enough)["return a.sum(axis=1)"] == "difference"


def test_accepted_slips_come_first_and_diagnosed_ones_last():
    mistake = Mistake(edit("a.sum", "a.mean"), "That is the mean.")
    exercise = make(column_sums, [np.eye(2)], mistakes=(mistake,))
    results = slips.judged(exercise)
    assert results[0].outcome == "ACCEPTED"
    assert results[-1].outcome == "diagnosed"
    assert results[-1].message == "That is the mean."


def test_a_failing_slip_is_an_error_with_the_learners_message():
    exercise = make(turned, [np.ones((2, 3)), np.ones((2, 3))])
    [result] = [
        r for r in slips.judged(exercise) if r.slip.text == "total += row @ W"
    ]
    assert result.outcome == "error"
    assert result.message.startswith("your code raised ValueError")


def test_a_slip_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(slips, "_MOST_LINES", 1000)
    before = sys.gettrace()
    found = {r.slip.text: r for r in slips.judged(make(countdown, [3], [0]))}
    assert found["n += 1"].outcome == "error"
    assert found["n += 1"].message == "it does not end"
    assert sys.gettrace() is before


def test_the_command_skips_values_and_counts_the_rest(capsys):
    slips.command("00")
    printed = capsys.readouterr().out
    assert "00.2" in printed and "a value, no slips" in printed
    assert "00.1: 0 ACCEPTED" in printed


def test_the_command_prints_the_same_each_time(capsys):
    slips.command("00.1")
    first = capsys.readouterr().out
    slips.command("00.1")
    assert capsys.readouterr().out == first


@pytest.mark.parametrize("wanted", ["77", "00.99", "x", ""])
def test_what_has_no_exercises_is_refused(wanted):
    with pytest.raises(CourseError, match=r"two digits|lesson 00 has 00\.1"):
        slips.command(wanted)
