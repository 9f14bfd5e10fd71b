"""Jena climate: eight years of real weather, a reading every ten minutes.

Recorded by the weather station of the Max Planck Institute for
Biogeochemistry in Jena, Germany, from 2009 to 2016; the edition that
F. Chollet prepared for Deep Learning with Python.
"""

from array import array
from datetime import datetime
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.textfiles import broken, rows
from coursekit.data.records import info, source
from coursekit.data.splits import over_time

INFO = info("jena")

TARGET = "T (degC)"


def _count(folder: Path) -> str:
    _, x, _ = _read(folder)
    return f"{x.shape[0]:,} rows of {x.shape[1]} columns"


SOURCE = source("jena", count=_count)


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
    number, (first, *columns) = next(lines)
    if first != "Date Time" or TARGET not in columns:
        raise broken(path, number, f"names no 'Date Time' and {TARGET!r}")
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
