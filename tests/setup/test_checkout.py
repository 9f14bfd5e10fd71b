"""Git hands out the same bytes everywhere, also where it likes CRLF."""

import subprocess

import pytest

from coursekit import paths
from coursekit.dev import record


def git(*arguments):
    return subprocess.run(
        ["git", "-C", str(paths.kit_root()), *arguments],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """Clones of the last commit: as stored, and as Git for Windows does."""
    try:
        known = git("rev-parse", "HEAD")
    except OSError:
        pytest.skip("git is not installed")
    if known.returncode:
        pytest.skip("this copy of the kit is no checkout of git")
    folders = []
    for setting in ("false", "true"):
        folder = tmp_path_factory.mktemp("clone") / "kit"
        converting = ("-c", f"core.autocrlf={setting}")
        done = git("clone", "-q", *converting, ".", str(folder))
        assert done.returncode == 0, done.stderr
        folders.append(folder)
    return folders


def test_a_checkout_with_autocrlf_has_the_bytes_that_are_stored(clones):
    stored, converted = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and ".git" not in path.parts
        }
        for folder in clones
    )
    changed = [
        str(path)
        for path, content in stored.items()
        if converted.get(path) != content
    ]
    assert len(stored) > 100 and changed == []


def test_no_lesson_counts_as_changed_in_a_checkout_with_autocrlf(
    clones, monkeypatch
):
    digests = []
    for folder in clones:
        monkeypatch.setattr(paths, "kit_root", lambda at=folder: at)
        records = record.records()
        digests.append(
            {n: record.digest(records[n]["inputs"]) for n in records}
        )
    assert digests[0] and digests[0] == digests[1]
