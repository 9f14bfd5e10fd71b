"""Lesson 15 against plain loops, brute force and broken files."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import data, lessons
from coursekit.data.dataset import Dataset
from coursekit.data.splits import over_time
from coursekit.errors import CourseError

answers = lessons.module("15", "exercises")
networks = lessons.module("15", "networks")
own_series = lessons.module("15", "own_series")


@pytest.fixture(scope="module")
def own(lesson_functions):
    import keras
    from keras import layers, ops

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    return lesson_functions("15", **names, units=networks.UNITS)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday's step   1.20 degrees",
        "the best possible  0.80 degrees",
        "15.1  the lesson goes on with the good answer",
        "moved no calendar 0.88, with products 1.26",
        "8.0 costs 1.8\n13.0 costs 0.3",
        "sum with products 0.826 degrees (test)",
        "best possible 2.05 degrees wide, 0.79 inside",
        "cheapest for a share of 0.9: 90",
        "fitted on all           0.67 ppm",
        "gap.csv, line 3, has no value",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("15")


# ------------------------------------------------------------- the gaps


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 20))
def test_answers_of_two_parts_share_no_moment(length, horizon, border):
    values = np.arange(40.0)[:, np.newaxis]
    spans = [(0, border + 12), (border + 12, 40)]
    early, late = (
        answers.make_windows(values, length, horizon, *span)[1]
        for span in spans
    )
    assert not set(early.ravel()) & set(late.ravel())
    seen = set(early.ravel()) | set(late.ravel())
    first = min(length, border + 12)
    assert late.size == 0 or {float(first), 39.0} <= seen | {float(first)}


def test_each_answer_follows_its_window():
    values = np.arange(30.0)[:, np.newaxis]
    x, y = answers.make_windows(values, 4, 3, 10, 25)
    assert (np.diff(np.c_[x[..., 0], y], axis=1) == 1).all()
    assert y[0, 0] == 10 and y[-1, -1] == 24


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.sampled_from([0.1, 0.25, 0.5, 0.9]))
def test_the_quantile_is_what_costs_least(seed, share):
    numbers = np.random.default_rng(seed).standard_normal(81)
    costs = [answers.quantile_loss(numbers, g, share) for g in numbers]
    best = numbers[int(np.argmin(costs))]
    assert best == np.sort(numbers)[int(np.ceil(81 * share)) - 1]


# ----------------------------------------- the lesson's cells, elsewhere


@pytest.mark.parametrize("kind", networks.UNITS)
def test_the_lessons_network_is_the_modules(own, kind):
    ours = own["network"](kind, (16, 6), 2)
    theirs = networks.network(kind, (16, 6), 2)
    assert ours.count_params() == theirs.count_params()
    shapes = [
        [layer.output.shape for layer in m.layers] for m in (ours, theirs)
    ]
    assert shapes[0] == shapes[1]
    acts = [
        [getattr(layer, "activation", None) for layer in m.layers]
        for m in (ours, theirs)
    ]
    assert acts[0] == acts[1]


def test_the_weighted_sum_finds_the_weights_that_made_the_answers(own):
    rng = np.random.default_rng(0)
    x, weights = rng.standard_normal((50, 3, 2)), rng.standard_normal((6, 2))
    y = x.reshape(50, 6) @ weights + 3
    new = rng.standard_normal((4, 3, 2))
    for made in (own["weighted_sum"], networks.weighted_sum):
        assert np.allclose(made(x, y)(new), new.reshape(4, 6) @ weights + 3)


def test_recursive_in_rows_is_the_exercises_recursive(own):
    series = np.random.default_rng(1).standard_normal(20)
    step = np.array([0.5, -0.2, 0.4])

    def model(windows):  # relative to the last value
        return windows[..., 0] @ step[:, np.newaxis]

    def number(window):
        return float((window - window[-1]) @ step + window[-1])

    x = np.stack([series[n - 3 : n] for n in (5, 9)])[..., np.newaxis]
    ours = own["recursive"](model, x, horizon=4)
    for row, origin in zip(ours, (5, 9), strict=True):
        theirs = answers.recursive(number, series, 3, origin, 4)
        assert np.allclose(row, theirs)


def test_no_forecast_without_training_reads_the_answer(own):
    x = np.arange(2 * 16.0).reshape(2, 16, 1)
    said = own["simple_forecasts"](x)
    assert said["as now"][:, 0].tolist() == [15, 31]
    assert said["as yesterday"][:, 0].tolist() == [8, 24]
    assert said["yesterday's step"][:, 0].tolist() == [16, 32]


def test_nothing_that_knows_the_past_only_beats_the_noise_floor():
    station = data.load("series", series="weather")
    for part in (station.train, station.validation, station.test):
        error = networks.rmse(part.extra["expected"], part.y)
        assert error == pytest.approx(0.8, abs=0.02)


def ten_minutes(count):
    """A series in the form of Jena, the hours counted in its first column."""
    hours = np.arange(count) / 6
    x = np.column_stack([hours, np.full(count, -9999.0)]).astype("float32")
    return Dataset(data.info("jena"), *over_time(x, x[:, 0]))


@pytest.mark.parametrize("count", [4_000, 100_000])
def test_a_day_ahead_at_jena_is_24_hours_after_the_windows_last(own, count):
    own["names"] = ("train", "validation", "test")
    own["make_windows"] = answers.make_windows
    found, unit = own["day_ahead"](ten_minutes(count))
    for x, y in found.values():
        assert x.shape[1:] == (48, 3) and y.shape == (len(x), 1)
        assert np.allclose(unit * y, 24, atol=0.02)
        assert np.isfinite(x).all()


def test_no_answer_at_jena_lies_in_two_parts(own):
    own["names"] = ("train", "validation", "test")
    own["make_windows"] = answers.make_windows
    found, unit = own["day_ahead"](ten_minutes(4_000))
    now = {name: x[:, -1, 0] * unit for name, (x, _) in found.items()}
    last, first = now["train"].max() + 24, now["validation"].min() + 24
    assert first - last > 23


# ------------------------------------------------------- your own series


def written(folder, lines, encoding="utf-8"):
    path = folder / "own.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def days(count, value="1.5", first="2024-01-01"):
    moments = np.datetime64(first) + np.arange(count)
    return ["day,sold", *(f"{moment},{value}" for moment in moments)]


def test_a_plain_file_is_read_whatever_the_order_of_its_columns(tmp_path):
    lines = ["sold, day,x", "3,2024-01-01 00:00,a", "4.5,2024-01-01 06:00,b"]
    when, series = own_series.read(written(tmp_path, lines), "day", "sold")
    assert series.tolist() == [3, 4.5]
    assert when[1] - when[0] == np.timedelta64(6, "h")


@pytest.mark.parametrize(("unit", "step"), [("M", 1), ("M", 3), ("Y", 1)])
def test_months_quarters_and_years_are_even_steps(tmp_path, unit, step):
    moments = np.datetime64("1999", unit) + step * np.arange(30)
    lines = ["month,v", *(f"{moment},1" for moment in moments)]
    when, _ = own_series.read(written(tmp_path, lines), "month", "v")
    assert len(when) == 30


def test_hours_go_on_evenly_when_clocks_are_put_forward(tmp_path):
    hours = ["00:00+01:00", "01:00+01:00", "03:00+02:00", "04:00+02:00"]
    lines = ["hour,v", *(f"2024-03-31T{hour},1" for hour in hours)]
    when, _ = own_series.read(written(tmp_path, lines), "hour", "v")
    assert (np.diff(when) == np.timedelta64(1, "h")).all()


def test_lines_without_anything_in_them_are_passed_over(tmp_path):
    lines = [*days(3), ",", "", " , ,"]
    when, _ = own_series.read(written(tmp_path, lines), "day", "sold")
    assert len(when) == 3


@pytest.mark.parametrize("wrong", [{"season": 0}, {"horizon": 1.5}])
def test_a_season_and_a_horizon_are_numbers_of_rows(tmp_path, wrong):
    path = written(tmp_path, days(90))
    with pytest.raises(CourseError, match="is no number of rows"):
        own_series.report(path, "day", "sold", **{"season": 7} | wrong)


BROKEN = {
    "is no date": [*days(3), "tomorrow,1"],
    "line 5, has no value ('')": [*days(3), "2024-01-04,"],
    "line 5, has no value ('NaN')": [*days(3), "2024-01-04,NaN"],
    "line 5, has no value ('N/A')": [*days(3), "2024-01-04,N/A"],
    "line 5, has too large a value ('inf')": [*days(3), "2024-01-04,inf"],
    "line 5, has too large a value ('-1e300')": [
        *days(3),
        "2024-01-04,-1e300",
    ],
    "'1,5' is no number": [*days(3), '2024-01-04,"1,5"'],
    "names no column 'day'": ["day;sold", "2024-01-01;3"],
    "line 5, comes 2 days": [*days(3), "2024-01-05,1"],
    "line 5, comes -2 days": [*days(3), "2024-01-01,1"],
    "line 5, comes 0 days": [*days(3), "2024-01-03,1"],
    "line 5, comes 3 days": [*days(3), "2024-01-06,1", "2024-01-07,1"],
    "line 3, comes -1 days": ["day,sold", *days(9)[:0:-1]],
    "expected is a later date": ["day,sold", *days(9)[:0:-1]],
    "comes 2 hours after the line before, expected is 1 hour.": [
        "day,sold",
        *(f"2024-01-01 0{hour}:00,1" for hour in (0, 1, 2, 4, 5)),
    ],
    "line 5, is not CSV": [*days(3), '2024-01-04,"1', "9" * 200_000],
    "it has ['day;sold']": ["day;sold", "2024-01-01;3"],
    "line 6, has no value": ["a,b,c,day,sold"]
    + [f"1,1,1,2024-01-0{n},2" for n in (1, 2, 3, 4)]
    + ["1,1,1,2024-01-05"],
    "line 2: '' is no date": ["a,b,c,d,day,sold", "1"],
    "is empty": [""],
    "has 20 rows, expected are 60": days(20),
    "has 0 rows": ["day,sold"],
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_does_not_fit_is_said_with_its_place(tmp_path, message):
    path = written(tmp_path, BROKEN[message])
    with pytest.raises(CourseError) as caught:
        own_series.report(path, "day", "sold", season=7)
    assert message in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.remedy


def test_another_encoding_is_said_with_its_line(tmp_path):
    lines = [*days(2), "2024-01-03,1 \u20ac"]
    path = written(tmp_path, lines, "cp1252")
    with pytest.raises(CourseError, match="line 4, is not UTF-8"):
        own_series.read(path, "day", "sold")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        own_series.read(tmp_path / "none.csv", "day", "sold")


def test_the_report_is_in_the_unit_of_the_file(tmp_path, capsys, monkeypatch):
    build = networks.network  # a dense one is trained sooner than a GRU
    monkeypatch.setattr(networks, "network", lambda _, *s: build("dense", *s))
    rng = np.random.default_rng(2)
    week = np.tile([5, 1, 1, 1, 1, 3, 8], 30) + rng.normal(0, 0.1, 210)
    small = [line.split(",")[0] for line in days(210)[1:]]
    lines = [
        "day,sold",
        *(f"{d},{v}" for d, v in zip(small, week, strict=True)),
    ]
    errors = own_series.report(written(tmp_path, lines), "day", "sold", 7)
    assert errors["seasonal naive"] == pytest.approx(0.14, abs=0.05)
    assert errors["last value"] > 2
    assert capsys.readouterr().out.count("sold") == len(errors) == 4


# ------------------------------------------------------------- the quiz


def test_random_rows_are_told_from_a_split_in_time():
    train, test = answers.apart(30, 20, 5)
    answered = [set(range(r, r + 5)) for r in train]
    asked = [set(range(r, r + 5)) for r in test]
    for one, other in itertools.product(answered, asked):
        assert not one & other
