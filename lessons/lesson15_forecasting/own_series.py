"""Your own series: a CSV file with a column of dates and one of values.

``report("sales.csv", dates="day", values="sold", season=7, horizon=14)``
reads it, holds the last part back, and prints the errors of the baselines
and of one GRU there, in the unit of the file.
"""

import csv
from datetime import datetime
from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.errors import CourseError

LARGEST = 20_000_000  # bytes
_MONTHS = (28, 31)  # days in a month
_EMPTY = {"", "na", "nan", "null", "none", "-"}


def read(path: str | Path, dates: str, values: str) -> tuple:
    """Moments (n,) datetime64[s] and values (n,) of two columns.

    The file is UTF-8 text with commas, its first line names the columns,
    dates look like 2026-11-29 or 2026-11-29 15:00. Raises CourseError,
    which names the file and the line, for anything else: dates out of
    order or not evenly spaced, too, and values that are missing.
    """
    path = Path(path)
    lines = csv.reader(_text(path).splitlines())
    names = [name.strip() for name in next(lines, [])]
    for name in (dates, values):
        if name not in names:
            raise CourseError(
                f"{path}, line 1, names no column {name!r}; it has "
                f"{', '.join(names) or 'nothing'}.",
                "give dates= and values= as the first line spells them; "
                "columns are divided by commas",
            )
    when, what = names.index(dates), names.index(values)
    rows = [(lines.line_num, row) for row in lines if row]
    found = [
        (_moment(path, number, row, when), _value(path, number, row, what))
        for number, row in rows
    ]
    moments = np.array([moment for moment, _ in found], "datetime64[s]")
    _check_even(path, moments, [number for number, _ in rows])
    return moments, np.array([value for _, value in found])


def _text(path: Path) -> str:
    """The whole file; CourseError where that cannot be had."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CourseError(
                f"{path} has {size / 1e6:,.0f} MB; {LARGEST / 1e6:.0f} MB "
                "are expected at most.",
                "keep fewer rows or only the two columns",
            )
        content = path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read: {error.strerror}.",
            "give the path of a CSV file",
        ) from error
    if not content.strip():
        raise CourseError(
            f"{path} is empty; a line of names and lines of values were "
            "expected.",
            "save the table as CSV again",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise CourseError(
            f"{path}, line {number}, is not UTF-8 text.",
            "save it as CSV with the encoding UTF-8",
        ) from None


def _field(path: Path, number: int, row: list[str], place: int) -> str:
    if place >= len(row):
        raise CourseError(
            f"{path}, line {number}, has {len(row)} columns; at least "
            f"{place + 1} were expected.",
            "complete the line, or remove it",
        )
    return row[place].strip()


def _moment(path: Path, number: int, row: list[str], place: int) -> datetime:
    text = _field(path, number, row, place)
    try:
        text = f"{text}-01" if len(text) == len("2026-11") else text
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise CourseError(
            f"{path}, line {number}: {text!r} is no date like 2026-11-29.",
            "write dates as year-month-day, a time after a space",
        ) from None


def _value(path: Path, number: int, row: list[str], place: int) -> float:
    text = _field(path, number, row, place)
    try:
        value = float("nan" if text.lower() in _EMPTY else text)
    except ValueError:
        raise CourseError(
            f"{path}, line {number}: {text!r} is no number like 3.5.",
            "write numbers with a point and without a unit",
        ) from None
    if not np.isfinite(value):
        raise CourseError(
            f"{path}, line {number}, has no value ({text!r}).",
            "fill the gap (the mean of its neighbours, say) and note it, or "
            "begin after it",
        )
    return value


def _check_even(path: Path, moments: np.ndarray, numbers: list[int]) -> None:
    """Every step as long as the usual one, or each a month."""
    steps = np.diff(moments).astype(int)
    for number, step in zip(numbers[1:], steps, strict=True):
        if step <= 0:
            raise CourseError(
                f"{path}, line {number}, is not later than the line before.",
                "sort the lines by date, one line a date",
            )
    low, high = (days * 86_400 for days in _MONTHS)
    monthly = len(steps) and low <= np.median(steps) <= high
    usual = np.median(steps) if len(steps) else 0
    for number, step in zip(numbers[1:], steps, strict=True):
        if not (low <= step <= high if monthly else step == usual):
            raise CourseError(
                f"{path}, line {number}, comes {step / 86_400:g} days after "
                f"the line before; {usual / 86_400:g} were expected.",
                "fill in the lines that are missing: forecasts need even "
                "steps",
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

    Root mean square over all moments of the horizon: of the last value, of
    the seasonal naive forecast, of a weighted sum, and of a GRU. The first
    70 % train, the next 15 % say when to stop. Raises CourseError (see
    ``read``), and for fewer rows than that needs.
    """
    moments, series = read(path, dates, values)
    length, count = 2 * season, len(series)
    border, end = int(0.7 * count), int(0.85 * count)
    least = max(length + 10 * horizon, 4 * length, 60)
    if min(season, horizon) < 1 or count < least:
        raise CourseError(
            f"{path} has {count} rows; season={season} and "
            f"horizon={horizon} need {least}.",
            "bring a longer record, or choose a shorter season or horizon",
        )
    networks = lessons.module("15", "networks")
    parts = [(0, border), (border, end), (end, count)]
    windows = [networks.relative(series, length, horizon, *p) for p in parts]
    said = networks.forecasts(windows, season, seed)
    truth = windows[-1][1]
    errors = {k: float(networks.rmse(v, truth)) for k, v in said.items()}
    days = f"{str(moments[end])[:10]} to {str(moments[-1])[:10]}"
    print(f"{path}: test {days}, {len(truth)} origins, error of {values!r}")
    for name, error in errors.items():
        print(f"  {name:<16}{error:10.4g}")
    best = min(errors, key=lambda name: errors[name])
    print(f"  the best here: {best}")
    return errors
