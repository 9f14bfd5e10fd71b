"""Wrong answers that were once accepted, each by a case that was missing."""

import numpy as np
import pytest

from coursekit import exercises
from coursekit.exercises import engine
from coursekit.exercises.edits import edit

EDITS = [
    (
        "01.7",
        edit("np.arange(len(labels)), labels", "labels, range(len(labels))"),
    ),
    ("01.6", edit("max(height - pixels, 0)", "height - pixels")),
    ("04.5", edit("filters[-1]", "max(filters)")),
    ("05.4", edit("x.mean(axis=0)", "x.mean()")),
    ("05.5", edit("loss <", "loss <=")),
    ("11.5", edit("np.unique(pair[pair >= 0])", "range(pair.max() + 1)")),
    ("12.2", edit("0, -1", "1, -1")),
    ("21.4", edit("in numbers:", "in numbers[: numbers.index(3)]:")),
    ("22.1", edit("scores.max(axis=1, keepdims=True)", "scores[:, :1]")),
    ("22.1", edit("scores.max", "scores.mean")),
    ("22.1", edit("scores.max", "scores.min")),
    ("23.3", edit("[..., ::-1]", "[::-1]")),
    ("23.3", edit("[..., ::-1]", "[:, ::-1]")),
    (
        "23.4",
        edit(
            "append((int(number), caption",
            'append((int(number), caption.split("#")[0]',
        ),
    ),
    ("23.2", edit("in numbers:", "in numbers[: numbers.index(3)]:")),
    ("23.2", edit("not in (0, 2)", "> 3")),
    ("23.5", edit("len(references) /", "len(references) //")),
]


def exercise(identity):
    found = {e.id: e for e in exercises.load(identity[:2])}
    return found[identity]


@pytest.mark.parametrize(("identity", "changed"), EDITS)
def test_it_is_accepted_no_more(identity, changed):
    of = exercise(identity)
    verdict = engine.judge(of, changed.apply(of.reference))
    assert verdict.state == "not yet"


@pytest.mark.parametrize("identity", ["02.2", "02.7", "03.1"])
def test_what_is_right_for_square_pictures_only_is_wrong(identity):
    of = exercise(identity)

    def answer(image, *rest):
        side = min(image.shape)
        return of.reference(image[:side, :side], *rest)

    assert engine.judge(of, answer).state == "not yet"
    square = of.cases[0].args
    np.testing.assert_array_equal(answer(*square), of.reference(*square))
