#!/usr/bin/env python3
"""Creates .venv with the pinned environment: `make lab` and `make test`.

Standard library only, and written so that a very old Python can still read
it far enough to say that it is too old. The steps: find Python 3.11 to
3.13, check the disk, make .venv, install the pinned packages with their
hashes, then the kit itself. A stamp in .venv says what was installed, so
that a second run does nothing; an interrupted run is completed by the next.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSIONS = ((3, 11), (3, 12), (3, 13))
NEEDED_GB = 5
PROBE = "import sys; print('%d.%d' % sys.version_info[:2])"


class SetupError(Exception):
    """One line for people: what is wrong and what to do."""


def main(arguments):
    """Bring .venv up to date; returns the exit code."""
    kind = "".join(a.replace("--", "-") for a in arguments)  # "", -gpu, -data
    name = "requirements%s.txt" % kind
    venv = os.environ.get("COURSEKIT_VENV") or ".venv"
    venv = os.path.join(ROOT, venv)
    try:
        if current(venv, name):
            return 0
        with_lock(venv, lambda: install(venv, name))
    except SetupError as error:
        sys.stderr.write("coursekit set-up: %s\n" % error)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(
            "coursekit set-up: interrupted; run the same command again "
            "to complete it\n"
        )
        return 130
    return 0


def install(venv, requirements):
    """All steps; writes the stamp last."""
    if current(venv, requirements):
        return  # another run finished while this one waited
    python = find_python()
    check_disk(os.path.dirname(venv))
    uv = shutil.which("uv")
    started = time.time()
    say("environment in %s, with %s" % (venv, "uv" if uv else "pip"))
    say("downloads about 0.6 GB the first time; takes some minutes")
    if not working(venv):
        make_venv(venv, python, uv)
    path = os.path.join(ROOT, requirements)
    if uv:
        pip = [uv, "pip", "install", "--python", venv_python(venv)]
    else:
        pip = [venv_python(venv), "-m", "pip", "install"]
        pip += ["--disable-pip-version-check"]
    run(pip + ["--require-hashes", "-r", path])
    if "-data" not in requirements:
        # pip refuses hashes together with an editable install: two steps.
        run(pip + ["--no-deps", "--no-build-isolation", "-e", ROOT])
    write_stamp(venv, stamp_of(requirements))
    say("ready in %d s" % (time.time() - started))


def find_python():
    """Path of a Python this course runs on; raises SetupError."""
    named = os.environ.get("PYTHON")
    names = ["python3", "python"]
    names += ["python%d.%d" % version for version in reversed(VERSIONS)]
    seen = []
    for name in [named] if named else [sys.executable] + names:
        path = shutil.which(name) if name else None
        version = version_of(path) if path else None
        if version in VERSIONS:
            return path
        if version:
            seen.append("%d.%d" % version)
    found = ", ".join(sorted(set(seen))) or "none"
    raise SetupError(
        "needs Python 3.11, 3.12 or 3.13; found: %s. Install one (from "
        "python.org, your package manager, or `uv python install 3.12`), "
        "or name one: PYTHON=/path/to/python3.12 make lab" % found
    )


def version_of(path):
    """(major, minor) of an interpreter, None when it does not run."""
    try:
        said = subprocess.check_output([path, "-c", PROBE])
        major, minor = said.decode().strip().split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def check_disk(folder):
    """Raise SetupError when there is not room for the environment."""
    free = shutil.disk_usage(folder).free / 1e9
    # A test, or someone who knows better, may state the free space.
    free = float(os.environ.get("COURSEKIT_FREE_GB", free))
    if free < NEEDED_GB:
        raise SetupError(
            "needs %d GB of free disk for the environment, and %s has "
            "%.1f GB. Free some space, or put the environment elsewhere: "
            "COURSEKIT_VENV=/other/disk/venv" % (NEEDED_GB, folder, free)
        )


def make_venv(venv, python, uv):
    """A fresh, empty environment; what a broken run left is replaced."""
    if os.path.isdir(venv):
        say("completing an unfinished environment")
        if not os.path.exists(os.path.join(venv, "pyvenv.cfg")):
            if os.listdir(venv) not in ([], [".gitignore"]):
                raise SetupError(
                    "%s exists and is not a Python environment. Move it "
                    "away, or choose another: COURSEKIT_VENV=..." % venv
                )
        shutil.rmtree(venv)
    if uv:
        run([uv, "venv", "--quiet", "--python", python, venv])
        return
    check = [python, "-c", "import ensurepip, venv"]
    if subprocess.call(check, stderr=subprocess.DEVNULL):
        raise SetupError(
            "this Python (%s) has no venv module. On Debian and Ubuntu: "
            "sudo apt install python3-venv; or install uv" % python
        )
    run([python, "-m", "venv", venv])


def venv_python(venv):
    """The environment's interpreter."""
    if os.name == "nt":
        return os.path.join(venv, "Scripts", "python.exe")
    return os.path.join(venv, "bin", "python")


def working(venv):
    """True when the environment's interpreter is one the course runs on."""
    return version_of(venv_python(venv)) in VERSIONS


def run(command):
    """Run one step with its own progress; explain the usual failures."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=None, stderr=subprocess.PIPE
    )
    kept = []
    for raw in iter(lambda: process.stderr.read1(4096), b""):
        kept.append(raw.decode(errors="replace"))
        sys.stderr.write(kept[-1])
        sys.stderr.flush()
    if process.wait() == 0:
        return
    raise SetupError(explain("".join(kept), command))


def explain(output, command):
    """The remedy for what an installer printed."""
    text = output.lower()
    offline = (
        "failed to establish a new connection",
        "name or service not known",
        "temporary failure in name resolution",
        "nodename nor servname",
        "getaddrinfo failed",
        "dns error",
        "error sending request",
        "network is unreachable",
        "connection refused",
        "max retries exceeded",
        "failed to fetch",
    )
    if any(sign in text for sign in offline):
        return (
            "no network, or the package index cannot be reached. Connect "
            "(behind a proxy set HTTPS_PROXY) and run the command again: "
            "it goes on where it stopped"
        )
    if "no space left" in text:
        return "the disk is full. Free 5 GB and run the command again"
    if (
        "hash" in text
        and "mismatch" in text
        or "do not match the hash" in text
    ):
        return (
            "a downloaded package is not the one that was pinned (its hash "
            "differs). Clear the installer's cache and run it again; if it "
            "stays so, do not install it, and tell the maintainers"
        )
    return "the step `%s ...` failed; its message is above" % " ".join(
        os.path.basename(part) for part in command[:4]
    )


def current(venv, requirements):
    """True when the environment holds these requirements already.

    The CUDA environment has everything the plain one has.
    """
    names = [requirements]
    if requirements == "requirements.txt":
        names.append("requirements-gpu.txt")
    stamps = [stamp_of(name) for name in names]
    return read_stamp(venv) in stamps and working(venv)


def stamp_of(requirements):
    """sha256 over the files that decide what is installed."""
    digest = hashlib.sha256(ROOT.encode())
    for name in (requirements, "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as stream:
            digest.update(name.encode() + stream.read())
    return digest.hexdigest()


def stamp_path(venv):
    return os.path.join(venv, "coursekit-stamp")


def read_stamp(venv):
    """The stamp of the last complete install, "" without one."""
    try:
        with open(stamp_path(venv)) as stream:
            return stream.read().strip()
    except (IOError, OSError):  # noqa: UP024 - an old Python reads this
        return ""


def write_stamp(venv, stamp):
    part = stamp_path(venv) + ".part"
    with open(part, "w") as stream:
        stream.write(stamp + "\n")
    os.replace(part, stamp_path(venv))


def with_lock(venv, action):
    """Run ``action`` while no other set-up works on the same folder.

    The lock is the operating system's, so it is gone with its process.
    """
    folder = os.path.dirname(os.path.abspath(venv))
    path = os.path.join(
        folder, "." + os.path.basename(venv).lstrip(".") + ".lock"
    )
    with open(path, "w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows: make is rare there, two at once rarer
            return action()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (IOError, OSError):  # noqa: UP024
            say("another set-up is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        return action()


def say(text):
    sys.stdout.write("coursekit set-up: %s\n" % text)
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.version_info < (3, 5):
        sys.stderr.write(
            "coursekit set-up: this is Python %d.%d; the course needs 3.11, "
            "3.12 or 3.13: PYTHON=/path/to/python3.12 make lab\n"
            % sys.version_info[:2]
        )
        sys.exit(1)
    sys.exit(main(sys.argv[1:]))
