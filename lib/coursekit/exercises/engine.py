"""What an exercise is, and how an answer is judged.

The answer is compared with the reference on each case, smallest first. The
first case that differs is shown; when the answer gives what a known mistake
gives on all cases, that mistake's diagnosis is shown with it.
"""

import contextlib
import copy
import dis
import inspect
import linecache
import re
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from coursekit.exercises.compare import close, difference, kind, shown
from coursekit.exercises.edits import Edit
from coursekit.exercises.surroundings import exit_raises, put_back
from coursekit.session import last_line

LEVELS = ("warm-up", "core", "stretch")
_NOTHING = "your function returned None"


class Case:
    """Arguments of one call: ``Case(2, padding="same")``."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.args = args
        self.kwargs = kwargs

    def __repr__(self) -> str:
        named = [f"{k}={shown(v)}" for k, v in self.kwargs.items()]
        return ", ".join([*(shown(v) for v in self.args), *named])


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer and what to say to it.

    ``answer`` is a function or value, or an ``edit`` of the reference.
    """

    answer: Any
    diagnosis: str

    def __post_init__(self):
        if not self.diagnosis.strip():
            raise ValueError("a mistake needs a diagnosis")


@dataclass(frozen=True)
class Exercise:
    """One exercise: reference, cases, three hints, typical mistakes.

    ``reference`` is a function, compared on ``cases``, or a plain value.
    ``atol`` is the tolerance of decimals; integers and text must be equal.
    ``summarise`` is applied to both results before they are compared, as in
    ``lambda model: (model.output_shape, model.count_params())``.
    Raises ValueError, naming the exercise, when a part is missing.
    """

    id: str
    title: str
    level: str
    reference: Any
    hints: tuple[str, str, str]
    mistakes: tuple[Mistake, ...]
    explanation: str
    cases: tuple[Case, ...] = ()
    atol: float = 1e-6
    summarise: Callable[[Any], Any] | None = None

    def __post_init__(self):
        object.__setattr__(self, "mistakes", self._made(self.mistakes))
        function = callable(self.reference)
        like_reference = (
            callable(mistake.answer) == function for mistake in self.mistakes
        )
        rules = {
            "id must look like 01.2": re.fullmatch(
                r"\d\d\.[1-9]\d?", str(self.id)
            ),
            f"level must be one of {LEVELS}": self.level in LEVELS,
            "title and explanation are needed": self.title
            and self.explanation,
            "give exactly three hints": len(self.hints) == 3
            and all(hint.strip() for hint in self.hints),
            "a function needs cases, a value has none": function
            == bool(self.cases),
            "name at least one typical mistake": self.mistakes,
            "mistakes must be functions where the reference is one, and "
            "values where it is a value": all(like_reference),
        }
        for rule, kept in rules.items():
            if not kept:
                raise ValueError(f"exercise {self.id}: {rule}")

    def _made(self, mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
        """The mistakes with their edits turned into functions."""
        try:
            return tuple(
                replace(m, answer=m.answer.apply(self.reference))
                if isinstance(m.answer, Edit)
                else m
                for m in mistakes
            )
        except ValueError as error:
            raise ValueError(f"exercise {self.id}: {error}") from None


@dataclass(frozen=True)
class Verdict:
    """``state`` is "correct", "not attempted" or "not yet"."""

    state: str
    message: str = ""


@dataclass(frozen=True)
class _Outcome:
    """What one call gave: a result or an error, and did it keep its input."""

    result: Any = None
    error: BaseException | None = None
    changed_input: bool = False


# What references and mistakes gave, while it is remembered.
_memory: dict[tuple[Callable, Case], _Outcome] | None = None


class _Misfit(TypeError):
    """A result that ``summarise`` cannot read: what to say, its type."""


@contextlib.contextmanager
def remembered() -> Iterator[None]:
    """Inside, each reference and mistake is called once on each case.

    For whoever judges many answers; the answers themselves are called anew.
    """
    global _memory
    _memory = {}
    try:
        yield
    finally:
        _memory = None


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Compare an answer with the reference.

    Raises nothing on its account but KeyboardInterrupt, and leaves what
    the answer changed outside itself as it was before.
    """
    with put_back(), exit_raises():
        return _judged(exercise, answer)


def _judged(exercise: Exercise, answer: Any) -> Verdict:
    if untouched(answer):
        return Verdict("not attempted")
    if not callable(exercise.reference):
        return _judge_value(exercise, answer)
    if not callable(answer) or _is_result(exercise, answer):
        return Verdict(
            "not yet",
            f"give the function itself, without calling it: "
            f"you gave {shown(answer)}.",
        )
    return _judge_function(exercise, answer)


def untouched(answer: Any) -> bool:
    """True for None, ``...`` and a function that has no body yet."""
    if answer is None or answer is Ellipsis:
        return True
    if isinstance(answer, tuple | list):
        return any(item is Ellipsis for item in answer)
    if not isinstance(answer, FunctionType):
        return False
    steps = list(dis.get_instructions(answer))
    stub = {"RESUME", "NOP", "RETURN_CONST", "LOAD_CONST", "RETURN_VALUE"}
    constants = [s.argval for s in steps if s.opname.endswith("_CONST")]
    does_nothing = {step.opname for step in steps} <= stub
    return does_nothing and all(c is None or c is ... for c in constants)


# ---------------------------------------------------------------- judging


def _judge_value(exercise: Exercise, answer: Any) -> Verdict:
    mine = _summary(exercise, answer)
    if _agree(_summary(exercise, exercise.reference), mine, exercise.atol):
        return Verdict("correct")
    diagnosis = _diagnosis(exercise, [mine])
    if diagnosis:
        return Verdict("not yet", f"{shown(answer)}. {diagnosis}")
    # The right value stays hidden: it is what the exercise asks for.
    text = f"{shown(answer)} is not it"
    wanted = kind(exercise.reference)
    if kind(answer) != wanted:
        text += f": give {wanted}"
    elif close(exercise.reference, answer):
        text += ", but close: give more digits"
    return Verdict("not yet", f"{text}.")


def _is_result(exercise: Exercise, answer: Any) -> bool:
    """True for a model or a loss, callable too, instead of its function."""
    if exercise.summarise is None or isinstance(answer, FunctionType):
        return False
    return _summary(exercise, answer).error is None


def _judge_function(exercise: Exercise, answer: Callable) -> Verdict:
    with put_back():
        mine = [_call(exercise, answer, case) for case in exercise.cases]
    warnings.simplefilter("ignore")  # the rest is not the learner's code
    for case, outcome in zip(exercise.cases, mine, strict=True):
        right = _known(exercise, exercise.reference, case)
        start = f"for {case} " if str(case) else ""
        problem = _problem(right, outcome, exercise.atol, answer)
        if problem:
            advice = _diagnosis(exercise, mine)
            if problem == _NOTHING and not advice:
                problem += ": did you forget return?"
            parts = (start + problem, advice)
            return Verdict("not yet", "\n".join(filter(None, parts)))
        if outcome.changed_input:
            return Verdict(
                "not yet",
                f"{start}the result is right, but your function changed its "
                "input. Work on a copy: x = x.copy().",
            )
    return Verdict("correct")


def _problem(
    right: _Outcome, mine: _Outcome, atol: float, answer: Any = None
) -> str:
    """What is wrong with an outcome; "" when nothing is."""
    if _agree(right, mine, atol):
        return ""
    if mine.error is not None:
        return _raised_text(mine.error, answer)
    if right.error is not None:
        name = type(right.error).__name__
        return f"you returned {shown(mine.result)}; {name} should be raised"
    if mine.result is None:
        return _NOTHING
    text = difference(right.result, mine.result, atol)
    if mine.changed_input:
        text += "\nYour function also changed its input: work on a copy."
    return text


def _diagnosis(exercise: Exercise, mine: list[_Outcome]) -> str:
    """That of the mistake that gives the same on all cases; "" if none."""
    for mistake in exercise.mistakes:
        theirs = _theirs(exercise, mistake.answer)
        pairs = zip(theirs, mine, strict=True)
        if all(_agree(*pair, exercise.atol) for pair in pairs):
            return mistake.diagnosis
    return ""


def _theirs(exercise: Exercise, answer: Any) -> Iterator[_Outcome]:
    """What a mistake gives on each case, or the one outcome of a value."""
    if not exercise.cases:
        yield _summary(exercise, answer)
    for case in exercise.cases:
        yield _known(exercise, answer, case)


def _known(exercise: Exercise, function: Callable, case: Case) -> _Outcome:
    """The outcome of a call, the one remembered if there is one."""
    if _memory is None:
        return _call(exercise, function, case)
    if (function, case) not in _memory:
        _memory[function, case] = _call(exercise, function, case)
    return _memory[function, case]


def _agree(one: _Outcome, other: _Outcome, atol: float) -> bool:
    """The same result, or errors of the same type."""
    if isinstance(one.error, _Misfit) and isinstance(other.error, _Misfit):
        return one.error.args[1] is other.error.args[1]
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    return not difference(one.result, other.result, atol)


def _call(exercise: Exercise, function: Callable, case: Case) -> _Outcome:
    """Call once, on copies of the arguments, and summarise the result."""
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    called = _attempt(function, *args, **kwargs)
    if called.error is not None:
        return called
    before = (*case.args, *case.kwargs.values())
    after = (*args, *kwargs.values())
    changed = any(map(_changed, before, after))
    return replace(_summary(exercise, called.result), changed_input=changed)


def _attempt(function: Callable, *args: Any, **kwargs: Any) -> _Outcome:
    """What a call returns or raises, even by exit(), but for an interrupt."""
    try:
        return _Outcome(function(*args, **kwargs))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _Outcome(error=error)


def _changed(before: Any, after: Any) -> bool:
    """True when a call changed this array, list, dict or set in place."""
    if not isinstance(before, np.ndarray | list | Mapping | set):
        return False
    # What differs from its own copy (a list of models) tells nothing.
    comparable = not difference(before, copy.deepcopy(before), 0)
    return comparable and bool(difference(before, after, 0))


def _summary(exercise: Exercise, result: Any) -> _Outcome:
    """The result through the exercise's ``summarise``, if it has one."""
    if exercise.summarise is None or result is None:
        return _Outcome(result)
    found = _attempt(exercise.summarise, result)
    if found.error is None:
        return found
    text = (
        f"you returned {shown(result)}, which is not the kind of thing "
        f"asked for ({_said(found.error)})"
    )
    return _Outcome(error=_Misfit(text, type(result)))


# ------------------------------------------------------- a learner's error


def _raised_text(error: BaseException, answer: Any) -> str:
    """An error inside the learner's code, with their line."""
    if isinstance(error, _Misfit):
        return error.args[0]
    text = f"your code raised {_said(error)}"
    frame = _own_frame(error, answer)
    if frame is not None:
        line = linecache.getline(frame.filename, frame.lineno or 0).strip()
        text += f"\n  line {frame.lineno}, in {frame.name}: {line[:200]}"
    return text


def _own_frame(error: BaseException, answer: Any):
    """The deepest frame in the learner's code, or None.

    Their code lies in the folder of the answer's file: the cells of one
    notebook, or a script and its neighbours.
    """
    frames = traceback.extract_tb(error.__traceback__)[1:]
    code = _code(answer)
    if code is not None:
        home = Path(code.co_filename).parent
        every = [*frames, *_frames_told(error)]
        frames = [f for f in every if Path(f.filename).parent == home]
    else:
        frames = frames[:1]
    return frames[-1] if frames else None


def _code(answer: Any):
    """The code of a function, a wrapped one (tf.function) or an object."""
    function = inspect.unwrap(getattr(answer, "func", answer))
    if not hasattr(function, "__code__"):
        kind = type(function)
        function = getattr(kind, "call", kind.__call__)
    return getattr(function, "__code__", None)


def _frames_told(error: BaseException) -> list[traceback.FrameSummary]:
    """Lines that TensorFlow names in its message: those inside a graph."""
    told = re.findall(r'File "(.+?)", line (\d+), in (\w+)', _text(error))
    return [
        traceback.FrameSummary(file, int(line), name)
        for file, line, name in told
    ]


def _said(error: BaseException) -> str:
    """Type and last telling line of a message, even of a broken one."""
    return (
        last_line(error).rstrip(": ") if _text(error) else type(error).__name__
    )


def _text(error: BaseException) -> str:
    """The message; "" where there is none to be had."""
    try:
        return str(error)
    except Exception:
        return ""
