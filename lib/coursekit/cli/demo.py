"""``coursekit demo``: the page, in the environment that has Gradio."""

import contextlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from coursekit import paths
from coursekit.errors import CourseError


def command(port: int | None, browser: bool) -> int:
    """Serve the page until it is interrupted; returns the exit code.

    Without Gradio here, the Python of .venv-demo does it. Raises CourseError
    when that is missing, too, and when the port is taken.
    """
    if importlib.util.find_spec("gradio"):
        from coursekit.demo import page

        page.serve(port, browser)
        return 0
    place = paths.kit_root() / ".venv-demo"
    python = place / (
        "Scripts/python.exe" if os.name == "nt" else "bin/python"
    )
    if not python.is_file() or Path(sys.prefix).resolve() == place.resolve():
        raise CourseError(
            "The page needs Gradio, which gets an environment of its own: "
            "there is none, or it is not complete.",
            "`make demo` makes it (once, a few minutes and 3 GB) and opens "
            "the page; without make, `python tools/bootstrap.py --demo` "
            "makes it",
        )
    call = [str(python), "-m", "coursekit", "demo"]
    call += [] if port is None else ["--port", str(port)]
    call += [] if browser else ["--no-browser"]
    with contextlib.suppress(KeyboardInterrupt):  # the page has said it
        return subprocess.call(call)
    return 0
