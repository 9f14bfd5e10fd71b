"""Lesson 11 against SciPy, Keras' own windows and counting by hand."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from coursekit import data, lessons

answers = lessons.module("11", "exercises")
figures = lessons.module("11", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    letters = "abcdefghijklmnopqrstuvwxyz "
    own = lesson_functions("11", np=np, letters=letters, profile=Seed())
    own["windows"] = own["good_windows"]
    own["walk_forward_folds"] = own["good_walk_forward_folds"]
    return own


class Seed:
    seed = 0


# ------------------------------------------------------------ sequences


def test_a_follow_table_is_a_table_of_probabilities(own):
    table = own["follow_table"]("abab")
    assert np.allclose(table.sum(axis=1), 1)
    assert table[0, 1] == pytest.approx(3 / 29)  # two seen, 27 for free
    assert own["log_probability"]("ab", table) == pytest.approx(np.log(3 / 29))


def test_heating_by_rule_settles_and_doing_nothing_does_not(own):
    assert own["live"](lambda room: 0, hours=3) == [17, 16, 15]
    assert set(own["live"](lambda room: room < 20, 50)[1:]) == {19, 20}


def test_bumps_are_where_they_should_be_and_have_their_labels_sign(own):
    x, y = own["bumps"](200, 3, 6, np.random.default_rng(0))
    first = x[:, :, 0].argmax(axis=1), x[:, :, 0].argmin(axis=1)
    assert ((first[0] < first[1]) == (y == 1)).all()
    assert set(np.minimum(*first)) == {3, 4, 5}


# ----------------------------------------------------- reviews in pairs


def test_no_count_of_words_can_tell_the_partners_of_a_pair_apart(own):
    import re

    split_words = own["split_words"]
    split_words.__globals__["re"] = re
    reviews = data.load("reviews").test
    pair = reviews.extra["pair"]
    for number in np.unique(pair[pair >= 0]):
        rows = np.flatnonzero(pair == number)
        one, other = (sorted(split_words(reviews.x[row])) for row in rows)
        assert one == other
        assert reviews.y[rows].sum() == 1


def test_pairs_right_is_zero_for_every_constant_answer():
    pair = np.array([0, 0, 1, 1, -1])
    labels = np.array([1, 0, 0, 1, 1])
    for answer in (0, 1):
        said = np.full(5, answer)
        assert answers.pairs_right(said, labels, pair) == 0
    assert answers.pairs_right(labels, labels, pair) == 1


# ------------------------------------------------------ splits in time


def test_windows_are_those_of_keras(own):
    import keras

    series = np.arange(20.0) ** 2
    x, y = own["windows"](series, 4)
    batches = keras.utils.timeseries_dataset_from_array(
        series[:-1], series[4:], sequence_length=4, batch_size=100
    )
    theirs_x, theirs_y = next(iter(batches))
    assert np.array_equal(x, theirs_x) and np.array_equal(y, theirs_y)


def test_the_three_nearest_are_those_of_a_search_tree(own):
    rng = np.random.default_rng(0)
    x_train, y_train = rng.random((50, 4)), rng.random(50)
    x = rng.random((20, 4))
    _, rows = cKDTree(x_train).query(x, k=3)
    said = own["three_nearest"](x_train, y_train, x)
    assert np.allclose(said, y_train[rows].mean(axis=1))


@pytest.mark.parametrize("identity", ["11.1", "11.2"])
def test_the_lesson_goes_on_with_the_good_answer(lesson_text, identity):
    said = f"{identity}  the lesson goes on with the good answer"
    assert said in lesson_text("11")


def test_the_good_windows_are_the_exercises(own):
    (exercise,) = (e for e in answers.EXERCISES if e.id == "11.1")
    for case in exercise.cases:
        ours, theirs = (
            way(*case.args) for way in (own["good_windows"], answers.windows)
        )
        assert all(map(np.array_equal, ours, theirs))


def test_the_good_folds_are_those_of_the_exercise_and_of_the_text(own):
    (exercise,) = (e for e in answers.EXERCISES if e.id == "11.2")
    for case in exercise.cases:
        ours = own["good_walk_forward_folds"](*case.args)
        theirs = answers.walk_forward_folds(*case.args)
        for one, other in zip(ours, theirs, strict=True):
            assert all(map(np.array_equal, one, other))
    first, second = own["good_walk_forward_folds"](np.array([3, 5, 8]))
    assert [rows.tolist() for rows in first] == [[0, 1, 2], [3, 4]]
    assert [rows.tolist() for rows in second] == [[0, 1, 2, 3, 4], [5, 6, 7]]


@pytest.mark.parametrize(
    ("length", "leaking", "clean"), [(3, 0.992, 0.262), (12, 1, 0.0047)]
)
def test_a_random_split_of_windows_leaks_as_the_question_says(
    length, leaking, clean
):
    assert 1 - 0.2**length == pytest.approx(leaking, abs=1e-6)
    assert 0.8 ** (2 * length) == pytest.approx(clean, abs=1e-3)
    n = 100_000
    tested = np.zeros(n, dtype=bool)
    tested[np.random.default_rng(8).permutation(n)[: n // 5]] = True
    near = np.lib.stride_tricks.sliding_window_view(tested, 2 * length + 1)
    middle, after = near[:, length], near[:, length + 1 :]
    leaks = ~after[middle].all(axis=1)  # the answer is in training
    assert leaks.mean() == pytest.approx(leaking, abs=0.003)
    others = near.sum(axis=1)[~middle]
    assert (others == 0).mean() == pytest.approx(clean, abs=0.005)


@pytest.mark.parametrize("way", ["chronological_split", "walk_forward"])
def test_splits_in_time_never_train_on_what_comes_later(own, way):
    for train, test in own[way](100):
        assert train.max() < test.min()
        assert np.array_equal(train, np.arange(len(train)))


def test_walking_forward_tests_the_second_half_once(own):
    tested = np.concatenate([test for _, test in own["walk_forward"](101)])
    assert np.array_equal(tested, np.arange(50, 101))


def test_a_random_split_trains_on_the_neighbours_of_what_it_tests(own):
    ((train, test),) = own["random_split"](400)
    assert sorted([*train, *test]) == list(range(400))
    beside = np.isin(test - 1, train) | np.isin(test + 1, train)
    assert beside.mean() > 0.9


def test_the_random_split_of_co2_flatters_by_a_factor_above_five(own):
    series = data.load("series", series="co2")
    past = np.concatenate([series.train.y, series.validation.y])
    x, y = own["windows"](past.astype(float), 12)
    everything = np.concatenate([past, series.test.y]).astype(float)
    x_all, y_all = own["windows"](everything, 12)

    def error(train, test):
        _, rows = cKDTree(x_all[train]).query(x_all[test], k=3)
        said = y_all[train][rows].mean(axis=1)
        return np.sqrt(np.mean((said - y_all[test]) ** 2))

    shuffled = np.random.default_rng(7).permutation(len(x))
    random = error(shuffled[:-80], shuffled[-80:])
    future = error(np.arange(len(x)), np.arange(len(x), len(x_all)))
    assert future > 5 * random
    assert future == pytest.approx(5.69, abs=0.01)


def test_a_smoothed_input_holds_the_next_value():
    values = np.arange(10.0) ** 2
    smooth = np.convolve(values, np.ones(3) / 3, mode="same")
    changed = values.copy()
    changed[6] += 3
    again = np.convolve(changed, np.ones(3) / 3, mode="same")
    assert again[5] - smooth[5] == pytest.approx(1)  # 5 knows of 6


# ------------------------------------------------------------- figures


def test_the_picture_of_shapes_counts_what_goes_in_and_out():
    said = figures.five_shapes().summary
    assert "one to many: 1 in, 3 out" in said
    assert "many to one: 3 in, 1 out" in said
    assert "unequal: 3 in, 2 out" in said


def test_strips_and_forecasts_say_their_numbers():
    rows = np.arange(10)
    ways = {"chronological": [(rows[:8], rows[8:])]}
    assert "chronological 8+2" in figures.split_strips(ways, 10).summary
    figure = figures.forecasts(
        {"measured": (rows, rows * 2)}, {"test": (rows, rows)}, "day", "ppm"
    )
    assert "measured from 0 to 18" in figure.summary
    assert "test from 0 to 9" in figure.summary


def test_bars_by_kind_say_each_share():
    values = {"bag": {"plain": 1.0, "order": 0.5}}
    said = figures.accuracy_by_kind(values).summary
    assert "bag: plain 1.00, order 0.50" in said
