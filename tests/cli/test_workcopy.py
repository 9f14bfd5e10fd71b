"""A learner's copy is never lost, and looking at it changes nothing."""

import json
import platform

import pytest
from typer.testing import CliRunner

from coursekit import paths
from coursekit.cli import commands, workcopy
from coursekit.errors import CourseError


def write(path, *sources, output="42"):
    """A notebook with a code cell for each source; it has been run."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": f"cell-{number}",
            "metadata": {"tags": ["shipped"]},
            "outputs": [
                {"name": "stdout", "output_type": "stream", "text": [output]}
            ],
            "source": [source],
        }
        for number, source in enumerate(sources)
    ]
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook))


def sources(path):
    cells = json.loads(path.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    lessons, work = tmp_path / "notebooks", tmp_path / "work"
    write(lessons / "01_first.ipynb", "6 * 7")
    monkeypatch.setattr(paths, "notebooks_dir", lambda: lessons)
    monkeypatch.setattr(paths, "work_dir", lambda: work)
    return lessons / "01_first.ipynb", work / "01_first.ipynb"


def test_lessons_are_copied_once(folders):
    _, mine = folders
    assert workcopy.copy_lessons().new == ["01_first.ipynb"]
    assert sources(mine) == ["6 * 7"]
    again = workcopy.copy_lessons()
    assert again == workcopy.Copied(unchanged=["01_first.ipynb"])


def test_copies_come_without_outputs(folders):
    _, mine = folders
    workcopy.copy_lessons()
    assert "42" not in mine.read_text()
    (cell,) = json.loads(mine.read_text())["cells"]
    assert cell["outputs"] == [] and cell["execution_count"] is None
    assert cell["metadata"] == {"tags": ["shipped"]}


@pytest.mark.parametrize("copy", ["copy_lessons", "reset"])
def test_outputs_are_kept_on_request(folders, copy):
    _, mine = folders
    if copy == "reset":
        workcopy.reset("01", outputs=True)
    else:
        workcopy.copy_lessons(outputs=True)
    assert "42" in mine.read_text()


def test_a_copy_has_the_metadata_that_jupyterlab_writes(folders):
    from ipykernel.ipkernel import IPythonKernel

    _, mine = folders
    workcopy.copy_lessons()
    metadata = json.loads(mine.read_text())["metadata"]
    assert metadata["language_info"] == IPythonKernel.language_info
    assert metadata["language_info"]["version"] == platform.python_version()
    assert metadata["kernelspec"]["display_name"] == "Python 3 (ipykernel)"


def test_an_untouched_copy_follows_an_update(folders):
    shipped, mine = folders
    workcopy.copy_lessons()
    write(shipped, "6 * 8")
    assert workcopy.copy_lessons().updated == ["01_first.ipynb"]
    assert sources(mine) == ["6 * 8"]


def looked_at(path):
    """What JupyterLab leaves of a notebook that was opened and run."""
    notebook = json.loads(path.read_text())
    notebook["metadata"]["language_info"]["version"] = "3.99"
    notebook["cells"][0]["metadata"]["collapsed"] = True
    notebook["cells"][0] |= {"outputs": [], "execution_count": 7}
    empty = {"cell_type": "code", "id": "x", "metadata": {}, "source": [" "]}
    notebook["cells"].append(empty | {"outputs": [], "execution_count": None})
    path.write_text(json.dumps(notebook, indent=4))


def test_a_copy_that_was_only_looked_at_and_run_follows_an_update(folders):
    shipped, mine = folders
    workcopy.copy_lessons()
    looked_at(mine)
    assert workcopy.copy_lessons().unchanged == ["01_first.ipynb"]
    write(shipped, "6 * 8")
    assert workcopy.copy_lessons().updated == ["01_first.ipynb"]
    assert sources(mine) == ["6 * 8"]


def test_a_lesson_with_new_outputs_only_leaves_what_a_learner_ran(folders):
    shipped, mine = folders
    workcopy.copy_lessons()
    write(mine, "6 * 7", output="run by the learner")
    write(shipped, "6 * 7", output="42.0")
    assert workcopy.copy_lessons().unchanged == ["01_first.ipynb"]
    assert "run by the learner" in mine.read_text()


def test_a_changed_copy_is_kept_even_when_the_lesson_is_updated(folders):
    shipped, mine = folders
    workcopy.copy_lessons()
    write(mine, "my answer")
    assert workcopy.copy_lessons().changed == ["01_first.ipynb"]
    write(shipped, "6 * 8")
    assert workcopy.copy_lessons().outdated == ["01_first.ipynb"]
    assert sources(mine) == ["my answer"]


@pytest.mark.parametrize("wreck", ["{ half a notebook", "[]", '{"a": 1}'])
def test_a_copy_that_is_no_notebook_any_more_is_kept(folders, wreck):
    _, mine = folders
    workcopy.copy_lessons()
    mine.write_text(wreck)
    assert workcopy.copy_lessons().changed == ["01_first.ipynb"]
    assert mine.read_text() == wreck


def test_without_the_manifest_a_differing_copy_is_kept(folders):
    _, mine = folders
    workcopy.copy_lessons()
    (mine.parent / ".lessons.json").write_text("{ broken")
    write(mine, "my answer")
    assert workcopy.copy_lessons().outdated == ["01_first.ipynb"]
    assert sources(mine) == ["my answer"]


def test_reset_brings_a_clean_copy_and_keeps_every_backup(folders):
    _, mine = folders
    workcopy.copy_lessons()
    for number in (1, 2):
        write(mine, f"answer {number}")
        path, backup = workcopy.reset("01")
        assert sources(path) == ["6 * 7"]
        assert "42" not in path.read_text()
        assert backup.name == f"01_first.backup-{number}.ipynb"
        assert sources(backup) == [f"answer {number}"]


def test_after_a_reset_the_copy_follows_updates_again(folders):
    shipped, mine = folders
    write(mine, "mine")
    workcopy.reset("01")
    write(shipped, "6 * 8")
    assert workcopy.copy_lessons().updated == ["01_first.ipynb"]


@pytest.mark.parametrize("wrong", ["07", "1", "../01", "*"])
def test_an_unknown_lesson_is_an_error(folders, wrong):
    with pytest.raises(CourseError, match="two digits"):
        workcopy.reset(wrong)


def test_the_command_counts_every_lesson(folders, tmp_path, monkeypatch):
    monkeypatch.setattr(commands.sys, "prefix", str(tmp_path / "venv"))
    shipped, mine = folders
    names = ("02_same", "03_changed", "04_outdated", "05_updated")
    for name in names:
        write(shipped.with_name(f"{name}.ipynb"), name)
    workcopy.copy_lessons()
    mine.unlink()
    write(mine.with_name("03_changed.ipynb"), "mine")
    write(mine.with_name("04_outdated.ipynb"), "mine")
    write(shipped.with_name("04_outdated.ipynb"), "newer")
    write(shipped.with_name("05_updated.ipynb"), "newer")
    said = CliRunner().invoke(commands.app, ["work"]).output
    counts = "1 new, 1 updated, 1 as they were, 2 kept as you changed them"
    assert counts in said
    assert "04_outdated.ipynb: you changed it and there is a newer" in said
    assert "03_changed.ipynb" not in said
