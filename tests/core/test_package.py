"""Importing the kit: cheap, quiet, and without Keras."""

import subprocess
import sys

import pytest

import coursekit as ck


def run(code: str, **options) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        **options,
    )
    return done.stdout


def test_importing_loads_neither_keras_nor_tensorflow_nor_numpy():
    code = "import coursekit, sys; print(*sorted(sys.modules))"
    loaded = set(run(code).split())
    assert "coursekit" in loaded
    assert not loaded & {"keras", "tensorflow", "numpy", "matplotlib"}


def test_importing_costs_under_0_3_cpu_seconds():
    # CPU seconds, not wall-clock ones: other work does not count.
    code = "import time, coursekit; print(time.process_time())"
    assert float(run(code)) < 0.3


def test_importing_prints_nothing_and_changes_no_environment():
    code = (
        "import os; a = dict(os.environ); import coursekit;"
        "assert a == dict(os.environ)"
    )
    assert run(code) == ""


def test_every_public_name_exists():
    for name in ck.__all__:
        assert getattr(ck, name) is not None


def test_quiz_is_a_function_in_whatever_order_names_are_used():
    code = (
        "import coursekit as ck; ck.answer; from coursekit.quizzes import "
        "bank; print(callable(ck.quiz))"
    )
    assert run(code).strip() == "True"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(AttributeError, match="quiz"):
        ck.begin  # noqa: B018
