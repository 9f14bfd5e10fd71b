"""Splits: held-out parts, and batches of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit import data
from coursekit.data.pipeline import batches
from coursekit.data.splits import assert_disjoint, by_part, held_out
from coursekit.errors import CourseError


@given(
    classes=st.integers(1, 7),
    length=st.integers(2, 300),
    share=st.floats(0, 0.5),
)
def test_held_out_examples_are_disjoint_complete_and_in_proportion(
    classes, length, share
):
    y = np.random.default_rng(length).integers(0, classes, length)
    count = int(length * share)
    part = held_out(y, count)
    train, validation = by_part(part, np.arange(length), y, parts=2)
    assert len(validation) == count
    together = np.concatenate([train.x, validation.x])
    assert sorted(together.tolist()) == list(range(length))
    for label in range(classes):
        fair = count * np.mean(y == label)
        assert abs(np.sum(validation.y == label) - fair) <= 1


def test_the_draw_is_the_same_every_time():
    first, second = (held_out(np.arange(100) % 3, 20) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_batches_pair_inputs_with_targets_and_copy_no_mapped_array(tmp_path):
    x = np.memmap(tmp_path / "x.bin", "uint8", "w+", shape=(10, 2, 2, 1))
    x[:] = np.arange(10)[:, None, None, None]
    data = batches((x, np.arange(10)), 4)
    assert data.element_spec[0].shape.as_list() == [None, 2, 2, 1]
    sizes = []
    for images, labels in data.as_numpy_iterator():
        np.testing.assert_array_equal(images[:, 0, 0, 0], labels)
        sizes.append(len(labels))
    assert sizes == [4, 4, 2]


def test_shuffled_batches_differ_by_epoch_and_repeat_by_seed():
    def epochs():
        data = batches((np.arange(50),), 50, shuffle=True, seed=1)
        return [next(iter(data))[0].numpy().tolist() for _ in range(2)]

    first, again = epochs(), epochs()
    assert first == again
    assert first[0] != first[1] and sorted(first[0]) == list(range(50))


def test_a_function_makes_each_batch_from_its_parts():
    arrays = {"word": np.arange(6), "picture": np.arange(6) // 2}
    data = batches(
        arrays, 4, make=lambda batch: (batch["word"] + 1, batch["picture"])
    )
    found = [(x.tolist(), y.tolist()) for x, y in data.as_numpy_iterator()]
    assert found == [([1, 2, 3, 4], [0, 0, 1, 1]), ([5, 6], [2, 2])]


def test_without_the_remainder_all_batches_are_of_one_size():
    data = batches(np.arange(6), 4, drop_remainder=True)
    assert data.element_spec.shape == (4,)
    assert [x.tolist() for x in data.as_numpy_iterator()] == [[0, 1, 2, 3]]


# ------------------------------------------------------- names and leaks


def test_a_split_is_called_as_its_data_set_calls_it():
    scenes = data.load("scenes", at_most=10)
    for name in ("train", "validation", "test", "held_out"):
        assert getattr(scenes, name).name == name


PICTURES = np.random.default_rng(0).integers(0, 256, (60, 4, 4, 1), "uint8")
TEXTS = [f"text {number}" for number in range(60)]
WORDS = [(text, "word") for text in TEXTS]
KINDS = {"pictures": PICTURES, "texts": TEXTS, "tuples of words": WORDS}


@pytest.mark.parametrize("x", KINDS.values(), ids=list(KINDS))
def test_parts_without_a_common_example_pass_in_silence(x, capsys):
    assert_disjoint(x[:40], x[40:50], x[50:])
    assert_disjoint(x[:40], x[40:50], x[50:], strict=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("x", KINDS.values(), ids=list(KINDS))
def test_one_example_in_two_parts_is_refused(x):
    with pytest.raises(CourseError, match="1 of 11 examples of part 3"):
        assert_disjoint(x[:40], x[40:50], x[49:])


def test_the_refusal_names_the_splits():
    digits = data.load("digits", size=8)
    assert_disjoint(digits.train, digits.validation, digits.test)
    with pytest.raises(CourseError, match="360 of 360 examples of test are"):
        assert_disjoint(digits.train, digits.test, digits.test)


def test_what_a_published_set_repeats_is_counted_and_printed(capsys):
    assert_disjoint(TEXTS[:40], TEXTS[39:], strict=False)
    out = capsys.readouterr().out
    assert out == "1 of 21 examples of part 2 are in part 1 too\n"


def test_a_whole_part_that_repeats_is_refused_in_published_sets_too():
    with pytest.raises(CourseError, match="cannot test"):
        assert_disjoint(TEXTS[:40], TEXTS[40:], TEXTS[40:], strict=False)


@pytest.mark.parametrize(
    "parts",
    [
        (PICTURES[:40], PICTURES[:0]),
        (TEXTS, []),
        (PICTURES,),
        (PICTURES[:40], PICTURES[40:] / 255),
        (PICTURES[:40], PICTURES[40:].reshape(20, -1)),
        (PICTURES[:40], TEXTS),
    ],
)
def test_a_comparison_that_can_find_nothing_is_refused(parts):
    with pytest.raises(CourseError):
        assert_disjoint(*parts)
