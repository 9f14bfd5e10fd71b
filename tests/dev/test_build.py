"""From source to notebook: only what changed, whole or not at all."""

import json
import os
import shutil

import nbformat
import pytest

from coursekit import lessons, paths
from coursekit.dev import build, record
from coursekit.dev.compare import forgive_outputs, tolerance
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


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The notebooks folder of the kit, built once."""
    with pytest.MonkeyPatch.context() as patch:
        source = kit.__wrapped__(tmp_path_factory.mktemp("kit"), patch)
        build.build(["90"])
        return source.parents[2] / "notebooks"


@pytest.fixture
def built(kit, made):
    """A kit with its lesson built; gives the source."""
    shutil.copytree(made, paths.notebooks_dir(), dirs_exist_ok=True)
    return kit


def states():
    return [outcome.state for outcome in build.build(["90"])]


def test_a_lesson_is_left_alone_until_it_changes(built):
    path = lessons.notebook("90")
    first = path.read_bytes()
    assert states() == ["unchanged"]

    built.write_text(SOURCE.replace("one", "two"))
    assert states() == ["built"]
    second = json.loads(path.read_text())
    assert second["cells"][1]["outputs"][0]["text"] == ["two\n"]
    assert second["cells"][2]["metadata"]["tags"] == ["nbval-approx"]
    assert len(second["cells"]) == 3  # the report cell is gone

    built.write_text(SOURCE)
    assert states() == ["built"]
    assert path.read_bytes() == first


DRAWN = """
# %%
from coursekit.figures.style import CourseFigure, new_figure
figure, axes = new_figure()
axes.bar(["a", "b"], [1, 2])
CourseFigure(figure, "Two bars.")
"""


def test_the_author_sees_each_output_that_changed_and_no_other(kit, capsys):
    kit.write_text(SOURCE + DRAWN)
    (first,) = build.build(["90"])
    assert first.message == ""  # there was no notebook before

    longer = SOURCE.replace('"one")', '"one")\nprint("two")')
    kit.write_text(longer + DRAWN.replace("2]", "3]"))
    (second,) = build.build(["90"])
    cell, new, figure, before, after = second.message.splitlines()
    assert (cell, new) == ('In: print("one")', "+two")
    assert figure.startswith("In: from coursekit.figures.style")
    assert before.startswith("-[figure ") and before.endswith("Two bars.")
    assert after.startswith("+[figure ") and after[1:] != before[1:]
    assert second.message in capsys.readouterr().out


def test_another_source_with_the_same_outputs_shows_nothing(built):
    built.write_text("# %%\nunseen = 1\n\n" + SOURCE)
    assert build.build(["90"])[0].message == ""


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


def test_the_kernel_is_this_pythons_whatever_others_are_installed(
    kit, tmp_path, monkeypatch
):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    other = {"argv": ["/no/such/python"], "display_name": "P", "language": "p"}
    (spec / "kernel.json").write_text(json.dumps(other))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert states() == ["built"]


def test_an_unknown_lesson_is_an_error_with_a_remedy():
    with pytest.raises(CourseError, match="two digits"):
        build.build(["77"])


def test_the_record_is_one_line_a_lesson_with_machine_and_inputs(built):
    text = (paths.notebooks_dir() / "built.json").read_text()
    assert len(text.splitlines()) == 3
    line = json.loads(text)["90"]
    assert line["inputs"][0] == "lessons/lesson90_try/lesson.py"
    assert line["keras"] and line["cpu"]


def test_a_change_in_a_file_the_lesson_used_makes_it_stale(built):
    assert record.is_current("90")
    (built.parent / "quiz.toml").write_text("changed")
    assert not record.is_current("90")


@pytest.mark.parametrize("name", ["90_try.ipynb", "built.json"])
def test_a_lost_notebook_or_record_makes_it_stale(built, name):
    (paths.notebooks_dir() / name).unlink()
    assert not record.is_current("90")


def test_a_damaged_record_makes_it_stale(built):
    (paths.notebooks_dir() / "built.json").write_text("{")
    assert not record.is_current("90")


# The replay runs every lesson and compares its outputs; here a few quick ones
# show that a build adds nothing of its own. COURSEKIT_REGENERATE=all: all.
EVERY = os.environ.get("COURSEKIT_REGENERATE") == "all"
REGENERATED = lessons.numbers() if EVERY else ("00", "02", "12", "14")


@pytest.mark.slow
@pytest.mark.parametrize("lesson", REGENERATED)
def test_regenerating_a_lesson_changes_no_text(tmp_path, monkeypatch, lesson):
    """To the letter where a notebook was built, elsewhere as tagged."""
    path = lessons.notebook(lesson)
    fresh = tmp_path / "notebooks"
    fresh.mkdir()
    monkeypatch.setattr(paths, "notebooks_dir", lambda: fresh)
    (outcome,) = build.build([lesson], force=True)
    assert outcome.state == "built", outcome.message
    wanted, found = (_cells(p) for p in (path, fresh / path.name))
    if record.unlike(path):
        found = [forgiven(*pair) for pair in zip(found, wanted, strict=True)]
    assert _without_pictures(found) == _without_pictures(wanted)


def test_elsewhere_a_cell_may_differ_by_its_tolerance_and_no_more():
    def cell(text, *tags):
        output = nbformat.v4.new_output("stream", text=text)
        return nbformat.v4.new_code_cell(
            outputs=[output], metadata={"tags": list(tags)}, id="a"
        )

    tagged = cell("0.925\n", "nbval-approx")
    assert forgiven(cell("0.923\n", "nbval-approx"), tagged) == tagged
    assert forgiven(cell("0.723\n", "nbval-approx"), tagged) != tagged
    assert forgiven(cell("0.923\n"), cell("0.925\n")) != cell("0.925\n")


def forgiven(cell, stored):
    """The cell with what its tag forgives as in the stored one."""
    if cell.cell_type == "code":
        atol = tolerance(stored.metadata.get("tags", []))
        cell.outputs = forgive_outputs(cell.outputs, stored.outputs, atol)
    return cell


def _cells(path):
    return nbformat.read(path, as_version=4).cells


def _without_pictures(cells):
    for cell in cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
    return cells
