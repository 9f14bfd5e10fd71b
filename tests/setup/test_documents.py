"""README, Makefile, doctor and CI say what is true."""

import json
import re
import subprocess

from typer.testing import CliRunner

from coursekit import build, doctor, paths, settings
from coursekit.cli import app
from coursekit.doctor import Check

ROOT = paths.kit_root()
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_make_help_lists_every_target():
    done = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True
    )
    listed = set(re.findall(r"make (\w+) ", done.stdout))
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)[1].split()
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.M)
    assert listed == set(phony) == set(targets)


def test_every_make_target_that_a_document_names_exists():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
    for name in ("README.md", "CONTRIBUTING.md", "docs/teaching.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.M))
        assert named and named <= targets, name


def test_ci_runs_the_readmes_test_command():
    script = (ROOT / ".ci" / "run").read_text()
    assert script.strip().endswith("make test")
    assert "make test" in README


def test_the_lesson_table_lists_exactly_the_lessons_there_are():
    rows = re.findall(
        r"^\| \[(\d\d) .+?\]\(notebooks/(.+?)\.ipynb\) \|.*$", README, re.M
    )
    stems = [source.stem for source in build.sources()]
    assert [(stem[:2], stem) for stem in stems] == rows


def test_the_lesson_table_names_each_lessons_backends():
    for row in re.findall(r"^\| \[\d\d .*$", README, re.M):
        lesson = row[3:5]
        said = row.split("|")[6].strip()
        backends = settings.load_settings(lesson).backends
        assert said == ("all" if len(backends) == 3 else "TensorFlow")


def test_links_and_pictures_in_the_documents_lead_to_files():
    for name in ("README.md", "CONTRIBUTING.md", "docs/teaching.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!http|#)([^)\s]+)\)", text):
            assert ((ROOT / name).parent / target).exists(), target


def test_the_benchmarks_that_the_readme_names_exist():
    for script in re.findall(r"benchmarks/\w+\.py", README):
        assert (ROOT / script).exists(), script


def test_every_command_that_a_document_names_exists():
    commands = {
        command.name or command.callback.__name__
        for command in app.registered_commands
    } | {"data"}
    for name in ("README.md", "CONTRIBUTING.md", "docs/teaching.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"bin/coursekit (\w+)", text))
        assert named <= commands, named


def test_doctor_prints_json_and_fails_when_a_check_fails(monkeypatch):
    checks = [Check("a", "OK", "fine"), Check("b", "FAIL", "bad", "do this")]
    monkeypatch.setattr(doctor, "run", lambda: checks)
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    assert [row["state"] for row in json.loads(result.stdout)] == [
        "OK",
        "FAIL",
    ]
    monkeypatch.setattr(doctor, "run", lambda: checks[:1])
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 0


def test_doctor_names_the_fix_of_what_is_wrong(capsys, monkeypatch):
    checks = [Check("b", "WARN", "old", "do this")]
    monkeypatch.setattr(doctor, "run", lambda: checks)
    assert doctor.command() == 0
    assert "fix: do this" in capsys.readouterr().out


def test_doctor_finds_a_wrong_version_a_damaged_file_and_a_full_disk(
    monkeypatch, tmp_path
):
    pins = {name: {"0.0.1"} for name in doctor.PINNED}
    monkeypatch.setattr(doctor, "_pins", lambda: pins)
    assert {c.state for c in doctor.check_versions()} == {"WARN"}

    (tmp_path / "checksums.toml").write_text('[sha256]\n"a.npz" = "00"\n')
    (tmp_path / "a.npz").write_text("damaged")
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path)
    from coursekit.data import files

    files.checksums.cache_clear()
    found = doctor.check_bundled_data()
    files.checksums.cache_clear()
    assert found.state == "FAIL" and "make data" in found.fix

    usage = type("usage", (), {"free": 1e9})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place: usage)
    assert doctor.check_disk().state == "WARN"


def test_doctor_finds_a_place_it_cannot_write_to(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    found = doctor.check_write(tmp_path / "file" / "sub", "work folder")
    assert found.state == "FAIL" and found.fix
