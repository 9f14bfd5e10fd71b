"""Three classic real series, as J. Brownlee's Datasets ship them.

Airline passengers a month, 1949 to 1960 (G. Box and G. Jenkins 1976);
sunspots a month, 1749 to 1983 (D. Andrews and A. Herzberg 1985); the lowest
temperature of each day in Melbourne, 1981 to 1990 (Australian Bureau of
Meteorology).
"""

from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.checked import one_of
from coursekit.data.readers.textfiles import broken, rows
from coursekit.data.records import info, source
from coursekit.data.splits import over_time

INFO = info("classic_series")

# Name of the series -> file and column.
SERIES = {
    "passengers": ("airline-passengers.csv", "Passengers"),
    "sunspots": ("monthly-sunspots.csv", "Sunspots"),
    "temperatures": ("daily-min-temperatures.csv", "Temp"),
}


def _count(folder: Path) -> str:
    counts = [len(_read(folder / f, name)[0]) for f, name in SERIES.values()]
    return "{:,}, {:,} and {:,} readings".format(*counts)


SOURCE = source("classic_series", count=_count)


def variants(folder: Path) -> list[dict[str, str]]:
    """The options with which all of the files are read."""
    return [{"series": name} for name in SERIES]


def load(series: str = "sunspots", folder=None) -> Dataset:
    """The first 70 % of one series to train, then 15 % each.

    x is float32 (time, 1), y the same readings (time,), extra["time"] the
    day or month (datetime64). Raises CourseError for an unknown series or
    a broken line.
    """
    one_of(SERIES, "series", series)
    file, column = SERIES[series]
    y, time = _read(locate(SOURCE, folder) / file, column)
    splits = over_time(y[:, np.newaxis], y, time=time)
    return Dataset(INFO, *splits, note=series, columns=(column,))


def _read(path: Path, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Readings (n,) float32 and their times, from "1949-01",112 lines."""
    values, times = [], []
    lines = rows(path, counts=(2,), separator=",")
    number, (_, named) = next(lines)
    if named != column:
        raise broken(path, number, f"names no column {column!r}")
    for number, (time, value) in lines:
        try:
            values.append(float(value))
            times.append(np.datetime64(time))
        except ValueError as error:
            raise broken(path, number, f"is not a reading: {error}") from error
    return np.array(values, "float32"), np.array(times)
