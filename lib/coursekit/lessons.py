"""Finds the folder of a lesson and loads what lies in it.

``lessons/lessonNN_topic/`` holds all that belongs to one lesson: lesson.py
(the source of its notebook), lesson.toml, exercises.py, quiz.toml, tests,
and code of its own such as figures.py.
"""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from coursekit import paths
from coursekit.errors import CourseError

_FOLDER = re.compile(r"lesson(\d\d)_(\w+)")


def folders() -> dict[str, Path]:
    """The folder of each lesson: "04" -> .../lesson04_first_cnn, in order."""
    return {
        match[1]: path
        for path in sorted(paths.lessons_dir().glob("lesson*"))
        if (match := _FOLDER.fullmatch(path.name))
        and (path / "lesson.py").is_file()
    }


def numbers() -> tuple[str, ...]:
    """All lessons as two digits each, in order."""
    return tuple(folders())


def folder(lesson: str) -> Path:
    """The folder of ``lesson`` ("04"); CourseError when there is none."""
    found = folders()
    if lesson not in found:
        raise CourseError(
            f"There is no lesson {lesson!r}; there are {', '.join(found)}.",
            'give the two digits of a lesson, as in "04"',
        )
    return found[lesson]


def notebook(lesson: str) -> Path:
    """The executed notebook of a lesson, notebooks/NN_topic.ipynb."""
    name = folder(lesson).name.removeprefix("lesson")
    return paths.notebooks_dir() / f"{name}.ipynb"


def facts(lesson: str) -> dict[str, Any]:
    """What lesson.toml says: title, data, times, backends, profiles."""
    path = folder(lesson) / "lesson.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CourseError(
            f"{path} cannot be read: {error}",
            "restore it with `git checkout -- lessons`",
        ) from None


def module(lesson: str, name: str) -> ModuleType:
    """A module of the lesson's folder: ``module("04", "figures")``.

    It is loaded once. Raises CourseError when the lesson has no such file.
    """
    path = folder(lesson) / f"{name}.py"
    full = f"lessons.{path.parent.name}.{name}"
    if full in sys.modules and sys.modules[full].__file__ == str(path):
        return sys.modules[full]
    if not path.is_file():
        own = sorted(p.stem for p in path.parent.glob("*.py"))
        raise CourseError(
            f"Lesson {lesson} has no module {name!r} of its own.",
            f"it has {', '.join(own)} in {path.parent}",
        )
    spec = importlib.util.spec_from_file_location(full, path)
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[full] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[full]
        raise
    return loaded
