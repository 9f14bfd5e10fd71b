"""Five networks with the same CPU seconds to train, on four series, as JSON.

python benchmarks/forecasting.py --recipe weather-GRU

A recipe is series-kind; networks and windows are those of lesson 15. Each
network trains for ``seconds`` CPU seconds of ``fit`` (tracing included,
looking at the validation part not); the rate falls along half a cosine with
the share that is used up, and the weights with the smallest validation error
of twenty looks are kept. Errors are root mean squares in the unit of the
series (``absolute``: mean absolute errors); ``baselines`` are what needs no
network, on the same windows. Jena is fetched; of its first 4,000 rows, or of
any part, the provenance says so.
"""

import time

import numpy as np
import typer

import measuring
from coursekit import data, lessons

KINDS = ("dense", "conv", "SimpleRNN", "LSTM", "GRU")
# Window, answers at once, season, seconds.
SERIES = {
    "weather": {"length": 16, "horizon": 1, "season": 8, "seconds": 8},
    "co2": {"length": 24, "horizon": 12, "season": 12, "seconds": 4},
    "sunspots": {"length": 22, "horizon": 1, "season": 11, "seconds": 4},
    "jena": {"length": 48, "horizon": 1, "season": 24, "seconds": 4},
}
COMMON = {"batch": 64, "rate": 5e-3, "looks": 20}
RECIPES = {
    f"{series}-{kind}": {"series": series, "kind": kind, **of, **COMMON}
    for series, of in SERIES.items()
    for kind in KINDS
}
QUICK = {"seconds": 1}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train each kind of network on each series for the same seconds."""
    recipes = measuring.chosen(
        RECIPES, recipe, change, quick=QUICK if quick else None
    )
    measuring.run_recipes("forecasting", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train one network; its errors, and those of the baselines."""
    import keras

    networks = lessons.module("15", "networks")
    parts, unit, provenance = windows(settings)
    (x, y), held = parts["train"], parts["validation"]
    keras.utils.set_random_seed(seed)
    model = networks.network(settings["kind"], x.shape[1:], y.shape[1])
    model.compile("adam", "mse", steps_per_execution=networks.at_once())
    budget = made_budget(settings, held, report)
    order = np.random.default_rng(seed).permutation(len(x))
    model.fit(
        x[order],
        y[order],
        settings["batch"],
        epochs=100_000,
        callbacks=[budget],
        verbose=0,
    )
    model.set_weights(budget.best)
    result = {
        "data": provenance,
        "parameters": model.count_params(),
        "updates": budget.calls * networks.at_once(),
        "fit_cpu_seconds": round(budget.used, 2),
    }
    for name, (x_part, y_part) in parts.items():
        said = model.predict(x_part, 1024, verbose=0)
        result[f"{name}_error"] = unit * networks.rmse(said, y_part)
        result[f"{name}_absolute"] = unit * float(np.abs(said - y_part).mean())
        for kind, values in baselines(parts, name, settings).items():
            off = unit * (values - y_part)
            result[f"{name}_{kind}"] = networks.rmse(off, 0)
            result[f"{name}_{kind}_absolute"] = float(np.abs(off).mean())
    return {
        k: round(v, 4) if isinstance(v, float) else v
        for k, v in result.items()
    }


def windows(settings: dict) -> tuple[dict, float, str]:
    """(x, y) of each part, standardised or relative; one's unit; the data."""
    if settings["series"] == "jena":
        return day_ahead(settings)
    make_windows = lessons.module("15", "exercises").make_windows
    record = data.load("series", series=settings["series"])
    parts = [record.train, record.validation, record.test]
    values = np.concatenate([part.x for part in parts]).astype("float64")
    ends = [0, *np.cumsum([len(part.x) for part in parts])]
    names = ["train", "validation", "test"]
    if settings["series"] == "weather":
        day = 2 * np.pi * np.arange(len(values)) / settings["season"]
        clock = [f(a) for a in (day, day / 365) for f in (np.sin, np.cos)]
        values = np.column_stack([values, *clock])
        regime = np.concatenate([part.extra["regime"] for part in parts])
        ends.insert(3, int(regime.argmax()))
        names.append("moved")
    train = values[: ends[1]]
    mean, spread = train.mean(axis=0), train.std(axis=0)
    scaled = (values - mean) / spread
    sizes = settings["length"], settings["horizon"]
    found = {
        name: make_windows(scaled, *sizes, *ends[place : place + 2])
        for place, name in enumerate(names)
    }
    if settings["series"] != "co2":
        return found, float(spread[0]), record.provenance
    found = {n: (x - x[:, -1:], y - x[:, -1]) for n, (x, y) in found.items()}
    scale = found["train"][1].std()
    found = {name: (x / scale, y / scale) for name, (x, y) in found.items()}
    return found, float(scale * spread[0]), record.provenance


def day_ahead(settings: dict) -> tuple[dict, float, str]:
    """Hourly temperatures at Jena, and the change in the 24 hours after."""
    make_windows = lessons.module("15", "exercises").make_windows
    record = data.load("jena")
    names = ("train", "validation", "test")
    parts = [getattr(record, name).y for name in names]
    hourly = np.concatenate(parts)[::6].astype("float64")
    ends = [0, *(np.cumsum([len(part) for part in parts]) // 6)]
    mean, spread = hourly[: ends[1]].mean(), hourly[: ends[1]].std()
    scaled = ((hourly - mean) / spread)[:, np.newaxis]
    found = {}
    for place, name in enumerate(names):
        span = ends[place : place + 2]
        x, y = make_windows(scaled, settings["length"], 24, *span)
        found[name] = x, y[:, -1:] - x[:, -1]
    return found, float(spread), record.provenance


def baselines(parts: dict, name: str, settings: dict) -> dict:
    """Forecasts of one part that need no network."""
    weighted_sum = lessons.module("15", "networks").weighted_sum
    x, horizon = parts[name][0], settings["horizon"]
    if settings["series"] == "jena":  # as now and as yesterday are one
        step = x[:, -1] - x[:, -settings["season"] - 1]
        said = {"last_value": 0 * step, "last_steps": step}
        return said | {"weighted_sum": weighted_sum(*parts["train"])(x)}
    season = x[:, -settings["season"] :, 0][:, :horizon]
    return {
        "last_value": np.repeat(x[:, -1:, 0], horizon, axis=1),
        "seasonal_naive": season,
        "last_steps": season
        + x[:, -1:, 0]
        - x[:, -settings["season"] - 1, :1],
        "weighted_sum": weighted_sum(*parts["train"])(x),
    }


def made_budget(settings: dict, held: tuple, report: measuring.Report):
    """A callback that sets the rate, keeps the best and stops in time."""
    import keras

    class Budget(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.calls, self.looks, self.used = 0, 0, 0.0
            self.error, self.best = np.inf, self.model.get_weights()
            self.clock = time.process_time()

        def on_train_batch_end(self, batch, logs=None):
            self.calls += 1
            self.used += time.process_time() - self.clock
            share = min(self.used / settings["seconds"], 1)
            rate = settings["rate"] * (1 + np.cos(np.pi * share)) / 2
            self.model.optimizer.learning_rate = rate
            if share >= (self.looks + 1) / settings["looks"]:
                self.looks = int(share * settings["looks"])
                self.look()
                report(share)
            self.model.stop_training = share >= 1
            self.clock = time.process_time()

        def look(self):
            said = self.model(held[0])
            said = keras.ops.convert_to_numpy(said)
            error = np.mean((said - held[1]) ** 2)
            if error < self.error:
                self.error, self.best = error, self.model.get_weights()

    return Budget()


if __name__ == "__main__":
    typer.run(main)
