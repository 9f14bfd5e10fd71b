"""LeNet-5 on MNIST: test accuracy per seed and CPU seconds, as JSON.

python benchmarks/mnist_lenet.py --recipe modern|original|one-epoch

55,000 digits to train with, 5,000 of the training digits to choose with
(``--choose`` measures on them and leaves the test digits alone), 10,000
test digits, used once at the end.
"""

import typer

import measuring
from coursekit import data
from pictures import batches, one_cycle, outputs, warp

WARP = {"turn": 0.12, "scale": 0.08, "shift": 1.5, "elastic": 0.0}

RECIPES = {
    "modern": {
        "network": "lenet5",
        "epochs": 8,
        "batch": 128,
        "peak_rate": 4e-3,
        **WARP,
    },
    "original": {
        "network": "lenet5_original",
        "epochs": 8,
        "batch": 128,
        "peak_rate": 3e-3,
        **WARP,
    },
    "one-epoch": {
        "network": "lenet5_batchnorm",
        "epochs": 1,
        "batch": 128,
        "peak_rate": 8e-3,
    },
}
QUICK = {"data": "digits", "epochs": 12, "batch": 32}
STEPS_AT_ONCE = 32


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train and test LeNet-5 with several seeds."""
    base = {"data": "mnist", "measured_on": "validation" if choose else "test"}
    recipes = measuring.chosen(
        RECIPES, recipe, change, base, QUICK if quick else None
    )
    measuring.run_recipes("mnist_lenet", recipes, train, seeds, fresh)


def train(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train with one seed; accuracy in percent."""
    import keras

    from coursekit import lessons

    lenet = lessons.module("04", "lenet")

    keras.utils.set_random_seed(seed)
    sets = data.load(settings["data"], size=28)
    model = getattr(lenet, settings["network"])()
    per_epoch = len(sets.train) // settings["batch"]
    calls = max(1, settings["epochs"] * per_epoch // STEPS_AT_ONCE)
    steps = calls * STEPS_AT_ONCE
    model.compile(
        keras.optimizers.Adam(one_cycle(settings["peak_rate"], steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=STEPS_AT_ONCE,
        jit_compile=False,  # XLA makes convolutions slower on a CPU
    )
    stream = batches(
        scaled(sets.train.x),
        sets.train.y,
        settings["batch"],
        seed,
        augmentation(settings, seed),
    )
    progress = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: report((batch + 1) / steps)
    )
    model.fit(
        stream,
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,
        callbacks=[progress],
    )
    last = getattr(sets, settings["measured_on"])
    right = outputs(model, scaled(last.x)).argmax(1) == last.y
    return {
        "data": sets.provenance,
        "parameters": model.count_params(),
        "accuracy_percent": round(100 * float(right.mean()), 2),
    }


def augmentation(settings: dict, seed: int):
    """The warp of the recipe, or None where it has none."""
    if "turn" not in settings:
        return None
    return warp(0.0, *(settings[key] for key in WARP), seed)


def scaled(images):
    """Pixels 0..255 as float32 0..1."""
    return images.astype("float32") / 255


if __name__ == "__main__":
    typer.run(main)
