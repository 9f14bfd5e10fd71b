"""Among the cases of every exercise with arrays is one that tells most.

Five rows, more or fewer columns than rows, and both signs: what is right
only for squares, for two or three rows or without a minus is found out.
"""

import inspect
from collections.abc import Iterator

import numpy as np
import pytest

from coursekit import exercises, lessons
from coursekit.exercises.engine import Exercise

# Arrays that cannot be negative, by exercise: shares, costs, lengths ...
NEVER_NEGATIVE = {
    "01.2": {"y"},  # one-hot rows
    "03.5": {"y"},  # values of a sigmoid
    "04.2": {"gaps"},
    "04.6": {"labels"},
    "05.1": {"s"},  # a mean of squares
    "05.4": {"variance"},
    "09.3": {"x"},  # pixels
    "10.4": {"scores"},
    "12.4": {"outputs"},  # probabilities
    "15.2": {"share"},
    "17.4": {"nats"},  # surprises
    "17.5": {"probabilities"},
    "17.6": {"first", "table"},
    "17.7": {"p", "q"},  # probabilities
    "18.1": {"probabilities"},
    "20.7": {"weights"},
    "21.5": {"costs"},
    "21.7": {"lengths"},
    "22.3": {"weights"},
    "22.4": {"weights"},
    "22.5": {"weights", "spoken"},
    "23.3": {"pixels"},
}
SQUARE = {"13.1", "13.4", "17.6"}  # recurrent matrices, a Markov chain
PLACES = {"14.5"}  # only picks the last real outputs: values are names


def arrays(exercise: Exercise) -> Iterator[tuple[str, np.ndarray]]:
    """All arrays that are given to an answer, with their parameters."""
    for case in exercise.cases:
        given = inspect.signature(exercise.reference).bind(
            *case.args, **case.kwargs
        )
        for name, value in given.arguments.items():
            many = value if isinstance(value, list) else [value]
            for array in many:
                if isinstance(array, np.ndarray):
                    yield name, array


WITH_ARRAYS = {
    exercise.id: list(arrays(exercise))
    for lesson in lessons.numbers()
    for exercise in exercises.load(lesson)
    if callable(exercise.reference)
    and any(arrays(exercise))
    and exercise.id not in PLACES
}


@pytest.mark.parametrize("identity", WITH_ARRAYS)
def test_one_case_has_five_rows_or_more(identity):
    assert max(a.shape[0] for _, a in WITH_ARRAYS[identity] if a.ndim) >= 5


@pytest.mark.parametrize("identity", sorted(set(WITH_ARRAYS) - SQUARE))
def test_one_case_is_not_square(identity):
    tables = [a.shape for _, a in WITH_ARRAYS[identity] if a.ndim > 1]
    assert not tables or any(rows != n for rows, n, *_ in tables)


@pytest.mark.parametrize("identity", WITH_ARRAYS)
def test_decimals_have_both_signs(identity):
    found = WITH_ARRAYS[identity]
    decimals = {name for name, a in found if a.dtype.kind == "f"}
    signed = {name for name, a in found if (a < 0).any()}
    never = NEVER_NEGATIVE.get(identity, set())
    assert decimals - signed == never & decimals
