"""Your own series: a CSV file with a column of dates and one of values.

``report("sales.csv", "day", "sold", season=7)`` prints the errors of the
baselines and of one GRU on its last part, in the unit of the file.
"""

import csv
from datetime import datetime
from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.errors import CourseError

LARGEST, DAY = 20_000_000, 86_400  # bytes, seconds
_EMPTY = {"", "na", "nan", "null", "none", "-"}


def read(path: str | Path, dates: str, values: str) -> tuple:
    """Moments (n,) datetime64[s] and values (n,) of two columns.

    UTF-8 text with commas, names in the first line, dates like 2026-11-29,
    2026-11 or 2026-11-29 15:00. Raises CourseError, which names the file
    and the line, for anything else, for uneven steps and missing values.
    """
    path = Path(path)
    lines = csv.reader(_text(path).splitlines())
    names = [name.strip() for name in next(lines, [])]
    for name in (dates, values):
        if name not in names:
            raise CourseError(
                f"{path}, line 1, names no column {name!r}; it has "
                f"{', '.join(names)}.",
                "give the two columns as the first line spells them; commas "
                "divide columns",
            )
    places = names.index(dates), names.index(values)
    numbers, moments, series = [], [], []
    for row in filter(None, lines):
        where = f"{path}, line {lines.line_num}"
        when, what = ([*row, "", ""][place].strip() for place in places)
        numbers.append(lines.line_num)
        moments.append(_moment(where, when))
        series.append(_value(where, what))
    when = np.array(moments, "datetime64[s]")
    _check_even(path, when, numbers)
    return when, np.array(series)


def _text(path: Path) -> str:
    """The whole file; CourseError where that cannot be had."""
    again = "save the table as CSV with the encoding UTF-8, and give its path"
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CourseError(message, again) from error
    if size > LARGEST:
        message = f"{path} has {size / 1e6:,.0f} MB, expected are 20 at most."
        raise CourseError(message, "keep fewer rows, or two columns only")
    if not content.strip():
        message = f"{path} is empty, expected are names and then values."
        raise CourseError(message, again)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        message = f"{path}, line {number}, is not UTF-8 text."
        raise CourseError(message, again) from None


def _moment(where: str, text: str) -> datetime:
    whole = f"{text}-01" if len(text) == len("2026-11") else text
    try:
        return datetime.fromisoformat(whole).replace(tzinfo=None)
    except ValueError:
        raise CourseError(
            f"{where}: {text!r} is no date like 2026-11-29.",
            "write year-month-day, and a time after a space",
        ) from None


def _value(where: str, text: str) -> float:
    try:
        value = float("nan" if text.lower() in _EMPTY else text)
    except ValueError:
        raise CourseError(
            f"{where}: {text!r} is no number like 3.5.",
            "write numbers with a point and without a unit",
        ) from None
    if not np.isfinite(value):
        raise CourseError(
            f"{where}, has no value ({text!r}), expected is a number.",
            "fill the gap and note it, or begin after it",
        )
    return value


def _check_even(path: Path, when: np.ndarray, numbers: list[int]) -> None:
    """Every step is as long as the usual one, or each is a month."""
    steps = np.diff(when).astype(int)
    usual = float(np.median(steps)) if len(steps) else 0.0
    low = high = usual
    if 28 * DAY <= usual <= 31 * DAY:
        low, high = 28.0 * DAY, 31.0 * DAY
    for number, step in zip(numbers[1:], steps, strict=True):
        if not max(low, 1) <= step <= high:
            raise CourseError(
                f"{path}, line {number}, comes {step / DAY:g} days after the "
                f"line before, expected are {usual / DAY:g}.",
                "sort the lines by date, one line a date, none left out",
            )


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
    when, series = read(path, dates, values)
    least = max(8 * season, 10 * horizon, 60)
    if len(series) < least:
        raise CourseError(
            f"{path} has {len(series)} rows, expected are {least} for "
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
