"""Explanations scored, and training against FGSM, on drawn pictures.

    python benchmarks/looking_inside.py --seeds 3

The network is the one that lesson 08 keeps. A seed has 400 test pictures of
its own kinds (another quarter of them for each seed) and, for the two recipes
of training, its own batches. ``explain`` gives the area under the deletion
curve and the share of hits in the pointing game; ``against`` accuracies in
per cent, plain, under FGSM and under PGD with eight steps.
"""

import numpy as np
import typer

import measuring
from coursekit import data, lessons

RECIPES = {
    "explain": {"pictures": 400},
    "against": {
        "pictures": 400,
        "updates": 100,
        "rate": 1e-3,
        "trained_with": 8,
        "epsilon": 4,
    },
}
BATCH, GREY = 64, 127.5


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    change: measuring.Changes = None,
) -> None:
    """Scores of explanations, and of training against FGSM, in JSON."""
    recipes = measuring.chosen(RECIPES, recipe, change)
    measuring.run_recipes("looking_inside", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    dataset = data.load("objects100", masks=True)
    x, y, mask = kinds(dataset.test)
    every = len(x) // settings["pictures"]
    own = (x[seed % every :: every], y[seed % every :: every])
    found = {"dataset": dataset.provenance, "pictures": len(own[0])}
    if "updates" not in settings:
        masks = mask[seed % every :: every]
        return found | explanations(*own, masks, seed, report)
    train = kinds(dataset.train)[:2]
    for number, name in enumerate(("plain", "adversarial")):
        model = tuned(train, settings, seed, name == "adversarial")
        found |= {
            f"{name}_{attack}_percent": 100 * right
            for attack, right in under(
                model, *own, settings["epsilon"]
            ).items()
        }
        report((number + 1) / 2)
    return found


def kinds(split):
    """Pictures, labels and masks of the eighty kinds that it knows."""
    known = split.y % 5 < 4
    y = split.y[known] // 5 * 4 + split.y[known] % 5
    return split.x[known], y, split.extra["mask"][known]


def network():
    return lessons.module("09", "own_pictures").kit_network()[0]


def logits(model, x) -> np.ndarray:
    outputs = lessons.module("09", "own_pictures").outputs
    return np.concatenate(
        [outputs(model, x[k : k + 400]) for k in range(0, len(x), 400)]
    )


def chances(model, x, y) -> np.ndarray:
    softmax = lessons.module("09", "own_pictures").softmax
    return softmax(logits(model, x))[np.arange(len(y)), y]


def slopes(model, x, y, of_loss: bool) -> np.ndarray:
    """Slopes of the loss, or of the logit of the right kind, at pixels."""
    from keras import ops

    gradient = lessons.module("09", "gradients").gradient
    right = np.eye(model.output_shape[-1], dtype="float32")[y]

    def function(pixels):
        found = model(pixels)
        if of_loss:
            found = -ops.log_softmax(found)
        return ops.sum(found * right, axis=-1)

    return gradient(function, x)[1]


# ------------------------------------------------------- explanations


def explanations(x, y, mask, seed, report) -> dict:
    """Area under the deletion curve and hits of each kind of map."""
    own, model = lessons.module("09", "own_pictures"), network()
    rng = np.random.default_rng(seed)
    blocks = rng.random((len(x), 8, 8)).repeat(4, axis=1).repeat(4, axis=2)
    line = np.arange(32) - 15.5
    centre = -(line[:, np.newaxis] ** 2) - line**2
    steep = np.abs(slopes(model, x, y, of_loss=False)).sum(axis=-1)
    maps = {
        "random": blocks,
        "centre": np.tile(centre, (len(x), 1, 1)),
        "slope": smooth(steep),
        "grad_cam": own.grad_cam(model, x, y),
        "occlusion": own.occlusion(model, x, y, 8),
    }
    found = {"accuracy": float((logits(model, x).argmax(1) == y).mean())}
    for number, (name, heat) in enumerate(maps.items()):
        heat = heat + 1e-9 * rng.random(heat.shape)  # no ties
        found[f"deletion_{name}"] = deletion(model, x, y, heat)
        warmest = heat.reshape(len(x), -1).argmax(axis=1)
        hits = mask.reshape(len(x), -1)[np.arange(len(x)), warmest]
        found[f"hits_{name}"] = float(hits.mean())
        report((number + 1) / len(maps))
    return found | {"share_of_things": float(mask.mean())}


def smooth(values: np.ndarray) -> np.ndarray:
    """(n, 32, 32): mean over 5 x 5 pixels."""
    wide = np.pad(values, ((0, 0), (2, 2), (2, 2)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, (5, 5), (1, 2))
    return windows.mean(axis=(-1, -2))


def deletion(model, x, y, heat, steps: int = 10) -> float:
    """Area under the mean chance of the right kind, by trapezoids."""
    order = np.argsort(-heat.reshape(len(x), -1), axis=1)
    rank = np.argsort(order, axis=1).reshape(heat.shape) / heat[0].size
    curve = []
    for step in range(steps + 1):
        gone = (rank < step / steps)[..., np.newaxis]
        curve.append(chances(model, np.where(gone, GREY, x), y).mean())
    return float(np.mean([*curve[1:], *curve[:-1]]))


# ------------------------------------------------- training against it


def tuned(train, settings: dict, seed: int, pushed: bool):
    """The network after some updates, half of each batch pushed or not."""
    import keras

    model, rng = network(), np.random.default_rng(seed)
    for layer in model.layers:
        norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = not norm
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(settings["rate"]), loss)
    for _ in range(settings["updates"]):
        rows = rng.integers(0, len(train[0]), BATCH)
        x, y = train[0][rows].astype("float32"), train[1][rows]
        if pushed:
            half, size = BATCH // 2, settings["trained_with"]
            x[:half] = attack(model, x[:half], y[:half], size, steps=1)
        model.train_on_batch(x, y)
    return model


def under(model, x, y, epsilon: float) -> dict[str, float]:
    """Accuracy on pictures as they are, under FGSM and under PGD."""
    pictures = {
        "clean": x,
        "fgsm": attack(model, x, y, epsilon, steps=1),
        "pgd": attack(model, x, y, epsilon, steps=8),
    }
    return {
        name: float((logits(model, pushed).argmax(axis=1) == y).mean())
        for name, pushed in pictures.items()
    }


def attack(model, x, y, epsilon: float, steps: int) -> np.ndarray:
    """Pushes up the loss that stay within epsilon of the pictures."""
    size = epsilon if steps == 1 else epsilon / 4
    x = np.asarray(x, "float32")
    pushed = x
    for _ in range(steps):
        pushed = pushed + size * np.sign(slopes(model, pushed, y, True))
        pushed = np.clip(pushed, x - epsilon, x + epsilon)
        pushed = np.clip(pushed, 0, 255).astype("float32")
    return pushed


if __name__ == "__main__":
    typer.run(main)
