"""Comparing and showing whatever a learner's code returns."""

import ml_dtypes  # noqa: F401 - NumPy's bfloat16
import numpy as np
import pytest

from coursekit.exercises.compare import difference, shown


class Tensor:
    """Anything NumPy can read, as a TensorFlow or Keras tensor."""

    def __init__(self, values):
        self.values = np.asarray(values)

    @property
    def shape(self):
        return self.values.shape

    def __array__(self, dtype=None, copy=None):
        return self.values


class Hostile:
    """Raises whatever one asks of it."""

    def __eq__(self, other):
        raise RuntimeError("no comparing")

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no showing")

    def __len__(self):
        raise RuntimeError("no counting")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (3, 3),
        (3, np.int64(3)),
        (3, 3.0),
        (3, 0.1 * 30),
        (0.3, 0.1 + 0.2),
        (1.0, 1 + 5e-7),
        (float("nan"), np.nan),
        (np.inf, np.inf),
        (True, np.True_),
        ("a", np.str_("a")),
        (None, None),
        ({1, 2}, {2, 1}),
        ((1, 2), [1, 2]),
        ((1, 2), np.array([1, 2])),
        (np.arange(3), [0, 1, 2]),
        (np.arange(3.0), Tensor([0, 1, 2])),
        (np.array(["a", "b"]), np.array(["a", "b"])),
        (["a", "b"], ("a", "b")),
        ([[1], [1, 2]], [[1], [1, 2]]),
        ((np.ones(2), np.zeros(3)), [Tensor([1, 1]), [0, 0, 0]]),
        ({"a": (1, "b")}, {"a": [1, "b"]}),
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (10**30, 10**30),
        (np.array([1.0, 2.0]), np.array([1, 2.0], object)),
        ([[1], [1, 2]], np.array([[1], [1, 2]], object)),
        (["a", "b"], np.array(["a", "b"], object)),
        (np.array([1.0, 2.0]), np.array([1, 2], "bfloat16")),
    ],
)
def test_what_says_the_same_is_equal(expected, got):
    assert difference(expected, got, 1e-6) == ""


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (3, 4, "you returned 4, expected 3"),
        (34944, 34944.2, "you returned 34944.2, expected 34944"),
        (34944, 34970, "you returned 34970, expected 34944"),
        (3, "3", "you returned '3' of type str, expected 3"),
        ("a", ["a"], "you returned ['a'] of type list, expected 'a'"),
        ("a", np.array(["a", "b"]), "expected 'a'"),
        (0.5, None, "you returned None"),
        (None, 3, "expected None"),
        (True, 1, "you returned 1 (int64) where True/False is expected"),
        (np.ones(2), np.ones(2) > 0, "(bool) where numbers are expected"),
        (np.ones(2), np.ones((2, 1)), "shape is (2, 1) where (2,) is"),
        (np.ones(2), 1.0, "shape is () (one number) where (2,) is"),
        (1, [1], "shape is (1,) where () (one number) is expected"),
        (np.ones(2), [1, np.nan], "NaN (not a number) at [1]: [ 1., nan]"),
        (0.5, np.nan, "you returned NaN (not a number): nan"),
        (np.ones(2), [np.inf, 1], "you returned [inf, 1], expected [1., 1.]"),
        ((1, "b"), (1, "c"), "in value 1 you returned 'c', expected 'b'"),
        ((1, "b"), (1,), "you returned 1 value, expected 2"),
        ((1, "b"), 1, "you returned 1 of type int, expected (1, 'b')"),
        (["a", "b"], "ab", "you returned 'ab' of type str"),
        ({"k": 1.0}, {"k": 2.0}, "at 'k' you returned 2, expected 1"),
        ({"k": 1}, {"l": 1}, "you returned {'l': 1}, expected {'k': 1}"),
        ({"k": 1}, 1, "of type int"),
        ({1, 2}, {1}, "you returned {1}, expected {1, 2}"),
        ((np.zeros(2), np.ones(2)), np.zeros((2, 2)), "in value 1 you"),
        (1, Hostile(), "<Hostile>"),
        ("a", Hostile(), "<Hostile>"),
        ((1, "a"), Hostile(), "<Hostile>"),
        ({"a": 1}, Hostile(), "<Hostile>"),
        ([1, 2], (i for i in (1, 2)), "of type generator"),
        (np.arange(2), np.array(["0", "1"]), "type ndarray of text, expected"),
        (np.arange(2), np.array([0, None]), "ndarray of Python objects"),
        (np.array([0.1]), np.array([0.1], "bfloat16"), "bfloat16, which"),
        (np.ones(20) / 3, np.ones(20, "f2") / 3, "float16, which keeps 2"),
    ],
)
def test_what_differs_is_named(expected, got, words):
    assert words in difference(expected, got, 1e-6)


def test_of_many_numbers_the_first_that_differs_is_shown():
    right = np.arange(60).reshape(6, 10)
    wrong = right.copy()
    wrong[2, 3], wrong[5, 9] = 0, 1
    assert difference(right, wrong, 0) == (
        "2 of 60 entries differ; the first, at [2, 3], is 0, expected 23"
    )


def test_nan_is_told_before_other_differences():
    right = np.zeros((6, 10))
    wrong = right + 1
    wrong[3, 4] = np.nan
    text = difference(right, wrong, 0)
    assert text == "you returned NaN (not a number) at [3, 4]"


def test_a_near_miss_says_by_how_much():
    text = difference([1 / 3, 2 / 3], [1 / 3 + 2e-5, 2 / 3], 1e-6)
    assert text.endswith("(close, but off by up to 2e-05)")
    assert difference([1 / 3, 2 / 3], [1 / 3 + 2e-5, 2 / 3], 1e-4) == ""
    assert "close" not in difference([1 / 3, 2 / 3], [0.5, 2 / 3], 1e-6)


def test_cut_off_decimals_are_explained_by_the_whole_numbers():
    text = difference([0.5, 1.5], np.array([0, 1], "int32"), 1e-6)
    assert text.endswith("(yours are whole numbers, int32: no decimals)")


def test_a_long_array_with_the_wrong_shape_is_not_printed():
    text = difference(np.zeros((8, 8)), np.zeros((8, 9)), 0)
    assert text == "the shape is (8, 9) where (8, 8) is expected"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (-0.0, "0"),
        (np.float32(0.1), "0.1"),
        (np.array(7), "7"),
        ((32, 28), "(32, 28)"),
        ((3,), "(3,)"),
        ([1.5, "a"], "[1.5, 'a']"),
        (np.array([[1.0, 2.5]]), "[[1. , 2.5]]"),
        (Tensor([1, 2]), "[1, 2]"),
        (np.zeros((30, 30)), "an array of shape (30, 30)"),
        ({"a": np.arange(2)}, "{'a': [0, 1]}"),
        (len, "<builtin_function_or_method>"),
        (1 + 2j, "1.+2.j"),
        (Hostile(), "<Hostile>"),
    ],
)
def test_values_are_shown_compactly(value, text):
    assert shown(value) == text


def test_what_is_shown_holds_no_addresses_and_is_not_endless():
    assert " at 0x" not in shown(object())
    assert len(shown("x" * 10_000)) < 400
    assert "\n" not in shown(np.arange(40.0).reshape(10, 4))
    endless = []
    endless.append(endless)
    assert len(shown(endless)) < 400
