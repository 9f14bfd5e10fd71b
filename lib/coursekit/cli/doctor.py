"""``coursekit doctor``: is everything there, and if not, what to do.

Each check is a small function that returns what it found. It raises
CourseError, with the fix, for what is to be mended before a start, and Doubt
for what is only to be looked at. Whatever else it raises counts as a failure,
so that the report always comes to its end.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.text import Text

from coursekit import keras_config, paths
from coursekit.errors import CourseError

PYTHONS = ((3, 11), (3, 12), (3, 13))
# The lessons stop without these; without the others only tools are missing.
NEEDED = ("keras", "matplotlib", "numpy")
DISK_GB, DISK_GB_AT_LEAST = 5.0, 0.5
INSTALL = "run `make lab`, or the pip lines of the README"
_COLOURS = {"OK": "green", "WARN": "yellow", "FAIL": "red"}


class Doubt(CourseError):
    """Something to look at that stops no lesson."""


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
        done = list(iterate())
        print(json.dumps([asdict(check) for check in done], indent=1))
    else:
        done = _show()
    return 1 if any(check.state == "FAIL" for check in done) else 0


def iterate() -> Iterator[Check]:
    """The checks one by one, in the order in which problems would show."""
    for name, check in _CHECKS.items():
        line = tried(name, check)
        if line.found:
            yield line
        if name == "kit" and line.state == "FAIL":
            return  # all that follows lies in it


def tried(name: str, check: Callable[[], str]) -> Check:
    """A check's line of the report."""
    try:
        return Check(name, "OK", check())
    except CourseError as error:
        state = "WARN" if isinstance(error, Doubt) else "FAIL"
        return Check(name, state, error.message, error.remedy or "")
    except Exception as error:
        said = f"{type(error).__name__}: {_one_line(error)}"
        return Check(name, "FAIL", said, INSTALL)


def check_python() -> str:
    """The interpreter is one the pinned packages exist for."""
    found = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info[:2] not in PYTHONS:
        fix = f"install Python 3.11, 3.12 or 3.13, then {INSTALL}"
        raise CourseError(found, fix)
    return found


def check_packages() -> str:
    """Every package that requirements.txt pins for this machine."""
    try:
        pins = dict(_pins())
    except (OSError, ImportError) as error:
        said = f"cannot be compared with the pins: {_one_line(error)}"
        raise Doubt(said, INSTALL) from None
    found = {name: _version(name) for name in pins}
    missing = [name for name in pins if not found[name]]
    if missing:
        vital = set(missing) & {*NEEDED, _backend_name()}
        said = f"not installed: {_some(sorted(vital) or missing)}"
        raise (CourseError if vital else Doubt)(said, INSTALL)
    other = [
        f"{name} {found[name]} (tested: {wanted})"
        for name, wanted in pins.items()
        if found[name] != wanted
    ]
    if other:
        raise Doubt(_some(other), INSTALL)
    return f"{len(pins)}, all as pinned"


def check_kernel() -> str:
    """Jupyter finds a kernel of this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        manager = KernelSpecManager()
        if "python3" not in manager.find_kernel_specs():
            raise CourseError("no python3", INSTALL)
        program = Path(manager.get_kernel_spec("python3").argv[0])
    except ImportError as error:
        raise CourseError(str(error), INSTALL) from None
    except RuntimeError as error:  # Jupyter has files in the home directory
        raise CourseError(
            str(error), "set HOME to a folder of yours"
        ) from None
    # A bare name is replaced by the Python that Jupyter runs under.
    if program.is_absolute() and program.parent != Path(sys.executable).parent:
        raise CourseError(
            f"python3 starts {program}, which is another Python",
            f"unset JUPYTER_PATH, or remove that kernel; then {INSTALL}",
        )
    return "python3"


def check_keras_settings() -> str:
    """keras.json says nothing that the lessons have to take back."""
    keras_config.check()
    said = keras_config.settings()
    odd = [
        f"{key} = {said[key]}"
        for key, known in keras_config.ALLOWED.items()
        if said.get(key, known[0]) != known[0]
    ]
    if odd:
        file = keras_config.config_file()
        raise Doubt(
            f"{file} says {', '.join(odd)}; ck.start sets it right for a "
            "lesson",
            f"delete {file}: Keras writes a new one",
        )
    return "as the lessons need them"


def check_backend() -> str:
    """Keras starts and multiplies two matrices."""
    from coursekit.backend import import_keras, quiet_stderr

    try:
        with quiet_stderr():
            keras = import_keras()
            product = keras.ops.ones((2, 3)) @ keras.ops.ones((3, 2))
            right = float(product[0, 0]) == 3
            name = keras.backend.backend()
    except Exception as error:
        # Of a CourseError the first line: the second is its remedy.
        raise CourseError(_one_line(error), _backend_fix()) from None
    found = f"Keras {keras.__version__} on {name} {_version(name)}".strip()
    if not right:
        raise CourseError(f"{found}: 3 is not 3", INSTALL)
    return found


def check_gpu() -> str:
    """The GPU in use, with its memory; having none is no problem.

    Nothing is found where the backend did not start.
    """
    from coursekit.backend import device_name, quiet_stderr

    if "keras" not in sys.modules:
        return ""
    with quiet_stderr():
        device = device_name(sys.modules["keras"].backend.backend())
    cards = _cards()
    if device.startswith("GPU"):
        return "; ".join(cards) or device
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "hidden by CUDA_VISIBLE_DEVICES"
    if not cards:
        return "none; the quick profile needs none"
    fix = "`make lab GPU=1` installs the CUDA libraries"
    if sys.platform == "win32":
        fix = "TensorFlow uses it under WSL 2 only: install the course there"
    raise Doubt(f"{'; '.join(cards)}: not used", fix)


def check_profile() -> str:
    """COURSEKIT_PROFILE is a profile."""
    from coursekit.settings import profile_name

    return profile_name()


def check_bundled_data() -> str:
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
        raise CourseError(said, fix)
    return f"{len(shipped)} files, as shipped"


def check_own_data() -> str:
    """COURSEKIT_DATA, when set, names a folder."""
    named = os.environ.get("COURSEKIT_DATA")
    if not named:
        return "COURSEKIT_DATA is not set"
    if not paths.expanded(named).is_dir():
        fix = "correct COURSEKIT_DATA, or unset it to have the sets fetched"
        raise CourseError(f"{named} is not a folder", fix)
    return named


def check_write(folder: Path, elsewhere: str = "") -> str:
    """A file can be made in the folder, or in the one it would go into."""
    place = _existing(folder)
    probe = place / f".coursekit-{os.getpid()}"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        fix = f"make {place} writable for you"
        fix += f", or name another folder with {elsewhere}" * bool(elsewhere)
        raise CourseError(f"{place}: {error.strerror}", fix) from None
    return str(folder)


def check_disk(folder: Path, elsewhere: str = "") -> str:
    """Room for a real data set or two, at least for a learner's work."""
    free = shutil.disk_usage(_existing(folder)).free / 1e9
    if free >= DISK_GB:
        return f"{free:.0f} GB free"
    fix = "free some space"
    fix += f", or name another disk with {elsewhere}" * bool(elsewhere)
    kind = Doubt if free >= DISK_GB_AT_LEAST else CourseError
    raise kind(f"{free:.1f} GB free", fix)


# In the order in which problems would show.
_CHECKS: dict[str, Callable[[], str]] = {
    "Python": lambda: check_python(),
    "kit": lambda: str(paths.kit_root()),
    "packages": lambda: check_packages(),
    "Jupyter kernel": lambda: check_kernel(),
    "Keras settings": lambda: check_keras_settings(),
    "backend": lambda: check_backend(),
    "GPU": lambda: check_gpu(),
    "profile": lambda: check_profile(),
    "bundled data": lambda: check_bundled_data(),
    "own data": lambda: check_own_data(),
    "work folder": lambda: check_write(paths.work_dir()),
    "progress": lambda: check_write(paths.progress_file().parent),
    "download cache": lambda: check_write(paths.cache_dir(), "COURSEKIT_HOME"),
    "disk: lessons": lambda: check_disk(paths.work_dir()),
    "disk: cache": lambda: check_disk(paths.cache_dir(), "COURSEKIT_HOME"),
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


def _version(package: str) -> str:
    """The version that is installed; "" for none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


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


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _some(items: list[str]) -> str:
    """The first four, and how many more."""
    more = f" and {len(items) - 4} more" if len(items) > 4 else ""
    return ", ".join(items[:4]) + more


def _show() -> list[Check]:
    """Print each check as it is done, then a summary; returns them."""
    console = Console(highlight=False, soft_wrap=True)
    done = []
    for check in iterate():
        line = Text(f"{check.state:<5}", style=_COLOURS[check.state])
        line.append(f"{check.name:<15} {check.found}", style="default")
        console.print(line)
        if check.fix:
            console.print(Text(f"     {'':<15} fix: {check.fix}"))
        done.append(check)
    states = [check.state for check in done]
    if fails := states.count("FAIL"):
        console.print(f"{fails} to fix before you start.")
    elif warnings := states.count("WARN"):
        console.print(f"You can start; {warnings} to look at.")
    else:
        console.print("All is well.")
    return done
