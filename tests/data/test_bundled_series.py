"""The bundled series: published numbers, and a weather of known noise."""

import numpy as np
import pytest

from coursekit import data
from coursekit.data.sets.series import NOISE_FLOOR

pytestmark = pytest.mark.bundled


def whole(series, field="y"):
    sets = data.load("series", series=series)
    parts = (sets.train, sets.validation, sets.test)
    return np.concatenate(
        [s.y if field == "y" else s.extra[field] for s in parts]
    )


def test_the_passengers_are_the_published_144_numbers():
    y = whole("passengers")
    # R's AirPassengers: sum, range, mean and the last year's peak in July.
    assert len(y) == 144 and y.sum() == 40_363
    assert (y.min(), y.max()) == (104, 622)
    assert round(float(y.mean()), 4) == 280.2986
    assert y.reshape(12, 12).argmax(axis=1).tolist()[-1] == 6
    assert y[:5].tolist() == [112, 118, 132, 129, 121]


def test_sunspots_are_yearly_and_repeat_about_every_eleven_years():
    y, time = whole("sunspots"), whole("sunspots", "time")
    assert len(y) == 309 and (y.min(), y.max()) == (0.0, np.float32(190.2))
    assert str(time[y.argmax()]) == "1957"  # the highest ever observed
    power = np.abs(np.fft.rfft(y - y.mean())) ** 2
    assert 10 < len(y) / power.argmax() < 12


def test_co2_rises_peaks_in_may_and_says_where_months_are_missing():
    y, time, weeks = (whole("co2", f) for f in ("y", "time", "weeks"))
    assert len(y) == 526 and str(time[0]) == "1958-03"
    assert str(time[-1]) == "2001-12"
    missing = time[weeks == 0].astype(str).tolist()
    assert missing == ["1958-06", "1958-10", "1964-02", "1964-03", "1964-04"]
    assert weeks.sum() == 2_284 - 59  # weekly readings less missing ones
    whole_years = y[10:].reshape(-1, 12)[:, :12]  # from January 1959
    assert np.bincount(whole_years.argmax(axis=1)).argmax() == 4  # May
    assert np.all(np.diff(whole_years.mean(axis=1)) > 0)


def test_the_best_forecast_of_the_weather_errs_by_the_noise_floor():
    error = whole("weather") - whole("weather", "expected")
    assert abs(error.std() - NOISE_FLOOR) < 0.01
    assert abs(error.mean()) < 0.02
    # White noise: no memory that a forecast could still use.
    for lag in (1, 8, 8 * 365):
        assert abs(np.corrcoef(error[lag:], error[:-lag])[0, 1]) < 0.03


def test_simple_forecasts_of_the_weather_lie_above_the_floor():
    y = whole("weather")
    last = np.sqrt(np.mean((y[8:] - y[7:-1]) ** 2))
    yesterday = np.sqrt(np.mean((y[8:] - y[:-8]) ** 2))
    assert last > 1.5 * NOISE_FLOOR and yesterday > 1.5 * NOISE_FLOOR


def test_a_regression_on_the_past_comes_near_the_floor():
    sets = data.load("series", series="weather")

    def table(split):
        x, y = split.x.astype(float), split.y
        past = np.hstack([x[16 - k : len(x) - k] for k in range(1, 17)])
        return np.hstack([past, np.ones((len(past), 1))]), y[16:]

    weights = np.linalg.lstsq(*table(sets.train), rcond=None)[0]
    inputs, y = table(sets.validation)
    error = np.sqrt(np.mean((inputs @ weights - y) ** 2))
    assert NOISE_FLOOR * 0.97 < error < NOISE_FLOOR * 1.15


def test_the_weather_has_two_seasons_a_trend_and_a_change():
    y, regime = whole("weather"), whole("weather", "regime")
    before = y[regime == 0][: 5 * 365 * 8].reshape(5, 365, 8)
    yearly, daily = before.mean(axis=(0, 2)), before.mean(axis=(0, 1))
    assert np.ptp(yearly) > 15 and np.ptp(daily) > 5
    slope = np.polyfit(range(5), before.mean(axis=(1, 2)), 1)[0]
    assert 0 < slope < 0.8
    test = data.load("series", series="weather").test
    assert 0.4 < test.extra["regime"].mean() < 0.6
    swing = [
        np.ptp(test.y[test.extra["regime"] == k][: 8 * 150].reshape(-1, 8), 1)
        for k in (0, 1)
    ]
    assert swing[1].mean() < 0.9 * swing[0].mean()
