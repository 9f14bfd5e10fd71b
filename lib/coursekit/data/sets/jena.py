"""Jena climate: eight years of real weather, a reading every ten minutes.

Recorded by the weather station of the Max Planck Institute for
Biogeochemistry in Jena, Germany, from 2009 to 2016; the edition that
F. Chollet prepared for Deep Learning with Python.
"""

from array import array
from datetime import datetime
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.checked import counted
from coursekit.data.readers.textfiles import broken, rows
from coursekit.data.splits import over_time

INFO = DatasetInfo(
    name="jena",
    title="weather at Jena every ten minutes, 2009 to 2016",
    real=True,
    bundled=False,
    licence="free use; credit Max Planck Institute for Biogeochemistry",
    origin="www.bgc-jena.mpg.de/wetter, Chollet's edition",
    lessons=("11", "15"),
)

TARGET = "T (degC)"
_ZIP = "jena_climate_2009_2016.csv.zip"


def _check(folder: Path) -> None:
    """No checksum is published: the length and the columns are known."""
    _, x, _ = _read(folder)
    found = f"{x.shape[0]:,} rows of {x.shape[1]} columns"
    counted(_ZIP, found, "420,551 rows of 14 columns")


SOURCE = Source(
    name="jena",
    files=("jena_climate*.csv|jena_climate*.zip",),
    remotes=(
        Remote(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
            f"{_ZIP}",
            13.6,
        ),
    ),
    folders=("timeseries",),
    check=_check,
    counted="420,551 rows of 14 columns",
)


def load(folder=None) -> Dataset:
    """The first 70 % of the time to train, then 15 % each.

    x is float32 (time, columns), y the temperature in degrees Celsius,
    extra["time"] the moment (datetime64, minutes). The wind columns hold a
    few -9999 where the sensor failed, as published. Raises CourseError for
    a line of another form.
    """
    columns, x, time = _read(locate(SOURCE, folder))
    splits = over_time(x, x[:, columns.index(TARGET)], time=time)
    note = f"{time[0]} to {time[-1]}" if len(x) != 420_551 else ""
    return Dataset(INFO, *splits, note=note, columns=columns)


def _read(folder: Path) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Column names, values (time, columns) float32, times."""
    path = sorted([*folder.glob("jena*.csv"), *folder.glob("jena*.zip")])[0]
    member = path.stem if path.suffix == ".zip" else ""
    lines = rows(path, separator=",", member=member)
    first, *columns = next(lines)[1]
    if first != "Date Time" or TARGET not in columns:
        raise broken(path, 1, f"names no 'Date Time' and {TARGET!r}")
    values, minutes = array("f"), array("q")
    for number, (moment, *fields) in lines:
        try:
            values.extend(map(float, fields))
            minutes.append(_minutes(moment))
        except ValueError as error:
            raise broken(path, number, f"cannot be read: {error}") from error
    x = np.frombuffer(values, "float32").reshape(-1, len(columns))
    time = np.frombuffer(minutes, "int64").view("datetime64[m]")
    return tuple(columns), x, time


def _minutes(moment: str) -> int:
    """Minutes since 1970 of "31.12.2016 23:50:00"."""
    try:
        day, month, year = map(int, moment[:10].split("."))
        hour, minute, _ = map(int, moment[11:].split(":"))
    except ValueError:
        raise ValueError(
            f"{moment!r} is no time like 31.12.2016 23:50:00"
        ) from None
    when = datetime(year, month, day, hour, minute)
    return int((when - datetime(1970, 1, 1)).total_seconds()) // 60
