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

# Twice in a replay, then as a person on a console in ASCII whose keras.json
# says otherwise: one process, since Keras takes seconds to start.
START = """
import os
import coursekit as ck
for _ in range(2):
    profile = ck.start("00", seed=7)
    import random, numpy as np, keras
    print(random.random(), np.random.rand(), float(keras.random.normal(())))
print(profile.seed)
print("A PERSON")
del os.environ["COURSEKIT_REPLAY"]
ck.start("00")
print(keras.config.floatx(), keras.config.image_data_format())
"""
KERAS = '{"floatx": "float16", "image_data_format": "channels_first"}'


@pytest.fixture(scope="module")
def started(tmp_path_factory) -> subprocess.CompletedProcess:
    home = tmp_path_factory.mktemp("home")
    (home / "keras.json").write_text(KERAS)
    changes = {"KERAS_HOME": str(home), "PYTHONIOENCODING": "ascii:strict"}
    return subprocess.run(
        [sys.executable, "-c", START],
        capture_output=True,
        text=True,
        env=replay_environment() | changes,
    )


@pytest.fixture
def replayed(started):
    return started.stdout.split("A PERSON\n")[0]


@pytest.fixture
def told(started):
    """What a person is told."""
    return started.stdout.split("A PERSON\n")[1]


def test_start_writes_nothing_to_stderr(started):
    assert started.stderr == ""
    assert started.returncode == 0


def test_start_seeds_python_numpy_and_keras_alike_each_time(replayed):
    *lines, seed = replayed.splitlines()
    drawn = [line for line in lines if line.count(".") == 3]
    assert len(drawn) == 2 and drawn[0] == drawn[1]
    assert len(set(drawn[0].split())) == 3
    assert seed == "7"


def test_in_a_replay_the_block_names_no_device(replayed):
    assert "Lesson 00" in replayed and "quick" in replayed
    assert "digits" in replayed
    assert "device" not in replayed and "backend" not in replayed


def test_a_person_is_told_device_and_backend_and_no_gpu_is_no_error(told):
    assert "device   CPU" in told
    assert "backend  tensorflow" in told


def test_start_sets_float32_and_channels_last_and_says_so(replayed, told):
    (note,) = [s for s in replayed.splitlines() if s.startswith("note")]
    assert "float32 (not float16)" in note and "keras.json" in note
    assert "channels last (not first)" in note
    assert told.splitlines()[-1] == "float32 channels_last"


def test_start_on_a_console_in_ascii(told):
    assert "Lesson 00 ? Start" in told


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
