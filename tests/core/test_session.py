"""start(): one calm block, seeded, silent; failing on purpose."""

import os
import subprocess
import sys

import pytest

import coursekit as ck
from coursekit import paths
from coursekit.backend import quiet_stderr
from coursekit.dev.replay import replay_environment
from coursekit.session import last_line

START = """
import coursekit as ck
for _ in range(2):
    profile = ck.start("00", seed=7)
    import random, numpy as np, keras
    print(random.random(), np.random.rand(), float(keras.random.normal(())))
print(profile.seed)
"""


def start(environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", START],
        capture_output=True,
        text=True,
        env=environment,
    )


@pytest.fixture(scope="module")
def replayed():
    return start(replay_environment())


def test_start_writes_nothing_to_stderr(replayed):
    assert replayed.returncode == 0
    assert replayed.stderr == ""


def test_start_seeds_python_numpy_and_keras_alike_each_time(replayed):
    lines = replayed.stdout.splitlines()
    first, second = lines[: len(lines) // 2], lines[len(lines) // 2 : -1]
    assert first == second
    assert len(set(first[-1].split())) == 3
    assert lines[-1] == "7"


def test_in_a_replay_the_block_names_no_device(replayed):
    text = replayed.stdout
    assert "Lesson 00" in text and "quick" in text and "digits" in text
    assert "device" not in text and "backend" not in text


def test_a_person_is_told_device_and_backend_and_no_gpu_is_no_error():
    environment = replay_environment()
    del environment["COURSEKIT_REPLAY"]
    done = start(environment)
    assert done.returncode == 0 and done.stderr == ""
    assert "device   CPU" in done.stdout
    assert "backend  tensorflow" in done.stdout


def test_expect_error_prints_the_last_line_of_the_message(capsys):
    with ck.expect_error(ValueError):
        raise ValueError("first\nsecond line")
    assert capsys.readouterr().out == "ValueError: second line\n"


def test_expect_error_fails_when_nothing_is_raised():
    failing = pytest.raises(AssertionError, match="ValueError")
    with failing, ck.expect_error(ValueError):
        pass


def test_expect_error_lets_other_errors_through():
    with pytest.raises(KeyError), ck.expect_error(ValueError):
        raise KeyError("x")


def test_colour_codes_and_keras_call_details_are_left_out():
    error = ValueError("\x1b[1mToo small\x1b[0m\n\nArguments received by A")
    assert last_line(error) == "ValueError: Too small"


def test_quiet_stderr_keeps_what_c_code_wrote(capfd):
    with quiet_stderr() as written:
        os.write(2, b"chatter")
        assert written() == "\nchatter"
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_a_replay_keeps_its_progress_apart(monkeypatch):
    monkeypatch.delenv("COURSEKIT_PROGRESS")
    monkeypatch.setenv("COURSEKIT_REPLAY", "1")
    assert paths.work_dir() not in paths.progress_file().parents


def test_the_cache_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "é ü"))
    assert paths.cache_dir() == tmp_path / "é ü"
