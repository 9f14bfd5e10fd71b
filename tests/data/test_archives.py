"""Archives that are broken or that would write where they must not."""

import io
import tarfile
import zipfile

import pytest
from faulty_server import sha256

from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.fetch.unpack import unpack
from coursekit.errors import CourseError


def make_zip(path, members, link=None):
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            archive.writestr(name, "text")
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
    return path


def make_tar(path, members, link=None, kind=tarfile.SYMTYPE):
    with tarfile.open(path, "w:gz") as archive:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"text"))
        if link:
            info = tarfile.TarInfo(link)
            info.type = kind
            info.linkname = "/etc/passwd"
            archive.addfile(info)
    return path


MAKERS = {"a.zip": make_zip, "a.tar.gz": make_tar}
OUTSIDE = (
    "../evil.txt",
    "inside/../../evil.txt",
    "/tmp/evil.txt",
    "..\\evil.txt",
    "C:/evil.txt",
    "../evil/",
)


@pytest.mark.parametrize("kind", MAKERS)
def test_plain_members_are_unpacked(tmp_path, kind):
    archive = MAKERS[kind](tmp_path / kind, ["a.txt", "inside/b ü.txt"])
    into = tmp_path / "into"
    into.mkdir()
    unpack(archive, into)
    assert (into / "a.txt").read_text() == "text"
    assert (into / "inside" / "b ü.txt").read_text() == "text"


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_member_outside_the_folder_refuses_the_archive(tmp_path, kind, name):
    archive = MAKERS[kind](tmp_path / kind, ["good.txt", name])
    into = tmp_path / "deep" / "into"
    into.mkdir(parents=True)
    with pytest.raises(CourseError, match="is refused"):
        unpack(archive, into)
    assert list(into.iterdir()) == []
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_in_a_zip_refuses_the_archive(tmp_path):
    archive = make_zip(tmp_path / "a.zip", ["good.txt"], link="link.txt")
    with pytest.raises(CourseError, match="link.txt"):
        unpack(archive, tmp_path)
    assert not (tmp_path / "good.txt").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
)
def test_a_link_or_pipe_in_a_tar_refuses_the_archive(tmp_path, kind):
    archive = make_tar(tmp_path / "a.tar.gz", ["good.txt"], "link.txt", kind)
    with pytest.raises(CourseError, match="link.txt"):
        unpack(archive, tmp_path)
    assert not (tmp_path / "good.txt").exists()


@pytest.mark.parametrize("kind", MAKERS)
def test_an_archive_that_ends_early_is_said_in_words(tmp_path, kind):
    archive = MAKERS[kind](tmp_path / kind, [f"{n}.txt" for n in range(99)])
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(CourseError, match="cannot be unpacked"):
        unpack(archive, tmp_path)


def test_a_web_page_in_place_of_an_archive_is_said_in_words(tmp_path):
    page = tmp_path / "a.zip"
    page.write_text("<html>Please log in to the network</html>")
    with pytest.raises(CourseError, match="cannot be unpacked"):
        unpack(page, tmp_path)


def test_a_refused_archive_leaves_the_cache_as_it_was(server, cache, tmp_path):
    archive = make_zip(tmp_path / "a.zip", ["set.txt", "../evil.txt"])
    content = archive.read_bytes()
    remote = Remote(
        server.serve("a.zip", content), 0.1, sha256(content), unpack=True
    )
    with pytest.raises(CourseError, match="is refused"):
        locate(Source("words", ("set.txt",), (remote,)))
    assert not (cache / "words").exists()
    assert not (cache / ".incoming" / "words").exists()


def test_an_unpacked_set_keeps_no_archive(server, cache, tmp_path):
    archive = make_zip(tmp_path / "a.zip", ["set.txt", "__MACOSX/._set.txt"])
    content = archive.read_bytes()
    remote = Remote(
        server.serve("a.zip", content), 0.1, sha256(content), unpack=True
    )
    folder = locate(Source("words", ("set.txt",), (remote,)))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["fetched.json", "set.txt"]
