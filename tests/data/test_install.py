"""A set is in the cache whole, or not at all, whatever happens."""

import errno
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from faulty_server import cut, sha256, stall, status

from coursekit import files
from coursekit.data.fetch import Remote, Source, install, locate
from coursekit.errors import CourseError

CONTENT = b"word\t1\n" * 50_000


def source(server, *remotes: Remote, **options) -> Source:
    chosen = remotes or (
        Remote(server.url("words.txt"), 0.35, sha256(CONTENT)),
    )
    files = options.pop("files", tuple(remote.file for remote in chosen))
    return Source("words", files, chosen, **options)


def test_a_set_is_fetched_once_and_then_found(server, cache):
    server.serve("words.txt", CONTENT)
    first = locate(source(server))
    second = locate(source(server))
    assert first == second == cache / "words"
    assert (first / "words.txt").read_bytes() == CONTENT
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "troubles",
    [[status(404)], [status(500)] * 9, [cut] * 9],
    ids=["404", "500", "cut"],
)
def test_a_failure_names_the_set_and_three_ways_out(server, cache, troubles):
    server.serve("words.txt", CONTENT, *troubles)
    with pytest.raises(CourseError) as caught:
        locate(source(server))
    assert "words could not be fetched" in caught.value.message
    for way in ("run this again", "COURSEKIT_DATA", "quick profile"):
        assert way in caught.value.remedy
    assert not (cache / "words").exists()
    server.serve("words.txt", CONTENT)
    assert locate(source(server)) == cache / "words"


def test_of_two_files_the_one_that_came_is_not_fetched_again(server, cache):
    one = Remote(server.serve("one.txt", b"1"), 0.1, sha256(b"1"))
    two = Remote(server.serve("two.txt", b"2", *[cut] * 3), 0.1, sha256(b"2"))
    with pytest.raises(CourseError):
        locate(source(server, one, two))
    assert not (cache / "words").exists()
    locate(source(server, one, two))
    assert [path for path, _ in server.requests].count("/one.txt") == 1


def test_content_that_is_not_as_expected_leaves_nothing(server, cache):
    expected = {"count": lambda folder: "2 words", "counted": "3 words"}
    remote = Remote(server.serve("words.txt", CONTENT), 0.1)
    with pytest.raises(CourseError, match="2 words, expected 3 words"):
        locate(source(server, remote, **expected))
    assert _files(cache) == []


def test_a_fetched_set_without_a_file_it_must_have_is_refused(server, cache):
    server.serve("words.txt", CONTENT)
    with pytest.raises(CourseError, match=r"lacks list\.txt"):
        locate(source(server, files=("words.txt", "list.txt")))
    assert _files(cache) == []


def test_without_room_nothing_is_begun(server, cache, monkeypatch):
    server.serve("words.txt", CONTENT)
    disk = SimpleNamespace(free=1_000)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(CourseError, match="no room for words") as caught:
        locate(source(server))
    assert "COURSEKIT_HOME" in caught.value.remedy
    assert server.requests == []
    assert _files(cache) == []


def test_a_disk_that_fills_up_midway_gets_its_room_back(
    server, cache, monkeypatch
):
    """Another program fills the disk between the check and the writing."""
    server.serve("words.txt", CONTENT)
    real_open = Path.open

    def open_(path, *args, **kwargs):
        file = real_open(path, *args, **kwargs)
        if path.suffix == ".part":
            file.close()
            raise OSError(errno.ENOSPC, "No space left on device")
        return file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", open_)
        with pytest.raises(CourseError, match="no room for words"):
            locate(source(server))
    assert _files(cache) == []
    locate(source(server))
    assert (cache / "words" / "words.txt").read_bytes() == CONTENT


def test_a_read_only_cache_is_said_in_words(server, cache, monkeypatch):
    server.serve("words.txt", CONTENT)

    def mkdir(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(CourseError, match="cannot be used: Read-only"):
        locate(source(server))


def test_a_file_in_place_of_the_cache_is_said_in_words(server, cache):
    cache.parent.mkdir(parents=True)
    cache.write_text("in the way")
    with pytest.raises(CourseError, match="The cache folder .* cannot be"):
        locate(source(server))
    assert cache.read_text() == "in the way"


def test_a_read_only_cache_that_has_the_set_is_good(
    server, cache, monkeypatch
):
    server.serve("words.txt", CONTENT)
    locate(source(server))
    monkeypatch.setattr(Path, "mkdir", None)
    assert locate(source(server)) == cache / "words"


SCRIPT = """
    import sys
    from coursekit.data.fetch import Remote, Source, locate
    url, checksum = sys.argv[1:]
    print("starting", flush=True)
    locate(Source("words", ("words.txt",), (Remote(url, 0.35, checksum),)))
"""


def _another_process(url: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), url, sha256(CONTENT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_after_kill_9_midway_the_set_is_absent_and_the_next_try_resumes(
    server, cache
):
    url = server.serve("words.txt", CONTENT, stall)
    process = _another_process(url)
    part = cache / ".incoming/words/downloads/words.txt.part"
    _until(lambda: part.exists() and part.stat().st_size > 0)
    process.kill()
    process.communicate()
    assert not (cache / "words").exists()
    locate(source(server))
    assert (cache / "words" / "words.txt").read_bytes() == CONTENT
    assert server.requests[1][1] is not None, "it asked for the rest only"
    assert _files(cache) == [f"words/{install.RECORD}", "words/words.txt"]


def test_two_processes_at_once_fetch_one_copy(server, cache):
    def slowly(handler, content):
        time.sleep(1)
        server.troubles["/words.txt"].clear()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    url = server.serve("words.txt", CONTENT, slowly, slowly)
    both = [_another_process(url), _another_process(url)]
    ends = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert len(server.requests) == 1
    assert any("being fetched elsewhere" in out for out, _ in ends)
    assert (cache / "words" / "words.txt").read_bytes() == CONTENT


def test_remains_of_an_older_installation_are_replaced(server, cache):
    (cache / "words").mkdir(parents=True)
    (cache / "words" / "half.txt").write_text("without a record")
    server.serve("words.txt", CONTENT)
    folder = locate(source(server))
    assert sorted(path.name for path in folder.iterdir()) == [
        install.RECORD,
        "words.txt",
    ]


def test_verify_names_the_file_that_changed_or_went(server, cache):
    server.serve("words.txt", CONTENT)
    where = source(server)
    folder = locate(where)
    assert install.verify(where, folder) == []
    (folder / "words.txt").write_bytes(CONTENT[:-1] + b"!")
    assert install.verify(where, folder) == ["words.txt has changed"]
    (folder / "words.txt").unlink()
    assert install.verify(where, folder) == ["words.txt is missing"]


def test_a_copied_cache_folder_is_a_folder_to_bring(
    server, cache, tmp_path, monkeypatch
):
    server.serve("words.txt", CONTENT)
    locate(source(server))
    stick = tmp_path / "USB stick"
    cache.rename(stick)
    monkeypatch.setenv("COURSEKIT_DATA", str(stick))
    assert locate(source(server)) == stick / "words"
    assert len(server.requests) == 1


def test_clear_removes_a_set_and_its_remains_only(server, cache):
    server.serve("words.txt", CONTENT)
    locate(source(server))
    (cache / "mine.txt").write_text("keep")
    assert install.clear("words")
    assert not install.clear("words")
    assert _files(cache) == ["mine.txt"]


def _files(folder: Path) -> list[str]:
    """Every file below, apart from the empty lock files."""
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    ]
    return sorted(name for name in names if not name.startswith(".locks/"))


def _until(reached, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
