"""``coursekit demo``: the environment that has Gradio does it."""

import importlib.util
import os
import sys

import pytest

from coursekit import paths
from coursekit.cli import demo
from coursekit.errors import CourseError


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """A kit without .venv-demo, in an environment without Gradio."""
    monkeypatch.setattr(paths, "kit_root", lambda: tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
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
        demo.subprocess, "call", lambda call: asked.append(call) or 3
    )
    assert demo.command(8123, False) == 3
    start = [str(python), "-m", "coursekit", "demo"]
    assert asked == [[*start, "--port", "8123", "--no-browser"]]
    demo.command(None, True)
    assert asked[1] == start


def test_an_incomplete_environment_does_not_ask_itself(kit, monkeypatch):
    make_environment(kit)
    monkeypatch.setattr(sys, "prefix", str(kit / ".venv-demo"))
    with pytest.raises(CourseError, match="not complete"):
        demo.command(None, True)
