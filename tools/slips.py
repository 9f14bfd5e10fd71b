"""Which wrong answers does an exercise accept? One-token slips tell.

    .venv/bin/python tools/slips.py 12        a lesson, or an exercise, 12.4

Every reference answer is changed in one place at a time, as a hurried
learner would (a sign, an axis, a forgotten transpose), and judged. What is
ACCEPTED is either an equal answer or a case that is missing.
"""

import ast
import contextlib
import copy
import inspect
import io
import sys
import textwrap
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from coursekit import exercises
from coursekit.errors import CourseError
from coursekit.exercises import engine
from coursekit.exercises.edits import function_from
from coursekit.exercises.engine import Exercise

OUTCOMES = ("ACCEPTED", "difference", "error", "diagnosed")
_MOST_LINES = 500_000  # of Python executed for one slip; more is endless

# ast's operators, each with those that a slip makes of it.
_OPERATOR_SLIPS = """
Add:Sub/Mult Sub:Add Mult:Div/MatMult/Add Div:Mult/FloorDiv
FloorDiv:Div/Mod Mod:FloorDiv MatMult:Mult Pow:Mult
Lt:LtE/Gt LtE:Lt/GtE Gt:GtE/Lt GtE:Gt/LtE Eq:NotEq NotEq:Eq
Is:IsNot IsNot:Is In:NotIn NotIn:In And:Or Or:And"""
_OPERATORS = {
    getattr(ast, name): [getattr(ast, other) for other in others.split("/")]
    for name, others in (s.split(":") for s in _OPERATOR_SLIPS.split())
}
# Functions that are taken for each other.
_FUNCTION_SLIPS = """
sum/mean max/min max/sum max/argmax argmax/argmin maximum/minimum
zeros/ones zeros_like/ones_like floor/ceil any/all sin/cos exp/log
log/log2 var/std mean/median append/extend dot/multiply inner/outer
hstack/vstack"""
_PAIRS = [pair.split("/") for pair in _FUNCTION_SLIPS.split()]


@dataclass(frozen=True)
class Slip:
    """One change: its line in the file, the line as it then stands."""

    line: int
    text: str
    source: str


@dataclass(frozen=True)
class Result:
    """One of OUTCOMES, and what the learner reads first."""

    slip: Slip
    outcome: str
    message: str


def command(
    wanted: Annotated[
        str, typer.Argument(help="A lesson, 12, or an exercise, 12.4.")
    ],
) -> None:
    """Judge every one-token slip of the reference answers."""
    lesson = wanted.partition(".")[0]
    known = exercises.load(lesson)
    chosen = [e for e in known if wanted in (lesson, e.id)]
    if not chosen:
        raise CourseError(
            f"There is no exercise {wanted!r}.",
            f"lesson {lesson} has {', '.join(e.id for e in known)}",
        )
    for exercise in chosen:
        _report(exercise)


def judged(exercise: Exercise) -> list[Result]:
    """Every slip of a function's reference, the accepted ones first."""
    made = slips(exercise.reference)
    with engine.remembered():
        results = [_judged(exercise, slip) for slip in made]
    return sorted(results, key=lambda result: OUTCOMES.index(result.outcome))


def slips(function: Callable) -> Iterator[Slip]:
    """The function's source with one place changed, place by place."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    original = ast.unparse(tree)
    seen = {original}
    nodes = list(ast.walk(tree))
    parameters = [node.arg for node in nodes if isinstance(node, ast.arg)]
    for holder, key, node in list(_places(tree)):
        for other in _variants(node, parameters):
            holder[key] = other
            source = ast.unparse(tree)
            holder[key] = node
            if source not in seen:
                seen.add(source)
                line = first + node.lineno - 1
                yield Slip(line, _changed_line(original, source), source)


# ----------------------------------------------------------- one judgement


class _Endless(KeyboardInterrupt):
    """What the engine leaves alone."""


def _judged(exercise: Exercise, slip: Slip) -> Result:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = function_from(slip.source, exercise.reference)
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                _few_lines(answer, exercise.reference),
            ):
                verdict = engine.judge(exercise, answer)
        except _Endless:
            return Result(slip, "error", "it does not end")
    if verdict.state == "correct":
        return Result(slip, "ACCEPTED", "")
    message = verdict.message or verdict.state
    for mistake in exercise.mistakes:
        if message.endswith(mistake.diagnosis):
            return Result(slip, "diagnosed", mistake.diagnosis)
    message = _without_case(exercise, message)
    raised = message.startswith("your code raised")
    return Result(slip, "error" if raised else "difference", message)


def _without_case(exercise: Exercise, message: str) -> str:
    """The first line, from where the arguments have been named."""
    for case in exercise.cases:
        message = message.removeprefix(f"for {case} ")
    return message.splitlines()[0]


@contextlib.contextmanager
def _few_lines(*functions: Any) -> Iterator[None]:
    """Stop after too many lines of these functions' files: no clock."""
    files = {function.__code__.co_filename for function in functions}
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            return trace if frame.f_code.co_filename in files else None
        count += 1
        if count > _MOST_LINES:
            raise _Endless
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


# ------------------------------------------------------ where and what else


def _places(node: ast.AST) -> Iterator[tuple[Any, Any, Any]]:
    """Each node below, with the list or dict that holds it, and its key."""
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "returns", "annotation"):
            continue
        several = isinstance(value, list)
        holder: Any = value if several else vars(node)
        for key in range(len(value)) if several else (field,):
            child = holder[key]
            if isinstance(child, ast.expr | ast.stmt):
                yield holder, key, child
            if isinstance(child, ast.AST):
                yield from _places(child)


def _variants(node: ast.AST, parameters: list[str]) -> Iterator[ast.AST]:
    """What a slip makes of a node; most nodes have none."""
    match node:
        case ast.BinOp():
            yield from _other_operators(node)
            yield from (node.left, node.right)
            if isinstance(node.op, ast.MatMult):
                left, right = node.left, node.right
                yield _with(node, left=right, right=left)
                yield _with(node, left=ast.Attribute(left, "T", ast.Load()))
                yield _with(node, right=ast.Attribute(right, "T", ast.Load()))
        case ast.AugAssign():
            yield from _other_operators(node)
            yield ast.Assign([node.target], node.value, lineno=node.lineno)
        case ast.BoolOp():
            yield from _other_operators(node)
            yield from node.values
        case ast.Compare(ops=[operator]):
            for other in _OPERATORS.get(type(operator), ()):
                yield _with(node, ops=[other()])
        case ast.UnaryOp():
            yield node.operand
        case ast.Return(value=ast.expr() as value):
            yield _with(node, value=ast.UnaryOp(ast.USub(), value))
        case ast.Call():
            yield from _other_calls(node)
        case ast.Subscript(slice=ast.Tuple(elts=[first, second])):
            yield _with(node, slice=ast.Tuple([second, first]))
        case ast.Slice():
            yield from (_with(node, **{b: None}) for b in node._fields)
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Constant():
            yield from map(ast.Constant, _other_values(node.value))
        case ast.Name(ctx=ast.Load()) if node.id in parameters:
            yield from (_with(node, id=p) for p in parameters)


def _other_operators(node: Any) -> Iterator[ast.AST]:
    for other in _OPERATORS.get(type(node.op), ()):
        yield _with(node, op=other())


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    """Another function, no call at all, arguments exchanged or left out."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    for pair in _PAIRS:
        if name in pair:
            other = pair[1 - pair.index(name)]
            field = "attr" if isinstance(node.func, ast.Attribute) else "id"
            yield _with(node, func=_with(node.func, **{field: other}))
    if len(node.args) == 1:
        if not isinstance(node.args[0], ast.Starred):
            yield node.args[0]
    elif not node.args and isinstance(node.func, ast.Attribute):
        yield node.func.value
    elif len(node.args) == 2:
        yield _with(node, args=node.args[::-1])
    for k, keyword in enumerate(node.keywords):
        before, after = node.keywords[:k], node.keywords[k + 1 :]
        yield _with(node, keywords=before + after)
        for axis in (0, 1, -1) if keyword.arg == "axis" else ():
            changed = ast.keyword("axis", ast.Constant(axis))
            yield _with(node, keywords=[*before, changed, *after])
    if name == "range":
        yield from _other_ranges(node)


def _other_ranges(node: ast.Call) -> Iterator[ast.AST]:
    """One round more or less, at either end."""
    stop = min(1, len(node.args) - 1)
    for operator in (ast.Add(), ast.Sub()):
        args = list(node.args)
        args[stop] = ast.BinOp(args[stop], operator, ast.Constant(1))
        yield _with(node, args=args)
    if len(node.args) == 1:
        yield _with(node, args=[ast.Constant(1), *node.args])


def _other_values(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, float) and value in (0, 1):
        return (1 - value,)
    return ()


def _with(node: Any, **changes: Any) -> Any:
    """A copy of a node with other parts."""
    changed = copy.copy(node)
    for field, value in changes.items():
        setattr(changed, field, value)
    return changed


def _changed_line(before: str, after: str) -> str:
    """The first line of ``after`` that is new."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((new.strip() for old, new in pairs if old != new), "")


# ------------------------------------------------------------- for the eye


def _report(exercise: Exercise) -> None:
    """Print a table of the exercise's slips, and how many of each outcome."""
    console = Console(highlight=False)
    title = f"{exercise.id}  {exercise.title}"
    if not callable(exercise.reference):
        console.print(f"{title}: a value, no slips\n", markup=False)
        return
    results = judged(exercise)
    table = Table("outcome", box=box.SIMPLE_HEAD)
    table.add_column("line", justify="right")
    table.add_column("the slip", ratio=1)
    table.add_column("what is said", ratio=1)
    for result in results:
        slip = result.slip
        cells = (result.outcome, str(slip.line), slip.text, result.message)
        table.add_row(*map(Text, cells))
    count = Counter(result.outcome for result in results)
    counts = ", ".join(f"{count[outcome]} {outcome}" for outcome in OUTCOMES)
    console.print(f"{title}: {len(results)} slips", markup=False)
    console.print(table)
    console.print(f"{exercise.id}: {counts}\n", markup=False)


if __name__ == "__main__":
    typer.run(command)
