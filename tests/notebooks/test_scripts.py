"""Each lesson also runs as a plain script, without Jupyter."""

import subprocess
import sys

import pytest

from coursekit import build
from coursekit.replay import replay_environment


@pytest.mark.slow
@pytest.mark.parametrize("source", build.sources(), ids=lambda p: p.stem)
def test_the_source_runs_as_a_plain_script(source):
    done = subprocess.run(
        [sys.executable, source.name],
        cwd=source.parent,
        env=replay_environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Lesson {source.name[:2]}" in done.stdout
