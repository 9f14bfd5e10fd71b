"""A console that does not know a letter prints "?" and goes on."""

import os
import subprocess
import sys

import pytest

WHERE = """import sys
from coursekit.cli.commands import main
sys.argv = ["coursekit", "data", "where", "digits"]
main()"""
DOCTOR = """import sys
from coursekit.cli import doctor
from coursekit.cli.commands import main
doctor.iterate = lambda: iter([doctor.Check("own data", "OK", "\\xf1")])
sys.argv = ["coursekit", "doctor"]
main()"""


def printed(code, encoding, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding} | environment,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="replace")


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
@pytest.mark.parametrize("encoding", ["ascii:strict", "cp932", "utf-8:strict"])
def test_a_command_that_prints_a_name_the_console_lacks(encoding, tmp_path):
    folder = os.fsencode(tmp_path) + b"/\xff.jpg"
    shown = printed(WHERE, encoding, COURSEKIT_HOME=os.fsdecode(folder))
    assert "?.jpg" in shown


@pytest.mark.parametrize("encoding", ["ascii:strict", "cp932"])
def test_the_doctor_prints_what_it_found(encoding):
    assert "own data        ?" in printed(DOCTOR, encoding)
