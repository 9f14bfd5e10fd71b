"""The learner's own copies of the lessons, in work/.

``notebooks/`` is what is replayed and what an update may change; learners
work on copies. A copy that the learner changed is never overwritten.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from coursekit import paths
from coursekit.errors import CourseError

_MANIFEST = ".lessons.json"


@dataclass(frozen=True)
class Copied:
    """What copy_lessons did, as lists of file names."""

    new: list[str]
    updated: list[str]
    kept: list[str]  # changed by the learner while the lesson changed too


def copy_lessons() -> Copied:
    """Bring new and updated lessons to work/; keep what a learner changed."""
    work = paths.work_dir()
    work.mkdir(parents=True, exist_ok=True)
    manifest = _read_manifest(work)
    done = Copied([], [], [])
    for lesson in sorted(paths.notebooks_dir().glob("[0-9][0-9]_*.ipynb")):
        mine, shipped = work / lesson.name, _sha256(lesson)
        if not mine.exists():
            done.new.append(lesson.name)
        elif manifest.get(lesson.name) == shipped:
            continue
        elif _sha256(mine) in (manifest.get(lesson.name), shipped):
            done.updated.append(lesson.name)
        else:
            done.kept.append(lesson.name)
            continue
        _copy(lesson, mine)
        manifest[lesson.name] = shipped
    _write_manifest(work, manifest)
    return done


def reset(lesson: str) -> tuple[Path, Path | None]:
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
    work.mkdir(parents=True, exist_ok=True)
    mine, backup = work / found[0].name, None
    if mine.exists():
        backup = _free_name(mine)
        mine.replace(backup)
    _copy(found[0], mine)
    manifest = _read_manifest(work)
    _write_manifest(work, manifest | {mine.name: _sha256(found[0])})
    return mine, backup


def _free_name(path: Path) -> Path:
    number = 1
    while True:
        name = path.with_name(f"{path.stem}.backup-{number}.ipynb")
        if not name.exists():
            return name
        number += 1


def _copy(source: Path, target: Path) -> None:
    part = target.with_suffix(".ipynb.part")
    shutil.copyfile(source, part)
    part.replace(target)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_manifest(work: Path) -> dict[str, str]:
    """Shipped hash of each copied lesson; empty when lost (then kept)."""
    try:
        manifest = json.loads((work / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _write_manifest(work: Path, manifest: dict[str, str]) -> None:
    part = work / f"{_MANIFEST}.part"
    part.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    part.replace(work / _MANIFEST)
