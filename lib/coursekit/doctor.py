"""``coursekit doctor``: is everything there, and if not, what to do.

Each check is a small function that returns a Check; none of them raises.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from coursekit import paths
from coursekit.errors import CourseError

PYTHONS = ((3, 11), (3, 12), (3, 13))
PINNED = ("tensorflow", "keras", "numpy", "matplotlib", "nbval", "jupyterlab")
INSTALL = "run `make lab` again: it completes the environment"


@dataclass(frozen=True)
class Check:
    """One line of the report: OK, WARN or FAIL, and the fix if needed."""

    name: str
    state: str
    found: str
    fix: str = ""


def command(as_json: bool = False) -> int:
    """Print all checks; 1 when one of them is FAIL, else 0."""
    checks = run()
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        _show(checks)
    return 1 if any(check.state == "FAIL" for check in checks) else 0


def run() -> list[Check]:
    """All checks, in the order in which problems would show."""
    return [
        check_python(),
        *check_versions(),
        check_kernel(),
        check_backend(),
        check_bundled_data(),
        check_write(paths.work_dir(), "work folder"),
        check_write(paths.progress_file().parent, "progress"),
        check_write(paths.cache_dir(), "download cache"),
        check_disk(),
    ]


def check_python() -> Check:
    """The interpreter is one the pinned packages exist for."""
    version = platform.python_version()
    if sys.version_info[:2] in PYTHONS:
        return Check("Python", "OK", f"{version} in {sys.prefix}")
    fix = "install Python 3.11, 3.12 or 3.13 and run `make lab` again"
    return Check("Python", "FAIL", version, fix)


def check_versions() -> Iterator[Check]:
    """Installed packages against requirements.txt."""
    pins = _pins()
    for name in PINNED:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Check(name, "FAIL", "not installed", INSTALL)
            continue
        wanted = pins.get(name, set())
        if not wanted or found in wanted:
            yield Check(name, "OK", found)
        else:
            said = f"{found}, tested with {' or '.join(sorted(wanted))}"
            yield Check(name, "WARN", said, INSTALL)


def check_kernel() -> Check:
    """Jupyter finds a Python kernel."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        kernels = KernelSpecManager().find_kernel_specs()
    except ImportError as error:
        return Check("Jupyter kernel", "FAIL", str(error), INSTALL)
    if "python3" in kernels:
        return Check("Jupyter kernel", "OK", "python3")
    return Check("Jupyter kernel", "FAIL", "no python3 kernel", INSTALL)


def check_backend() -> Check:
    """Keras starts, multiplies two matrices, and says where."""
    try:
        from coursekit.session import import_keras, quiet_stderr

        with quiet_stderr():
            keras = import_keras()
            product = keras.ops.ones((2, 3)) @ keras.ops.ones((3, 2))
            right = float(product[0, 0]) == 3
        name = keras.backend.backend()
        device = _gpu(name)
    except Exception as error:
        return Check("backend", "FAIL", _one_line(error), INSTALL)
    if not right:
        return Check("backend", "FAIL", f"{name}: wrong product", INSTALL)
    return Check("backend", "OK", f"{name} on {device}")


def check_bundled_data() -> Check:
    """Every file of data/ is the one the kit shipped."""
    from coursekit.data import files

    try:
        names = list(files.checksums())
        for name in names:
            files.bundled(name)
    except CourseError as error:
        return Check("bundled data", "FAIL", error.message, error.remedy)
    return Check("bundled data", "OK", f"{len(names)} files, as shipped")


def check_write(folder: Path, name: str) -> Check:
    """A file can be made in the folder, or in the one it would go into."""
    place = folder
    while not place.exists():
        place = place.parent
    probe = place / f".coursekit-{os.getpid()}"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        fix = f"make {place} writable for you, or name another place"
        return Check(name, "FAIL", f"{place}: {error.strerror}", fix)
    return Check(name, "OK", str(folder))


def check_disk() -> Check:
    """Room for a real data set or two."""
    place = paths.cache_dir()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 1e9
    if free >= 5:
        return Check("free disk", "OK", f"{free:.0f} GB")
    fix = "free some space, or name another disk with COURSEKIT_HOME"
    return Check("free disk", "WARN", f"{free:.1f} GB", fix)


def _pins() -> dict[str, set[str]]:
    """Package -> versions in requirements.txt (one a Python version)."""
    pins: dict[str, set[str]] = {}
    with contextlib.suppress(OSError):
        text = (paths.kit_root() / "requirements.txt").read_text()
        for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.M):
            pins.setdefault(name, set()).add(version)
    return pins


def _gpu(backend: str) -> str:
    """The device in words; a GPU with its memory where that is known."""
    from coursekit.session import device_name

    device = device_name(backend)
    tool = shutil.which("nvidia-smi")
    if device.startswith("GPU") and tool:
        query = [tool, "--query-gpu=memory.total", "--format=csv,noheader"]
        done = subprocess.run(query, capture_output=True, text=True)
        device += f", {done.stdout.strip()}"
    return device


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _show(checks: list[Check]) -> None:
    from rich.console import Console
    from rich.text import Text

    colours = {"OK": "green", "WARN": "yellow", "FAIL": "red"}
    console = Console(highlight=False, soft_wrap=True)
    for check in checks:
        line = Text(f"{check.state:<5}", style=colours[check.state])
        line.append(f"{check.name:<15} {check.found}", style="default")
        console.print(line)
        if check.fix:
            console.print(Text(f"     {'':<15} fix: {check.fix}"))
    worst = {check.state for check in checks}
    if worst == {"OK"}:
        console.print("All is well.")
