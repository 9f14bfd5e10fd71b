"""The zip-code digits (USPS, 7,291/2,007): error per seed, as JSON.

python benchmarks/zipcode.py --recipe 1989|modern

The data set is for you to bring: COURSEKIT_DATA names a folder with
usps/usps.h5. The choices were made with ``--choose``, which holds out 1,000
of the training digits and never looks at the test digits; the reported runs
train on all 7,291 with the choices fixed.
"""

from typing import Annotated

import numpy as np
import typer

from coursekit import data
from coursekit.session import import_keras
from measuring import batches, one_cycle, run_seeds, small_affine

RECIPES = {
    "1989": {"epochs": 23, "rate": 0.005, "last_rate": 0.0005},
    "modern": {
        "epochs": 40,
        "batch": 64,
        "peak_rate": 4e-3,
        "turn": 0.2,
        "scale": 0.12,
        "shift": 1.2,
        "smoothing": 0.05,
    },
}


def main(
    recipe: Annotated[str, typer.Option(help=" | ".join(RECIPES))] = "modern",
    seeds: int = 3,
    fresh: Annotated[bool, typer.Option(help="Forget stored seeds.")] = False,
    choose: Annotated[bool, typer.Option(help="Validate, no test.")] = False,
    quick: Annotated[bool, typer.Option(help="Digits, one epoch.")] = False,
) -> None:
    """Train and test one recipe with several seeds."""
    settings = {**RECIPES[recipe], "choose": choose, "quick": quick}
    if quick:
        settings["epochs"] = 1
    train = {"1989": train_1989, "modern": train_modern}[recipe]
    name = f"zipcode-{recipe}{'-choose' * choose}{'-quick' * quick}"
    run_seeds(name, settings, seeds, fresh, lambda seed: train(settings, seed))


def load(settings: dict):
    """Images in -1..1 and labels to train on, and to measure on."""
    if settings["quick"]:
        sets = data.load("digits", size=16)
    else:
        held_out = 1_000 if settings["choose"] else 0
        sets = data.load("usps", validation=held_out)
    last = sets.validation if settings["choose"] else sets.test
    return [
        ((split.x / 127.5 - 1).astype("float32"), split.y)
        for split in (sets.train, last)
    ]


def train_1989(settings: dict, seed: int) -> dict:
    """The recipe of 1989: one pattern at a time, squared error, 23 passes.

    The paper used a diagonal pseudo-Newton step; a small rate that
    falls from pass to pass takes its place here.
    """
    keras = import_keras()
    import tensorflow as tf

    from coursekit.models.zipcode import zipcode_1989

    keras.utils.set_random_seed(seed)
    (x, y), (x_last, y_last) = load(settings)
    targets = 2 * np.eye(10, dtype="float32")[y] - 1
    model = zipcode_1989()
    weights = model.trainable_variables

    @tf.function
    def one_pass(order, x, targets, rate):
        for index in order:
            pattern = tf.gather(x, [index])
            with tf.GradientTape() as tape:
                error = model(pattern, training=True) - targets[index]
                loss = tf.reduce_sum(error**2)
            slopes = tape.gradient(loss, weights)
            for weight, slope in zip(weights, slopes, strict=True):
                weight.assign_sub(rate * slope)

    rng = np.random.default_rng(seed)
    images, targets = tf.constant(x), tf.constant(targets)
    # From rate to last_rate, by the same factor after each pass.
    rates = np.geomspace(
        settings["rate"], settings["last_rate"], settings["epochs"]
    )
    for rate in rates.astype("float32"):
        order = tf.constant(rng.permutation(len(y)))
        one_pass(order, images, targets, tf.constant(rate))
    outputs = model.predict(x_last, 500, verbose=0)
    return {"parameters": model.count_params()} | scores(outputs, y_last)


def train_modern(settings: dict, seed: int) -> dict:
    """Batch norm, augmentation, one-cycle Adam, averaged small shifts."""
    keras = import_keras()
    from coursekit.models.zipcode import modern_zipcode

    keras.utils.set_random_seed(seed)
    (x, y), (x_last, y_last) = load(settings)
    steps = settings["epochs"] * (len(y) // settings["batch"])
    rate = one_cycle(settings["peak_rate"], steps)
    model = modern_zipcode()
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.01),
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=settings["smoothing"]
        ),
        steps_per_execution=min(32, steps),
        jit_compile=False,
    )
    augment = small_affine(
        -1.0, settings["turn"], settings["scale"], settings["shift"], seed
    )
    targets = np.eye(10, dtype="float32")[y]
    stream = batches(x, targets, settings["batch"], seed, augment)
    model.fit(
        stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0
    )
    outputs = predict_shifted(model, x_last)
    return {"parameters": model.count_params()} | scores(outputs, y_last)


def predict_shifted(model, images: np.ndarray) -> np.ndarray:
    """Mean class probabilities over five placements, one pixel apart."""
    total = 0
    for down, right in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
        moved = np.roll(images, (down, right), axis=(1, 2))
        logits = model.predict(moved, batch_size=500, verbose=0)
        shifted = np.exp(logits - logits.max(1, keepdims=True))
        total = total + shifted / shifted.sum(1, keepdims=True)
    return total / 5


def scores(outputs: np.ndarray, labels: np.ndarray) -> dict:
    """Error in percent, and the share to reject for 1 % error on the rest.

    The measure of doubt is the gap between the two largest outputs.
    """
    wrong = outputs.argmax(1) != labels
    top = np.sort(outputs, axis=1)
    order = np.argsort(top[:, -2] - top[:, -1], kind="stable")
    # Errors among the k least doubtful, as a percentage, for every k.
    rates = np.cumsum(wrong[order]) / np.arange(1, len(wrong) + 1)
    accepted = np.flatnonzero(rates <= 0.01).max(initial=-1) + 1
    return {
        "error_percent": round(100 * float(wrong.mean()), 2),
        "mistakes": int(wrong.sum()),
        "reject_percent_for_1": round(
            100 - 100 * int(accepted) / len(wrong), 2
        ),
    }


if __name__ == "__main__":
    typer.run(main)
