"""The set-up script, run with pretended surroundings.

Each test has a small kit of its own (the script, two pinned packages) and
stand-ins for uv and Python that only note what they are asked to do.
"""

import ast
import importlib.util
import os
import pty
import shutil
import signal
import subprocess
import sys
import time

import pytest

from coursekit import paths

ROOT = paths.kit_root()
SCRIPT = ROOT / "tools" / "bootstrap.py"

UV = """#!/bin/sh
echo "uv $@" >> "$LOG"
if [ "$1" = venv ]; then
  mkdir -p "$5/bin"; touch "$5/pyvenv.cfg"; ln -sf "$4" "$5/bin/python"
  exit
fi
if [ -t 2 ]; then echo "a terminal" >> "$LOG"; fi
if [ -n "$SECONDS_TO_INSTALL" ]; then sleep "$SECONDS_TO_INSTALL"; fi
if [ -n "$FAILURE" ]; then echo "$FAILURE" >&2; exit 1; fi
"""

PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) echo "VERSION $0";;
  *import*) exit ${MISSING_MODULE:-0};;
  *"-m venv"*)
    echo "venv $3" >> "$LOG"
    mkdir -p "$3/bin"; touch "$3/pyvenv.cfg"; ln -s "$0" "$3/bin/python";;
  *)
    echo "pip $@" >> "$LOG"
    if [ -n "$FAILURE" ]; then echo "$FAILURE" >&2; exit 1; fi;;
esac
"""


class Machine:
    """A kit, and a PATH with only what a test puts there."""

    def __init__(self, folder):
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.kit = folder / "the kit"
        self.venv = self.kit / ".venv"
        self.bin.mkdir()
        (self.kit / "tools").mkdir(parents=True)
        shutil.copy(SCRIPT, self.kit / "tools")
        shutil.copy(ROOT / "Makefile", self.kit)
        (self.kit / "pyproject.toml").write_text("[project]\n")
        for kind in ("", "-gpu", "-data"):
            file = self.kit / f"requirements{kind}.txt"
            file.write_text(f"package{kind}==1.0\n")
        self.command("uv", UV)
        self.command("python3.12", PYTHON.replace("VERSION", "3.12"))
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "PYTHON": "python3.12",
            "LOG": str(self.log),
            "COURSEKIT_FREE_GB": "50",
        }

    def command(self, name, text):
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def without_uv(self):
        (self.bin / "uv").unlink()
        self.environment["PATH"] = f"{self.bin}:/bin"
        assert shutil.which("uv", path=self.environment["PATH"]) is None

    def run(self, *arguments, **more):
        """Run the script; ``more`` are environment variables."""
        return subprocess.run(
            [sys.executable, "tools/bootstrap.py", *arguments],
            capture_output=True,
            text=True,
            cwd=self.kit,
            env=self.environment | more,
        )

    def start(self, **more):
        return subprocess.Popen(
            [sys.executable, "tools/bootstrap.py"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.kit,
            env=self.environment | more,
            # As at a terminal, even where the tests run in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def steps(self):
        """What the stand-ins were asked to do since the last call."""
        try:
            steps = self.log.read_text().splitlines()
            self.log.unlink()
        except FileNotFoundError:
            steps = []
        return steps

    def wait_for(self, word):
        while not self.log.exists() or word not in self.log.read_text():
            time.sleep(0.02)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def ready(machine):
    """A machine on which the set-up has run."""
    assert machine.run().returncode == 0
    machine.steps()
    return machine


def new_pins(machine):
    (machine.kit / "requirements.txt").write_text("package==2.0\n")


def one_line(done, *words):
    """The run failed, and its last line says what is wrong and what to do."""
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("coursekit set-up:"), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in last, last


# ------------------------------------------------------- a normal install


def test_uv_makes_the_environment_and_installs_in_two_steps(machine):
    done = machine.run()
    assert done.returncode == 0, done.stderr
    venv, pinned, kit = machine.steps()
    assert venv.startswith("uv venv") and "python3.12" in venv
    assert "--require-hashes -r" in pinned and "requirements.txt" in pinned
    assert "--no-deps --no-build-isolation -e" in kit
    assert kit.endswith(str(machine.kit))


def test_without_uv_the_venv_module_and_pip_do_the_same(machine):
    machine.without_uv()
    done = machine.run()
    assert done.returncode == 0, done.stderr
    venv, pinned, kit = machine.steps()
    assert venv == f"venv {machine.venv}"
    assert pinned.startswith("pip") and "--require-hashes -r" in pinned
    assert "--no-deps --no-build-isolation -e" in kit


def test_a_second_run_does_nothing_and_says_nothing(ready):
    done = ready.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ready.steps() == []


def test_new_pins_are_installed_into_the_environment_there_is(ready):
    new_pins(ready)
    assert ready.run().returncode == 0
    assert [step.split()[1] for step in ready.steps()] == ["pip", "pip"]
    ready.run()
    assert ready.steps() == []


def test_gpu_and_data_install_their_own_files(ready):
    ready.run("--gpu")
    assert "requirements-gpu.txt" in ready.steps()[0]
    ready.run()  # the CUDA environment has all that the plain one needs
    assert ready.steps() == []
    ready.run("--data", COURSEKIT_VENV=".venv-data")
    venv, pinned = ready.steps()  # the kit itself is not installed there
    assert "requirements-data.txt" in pinned


def test_an_unknown_option_is_refused(machine):
    done = machine.run("--gup")
    assert done.returncode == 2 and "--gpu" in done.stderr


def test_the_installer_sees_a_terminal_when_a_person_watches(machine):
    ours, theirs = pty.openpty()
    with machine.start() as process:
        process.wait()
    assert "a terminal" not in machine.steps()
    new_pins(machine)
    subprocess.run(
        [sys.executable, "tools/bootstrap.py"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        cwd=machine.kit,
        env=machine.environment,
    )
    os.close(theirs)
    os.close(ours)
    assert "a terminal" in machine.steps()


# ------------------------------------------- interrupted, broken, changed


def test_a_killed_install_is_made_again_by_the_next_run(machine):
    with machine.start(SECONDS_TO_INSTALL="1") as process:
        machine.wait_for("uv pip")
        process.send_signal(signal.SIGKILL)
        started = machine.steps()
    assert [step.split()[1] for step in started] == ["venv", "pip"]
    assert not (machine.venv / "coursekit-stamp").exists()

    done = machine.run()
    assert done.returncode == 0, done.stderr
    # The installer outlived the killed script: it is not worked against.
    assert "waiting for it" in done.stdout
    assert "starting anew: the last set-up was interrupted" in done.stdout
    again = [step.split()[1] for step in machine.steps()]
    assert again == ["venv", "pip", "pip"]
    assert machine.run().stdout == ""


def test_control_c_says_how_to_go_on(machine):
    with machine.start(SECONDS_TO_INSTALL="1") as process:
        machine.wait_for("uv pip")
        process.send_signal(signal.SIGINT)
        said = process.communicate()[0]
    assert process.returncode == 130
    assert said.strip().splitlines()[-1].startswith("coursekit set-up: inter")
    assert "starting anew" in machine.run().stdout


def test_an_environment_killed_while_it_was_made_is_made_again(machine):
    (machine.venv / "bin").mkdir(parents=True)
    (machine.kit / ".venv.lock").write_text("installing")
    assert machine.run().returncode == 0
    assert (machine.venv / "bin" / "python").exists()


def test_no_network_leaves_a_working_environment_alone(ready):
    new_pins(ready)
    assert ready.run(FAILURE="dns error").returncode == 1
    ready.steps()
    done = ready.run()
    assert done.returncode == 0 and "anew" not in done.stdout
    assert not any("venv --quiet" in step for step in ready.steps())


def test_old_pins_after_a_failed_update_are_installed_again(ready):
    old = (ready.kit / "requirements.txt").read_text()
    new_pins(ready)
    assert ready.run(FAILURE="something new").returncode == 1
    (ready.kit / "requirements.txt").write_text(old)
    ready.steps()
    assert ready.run().returncode == 0
    assert len(ready.steps()) == 3


def test_a_kit_that_was_moved_gets_a_new_environment(ready):
    moved = ready.kit.with_name("elsewhere")
    ready.kit.rename(moved)
    ready.kit, ready.venv = moved, moved / ".venv"
    assert "starting anew: it was moved" in ready.run().stdout
    assert len(ready.steps()) == 3


def test_a_python_that_went_away_means_a_new_environment(ready):
    (ready.venv / "bin" / "python").unlink()
    assert "starting anew: its Python" in ready.run().stdout
    assert (ready.venv / "bin" / "python").exists()


def test_naming_another_python_makes_the_environment_with_it(ready):
    ready.command("python3.13", PYTHON.replace("VERSION", "3.13"))
    done = ready.run(PYTHON="python3.13")
    assert "starting anew: PYTHON names Python 3.13" in done.stdout
    ready.steps()
    ready.run(PYTHON="python3.13")
    assert ready.steps() == []


def test_a_replaced_python_behind_the_same_name_is_noticed(ready):
    ready.command("python3.12", PYTHON.replace("VERSION", "3.13"))
    assert "its Python was replaced" in ready.run().stdout


def test_an_environment_made_by_uv_is_remade_when_uv_is_gone(ready):
    new_pins(ready)
    ready.without_uv()
    # The stand-in is asked for pip, and for ensurepip when making anew.
    ready.command(
        "python3.12",
        PYTHON.replace("VERSION", "3.12").replace(
            "*import*)", '"-c import pip") exit 1;;\n  *import*)'
        ),
    )
    assert "it was made by uv" in ready.run().stdout
    assert ready.steps()[0].startswith("venv")


def test_a_folder_that_is_no_environment_is_never_deleted(machine):
    machine.venv.mkdir()
    (machine.venv / "thesis.txt").write_text("mine")
    one_line(machine.run(), "not a Python environment")
    one_line(machine.run(), "not a Python environment")
    assert (machine.venv / "thesis.txt").read_text() == "mine"


def test_two_runs_at_once_install_once(machine):
    runs = [machine.start(SECONDS_TO_INSTALL="0.3") for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in runs]
    assert [process.returncode for process in runs] == [0, 0]
    assert len(machine.steps()) == 3
    assert sum("waiting for it" in text for text in said) == 1


# ------------------------------------------- one clear line with a remedy


def test_too_old_a_python(machine):
    machine.command("old", PYTHON.replace("VERSION", "3.9"))
    done = machine.run(PYTHON="old")
    one_line(done, "3.11, 3.12 or 3.13", "found: 3.9", "PYTHON=")
    assert machine.steps() == []


def test_a_python_that_is_not_there(machine):
    one_line(machine.run(PYTHON="no-such"), "found: none", "python.org")


def test_too_little_disk(machine):
    done = machine.run(COURSEKIT_FREE_GB="3.2")
    one_line(done, "5 GB", "3.2 GB", "COURSEKIT_VENV")
    assert machine.steps() == []


def test_the_cuda_packages_need_more_disk(machine):
    one_line(machine.run("--gpu", COURSEKIT_FREE_GB="7"), "10 GB")


def test_a_python_without_venv_module(machine):
    machine.without_uv()
    done = machine.run(MISSING_MODULE="1")
    one_line(done, "no venv module", "python3-venv", "python3.12-venv")
    assert machine.run().returncode == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("error: Failed to fetch: tcp connect error", "no network"),
        ("dns error: failed to lookup address information", "no network"),
        (
            "NewConnectionError: Temporary failure in name resolution\n"
            "ERROR: No matching distribution found for keras==3.15.1",
            "no network",
        ),
        ("ReadTimeoutError: Read timed out.", "no network"),
        ("SSL: CERTIFICATE_VERIFY_FAILED", "certificate"),
        ("error: Hash mismatch for `numpy==2.4.0`", "hash"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "hash"),
        (
            "ERROR: Could not find a version that satisfies the requirement "
            "tensorflow==2.21.0 (from versions: none)",
            "this computer",
        ),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something nobody has seen", "message is above"),
    ],
)
def test_a_failing_installer(machine, said, words):
    done = machine.run(FAILURE=said)
    one_line(done, words)
    assert said in done.stderr
    machine.without_uv()
    one_line(machine.run(FAILURE=said), words)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_place_nobody_may_write_to(machine):
    machine.kit.chmod(0o555)
    one_line(machine.run(), "cannot write", "COURSEKIT_VENV")


def test_a_place_that_cannot_be_made(machine):
    done = machine.run(COURSEKIT_VENV="/proc/nowhere/venv")
    one_line(done, "cannot write", "COURSEKIT_VENV")


# --------------------------------------------------- the script, Makefile


def test_a_python_that_uv_keeps_is_found(monkeypatch):
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    known = {"/kept/by/uv": ("3.12", "/kept/by/uv")}
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(bootstrap, "ask", lambda p: known.get(p, ("3.9", p)))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name)
    monkeypatch.setattr(bootstrap, "found_by_uv", lambda uv: "/kept/by/uv")
    assert bootstrap.find_python() == "/kept/by/uv"
    monkeypatch.setattr(bootstrap, "found_by_uv", lambda uv: None)
    with pytest.raises(bootstrap.SetupError, match="found: 3.9"):
        bootstrap.find_python()


def test_the_script_can_be_read_by_an_old_python():
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 4))
    kinds = {type(node).__name__ for node in ast.walk(tree)}
    assert not kinds & {"JoinedStr", "AnnAssign", "NamedExpr", "Match"}
    assert SCRIPT.read_text().isascii()  # Python 2 refuses anything else
    modules = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert modules <= set(sys.stdlib_module_names)


def make(machine, *arguments, **more):
    return subprocess.run(
        [shutil.which("make"), *arguments],
        capture_output=True,
        text=True,
        cwd=machine.kit,
        env=machine.environment | more,
    )


def test_make_runs_the_script_with_the_python_that_is_named(machine):
    done = make(machine, "setup", "GPU=1")
    assert done.returncode == 0, done.stderr
    assert machine.steps()[-1].endswith("tools/bootstrap.py --gpu")


def test_make_with_a_python_that_is_not_there_is_one_line(machine):
    machine.command("python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    done = make(machine, "setup", "PYTHON=no-such")
    assert done.returncode != 0
    assert "found: none" in done.stderr and "Traceback" not in done.stderr


def test_make_without_any_python_is_one_line(machine):
    done = make(machine, "setup", PATH="/nowhere", PYTHON="")
    assert done.returncode != 0
    assert "no Python found" in done.stderr and "python.org" in done.stderr
