"""What may be wrong with Keras before it is imported, and who is at fault.

Keras reads ``keras.json`` in its home folder (KERAS_HOME, else ~/.keras) and
the variable KERAS_BACKEND, and Python takes a file ``keras.py`` beside a
notebook for the package. Each is checked here, so that a learner reads a
sentence that names the file or the variable.
"""

import contextlib
import importlib.util
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coursekit import paths
from coursekit.errors import CourseError

BACKENDS = ("tensorflow", "jax", "torch")
# What Keras knows; the lessons need the first.
ALLOWED = {
    "floatx": ("float32", "float16", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}
_USED = ("keras", "numpy", "matplotlib")


def keras_home() -> Path:
    """The folder that Keras will use, without importing it.

    KERAS_HOME, else ~/.keras; /tmp/.keras where there is no home directory
    to write in.
    """
    if named := os.environ.get("KERAS_HOME"):
        return paths.expanded(named)
    with contextlib.suppress(RuntimeError):  # there is none
        if os.access(Path.home(), os.W_OK):
            return Path.home() / ".keras"
    return Path("/tmp/.keras")


def config_file() -> Path:
    """The file in which Keras keeps its defaults."""
    return keras_home() / "keras.json"


def check(lesson: str = "", backends: Iterable[str] = BACKENDS) -> None:
    """Raise CourseError for what would fail at the import of Keras or later.

    ``backends`` are those that the lesson runs on.
    """
    config = settings()
    for key, allowed in ALLOWED.items():
        if config.get(key, allowed[0]) not in allowed:
            raise CourseError(
                f"{config_file()} says {key} = {config[key]!r}, which Keras "
                f"does not know; it knows {', '.join(allowed)}.",
                "correct that line, or delete the file: Keras writes a new "
                "one",
            )
    name, place, cure = _chosen(config)
    backends = tuple(backends)
    if name not in backends:
        runs = f"lesson {lesson}" if lesson else "the kit"
        raise CourseError(
            f"{place} asks for the backend {name!r}; {runs} runs on "
            f"{' or '.join(backends)}.",
            f"{cure}, then restart the kernel",
        )
    if importlib.util.find_spec(name) is None:
        raise CourseError(
            f"{place} asks for the backend {name!r}, which is not installed "
            "here.",
            f"install {name}, or {cure}; then restart the kernel",
        )
    for package in (*_USED, name):
        _refuse_shadow(package)


def settings() -> dict[str, Any]:
    """What keras.json says; {} when it is absent or no JSON."""
    try:
        config = json.loads(config_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _chosen(config: dict[str, Any]) -> tuple[str, str, str]:
    """The backend asked for, by what, and how to take that back."""
    if named := os.environ.get("KERAS_BACKEND"):
        return named, "KERAS_BACKEND", "unset KERAS_BACKEND"
    if "backend" in config:
        file = config_file()
        return (
            str(config["backend"]),
            str(file),
            f'write "backend": "tensorflow" into {file}',
        )
    return "tensorflow", "Keras", "set KERAS_BACKEND=tensorflow"


def _refuse_shadow(package: str) -> None:
    """These packages are folders: a file of that name is somebody's own."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is not None:
        return
    raise CourseError(
        f"The file {spec.origin} hides the package {package}: Python imports "
        "it in its place.",
        f"rename {Path(str(spec.origin)).name}, then restart the kernel",
    )
