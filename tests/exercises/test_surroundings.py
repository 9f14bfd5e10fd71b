"""What an answer changes outside itself is as it was after the check."""

import os
import random
import warnings
from pathlib import Path

import numpy as np
import pytest

from coursekit import exercises
from coursekit.exercises import engine
from coursekit.exercises.compare import shown
from coursekit.exercises.engine import Case, Exercise, Mistake


def column_means(x):
    return np.mean(x, axis=0)


MEANS = Exercise(
    id="90.1",
    title="Means",
    level="core",
    reference=column_means,
    cases=(Case(np.array([[1.0, 2.0], [3.0, 8.0]])),),
    hints=("a", "b", "c"),
    mistakes=(Mistake(lambda x: x.mean(), "One mean for all."),),
    explanation="One for each column.",
)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda: random.seed(7), random.random),
        (lambda: np.random.seed(7), np.random.random),  # noqa: NPY002
        (lambda: os.chdir("/"), os.getcwd),
        (lambda: os.environ.clear(), lambda: dict(os.environ)),
        (
            lambda: np.set_printoptions(precision=1),
            lambda: str(np.ones(1) / 3),
        ),
        (lambda: np.seterr(all="raise"), np.geterr),
        (lambda: warnings.simplefilter("error"), lambda: warnings.filters[0]),
    ],
    ids=["seed", "numpy", "folder", "environment", "print", "errors", "warn"],
)
def test_a_change_does_not_outlive_the_check(
    change, seen, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    before = seen()
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002

    def answer(x):
        change()
        return x + 1

    engine.judge(MEANS, answer)
    assert seen() == before


def test_a_patched_numpy_neither_judges_nor_stays():
    mean = np.mean

    def answer(x):
        np.mean = lambda x, axis: x  # noqa: ARG005
        return x

    try:
        assert engine.judge(MEANS, answer).state == "not yet"
        assert np.mean is mean
    finally:
        np.mean = mean


def test_a_patched_judge_neither_judges_nor_stays():
    def answer(x):
        engine.difference = lambda *_: ""
        return x

    difference = engine.difference
    try:
        assert engine.judge(MEANS, answer).state == "not yet"
        assert engine.difference is difference
    finally:
        engine.difference = difference


def test_a_check_does_not_move_the_learners_random_numbers():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    exercises.check("00.1", lambda x: x * random.random())
    assert random.random() == expected


def test_a_check_from_a_folder_that_is_gone_works(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    Path(gone).rmdir()
    assert engine.judge(MEANS, column_means).state == "correct"


def test_a_learners_print_options_do_not_change_the_messages():
    value = np.array([1 / 3, 1e-9, np.nan])
    before = shown(value)
    with np.printoptions(
        precision=1, nanstr="?", sign="+", formatter={"all": lambda _: "x"}
    ):
        assert shown(value) == before
