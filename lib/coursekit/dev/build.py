"""From a lesson's source to its executed notebook.

``lessons/lessonNN_topic/lesson.py`` (jupytext percent format) is the truth;
:func:`build` executes it, under the environment of the replay, into
``notebooks/NN_topic.ipynb``. A lesson is rebuilt when a file that its run
used has changed since, as coursekit.dev.record tells.
"""

import copy
import json
import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from coursekit import files, paths
from coursekit import lessons as kit
from coursekit.dev import record
from coursekit.dev.changes import changes
from coursekit.dev.replay import CELL_SECONDS, replay_environment

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
_REPORT = "from coursekit.dev.record import print_inputs; print_inputs()"


@dataclass(frozen=True)
class Outcome:
    """What became of one lesson: "built", "unchanged" or "failed".

    ``message`` says which outputs a build changed, or what failed.
    """

    lesson: str
    state: str
    message: str = ""


def build(
    lessons: Iterable[str] = (), jobs: int | None = None, force: bool = False
) -> list[Outcome]:
    """Execute the lessons that changed, several at once, with progress.

    A lesson that fails keeps its old notebook. Of each lesson built anew the
    outputs that changed are shown: look at them before they are committed.
    ``jobs`` defaults to the number of cores. Returns one Outcome a lesson,
    in order.
    """
    todo = list(lessons) or list(kit.numbers())
    for lesson in todo:
        kit.folder(lesson)  # complains about an unknown one
    console = Console()
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool,
    ):
        outcomes = list(
            pool.map(lambda lesson: _build_one(lesson, progress, force), todo)
        )
    for outcome in outcomes:
        console.print(f"{outcome.lesson}: {outcome.state}", highlight=False)
        if outcome.message:
            console.print(outcome.message, markup=False, highlight=False)
    return outcomes


def read_source(lesson: str) -> Any:
    """The source as an unexecuted notebook with cell ids by position."""
    source = kit.folder(lesson) / "lesson.py"
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = copy.deepcopy(_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if GOOD_ANSWER in cell.metadata.get("tags", []):
            cell.metadata |= copy.deepcopy(_FOLDED)
    return notebook


def _build_one(lesson: str, progress: Progress, force: bool) -> Outcome:
    if not force and record.is_current(lesson):
        return Outcome(lesson, "unchanged")
    notebook, path = read_source(lesson), kit.notebook(lesson)
    task = progress.add_task(path.stem, total=len(notebook.cells))
    if failure := _execute(notebook, lambda: progress.advance(task)):
        return Outcome(lesson, "failed", failure)
    used = json.loads(notebook.cells.pop().outputs[0]["text"])
    notebook.metadata = copy.deepcopy(_METADATA)
    try:
        differs = changes(nbformat.read(path, as_version=4), notebook)
    except (OSError, ValueError):  # there is none that can be read
        differs = ""
    nbformat.validate(notebook)
    with files.replacing(path) as part:
        nbformat.write(notebook, part)
    record.remember(lesson, used)
    return Outcome(lesson, "built", differs)


def _execute(notebook: Any, advance: Callable[[], None]) -> str:
    """Run all cells in place; returns the failing cell, or ""."""
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
    # Only this Python's: JUPYTER_PATH may have a python3 of another one.
    own = KernelSpecManager(kernel_dirs=[])
    client.create_kernel_manager().kernel_spec_manager = own
    try:
        client.execute(env=replay_environment())
    except CellExecutionError as error:  # it names the cell and the line
        return re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    except CellTimeoutError as error:
        return f"A cell ran longer than {CELL_SECONDS} s.\n{error}"
    return ""
