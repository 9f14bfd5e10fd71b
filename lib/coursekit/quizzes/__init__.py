"""Quizzes: questions to fold open, and answers explained.

``ck.quiz("01")`` shows a lesson's questions; ``ck.answer("01.3", "b")``
explains an option. The questions are data, the quiz.toml of a lesson.
"""

import re
from collections.abc import Iterable

from coursekit import lookup
from coursekit.quizzes.bank import Quiz, load

__all__ = ["answer", "quiz"]


def quiz(lesson: str) -> Quiz:
    """The questions of ``lesson`` ("01"), shown with foldable options.

    Raises CourseError when the lesson has no questions.
    """
    return load(lesson)


def answer(question_id: str = "", labels: str | Iterable[str] = "") -> None:
    """Say whether the chosen option is right, and why.

    ``labels`` is one label ("b") or several (["a", "c"], "ac" or "a, c")
    where the question says so.
    """
    question = lookup.find(
        "question",
        question_id,
        lambda lesson: load(lesson).questions,
        "Exercises are checked with ck.check.",
    )
    if question is None:
        return
    question_id = question.id
    written = labels if isinstance(labels, str) else _joined(labels)
    chosen = sorted(set(re.findall(r"\w", written.lower())))
    known = {option.label: option for option in question.options}
    if not chosen or not set(chosen) <= set(known):
        print(
            f"Question {question_id} of the quiz has the options "
            f"{', '.join(known)}: choose by letter. (An exercise of that "
            f'number is checked with ck.check("{question_id}", ...).)'
        )
        return
    right = {label for label, option in known.items() if option.right}
    if set(chosen) == right:
        print(f"{question_id}  right")
    elif set(chosen) < right:
        print(f"{question_id}  right so far, but not all of it")
    else:
        print(f"{question_id}  not quite")
    for label in chosen:
        print(
            f"  {label}) {_mark(label in right, chosen)}"
            f"{known[label].explanation}"
        )


def _joined(labels: Iterable[str]) -> str:
    """Several labels as one text; "" for what cannot be labels."""
    try:
        return " ".join(map(str, labels))
    except TypeError:
        return ""


def _mark(right: bool, chosen: list[str]) -> str:
    """Which of several chosen options is right."""
    if len(chosen) == 1:
        return ""
    return "Right. " if right else "Not right. "
