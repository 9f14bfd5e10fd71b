"""Are two results equal, and if not, what differs, in words a learner needs.

Numbers, text, arrays, tensors (anything NumPy can read), and lists, tuples
and dicts of them. Nothing here raises, whatever a learner's code returned.
"""

import contextlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

_NUMBERS = "biufc"  # NumPy's kinds of numbers, True and False among them
_RELATIVE = 1e-5  # what float32 can promise; decimals only
_FEW = 12  # that many numbers are shown whole
_MANY = 40  # more than that are never shown
_PRINT: dict[str, Any] = {  # all of them: a learner may have set others
    "precision": 4,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 75,
    "suppress": True,
    "nanstr": "nan",
    "infstr": "inf",
    "formatter": None,
    "sign": "-",
    "floatmode": "maxprec",
    "legacy": False,
}


def difference(expected: Any, got: Any, atol: float) -> str:
    """What differs, as a clause about the answer; "" when nothing does.

    Integers, text and True/False must be equal; decimals may differ by
    ``atol`` plus 1e-5 of their size. NaN equals NaN. An integer may be
    given as a decimal (3.0 for 3), a tuple as a list or an array.
    """
    if isinstance(expected, Mapping):
        return _mapping_difference(expected, got, atol)
    if _is_nested(expected):
        return _sequence_difference(expected, got, atol)
    right = as_array(expected)
    if right is not None and right.dtype.kind in _NUMBERS:
        return _number_difference(right, expected, got, atol)
    return "" if _equal(expected, got) else _unlike(expected, got)


def close(expected: Any, got: Any) -> bool:
    """True for decimals that agree in about two digits."""
    right, mine = as_array(expected), as_array(got)
    if right is None or mine is None or right.shape != mine.shape:
        return False
    if right.dtype.kind != "f" or mine.dtype.kind not in "iuf":
        return False
    return bool(np.allclose(mine, right, rtol=0.01, atol=0, equal_nan=True))


def shown(value: Any, limit: int = 300) -> str:
    """A value in few characters; arrays as nested lists, long ones named."""
    try:
        text = re.sub(r" at 0x[0-9a-fA-F]+", "", _text(value))
    except Exception:  # a learner's own __repr__
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[:limit] + " ..."


def kind(value: Any) -> str:
    """What sort of thing a value is: "a number", "3 values", "text"."""
    if isinstance(value, str):
        return "text in quotes"
    if isinstance(value, Mapping):
        return "a dict"
    if isinstance(value, tuple | list):
        return _count(value)
    array = as_array(value)
    if array is None or array.dtype.kind not in _NUMBERS:
        return f"a {type(value).__name__}"
    if array.ndim == 1:
        return _count(array)
    if array.ndim > 1:
        return f"an array of shape {array.shape}"
    return "True or False" if array.dtype.kind == "b" else "a number"


def as_array(value: Any) -> np.ndarray | None:
    """NumPy array of a number, list, array or tensor; None otherwise."""
    try:
        if hasattr(value, "detach"):  # PyTorch: part of a graph, or on a GPU
            value = value.detach().cpu()
        return _plain(np.asarray(value))
    except Exception:  # ragged lists, symbolic tensors
        return None


def _plain(array: np.ndarray) -> np.ndarray:
    """Numbers that NumPy cannot compare as ones that it can."""
    if array.dtype.isbuiltin == 2:  # bfloat16 and other added types
        return array.astype("float32")
    if array.dtype == object:
        with contextlib.suppress(ValueError):  # rows of unequal length
            numbers = np.array(array.tolist())
            return numbers if numbers.dtype.kind in _NUMBERS else array
    return array


# ------------------------------------------------------------- by kind


def _number_difference(right, expected: Any, got: Any, atol: float) -> str:
    mine = as_array(got)
    if mine is None or mine.dtype.kind not in _NUMBERS:
        return _unlike(expected, got)
    if mine.shape != right.shape:
        text = f"{_shape(mine)} where {_shape(right)} is expected"
        return f"the shape is {text}" + _seen(": you returned ", got, mine)
    boolean = right.dtype.kind == "b"
    if boolean != (mine.dtype.kind == "b"):
        wanted = "True/False is" if boolean else "numbers are"
        return f"{_returned(got)} ({mine.dtype}) where {wanted} expected"
    same = _matches(right, mine, atol)
    if same.all():
        return ""
    if right.size <= _FEW and not _new_nan(mine, same).any():
        text = f"{_returned(got)}, expected {shown(expected)}"
        text += _remark(right, mine)
    else:
        text = _first_difference(right, mine, same)
    return text + (_narrow(got) if close(right, mine) else "")


def _first_difference(right, mine, same) -> str:
    """Of many numbers: how many differ, and the first; NaN before others."""
    nan = _new_nan(mine, same)
    if nan.any():
        text = "you returned NaN (not a number)"
        if mine.ndim:
            text += f" at {_first(nan)}"
        return text + _seen(": ", mine, mine)
    place = tuple(_first(~same))
    return (
        f"{int((~same).sum())} of {right.size} entries differ; the first, "
        f"at {list(place)}, is {shown(mine[place])}, expected "
        f"{shown(right[place])}{_remark(right, mine)}"
    )


def _new_nan(mine: np.ndarray, same: np.ndarray) -> np.ndarray:
    return np.isnan(mine) & ~same


def _matches(right: np.ndarray, mine: np.ndarray, atol: float) -> np.ndarray:
    """Entry by entry; integers are exact but for a decimal's rounding."""
    if right.dtype.kind in "biu" and mine.dtype.kind in "biu":
        return np.asarray(right == mine)
    rtol = _RELATIVE
    if right.dtype.kind in "iu":
        rtol, atol = 1e-12, 1e-9
    with np.errstate(all="ignore"):
        return np.isclose(mine, right, rtol=rtol, atol=atol, equal_nan=True)


def _remark(right: np.ndarray, mine: np.ndarray) -> str:
    """Why numbers that look alike are not equal, where that can be told."""
    if close(right, mine):
        with np.errstate(all="ignore"):
            apart = np.nanmax(np.abs(right - mine))
        return f" (close, but off by up to {apart:.1g})"
    if right.dtype.kind == "f" and mine.dtype.kind in "iu":
        return f" (yours are whole numbers, {mine.dtype}: no decimals)"
    return ""


def _narrow(got: Any) -> str:
    """Why numbers of a narrow type are not equal; "" for other types."""
    name = re.search(r"b?float(16|8\w*)", str(getattr(got, "dtype", "")))
    if name is None:
        return ""
    return f" (yours are {name[0]}, which keeps 2 or 3 digits: use float32)"


def _sequence_difference(expected, got: Any, atol: float) -> str:
    if not isinstance(got, tuple | list):
        array = as_array(got)
        if array is None or array.ndim == 0:
            return _unlike(expected, got)
        got = list(array)
    if len(got) != len(expected):
        return f"you returned {_count(got)}, expected {len(expected)}"
    for number, (right, mine) in enumerate(zip(expected, got, strict=True)):
        problem = difference(right, mine, atol)
        if problem:
            return f"in value {number} {problem}"
    return ""


def _mapping_difference(expected: Mapping, got: Any, atol: float) -> str:
    if not isinstance(got, Mapping) or set(got) != set(expected):
        return _unlike(expected, got)
    for key, right in expected.items():
        problem = difference(right, got[key], atol)
        if problem:
            return f"at {key!r} {problem}"
    return ""


# ------------------------------------------------------------- helpers


def _is_nested(value: Any) -> bool:
    """True for a tuple or list that is more than rows of like numbers."""
    if not isinstance(value, tuple | list):
        return False
    if any(getattr(item, "shape", ()) != () for item in value):
        return True
    if len({type(item) for item in value}) > 1:
        return True
    array = as_array(value)
    return array is None or array.dtype.kind not in _NUMBERS


def _equal(expected: Any, got: Any) -> bool:
    """``==`` as one truth value, also for arrays and for broken ``==``."""
    try:
        right, mine = as_array(expected), as_array(got)
        if right is not None and mine is not None and right.dtype != object:
            return bool(np.array_equal(right, mine))
        return bool(expected == got)
    except Exception:
        return False


def _unlike(expected: Any, got: Any) -> str:
    """A difference of value or kind; the kind is named when it is one."""
    other = kind(got) != kind(expected)
    named = f" of type {type(got).__name__}{_held(got)}" if other else ""
    return f"{_returned(got)}{named}, expected {shown(expected)}"


def _held(got: Any) -> str:
    """What an array holds that is no number."""
    array = as_array(got) if hasattr(got, "dtype") else None
    if array is None or array.dtype.kind in _NUMBERS:
        return ""
    words = {"U": "text", "S": "bytes", "O": "Python objects"}
    return f" of {words.get(array.dtype.kind, str(array.dtype))}"


def _returned(got: Any) -> str:
    return f"you returned {shown(got)}"


def _count(values: Any) -> str:
    return "1 value" if len(values) == 1 else f"{len(values)} values"


def _shape(array: np.ndarray) -> str:
    return str(array.shape) if array.ndim else "() (one number)"


def _seen(before: str, got: Any, mine: np.ndarray) -> str:
    return before + shown(got) if mine.size <= _MANY else ""


def _first(mask: np.ndarray) -> list[int]:
    return [int(i) for i in np.argwhere(mask)[0]]


def _text(value: Any) -> str:
    if isinstance(value, str | bool | int | None):
        return repr(value)
    if isinstance(value, float | np.floating):
        return f"{float(value) + 0.0:.6g}"  # 0 for -0
    if isinstance(value, Mapping):
        pairs = (f"{k!r}: {shown(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, tuple):
        inner = ", ".join(shown(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if _is_nested(value):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    array = as_array(value)
    if array is None or array.dtype.kind not in _NUMBERS + "U":
        named = callable(value) and not isinstance(value, type)
        return f"<{type(value).__name__}>" if named else repr(value)
    if array.ndim == 0 and array.dtype.kind != "c":
        return _text(array.item())
    if array.size > _MANY:
        return f"an array of shape {array.shape}"
    with np.printoptions(**_PRINT):
        return " ".join(np.array2string(array, separator=", ").split())
