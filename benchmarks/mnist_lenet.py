"""LeNet-5 on MNIST: accuracy per seed and CPU seconds, as JSON.

python benchmarks/mnist_lenet.py --recipe modern|original|one-epoch

The choices (epochs, rate, augmentation) were made on 5,000 held-out
training images; the test images are used once, at the end.
"""

from typing import Annotated

import typer

from coursekit import data
from coursekit.session import import_keras
from measuring import batches, one_cycle, run_seeds, small_affine

RECIPES = {
    "modern": {
        "network": "lenet5",
        "epochs": 8,
        "batch": 128,
        "peak_rate": 4e-3,
        "shift": 1.5,
        "turn": 0.12,
        "scale": 0.08,
    },
    "original": {
        "network": "lenet5_original",
        "epochs": 8,
        "batch": 128,
        "peak_rate": 3e-3,
        "shift": 1.5,
        "turn": 0.12,
        "scale": 0.08,
    },
    "one-epoch": {
        "network": "lenet5_batchnorm",
        "epochs": 1,
        "batch": 128,
        "peak_rate": 8e-3,
        "shift": 0,
        "turn": 0,
        "scale": 0,
    },
}


def main(
    recipe: Annotated[str, typer.Option(help=" | ".join(RECIPES))] = "modern",
    seeds: int = 3,
    fresh: Annotated[bool, typer.Option(help="Forget stored seeds.")] = False,
    quick: Annotated[bool, typer.Option(help="Digits, one epoch.")] = False,
) -> None:
    """Train and test one recipe with several seeds."""
    settings = {**RECIPES[recipe], "data": "digits" if quick else "mnist"}
    if quick:
        settings["epochs"] = 1
    name = f"mnist-{recipe}{'-quick' if quick else ''}"
    run_seeds(name, settings, seeds, fresh, lambda seed: train(settings, seed))


def train(settings: dict, seed: int) -> dict:
    """One run: validation and test accuracy in percent."""
    keras = import_keras()
    from coursekit.models import lenet

    keras.utils.set_random_seed(seed)
    sets = data.load(settings["data"], size=28)
    x, y = sets.train.x / 255.0, sets.train.y
    steps = settings["epochs"] * (len(y) // settings["batch"])
    model = getattr(lenet, settings["network"])()
    model.compile(
        keras.optimizers.Adam(one_cycle(settings["peak_rate"], steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=min(32, steps),
        jit_compile=False,
    )
    augment = settings["shift"] and small_affine(
        0.0, settings["turn"], settings["scale"], settings["shift"], seed
    )
    stream = batches(
        x.astype("float32"), y, settings["batch"], seed, augment or None
    )
    model.fit(
        stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0
    )
    found = {"parameters": model.count_params()}
    for part in ("validation", "test"):
        split = getattr(sets, part)
        images = (split.x / 255.0).astype("float32")
        accuracy = model.evaluate(images, split.y, 500, verbose=0)[1]
        found[f"{part}_accuracy"] = round(100 * accuracy, 2)
    return found


if __name__ == "__main__":
    typer.run(main)
