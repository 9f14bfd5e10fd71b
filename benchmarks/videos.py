"""Readers of the bundled films, by performer and shuffled, as JSON.

    python benchmarks/videos.py

A recipe is task-network: ``poses`` tells sun salutations from a series of
other poses, ``order`` from the same backwards; the networks are those of
lesson 19. "memory" begins with eyes that know nothing, "taught" with eyes
that were trained on the pose of each frame and are frozen then. Accuracy is
that on performers who are in no other part (the test; ``--choose``: the
validation part), in order and with the frames of each film shuffled. With
``shuffled`` true the network is trained on shuffled films, too; with
``by_film`` it is measured on a fifth of the training performers' films, held
out at random, and on the new performers beside them.

``fit_cpu_seconds`` are those of ``fit``, of the eyes included.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import typer

import measuring
from coursekit import data, lessons

LENGTH, BATCH = 24, 16
COMMON = {"shuffled": False, "by_film": False, "eye_epochs": 0}
NETWORKS = {
    "bag": {"kind": "bag", "epochs": 6, "rate": 5e-3},
    "board": {"kind": "board", "epochs": 8, "rate": 1e-3},
    "memory": {"kind": "memory", "epochs": 15, "rate": 4e-3},
    "taught": {"kind": "memory", "epochs": 6, "rate": 1e-2, "eye_epochs": 4},
    "conv_lstm": {"kind": "conv_lstm", "epochs": 6, "rate": 1e-2},
}
RECIPES = {
    f"{task}-{name}": COMMON | {"task": task} | network
    for task in ("poses", "order")
    for name, network in NETWORKS.items()
}
for _name in ("board", "taught"):
    _order = RECIPES[f"order-{_name}"]
    RECIPES[f"order-{_name}-shuffled"] = _order | {"shuffled": True}
RECIPES["order-board-by-film"] = RECIPES["order-board"] | {"by_film": True}
OTHERS = {"poses": "standing series", "order": "backwards"}
QUICK = {"epochs": 1, "eye_epochs": 0}


@dataclass(frozen=True, eq=False)
class Part:
    """Padded films, their labels, and the pose of each frame or -1."""

    x: np.ndarray
    y: np.ndarray
    poses: np.ndarray

    def only(self, rows: np.ndarray) -> "Part":
        return Part(self.x[rows], self.y[rows], self.poses[rows])

    def mixed(self, rng) -> "Part":
        """The frames of each film in a random order, padding at the end."""
        keep = self.poses >= 0
        keys = np.where(keep, rng.random(keep.shape), np.inf)
        order = np.argsort(keys, axis=1)
        rows = np.arange(len(order))[:, None]
        return Part(self.x[rows, order], self.y, self.poses[rows, order])


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train each reader on each task and ask new performers."""
    base = {"measured_on": "validation" if choose else "test"}
    recipes = measuring.chosen(
        RECIPES, recipe, change, base, QUICK if quick else None
    )
    measuring.run_recipes("videos", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train one reader; what it gets right, in per cent."""
    import keras

    dataset = data.load(
        "poses", movements=(OTHERS[settings["task"]], "sun salutation")
    )
    rng = np.random.default_rng(seed)
    train = part(dataset.train)
    new = part(getattr(dataset, settings["measured_on"]))
    known = None
    if settings["by_film"]:
        drawn = rng.permutation(len(train.y))
        fifth = len(drawn) // 5
        known, train = train.only(drawn[:fifth]), train.only(drawn[fifth:])
    if settings["shuffled"]:
        train = train.mixed(rng)
    keras.utils.set_random_seed(seed)
    networks = lessons.module("19", "networks")
    before = measuring.cpu_seconds()
    eyes = networks.eyes()
    if settings["eye_epochs"]:
        teach_eyes(networks, eyes, train, settings["eye_epochs"])
    model = networks.network(settings["kind"], LENGTH, seeing=eyes)
    fit(model, train.x, train.y, settings, report)
    used = measuring.cpu_seconds() - before
    result = {
        "data": dataset.provenance,
        "parameters": model.count_params(),
        "fit_cpu_seconds": round(used, 1),
        "new_performers": right(model, new),
        "new_performers_shuffled": right(model, new.mixed(rng)),
        "trained_films": right(model, train),
    }
    if known:
        result["known_performers"] = right(model, known)
    return result


def part(split) -> Part:
    """Films (n, LENGTH, 28, 28, 1), 0 to 1, black behind their ends."""
    x = np.zeros((len(split), LENGTH, 28, 28, 1), "float32")
    poses = np.full((len(split), LENGTH), -1)
    for row, shown, film, named in zip(
        x, poses, split.x, split.extra["poses"], strict=True
    ):
        row[: len(film)] = film / 255
        shown[: len(film)] = named
    return Part(x, split.y, poses)


def teach_eyes(networks, eyes, train: Part, epochs: int) -> None:
    """Let the eyes name the pose of each frame; then freeze them."""
    import keras
    from keras import layers

    films = layers.Input(train.x.shape[1:])
    named = layers.Dense(12)(networks.each_frame(eyes, films))
    tagger = keras.Model(films, named)
    settings = {"epochs": epochs, "rate": 5e-3}
    fit(tagger, train.x, train.poses, settings, lambda share: None)
    eyes.trainable = False


def fit(model, x, y, settings: dict, report: measuring.Report) -> None:
    """Adam with a rate that falls to 0; labels of -1 cost nothing."""
    import keras

    epochs: Any = settings["epochs"]
    steps = epochs * -(-len(x) // BATCH)
    rates = keras.optimizers.schedules.CosineDecay(settings["rate"], steps)
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=-1
    )
    model.compile(keras.optimizers.Adam(rates, global_clipnorm=1.0), loss)
    ended = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report((epoch + 1) / epochs)
    )
    model.fit(x, y, BATCH, epochs, verbose=0, callbacks=[ended])


def right(model, films: Part) -> float:
    said = model.predict(films.x, 64, verbose=0).argmax(axis=-1)
    return round(100 * float((said == films.y).mean()), 2)


if __name__ == "__main__":
    typer.run(main)
