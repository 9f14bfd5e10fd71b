"""Files that are whole or absent, and one writer at a time."""

import subprocess
import sys

import pytest

from coursekit.files import only_one, replacing


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_written_appears_whole_under_its_name(tmp_path, kind):
    target = tmp_path / "made on the way" / "state.npz"
    with replacing(target) as part:
        assert part.suffix == ".npz" and not target.exists()
        if kind == "file":
            part.write_text("all")
        else:
            part.mkdir()
            (part / "inside").write_text("all")
    assert [path.name for path in target.parent.iterdir()] == ["state.npz"]
    written = target if kind == "file" else target / "inside"
    assert written.read_text() == "all"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path, error):
    target = tmp_path / "state.txt"
    target.write_text("old")
    with pytest.raises(error), replacing(target) as part:
        part.write_text("ha")
        raise error
    assert [path.name for path in tmp_path.iterdir()] == ["state.txt"]
    assert target.read_text() == "old"


def test_remains_of_a_killed_process_do_not_get_into_the_new_folder(tmp_path):
    with pytest.raises(OSError), replacing(tmp_path / "set") as part:
        remains = part
        raise OSError
    remains.mkdir()
    (remains / "half a file").touch()
    with replacing(tmp_path / "set") as part:
        part.mkdir()
    assert list((tmp_path / "set").iterdir()) == []


def test_a_second_process_waits_says_so_and_a_killed_one_frees_the_lock(
    tmp_path,
):
    lock = tmp_path / "locks" / "set"
    code = (
        "import pathlib, sys, time; from coursekit.files import only_one\n"
        "with only_one(pathlib.Path(sys.argv[1]), print):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"
    said = []

    def on_wait():
        said.append("waiting")
        holder.kill()

    with only_one(lock, on_wait):
        assert said == ["waiting"]
    holder.wait()
