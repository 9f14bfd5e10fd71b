"""Three real series that are published facts, and one synthetic weather.

passengers: international airline passengers a month, in thousands, 1949 to
1960 (G. Box and G. Jenkins 1976, series G). sunspots: the mean sunspot number
of each year, 1700 to 2008 (SIDC, Royal Observatory of Belgium). co2: carbon
dioxide in the air at Mauna Loa, Hawaii, monthly means of weekly readings,
1958-03 to 2001-12, in parts per million (C. D. Keeling and T. P. Whorf 2004).
weather: synthetic, a reading every three hours for six years.
"""

from dataclasses import replace

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz
from coursekit.data.readers.checked import one_of
from coursekit.data.records import info
from coursekit.data.splits import over_time

INFO = info("series")

# name -> columns, first moment, step
SERIES = {
    "passengers": (("passengers",), "1949-01", "M", 1),
    "sunspots": (("sunspots",), "1700", "Y", 1),
    "co2": (("co2",), "1958-03", "M", 1),
    "weather": (("temperature", "pressure"), "2001-01-01T00", "h", 3),
}
CHANGE = 0.925  # share of the weather after which the station has moved
NOISE_FLOOR = 0.8  # of weather: degrees, one step ahead, root mean square


def load(series: str = "sunspots") -> Dataset:
    """The first 70 % of one series to train, then 15 % each.

    x is float32 (time, columns), y the first column (time,), extra["time"]
    the year, month or hour (datetime64). extra["weeks"] of co2 counts the
    readings in each mean; 0: the month has none and is interpolated.

    weather (temperature in degrees, pressure in hPa) has a trend of 0.3
    degrees a year, a yearly and a daily season, and extra["expected"], the
    best possible forecast of y from everything before it: its error is
    NOISE_FLOOR. extra["regime"] turns from 0 to 1 half-way through the test
    split: the station has moved to a warmer place with a smaller daily swing.

    Raises CourseError for an unknown series.
    """
    one_of(SERIES, "series", series)
    columns, first, unit, step = SERIES[series]
    x, extra = _values(series, read_npz("series.npz"))
    time = np.array(first, f"datetime64[{unit}]") + step * np.arange(len(x))
    splits = over_time(x, x[:, 0], time=time, **extra)
    made = replace(INFO, real=False, licence="MIT")
    own = made if series == "weather" else INFO
    return Dataset(own, *splits, note=series, columns=columns)


def _values(series: str, stored: dict) -> tuple[np.ndarray, dict]:
    """x (time, columns) and what else is known at each time."""
    if series != "weather":
        x = stored[series].astype("float32")[:, np.newaxis]
        if series == "co2":
            return x, {"weeks": stored["co2_weeks"].astype("int64")}
        return x, {}
    names = ("temperature", "pressure", "expected")
    values = [stored[name].astype("float32") / 100 for name in names]
    regime = np.arange(len(values[0])) >= int(CHANGE * len(values[0]))
    extra = {"expected": values[2], "regime": regime.astype("int64")}
    return np.stack(values[:2], axis=-1), extra
