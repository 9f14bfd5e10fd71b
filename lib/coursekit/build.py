"""From a lesson's source to its executed notebook.

``notebooks/source/NN_topic.py`` (jupytext percent format) is the truth;
:func:`build` executes it, under the environment of the replay, into
``notebooks/NN_topic.ipynb``. A lesson is rebuilt when its source, or any
library, quiz, settings or data file that its last run used, has changed.
"""

import copy
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from coursekit import paths
from coursekit.errors import CourseError
from coursekit.replay import CELL_SECONDS, replay_environment

_METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    # Without the version: it would differ from one builder to the next.
    "language_info": {"name": "python"},
}
# The tag of the cell that holds one good answer of a gap, and what folds it:
# in JupyterLab, and in Colab, which also wants a first line "# @title ...".
GOOD_ANSWER = "good-answer"
_FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
# Runs last in the kernel and is removed again: which files the lesson used.
_REPORT = "from coursekit.build import print_inputs; print_inputs()"


@dataclass(frozen=True)
class Outcome:
    """What became of one lesson: "built", "unchanged" or "failed"."""

    lesson: str
    state: str
    message: str = ""


def sources(lessons: Iterable[str] = ()) -> list[Path]:
    """Source files of the given lessons ("04"), default all, in order."""
    found = sorted(paths.sources_dir().glob("[0-9][0-9]_*.py"))
    wanted = set(lessons)
    unknown = wanted - {path.name[:2] for path in found}
    if unknown:
        raise CourseError(
            f"There is no source for lesson {', '.join(sorted(unknown))}.",
            f"look in {paths.sources_dir()} and give two digits, as in 04",
        )
    return [path for path in found if not wanted or path.name[:2] in wanted]


def notebook_path(source: Path) -> Path:
    """Where the executed notebook of a source goes."""
    return paths.notebooks_dir() / f"{source.stem}.ipynb"


def build(
    lessons: Iterable[str] = (), jobs: int | None = None, force: bool = False
) -> list[Outcome]:
    """Execute the lessons that changed, several at once, with progress.

    A lesson that fails keeps its old notebook. ``jobs`` defaults to the
    number of cores. Returns one Outcome a lesson, in order.
    """
    todo = sources(lessons)
    jobs = jobs or os.cpu_count() or 1
    console = Console()
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(jobs) as pool,
    ):
        outcomes = list(
            pool.map(lambda path: _build_one(path, progress, force), todo)
        )
    for outcome in outcomes:
        console.print(f"{outcome.lesson}: {outcome.state}", highlight=False)
        if outcome.message:
            console.print(outcome.message, markup=False, highlight=False)
    return outcomes


def read_source(source: Path):
    """The source as an unexecuted notebook with cell ids by position."""
    import jupytext

    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = copy.deepcopy(_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if GOOD_ANSWER in cell.metadata.get("tags", []):
            cell.metadata |= copy.deepcopy(_FOLDED)
    return notebook


def is_current(source: Path) -> bool:
    """True when the notebook was made from these very files."""
    try:
        text = notebook_path(source).read_text(encoding="utf-8")
        stored = json.loads(text)["metadata"]["coursekit"]
        return stored["digest"] == _digest(source, stored["inputs"])
    except (OSError, KeyError, ValueError):
        return False


def print_inputs() -> None:
    """Print, as JSON, the kit's files that this process has used."""
    from coursekit.data import files

    root = paths.kit_root()
    modules = [
        Path(str(module.__file__)).resolve().relative_to(root).as_posix()
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "coursekit"
        and name not in ("coursekit.build", "coursekit.replay")
        and getattr(module, "__file__", None)
    ]
    data = [f"data/{name}" for name in files.used()]
    print(json.dumps(sorted({*modules, *data})))


def _digest(source: Path, inputs: Iterable[str]) -> str:
    """sha256 over the source, its settings and quiz, and the inputs."""
    root = paths.kit_root()
    own = [f"lib/coursekit/{kind}/{source.name[:2]}.toml" for kind in _TABLES]
    digest = hashlib.sha256(source.read_bytes())
    for name in sorted({*inputs, *own}):
        path = root / name
        digest.update(name.encode())
        digest.update(path.read_bytes() if path.exists() else b"absent")
    return digest.hexdigest()


_TABLES = ("profiles", "quizzes")


def _build_one(source: Path, progress: Progress, force: bool) -> Outcome:
    lesson = source.name[:2]
    if not force and is_current(source):
        return Outcome(lesson, "unchanged")
    notebook = read_source(source)
    task = progress.add_task(source.stem, total=len(notebook.cells))
    failure = _execute(notebook, lambda: progress.advance(task))
    if failure:
        return Outcome(lesson, "failed", failure)
    inputs = json.loads(notebook.cells.pop().outputs[0]["text"])
    made_from = {"digest": _digest(source, inputs), "inputs": inputs}
    notebook.metadata = copy.deepcopy(_METADATA) | {"coursekit": made_from}
    _write(notebook, notebook_path(source))
    return Outcome(lesson, "built")


def _execute(notebook, advance) -> str:
    """Run all cells in place; returns the failing cell, or ""."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    notebook.cells.append(nbformat.v4.new_code_cell(_REPORT))
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(paths.notebooks_dir())}},
        on_cell_complete=lambda cell, cell_index: advance(),
    )
    try:
        client.execute(env=replay_environment())
    except CellExecutionError as error:
        return _failing_cell(notebook, error)
    except CellTimeoutError as error:
        return f"A cell ran longer than {CELL_SECONDS} s.\n{error}"
    return ""


def _failing_cell(notebook, error) -> str:
    """The cell that raised, its error, and where in the cell."""
    ran = [cell for cell in notebook.cells if cell.get("execution_count")]
    source = ran[-1].source if ran else ""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback or "")
    frames = [line for line in plain.splitlines() if line.startswith("Cell ")]
    where = f" ({frames[0].strip()})" if frames else ""
    return f"{source}\n---\n{error.ename}: {error.evalue}{where}"


def _write(notebook, path: Path) -> None:
    """Write a whole notebook or nothing."""
    import nbformat

    nbformat.validate(notebook)
    part = path.with_suffix(".ipynb.part")
    nbformat.write(notebook, part)
    part.replace(path)
