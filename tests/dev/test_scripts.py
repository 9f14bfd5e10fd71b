"""Each lesson also runs as a plain script, without Jupyter."""

import subprocess
import sys

import pytest

from coursekit import lessons
from coursekit.dev.replay import replay_environment


@pytest.mark.slow
@pytest.mark.parametrize("lesson", lessons.numbers())
def test_the_source_runs_as_a_plain_script(lesson):
    done = subprocess.run(
        [sys.executable, "lesson.py"],
        cwd=lessons.folder(lesson),
        env=replay_environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Lesson {lesson}" in done.stdout
