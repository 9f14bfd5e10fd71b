"""On what a notebook was built: what decides its last digits and pixels."""

import contextlib
import json
import os
import platform
import re
from importlib import metadata
from pathlib import Path

_PACKAGES = ("tensorflow", "keras", "numpy", "matplotlib", "pillow")


def machine() -> dict[str, str]:
    """The processor with its number of cores, and versions."""
    found = {name: metadata.version(name) for name in _PACKAGES}
    python = platform.python_version()
    return {"cpu": _processor(), "python": python, **found}


def unlike(notebook: Path) -> str:
    """In what the builder's machine differs from this one; "" if in nothing.

    Reads built.json in the notebook's folder.
    """
    try:
        text = (notebook.parent / "built.json").read_text(encoding="utf-8")
        record = json.loads(text)[notebook.name[:2]]
    except (OSError, ValueError, KeyError):
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
