#!/usr/bin/env python3
"""Creates .venv with the pinned environment: `make lab` and `make test`.

Standard library only, and written so that a very old Python can still read
it far enough to say that it is too old. The steps: find Python 3.11 to
3.13, check the disk, make .venv, install the pinned packages with their
hashes, then the kit itself. A stamp in .venv says what was installed, so
that a second run does nothing. A lock file beside it keeps two runs apart
and says while packages are being installed, so that what an interrupted run
left half done is made again by the next.
"""

import errno
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VERSIONS = ("3.11", "3.12", "3.13")
NEEDED_GB = {"": 5, "-gpu": 10, "-data": 1}
# The interpreter below a virtual environment, not the environment's own.
PROBE = (
    "import sys; print('%d.%d ' % sys.version_info[:2]"
    " + getattr(sys, '_base_executable', sys.executable))"
)
NAME_ONE = "name one: make lab PYTHON=/path/to/python3.12"
ELSEWHERE = "put the environment elsewhere: COURSEKIT_VENV=/other/disk/venv"

# What installers print -> the remedy. In these cases nothing was installed
# yet: both pip and uv fetch all packages before they touch the environment.
# The first that fits is taken; a lost connection may be tried again and then
# not be the cause, so it comes after what is surely one.
REMEDIES = (
    (
        (
            "hash mismatch",
            "do not match the hash",
            "hashes are required",
        ),
        "a downloaded package is not the one that was pinned (its hash "
        "differs). Clear the installer's cache and run the command again; if "
        "it stays so, do not install it, and tell the maintainers",
    ),
    (
        (
            "certificate verify failed",
            "certificate_verify_failed",
            "invalid peer certificate",
            "unknownissuer",
        ),
        "the package index's certificate is not trusted here, as behind some "
        "school and company networks. Ask for that network's certificate "
        "file and set SSL_CERT_FILE and PIP_CERT to it, or use another "
        "network",
    ),
    (
        (
            "failed to establish a new connection",
            "name or service not known",
            "temporary failure in name resolution",
            "no address associated with hostname",
            "nodename nor servname",
            "getaddrinfo failed",
            "dns error",
            "error sending request",
            "network is unreachable",
            "no route to host",
            "connection refused",
            "connection reset",
            "connection broken",
            "connection aborted",
            "cannot connect to proxy",
            "timed out",
            "max retries exceeded",
            "network was disabled",
            "failed to fetch",
            "failed to download",
        ),
        "no network, or the package index cannot be reached. Connect (behind "
        "a proxy set HTTPS_PROXY) and run the command again",
    ),
    (
        (
            "no matching distribution",
            "from versions: none",
            "for the current platform",
            "no wheels with a matching",
            "is not a supported wheel",
        ),
        "a pinned package does not exist for this computer (%s, %s), or the "
        "package index in use lacks it. TensorFlow exists for 64-bit Linux "
        "and Windows and for Macs with an Apple chip; elsewhere use a Linux "
        "container or Colab" % (platform.system(), platform.machine()),
    ),
)
DISK_FULL = "the disk is full. Free %d GB and run the command again"


class SetupError(Exception):
    """One line for people: what is wrong and what to do."""


class NothingInstalled(SetupError):
    """The installer failed before it changed the environment."""


def main(arguments):
    """Bring .venv up to date; returns the exit code."""
    kind = "".join(a.replace("--", "-") for a in arguments)
    if kind not in NEEDED_GB:
        say("the options are --gpu and --data, one of them", sys.stderr)
        return 2
    place = os.environ.get("COURSEKIT_VENV") or ".venv"
    place = os.path.join(ROOT, place)
    try:
        if not current(place, kind):
            with_lock(place, lambda lock: install(place, kind, lock))
    except SetupError as error:
        say(str(error), sys.stderr)
        return 1
    except OSError as error:
        where = error.filename or os.path.dirname(place)
        say(
            "cannot write %s (%s). Make it writable for you, or %s"
            % (where, error.strerror, ELSEWHERE),
            sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        say("interrupted; run the same command to complete it", sys.stderr)
        return 130
    return 0


def install(place, kind, lock):
    """All steps, while the lock is held; writes the stamp last."""
    if current(place, kind):
        return  # another run finished while this one waited
    lock.seek(0)
    unfinished = bool(lock.read().strip())
    python = find_python()
    check_disk(place, kind)
    check_ours(place, unfinished)
    uv = shutil.which("uv")
    started = time.time()
    say("environment in %s, with %s" % (place, "uv" if uv else "pip"))
    reason = why_anew(place, unfinished, uv)
    mark(lock, "installing")
    if reason:
        say("starting anew: " + reason)
        shutil.rmtree(place)
    if not os.path.isdir(place) or not os.listdir(place):
        say("downloads about 0.6 GB unless they are cached; some minutes")
        make_venv(place, python, uv, lock)
    try:
        fill(place, kind, uv, lock)
    except NothingInstalled:
        mark(lock, "")
        raise
    write_stamp(place, stamp_of(place, kind))
    mark(lock, "")
    say("ready in %d s" % (time.time() - started))


def fill(place, kind, uv, lock):
    """Install the pinned packages, then the kit itself, into the venv."""
    if os.path.exists(stamp_path(place)):
        os.remove(stamp_path(place))
    inside = venv_python(place)
    if uv:
        pip = [uv, "pip", "install", "--python", inside]
        if sys.dont_write_bytecode:
            # Else each process would compile Keras again: 5 s every time.
            pip += ["--compile-bytecode"]
    else:
        pip = [inside, "-m", "pip", "install", "--disable-pip-version-check"]
    path = os.path.join(ROOT, "requirements%s.txt" % kind)
    run(pip + ["--require-hashes", "-r", path], lock)
    if kind != "-data":
        # pip refuses hashes together with an editable install: two steps.
        run(pip + ["--no-deps", "--no-build-isolation", "-e", ROOT], lock)


def find_python():
    """Path of a Python this course runs on; raises SetupError."""
    named = os.environ.get("PYTHON")
    names = ["python3", "python"]
    names += ["python" + version for version in reversed(VERSIONS)]
    seen = []
    for name in [named] if named else [sys.executable] + names:
        version, path = ask(shutil.which(name) if name else None)
        if version in VERSIONS:
            return path
        seen += [version] if version else []
    uv = shutil.which("uv")
    if uv and not named:
        version, path = ask(found_by_uv(uv))
        if version in VERSIONS:
            return path
    found = ", ".join(sorted(set(seen))) or "none"
    raise SetupError(
        "needs Python 3.11, 3.12 or 3.13; found: %s. Install one (from "
        "python.org, your package manager, or `uv python install 3.12`), or "
        "%s" % (found, NAME_ONE)
    )


def found_by_uv(uv):
    """A Python that uv keeps, None without one; downloads nothing."""
    command = [uv, "python", "find", "--no-python-downloads", ">=3.11,<3.14"]
    try:
        said = subprocess.check_output(command, stderr=subprocess.DEVNULL)
        return said.decode().strip() or None
    except (OSError, subprocess.CalledProcessError):
        return None


def ask(path):
    """("3.12", its path) of an interpreter, ("", None) if it is broken."""
    try:
        said = subprocess.check_output(
            [path or "", "-c", PROBE], stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError):
        return "", None
    version, _, executable = said.decode().strip().partition(" ")
    return version, executable if os.path.exists(executable) else path


def check_disk(place, kind):
    """Raise SetupError when there is not room for the environment."""
    folder = os.path.dirname(place)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    free = shutil.disk_usage(folder).free / 1e9
    # A test, or someone who knows better, may state the free space.
    free = float(os.environ.get("COURSEKIT_FREE_GB", free))
    if free + size_of(place) < NEEDED_GB[kind]:
        raise SetupError(
            "needs %d GB of free disk for the environment, and %s has "
            "%.1f GB. Free some space, or %s"
            % (NEEDED_GB[kind], folder, free, ELSEWHERE)
        )


def size_of(place):
    """Gigabytes that a folder holds already; they need no new room."""
    total = 0
    for folder, _, names in os.walk(place):
        for name in names:
            total += os.lstat(os.path.join(folder, name)).st_size
    return total / 1e9


def check_ours(place, unfinished):
    """Raise SetupError for a folder that no set-up has made."""
    if unfinished or not os.path.isdir(place):
        return
    entries = set(os.listdir(place)) - {".gitignore"}
    if entries and "pyvenv.cfg" not in entries:
        raise SetupError(
            "%s exists and is not a Python environment. Move it away, or %s"
            % (place, ELSEWHERE)
        )


def why_anew(place, unfinished, uv):
    """Why an existing environment cannot be built upon; "" when it can."""
    if not os.path.isdir(place) or not os.listdir(place):
        return ""
    if unfinished:
        # A package may be half copied and yet look installed.
        return "the last set-up was interrupted while it installed"
    version, _ = ask(venv_python(place))
    if version not in VERSIONS:
        return "its Python does not run, or is another version"
    if version != wanted_version(version):
        return "PYTHON names Python " + wanted_version(version)
    stamp = read_stamp(place)
    if stamp and stamp.get("place") != place:
        return "it was moved"
    if stamp and stamp.get("python") != version:
        return "its Python was replaced by another version"
    if not uv and not has_pip(place):
        return "it was made by uv, which is not there now"
    return ""


def wanted_version(default):
    """Version of the interpreter that PYTHON names, else ``default``."""
    named = os.environ.get("PYTHON")
    if not named:
        return default
    return ask(shutil.which(named))[0] or default


def has_pip(place):
    command = [venv_python(place), "-c", "import pip"]
    return subprocess.call(command, stderr=subprocess.DEVNULL) == 0


def make_venv(place, python, uv, lock):
    """A fresh, empty environment."""
    if uv:
        run([uv, "venv", "--quiet", "--python", python, place], lock)
        return
    check = [python, "-c", "import ensurepip, venv"]
    if subprocess.call(check, stderr=subprocess.DEVNULL):
        mark(lock, "")
        raise SetupError(
            "%s has no venv module. On Debian and Ubuntu: sudo apt install "
            "python3-venv (or python%s-venv); elsewhere install Python from "
            "python.org, or install uv" % (python, ask(python)[0])
        )
    run([python, "-m", "venv", place], lock)


def venv_python(place):
    """The environment's interpreter."""
    if os.name == "nt":
        return os.path.join(place, "Scripts", "python.exe")
    return os.path.join(place, "bin", "python")


def run(command, lock):
    """Run one step, showing its progress; raises SetupError."""
    # The step holds the lock too: should this script be killed, the next
    # run waits until the step has ended.
    options = {} if os.name == "nt" else {"pass_fds": (lock.fileno(),)}
    source, sink = channel()
    process = subprocess.Popen(command, cwd=ROOT, stderr=sink, **options)
    os.close(sink)
    kept = b""
    try:
        for piece in pieces(source):
            kept = kept[-100000:] + piece
            os.write(2, piece)
    finally:
        code = process.wait()
    if code:
        raise explain(kept.decode(errors="replace"), command)


def channel():
    """(read from, write to) descriptors for a step's messages.

    For a person at a terminal the step gets a terminal too, since
    installers draw their progress bars only there.
    """
    if os.name == "nt" or not sys.stderr.isatty():
        return os.pipe()
    import fcntl
    import pty
    import termios

    source, sink = pty.openpty()
    size = fcntl.ioctl(2, termios.TIOCGWINSZ, b"\0" * 8)
    fcntl.ioctl(sink, termios.TIOCSWINSZ, size)
    return source, sink


def pieces(source):
    """What arrives at a descriptor, until its writers are gone."""
    while True:
        try:
            piece = os.read(source, 4096)
        except OSError:  # how a Linux terminal says that nobody writes
            piece = b""
        if not piece:
            os.close(source)
            return
        yield piece


def explain(output, command):
    """The error to raise for what a failing step printed."""
    text = output.lower()
    if "no space left" in text:
        return SetupError(DISK_FULL % NEEDED_GB[""])
    for signs, remedy in REMEDIES:
        if any(sign in text for sign in signs):
            return NothingInstalled(remedy)
    step = " ".join(os.path.basename(part) for part in command[:4])
    return SetupError(
        "the step `%s ...` failed; its message is above. Run the command "
        "again; if it stays so, tell the maintainers" % step
    )


def current(place, kind):
    """True when the environment holds the wanted packages already.

    The CUDA environment has everything the plain one has.
    """
    stamp = read_stamp(place)
    if not stamp:
        return False
    version, _ = ask(venv_python(place))
    kinds = ["", "-gpu"] if kind == "" else [kind]
    return version == wanted_version(version) and any(
        stamp == stamp_of(place, name, version) for name in kinds
    )


def stamp_of(place, kind, version=None):
    """What decides which packages are in an environment, and whether."""
    digest = hashlib.sha256()
    for name in ("requirements%s.txt" % kind, "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as stream:
            digest.update(name.encode() + stream.read())
    return {
        "packages": digest.hexdigest(),
        "python": version or ask(venv_python(place))[0],
        "place": place,
        "kit": ROOT,
    }


def stamp_path(place):
    return os.path.join(place, "coursekit-stamp")


def read_stamp(place):
    """The stamp of the last complete install, {} without one."""
    try:
        with open(stamp_path(place)) as stream:
            lines = [line.rstrip("\n").partition(" ") for line in stream]
    except (IOError, OSError):
        return {}
    return {key: value for key, _, value in lines}


def write_stamp(place, stamp):
    part = stamp_path(place) + ".part"
    with open(part, "w") as stream:
        for key in sorted(stamp):
            stream.write("%s %s\n" % (key, stamp[key]))
    os.replace(part, stamp_path(place))


def with_lock(place, action):
    """Run ``action(lock)`` while no other set-up works on the same folder.

    The lock is the operating system's, so it is gone with its processes.
    """
    folder = os.path.dirname(place)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(place + ".lock", "a+") as lock:
        hold(lock)
        action(lock)


def hold(lock):
    try:
        import fcntl
    except ImportError:  # Windows: make is rare there, two at once rarer
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (IOError, OSError) as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            return  # a file system without locks
        say("another set-up is running; waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)


def mark(lock, text):
    """Write into the lock file what is going on, for the next run."""
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()


def say(text, stream=sys.stdout):
    stream.write("coursekit set-up: %s\n" % text)
    stream.flush()


if __name__ == "__main__":
    if sys.version_info < (3, 5):
        say(
            "this is Python %d.%d; the course needs 3.11, 3.12 or 3.13. "
            "Install one, or " % sys.version_info[:2] + NAME_ONE,
            sys.stderr,
        )
        sys.exit(1)
    sys.exit(main(sys.argv[1:]))
