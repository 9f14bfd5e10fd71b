"""README, Makefile, CI and the guides say what is true."""

import json
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from coursekit import exercises, lessons, paths
from coursekit.cli.commands import app
from coursekit.dev import tables

ROOT = paths.kit_root()
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
needs_make = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has the pip lines of the README"
)


@needs_make
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


def test_what_is_generated_from_the_facts_is_up_to_date():
    stale = tables.update(write=False)
    assert not stale, "run `make tables`"


def test_the_readmes_table_names_the_backends_of_each_lesson():
    names = {"TensorFlow": "tensorflow", "JAX": "jax", "PyTorch": "torch"}
    for row in tables.lesson_table().splitlines()[2:]:
        lesson, said = row[3:5], row.removesuffix(" |").split(" | ")[-1]
        listed = said.split(", ") if said != "all" else names
        backends = lessons.facts(lesson)["backends"]
        assert [names[name] for name in listed] == backends, lesson


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


@needs_make
def test_the_ci_script_runs_from_anywhere_and_passes_the_verdict_on(tmp_path):
    kit, tools = tmp_path / "a kit", tmp_path / "bin"
    (kit / ".ci").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(ROOT / ".ci" / "run", kit / ".ci")
    stand_in = tools / "make"
    stand_in.write_text('#!/bin/sh\necho "$PWD: make $*"\nexit 3\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        [str(kit / ".ci" / "run")],
        cwd="/",
        env={"PATH": f"{tools}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{kit}: make test\n"
    assert done.returncode == 3


def planned(target):
    """The commands that a target would run."""
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [line.strip() for line in done.stdout.splitlines()]


@needs_make
def test_make_test_is_check_and_the_replay_of_every_notebook():
    steps = planned("test")
    wanted = (
        "ruff check",
        "ruff format --check",
        "/mypy",
        '-m "not slow and not bundled" tests lessons',
        "--nbval",
    )
    places = [
        next(i for i, step in enumerate(steps) if word in step)
        for word in wanted
    ]
    assert places == sorted(places)
    assert steps[-1].endswith("-p coursekit.dev.replay notebooks")


@needs_make
def test_nightly_is_test_the_slow_tests_and_the_data_files_made_again():
    steps = planned("nightly")
    assert steps[: len(planned("test"))] == planned("test")
    assert any("-m slow tests" in step for step in steps)
    assert any("-m generate --check" in step for step in steps)
    assert any("-m bundled tests/data" in step for step in steps)


def workflow(name):
    path = ROOT / ".github" / "workflows" / name
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def commands(job):
    return [step["run"] for step in job["steps"] if "run" in step]


def test_hosted_ci_runs_the_commands_of_the_readme():
    jobs = workflow("test.yml")["jobs"]
    assert "make test" in commands(jobs["make"])
    block = re.search(r"```\n(python -m venv.*?)```", README, re.S)[1]
    windows = commands(jobs["windows"])
    assert any("-m pytest -q -n 2" in step for step in windows)
    for line in block.strip().splitlines():
        assert any(step.startswith(line) for step in windows), line
    for job in jobs.values():
        versions = job["strategy"]["matrix"]["python"]
        assert versions == ["3.11", "3.12", "3.13"]


def test_scheduled_ci_takes_the_newest_packages():
    content = workflow("newest.yml")
    # YAML reads the key `on` as true.
    assert content[True]["schedule"][0]["cron"]
    steps = " ".join(commands(content["jobs"]["newest"]))
    assert "--upgrade tensorflow keras" in steps
    assert "requirements" not in steps


def test_nightly_ci_runs_nightly_and_the_lessons_on_the_other_backends():
    content = workflow("nightly.yml")
    assert content[True]["schedule"][0]["cron"]
    jobs = content["jobs"]
    assert commands(jobs["nightly"]) == ["make nightly"]
    assert commands(jobs["jax"]) == ["make jax"]
    assert commands(jobs["torch"]) == ["make torch"]


@needs_make
@pytest.mark.parametrize("name", ["jax", "torch"])
def test_another_backend_runs_its_lessons_in_an_environment_of_its_own(name):
    setup, *test = planned(name)
    assert f"/.venv-{name}'" in setup and f"bootstrap.py --{name}" in setup
    command = " ".join(test)
    assert command.startswith(f".venv-{name}/")
    assert command.endswith(f"-m slow -k {name} tests/dev/test_scripts.py")


@pytest.mark.parametrize("name", ["test.yml", "newest.yml", "nightly.yml"])
def test_actions_are_pinned_to_a_major_version_and_targets_exist(name):
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
    for job in workflow(name)["jobs"].values():
        for step in job["steps"]:
            assert re.search(r"@v\d+$", step.get("uses", "@v1"))
        for command in commands(job):
            if command.startswith("make"):
                assert command.split()[1] in targets


def plans():
    """Each session plan of the guide: its lesson and its text."""
    guide = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (\d\d) · .*$([\s\S]*?)(?=^##|\Z)", guide, re.M)
    return [pytest.param(*plan, id=plan[0]) for plan in found]


@pytest.mark.parametrize(("lesson", "text"), plans())
def test_a_session_plan_quotes_what_its_lesson_prints(lesson, text):
    cells = json.loads(lessons.notebook(lesson).read_text(encoding="utf-8"))[
        "cells"
    ]
    printed = "".join(
        "".join([*output.get("text", []), *data.get("text/plain", [])])
        for cell in cells
        for output in cell.get("outputs", [])
        for data in [output.get("data", {})]
    )
    for number in re.findall(r"\d+\.\d\d+|\d+(?:,\d{3})+", text):
        assert re.search(rf"(?<!\d){re.escape(number)}", printed), number


@pytest.mark.parametrize(("lesson", "text"), plans())
def test_a_session_plan_fills_its_time_and_names_real_exercises(lesson, text):
    tables = re.split(r"^\| minutes .*$", text, flags=re.M)[1:]
    for table in tables:
        rows = map(int, re.findall(r"^\| (\d+) \|", table, re.M))
        assert sum(rows) == 90
    known = {exercise.id for exercise in exercises.load(lesson)}
    assert set(re.findall(rf"\b{lesson}\.\d\b", text)) == known
