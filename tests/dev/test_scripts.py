"""Each lesson also runs as a plain script, without Jupyter."""

import importlib.util
import subprocess
import sys

import pytest

from coursekit import lessons
from coursekit.dev.replay import replay_environment


def run(lesson, **variables):
    """Run a lesson's source; ``variables`` are of its environment."""
    done = subprocess.run(
        [sys.executable, "lesson.py"],
        cwd=lessons.folder(lesson),
        env=replay_environment() | variables,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Lesson {lesson}" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("lesson", lessons.numbers())
def test_the_source_runs_as_a_plain_script(lesson):
    run(lesson)


def other_backends():
    """What each lesson.toml lists beside TensorFlow, one run each."""
    return [
        pytest.param(lesson, backend, id=f"{lesson}-{backend}")
        for lesson in lessons.numbers()
        for backend in lessons.facts(lesson)["backends"]
        if backend != "tensorflow"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "backend"), other_backends())
def test_the_asserts_of_the_source_hold_on_another_backend(lesson, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed here")
    run(lesson, KERAS_BACKEND=backend)
