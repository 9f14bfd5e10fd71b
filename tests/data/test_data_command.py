"""The command line of the data: what a teacher uses the night before."""

import pytest
from faulty_server import sha256, status
from typer.testing import CliRunner

from coursekit.cli import data as commands
from coursekit.data import registry
from coursekit.data.fetch import Remote, Source
from coursekit.data.sets import classic_series, shakespeare
from coursekit.errors import CourseError

TEXT = b"To be, or not to be. " * 100


@pytest.fixture
def served(server, cache, monkeypatch):
    """Shakespeare comes from the test's server."""
    remote = Remote(server.serve("input.txt", TEXT), 0.01, sha256(TEXT))
    source = Source("shakespeare", ("input.txt",), (remote,))
    monkeypatch.setattr(shakespeare, "SOURCE", source)
    return server


def run(*arguments):
    return CliRunner().invoke(commands.app, list(arguments))


def test_list_shows_every_set_with_size_licence_and_lessons(cache):
    result = run("list")
    assert result.exit_code == 0
    for name in registry.names():
        assert name in result.output
    assert "CC BY-SA" in result.output and "1,117.7" in result.output


def test_fetch_then_load_then_verify_then_clear(served):
    fetched = run("fetch", "shakespeare")
    assert fetched.exit_code == 0, fetched.output
    assert len(registry.load("shakespeare").train) > 1_000
    assert "ok     shakespeare" in run("verify").output
    assert "shakespeare: " in run("where").output
    assert "removed shakespeare" in run("clear", "shakespeare").output
    assert "shakespeare: " not in run("where").output


def test_verify_fails_for_a_changed_file(served, cache):
    run("fetch", "shakespeare")
    (cache / "shakespeare" / "input.txt").write_bytes(TEXT[1:])
    result = run("verify", "shakespeare")
    assert result.exit_code == 1
    assert "WRONG" in result.output and "has changed" in result.output


def test_verify_compares_your_own_copy_with_what_is_published(
    served, tmp_path, monkeypatch
):
    own = tmp_path / "own" / "shakespeare"
    own.mkdir(parents=True)
    (own / "input.txt").write_bytes(TEXT)
    monkeypatch.setenv("COURSEKIT_DATA", str(own.parent))
    assert run("verify", "shakespeare").exit_code == 0
    (own / "input.txt").write_bytes(TEXT + b"!")
    result = run("verify", "shakespeare")
    assert result.exit_code == 1 and "not the published" in result.output


def test_verify_reads_what_load_reads(served, tmp_path, monkeypatch):
    own = tmp_path / "own" / "jena"
    own.mkdir(parents=True)
    (own / "jena_climate.csv").write_text("Date Time,T (degC)\nnow,warm\n")
    monkeypatch.setenv("COURSEKIT_DATA", str(own.parent))
    result = run("verify", "jena")
    assert result.exit_code == 1 and "line 2, cannot be" in result.output


def test_verify_reads_every_series(served, tmp_path, monkeypatch):
    own = tmp_path / "own" / "classic_series"
    own.mkdir(parents=True)
    for name, (file, column, *_) in classic_series.SERIES.items():
        value = "many" if name == "temperatures" else "1"
        (own / file).write_text(f'"M","{column}"\n2001,{value}\n2002,1\n')
    monkeypatch.setenv("COURSEKIT_DATA", str(own.parent))
    result = run("verify", "classic_series")
    assert result.exit_code == 1 and "daily-min" in result.output


def test_bundled_files_are_verified():
    result = run("verify", "digits")
    assert result.exit_code == 0 and "data/digits.npz" in result.output


def test_one_failure_does_not_stop_the_others(served, monkeypatch):
    served.troubles["/input.txt"] = [status(404)]
    monkeypatch.setattr(
        registry, "names", lambda: ("shakespeare", "yoga", "digits")
    )
    result = run("fetch", "--all")
    assert result.exit_code == 1
    assert "could not be fetched" in result.output
    assert "yoga: for you to bring" in result.output


def test_a_bundled_set_needs_no_fetching_and_that_is_said(cache):
    result = run("fetch", "digits")
    assert result.exit_code == 0
    assert result.output == "digits: bundled with the kit, nothing to fetch\n"


def test_a_lesson_names_its_sets(served, monkeypatch):
    monkeypatch.setattr(registry, "names", lambda: ("shakespeare", "digits"))
    assert run("fetch", "--lesson", "17").exit_code == 0
    assert [path for path, _ in served.requests] == ["/input.txt"]


@pytest.mark.parametrize("command", ["fetch", "clear"])
def test_naming_nothing_or_nonsense_is_refused(cache, command):
    assert isinstance(run(command).exception, CourseError)
    unknown = run(command, "mnits").exception
    assert "no data set 'mnits'" in str(unknown)


def test_every_real_set_has_a_source_and_every_source_is_https():
    for name in registry.names():
        info, sources = registry.info(name), registry.sources(name)
        assert info.name == name
        assert bool(sources) != info.bundled
        for source in sources:
            assert source.remotes or source.by_hand
            for remote in source.remotes:
                assert remote.url.startswith("https://")
                assert remote.checksum or source.count
