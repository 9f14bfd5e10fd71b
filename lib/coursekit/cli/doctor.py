"""``coursekit doctor``: is everything there, and if not, what to do.

Each check is a small function that returns a Check; what it raises counts as
a failure, so that the report always comes to its end.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from coursekit import keras_config, paths
from coursekit.errors import CourseError

PYTHONS = ((3, 11), (3, 12), (3, 13))
# The lessons stop without these; without the others only tools are missing.
NEEDED = ("keras", "matplotlib", "numpy")
DISK_GB, DISK_GB_AT_LEAST = 5.0, 0.5
NO_HOME = "set HOME to a folder of yours"
INSTALL = "run `make lab`, or the pip lines of the README"


@dataclass(frozen=True)
class Check:
    """One line of the report: OK, WARN or FAIL, and the fix if needed."""

    name: str
    state: str
    found: str
    fix: str = ""


def command(as_json: bool = False) -> int:
    """Print all checks; 1 when one of them is FAIL, else 0."""
    if as_json:
        checks = run()
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        checks = _show(iterate())
    return 1 if any(check.state == "FAIL" for check in checks) else 0


def run() -> list[Check]:
    """All checks, in the order in which problems would show."""
    return list(iterate())


def iterate() -> Iterator[Check]:
    """The checks one by one, as they are done; none of them raises."""
    for name, check in _CHECKS.items():
        try:
            found = check()
            lines = [found] if isinstance(found, Check) else list(found)
        except CourseError as error:
            lines = [_from_error(name, error)]
        except Exception as error:
            said = f"{type(error).__name__}: {_one_line(error)}"
            lines = [Check(name, "FAIL", said, INSTALL)]
        yield from lines
        if name == "kit" and lines[0].state == "FAIL":
            return  # all that follows lies in it


def check_python() -> Check:
    """The interpreter is one the pinned packages exist for."""
    found = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info[:2] in PYTHONS:
        return Check("Python", "OK", found)
    fix = f"install Python 3.11, 3.12 or 3.13, then {INSTALL}"
    return Check("Python", "FAIL", found, fix)


def check_kit() -> Check:
    """The library lies in a checkout, beside lessons and data."""
    return Check("kit", "OK", str(paths.kit_root()))


def check_packages() -> Check:
    """Every package that requirements.txt pins for this machine."""
    try:
        pins = dict(_pins())
    except (OSError, ImportError) as error:
        said = f"cannot be compared with the pins: {_one_line(error)}"
        return Check("packages", "WARN", said, INSTALL)
    missing, other = [], []
    for name, wanted in pins.items():
        found = _version(name)
        if found is None:
            missing.append(name)
        elif found != wanted:
            other.append(f"{name} {found} (tested: {wanted})")
    if missing:
        vital = set(missing) & {*NEEDED, _backend_name()}
        state = "FAIL" if vital else "WARN"
        said = f"not installed: {_some(sorted(vital) or missing)}"
        return Check("packages", state, said, INSTALL)
    if other:
        return Check("packages", "WARN", _some(other), INSTALL)
    return Check("packages", "OK", f"{len(pins)}, all as pinned")


def check_kernel() -> Check:
    """Jupyter finds a kernel of this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        manager = KernelSpecManager()
        if "python3" not in manager.find_kernel_specs():
            return Check("Jupyter kernel", "FAIL", "no python3", INSTALL)
        program = Path(manager.get_kernel_spec("python3").argv[0])
    except ImportError as error:
        return Check("Jupyter kernel", "FAIL", str(error), INSTALL)
    except RuntimeError as error:  # Jupyter has files in the home directory
        return Check("Jupyter kernel", "FAIL", str(error), NO_HOME)
    # A bare name is replaced by the Python that Jupyter runs under.
    if program.is_absolute() and program.parent != Path(sys.executable).parent:
        return Check(
            "Jupyter kernel",
            "FAIL",
            f"python3 starts {program}, which is another Python",
            f"unset JUPYTER_PATH, or remove that kernel; then {INSTALL}",
        )
    return Check("Jupyter kernel", "OK", "python3")


def check_backend() -> Iterator[Check]:
    """Keras starts and multiplies two matrices; then the device."""
    from coursekit.backend import device_name, import_keras, quiet_stderr

    try:
        with quiet_stderr():
            keras = import_keras()
            product = keras.ops.ones((2, 3)) @ keras.ops.ones((3, 2))
            right = float(product[0, 0]) == 3
            name = keras.backend.backend()
            device = device_name(name)
    except Exception as error:
        # Of a CourseError the first line: the second is its remedy.
        yield Check("backend", "FAIL", _one_line(error), _backend_fix())
        return
    found = f"Keras {keras.__version__} on {name} {_version(name) or ''}"
    if right:
        yield Check("backend", "OK", found.strip())
    else:
        yield Check("backend", "FAIL", f"{found}: 3 is not 3", INSTALL)
    yield check_gpu(device)


def check_gpu(device: str) -> Check:
    """The GPU in use, with its memory; having none is no problem."""
    cards = _cards()
    if device.startswith("GPU"):
        return Check("GPU", "OK", "; ".join(cards) or device)
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden in ("", "-1"):
        return Check("GPU", "OK", "hidden by CUDA_VISIBLE_DEVICES")
    if not cards:
        return Check("GPU", "OK", "none; the quick profile needs none")
    fix = "`make lab GPU=1` installs the CUDA libraries"
    if sys.platform == "win32":
        fix = "TensorFlow uses it under WSL 2 only: install the course there"
    return Check("GPU", "WARN", f"{'; '.join(cards)}: not used", fix)


def check_profile() -> Check:
    """COURSEKIT_PROFILE is a profile."""
    from coursekit.settings import profile_name

    return Check("profile", "OK", profile_name())


def check_bundled_data() -> Check:
    """Every file of data/ is the one the kit shipped."""
    from coursekit.data.readers import bundled
    from coursekit.files import sha256

    shipped = bundled.checksums()
    wrong = [
        name
        for name, checksum in shipped.items()
        if not (path := paths.data_dir() / name).is_file()
        or sha256(path) != checksum
    ]
    if wrong:
        said = f"missing or changed: {_some(wrong)}"
        fix = "`git checkout -- data`, or `make data` makes them again"
        return Check("bundled data", "FAIL", said, fix)
    return Check("bundled data", "OK", f"{len(shipped)} files, as shipped")


def check_own_data() -> Check:
    """COURSEKIT_DATA, when set, names a folder."""
    named = os.environ.get("COURSEKIT_DATA")
    if not named:
        return Check("own data", "OK", "COURSEKIT_DATA is not set")
    if paths.expanded(named).is_dir():
        return Check("own data", "OK", named)
    fix = "correct COURSEKIT_DATA, or unset it to have the sets fetched"
    return Check("own data", "FAIL", f"{named} is not a folder", fix)


def check_write(folder: Path, name: str, setting: str = "") -> Check:
    """A file can be made in the folder, or in the one it would go into."""
    place = _existing(folder)
    probe = place / f".coursekit-{os.getpid()}"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        fix = f"make {place} writable for you"
        fix += f", or name another folder with {setting}" if setting else ""
        return Check(name, "FAIL", f"{place}: {error.strerror}", fix)
    return Check(name, "OK", str(folder))


def check_disk(folder: Path, name: str, setting: str = "") -> Check:
    """Room for a real data set or two, at least for a learner's work."""
    free = shutil.disk_usage(_existing(folder)).free / 1e9
    if free >= DISK_GB:
        return Check(name, "OK", f"{free:.0f} GB free")
    state = "WARN" if free >= DISK_GB_AT_LEAST else "FAIL"
    fix = "free some space"
    fix += f", or name another disk with {setting}" if setting else ""
    return Check(name, state, f"{free:.1f} GB free", fix)


def check_keras_settings() -> Check:
    """keras.json says nothing that the lessons have to take back."""
    keras_config.check()
    said = keras_config.settings()
    odd = [
        f"{key} = {said[key]}"
        for key, known in keras_config.ALLOWED.items()
        if said.get(key, known[0]) != known[0]
    ]
    if not odd:
        return Check("Keras settings", "OK", "as the lessons need them")
    file = keras_config.config_file()
    return Check(
        "Keras settings",
        "WARN",
        f"{file} says {', '.join(odd)}; ck.start sets it right for a lesson",
        f"delete {file}: Keras writes a new one",
    )


# In the order in which problems would show.
_CHECKS: dict[str, Callable[[], Check | Iterator[Check]]] = {
    "Python": lambda: check_python(),
    "kit": lambda: check_kit(),
    "packages": lambda: check_packages(),
    "Jupyter kernel": lambda: check_kernel(),
    "Keras settings": lambda: check_keras_settings(),
    "backend": lambda: check_backend(),
    "profile": lambda: check_profile(),
    "bundled data": lambda: check_bundled_data(),
    "own data": lambda: check_own_data(),
    "work folder": lambda: check_write(paths.work_dir(), "work folder"),
    "progress": lambda: check_write(paths.progress_file().parent, "progress"),
    "download cache": lambda: check_write(
        paths.cache_dir(), "download cache", "COURSEKIT_HOME"
    ),
    "disk: lessons": lambda: check_disk(paths.work_dir(), "disk: lessons"),
    "disk: cache": lambda: check_disk(
        paths.cache_dir(), "disk: cache", "COURSEKIT_HOME"
    ),
}


def _pins() -> Iterator[tuple[str, str]]:
    """(package, version) of requirements.txt that apply to this machine."""
    from packaging.requirements import Requirement

    path = paths.kit_root() / "requirements.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            pin = Requirement(line.rstrip(" \\"))
            if pin.marker is None or pin.marker.evaluate():
                yield pin.name, next(iter(pin.specifier)).version


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _backend_name() -> str:
    return os.environ.get("KERAS_BACKEND") or "tensorflow"


def _backend_fix() -> str:
    name = _backend_name()
    if name == "tensorflow":
        return INSTALL
    return f"install {name}, or unset KERAS_BACKEND to use TensorFlow"


def _cards() -> list[str]:
    """The machine's NVIDIA GPUs: name and memory each."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return []
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            query, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _from_error(name: str, error: CourseError) -> Check:
    return Check(name, "FAIL", error.message, error.remedy or "")


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _some(items: list[str]) -> str:
    """The first four, and how many more."""
    more = f" and {len(items) - 4} more" if len(items) > 4 else ""
    return ", ".join(items[:4]) + more


def _show(checks: Iterable[Check]) -> list[Check]:
    """Print each check as it is done, then a summary; returns them."""
    from rich.console import Console
    from rich.text import Text

    colours = {"OK": "green", "WARN": "yellow", "FAIL": "red"}
    console = Console(highlight=False, soft_wrap=True)
    done = []
    for check in checks:
        line = Text(f"{check.state:<5}", style=colours[check.state])
        line.append(f"{check.name:<15} {check.found}", style="default")
        console.print(line)
        if check.fix:
            console.print(Text(f"     {'':<15} fix: {check.fix}"))
        done.append(check)
    console.print(_summary(done))
    return done


def _summary(checks: list[Check]) -> str:
    fails = sum(check.state == "FAIL" for check in checks)
    warnings = sum(check.state == "WARN" for check in checks)
    if fails:
        return f"{fails} to fix before you start."
    if warnings:
        return f"You can start; {warnings} to look at."
    return "All is well."
