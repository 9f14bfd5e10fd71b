"""Question banks: reading, validating and showing them."""

import html
import textwrap
import tomllib
from dataclasses import dataclass
from typing import Any

from coursekit import lessons
from coursekit.errors import CourseError


@dataclass(frozen=True)
class Option:
    """One option of a question, with the reason why it is right or not."""

    label: str = ""
    text: str = ""
    explanation: str = ""
    right: bool = False


@dataclass(frozen=True)
class Question:
    """``multiple`` tells the learner that several options may be right."""

    id: str = ""
    text: str = ""
    options: tuple[Option, ...] = ()
    multiple: bool = False


@dataclass(frozen=True)
class Quiz:
    """A lesson's questions. A notebook shows them as HTML without scripts.

    Each option is a <details> element: click it to see whether it is right
    and why. Only plain tags are used, so that every viewer keeps them.
    """

    lesson: str
    questions: tuple[Question, ...]

    def _repr_html_(self) -> str:
        # A <div> has no margins: options stay close to their question.
        return "\n<br>\n".join(map(_question_html, self.questions))

    def __repr__(self) -> str:
        return "\n\n".join(_question_text(item) for item in self.questions)


def load(lesson: str) -> Quiz:
    """Read and validate the bank of a lesson.

    Raises CourseError when there is none or it breaks a rule.
    """
    path = lessons.folder(lesson) / "quiz.toml"
    if not path.is_file():
        raise CourseError(
            f"Lesson {lesson} has no quiz.",
            f"write its questions into {path}",
        )
    return parse(lesson, path.read_text(encoding="utf-8"))


def parse(lesson: str, text: str) -> Quiz:
    """A Quiz from TOML text; CourseError lists every broken rule."""
    questions: list[Question] = []
    try:
        tables = tomllib.loads(text)
        questions = [_question(table) for table in tables.pop("question", [])]
        problems = _problems(lesson, questions)
        problems += [f"{name} has no meaning here" for name in tables]
    except tomllib.TOMLDecodeError as error:
        problems = [f"it is not TOML: {error}"]
    except (TypeError, AttributeError) as error:
        problems = [f"a question or option is of another form: {error}"]
    if problems:
        raise CourseError(
            f"The question bank of lesson {lesson} is not in order:\n- "
            + "\n- ".join(problems),
            "edit the lesson's quiz.toml",
        )
    return Quiz(lesson, tuple(questions))


def _question(table: dict[str, Any]) -> Question:
    """One [[question]] table; a misspelt key raises TypeError."""
    options = [_read(Option, row) for row in table.pop("option", [])]
    return _read(Question, {**table, "options": tuple(options)})


def _read(form: type, row: dict[str, Any]) -> Any:
    """A Question or Option from a table; line breaks become spaces."""
    plain = {
        key: " ".join(value.split()) if isinstance(value, str) else value
        for key, value in row.items()
    }
    return form(**plain)


def _problems(lesson: str, questions: list[Question]) -> list[str]:
    found = []
    if len(questions) < 4:
        found.append("there are fewer than four questions")
    ids = [question.id for question in questions]
    if ids != [f"{lesson}.{number + 1}" for number in range(len(ids))]:
        found.append(f"ids must be {lesson}.1, {lesson}.2, ... in order")
    texts = [question.text for question in questions]
    if len(set(texts)) < len(texts):
        found.append("two questions have the same text")
    for question in questions:
        found += [f"{question.id}: {text}" for text in _rules(question)]
    return found


def _rules(question: Question) -> list[str]:
    """Broken rules of one question."""
    options = question.options
    right = sum(option.right is True for option in options)
    checks = {
        "has no text": not question.text,
        "needs two options or more": len(options) < 2,
        "labels must be a, b, c, ...": [o.label for o in options]
        != list("abcdefgh"[: len(options)]),
        "two options have the same text": len({o.text for o in options})
        < len(options),
        "an option has no text": not all(o.text for o in options),
        "an option has no explanation": not all(
            o.explanation for o in options
        ),
        "right and multiple must be true or false": not all(
            isinstance(flag, bool)
            for flag in (question.multiple, *(o.right for o in options))
        ),
        "has no right option": right == 0,
        "has several right options: say multiple = true": right > 1
        and not question.multiple,
        "says itself that several may be right, which multiple = true does": (
            "several are right" in question.text
            or "more than one" in question.text
        ),
    }
    return [text for text, broken in checks.items() if broken]


def _question_html(question: Question) -> str:
    lines = [
        f'<div id="quiz-{question.id}"><b>{question.id}</b> '
        f"{html.escape(question.text)}{_several(question)}</div>"
    ]
    for option in question.options:
        verdict = "Right." if option.right else "Not quite."
        lines.append(
            f"<details><summary>{option.label}) "
            f"{html.escape(option.text)}</summary>"
            f"<p><b>{verdict}</b> {html.escape(option.explanation)}</p>"
            "</details>"
        )
    return "\n".join(lines)


def _question_text(question: Question) -> str:
    """The question for a terminal: options without their explanations."""
    text = f"{question.id} {question.text}{_several(question)}"
    lines = [textwrap.fill(text, width=76)]
    for option in question.options:
        line = f"{option.label}) {option.text}"
        lines.append(
            textwrap.fill(
                line, 76, initial_indent="  ", subsequent_indent="     "
            )
        )
    return "\n".join(lines)


def _several(question: Question) -> str:
    return " (more than one may be right)" if question.multiple else ""
