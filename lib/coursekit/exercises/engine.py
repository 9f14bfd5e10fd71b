"""What an exercise is, and how an answer is judged.

The answer is compared with the reference on each case, smallest first. The
first case that differs is shown; when the answer gives what a known mistake
gives, that mistake's diagnosis is shown instead of a bare difference.
"""

import copy
import dis
import linecache
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

LEVELS = ("warm-up", "core", "stretch")


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
    """A typical wrong answer (function or value) and what to say to it."""

    answer: Any
    diagnosis: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: reference, cases, three hints, typical mistakes.

    ``reference`` is a function, compared on ``cases``, or a plain value.
    ``atol`` is the tolerance of decimals; integers and text must be equal.
    ``summarise`` is applied to both results before they are compared, as in
    ``lambda model: (model.output_shape, model.count_params())``.
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
        if self.level not in LEVELS:
            raise ValueError(f"{self.id}: level must be one of {LEVELS}")
        if len(self.hints) != 3 or not all(self.hints):
            raise ValueError(f"{self.id}: give exactly three hints")
        if callable(self.reference) != bool(self.cases):
            raise ValueError(f"{self.id}: cases go with functions, only")
        if not self.mistakes:
            raise ValueError(f"{self.id}: name at least one typical mistake")


@dataclass(frozen=True)
class Verdict:
    """``state`` is "correct", "not attempted" or "not yet"."""

    state: str
    message: str = ""


@dataclass(frozen=True)
class _Raised:
    """The result of a call that raised."""

    error: Exception

    def __repr__(self) -> str:
        return f"an error, {type(self.error).__name__}"


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Compare an answer with the reference. Never raises on its account."""
    if untouched(answer):
        return Verdict("not attempted")
    if not callable(exercise.reference):
        return _judge_value(exercise, answer)
    if not callable(answer):
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
    if not isinstance(answer, FunctionType):
        return False
    steps = list(dis.get_instructions(answer))
    stub = {"RESUME", "NOP", "RETURN_CONST", "LOAD_CONST", "RETURN_VALUE"}
    constants = [s.argval for s in steps if s.opname.endswith("_CONST")]
    does_nothing = {step.opname for step in steps} <= stub
    return does_nothing and all(value is None for value in constants)


def difference(expected: Any, got: Any, atol: float) -> str:
    """What differs, as a clause about the answer; "" when nothing does."""
    if isinstance(got, _Raised):
        return _raised_text(got.error)
    if isinstance(expected, str | bool | None):
        equal = _plain(got) == expected
        return "" if equal else _expected_text(expected, got)
    if isinstance(expected, Mapping):
        return _mapping_difference(expected, got, atol)
    if _is_ragged(expected):
        return _sequence_difference(expected, got, atol)
    return _array_difference(expected, got, atol)


def shown(value: Any, limit: int = 300) -> str:
    """A value in few characters; arrays as nested lists, long ones cut."""
    if isinstance(value, str | bool | int | None):
        return repr(value)
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, tuple | list) and _is_ragged(value):
        inner = ", ".join(shown(item) for item in value)
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    array = _as_array(value)
    if array is None or array.dtype == object:
        text = f"<{type(value).__name__}>" if callable(value) else repr(value)
    elif array.size > 40:
        text = f"an array of shape {array.shape}"
    else:
        text = np.array2string(
            array,
            precision=4,
            separator=", ",
            threshold=40,
            suppress_small=True,
        ).replace("\n", "")
        text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + " ..."


# ---------------------------------------------------------------- judging


def _judge_value(exercise: Exercise, answer: Any) -> Verdict:
    expected, got = _summaries(exercise, exercise.reference, answer)
    problem = difference(expected, got, exercise.atol)
    if not problem:
        return Verdict("correct")
    for mistake in exercise.mistakes:
        wrong = _summaries(exercise, mistake.answer, answer)[0]
        if not difference(wrong, got, exercise.atol):
            return Verdict("not yet", f"{shown(answer)}. {mistake.diagnosis}")
    # The right value stays hidden: it is what the exercise asks for.
    return Verdict("not yet", f"{shown(answer)} is not it.")


def _judge_function(exercise: Exercise, answer: Any) -> Verdict:
    for case in exercise.cases:
        expected = _call(exercise.reference, case)
        got = _call(answer, case)
        changed = _changed_input(answer, case)
        expected, got = _summaries(exercise, expected, got)
        problem = difference(expected, got, exercise.atol)
        if problem:
            said = f"for {case} {problem}"
            diagnosis = _diagnosis(exercise, answer)
            return Verdict("not yet", f"{said}\n{diagnosis}".rstrip())
        if changed:
            return Verdict(
                "not yet",
                f"for {case} the result is right, but your function changed "
                "its input. Work on a copy: x = np.array(x).",
            )
    return Verdict("correct")


def _diagnosis(exercise: Exercise, answer: Any) -> str:
    """The diagnosis of the mistake that gives the same on all cases."""
    for mistake in exercise.mistakes:
        if all(
            _same(exercise, _call(mistake.answer, case), _call(answer, case))
            for case in exercise.cases
        ):
            return mistake.diagnosis
    return ""


def _same(exercise: Exercise, wrong: Any, got: Any) -> bool:
    if isinstance(wrong, _Raised) or isinstance(got, _Raised):
        both = isinstance(wrong, _Raised) and isinstance(got, _Raised)
        return both and type(wrong.error) is type(got.error)
    wrong, got = _summaries(exercise, wrong, got)
    return not difference(wrong, got, exercise.atol)


def _summaries(exercise: Exercise, expected: Any, got: Any):
    """Both results through the exercise's ``summarise``, if it has one."""
    if exercise.summarise is None:
        return expected, got
    if not isinstance(got, _Raised | None):
        try:
            got = exercise.summarise(got)
        except Exception as error:  # the learner's result is of another kind
            got = _Raised(error)
    if not isinstance(expected, _Raised):
        expected = exercise.summarise(expected)
    return expected, got


def _call(function: Callable, case: Case) -> Any:
    """The result on copies of the arguments, or what was raised."""
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except Exception as error:
        return _Raised(error)


def _changed_input(function: Callable, case: Case) -> bool:
    """True when a call changes one of its array arguments in place."""
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    _call_on = [*args, *kwargs.values()]
    before = copy.deepcopy(_call_on)
    try:
        with np.errstate(all="ignore"):
            function(*args, **kwargs)
    except Exception:
        return False
    return any(
        isinstance(old, np.ndarray)
        and not np.array_equal(old, new, equal_nan=old.dtype.kind in "fc")
        for old, new in zip(before, _call_on, strict=True)
    )


# ------------------------------------------------------------- comparing


def _as_array(value: Any) -> np.ndarray | None:
    """NumPy array of a number, list, array or tensor; None otherwise."""
    try:
        return np.asarray(value)
    except Exception:
        return None


def _plain(value: Any) -> Any:
    """A NumPy scalar or 0-d tensor as the Python value it holds."""
    array = _as_array(value)
    if array is not None and array.shape == () and array.dtype != object:
        return array.item()
    return value


def _is_ragged(value: Any) -> bool:
    """True for a tuple or list that is not simply an array of numbers."""
    if not isinstance(value, tuple | list):
        return False
    try:
        return np.asarray(value).dtype.kind not in "biufc"
    except ValueError:
        return True


def _array_difference(expected: Any, got: Any, atol: float) -> str:
    if got is None:
        return "your function returned None. Is there a return?"
    right, mine = np.asarray(expected), _as_array(got)
    if mine is None or mine.dtype.kind not in "biufc":
        return _expected_text(expected, got)
    if mine.shape != right.shape:
        return (
            f"the shape is {mine.shape} where {right.shape} is expected: "
            f"you returned {shown(got)}"
        )
    exact = right.dtype.kind in "biu"
    if exact and mine.dtype.kind in "biu":
        close = right == mine
    else:
        close = np.isclose(mine, right, rtol=1e-5, atol=atol, equal_nan=True)
    if close.all():
        return ""
    if np.isnan(mine).any() and not np.isnan(right).any():
        return f"you returned NaN (not a number): {shown(got)}"
    if right.ndim == 0 or right.size <= 12:
        return _expected_text(expected, got)
    place = tuple(int(i) for i in np.argwhere(~close)[0])
    return (
        f"{int((~close).sum())} of {right.size} entries differ; the first, "
        f"at {list(place)}, is {shown(mine[place])}, expected "
        f"{shown(right[place])}"
    )


def _sequence_difference(expected: Sequence, got: Any, atol: float) -> str:
    if not isinstance(got, tuple | list | np.ndarray):
        return _expected_text(expected, got)
    if len(got) != len(expected):
        return (
            f"you returned {len(got)} values where {len(expected)} are "
            f"expected: {shown(expected)}"
        )
    for number, (right, mine) in enumerate(zip(expected, got, strict=True)):
        problem = difference(right, mine, atol)
        if problem:
            return f"in value {number} {problem}"
    return ""


def _mapping_difference(expected: Mapping, got: Any, atol: float) -> str:
    if not isinstance(got, Mapping) or set(got) != set(expected):
        return _expected_text(expected, got)
    for key, right in expected.items():
        problem = difference(right, got[key], atol)
        if problem:
            return f"at {key!r} {problem}"
    return ""


def _expected_text(expected: Any, got: Any) -> str:
    if got is None:
        return "your function returned None. Is there a return?"
    return f"you returned {shown(got)}, expected {shown(expected)}"


def _raised_text(error: Exception) -> str:
    """An error inside the learner's code, with their line."""
    said = (str(error).strip().splitlines() or [""])[-1]
    text = f"your code raised {type(error).__name__}: {said}"
    for frame in traceback.extract_tb(error.__traceback__)[1:2]:
        line = linecache.getline(frame.filename, frame.lineno or 0).strip()
        text += f"\n  line {frame.lineno} of your cell: {line}"
    return text
