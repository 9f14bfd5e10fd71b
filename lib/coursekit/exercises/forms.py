"""Can a right answer stand in the lesson? What it returns, and by what means.

A check accepts right values in any form. The lesson that goes on with the
answer rounds its results or adds them, which a list of the same numbers
cannot, and ``fit`` calls a loss with symbols in place of numbers.
"""

import contextlib
import copy
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.exercises.engine import Case
from coursekit.exercises.surroundings import put_back


def misfit(yours: Callable, good: Callable, cases: Sequence[Case]) -> str:
    """Why ``yours`` cannot stand where ``good`` does; "" where it can.

    Both are called on the first case on which they return something.
    Several results may come as a list or as a tuple.
    """
    import keras

    # What the answer prints, the check has shown.
    with put_back(), contextlib.redirect_stdout(io.StringIO()):
        for case in cases:
            try:
                wanted, found = _result(good, case), _result(yours, case)
            except Exception:
                continue  # the case is there for its error
            trains = keras.ops.is_tensor(wanted)  # others never meet fit
            return _differs(wanted, found) or (
                _untrainable(yours, good, case) if trains else ""
            )
    return ""


def _result(function: Callable, case: Case) -> Any:
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    return function(*args, **kwargs)


def _differs(wanted: Any, found: Any) -> str:
    several = isinstance(wanted, tuple) and isinstance(found, tuple | list)
    if several or (isinstance(wanted, list) and isinstance(found, list)):
        pairs = zip(wanted, found, strict=False)
        return next(filter(None, (_differs(*pair) for pair in pairs)), "")
    if _form(wanted) == _form(found):
        return ""
    return f"returns {_form(found)} where the next cells need {_form(wanted)}"


def _form(value: Any) -> str:
    from keras import ops

    if isinstance(value, int | float | complex | np.generic):
        return "a number"
    if ops.is_tensor(value):
        return "a tensor"
    names = {np.ndarray: "an array", str: "text"}
    return names.get(type(value), f"a {type(value).__name__}")


def _untrainable(yours: Callable, good: Callable, case: Case) -> str:
    """Call both as ``fit`` would, on shapes with an open batch size."""
    symbols = Case(*map(_symbol, case.args), **case.kwargs)
    try:
        _result(good, symbols)
    except Exception:
        return ""  # nor does the lesson train through this one
    try:
        _result(yours, symbols)
    except Exception:
        return "fit cannot use it, because fit traces it without numbers"
    return ""


def _symbol(value: Any) -> Any:
    import keras

    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    return keras.KerasTensor((None, *value.shape[1:]), str(value.dtype))
