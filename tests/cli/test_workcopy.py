"""A learner's copy is never lost."""

import pytest

from coursekit import paths
from coursekit.cli import workcopy
from coursekit.errors import CourseError


@pytest.fixture
def folders(tmp_path, monkeypatch):
    lessons, work = tmp_path / "notebooks", tmp_path / "work"
    lessons.mkdir()
    (lessons / "01_first.ipynb").write_text("shipped")
    monkeypatch.setattr(paths, "notebooks_dir", lambda: lessons)
    monkeypatch.setattr(paths, "work_dir", lambda: work)
    return lessons / "01_first.ipynb", work / "01_first.ipynb"


def test_lessons_are_copied_once(folders):
    _, mine = folders
    assert workcopy.copy_lessons().new == ["01_first.ipynb"]
    assert mine.read_text() == "shipped"
    again = workcopy.copy_lessons()
    assert (again.new, again.updated, again.kept) == ([], [], [])


def test_an_untouched_copy_follows_an_update(folders):
    shipped, mine = folders
    workcopy.copy_lessons()
    shipped.write_text("newer")
    assert workcopy.copy_lessons().updated == ["01_first.ipynb"]
    assert mine.read_text() == "newer"


def test_a_changed_copy_is_kept_even_when_the_lesson_is_updated(folders):
    shipped, mine = folders
    workcopy.copy_lessons()
    mine.write_text("my answers")
    workcopy.copy_lessons()
    shipped.write_text("newer")
    assert workcopy.copy_lessons().kept == ["01_first.ipynb"]
    assert mine.read_text() == "my answers"


def test_without_the_manifest_a_differing_copy_is_kept(folders):
    _, mine = folders
    workcopy.copy_lessons()
    (mine.parent / ".lessons.json").write_text("{ broken")
    mine.write_text("my answers")
    assert workcopy.copy_lessons().kept == ["01_first.ipynb"]
    assert mine.read_text() == "my answers"


def test_reset_brings_a_clean_copy_and_keeps_every_backup(folders):
    _, mine = folders
    workcopy.copy_lessons()
    for number in (1, 2):
        mine.write_text(f"answers {number}")
        path, backup = workcopy.reset("01")
        assert path.read_text() == "shipped"
        assert backup.name == f"01_first.backup-{number}.ipynb"
        assert backup.read_text() == f"answers {number}"


def test_after_a_reset_the_copy_follows_updates_again(folders):
    shipped, mine = folders
    mine.parent.mkdir()
    mine.write_text("mine")
    workcopy.reset("01")
    shipped.write_text("newer")
    assert workcopy.copy_lessons().updated == ["01_first.ipynb"]


@pytest.mark.parametrize("wrong", ["07", "1", "../01", "*"])
def test_an_unknown_lesson_is_an_error(folders, wrong):
    with pytest.raises(CourseError, match="two digits"):
        workcopy.reset(wrong)
