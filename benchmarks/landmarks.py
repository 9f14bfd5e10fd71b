"""Depth with and without shortcuts, and an inception module, as JSON.

python benchmarks/landmarks.py --recipe plain-26 --recipe shortcut-26

``plain-N`` and ``shortcut-N`` are stacks of N layers with weights (lesson
06): the training error is what counts. ``inception`` and ``one-size`` are
two modules against two ordinary convolutions that take the same time:
``fit_cpu_seconds`` are those of all epochs at the speed of the later ones
(tracing is in the first). On the bundled digits, 1,024 to train with.
"""

import typer

import measuring
from coursekit import data
from coursekit.data.dataset import Split

DEPTHS = (8, 14, 26, 38)
DEEP = {"network": "stack", "maps": 12, "epochs": 18}
DEEP |= {"optimizer": "momentum", "rate": 0.1}
RECIPES: dict[str, dict] = {
    f"{name}-{depth}": {"depth": depth, "shortcut": shortcut, **DEEP}
    for name, shortcut in (("plain", False), ("shortcut", True))
    for depth in DEPTHS
}
# The rate: of 0.002, 0.005 and 0.01 the best for one-size, by validation.
BRANCHES = {"network": "branches", "epochs": 12}
BRANCHES |= {"optimizer": "adam", "rate": 0.005}
RECIPES["inception"] = {"filters": 0, **BRANCHES}  # 0: a module
RECIPES["one-size"] = {"filters": 64, **BRANCHES}
QUICK = {"epochs": 3}
BATCH, STEPS = 64, 16


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train each network with several seeds."""
    recipes = measuring.chosen(
        RECIPES, recipe, change, quick=QUICK if quick else None
    )
    measuring.run_recipes("landmarks", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train with one seed; errors in percent."""
    import keras

    keras.utils.set_random_seed(seed)
    digits = data.load("digits")
    x, y = scaled(digits.train)
    x, y = x[: BATCH * STEPS], y[: BATCH * STEPS]
    epochs, model = settings["epochs"], NETWORKS[settings["network"]](settings)
    rates = keras.optimizers.schedules.CosineDecay(
        settings["rate"], STEPS * epochs
    )
    model.compile(
        optimizer(settings["optimizer"], rates),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=STEPS,
        jit_compile=False,
    )
    clock = []

    def finished(epoch, logs):
        clock.append(measuring.cpu_seconds())
        report((epoch + 1) / epochs)

    progress = keras.callbacks.LambdaCallback(on_epoch_end=finished)
    history = model.fit(
        x, y, BATCH, epochs=epochs, verbose=0, callbacks=[progress]
    )
    each = (clock[-1] - clock[0]) / max(epochs - 1, 1)
    return {
        "data": f"{digits.provenance}; {len(x)} to train with",
        "parameters": model.count_params(),
        "training_loss": round(history.history["loss"][-1], 4),
        "training_error_percent": errors(model, x, y),
        "validation_error_percent": errors(model, *scaled(digits.validation)),
        "fit_cpu_seconds": round(epochs * each, 2),
    }


def optimizer(name: str, rates):
    import keras

    if name == "adam":
        return keras.optimizers.Adam(rates)
    return keras.optimizers.SGD(rates, momentum=0.9)


def scaled(split: Split) -> tuple:
    return split.x.astype("float32") / 255, split.y


def errors(model, x, y) -> float:
    """Percent of wrong answers."""
    import keras

    said = keras.ops.convert_to_numpy(model(x)).argmax(axis=1)
    return round(100 * float((said != y).mean()), 2)


def padded(x, f: int):
    from keras import layers

    return layers.ZeroPadding2D(f // 2)(x) if f > 1 else x


def conv(x, filters: int, f: int):
    from keras import layers

    return layers.Conv2D(filters, f, activation="relu")(padded(x, f))


def conv_bn(x, filters: int, stride: int = 1):
    from keras import layers

    x = layers.Conv2D(filters, 3, stride)(padded(x, 3))
    return layers.BatchNormalization(momentum=0.9)(x)


def stack(settings: dict):
    """Pairs of 3 x 3 convolutions, with or without a shortcut past each."""
    import keras
    from keras import layers

    maps, relu = settings["maps"], layers.Activation
    image = layers.Input((8, 8, 1))
    x = relu("relu")(conv_bn(image, maps, 2))
    for _ in range((settings["depth"] - 2) // 2):
        y = conv_bn(relu("relu")(conv_bn(x, maps)), maps)
        x = relu("relu")(layers.Add()([x, y]) if settings["shortcut"] else y)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10)(x))


def branches(settings: dict):
    """A convolution, two modules (or 3 x 3 convolutions), a dense layer."""
    import keras
    from keras import layers

    image = layers.Input((8, 8, 1))
    x = conv(image, 32, 3)
    for number in range(2):
        filters = settings["filters"]
        x = conv(x, filters, 3) if filters else module(x)
        if number == 0:
            x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10)(x))


def module(x):
    """16 maps by 1 x 1, 32 by 3 x 3, 16 by 5 x 5, 16 after a pooling."""
    from keras import layers

    found = [
        conv(x, 16, 1),
        conv(conv(x, 16, 1), 32, 3),
        conv(conv(x, 8, 1), 16, 5),
        conv(layers.MaxPooling2D(3, 1)(padded(x, 3)), 16, 1),
    ]
    return layers.Concatenate()(found)


NETWORKS = {"stack": stack, "branches": branches}


if __name__ == "__main__":
    typer.run(main)
