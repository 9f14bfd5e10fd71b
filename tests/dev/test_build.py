"""From source to notebook: only what changed, whole or not at all."""

import json

import pytest

from coursekit import lessons, paths
from coursekit.dev import build
from coursekit.errors import CourseError

SOURCE = """# %% [markdown]
# # A lesson

# %%
print("one")

# %% tags=["nbval-approx"]
print(0.5)
"""


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """A kit with one lesson, 90; gives the source of the lesson."""
    folder = tmp_path / "lessons" / "lesson90_try"
    folder.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(paths, "lessons_dir", lambda: tmp_path / "lessons")
    monkeypatch.setattr(paths, "notebooks_dir", lambda: tmp_path / "notebooks")
    monkeypatch.setattr(paths, "kit_root", lambda: tmp_path)
    (folder / "lesson.py").write_text(SOURCE)
    return folder / "lesson.py"


def states():
    return [outcome.state for outcome in build.build(["90"])]


def test_a_lesson_is_executed_then_left_alone_until_it_changes(kit):
    path = lessons.notebook("90")
    assert states() == ["built"]
    first = path.read_bytes()
    assert states() == ["unchanged"]

    kit.write_text(SOURCE.replace("one", "two"))
    assert states() == ["built"]
    second = json.loads(path.read_text())
    assert second["cells"][1]["outputs"][0]["text"] == ["two\n"]
    assert second["cells"][2]["metadata"]["tags"] == ["nbval-approx"]
    assert len(second["cells"]) == 3  # the report cell is gone

    kit.write_text(SOURCE)
    assert states() == ["built"]
    assert path.read_bytes() == first


def test_a_good_answer_is_folded_and_nothing_else(kit):
    kit.write_text(SOURCE.replace("nbval-approx", "good-answer"))
    plain, folded = build.read_source("90").cells[1:]
    assert plain.metadata == {}
    assert folded.metadata == {
        "tags": ["good-answer"],
        "jupyter": {"source_hidden": True},
        "cellView": "form",
    }


def test_a_failing_lesson_keeps_its_old_notebook_and_shows_the_cell(kit):
    path = lessons.notebook("90")
    path.write_text("old")
    kit.write_text(SOURCE + "\n# %%\nmissing = 1 / 0\n")
    (outcome,) = build.build(["90"])
    assert outcome.state == "failed"
    assert "missing = 1 / 0" in outcome.message
    assert "ZeroDivisionError" in outcome.message
    assert path.read_text() == "old"
    assert list(path.parent.glob("*.part")) == []


def test_an_unknown_lesson_is_an_error_with_a_remedy():
    with pytest.raises(CourseError, match="two digits"):
        build.build(["77"])


def test_the_record_is_one_line_a_lesson_with_machine_and_inputs(kit):
    build.build(["90"])
    text = (paths.notebooks_dir() / "built.json").read_text()
    assert len(text.splitlines()) == 3
    record = json.loads(text)["90"]
    assert record["inputs"][0] == "lessons/lesson90_try/lesson.py"
    assert record["keras"] and record["cpu"]


def test_a_change_in_a_file_the_lesson_used_makes_it_stale(kit):
    build.build(["90"])
    assert build.is_current("90")
    (kit.parent / "quiz.toml").write_text("changed")
    assert not build.is_current("90")


def test_a_lost_notebook_or_record_is_built_anew(kit):
    build.build(["90"])
    lessons.notebook("90").unlink()
    assert states() == ["built"]
    (paths.notebooks_dir() / "built.json").write_text("{")
    assert states() == ["built"]


@pytest.mark.slow
def test_regenerating_everything_changes_no_text(tmp_path, monkeypatch):
    before = {
        path.name: _texts(path)
        for path in paths.notebooks_dir().glob("*.ipynb")
    }
    fresh = tmp_path / "notebooks"
    fresh.mkdir()
    monkeypatch.setattr(paths, "notebooks_dir", lambda: fresh)
    outcomes = build.build(force=True)
    assert {outcome.state for outcome in outcomes} == {"built"}
    assert {p.name: _texts(p) for p in fresh.glob("*.ipynb")} == before


def _texts(path):
    """All sources and outputs but pictures."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
    return cells
