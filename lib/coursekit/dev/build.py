"""From a lesson's source to its executed notebook.

``lessons/lessonNN_topic/lesson.py`` (jupytext percent format) is the truth;
:func:`build` executes it, under the environment of the replay, into
``notebooks/NN_topic.ipynb``. ``notebooks/built.json`` says, a line a lesson,
what the notebook was made from and on what machine; a lesson is rebuilt when
a file that its run used has changed.
"""

import copy
import hashlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from coursekit import files, paths
from coursekit import lessons as kit
from coursekit.dev.changes import changes
from coursekit.dev.machine import machine
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
_REPORT = "from coursekit.dev.build import print_inputs; print_inputs()"
# Loaded in a lesson, but nothing it shows comes from there.
_WITHOUT_EFFECT = (
    "coursekit.dev",
    "coursekit.data.fetch",
    "coursekit.exercises.progress",
)
_RECORD_LOCK = Lock()


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
    jobs = jobs or os.cpu_count() or 1
    console = Console()
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(jobs) as pool,
    ):
        outcomes = list(
            pool.map(lambda lesson: _build_one(lesson, progress, force), todo)
        )
    for outcome in outcomes:
        console.print(f"{outcome.lesson}: {outcome.state}", highlight=False)
        if outcome.message:
            console.print(outcome.message, markup=False, highlight=False)
    return outcomes


def source_path(lesson: str) -> Path:
    """The source of a lesson ("04")."""
    return kit.folder(lesson) / "lesson.py"


def read_source(lesson: str):
    """The source as an unexecuted notebook with cell ids by position."""
    import jupytext

    notebook = jupytext.read(source_path(lesson), fmt="py:percent")
    notebook.metadata = copy.deepcopy(_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if GOOD_ANSWER in cell.metadata.get("tags", []):
            cell.metadata |= copy.deepcopy(_FOLDED)
    return notebook


def is_current(lesson: str) -> bool:
    """True when the notebook was made from these very files."""
    record = built().get(lesson, {})
    return kit.notebook(lesson).is_file() and record.get("digest") == _digest(
        record.get("inputs", ())
    )


def built() -> dict[str, dict[str, Any]]:
    """What notebooks/built.json says of each lesson; {} when it is lost."""
    try:
        return json.loads(_record_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def print_inputs() -> None:
    """Print, as JSON, the kit's files that decide what this process shows."""
    from coursekit.data.readers import bundled

    root = paths.kit_root()
    modules = [
        Path(str(module.__file__)).resolve().relative_to(root).as_posix()
        for name, module in list(sys.modules.items())
        if name.startswith(("coursekit", "lessons."))
        and not name.startswith(_WITHOUT_EFFECT)
        and getattr(module, "__file__", None)
    ]
    data = [f"data/{name}" for name in bundled.used()]
    print(json.dumps(sorted({*modules, *data})))


def _record_path() -> Path:
    return paths.notebooks_dir() / "built.json"


def _remember(lesson: str, inputs: list[str]) -> None:
    """Write the lesson's line of built.json."""
    made = {"digest": _digest(inputs), **machine(), "inputs": inputs}
    with _RECORD_LOCK:
        records = built() | {lesson: made}
        lines = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(records[name])}"
            for name in sorted(records)
        )
        with files.replacing(_record_path()) as part:
            part.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _inputs_of(lesson: str, used: Iterable[str]) -> list[str]:
    """All files a notebook is made from: its own, and what its run used."""
    own = [
        (kit.folder(lesson) / name).relative_to(paths.kit_root()).as_posix()
        for name in ("lesson.py", "lesson.toml", "quiz.toml")
    ]
    return sorted({*own, *used})


def _digest(inputs: Iterable[str]) -> str:
    """sha256 over names and contents of files below the kit."""
    digest = hashlib.sha256()
    for name in inputs:
        digest.update(name.encode() + _content(paths.kit_root() / name))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """What of a file a quick run shows; of lesson.toml, only two tables."""
    if not path.exists():
        return b"absent"
    content = path.read_bytes()
    if path.name != "lesson.toml":
        return content
    facts = tomllib.loads(content.decode())
    shown = {name: facts.get(name) for name in ("title", "quick")}
    return json.dumps(shown, sort_keys=True).encode()


def _build_one(lesson: str, progress: Progress, force: bool) -> Outcome:
    if not force and is_current(lesson):
        return Outcome(lesson, "unchanged")
    notebook = read_source(lesson)
    name = kit.notebook(lesson).stem
    task = progress.add_task(name, total=len(notebook.cells))
    failure = _execute(notebook, lambda: progress.advance(task))
    if failure:
        return Outcome(lesson, "failed", failure)
    used = json.loads(notebook.cells.pop().outputs[0]["text"])
    notebook.metadata = copy.deepcopy(_METADATA)
    differs = _changes(kit.notebook(lesson), notebook)
    _write(notebook, kit.notebook(lesson))
    _remember(lesson, _inputs_of(lesson, used))
    return Outcome(lesson, "built", differs)


def _changes(path: Path, notebook) -> str:
    """What the notebook shows otherwise than the stored one, if there is."""
    import nbformat

    try:
        old = nbformat.read(path, as_version=4)
    except (OSError, ValueError):
        return ""
    return changes(old, notebook)


def _execute(notebook, advance) -> str:
    """Run all cells in place; returns the failing cell, or ""."""
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager
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
    # Only this Python's: JUPYTER_PATH may have a python3 of another one.
    own = KernelSpecManager(kernel_dirs=[])
    client.create_kernel_manager().kernel_spec_manager = own
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
    with files.replacing(path) as part:
        nbformat.write(notebook, part)
