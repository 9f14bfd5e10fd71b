"""``coursekit demo``: tools/demo, run by the Python that has Gradio."""

import contextlib
import os
import subprocess

from coursekit import paths
from coursekit.errors import CourseError


def command(port: int | None, browser: bool) -> int:
    """Serve the page until it is interrupted; returns the exit code.

    Raises CourseError where the environment of the page is missing.
    """
    root = paths.kit_root()
    name = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    python = root / ".venv-demo" / name
    if not python.is_file():
        raise missing()
    call = [str(python), "-m", "demo"]
    call += [] if port is None else ["--port", str(port)]
    call += [] if browser else ["--no-browser"]
    own = os.pathsep.join((str(root / "lib"), str(root / "tools")))
    with contextlib.suppress(KeyboardInterrupt):  # the page ends by itself
        return subprocess.call(call, env=os.environ | {"PYTHONPATH": own})
    return 0


def missing() -> CourseError:
    """What is said where Gradio, or its environment, is not there."""
    return CourseError(
        "The page needs Gradio, in an environment of its own: there is none, "
        "or it is not complete.",
        "`make demo` makes it (once, a few minutes and 3 GB) and opens the "
        "page; without make, `python tools/bootstrap.py --demo` makes it",
    )
