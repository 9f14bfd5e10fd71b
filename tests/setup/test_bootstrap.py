"""The set-up script, run with pretended surroundings."""

import ast
import os
import stat
import subprocess
import sys
import time

import pytest

from coursekit import paths

SCRIPT = paths.kit_root() / "lib" / "bootstrap.py"

# Stands for uv: `venv` makes a bin/python, `pip install` notes its arguments.
UV = """#!/bin/sh
echo "$@" >> "$COURSEKIT_TEST_LOG"
if [ "$1" = venv ]; then
  for last; do :; done
  mkdir -p "$last/bin"; touch "$last/pyvenv.cfg"
  ln -sf "{python}" "$last/bin/python"
elif [ -n "$COURSEKIT_TEST_FAIL" ]; then
  echo "$COURSEKIT_TEST_FAIL" >&2; exit 1
fi
"""


@pytest.fixture
def machine(tmp_path):
    """Run the script with only what a test puts on PATH."""

    class Machine:
        bin = tmp_path / "bin"
        log = tmp_path / "log"
        venv = tmp_path / "venv"

        def command(self, name, text):
            path = self.bin / name
            path.write_text(text)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

        def run(self, *arguments, **more):
            environment = {
                "PATH": f"{self.bin}:/usr/bin:/bin",
                "COURSEKIT_VENV": str(self.venv),
                "COURSEKIT_TEST_LOG": str(self.log),
                "COURSEKIT_FREE_GB": "50",
                **more,
            }
            return subprocess.run(
                [sys.executable, str(SCRIPT), *arguments],
                capture_output=True,
                text=True,
                env=environment,
            )

        def steps(self):
            return self.log.read_text().splitlines()

    Machine.bin.mkdir()
    made = Machine()
    made.command("uv", UV.format(python=sys.executable))
    return made


def test_it_makes_the_environment_and_installs_in_two_steps(machine):
    done = machine.run()
    assert done.returncode == 0, done.stderr
    venv, pinned, kit = machine.steps()
    assert venv.startswith("venv")
    assert "--require-hashes -r" in pinned
    assert "--no-deps --no-build-isolation -e" in kit


def test_a_second_run_does_nothing(machine):
    machine.run()
    before = machine.steps()
    started = time.process_time()
    done = machine.run()
    assert time.process_time() - started < 1
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.steps() == before


def test_an_interrupted_install_is_completed_by_the_next_run(machine):
    broken = machine.run(COURSEKIT_TEST_FAIL="killed")
    assert broken.returncode == 1
    assert not (machine.venv / "coursekit-stamp").exists()
    assert machine.run().returncode == 0
    assert (machine.venv / "coursekit-stamp").exists()


def test_a_half_made_environment_is_replaced(machine):
    machine.venv.mkdir()
    (machine.venv / "pyvenv.cfg").touch()
    assert machine.run().returncode == 0
    assert (machine.venv / "bin" / "python").exists()


def test_a_folder_that_is_no_environment_is_never_deleted(machine):
    machine.venv.mkdir()
    (machine.venv / "thesis.txt").write_text("mine")
    done = machine.run()
    assert done.returncode == 1
    assert "not a Python environment" in done.stderr
    assert (machine.venv / "thesis.txt").read_text() == "mine"


def test_gpu_and_data_install_their_own_files(machine):
    machine.run("--gpu")
    assert "requirements-gpu.txt" in machine.steps()[1]
    before = machine.steps()
    machine.run()  # the CUDA environment has all that the plain one needs
    assert machine.steps() == before
    machine.run("--data", COURSEKIT_VENV=str(machine.venv) + "-data")
    assert "requirements-data.txt" in machine.steps()[-1]


def one_line(done, *words):
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("coursekit set-up:"), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in last, last


def test_too_old_a_python_is_one_line_with_the_remedy(machine):
    machine.command("old", "#!/bin/sh\necho 3.9\n")
    done = machine.run(PYTHON=str(machine.bin / "old"))
    one_line(done, "3.11, 3.12 or 3.13", "found: 3.9", "PYTHON=")


def test_no_python_that_fits_is_one_line_with_the_remedy(machine):
    done = machine.run(PYTHON="no-such-python")
    one_line(done, "found: none", "python.org")


def test_too_little_disk_is_one_line_with_the_remedy(machine):
    done = machine.run(COURSEKIT_FREE_GB="3.2")
    one_line(done, "5 GB", "3.2 GB", "COURSEKIT_VENV")
    assert not machine.log.exists()


@pytest.mark.parametrize(
    "said",
    [
        "error: Failed to fetch: tcp connect error: Connection refused",
        "dns error: failed to lookup address information",
        "NewConnectionError: Temporary failure in name resolution",
    ],
)
def test_no_network_is_one_line_with_the_remedy(machine, said):
    one_line(machine.run(COURSEKIT_TEST_FAIL=said), "no network", "again")


def test_a_wrong_hash_is_never_ignored(machine):
    done = machine.run(COURSEKIT_TEST_FAIL="error: Hash mismatch for numpy")
    one_line(done, "hash")


def test_a_python_without_venv_module_is_one_line_with_the_remedy(machine):
    (machine.bin / "uv").unlink()
    fake = (
        "#!/bin/sh\n"
        'case "$2" in *version_info*) echo 3.12;; *) exit 1;; esac\n'
    )
    machine.command("bare", fake)
    done = machine.run(
        PYTHON=str(machine.bin / "bare"), PATH=f"{machine.bin}:/bin"
    )
    one_line(done, "venv", "python3-venv")


def test_two_runs_at_once_install_once(machine):
    slow = UV.format(python=sys.executable) + "sleep 1\n"
    machine.command("uv", slow)
    environment = {
        **os.environ,
        "PATH": f"{machine.bin}:/usr/bin:/bin",
        "COURSEKIT_VENV": str(machine.venv),
        "COURSEKIT_TEST_LOG": str(machine.log),
        "COURSEKIT_FREE_GB": "50",
    }
    command = [sys.executable, str(SCRIPT)]
    both = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len(machine.steps()) == 3
    assert any("waiting" in text for text in said)


def test_the_script_can_be_read_by_an_old_python():
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 4))
    kinds = {type(node).__name__ for node in ast.walk(tree)}
    assert not kinds & {"JoinedStr", "AnnAssign", "NamedExpr", "Match"}
    modules = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert modules <= set(sys.stdlib_module_names)
