"""From source to notebook: only what changed, whole or not at all."""

import json

import pytest

from coursekit import build, paths
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
    """An empty kit with one lesson, 90."""
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    monkeypatch.setattr(paths, "notebooks_dir", lambda: tmp_path / "notebooks")
    source = tmp_path / "notebooks" / "source" / "90_try.py"
    source.write_text(SOURCE)
    return source


def test_a_lesson_is_executed_then_left_alone_until_it_changes(kit):
    assert [o.state for o in build.build(["90"])] == ["built"]
    first = build.notebook_path(kit).read_bytes()
    assert [o.state for o in build.build(["90"])] == ["unchanged"]

    kit.write_text(SOURCE.replace("one", "two"))
    assert [o.state for o in build.build(["90"])] == ["built"]
    second = json.loads(build.notebook_path(kit).read_text())
    assert second["cells"][1]["outputs"][0]["text"] == ["two\n"]
    assert second["cells"][2]["metadata"]["tags"] == ["nbval-approx"]
    assert len(second["cells"]) == 3  # the report cell is gone

    kit.write_text(SOURCE)
    build.build(["90"])
    assert build.notebook_path(kit).read_bytes() == first


def test_a_good_answer_is_folded_and_nothing_else(kit):
    kit.write_text(SOURCE.replace("nbval-approx", "good-answer"))
    plain, folded = build.read_source(kit).cells[1:]
    assert plain.metadata == {}
    assert folded.metadata == {
        "tags": ["good-answer"],
        "jupyter": {"source_hidden": True},
        "cellView": "form",
    }


def test_a_failing_lesson_keeps_its_old_notebook_and_shows_the_cell(kit):
    path = build.notebook_path(kit)
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


def test_a_change_in_a_file_the_lesson_used_makes_it_stale(kit, monkeypatch):
    made = {"inputs": ["lib/coursekit/errors.py"]}
    made["digest"] = build._digest(kit, made["inputs"])
    content = {"metadata": {"coursekit": made}, "cells": []}
    build.notebook_path(kit).write_text(json.dumps(content))
    assert build.is_current(kit)

    monkeypatch.setattr(paths, "kit_root", lambda: kit.parent)
    assert not build.is_current(kit)


@pytest.mark.slow
def test_regenerating_everything_changes_no_text(tmp_path, monkeypatch):
    before = {
        path.name: _texts(path)
        for path in paths.notebooks_dir().glob("*.ipynb")
    }
    fresh = tmp_path / "notebooks"
    fresh.mkdir()
    monkeypatch.setattr(
        build, "notebook_path", lambda source: fresh / f"{source.stem}.ipynb"
    )
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
