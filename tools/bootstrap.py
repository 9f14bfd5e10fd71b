"""Creates .venv with the pinned environment: `make lab` and `make test`.

`make` runs this with the Python that the environment shall have; it needs
the standard library only. pip installs uv, pinned and hashed like the rest,
and uv installs the other packages and the kit itself; where uv does not
work, pip does. A stamp in .venv says what was installed, so that a second
run does nothing, or that an install has begun, so that what an interrupted
run left half done is made again. A lock keeps two runs apart.
"""

import ast
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13")
MINE = "{}.{}".format(*sys.version_info)
NEEDED_GB = {"": 5, "-gpu": 10, "-data": 1, "-demo": 5}
NEEDED_GB |= {"-jax": 5, "-torch": 12}
APART = ("-demo", "-jax", "-torch")  # each beside .venv, not in its place
ELSEWHERE = "put the environment elsewhere: COURSEKIT_VENV=/other/disk/venv"
BEGUN = {"begun": True}
# pip's settings -> the variables by which uv learns of them.
HANDED_OVER = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "proxy": "HTTPS_PROXY",
}
# These would send packages elsewhere, or hide from pip that they are missing.
UNWANTED = (
    *("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"),
    *("PIP_ROOT", "PIP_REQUIRE_HASHES", "PIP_NO_DEPS", "UV_REQUIRE_HASHES"),
    *("UV_TARGET", "UV_PREFIX", "UV_NO_DEPS"),
)
# Found without importing Keras, which takes seconds.
WORKS = (
    "import coursekit, matplotlib, numpy, jupyterlab, importlib.util as u; "
    "[u.find_spec(n) or exit(f'there is no {n}') for n in "
    "('keras', 'tensorflow')]"
)


class SetupError(Exception):
    """One line for people: what is wrong and what to do."""


class Unreachable(SetupError):
    """No network: nothing was fetched, so nothing was changed."""


def main(arguments: list[str]) -> int:
    """Bring .venv up to date; returns the exit code."""
    for name in UNWANTED:
        os.environ.pop(name, None)
    try:
        bring_up_to_date("".join(arguments).replace("--", "-"))
        return 0
    except SetupError as error:
        text = str(error)
    except OSError as error:
        text = f"cannot write: {error}. Make it writable, or {ELSEWHERE}"
    except KeyboardInterrupt:
        text = "interrupted; run the same command to complete it"
    print(f"coursekit set-up: {text}", file=sys.stderr)
    return 1


def bring_up_to_date(kind: str) -> None:
    """Install what is wanted unless it is there, one set-up at a time."""
    if kind not in NEEDED_GB:
        names = ", ".join(f"-{name}" for name in NEEDED_GB if name)
        raise SetupError(f"options: {names}; one of them")
    if MINE not in VERSIONS:
        raise SetupError(f"needs Python 3.11, 3.12 or 3.13; this is {MINE}")
    usual = f".venv{kind}" if kind in APART else ".venv"
    place = ROOT / (os.environ.get("COURSEKIT_VENV") or usual)
    if current(place, kind):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{place}.lock").open("a") as lock:
        hold(lock.fileno())
        if not current(place, kind):  # another run may have done it
            install(place, kind)


def install(place: Path, kind: str) -> None:
    """Make the environment if need be and fill it; the stamp comes last."""
    started = time.time()
    say(f"environment in {place}")
    stamp = read_stamp(place)
    if filled(place) and (reason := why_anew(place, stamp)):
        say(f"starting anew: {reason}")
        shutil.rmtree(place)
    if not filled(place):
        stamp = {}
        make_venv(place, kind)
    write_stamp(place, BEGUN)
    try:
        fill(place, kind)
    except Unreachable:
        write_stamp(place, stamp)
        raise
    write_stamp(place, stamp_of(place, kind))
    say(f"ready in {time.time() - started:.0f} s")


def why_anew(place: Path, stamp: dict) -> str:
    """Why an existing environment cannot be built upon; "" when it can."""
    if stamp == BEGUN:
        # A package may be half copied and yet look installed.
        return "the last set-up did not end well"
    if not (place / "pyvenv.cfg").exists():
        text = f"{place} exists and is not a Python environment. Move it "
        raise SetupError(f"{text}away, or {ELSEWHERE}")
    if stamp.get("place", str(place)) != str(place):
        return "it was moved"
    return why_unfit(place)


def why_unfit(place: Path) -> str:
    """Why nothing can run in an environment; "" when its Python is fine."""
    code = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        command = [python_in(place), "-c", code]
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "its Python is gone"
    version = done.stdout.strip()
    if version not in VERSIONS:
        return "its Python or its pip does not run"
    if os.environ.get("PYTHON") and version != MINE:
        return f"PYTHON names Python {MINE}"
    return ""


def make_venv(place: Path, kind: str) -> None:
    """A fresh environment with pip and nothing else."""
    free = shutil.disk_usage(place.parent).free / 1e9
    if free < NEEDED_GB[kind]:
        text = f"needs {NEEDED_GB[kind]} GB of disk; {place.parent} has only "
        raise SetupError(f"{text}{free:.1f} GB. Free some, or {ELSEWHERE}")
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        raise SetupError(
            f"{sys.executable} has no venv module. On Debian and Ubuntu: sudo "
            f"apt install python3-venv (or python{MINE}-venv); elsewhere "
            "install Python from python.org"
        ) from None
    say("the first download of the packages takes some minutes")
    place.mkdir(exist_ok=True)
    write_stamp(place, BEGUN)
    # Not a virtual environment's Python: that one may go away.
    python = getattr(sys, "_base_executable", sys.executable)
    if call([python, "-m", "venv", str(place)]):
        raise SetupError("no environment could be made; the reason is above")


def fill(place: Path, kind: str) -> None:
    """Install the pinned packages, then the kit itself, into the venv."""
    python = python_in(place)
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    uv = [python, "-m", "uv", "pip", "install", "--python", python]
    if sys.dont_write_bytecode:
        # Else each process would compile Keras again: 5 s every time.
        uv += ["--compile-bytecode"]
    pins = str(ROOT / f"requirements{kind}.txt")
    steps = [["--require-hashes", "-r", pins]]
    if kind != "-data":
        # pip refuses hashes together with an editable install: two steps.
        steps += [["--no-deps", "--no-build-isolation", "-e", str(ROOT)]]
    hand_over(pip_settings(python))
    by_uv = [[*pip, "-q", "--require-hashes", "-r", uv_alone(place)]]
    by_uv += [uv + step for step in steps]
    if any(map(call, by_uv)):
        say("uv did not do it (the reason is above); pip tries")
        if any(call(pip + step) for step in steps):
            raise why_failed(place)
    if kind != "-data" and call([python, "-c", WORKS]):
        raise SetupError(
            "everything is installed and yet cannot be imported; the reason "
            f"is above. Remove {place} and run the command again"
        )


def uv_alone(place: Path) -> str:
    """Path of a requirements file with the pinned uv and nothing else."""
    pins = (ROOT / "requirements.txt").read_text()
    path = place / "uv.txt"
    path.write_text(re.findall(r"^uv==(?:.*\\\n)*.*\n", pins, re.M)[0])
    return str(path)


def pip_settings(python: str) -> dict[str, str]:
    """What pip's files and variables set for an install, by pip's names."""
    command = [python, "-m", "pip", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = re.findall(r"^(\S+)\.([\w-]+)=(['\"].*)", done.stdout, re.M)
    found: dict[str, dict[str, str]] = {}
    for section, name, value in lines:
        found.setdefault(section, {})[name] = ast.literal_eval(value)
    sections = ("global", "install", ":env:")  # the last of them wins
    return {k: v for name in sections for k, v in found.get(name, {}).items()}


def hand_over(settings: dict[str, str]) -> None:
    """Let uv fetch from where pip would; its own settings come first."""
    # Every index counts, as for pip: hashes decide what may be installed.
    os.environ.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    os.environ.setdefault("UV_SYSTEM_CERTS", "1")
    for name, variable in HANDED_OVER.items():
        if name in settings:
            glue = "," if name == "find-links" else " "
            value = glue.join(settings[name].split())
            os.environ.setdefault(variable, value)


def why_failed(place: Path) -> SetupError:
    """The remedy for a failed install, where one can be known."""
    folders = [place, Path(tempfile.gettempdir())]
    with contextlib.suppress(RuntimeError):  # this user has no home
        folders += [home for home in [Path.home()] if home.exists()]
    free = min(shutil.disk_usage(folder).free for folder in folders) / 1e9
    if free < 1.5:
        text = f"the disk is nearly full, {free:.1f} GB left. Free some, or "
        return SetupError(text + ELSEWHERE)
    if silent(os.environ.get("UV_DEFAULT_INDEX", "https://pypi.org")):
        return Unreachable(
            "no network, or the package index cannot be reached. Connect "
            "(behind a proxy set HTTPS_PROXY) and run the command again"
        )
    return SetupError("the install failed; its message is above")


def silent(index: str) -> bool:
    """True when nothing answers at an address, be it a refusal."""
    without_password = re.sub("//[^/]*@", "//", index)
    try:
        urllib.request.urlopen(without_password, timeout=15).close()
    except (urllib.error.HTTPError, ValueError):  # ValueError: a folder
        return False
    except OSError as error:
        # pip may know a certificate that this Python does not.
        return "certificate" not in str(error)
    return False


def call(command: list[str]) -> int:
    """Run a step, its output going where ours goes; returns its exit code.

    It inherits the lock: should this script be killed, the next run waits
    until the step has ended.
    """
    return subprocess.call(command, cwd=ROOT, close_fds=False)


def current(place: Path, kind: str) -> bool:
    """True when the environment holds the wanted packages already.

    The CUDA environment has everything the plain one has.
    """
    kinds = ["", "-gpu"] if kind == "" else [kind]
    stamps = [stamp_of(place, name) for name in kinds]
    return read_stamp(place) in stamps and not why_unfit(place)


def stamp_of(place: Path, kind: str) -> dict:
    """What decides which packages are in an environment, and whether."""
    digest = hashlib.sha256()
    for name in (f"requirements{kind}.txt", "pyproject.toml"):
        digest.update(name.encode() + (ROOT / name).read_bytes())
    digest.update(str(ROOT).encode())
    return {"installed": digest.hexdigest(), "place": str(place)}


def read_stamp(place: Path) -> dict:
    """What the last set-up wrote, {} without one."""
    try:
        return json.loads((place / "coursekit-stamp").read_text())
    except (OSError, ValueError):
        return {}


def write_stamp(place: Path, stamp: dict) -> None:
    (place / "coursekit-stamp").write_text(json.dumps(stamp))


def filled(place: Path) -> bool:
    return place.is_dir() and any(place.iterdir())


def python_in(place: Path) -> str:
    """The environment's interpreter."""
    name = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return str(place / name)


def hold(lock: int) -> None:
    """Wait until no other set-up works on the same folder.

    The lock is the operating system's, so it is gone with its processes.
    """
    try:
        import fcntl
    except ImportError:  # Windows: make is rare there, two at once rarer
        return
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another set-up is running; waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks


def say(text: str) -> None:
    print(f"coursekit set-up: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
