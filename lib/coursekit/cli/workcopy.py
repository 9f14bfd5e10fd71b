"""The learner's own copies of the lessons, in work/.

``notebooks/`` is what is replayed and what an update may change; learners
work on copies, which come without outputs: a learner answers before running.
A copy whose cells the learner changed is never overwritten. Only the cells'
sources count: JupyterLab changes outputs and metadata of a notebook that was
merely looked at, and adds an empty cell when the last one is run.
"""

import hashlib
import itertools
import json
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit import files, paths
from coursekit.errors import CourseError

_MANIFEST = ".lessons.json"
# What JupyterLab writes at the first save: with it there is nothing to save.
_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    },
}


@dataclass(frozen=True)
class Copied:
    """What copy_lessons did, as lists of file names; each is in one list."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # by the learner: kept
    outdated: list[str] = field(default_factory=list)  # and there is a newer


def copy_lessons(outputs: bool = False) -> Copied:
    """Bring new and updated lessons to work/; keep what a learner changed.

    With ``outputs`` they come with the outputs of notebooks/.
    """
    work = paths.work_dir()
    manifest = _read_manifest(work)
    done = Copied()
    for lesson in sorted(paths.notebooks_dir().glob("[0-9][0-9]_*.ipynb")):
        mine, shipped = work / lesson.name, _fingerprint(lesson)
        state = _state(mine, manifest.get(lesson.name), shipped)
        getattr(done, state).append(lesson.name)
        if state in ("new", "updated"):
            _copy(lesson, mine, outputs)
        if state in ("new", "updated", "unchanged"):
            manifest[lesson.name] = shipped
    _write_manifest(work, manifest)
    return done


def _state(mine: Path, copied: str | None, shipped: str) -> str:
    """Name of the list of Copied that a lesson belongs to.

    ``copied`` is the fingerprint of what was copied, ``shipped`` that of
    what would be copied now.
    """
    if not mine.exists():
        return "new"
    now = _fingerprint(mine)
    if now == shipped:
        return "unchanged"
    if now == copied:
        return "updated"
    return "changed" if copied == shipped else "outdated"


def reset(lesson: str, outputs: bool = False) -> tuple[Path, Path | None]:
    """Put a clean copy of ``lesson`` ("04") into work/.

    Returns its path and that of the backup of the learner's version (None
    when there was none). Raises CourseError for an unknown lesson.
    """
    found = sorted(paths.notebooks_dir().glob(f"{lesson}_*.ipynb"))
    if not found or not lesson.isdigit():
        raise CourseError(
            f"There is no lesson {lesson!r} in {paths.notebooks_dir()}.",
            "give two digits, as in `coursekit reset 04`",
        )
    work = paths.work_dir()
    mine, backup = work / found[0].name, None
    if mine.exists():
        backup = _free_name(mine)
        mine.replace(backup)
    _copy(found[0], mine, outputs)
    manifest = _read_manifest(work)
    _write_manifest(work, manifest | {mine.name: _fingerprint(found[0])})
    return mine, backup


def _free_name(path: Path) -> Path:
    names = (f"{path.stem}.backup-{n}.ipynb" for n in itertools.count(1))
    return next(p for p in map(path.with_name, names) if not p.exists())


def _copy(source: Path, target: Path, outputs: bool) -> None:
    """Write the notebook as JupyterLab itself would save it."""
    notebook = _read(source)
    notebook["metadata"] = _METADATA
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not outputs:
            cell |= {"outputs": [], "execution_count": None}
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    with files.replacing(target) as part:
        part.write_text(text + "\n", encoding="utf-8")


def _fingerprint(path: Path) -> str:
    """Hash of the sources of all cells that are not empty.

    That of the bytes when the file is not a notebook any more.
    """
    try:
        cells = [
            (cell["cell_type"], "".join(cell["source"]))
            for cell in _read(path)["cells"]
        ]
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    kept = [cell for cell in cells if cell[1].strip()]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _read_manifest(work: Path) -> dict[str, str]:
    """Fingerprint of each lesson as copied; empty when lost (then kept)."""
    try:
        manifest = _read(work / _MANIFEST)
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _write_manifest(work: Path, manifest: dict[str, str]) -> None:
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    with files.replacing(work / _MANIFEST) as part:
        part.write_text(text)
