"""Three classic real series, as J. Brownlee's Datasets ship them.

Airline passengers a month, 1949 to 1960 (G. Box and G. Jenkins 1976);
sunspots a month, 1749 to 1983 (D. Andrews and A. Herzberg 1985); the lowest
temperature of each day in Melbourne, 1981 to 1990 (Australian Bureau of
Meteorology).
"""

from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.checked import counted
from coursekit.data.readers.textfiles import broken, rows
from coursekit.data.splits import over_time
from coursekit.errors import CourseError

INFO = DatasetInfo(
    name="classic_series",
    title="airline passengers, sunspots, lowest temperatures at Melbourne",
    real=True,
    bundled=False,
    licence="published facts",
    origin="github.com/jbrownlee/Datasets",
    lessons=("11", "15"),
)

# name of the series -> file, column, readings, megabytes
SERIES = {
    "passengers": ("airline-passengers.csv", "Passengers", 144, 0.002),
    "sunspots": ("monthly-sunspots.csv", "Sunspots", 2_820, 0.05),
    "temperatures": ("daily-min-temperatures.csv", "Temp", 3_650, 0.07),
}

_BASE = "https://raw.githubusercontent.com/jbrownlee/Datasets/master/"


def _check(folder: Path) -> None:
    """No checksum is published; the lengths are known."""
    for file, column, length, _ in SERIES.values():
        count = len(_read(folder / file, column)[0])
        counted(file, f"{count:,} readings", f"{length:,} readings")


SOURCE = Source(
    name="classic_series",
    files=tuple(file for file, *_ in SERIES.values()),
    remotes=tuple(
        Remote(f"{_BASE}{file}", megabytes)
        for file, _, _, megabytes in SERIES.values()
    ),
    folders=("timeseries",),
    check=_check,
    counted="144, 2,820 and 3,650 readings",
)


def variants(folder: Path) -> list[dict[str, str]]:
    """The options with which all of the files are read."""
    return [{"series": name} for name in SERIES]


def load(series: str = "sunspots", folder=None) -> Dataset:
    """The first 70 % of one series to train, then 15 % each.

    x is float32 (time, 1), y the same readings (time,), extra["time"] the
    day or month (datetime64). Raises CourseError for an unknown series or
    a broken line.
    """
    if series not in SERIES:
        raise CourseError(
            f"There is no series {series!r}; there are {', '.join(SERIES)}.",
            "choose one of these",
        )
    file, column, *_ = SERIES[series]
    y, time = _read(locate(SOURCE, folder) / file, column)
    splits = over_time(y[:, np.newaxis], y, time=time)
    return Dataset(INFO, *splits, note=series, columns=(column,))


def _read(path: Path, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Readings (n,) float32 and their times, from "1949-01",112 lines."""
    values, times = [], []
    for number, (time, value) in rows(path, counts=(2,), separator=","):
        if number == 1 and value != column:
            raise broken(path, 1, f"names no column {column!r}")
        if number > 1:
            try:
                values.append(float(value))
                times.append(np.datetime64(time))
            except ValueError as error:
                raise broken(
                    path, number, f"is not a reading: {error}"
                ) from error
    return np.array(values, "float32"), np.array(times)
