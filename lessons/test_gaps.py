"""What holds for the gap of any lesson, and its folded good answer."""

import ast
import contextlib
import re
from collections import Counter

import keras
import numpy as np
import pytest
from keras import layers, ops

from coursekit import exercises, lessons
from coursekit.exercises import engine, forms

# What good answers use of their lessons' other cells, beside functions.
NAMES = {
    "np": np,
    "keras": keras,
    "layers": layers,
    "ops": ops,
    "Counter": Counter,
    "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "PAD": 0,
    "START": 2,
    "END": 3,
}


def source(lesson):
    return (lessons.folder(lesson) / "lesson.py").read_text(encoding="utf-8")


def gaps():
    """Lesson, exercise and name of the good answer of each gap."""
    call = r'ck\.yours_or_good\(\s*"(\d\d\.\d+)", \w+, (\w+)'
    for lesson in lessons.numbers():
        for found in re.findall(call, source(lesson)):
            yield pytest.param(lesson, *found, id=found[0])


def filled(lesson):
    """A lesson's functions, each gap filled with its good answer."""
    found = dict(NAMES)
    for node in ast.parse(source(lesson)).body:
        if isinstance(node, ast.FunctionDef):
            module = ast.Module([node], type_ignores=[])
            # Some have the lesson's settings as defaults: no gap needs them.
            with contextlib.suppress(NameError):
                exec(compile(module, lesson, "exec"), found)
    for name in [name for name in found if name.startswith("good_")]:
        found[name.removeprefix("good_")] = found[name]
    return found


@pytest.mark.parametrize(("lesson", "exercise_id", "name"), gaps())
def test_the_solution_can_stand_where_the_good_answer_does(
    lesson, exercise_id, name
):
    """What ``ck.solution`` prints fills the gap, and the lesson goes on."""
    good = filled(lesson)[name]
    exercise = next(e for e in exercises.load(lesson) if e.id == exercise_id)
    assert engine.judge(exercise, good) == engine.Verdict("correct")
    assert forms.misfit(exercise.reference, good, exercise.cases) == ""
