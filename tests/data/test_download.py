"""Faults on the way: every one ends in the file, or in words."""

import socket
from types import SimpleNamespace

import pytest
import requests
from faulty_server import cut, redirect, sha256, stall, status

from coursekit import files
from coursekit.data.fetch import download
from coursekit.data.fetch.download import DownloadError

CONTENT = bytes(range(256)) * 2_000


@pytest.fixture
def target(tmp_path):
    return tmp_path / "file.bin"


def test_a_file_arrives_whole_and_nothing_else_stays(server, target):
    url = server.serve("file.bin", CONTENT)
    download.download(url, target, sha256(CONTENT))
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["file.bin"]


def test_no_network_is_said_in_words(target):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/file.bin"
    with pytest.raises(DownloadError, match="no connection to 127.0.0.1"):
        download.download(url, target)
    assert not target.exists()


def test_a_server_that_falls_silent_ends(server, target, monkeypatch):
    monkeypatch.setattr(download, "READ_SECONDS", 0.2)
    url = server.serve("file.bin", CONTENT, *[stall] * 3)
    with pytest.raises(DownloadError, match="127.0.0.1 fell silent"):
        download.download(url, target)
    assert not target.exists()


def test_a_silent_server_s_half_is_kept_for_the_next_try(
    server, target, monkeypatch
):
    monkeypatch.setattr(download, "READ_SECONDS", 0.2)
    url = server.serve("file.bin", CONTENT, stall)
    download.download(url, target, sha256(CONTENT))
    assert target.read_bytes() == CONTENT
    assert server.requests[1][1] is not None


def test_404_is_not_tried_again(server, target):
    with pytest.raises(DownloadError, match="no longer has /gone.bin"):
        download.download(server.url("gone.bin"), target)
    assert len(server.requests) == 1
    assert not target.exists()


def test_500_then_fine_is_fine(server, target):
    url = server.serve("file.bin", CONTENT, status(500), status(503))
    download.download(url, target, sha256(CONTENT))
    assert target.read_bytes() == CONTENT
    assert len(server.requests) == 3


def test_500_for_ever_is_said_in_words(server, target):
    url = server.serve("file.bin", CONTENT, *[status(500)] * 9)
    with pytest.raises(DownloadError, match="HTTP 500"):
        download.download(url, target)
    assert not target.exists()


def test_a_cut_connection_is_resumed_where_it_stopped(server, target):
    url = server.serve("file.bin", CONTENT, cut)
    download.download(url, target, sha256(CONTENT))
    assert target.read_bytes() == CONTENT
    asked = [range_ for _, range_ in server.requests]
    assert asked[0] is None
    assert 0 < int(asked[1][6:-1]) <= len(CONTENT) // 2


def test_a_cut_connection_never_passes_for_the_whole_file(server, target):
    url = server.serve("file.bin", CONTENT, *[cut] * 9)
    with pytest.raises(DownloadError, match="cut|early"):
        download.download(url, target)  # no checksum to notice it
    assert not target.exists()


def test_a_file_that_changed_in_between_is_fetched_from_its_start(
    server, target
):
    other = CONTENT[::-1]

    def cut_then_change(handler, content):
        cut(handler, content)
        server.files["/file.bin"] = other

    url = server.serve("file.bin", CONTENT, cut_then_change)
    download.download(url, target)
    assert target.read_bytes() == other


def test_a_part_that_was_damaged_on_disk_is_fetched_again(server, target):
    url = server.serve("file.bin", CONTENT, *[cut] * 3)
    with pytest.raises(DownloadError):
        download.download(url, target, sha256(CONTENT))
    part = target.with_name("file.bin.part")
    part.write_bytes(b"x" * part.stat().st_size)
    download.download(url, target, sha256(CONTENT))
    assert target.read_bytes() == CONTENT


def test_a_server_without_resuming_sends_all_again(server, target):
    def cut_without_tag(handler, content):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:1000])
        handler.connection.close()

    url = server.serve("file.bin", CONTENT, cut_without_tag)
    download.download(url, target, sha256(CONTENT))
    assert target.read_bytes() == CONTENT
    assert [range_ for _, range_ in server.requests] == [None, None]


def test_wrong_bytes_of_the_right_length_are_refused(server, target):
    url = server.serve("file.bin", b"x" * len(CONTENT))
    with pytest.raises(DownloadError, match="checksum differs"):
        download.download(url, target, sha256(CONTENT))
    assert list(target.parent.iterdir()) == []


def test_a_changed_upstream_is_refused(server, target):
    url = server.serve("file.bin", CONTENT + b"one more line\n")
    with pytest.raises(DownloadError, match="not the published file"):
        download.download(url, target, sha256(CONTENT))
    assert not target.exists()


def test_plain_http_is_refused(target):
    with pytest.raises(DownloadError, match="not an https address"):
        download.download("http://example.org/file.bin", target)


def test_a_redirect_to_plain_http_is_refused(server, target):
    other = server.serve("other.bin", CONTENT)
    other = other.replace("127.0.0.1", "localhost")
    url = server.serve("file.bin", CONTENT, redirect(other))
    with pytest.raises(DownloadError, match="localhost.* is not an https"):
        download.download(url, target)
    assert not target.exists()


def test_a_full_disk_is_noticed_before_it_is_full(server, target, monkeypatch):
    url = server.serve("file.bin", CONTENT)
    disk = SimpleNamespace(free=1_000_000)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(OSError, match="MB are needed"):
        download.download(url, target)
    assert not target.with_name("file.bin.part").exists()


def test_an_unknown_certificate_is_said_in_words(target, monkeypatch):
    def get(*_, **__):
        raise requests.exceptions.SSLError("self-signed")

    monkeypatch.setattr(requests, "get", get)
    with pytest.raises(DownloadError, match="identity of example.org"):
        download.download("https://example.org/file.bin", target)


@pytest.fixture
def variables(monkeypatch):
    """No proxy and no certificates of this machine."""
    for name in ("https", "http", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_PROXY".upper(), raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    return monkeypatch


@pytest.fixture
def nobody():
    """An address where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{unused.getsockname()[1]}"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_dead_proxy_is_named_with_its_variable(
    variables, nobody, target, name
):
    variables.setenv(name, f"http://me:secret@{nobody}/")
    with pytest.raises(DownloadError) as caught:
        download.download("https://example.org/file.bin", target)
    said = str(caught.value)
    assert f"through the proxy {nobody}, which {name} names" in said
    assert "secret" not in said


def test_certificates_that_are_not_there_are_named_with_their_variable(
    variables, nobody, target
):
    variables.setenv("REQUESTS_CA_BUNDLE", "/not/there.pem")
    with pytest.raises(
        DownloadError, match="/not/there.pem, which REQUESTS_CA_BUNDLE names"
    ):
        download.download(f"https://{nobody}/file.bin", target)


def test_certificates_that_do_not_fit_are_named_by_their_variable(
    variables, target
):
    def get(*_, **__):
        raise requests.exceptions.SSLError("self-signed")

    variables.setattr(requests, "get", get)
    variables.setenv("REQUESTS_CA_BUNDLE", "/a/company.pem")
    with pytest.raises(DownloadError, match=r"\(REQUESTS_CA_BUNDLE names"):
        download.download("https://example.org/file.bin", target)
