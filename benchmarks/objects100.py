"""What a linear model and a small CNN learn of the bundled objects100.

    python benchmarks/objects100.py --seeds 3

A data set for the lesson on residual networks needs three things: a linear
model does badly, a small network does well, and its mistakes stay in the
family more often than by chance, which is 4 of 99 wrong answers, 0.04.
"""

import numpy as np
import typer

import measuring
import pictures
from coursekit import data

RECIPES = {
    "linear": {"model": "linear", "epochs": 20, "rate": 0.003, "batch": 64},
    "cnn": {"model": "cnn", "epochs": 15, "rate": 0.006, "batch": 64},
}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    change: measuring.Changes = None,
) -> None:
    """Test accuracy of a linear model and a small CNN, in JSON."""
    recipes = measuring.chosen(RECIPES, recipe, change)
    measuring.run_recipes("objects100", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train on the 8,000 training pictures, count on the 2,000 test ones."""
    import keras

    keras.utils.set_random_seed(seed)
    dataset = data.load("objects100")
    images = [_scaled(part.x) for part in (dataset.train, dataset.test)]
    model = {"linear": linear, "cnn": cnn}[settings["model"]]()
    steps = len(images[0]) // settings["batch"]
    rate = pictures.one_cycle(settings["rate"], steps * settings["epochs"])
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy"
    )
    model.fit(
        pictures.batches(
            images[0], dataset.train.y, settings["batch"], seed, _mirrored
        ),
        epochs=settings["epochs"],
        steps_per_epoch=steps,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, _: report(
                    (epoch + 1) / settings["epochs"]
                )
            )
        ],
    )
    scores = pictures.outputs(model, images[1])
    return {
        "dataset": dataset.provenance,
        "parameters": model.count_params(),
        **_counts(scores, dataset.test.y),
    }


def linear():
    """One dense layer on the pixels."""
    import keras

    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(100, "softmax"),
        ]
    )


def cnn():
    """Four convolutions with batch normalisation, 32 to 128 channels."""
    import keras

    layers = keras.layers
    stack = [keras.Input((32, 32, 3))]
    for filters, stride in ((32, 1), (64, 2), (96, 2), (128, 2)):
        stack += [
            layers.Conv2D(filters, 3, stride, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
    stack += [layers.GlobalMaxPooling2D(), layers.Dropout(0.3)]
    return keras.Sequential([*stack, layers.Dense(100, "softmax")])


def _scaled(images: np.ndarray) -> np.ndarray:
    return (images.astype("float32") - 127.5) / 64


def _mirrored(images, number):
    """Half of the pictures the other way round."""
    import tensorflow as tf

    seed = tf.cast(tf.stack([number, number]), "int32")
    return tf.image.stateless_random_flip_left_right(images, seed)


def _counts(scores: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Accuracies, and which share of the mistakes stays in the family."""
    best = np.argsort(scores, 1)[:, -5:]
    answer, wrong = best[:, -1], best[:, -1] != y
    family = answer // 5 == y // 5
    return {
        "top1": float(1 - wrong.mean()),
        "top5": float((best == y[:, None]).any(1).mean()),
        "superclass": float(family.mean()),
        "mistakes_in_family": float(family[wrong].mean()),
    }


if __name__ == "__main__":
    typer.run(main)
