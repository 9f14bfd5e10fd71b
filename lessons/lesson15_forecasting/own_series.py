"""Your own series: a CSV file with a column of dates and one of values.

``report("sales.csv", "day", "sold", season=7)`` prints the errors of the
baselines and of one GRU on its last part, in the unit of the file.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.data.readers.own_text import read_columns
from coursekit.errors import CourseError

DAY = 86_400  # seconds
_EMPTY = {"", "na", "n/a", "nan", "null", "none", "-"}
LARGEST = 1e100  # its square is still a number


def read(path: str | Path, dates: str, values: str) -> tuple:
    """Moments (n,) datetime64[s] and values (n,) of two columns.

    UTF-8 text with commas, names in the first line, dates like 2026-11-29,
    2026, 2026-11 or 2026-11-29 15:00. Raises CourseError, which names the
    file and the line, for anything else, uneven steps and missing values.
    """
    places, moments, series = [], [], []
    for where, (moment, value) in read_columns(path, [dates, values]):
        places.append(where)
        moments.append(_moment(where, moment))
        series.append(_value(where, value))
    when = np.array(moments, "datetime64[s]")
    _check_even(when, places)
    return when, np.array(series)


def _moment(where: str, text: str) -> datetime:
    rest = {len("2026"): "-01-01", len("2026-11"): "-01"}.get(len(text), "")
    try:
        when = datetime.fromisoformat(text + rest)
        # clocks that are put forward and back go on evenly in UTC
        when = when.astimezone(UTC) if when.tzinfo else when
        return when.replace(tzinfo=None)
    except ValueError:
        raise CourseError(
            f"{where}: {text[:40]!r} is no date like 2026-11-29.",
            "write year-month-day, and a time after a space",
        ) from None


def _value(where: str, text: str) -> float:
    try:
        value = float("nan" if text.lower() in _EMPTY else text)
    except ValueError:
        raise CourseError(
            f"{where}: {text[:40]!r} is no number like 3.5.",
            "write numbers with a point and without a unit",
        ) from None
    if abs(value) > LARGEST:
        raise CourseError(
            f"{where}, has too large a value ({text[:40]!r}).",
            "write the series in a larger unit",
        )
    if np.isnan(value):
        raise CourseError(
            f"{where}, has no value ({text!r}), expected is a number.",
            "fill the gap and note it, or begin after it",
        )
    return value


def _check_even(when: np.ndarray, places: list[str]) -> None:
    """Steps go on in time and are alike; months, years within three days."""
    steps = np.diff(when).astype(int)
    usual = float(np.median(steps)) if len(steps) else 0.0
    slack = 3 * DAY if usual >= 28 * DAY else 0
    for where, step in zip(places[1:], steps, strict=True):
        if step <= 0 or abs(step - usual) > slack:
            expected = _long(usual) if usual > 0 else "a later date"
            raise CourseError(
                f"{where}, comes {_long(step)} after the "
                f"line before, expected is {expected}.",
                "sort the lines by date, one line a date, none left out",
            )


def _long(seconds: float) -> str:
    """A length of time in words: 2 days, 3 hours."""
    name, unit = ("hour", 3_600) if 0 < abs(seconds) < DAY else ("day", DAY)
    count = seconds / unit
    return f"{count:g} {name}{'' if count == 1 else 's'}"


def report(
    path: str | Path,
    dates: str = "date",
    values: str = "value",
    season: int = 12,
    horizon: int = 1,
    seed: int = 0,
) -> dict[str, float]:
    """Print and return errors on the last 15 %, in the file's unit.

    Root mean square over the horizon, by forecast. The first 70 % train, the
    next 15 % say when to stop. Raises CourseError, as ``read`` does.
    """
    for name, number in {"season": season, "horizon": horizon}.items():
        if not isinstance(number, int) or number < 1:
            raise CourseError(
                f"{name}={number!r} is no number of rows.",
                f"give {name} as a whole number, 1 or more",
            )
    when, series = read(path, dates, values)
    least = max(8 * season, 10 * horizon, 60)
    if len(series) < least:
        raise CourseError(
            f"{path} has {len(series)} rows, expected are {least} or more for "
            f"season={season} and horizon={horizon}.",
            "bring a longer record, or a shorter season or horizon",
        )
    networks = lessons.module("15", "networks")
    ends = [0, *(int(s * len(series)) for s in (0.7, 0.85)), len(series)]
    parts = [
        networks.relative(series, 2 * season, horizon, *ends[n : n + 2])
        for n in range(3)
    ]
    said, truth = networks.forecasts(parts, season, seed), parts[-1][1]
    errors = {name: networks.rmse(v, truth) for name, v in said.items()}
    first, last = (str(when[n])[:10] for n in (ends[2], -1))
    print(f"{path}: test {first} to {last}, {len(truth)} origins")
    for name, error in errors.items():
        print(f"{name:<15} {error:.4g} {values}")
    return errors
