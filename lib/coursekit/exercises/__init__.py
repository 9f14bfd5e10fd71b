"""Exercises: check an answer, get a hint, see the solution.

Each lesson's exercises are its module exercises.py, with a tuple EXERCISES
of :class:`~coursekit.exercises.engine.Exercise`. The functions here print
plain text and never raise on account of a learner's answer.
"""

import contextlib
import inspect
import re
import textwrap
import threading
from collections.abc import Iterator
from typing import Any

from coursekit import lessons, lookup
from coursekit.exercises import engine, forms
from coursekit.exercises.compare import shown
from coursekit.exercises.engine import Exercise
from coursekit.exercises.progress import Progress

__all__ = ["check", "hint", "progress", "solution", "yours_or_good"]

_SLOW = 20.0  # seconds of an answer before it is said how to stop it
_FORGOTTEN = object()


def check(exercise_id: str = "", answer: Any = _FORGOTTEN) -> None:
    """Say whether ``answer`` solves the exercise, and if not, why.

    ``answer`` is the function or value the exercise asks for. Prints one
    of: correct, not attempted yet, not yet (with the smallest input on
    which it differs, and a diagnosis where the mistake is a known one).
    An answer that runs long is told how to stop it, and may be stopped.
    """
    exercise = _find(exercise_id)
    if exercise is None:
        return
    verdict = _verdict(exercise, answer)
    if verdict is None:
        return
    Progress().record(exercise.id, verdict.state)
    if verdict.state == "correct":
        print(f"{exercise.id}  correct - {exercise.title}")
    elif verdict.state == "not attempted":
        print(f"{exercise.id}  not attempted yet")
    else:
        print(f"{exercise.id}  not yet - {verdict.message}")
        print(f'ck.hint("{exercise.id}") has a nudge.')
        if isinstance(answer, str) and re.fullmatch("[a-h]", answer):
            print(
                f"This is exercise {exercise.id}. If you meant question "
                f"{exercise.id} of the quiz: "
                f'ck.answer("{exercise.id}", "{answer}")'
            )


def yours_or_good(exercise_id: str, yours: Any, good: Any) -> Any:
    """The learner's answer where it is correct, else the good one.

    Fills the gap in a lesson: ``lstm_step = ck.yours_or_good("14.1",
    lstm_step, good_lstm_step)``. Prints which of the two it returns, and
    why a correct one cannot stand in the lesson: it returns a list, say,
    and the next cells want an array.
    """
    exercise = _find(exercise_id)
    # After a second run of the cell ``yours`` is what the first returned.
    own = getattr(yours, "__name__", "") != getattr(good, "__name__", "")
    verdict = _verdict(exercise, yours) if exercise and own else None
    why = ""
    if exercise and verdict and verdict.state == "correct":
        why = forms.misfit(yours, good, exercise.cases)
        if not why:
            print(f"{exercise_id}  the lesson goes on with your answer")
            return yours
        why = f"yours is correct, but {why}: "
    print(f"{exercise_id}  {why}the lesson goes on with the good answer")
    return good


def hint(exercise_id: str = "") -> None:
    """Print the next of the exercise's three hints, then the last again."""
    exercise = _find(exercise_id)
    if exercise is None:
        return
    total = len(exercise.hints)
    number = Progress().next_hint(exercise.id, total)
    print(f"{exercise.id}  hint {number} of {total}")
    print(_wrapped(exercise.hints[number - 1]))
    if number == total:
        print(f'The answer itself: ck.solution("{exercise.id}")')


def solution(exercise_id: str = "") -> None:
    """Print one good answer and why it works."""
    exercise = _find(exercise_id)
    if exercise is None:
        return
    print(f"{exercise.id}  {exercise.title}: one good answer\n")
    if callable(exercise.reference):
        print(textwrap.dedent(inspect.getsource(exercise.reference)))
    else:
        print(f"{shown(exercise.reference)}\n")
    print(_wrapped(exercise.explanation))


def progress() -> None:
    """Print how far each lesson's exercises are done."""
    Progress().show({number: load(number) for number in lessons.numbers()})


def load(lesson: str) -> tuple[Exercise, ...]:
    """All exercises of a lesson."""
    return lessons.module(lesson, "exercises").EXERCISES


def _find(exercise_id: str) -> Exercise | None:
    other = "Quiz questions are answered with ck.answer."
    return lookup.find("exercise", exercise_id, load, other)


def _verdict(exercise: Exercise, answer: Any) -> engine.Verdict | None:
    """The verdict; None, and why in a sentence, when there can be none."""
    if answer is _FORGOTTEN:
        print(
            f"{exercise.id}  your answer is missing: give it after the "
            f'number, as in ck.check("{exercise.id}", my_answer)'
        )
        return None
    try:
        with _word_when_slow(exercise.id):
            return engine.judge(exercise, answer)
    except KeyboardInterrupt:
        print(
            f"{exercise.id}  stopped. If your code never ends, look at its "
            "loop: what has to change in each round so that it stops?"
        )
        return None


@contextlib.contextmanager
def _word_when_slow(exercise_id: str) -> Iterator[None]:
    """Say how to stop a block that is still running after a while."""
    words = (
        f"{exercise_id}  still running. You can stop it: interrupt the "
        "kernel (the square button), or press Ctrl-C in a terminal."
    )
    timer = threading.Timer(_SLOW, print, [words])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), width=76)
