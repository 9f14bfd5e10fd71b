"""The set-up script, run with pretended surroundings.

Each test has a small kit of its own (the script, a few pins) and a stand-in
for Python, which notes what venv, pip and uv are asked to do.
"""

import runpy
import shutil
import signal
import subprocess
import sys
import time

import pytest

from coursekit import paths

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-ins are shell scripts"
)
ROOT = paths.kit_root()
SCRIPT = ROOT / "tools" / "bootstrap.py"
MINE = "{}.{}".format(*sys.version_info)
# The script makes environments with the interpreter below its own, and looks
# at the disk first.
RUN = """
import os, runpy, shutil, sys
from collections import namedtuple
free = 1e9 * float(os.environ.get("FREE_GB", 50))
usage = namedtuple("usage", "free")(free)
shutil.disk_usage = lambda folder: os.stat(folder) and usage
sys._base_executable = sys.argv.pop(1)
if os.environ.get("FAILING") == "ensurepip":
    sys.modules["ensurepip"] = None
runpy.run_path("tools/bootstrap.py", run_name="__main__")
"""
PINS = """\
package==1.0 \\
    --hash=sha256:1
uv==0.1 \\
    --hash=sha256:2 \\
    --hash=sha256:3
zzz==1.0 \\
    --hash=sha256:4
"""
PYTHON = """#!/bin/sh
fail() { case " $FAILING " in *" $1 "*) echo "$1 broke" >&2; exit 1;; esac; }
case "$*" in
  *"import pip"*) echo VERSION;;
  *"import coursekit"*) fail import;;
  *"-m venv"*)
    echo "venv $3" >> "$LOG"
    mkdir -p "$3/bin"; touch "$3/pyvenv.cfg"; ln -s "$0" "$3/bin/python";;
  *"-m pip config list"*) printf '%s\\n' "$PIP_SETTINGS";;
  *uv.txt*) echo "pip for uv $@" >> "$LOG"; fail uv.txt;;
  *"-m uv"*)
    echo "uv $@" >> "$LOG"; env > "$LOG.environment"
    if [ -n "$SECONDS_TO_INSTALL" ]; then sleep "$SECONDS_TO_INSTALL"; fi
    fail uv;;
  *) echo "pip $@" >> "$LOG"; fail pip;;
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
        for kind in ("", "-gpu", "-data", "-demo", "-jax", "-torch"):
            (self.kit / f"requirements{kind}.txt").write_text(PINS)
        self.python = self.command("base", PYTHON.replace("VERSION", MINE))
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(folder),
            "LOG": str(self.log),
            # An index that answers.
            "UV_DEFAULT_INDEX": SCRIPT.as_uri(),
        }

    def command(self, name, text):
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def start(self, *arguments, **more):
        """Start the script; ``more`` are environment variables."""
        return subprocess.Popen(
            [sys.executable, "-c", RUN, self.python, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.kit,
            env=self.environment | more,
            # As at a terminal, even where the tests run in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *arguments, **more):
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, out, err)

    def steps(self):
        """What the stand-ins were asked to do since the last call."""
        try:
            steps = self.log.read_text().splitlines()
            self.log.unlink()
        except FileNotFoundError:
            steps = []
        return steps

    def wait_for(self, word):
        for _ in range(1000):
            if self.log.exists() and word in self.log.read_text():
                return
            time.sleep(0.02)
        raise TimeoutError(word)

    def told(self):
        """The environment variables that uv was run with."""
        text = self.log.with_suffix(".environment").read_text()
        return dict(line.split("=", 1) for line in text.splitlines())

    def new_pins(self):
        (self.kit / "requirements.txt").write_text(PINS + "new==1.0\n")


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def ready(machine):
    """A machine on which the set-up has run."""
    assert machine.run().returncode == 0
    machine.steps()
    return machine


def names(steps):
    return [step.split()[0] for step in steps]


def one_line(done, *words):
    """The run failed, and its last line says what is wrong and what to do."""
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("coursekit set-up:"), done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in last, last


# ------------------------------------------------------- a normal install


def test_pip_installs_uv_and_uv_installs_all_else_with_hashes(machine):
    done = machine.run()
    assert done.returncode == 0, done.stderr
    venv, first, pinned, kit = machine.steps()
    assert venv == f"venv {machine.venv}"
    assert first.startswith("pip for uv") and "--require-hashes" in first
    assert "--require-hashes -r" in pinned and "requirements.txt" in pinned
    assert "--no-deps --no-build-isolation -e" in kit
    assert pinned.startswith("uv") and kit.startswith("uv")
    assert str(machine.kit) in kit


def test_the_pinned_uv_is_installed_and_nothing_beside_it(ready):
    text = (ready.venv / "uv.txt").read_text()
    assert text == PINS[PINS.index("uv==") : PINS.index("zzz")]


@pytest.mark.parametrize("broken", ["uv", "uv.txt"])
def test_where_uv_fails_pip_installs_the_same(machine, broken):
    done = machine.run(FAILING=broken)
    assert done.returncode == 0, done.stderr
    assert "pip tries" in done.stdout
    pinned, kit = [s for s in machine.steps() if s.startswith("pip -m")]
    assert "--require-hashes -r" in pinned and "requirements.txt" in pinned
    assert "--no-deps --no-build-isolation -e" in kit


def test_a_second_run_does_nothing_and_says_nothing(ready):
    done = ready.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ready.steps() == []


def test_new_pins_are_installed_into_the_environment_there_is(ready):
    ready.new_pins()
    assert ready.run().returncode == 0
    assert names(ready.steps()) == ["pip", "uv", "uv"]
    ready.run()
    assert ready.steps() == []


def test_gpu_and_data_install_their_own_files(ready):
    ready.run("--gpu")
    assert "requirements-gpu.txt" in ready.steps()[1]
    ready.run()  # the CUDA environment has all that the plain one needs
    assert ready.steps() == []
    ready.run("--data", COURSEKIT_VENV=".venv-data")
    steps = ready.steps()  # the kit itself is not installed there
    assert names(steps) == ["venv", "pip", "uv"]
    assert "requirements-data.txt" in steps[-1]


@pytest.mark.parametrize("name", ["demo", "jax", "torch"])
def test_the_demo_and_other_backends_get_their_own_file_and_the_kit(
    ready, name
):
    ready.run(f"--{name}")
    steps = ready.steps()
    assert names(steps) == ["venv", "pip", "uv", "uv"]
    assert steps[0] == f"venv {ready.kit / f'.venv-{name}'}"
    assert f"requirements-{name}.txt" in steps[-2] and "-e" in steps[-1]
    assert ready.run().stdout == ""  # the lessons' environment is as it was


def test_an_unknown_option_is_refused(machine):
    one_line(machine.run("--gup"), "--gpu")


# ------------------------------------------------ pip's settings, for uv


def test_uv_is_told_where_pip_is_set_to_fetch_from(machine):
    del machine.environment["UV_DEFAULT_INDEX"]
    settings = [
        r"global.index-url='https://one/simple'",
        r"global.find-links='/wheels'",
        r"install.find-links='/wheels\n/more'",
        r":env:.cert='/ca.pem'",
        r":env:.extra-index-url='https://two https://three'",
        r"global.trusted-host='one'",
    ]
    assert machine.run(PIP_SETTINGS="\n".join(settings)).returncode == 0
    wanted = {
        "UV_DEFAULT_INDEX": "https://one/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX": "https://two https://three",
        "UV_INSECURE_HOST": "one",
        "SSL_CERT_FILE": "/ca.pem",
    }
    assert machine.told().items() >= wanted.items()


def test_what_uv_was_told_already_stands(machine):
    setting = "global.index-url='https://pip/simple'"
    machine.run(PIP_SETTINGS=setting, UV_DEFAULT_INDEX="https://uv/simple")
    assert machine.told()["UV_DEFAULT_INDEX"] == "https://uv/simple"


def test_the_settings_are_read_from_the_real_pip(tmp_path, monkeypatch):
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://a/b\ncert = /a b.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://c https://d")
    monkeypatch.setenv("PIP_CERT", "/c.pem")
    found = runpy.run_path(str(SCRIPT))["pip_settings"](sys.executable)
    assert found["index-url"] == "https://a/b"
    assert found["extra-index-url"].split() == ["https://c", "https://d"]
    assert found["cert"] == "/c.pem"


# ------------------------------------------- interrupted, broken, changed


def test_a_killed_install_is_made_again_by_the_next_run(machine):
    with machine.start(SECONDS_TO_INSTALL="3") as process:
        machine.wait_for("uv -m")
        process.send_signal(signal.SIGKILL)
        machine.steps()

    done = machine.run()
    assert done.returncode == 0, done.stderr
    # The installer outlived the killed script: it is not worked against.
    assert "waiting for it" in done.stdout
    assert "starting anew: the last set-up did not end" in done.stdout
    assert names(machine.steps()) == ["venv", "pip", "uv", "uv"]
    assert machine.run().stdout == ""


def test_control_c_says_how_to_go_on(machine):
    with machine.start(SECONDS_TO_INSTALL="1") as process:
        machine.wait_for("uv -m")
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert process.returncode == 1
    assert said.strip().splitlines()[-1].startswith("coursekit set-up: inter")
    assert "starting anew" in machine.run().stdout


def test_no_network_leaves_a_working_environment_alone(ready):
    old = (ready.kit / "requirements.txt").read_text()
    ready.new_pins()
    closed = {"UV_DEFAULT_INDEX": "http://localhost:1"}
    done = ready.run(FAILING="uv.txt pip", **closed)
    one_line(done, "no network", "HTTPS_PROXY")
    (ready.kit / "requirements.txt").write_text(old)
    ready.steps()
    assert ready.run().stdout == "" and ready.steps() == []
    ready.new_pins()
    assert ready.run().returncode == 0
    assert names(ready.steps()) == ["pip", "uv", "uv"]


def test_an_install_that_failed_half_way_is_made_again(ready):
    ready.new_pins()
    one_line(ready.run(FAILING="uv pip"), "message is above")
    ready.steps()
    assert ready.run().returncode == 0
    assert names(ready.steps()) == ["venv", "pip", "uv", "uv"]


def test_a_kit_that_was_moved_gets_a_new_environment(ready):
    moved = ready.kit.with_name("elsewhere")
    ready.kit.rename(moved)
    ready.kit, ready.venv = moved, moved / ".venv"
    assert "starting anew: it was moved" in ready.run().stdout
    assert names(ready.steps()) == ["venv", "pip", "uv", "uv"]


def test_a_python_that_went_away_means_a_new_environment(ready):
    (ready.venv / "bin" / "python").unlink()
    assert "starting anew: its Python" in ready.run().stdout
    assert (ready.venv / "bin" / "python").exists()


@pytest.mark.parametrize("said", ["echo 3.9", "exit 1"])
def test_an_environment_with_another_python_or_no_pip_is_made_anew(
    ready, said
):
    text = PYTHON.replace("echo VERSION", said)
    broken = ready.command("broken", text)
    (ready.venv / "bin" / "python").unlink()
    (ready.venv / "bin" / "python").symlink_to(broken)
    assert "starting anew: its Python or its pip" in ready.run().stdout
    assert ready.run().stdout == ""


def test_naming_another_python_makes_the_environment_with_it(ready):
    other = {"3.11": "3.12"}.get(MINE, "3.11")
    ready.command("base", PYTHON.replace("VERSION", other))
    assert ready.run().stdout == ""  # both are fine when none is named
    done = ready.run(PYTHON="python" + MINE)
    assert f"starting anew: PYTHON names Python {MINE}" in done.stdout


def test_a_folder_that_is_no_environment_is_never_deleted(machine):
    machine.venv.mkdir()
    (machine.venv / "thesis.txt").write_text("mine")
    one_line(machine.run(), "not a Python environment")
    one_line(machine.run(), "not a Python environment")
    assert (machine.venv / "thesis.txt").read_text() == "mine"


def test_an_environment_made_by_hand_is_built_upon(machine):
    subprocess.run(
        [machine.python, "-m", "venv", str(machine.venv)],
        env=machine.environment,
        check=True,
    )
    machine.steps()
    assert machine.run().returncode == 0
    assert names(machine.steps()) == ["pip", "uv", "uv"]


def test_two_runs_at_once_install_once(machine):
    runs = [machine.start(SECONDS_TO_INSTALL="0.3") for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in runs]
    assert [process.returncode for process in runs] == [0, 0]
    assert len(machine.steps()) == 4
    assert sum("waiting for it" in text for text in said) == 1


# ------------------------------------------- one clear line with a remedy


def test_too_little_disk(machine):
    done = machine.run(FREE_GB="3.2")
    one_line(done, "5 GB", "3.2 GB", "COURSEKIT_VENV")
    assert machine.steps() == []


def test_the_cuda_packages_need_more_disk(machine):
    one_line(machine.run("--gpu", FREE_GB="7"), "10 GB")


def test_a_python_without_venv_module(machine):
    done = machine.run(FAILING="ensurepip")
    one_line(done, "no venv module", "python3-venv", f"python{MINE}-venv")
    assert machine.run().returncode == 0


def test_a_failing_installer_is_heard(machine):
    done = machine.run(FAILING="uv pip")
    one_line(done, "message is above")
    assert "uv broke" in done.stderr and "pip broke" in done.stderr


@pytest.mark.parametrize("home", ["~", "/no/such/folder"])
def test_a_failing_installer_is_heard_by_who_has_no_home(machine, home):
    done = machine.run(FAILING="uv pip", HOME=home)
    one_line(done, "message is above")


def test_a_disk_that_filled_up_is_named(ready):
    ready.new_pins()
    done = ready.run(FAILING="uv pip", FREE_GB="0.3")
    one_line(done, "0.3 GB left", "COURSEKIT_VENV")


def test_a_place_that_cannot_be_made(machine):
    done = machine.run(COURSEKIT_VENV="/proc/nowhere/venv")
    one_line(done, "cannot write", "COURSEKIT_VENV")


@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "PIP_USER", "PIP_TARGET", "UV_REQUIRE_HASHES"]
)
def test_settings_that_lead_packages_astray_do_not_reach_the_steps(
    machine, name
):
    assert machine.run(**{name: "1"}).returncode == 0
    assert name not in machine.told()


def test_what_is_installed_and_cannot_be_imported_is_no_success(machine):
    done = machine.run(FAILING="import")
    one_line(done, "cannot be imported", "Remove")
    assert machine.run().returncode == 0  # and it is made again
    assert any(step.startswith("uv") for step in machine.steps())


# ------------------------------------------------------------ the Makefile


def make(machine, *arguments, **more):
    """`make` with stand-ins for all Pythons that the Makefile may try."""
    for name in ("python", "python3", "python3.11", "python3.12"):
        machine.command(name, "#!/bin/sh\nexit 1\n")
    return subprocess.run(
        [shutil.which("make"), *arguments],
        capture_output=True,
        text=True,
        cwd=machine.kit,
        env=machine.environment | more,
    )


@pytest.mark.parametrize("name", ["python3.13", "a named python"])
def test_make_runs_the_script_with_the_python_that_fits(machine, name):
    text = '#!/bin/sh\n[ "$1" = -c ] || echo "asked for: $@"\n'
    fitting = machine.command(name, text)
    named = [] if name == "python3.13" else [f"PYTHON={fitting}"]
    done = make(machine, "setup", "GPU=1", *named)
    assert done.stdout == "asked for: tools/bootstrap.py --gpu\n"


@pytest.mark.parametrize("value", ["0", "no", ""])
def test_no_gpu_is_no_gpu(machine, value):
    text = '#!/bin/sh\n[ "$1" = -c ] || echo "asked for: $@"\n'
    fitting = machine.command("python3.13", text)
    done = make(machine, "setup", f"GPU={value}", f"PYTHON={fitting}")
    assert done.stdout == "asked for: tools/bootstrap.py\n"


def test_an_environment_with_a_space_in_its_name_is_used(machine):
    fitting = machine.command("python3.13", "#!/bin/sh\nexit 0\n")
    tools = machine.kit / "my venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("coursekit", "jupyter-lab"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $@ in $PWD"\n')
        (tools / name).chmod(0o755)
    (machine.kit / "work").mkdir()
    other = machine.kit.parent / "elsewhere" / "work"
    other.mkdir(parents=True)
    done = make(
        machine,
        "lab",
        f"PYTHON={fitting}",
        COURSEKIT_VENV="my venv",
        CDPATH=str(other.parent),
    )
    assert done.stdout.splitlines() == [
        f"coursekit work in {machine.kit}",
        f"jupyter-lab  in {machine.kit}/work",
    ]


@pytest.mark.parametrize("named", ["no-such", "python3"])
def test_make_without_a_fitting_python_is_one_line(machine, named):
    done = make(machine, "setup", f"PYTHON={named}")
    assert done.returncode != 0
    said = done.stderr.splitlines()[0]
    assert f"{named} is none" in said and "python.org" in said
    assert "Traceback" not in done.stderr


def test_make_takes_a_python_as_fitting_by_its_version(machine):
    code = (ROOT / "Makefile").read_text().split("FITS := ")[1].split("\n")[0]
    for version, fits in [
        ((3, 10, 9), False),
        ((3, 11, 0), True),
        ((3, 13, 9), True),
        ((3, 14, 0), False),
    ]:
        pretend = f"import sys; sys.version_info = {version}; {code}"
        done = subprocess.run([sys.executable, "-c", pretend])
        assert (done.returncode == 0) == fits, version
