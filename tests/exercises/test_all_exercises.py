"""Every exercise of every lesson: four parts that hold together."""

import pytest

from coursekit import exercises, lessons
from coursekit.backend import import_keras
from coursekit.exercises import engine

import_keras()
ALL = [e for lesson in lessons.numbers() for e in exercises.load(lesson)]
MISTAKES = [
    pytest.param(exercise, number, id=f"{exercise.id}-{number}")
    for exercise in ALL
    for number in range(len(exercise.mistakes))
]


@pytest.fixture(scope="module", autouse=True)
def remembered():
    """A mistake is compared with all others: each is called once for that."""
    with engine.remembered():
        yield


@pytest.fixture(params=ALL, ids=lambda e: e.id)
def exercise(request):
    return request.param


def test_every_lesson_has_exercises_with_ids_in_order():
    for lesson in lessons.numbers():
        ids = [exercise.id for exercise in exercises.load(lesson)]
        assert ids == [f"{lesson}.{n + 1}" for n in range(len(ids))]
        assert len(ids) >= 3


def test_the_reference_is_correct(exercise):
    assert engine.judge(exercise, exercise.reference).state == "correct"


def test_an_untouched_stub_is_not_attempted(exercise):
    def stub(*arguments):
        """What it should do."""
        ...  # your code here

    for untouched in (stub, ..., None):
        assert engine.judge(exercise, untouched).state == "not attempted"


@pytest.mark.parametrize(("exercise", "number"), MISTAKES)
def test_a_typical_mistake_gets_its_own_diagnosis(exercise, number):
    mistake = exercise.mistakes[number]
    verdict = engine.judge(exercise, mistake.answer)
    assert verdict.state == "not yet"
    assert mistake.diagnosis in verdict.message
    others = set(exercise.mistakes) - {mistake}
    assert not any(m.diagnosis in verdict.message for m in others)


def test_hints_grow_and_the_solution_explains(exercise, capsys):
    assert len(set(exercise.hints)) == 3
    for number in (1, 2, 3, 3):
        exercises.hint(exercise.id)
        assert f"hint {number} of 3" in capsys.readouterr().out
    exercises.solution(exercise.id)
    said = capsys.readouterr().out
    assert exercise.explanation.split()[0] in said and len(said) > 60


def test_a_function_that_returns_nothing_is_told_so(exercise):
    if not callable(exercise.reference):
        pytest.skip("the answer is a value")

    def nothing(*arguments, **named):
        _ = len(arguments)

    verdict = engine.judge(exercise, nothing)
    assert verdict.state == "not yet"
