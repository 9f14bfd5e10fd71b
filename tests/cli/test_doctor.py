"""The doctor finds what is wrong, names the fix, and says it in JSON too."""

import json
import os
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from coursekit import paths
from coursekit.cli import doctor
from coursekit.cli.commands import app
from coursekit.cli.doctor import Check
from coursekit.data.readers import bundled


def given(monkeypatch, *checks):
    monkeypatch.setattr(doctor, "iterate", lambda: iter(checks))


def tried(check, *arguments):
    """The line of the report for one check."""
    return doctor.tried("a check", lambda: check(*arguments))


# ------------------------------------------------------------- the report


def test_json_lists_every_check_and_a_fail_is_exit_code_1(monkeypatch):
    given(monkeypatch, Check("a", "OK", "fine"), Check("b", "FAIL", "x", "y"))
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert rows[0] == {"name": "a", "state": "OK", "found": "fine", "fix": ""}
    assert rows[1]["fix"] == "y"


def test_a_warning_is_no_failure(monkeypatch):
    given(monkeypatch, Check("a", "WARN", "old", "do this"))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert "fix: do this" in result.stdout
    assert "You can start" in result.stdout


def test_the_summary_counts_what_is_to_fix(monkeypatch, capsys):
    given(monkeypatch, Check("a", "FAIL", "x"), Check("b", "FAIL", "y"))
    assert doctor.command() == 1
    assert capsys.readouterr().out.endswith("2 to fix before you start.\n")


def test_this_environment_has_nothing_to_fix_and_tensorflow_is_silent():
    done = subprocess.run(
        [sys.executable, "-m", "coursekit", "doctor", "--json"],
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    states = {row["name"]: row["state"] for row in json.loads(done.stdout)}
    for name in ("Python", "kit", "Jupyter kernel", "backend", "bundled data"):
        assert states[name] == "OK", done.stdout


HOMELESS = """import os, pwd
os.environ.pop("HOME", None)
def unknown(uid):
    raise KeyError("getpwuid(): uid not found")
pwd.getpwuid = unknown
from coursekit.cli import doctor
doctor.check_backend = lambda: ""  # it asks Keras, for seconds
"""
BLOCKED = "import sys; sys.modules['numpy'] = None\n"
DOCTOR = """import sys
from coursekit.cli.commands import main
sys.argv = ["coursekit", "doctor", "--json"]
main()"""


def failing(before, folder, **environment):
    """The checks that fail in a process which first runs ``before``."""
    environment.setdefault("COURSEKIT_PROFILE", "quick")
    done = subprocess.run(
        [sys.executable, "-c", before + DOCTOR],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | environment,
    )
    assert done.stderr == "" and done.returncode == 1
    rows = json.loads(done.stdout)
    assert rows[-1]["name"] == "disk: cache"
    return {row["name"]: row for row in rows if row["state"] == "FAIL"}


@pytest.mark.skipif(sys.platform == "win32", reason="no pwd module there")
def test_without_a_home_directory_every_line_comes_and_the_fix_is_home(
    tmp_path, monkeypatch
):
    for name in ("COURSEKIT_HOME", "KERAS_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    found = failing(HOMELESS, tmp_path)
    assert set(found) == {"Jupyter kernel", "download cache", "disk: cache"}
    assert all("set HOME" in row["fix"] for row in found.values())


def test_without_numpy_every_line_comes(tmp_path):
    found = failing(BLOCKED, tmp_path)
    assert {"backend", "bundled data"} <= set(found)
    assert "numpy" in found["backend"]["found"]


def test_with_a_numpy_of_another_python_every_line_comes(tmp_path):
    (tmp_path / "numpy").mkdir()
    init = tmp_path / "numpy" / "__init__.py"
    init.write_text("raise AttributeError('numpy of another Python')")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    found = failing("", tmp_path, PYTHONPATH=path)
    assert "numpy of another Python" in found["backend"]["found"]


# ------------------------------------------------------------- the checks


def test_another_python_is_a_failure(monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 2))
    found = tried(doctor.check_python)
    assert found.state == "FAIL" and "3.11, 3.12 or 3.13" in found.fix


def test_a_kit_without_its_repository_is_the_only_thing_to_fix(
    tmp_path, monkeypatch
):
    alone = tmp_path / "site-packages" / "coursekit" / "paths.py"
    monkeypatch.setattr(paths, "__file__", str(alone))
    *_, found = doctor.iterate()
    assert (found.name, found.state) == ("kit", "FAIL")
    assert "checkout" in found.found and "`-e`" in found.fix


@pytest.fixture
def pinned(tmp_path, monkeypatch):
    """Write a requirements.txt for the doctor to compare with."""
    monkeypatch.setattr(paths, "kit_root", lambda: tmp_path)

    def write(*lines):
        text = "".join(f"{line} \\\n    --hash=sha256:0\n" for line in lines)
        (tmp_path / "requirements.txt").write_text(text)
        return tried(doctor.check_packages)

    return write


def test_the_pins_of_other_machines_are_left_out(pinned):
    numpy = metadata.version("numpy")
    found = pinned(
        f"numpy=={numpy} ; python_full_version >= '3.11'",
        "numpy==0.1 ; python_full_version < '3.11'",
        "no-such-package==1.0 ; sys_platform == 'elsewhere'",
    )
    assert (found.state, found.found) == ("OK", "1, all as pinned")


def test_another_version_is_a_warning_that_names_both(pinned):
    found = pinned("numpy==0.1")
    assert found.state == "WARN" and found.fix
    assert found.found == f"numpy {metadata.version('numpy')} (tested: 0.1)"


def test_a_missing_tool_is_a_warning_a_missing_backend_a_failure(
    pinned, monkeypatch
):
    assert pinned("no-such-package==1.0").state == "WARN"
    monkeypatch.setenv("KERAS_BACKEND", "no-such-package")
    assert pinned("no-such-package==1.0").state == "FAIL"


def test_without_pins_it_says_that_it_could_not_compare(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "kit_root", lambda: tmp_path)
    assert tried(doctor.check_packages).state == "WARN"


@pytest.mark.parametrize(
    ("device", "cards", "hidden", "state", "found"),
    [
        ("CPU", [], None, "OK", "none; the quick profile needs none"),
        ("GPU A", ["A, 81559 MiB"], None, "OK", "A, 81559 MiB"),
        ("GPU A", [], None, "OK", "GPU A"),
        ("CPU", ["A, 8192 MiB"], None, "WARN", "A, 8192 MiB: not used"),
        ("CPU", ["A"], "-1", "OK", "hidden by CUDA_VISIBLE_DEVICES"),
    ],
)
def test_the_gpu_line(monkeypatch, device, cards, hidden, state, found):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if hidden:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    monkeypatch.setattr(doctor, "_cards", lambda: cards)
    keras = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "b"))
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setattr("coursekit.backend.device_name", lambda name: device)
    check = tried(doctor.check_gpu)
    assert (check.state, check.found) == (state, found)
    assert bool(check.fix) == (state != "OK")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_cards_are_read_from_the_drivers_tool(tmp_path, monkeypatch):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'Card One, 100 MiB\nCard Two, 200 MiB'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert doctor._cards() == ["Card One, 100 MiB", "Card Two, 200 MiB"]
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert doctor._cards() == []


def test_a_backend_that_cannot_be_imported(monkeypatch):
    def fail():
        raise ModuleNotFoundError("No module named 'jax'")

    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("coursekit.backend.import_keras", fail)
    found = tried(doctor.check_backend)
    assert found.state == "FAIL" and "jax" in found.found
    assert "unset KERAS_BACKEND" in found.fix


def test_a_mistyped_profile(monkeypatch):
    monkeypatch.setenv("COURSEKIT_PROFILE", "fast")
    monkeypatch.setattr(doctor, "check_backend", lambda: "")
    (found,) = [check for check in doctor.iterate() if check.name == "profile"]
    assert found.state == "FAIL" and "quick or full" in found.fix


def test_a_damaged_bundled_file(tmp_path, monkeypatch):
    (tmp_path / "checksums.toml").write_text('[sha256]\n"a.npz" = "00"\n')
    (tmp_path / "a.npz").write_text("damaged")
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path)
    bundled.checksums.cache_clear()
    found = tried(doctor.check_bundled_data)
    bundled.checksums.cache_clear()
    assert found.state == "FAIL" and "make data" in found.fix


def test_own_data_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path))
    assert tried(doctor.check_own_data).state == "OK"
    monkeypatch.setenv("COURSEKIT_DATA", str(tmp_path / "no"))
    assert tried(doctor.check_own_data).state == "FAIL"


def test_a_place_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    found = tried(doctor.check_write, tmp_path / "file" / "sub", "HERE")
    assert found.state == "FAIL" and "HERE" in found.fix


def test_writing_is_tried_above_a_folder_that_is_not_there_yet(tmp_path):
    found = tried(doctor.check_write, tmp_path / "a" / "b")
    assert found.state == "OK"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "state"), [(6e9, "OK"), (3e9, "WARN"), (1e8, "FAIL")]
)
def test_the_disk(tmp_path, monkeypatch, free, state):
    usage = type("usage", (), {"free": free})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: usage)
    assert tried(doctor.check_disk, tmp_path / "not yet").state == state


def test_a_check_that_raises_is_a_failure_and_the_others_go_on(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(paths, "cache_dir", no_home)
    monkeypatch.setattr(doctor, "check_backend", lambda: "")
    found = {check.name: check for check in doctor.iterate()}
    assert found["download cache"].state == "FAIL"
    assert "home directory" in found["download cache"].found
    assert found["Python"].state == "OK" and "disk: lessons" in found


def test_a_kernel_of_another_python_is_no_kernel_of_this_one(
    tmp_path, monkeypatch
):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    other = tmp_path / "other" / "python"
    (spec / "kernel.json").write_text(
        json.dumps({"argv": [str(other), "-m"], "display_name": "P"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    check = tried(doctor.check_kernel)
    assert check.state == "FAIL" and str(other) in check.found


def test_settings_of_keras_that_a_lesson_takes_back_are_a_warning(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert tried(doctor.check_keras_settings).state == "OK"
    (tmp_path / "keras.json").write_text('{"floatx": "float16"}')
    check = tried(doctor.check_keras_settings)
    assert check.state == "WARN" and "floatx = float16" in check.found
