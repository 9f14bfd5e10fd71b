"""No exercise accepts a one-token slip without a reason on record."""

import tomllib
from pathlib import Path

import pytest

import slips
from coursekit import exercises, lessons
from coursekit.backend import import_keras

import_keras()
RECORD = tomllib.loads(
    Path(__file__).with_name("accepted_slips.toml").read_text("utf-8")
)
FUNCTIONS = {
    exercise.id: exercise
    for lesson in lessons.numbers()
    for exercise in exercises.load(lesson)
    if callable(exercise.reference)
}


@pytest.mark.slow
@pytest.mark.parametrize("identity", FUNCTIONS)
def test_only_slips_with_a_reason_are_accepted(identity):
    accepted = {
        f"{identity} {result.slip.text}"
        for result in slips.judged(FUNCTIONS[identity])
        if result.outcome == "ACCEPTED"
    }
    known = {slip for group in RECORD.values() for slip in group}
    assert accepted == {slip for slip in known if slip.startswith(identity)}
