"""series.npz: three real series that are published facts, one synthetic."""

import numpy as np

from coursekit.data.sets.series import CHANGE, NOISE_FLOOR
from generate.writing import write_npz

SEED = 15
# Thousands of international airline passengers a month, 1949 to 1960: series
# G of G. Box and G. Jenkins (1976), Time Series Analysis. One year a line.
PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118
115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166
171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201
204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278
284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336
340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405
417 391 419 461 472 535 622 606 508 461 390 432
"""

# The synthetic weather: a reading every three hours for six years.
STEPS_A_DAY, DAYS = 8, 2_190
TREND = 0.3  # degrees a year


def generate() -> None:
    """passengers, sunspots, co2 (with the weeks in each mean), weather."""
    means, weeks = carbon_dioxide()
    temperature, expected, pressure = weather(np.random.default_rng(SEED))
    write_npz(
        "series.npz",
        {
            "passengers": np.array(PASSENGERS.split(), "uint16"),
            "sunspots": sunspots(),
            "co2": means,
            "co2_weeks": weeks,
            "temperature": _hundredths(temperature),
            "expected": _hundredths(expected),
            "pressure": _hundredths(pressure),
        },
    )


def sunspots() -> np.ndarray:
    """Yearly means of the sunspot number, 1700 to 2008, float32 (309,)."""
    from statsmodels.datasets import sunspots

    return sunspots.load_pandas().data["SUNACTIVITY"].to_numpy("float32")


def carbon_dioxide() -> tuple[np.ndarray, np.ndarray]:
    """Monthly means of the weekly CO2 readings, 1958-03 to 2001-12.

    Also returns how many weeks each mean has: 0 where a month has none and
    the value is interpolated between its neighbours. Parts per million.
    """
    from statsmodels.datasets import co2

    weekly = co2.load_pandas().data["co2"].dropna()
    months = weekly.index.to_numpy().astype("datetime64[M]").astype(int)
    months -= months[0]
    weeks = np.bincount(months)
    total = np.bincount(months, weights=weekly.to_numpy())
    known = np.flatnonzero(weeks)
    means = np.interp(
        np.arange(len(weeks)), known, total[known] / weeks[known]
    )
    return np.round(means, 3).astype("float32"), weeks.astype("uint8")


def weather(rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Temperature, its expectation given the past, and air pressure.

    Temperature is a climate (trend, year, day; another one once the station
    has moved) plus a deviation that remembers 90 % of the last one, follows
    the last pressure, and is hit by noise of standard deviation NOISE_FLOOR.
    """
    days = np.arange(STEPS_A_DAY * DAYS) / STEPS_A_DAY
    moved = np.arange(len(days)) >= int(CHANGE * len(days))
    year = -np.cos(2 * np.pi * (days - 20) / 365)
    day = -np.cos(2 * np.pi * (days - 0.12))
    size = np.where(moved, 1.5, 3 + year)  # of the daily swing; in degrees
    climate = 9 + TREND * days / 365 + 9 * year + size * day + 3 * moved
    noise, push = rng.normal(0, (NOISE_FLOOR, 0.9), (len(days), 2)).T
    expected, deviation, pressure = np.zeros((3, len(days)))
    for now in range(1, len(days)):
        last = now - 1
        pressure[now] = 0.98 * pressure[last] + push[now]
        expected[now] = 0.9 * deviation[last] + 0.12 * pressure[last]
        deviation[now] = expected[now] + noise[now]
    return climate + deviation, climate + expected, 1013 + pressure


def _hundredths(values: np.ndarray) -> np.ndarray:
    """Hundredths of a unit as whole numbers, which compress well."""
    return np.round(100 * values).astype("int32")
