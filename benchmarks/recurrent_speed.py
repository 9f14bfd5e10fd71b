"""What an update of a recurrent layer costs, three ways, as JSON.

python benchmarks/recurrent_speed.py --recipe LSTM-compiled-100

A recipe is layer-way-steps. ``default`` runs the loop step by step,
``compiled`` with jit_compile=True (XLA), ``unrolled`` with unroll=True. The
task is the adding problem of lesson 14. ``first_update_seconds`` is tracing
and compiling with the first update, ``update_milliseconds`` each further
one. Times are this machine's: let nothing else run beside it.
"""

import time

import numpy as np
import typer

import measuring

LAYERS = ("SimpleRNN", "LSTM", "GRU")
WAYS = ("default", "compiled", "unrolled")
COMMON = {"units": 32, "batch": 32, "updates": 100}
RECIPES = {
    f"{layer}-{way}-{steps}": {
        "layer": layer,
        "way": way,
        "steps": steps,
        **COMMON,
    }
    for steps in (20, 100)
    for layer in LAYERS
    for way in WAYS
}
QUICK = {"steps": 4, "updates": 50}
AT_ONCE = 25  # updates in one call, so that Python costs next to nothing


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Time updates of each layer, run in each way."""
    recipes = measuring.chosen(
        RECIPES, recipe, change, quick=QUICK if quick else None
    )
    measuring.run_recipes("recurrent_speed", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Build one model, time its first updates and then the rest."""
    import keras

    keras.utils.set_random_seed(seed)
    model = build(settings)
    x, y = adding(settings, np.random.default_rng(seed))
    part = slice(AT_ONCE * settings["batch"])
    start = time.perf_counter()
    train(model, x[part], y[part], settings)
    first = time.perf_counter() - start
    report(0.5)
    start = time.perf_counter()
    train(model, x, y, settings)
    each = (time.perf_counter() - start) / settings["updates"]
    return {
        "parameters": model.count_params(),
        "first_update_seconds": round(max(first - AT_ONCE * each, each), 3),
        "update_milliseconds": round(1e3 * each, 3),
    }


def build(settings: dict):
    """The layer and one output, compiled for training."""
    import keras

    kind = getattr(keras.layers, settings["layer"])
    inputs = keras.layers.Input((settings["steps"], 2))
    unroll = settings["way"] == "unrolled"
    state = kind(settings["units"], unroll=unroll)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(state))
    model.compile(
        "adam",
        "mse",
        jit_compile=settings["way"] == "compiled",
        steps_per_execution=AT_ONCE,
    )
    return model


def adding(settings: dict, rng: np.random.Generator) -> tuple:
    """Numbers and two marks (n, steps, 2), and the sum of the marked."""
    count, steps = settings["batch"] * settings["updates"], settings["steps"]
    values, marks = rng.random((count, steps)), np.zeros((count, steps))
    rows, half = np.arange(count), steps // 2
    marks[rows, rng.integers(0, half, count)] = 1
    marks[rows, rng.integers(half, steps, count)] = 1
    answer = (values * marks).sum(axis=1, keepdims=True)
    return np.stack([values, marks], -1).astype("float32"), answer


def train(model, x, y, settings: dict) -> None:
    model.fit(x, y, settings["batch"], epochs=1, shuffle=False, verbose=0)


if __name__ == "__main__":
    typer.run(main)
