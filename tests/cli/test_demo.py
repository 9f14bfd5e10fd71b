"""``coursekit demo``: the environment that has Gradio does it."""

import importlib.util
import os
import subprocess
import sys

import pytest

from coursekit import paths
from coursekit.cli import demo
from coursekit.errors import CourseError


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """A kit without .venv-demo."""
    monkeypatch.setattr(paths, "kit_root", lambda: tmp_path)
    return tmp_path


def make_environment(kit):
    folder = "Scripts" if os.name == "nt" else "bin"
    name = "python.exe" if os.name == "nt" else "python"
    python = kit / ".venv-demo" / folder / name
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_without_gradio_the_command_that_brings_it_is_named(kit):
    with pytest.raises(CourseError, match="Gradio") as caught:
        demo.command(None, True)
    assert "`make demo`" in caught.value.remedy


def test_the_environment_of_the_demo_gets_the_same_question(kit, monkeypatch):
    python = make_environment(kit)
    asked = []
    monkeypatch.setattr(
        demo.subprocess, "call", lambda call, env: asked.append(call) or 3
    )
    assert demo.command(8123, False) == 3
    start = [str(python), "-m", "demo"]
    assert asked == [[*start, "--port", "8123", "--no-browser"]]
    demo.command(None, True)
    assert asked[1] == start


def test_an_environment_without_gradio_is_said_to_be_incomplete():
    # This one, where the lessons and the tests run.
    if importlib.util.find_spec("gradio"):
        pytest.skip("Gradio is installed here")
    root = paths.kit_root()
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        env=os.environ
        | {"PYTHONPATH": f"{root / 'lib'}{os.pathsep}{root / 'tools'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stderr.startswith(
        demo.missing().message
    )
