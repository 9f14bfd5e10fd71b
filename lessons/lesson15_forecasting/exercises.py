"""Exercises of lesson 15: forecasting a time series."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def make_windows(values, length, horizon, start, stop):
    first = max(start, length)
    origins = range(first, stop - horizon + 1)
    x = [values[now - length : now] for now in origins]
    y = [values[now : now + horizon, 0] for now in origins]
    return np.array(x), np.array(y)


def quantile_loss(truth, forecast, share):
    from keras import ops

    missing = truth - forecast
    loss = ops.maximum(share * missing, (share - 1) * missing)
    return ops.mean(loss)


def seasonal_naive(past, season, horizon):
    last = past[-season:]
    return last[np.arange(horizon) % season]


def standardised(train, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread


def recursive(step, series, length, origin, horizon):
    window = list(series[origin - length : origin])
    said = []
    for _ in range(horizon):
        said.append(step(np.array(window)))
        window = [*window[1:], said[-1]]
    return np.array(said)


def apart(count, border, horizon):
    rows = np.arange(count)
    train = rows[rows + horizon <= border]
    test = rows[rows >= border]
    return train, test


def mase(truth, forecast, train, season):
    error = np.abs(truth - forecast).mean()
    scale = np.abs(train[season:] - train[:-season]).mean()
    return error / scale


def _late(values, length, horizon, start, stop):
    """One value is skipped between window and answer."""
    origins = range(max(start, length), stop - horizon)
    x = [values[now - length : now] for now in origins]
    y = [values[now + 1 : now + 1 + horizon, 0] for now in origins]
    return np.array(x), np.array(y)


def _shuffled(count, border, horizon):
    rows = np.random.default_rng(0).permutation(count)
    return np.sort(rows[:border]), np.sort(rows[border:])


def _with_truth(step, series, length, origin, horizon):
    origins = range(origin, origin + horizon)
    return np.array([step(series[now - length : now]) for now in origins])


def _at_once(step, series, length, origin, horizon):
    said = step(series[origin - length : origin])
    return np.array([said for _ in range(horizon)])


def _weighted(window):
    """A forecast from a window: more of the last, less of the one before."""
    return 2.0 * window[-1] - 0.5 * window[-2] - 0.3 * window[0]


_rng = np.random.default_rng(15)
_table = _rng.standard_normal((14, 3)).round(1)
_line = np.arange(7.0)[:, np.newaxis]
_series = np.array([2.0, -1.0, 0.5, 3.0, -2.0, 1.5, 4.0, -0.5])
_months = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0])
_train = _rng.standard_normal((6, 2)) * [1, 5] + [3, -2]
_test = _rng.standard_normal((4, 2)) * [1, 5] + [9, 4]

EXERCISES = (
    Exercise(
        id="15.1",
        title="Windows that cross no border",
        level="core",
        reference=make_windows,
        cases=(
            Case(_line, 2, 1, 0, 5),
            Case(_table, 4, 3, 0, 10),
            Case(_table, 3, 2, 8, 13),
            Case(_table, 3, 1, 9, 14),
        ),
        hints=(
            "Call the first moment of an answer now. The window ends just "
            "before it.",
            "x is values[now - length : now], all columns; y is "
            "values[now : now + horizon, 0]. Which is the first now, which "
            "the last?",
            "for now in range(max(start, length), stop - horizon + 1)",
        ),
        mistakes=(
            Mistake(
                _late,
                "Off by one: you skip a value. The answer begins right after "
                "the window, at values[now], which the window leaves out.",
            ),
            Mistake(
                edit(
                    "values[now : now + horizon, 0]",
                    "values[now - 1 : now - 1 + horizon, 0]",
                ),
                "Off by one: the first value of your answer is the last one "
                "of the window. The network only has to copy it.",
            ),
            Mistake(
                edit("stop - horizon + 1", "stop"),
                "Your last answers run past stop, into the next part. The "
                "whole answer must lie before it.",
            ),
            Mistake(
                edit("stop - horizon + 1", "len(values) - horizon + 1"),
                "You go on to the end of the series: stop is where the next "
                "part begins.",
            ),
            Mistake(
                edit("stop - horizon + 1", "stop - horizon"),
                "The last window is missing: its answer ends just before "
                "stop. range leaves its end out, so add 1.",
            ),
            Mistake(
                edit("max(start, length)", "start + length"),
                "Your windows begin at start, too. Only the answers must lie "
                "there: a window may look back, the past is known.",
            ),
            Mistake(
                edit("max(start, length)", "length"),
                "You begin at the start of the series: answers before start "
                "belong to another part.",
            ),
            Mistake(
                edit("max(start, length)", "start"),
                "A window needs `length` values before its answer: the first "
                "has none, since your origins begin at start. Begin at "
                "max(start, length).",
            ),
            Mistake(
                edit(
                    "range(first, stop - horizon + 1)",
                    "range(first, stop - 1)",
                ),
                "The last window is missing, or its answer runs past stop: "
                "it begins at stop - horizon, and range leaves its end out, "
                "so add 1.",
            ),
            Mistake(
                edit(
                    "range(first, stop - horizon + 1)",
                    "range(max(start - horizon + 1, length), stop - horizon "
                    "+ 1)",
                ),
                "Your first answers begin before start, in another part. The "
                "whole answer must lie between start and stop.",
            ),
            Mistake(
                edit(
                    "range(first, stop - horizon + 1)",
                    "range(first, stop - horizon + 1, horizon)",
                ),
                "Your answers do not overlap: you move on by `horizon`. "
                "Every moment can be an origin, so move on by one.",
            ),
            Mistake(
                edit(
                    "range(first, stop - horizon + 1)",
                    "range(first, stop - horizon + 1, length)",
                ),
                "Your windows do not overlap: you move on by `length`. Every "
                "moment can be an origin, so move on by one.",
            ),
            Mistake(
                edit(
                    "values[now - length : now]",
                    "values[now - length + 1 : now + 1]",
                ),
                "Your window ends with values[now], the first value of its "
                "answer. It ends just before: a slice leaves its end out.",
            ),
            Mistake(
                edit("values[now - length : now]", "values[start:now]"),
                "Your windows grow. Each has `length` values.",
            ),
            Mistake(
                edit(
                    "values[now - length : now]",
                    "values[now - length : now, 0]",
                ),
                "The window has lost its columns: all of them are inputs, "
                "only the answer is the first.",
            ),
            Mistake(
                edit(
                    "values[now - length : now]",
                    "values[now - length : now, :1]",
                ),
                "Your window has the first column only. All columns are "
                "inputs.",
            ),
            Mistake(
                edit(
                    "values[now : now + horizon, 0]",
                    "values[now : now + horizon]",
                ),
                "The answer is the first column only: "
                "values[now : now + horizon, 0].",
            ),
            Mistake(
                edit(
                    "values[now : now + horizon, 0]",
                    "values[now : now + horizon, :1]",
                ),
                "The answers have a column axis: y is (n, horizon). Take "
                "column 0, not :1.",
            ),
            Mistake(
                edit(
                    "values[now : now + horizon, 0]",
                    "values[now : now + horizon, -1]",
                ),
                "You answer with the last column. The first is the one to "
                "forecast.",
            ),
            Mistake(
                edit(
                    "values[now : now + horizon, 0]",
                    "values[now + horizon - 1, 0]",
                ),
                "You answer with the last moment of the horizon only. All "
                "`horizon` values are wanted.",
            ),
            Mistake(
                edit("np.array(x), np.array(y)", "np.array(y), np.array(x)"),
                "The windows come first, then the answers.",
            ),
        ),
        explanation="The answers decide to which part a window belongs. It "
        "may look back over the border; its answer may not lie across it.",
    ),
    Exercise(
        id="15.2",
        title="The quantile loss",
        level="core",
        reference=quantile_loss,
        cases=(
            Case(np.array([10.0]), np.array([8.0]), 0.9),
            Case(np.array([10.0]), np.array([13.0]), 0.9),
            Case(
                np.array([1.0, -2.0, 0.5, 4.0, -1.0]),
                np.array([0.5, -1.0, 1.5, 1.0, -3.0]),
                0.2,
            ),
            Case(
                np.array([[1.0], [-2.0], [0.5], [4.0], [-1.0]]),
                _rng.standard_normal((5, 2)),
                np.array([0.1, 0.9]),
            ),
        ),
        hints=(
            "What is missing is truth - forecast: positive where the forecast "
            "was too low.",
            "Too low costs share for each unit, too high 1 - share. Both are "
            "one line: the larger of share * missing and "
            "(share - 1) * missing.",
            "ops.mean(ops.maximum(share * missing, (share - 1) * missing))",
        ),
        mistakes=(
            Mistake(
                edit("truth - forecast", "forecast - truth"),
                "The sign: missing is truth - forecast. With yours a share of "
                "0.9 gives the low end, and the interval is turned round.",
            ),
            Mistake(
                edit("(share - 1)", "(1 - share)"),
                "The second factor is share - 1: it is negative, and so is "
                "what is missing there. Their product is the cost.",
            ),
            Mistake(
                edit("ops.maximum", "ops.minimum"),
                "Take the larger of the two: the smaller is never positive, "
                "and training would run away.",
            ),
            Mistake(
                edit("ops.mean(loss)", "ops.sum(loss)"),
                "That is the sum. The mean does not grow with the batch.",
            ),
            Mistake(
                edit("ops.mean(loss)", "loss"),
                "Those are the losses one by one. Return their mean.",
            ),
            Mistake(
                edit(
                    "ops.maximum(share * missing, (share - 1) * missing)",
                    "np.abs(missing)",
                ),
                "That is the absolute error: it treats too low and too high "
                "alike, and finds the median.",
            ),
            Mistake(
                edit(
                    "ops.maximum(share * missing, (share - 1) * missing)",
                    "share * np.abs(missing)",
                ),
                "You weigh both sides alike. Too low costs share, too high "
                "1 - share.",
            ),
            Mistake(
                edit(
                    "ops.maximum(share * missing, (share - 1) * missing)",
                    "ops.maximum(share * missing, 0)",
                ),
                "Too high costs nothing in yours: the best forecast would be "
                "endlessly high. It costs 1 - share.",
            ),
            Mistake(
                edit(
                    "ops.maximum(share * missing, (share - 1) * missing)",
                    "np.where(missing > 0, share * missing, (1 - share) * "
                    "missing)",
                ),
                "Too high earns something in yours: missing is negative "
                "there, and a cost is not. The factor is share - 1.",
            ),
            Mistake(
                edit(
                    "ops.maximum(share * missing, (share - 1) * missing)",
                    "np.where(missing > 0, share * missing**2, (1 - share) * "
                    "missing**2)",
                ),
                "You square what is missing: that finds an expectile, not a "
                "quantile. The cost grows in a straight line on each side.",
            ),
            Mistake(
                edit("ops.mean(loss)", "ops.mean(loss, axis=0)"),
                "One mean for each column, or each share: return one number, "
                "the mean over all.",
            ),
            Mistake(
                edit("ops.mean(loss)", "ops.mean(loss, axis=-1)"),
                "One mean for each row: return one number, the mean over all.",
            ),
        ),
        explanation="Tilted absolute error: where nine of ten answers lie "
        "below the forecast, the two costs balance for a share of 0.9. Half "
        "of the absolute error for 0.5.",
    ),
    Exercise(
        id="15.3",
        title="The seasonal naive forecast",
        level="warm-up",
        reference=seasonal_naive,
        cases=(
            Case(_months, 3, 2),
            Case(_months, 3, 3),
            Case(_months, 2, 5),
            Case(_months, 7, 4),
        ),
        hints=(
            "What happened one season before the first moment to come?",
            "The last season is past[-season:]; if the horizon is longer, "
            "it begins again.",
            "past[-season:][np.arange(horizon) % season]",
        ),
        mistakes=(
            Mistake(
                edit("past[-season:]", "past[-season - 1 : -1]"),
                "The wrong lag: you look season + 1 steps back. The first "
                "forecast is past[-season].",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "np.roll(last, -1)[np.arange(horizon) % season]",
                ),
                "The wrong lag: you look season - 1 steps back. The first "
                "forecast is past[-season].",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "np.repeat(past[-1], horizon)",
                ),
                "That is the last value, again and again: the naive forecast "
                "without the season.",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "np.repeat(past[-season], horizon)",
                ),
                "You repeat one value. Each moment has its own, one season "
                "before.",
            ),
            Mistake(
                edit("past[-season:]", "past[:season]"),
                "That is the first season of the record. The last one is "
                "wanted.",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "past[-horizon:]",
                ),
                "You look `horizon` steps back. How long the season is "
                "decides, not how far you forecast.",
            ),
            Mistake(
                edit("last[np.arange(horizon) % season]", "last[:horizon]"),
                "Where the horizon is longer than a season, the season "
                "begins again: you stop after one.",
            ),
            Mistake(
                edit("last[np.arange(horizon) % season]", "last"),
                "You give a whole season, whatever the horizon.",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "past[np.arange(horizon) - season]",
                ),
                "Where the horizon is longer than a season, your index runs "
                "past the end, and Python begins at the front of the record. "
                "The last season begins again: % season.",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "last[::-1][np.arange(horizon) % season]",
                ),
                "You walk back in time. The first forecast is past[-season], "
                "the next one stands after it.",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "past[-season - np.arange(horizon)]",
                ),
                "You go one step back for each step ahead: past[-season + "
                "step], not past[-season - step].",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "np.resize(past, horizon)",
                ),
                "That is the front of the record. The last season is wanted.",
            ),
            Mistake(
                edit(
                    "last[np.arange(horizon) % season]",
                    "np.repeat(last, -(-horizon // season))[:horizon]",
                ),
                "You repeat each value before the next one comes: np.repeat. "
                "A season begins again as a whole: np.tile.",
            ),
        ),
        explanation="Two lines that many a network does not beat. Write "
        "them first.",
    ),
    Exercise(
        id="15.4",
        title="A scale that knows no future",
        level="core",
        reference=standardised,
        cases=(
            Case(np.array([[1.0], [3.0]]), np.array([[5.0]])),
            Case(_train, _test),
        ),
        hints=(
            "Which of the two may you know when the model is trained?",
            "Mean and standard deviation of each column of train; the same "
            "two numbers for both.",
            "mean, spread = train.mean(axis=0), train.std(axis=0)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "train.mean(axis=0), train.std(axis=0)",
                    "np.concatenate([train, test]).mean(axis=0), "
                    "np.concatenate([train, test]).std(axis=0)",
                ),
                "You fitted the scale on all: mean and spread know the test. "
                "Take them from train alone.",
            ),
            Mistake(
                edit(
                    "(test - mean) / spread",
                    "(test - test.mean(axis=0)) / test.std(axis=0)",
                ),
                "Your test has a scale of its own: the same number means "
                "something else there, and a trend is wiped out.",
            ),
            Mistake(
                edit("train.std(axis=0)", "train.var(axis=0)"),
                "You divide by the variance. Its root, the standard "
                "deviation, has the unit of the values.",
            ),
            Mistake(
                edit(
                    "train.mean(axis=0), train.std(axis=0)",
                    "train.mean(), train.std()",
                ),
                "One mean for all columns: each column has its own unit. "
                "axis=0.",
            ),
            Mistake(
                edit(", (test - mean) / spread", ", test"),
                "The test must be scaled, too, by the same two numbers.",
            ),
            Mistake(
                edit(
                    "train.mean(axis=0), train.std(axis=0)",
                    "test.mean(axis=0), test.std(axis=0)",
                ),
                "That is the scale of the test: the one thing you do not "
                "know. Take that of train.",
            ),
            Mistake(
                edit(
                    "train.std(axis=0)",
                    "train.std(axis=0, ddof=1)",
                ),
                "Divided by n - 1. Here, and in Keras' Normalization, the "
                "standard deviation is np.std's: divided by n.",
            ),
            Mistake(
                edit(
                    "train.std(axis=0)",
                    "np.concatenate([train, test]).std(axis=0)",
                ),
                "The mean is that of train, the spread that of all: the test "
                "is in it. Take both from train.",
            ),
            Mistake(
                edit(
                    "train.mean(axis=0), train.std(axis=0)",
                    "train.mean(axis=1, keepdims=True), train.std(axis=1, "
                    "keepdims=True)",
                ),
                "axis=1 goes along a row, so it mixes columns of different "
                "units. One mean for each column: axis=0.",
            ),
            Mistake(
                edit(
                    "train.mean(axis=0), train.std(axis=0)",
                    "train.min(axis=0), np.ptp(train, axis=0)",
                ),
                "That is a scale from 0 to 1, by smallest and largest value. "
                "Here: less the mean, over the standard deviation.",
            ),
            Mistake(
                edit(
                    "(train - mean) / spread, (test - mean) / spread",
                    "train - mean / spread, test - mean / spread",
                ),
                "Division comes before subtraction: (train - mean) / spread "
                "needs its brackets.",
            ),
            Mistake(
                edit(
                    "(train - mean) / spread, (test - mean) / spread",
                    "train - mean, test - mean",
                ),
                "Less the mean is the first half. Divide by the spread as "
                "well.",
            ),
            Mistake(
                edit(
                    "return (train - mean) / spread, (test - mean) / spread",
                    "return mean, spread",
                ),
                "Those are the two numbers of each column. Apply them to "
                "both parts and return the parts.",
            ),
            Mistake(
                edit(
                    "return (train - mean) / spread, (test - mean) / spread",
                    "return (train - mean) / spread",
                ),
                "You return one part. Return both, each by the same two "
                "numbers.",
            ),
        ),
        explanation="Everything that is computed from data is fitted: a "
        "mean, a vocabulary, a choice of columns. All of it from train.",
    ),
    Exercise(
        id="15.5",
        title="A forecast that feeds itself",
        level="core",
        reference=recursive,
        cases=(
            Case(_weighted, _series, 3, 5, 1),
            Case(_weighted, _series, 3, 5, 3),
            Case(_weighted, _series, 2, 4, 4),
        ),
        hints=(
            "After the first step the window must move on. What comes into "
            "its end, if the future is not known?",
            "Drop the first value, append your own forecast: the window "
            "keeps its length.",
            "window = [*window[1:], said[-1]]",
        ),
        mistakes=(
            Mistake(
                _with_truth,
                "You feed it with the truth: series[origin] and later are not "
                "known. These are forecasts one step ahead, and they look "
                "too good.",
            ),
            Mistake(
                _at_once,
                "Your window does not move: the same forecast each time.",
            ),
            Mistake(
                edit(
                    "[*window[1:], said[-1]]",
                    "[said[-1], *window[:-1]]",
                ),
                "The new value comes to the end: the window runs from old "
                "to new.",
            ),
            Mistake(
                edit("[*window[1:], said[-1]]", "[*window, said[-1]]"),
                "Your window grows. Drop its first value as you append one.",
            ),
            Mistake(
                edit("[*window[1:], said[-1]]", "[*window[1:], window[-1]]"),
                "You append the last known value again. Append the forecast.",
            ),
            Mistake(
                edit(
                    "series[origin - length : origin]",
                    "series[origin - length + 1 : origin + 1]",
                ),
                "Your window holds series[origin], the first value to be "
                "forecast. It ends just before.",
            ),
            Mistake(
                edit("series[origin - length : origin]", "series[-length:]"),
                "You begin at the end of the series, not at the origin.",
            ),
            Mistake(
                edit(
                    "series[origin - length : origin]",
                    "series[origin - length - 1 : origin - 1]",
                ),
                "You begin one moment too early: the last value known is "
                "series[origin - 1].",
            ),
            Mistake(
                edit("series[origin - length : origin]", "series[:length]"),
                "You begin at the front of the series, not at the origin.",
            ),
            Mistake(
                edit("series[origin - length : origin]", "series[:origin]"),
                "Your window is the whole past. The model reads `length` "
                "values.",
            ),
            Mistake(
                edit("[*window[1:], said[-1]]", "[*window[:-1], said[-1]]"),
                "You drop the newest value and keep the oldest. The first "
                "one goes.",
            ),
            Mistake(
                edit("range(horizon)", "range(horizon + 1)"),
                "One forecast too many.",
            ),
            Mistake(
                edit(
                    "return np.array(said)",
                    "return np.array([*series[origin - length : origin], "
                    "*said])",
                ),
                "Your answer begins with the window: return the forecasts "
                "only.",
            ),
            Mistake(
                edit("return np.array(said)", "return np.array(window)"),
                "You return the window. Return the forecasts: `horizon` of "
                "them, however long a window is.",
            ),
            Mistake(
                edit("return np.array(said)", "return said[-1]"),
                "That is the last of them. All `horizon` forecasts are "
                "wanted.",
            ),
        ),
        explanation="The same as writing text letter by letter: what it "
        "says becomes what it reads, and errors are fed back, too.",
    ),
    Exercise(
        id="15.6",
        title="Rows to train, rows to test",
        level="core",
        reference=apart,
        cases=(Case(10, 7, 1), Case(12, 8, 3), Case(20, 15, 4)),
        hints=(
            "Row r answers the moments r to r + horizon - 1.",
            "A row may train if its last answer lies before the border, and "
            "test if its first one does not.",
            "rows[rows + horizon <= border], rows[rows >= border]",
        ),
        mistakes=(
            Mistake(
                _shuffled,
                "A random split: neighbours of each test window, with nearly "
                "the same answers, are in the training. Split in time.",
            ),
            Mistake(
                edit("rows[rows + horizon <= border]", "rows[rows < border]"),
                "Your last training rows answer moments of the test: "
                "r + horizon - 1 must lie before the border.",
            ),
            Mistake(
                edit("rows + horizon <= border", "rows + horizon < border"),
                "You lose one row: the moment before the border may still be "
                "answered in training.",
            ),
            Mistake(
                edit("rows[rows >= border]", "rows[rows > border]"),
                "The border itself belongs to the test.",
            ),
            Mistake(
                edit("rows[rows >= border]", "rows[rows + horizon > border]"),
                "The first rows of your test answer moments of the training: "
                "a test row begins at the border.",
            ),
            Mistake(
                edit("return train, test", "return test, train"),
                "The rows to train come first.",
            ),
            Mistake(
                edit(
                    "rows[rows + horizon <= border]\n    test = rows[rows >= "
                    "border]",
                    "rows[rows < border]\n    test = rows[rows >= border + "
                    "horizon - 1]",
                ),
                "You leave the gap on the wrong side: the last training rows "
                "still answer moments of the test. Drop them, and test from "
                "the border on.",
            ),
            Mistake(
                edit(
                    "rows[rows >= border]",
                    "rows[rows >= border + horizon - 1]",
                ),
                "The gap is needed once, in the training. A row from the "
                "border on answers the test only, so it may test.",
            ),
            Mistake(
                edit(
                    "rows[rows >= border]",
                    "rows[(rows >= border) & (rows + horizon <= count)]",
                ),
                "You drop rows at the end: all `count` windows have whole "
                "answers, so the last row may test.",
            ),
            Mistake(
                edit(
                    "rows + horizon <= border", "rows + horizon <= border + 1"
                ),
                "One row too many: its last answer, r + horizon - 1, is the "
                "border itself, the first moment of the test.",
            ),
            Mistake(
                edit(
                    "rows[rows + horizon <= border]\n    test = rows[rows >= "
                    "border]",
                    "rows + horizon <= border\n    test = rows >= border",
                ),
                "Those are True and False for each row. Give the row "
                "numbers: rows[...].",
            ),
        ),
        explanation="With a horizon of h, h - 1 rows at the border belong "
        "to neither part.",
    ),
    Exercise(
        id="15.7",
        title="An error without a unit",
        level="stretch",
        reference=mase,
        cases=(
            Case(
                np.array([5.0, -1.0]),
                np.array([4.0, 1.0]),
                np.array([1.0, 3.0, 2.0, 6.0]),
                1,
            ),
            Case(
                _rng.standard_normal(6),
                _rng.standard_normal(6),
                _rng.standard_normal(15),
                4,
            ),
        ),
        hints=(
            "Two mean absolute errors: of the forecast in the test, of the "
            "seasonal naive one in the training.",
            "In the training the seasonal naive forecast of train[t] is "
            "train[t - season].",
            "scale = np.abs(train[season:] - train[:-season]).mean()",
        ),
        mistakes=(
            Mistake(
                edit(
                    "train[season:] - train[:-season]",
                    "train[1:] - train[:-1]",
                ),
                "You compare with the last value. The seasonal naive "
                "forecast is `season` steps back.",
            ),
            Mistake(
                edit(
                    "np.abs(train[season:] - train[:-season]).mean()",
                    "np.abs(train - train.mean()).mean()",
                ),
                "You compare with the mean of the training. MASE compares "
                "with the seasonal naive forecast.",
            ),
            Mistake(
                edit(
                    "np.abs(truth - forecast).mean()",
                    "np.sqrt(((truth - forecast) ** 2).mean())",
                ),
                "The error is the mean absolute one, not the root of the "
                "mean square.",
            ),
            Mistake(
                edit("error / scale", "error"),
                "That is the mean absolute error, in the unit of the series. "
                "Divide by that of the seasonal naive forecast.",
            ),
            Mistake(
                edit("error / scale", "scale / error"),
                "The wrong way round: small must be good.",
            ),
            Mistake(
                edit(
                    "np.abs(truth - forecast).mean()",
                    "(truth - forecast).mean()",
                ),
                "Too low and too high cancel in yours: take absolute values "
                "first.",
            ),
            Mistake(
                edit(
                    "np.abs(train[season:] - train[:-season]).mean()",
                    "(train[season:] - train[:-season]).mean()",
                ),
                "In the training, rises and falls cancel in yours: take "
                "absolute values there, too.",
            ),
            Mistake(
                edit(
                    "np.abs(train[season:] - train[:-season]).mean()",
                    "np.abs(truth[season:] - truth[:-season]).mean()",
                ),
                "You measure the scale in the test. It comes from the "
                "training, so that a forecaster knows it beforehand.",
            ),
            Mistake(
                edit(
                    "np.abs(train[season:] - train[:-season]).mean()",
                    "np.abs(train[season:] - train[:-season]).sum() / "
                    "len(train)",
                ),
                "The first season of the training has no forecast: divide by "
                "the number of differences, len(train) - season.",
            ),
            Mistake(
                edit(
                    "np.abs(train[season:] - train[:-season]).mean()",
                    "np.abs(np.diff(train, season)).mean()",
                ),
                "np.diff(train, n) takes differences of differences, n "
                "times. A season apart is train[season:] - train[:-season].",
            ),
            Mistake(
                edit("error / scale", "error * len(truth) / scale"),
                "A sum over a mean: take the mean of the errors in the test.",
            ),
            Mistake(
                edit(
                    "np.abs(truth - forecast).mean()",
                    "np.abs(truth - forecast)",
                ),
                "Those are the errors one by one. Return one number, their "
                "mean over the scale.",
            ),
            Mistake(
                edit(
                    "np.abs(truth - forecast).mean()",
                    "np.abs((truth - forecast).mean())",
                ),
                "Too low and too high cancel before you take the absolute "
                "value: np.abs first, then the mean.",
            ),
        ),
        explanation="Below 1: better in the test than the seasonal naive "
        "forecast was in the training. No unit, so several series can be "
        "averaged (Hyndman and Koehler 2006).",
    ),
)
