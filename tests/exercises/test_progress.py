"""Progress is kept, and never lost or in the way."""

import json

import pytest

from coursekit import exercises
from coursekit.exercises.progress import Progress


def test_once_correct_stays_correct(capsys):
    exercises.check("00.1", lambda x: 2 * x)
    exercises.check("00.1", lambda x: x)
    capsys.readouterr()
    exercises.progress()
    assert "00.1  correct" in capsys.readouterr().out


@pytest.mark.parametrize("broken", ["{", "[]", '{"00.1": 3}', '"x"', "null"])
def test_a_damaged_progress_file_is_set_aside(broken, capsys):
    path = Progress().path
    path.write_text(broken)
    exercises.check("00.1", lambda x: 2 * x)
    assert "damaged" in capsys.readouterr().out
    assert path.with_suffix(".damaged-1.json").read_text() == broken
    assert json.loads(path.read_text())["00.1"]["state"] == "correct"


def test_an_unwritable_place_is_a_note_not_an_error(
    capsys, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "progress.json"
    monkeypatch.setenv("COURSEKIT_PROGRESS", str(place))
    exercises.check("00.1", lambda x: 2 * x)
    said = capsys.readouterr().out
    assert "correct" in said and "progress" in said
