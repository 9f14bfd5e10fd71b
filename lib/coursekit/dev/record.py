"""notebooks/built.json: from what, and on what, each notebook was made.

A line a lesson: the files that its run used and a digest of them, and what
decides the last digits and pixels of its outputs.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any

from coursekit import files, lessons, paths

_PACKAGES = ("tensorflow", "keras", "numpy", "matplotlib", "pillow")
# Loaded in a lesson, but nothing it shows comes from there.
_WITHOUT_EFFECT = (
    "coursekit.dev",
    "coursekit.data.fetch",
    "coursekit.exercises.progress",
)
_LOCK = Lock()


def records(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """What the record says of each lesson; {} when it is lost."""
    try:
        return json.loads(_path(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def is_current(lesson: str) -> bool:
    """True when the notebook was made from these very files."""
    record = records().get(lesson, {})
    return lessons.notebook(lesson).is_file() and record.get(
        "digest"
    ) == digest(record.get("inputs", ()))


def remember(lesson: str, used: Iterable[str]) -> None:
    """Write the lesson's line: its own files, and those that its run used."""
    folder = lessons.folder(lesson).relative_to(paths.kit_root()).as_posix()
    own = (f"{folder}/{n}" for n in ("lesson.py", "lesson.toml", "quiz.toml"))
    inputs = sorted({*own, *used})
    made = {"digest": digest(inputs), **machine(), "inputs": inputs}
    with _LOCK:
        known = records() | {lesson: made}
        lines = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(known[name])}"
            for name in sorted(known)
        )
        with files.replacing(_path()) as part:
            part.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def print_inputs() -> None:
    """Print, as JSON, the kit's files that decide what this process shows."""
    root = paths.kit_root()
    modules = [
        Path(str(module.__file__)).resolve().relative_to(root).as_posix()
        for name, module in list(sys.modules.items())
        if name.startswith(("coursekit", "lessons."))
        and not name.startswith(_WITHOUT_EFFECT)
        and getattr(module, "__file__", None)
    ]
    tables = [  # records and weights lie beside the modules that read them
        path.relative_to(root).as_posix()
        for folder in {(root / module).parent for module in modules}
        for pattern in ("*.toml", "*.keras", "*.npz", "sketches/*.toml")
        for path in folder.glob(pattern)
    ]
    read = [  # files elsewhere that a module names, as stored results
        Path(path).resolve().relative_to(root).as_posix()
        for name, module in list(sys.modules.items())
        if name.startswith("lessons.")
        for path in getattr(module, "READS", ())
    ]
    bundled = sys.modules.get("coursekit.data.readers.bundled")
    data = [f"data/{name}" for name in bundled.used()] if bundled else []
    print(json.dumps(sorted({*modules, *tables, *read, *data})))


def digest(inputs: Iterable[str]) -> str:
    """sha256 over names and contents of files below the kit."""
    total = hashlib.sha256()
    for name in inputs:
        total.update(name.encode() + _content(paths.kit_root() / name))
    return total.hexdigest()


def _content(path: Path) -> bytes:
    """What of a file a quick run shows; of lesson.toml, only two tables."""
    if not path.exists():
        return b"absent"
    content = path.read_bytes()
    if path.name == "numbers.toml":  # where numbers of the prose come from
        return b""
    if path.name != "lesson.toml":
        return content
    facts = tomllib.loads(content.decode())
    shown = {name: facts.get(name) for name in ("title", "quick")}
    return json.dumps(shown, sort_keys=True).encode()


def _path(folder: Path | None = None) -> Path:
    return (folder or paths.notebooks_dir()) / "built.json"


# ------------------------------------------------------------ the machine


def machine() -> dict[str, str]:
    """The processor with its number of cores, and versions."""
    found = {name: metadata.version(name) for name in _PACKAGES}
    python = platform.python_version()
    return {"cpu": _processor(), "python": python, **found}


def unlike(notebook: Path) -> str:
    """In what the builder's machine differs from this one; "" if in nothing.

    Reads built.json in the notebook's folder.
    """
    record = records(notebook.parent).get(notebook.name[:2])
    if record is None:
        return "no record of the builder's machine"
    here = machine()
    other = [name for name in here if record.get(name) != here[name]]
    return f"built with another {', '.join(other)}" if other else ""


def _processor() -> str:
    """Name, model and cores; on Linux platform.processor() is often empty.

    One name stands for several generations, so the model's number counts.
    """
    found = [platform.processor() or platform.machine()]
    with contextlib.suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        first = text.split("\n\n")[0]
        pattern = r"^(?:model name|cpu family|model)\s*:\s*(.+)$"
        found = re.findall(pattern, first, re.MULTILINE) or found
    return f"{' '.join(found)}, {os.cpu_count()} cores"
