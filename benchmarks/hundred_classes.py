"""A hundred classes: residual networks on objects100 and CIFAR-100.

    python benchmarks/hundred_classes.py --recipe cpu --seeds 1
    python benchmarks/hundred_classes.py --recipe crop --recipe flip --choose
    python benchmarks/hundred_classes.py --recipe plain --recipe residual

CIFAR-100: a seed learns from all 50,000 training photographs and is measured
once on the 10,000 of the test. ``--choose`` learns from 45,000 and measures
on the other 5,000. An interrupted seed goes on after its last whole epoch.
``plain`` and ``residual`` are the two networks of lesson 07's quick run, with
epochs at which their training costs the same; ``one step a call``,
``bfloat16`` and ``jit`` are ``residual`` with one switch turned.
"""

import hashlib
import json

import numpy as np
import typer

import measuring
from coursekit import data, lessons, paths

COMMON = {
    "data": "cifar100",
    "network": "residual",
    "pictures": None,  # all
    "widths": [48, 96, 192],
    "stages": [[20, 9], [24, 8], [32, 9]],  # size of the pictures, epochs
    "batch": 128,
    "peak": 0.2,
    "decay": 5e-3,
    "smoothing": 0.1,
    "whitening": True,
    "shortcut": True,
    "make": ["crop", "flip"],
    "policy": "mixed_bfloat16",
    "at_once": 20,
    "jit": False,
}
# An arm changes one thing of "crop, flip", on the bundled pictures.
ARM = {
    "data": "objects100",
    "widths": [16, 32, 64],
    "pictures": 2000,  # 20 of each class: something to be learned by heart
    "stages": [[32, 12]],
    "batch": 64,
    "peak": 0.1,
    "policy": "float32",
}
MANY = {"pictures": 8000, "stages": [[32, 3]]}  # as many steps
ARMS = {
    "plain pictures": ARM | {"make": []},
    "crop": ARM | {"make": ["crop"]},
    "flip": ARM | {"make": ["flip"]},
    "crop, flip": ARM,
    "cutout": ARM | {"make": ["crop", "flip", "cutout"]},
    "mixup": ARM | {"make": ["crop", "flip", "mixup"]},
    "no shortcut": ARM | {"shortcut": False},
    "learned stem": ARM | {"whitening": False},
}
RECIPES = {
    "cpu": {},
    "gpu": {
        "widths": [128, 256, 512],
        "stages": [[24, 20], [32, 60]],
        "batch": 256,
        "peak": 0.3,
        "make": ["crop", "flip", "cutout"],
        "jit": True,
    },
    **ARMS,
    **{f"many: {name}": arm | MANY for name, arm in ARMS.items()},
    "residual": ARM | MANY,
    "plain": ARM
    | MANY
    | {
        "network": "plain",
        "stages": [[32, 11]],
        "peak": 2e-3,  # Adam's, and constant
        "make": [],
    },
    "one step a call": ARM | MANY | {"at_once": 1},
    "bfloat16": ARM | MANY | {"policy": "mixed_bfloat16"},
    "jit": ARM | MANY | {"jit": True},
}
QUICK = {key: ARM[key] for key in ("data", "widths", "batch", "policy")}
QUICK |= {"pictures": None, "stages": [[32, 2]]}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 1,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train and measure a residual network with several seeds."""
    base = COMMON | {"measured_on": "validation" if choose else "test"}
    recipes = measuring.chosen(
        RECIPES, recipe or ["cpu"], change, base, QUICK if quick else None
    )
    measuring.run_recipes("hundred_classes", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train with one seed; accuracies in percent."""
    import keras

    recipe = lessons.module("07", "recipe")
    keras.utils.set_random_seed(seed)
    sets = data.load(settings["data"])
    x, y = _pictures(sets, settings)
    fit = _plain if settings["network"] == "plain" else _residual
    before = measuring.cpu_seconds()
    model, loss, earlier = fit(recipe, settings, x, y, seed, report)
    spent = earlier + measuring.cpu_seconds() - before
    keras.config.set_dtype_policy("float32")
    last = getattr(sets, settings["measured_on"])
    result = {
        "data": sets.provenance,
        "parameters": model.count_params(),
        "train_pictures": len(y),
        "last_loss": round(loss, 3),
    }
    for name, mirrored in (("", False), ("_mirrored", True)):
        logits = recipe.logits_of(model, last.x, mirrored)
        result |= {
            f"{key}{name}": value
            for key, value in scores(logits, last).items()
        }
    return result | {"fit_cpu_seconds": round(spent, 1)}


def _pictures(sets, settings: dict):
    """What is learned from: pictures and labels."""
    learn = [sets.train]
    if settings["measured_on"] == "test" and not settings["pictures"]:
        learn.append(sets.validation)  # nothing is left to choose
    x = np.concatenate([part.x for part in learn])
    y = np.concatenate([part.y for part in learn])
    if settings["pictures"]:
        rows = _first_of_each(y, settings["pictures"] // (y.max() + 1))
        x, y = x[rows], y[rows]
    return x, y


def _residual(recipe, settings: dict, x, y, seed: int, report):
    """The model, its last loss, and CPU seconds before an interruption."""
    import keras

    state = recipe.State(_state_file(settings, seed))
    begun = state.spent
    keras.config.set_dtype_policy(settings["policy"])
    model = recipe.network(
        settings["widths"],
        recipe.whitening(x[:2000]) if settings["whitening"] else None,
        recipe.residual_block if settings["shortcut"] else recipe.plain_block,
    )
    streams = [
        (
            recipe.Pictures(
                recipe.shrunk(x, size),
                y,
                settings["batch"],
                recipe.maker(settings["make"]),
                seed,
            ),
            epochs,
        )
        for size, epochs in settings["stages"]
    ]
    epochs = sum(epochs for _, epochs in streams)
    recipe.prepare(
        model,
        settings["peak"],
        epochs * len(streams[0][0]),
        settings["decay"],
        settings["smoothing"],
        settings["at_once"],
        settings["jit"],
    )
    say = recipe.TimeLeft(streams, lambda done, left: report(done))
    history = recipe.fit(model, streams, state, callbacks=[say])
    return model, history[-1]["loss"], max(0.0, state.spent - begun)


def _plain(recipe, settings: dict, x, y, seed: int, report):
    """As ``_residual``: a plain CNN on arrays, with Adam."""
    import keras

    model = recipe.plain_network(settings["widths"])
    model.compile(
        keras.optimizers.Adam(settings["peak"]),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=settings["at_once"],
        jit_compile=settings["jit"],
    )
    ((_, epochs),) = settings["stages"]
    history = model.fit(
        recipe.scaled(x), y, settings["batch"], epochs, verbose=0
    )
    return model, history.history["loss"][-1], 0.0


def _first_of_each(y, count: int) -> np.ndarray:
    """Places of the first ``count`` of each class, in their order."""
    rows = [np.flatnonzero(y == k)[:count] for k in range(y.max() + 1)]
    return np.sort(np.concatenate(rows))


def _state_file(settings: dict, seed: int):
    text = json.dumps([settings, seed, measuring.versions()])
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    folder = paths.work_dir() / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"hundred_classes-{digest}-{seed}.state.npz"


def scores(logits, split) -> dict[str, float]:
    """Percent right: best answer, among the best five, super-class."""
    order = np.argsort(-logits, axis=1)
    families = np.zeros(logits.shape[1], int)
    families[split.y] = split.extra["superclass"]
    right = {
        "top1": order[:, 0] == split.y,
        "top5": (order[:, :5] == split.y[:, np.newaxis]).any(axis=1),
        "superclass": families[order[:, 0]] == families[split.y],
    }
    return {
        name: round(100 * float(ok.mean()), 2) for name, ok in right.items()
    }


if __name__ == "__main__":
    typer.run(main)
