"""Train the scenes' image encoder again, and print its exam (minutes).

    PYTHONPATH=lib python tools/train_scene_encoder.py

Writes lib/coursekit/captions/scene_encoder.keras. ``practice`` draws scenes
that are in no data set, with labels for every place. Things have any colour
there, except the combinations that the data set holds out.
"""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np
from keras import layers

from coursekit.callbacks import EpochProgress
from coursekit.captions import scene_encoder
from coursekit.data import pipeline
from coursekit.data.render.backdrops import SETTINGS, TIMES
from coursekit.data.render.scene_pictures import (
    COLOURS,
    KINDS,
    SIZES,
    TEXTURES,
    Thing,
    render,
)
from coursekit.data.sets.scenes import HELD_OUT
from generate.random_scenes import make_scene

GRID = 8  # places on a side
CHANNELS = 64  # features of a place
VECTOR = 256  # features of a whole picture
POSES = tuple(dict.fromkeys(p for _, poses in KINDS.values() for p in poses))
# What is named of every place; 0 is for nothing there.
PLACES: dict[str, tuple[str, ...]] = {
    "kind": tuple(KINDS),
    "colour": tuple(COLOURS),
    "size": tuple(SIZES),
    "texture": TEXTURES,
    "pose": POSES,
}
# What is said of a kind in the picture: any of these, or that there are two.
SAID = (*COLOURS, *SIZES, *TEXTURES, *POSES, "several")
OWNED = 12  # pixels of its 64 that a thing needs to own a place


def place_labels(
    masks: np.ndarray, scenes: Sequence[Sequence[Thing]]
) -> dict[str, np.ndarray]:
    """What each place shows, by name: int32 (n, 8, 8), 0 for nothing.

    ``masks`` (n, 64, 64) number the things of each scene from 1. A thing
    owns a place of which it covers the most, OWNED pixels at least.
    """
    count, step = len(masks), masks.shape[1] // GRID
    cells = masks.reshape(count, GRID, step, GRID, step)
    pixels = [(cells == k).sum(axis=(2, 4)) for k in range(1, 5)]
    cover = np.stack([np.full_like(pixels[0], OWNED - 1), *pixels], axis=-1)
    owner = cover.argmax(axis=-1).reshape(count, -1)  # (n, 64), 0 to 4
    labels = {}
    for name, values in PLACES.items():
        table = np.zeros((count, 5), "int32")
        for row, things in zip(table, scenes, strict=True):
            numbers = [values.index(getattr(t, name)) + 1 for t in things]
            row[1 : len(numbers) + 1] = numbers
        chosen = np.take_along_axis(table, owner, axis=1)
        labels[name] = chosen.reshape(count, GRID, GRID)
    return labels


def thing_labels(scenes: Sequence[Sequence[Thing]]) -> np.ndarray:
    """What is said of each kind: float32 (n, kinds * len(SAID)), 0 or 1."""
    found = np.zeros((len(scenes), len(KINDS), len(SAID)), "float32")
    for row, things in zip(found, scenes, strict=True):
        kinds = [thing.kind for thing in things]
        for thing in things:
            kind = row[list(KINDS).index(thing.kind)]
            for name in ("colour", "size", "texture", "pose"):
                kind[SAID.index(getattr(thing, name))] = 1
            kind[-1] = kinds.count(thing.kind) > 1
    return found.reshape(len(scenes), -1)


def practice(count: int, seed: int):
    """Scenes with things of any colour: images, labels by name.

    The combinations in HELD_OUT are left out.
    """
    rng = np.random.default_rng(seed)
    images = np.empty((count, 64, 64, 3), "uint8")
    masks = np.zeros((count, 64, 64), "uint8")
    whole = np.empty((count, 2), "int32")
    scenes: list[list[Thing]] = []
    for k in range(count):
        setting, time, dice, things = _scene(rng)
        scenes.append(things)
        images[k] = render(
            setting,
            time,
            dice[np.newaxis] / np.float32(256),
            [things],
            64,
            masks[k : k + 1],
        )[0]
        whole[k] = SETTINGS.index(setting), TIMES.index(time)
    labels = place_labels(masks, scenes) | {"things": thing_labels(scenes)}
    return images, labels | {"setting": whole[:, 0], "time": whole[:, 1]}


def _scene(rng):
    """A scene of the generator's, painted in any colours that are allowed."""
    setting, time, dice, things = make_scene(rng, held_out=False)
    painted = [
        replace(t, colour=str(rng.choice(list(COLOURS)))) for t in things
    ]
    allowed = [
        old if (new.kind, new.colour) in HELD_OUT else new
        for old, new in zip(things, painted, strict=True)
    ]
    return setting, time, dice, allowed


def build():
    """An untrained encoder: uint8 (64, 64, 3) to {"grid", "vector"}.

    The grid (8, 8, 64) describes places; the vector (256,) the whole
    picture: 256 detectors, each with its strongest answer at any place.
    """
    image = layers.Input((64, 64, 3), dtype="uint8", name="image")
    x = layers.Rescaling(1 / 127.5, -1, name="scale")(image)
    sizes = ((16, 5, 2), (32, 3, 2), (48, 3, 1), (96, 3, 2), (CHANNELS, 3, 1))
    for number, (filters, kernel, stride) in enumerate(sizes, 1):
        x = layers.Conv2D(
            filters,
            kernel,
            strides=stride,
            padding="same",
            use_bias=False,
            name=f"conv{number}",
        )(x)
        x = layers.BatchNormalization(momentum=0.95, name=f"norm{number}")(x)
        name = "grid" if number == len(sizes) else f"relu{number}"
        x = layers.ReLU(name=name)(x)
    found = layers.Conv2D(VECTOR, 1, activation="relu", name="detectors")(x)
    vector = layers.GlobalMaxPooling2D(name="vector")(found)
    outputs = {"grid": x, "vector": vector}
    return keras.Model(image, outputs, name="scene_encoder")


def with_heads(encoder):
    """The encoder with one linear answer for each thing to be named."""
    grid, vector = encoder.output["grid"], encoder.output["vector"]
    answers = {
        name: layers.Conv2D(len(values) + 1, 1, name=name)(grid)
        for name, values in PLACES.items()
    }
    for name, count in (
        ("things", len(KINDS) * len(SAID)),
        ("setting", 5),
        ("time", 3),
    ):
        answers[name] = layers.Dense(count, name=name)(vector)
    return keras.Model(encoder.input, answers, name="namer")


def train(
    count: int = 30_000,
    epochs: int = 16,
    batch_size: int = 50,
    learning_rate: float = 4e-3,
    seed: int = 0,
):
    """Train the network; returns it and its exam on new scenes, by name."""
    keras.utils.set_random_seed(seed)
    model = with_heads(build())
    images, labels = practice(count, seed + 100)
    data = _batches(images, labels, batch_size, seed)
    steps = epochs * count // batch_size
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        int(0.8 * steps),
        warmup_target=learning_rate,
        warmup_steps=steps // 5,
    )
    losses = {
        name: keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        for name in model.output
    }
    losses["things"] = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(
        keras.optimizers.Adam(schedule),
        losses,
        loss_weights={n: 100 if n == "things" else 1 for n in losses},
        jit_compile=False,
        steps_per_execution=20,
    )
    model.fit(
        data,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[EpochProgress()],
    )
    trained = with_heads(build())  # without the optimiser's numbers
    trained.set_weights(model.get_weights())
    return trained, examine(trained, seed + 200)


def examine(namer, seed: int, count: int = 1_000) -> dict[str, float]:
    """Share of right answers on new scenes, of places with a thing."""
    images, labels = practice(count, seed)
    answers = namer.predict(images, 250, verbose=0)
    there = labels["kind"] > 0
    right = {
        n: answers[n].argmax(-1) == labels[n] for n in answers if n != "things"
    }
    results = {
        name: float((hit[there] if name in PLACES else hit).mean())
        for name, hit in right.items()
    }
    shape = (count, len(KINDS), len(SAID))
    colours = slice(0, len(COLOURS))
    true = labels["things"].reshape(shape)[..., colours] > 0
    said = answers["things"].reshape(shape)[..., colours] > 0
    results["pairs found"] = float(said[true].mean())
    results["pairs true"] = float(true[said].mean())
    return results


def _batches(images, labels, size: int, seed: int):
    """Shuffled batches, every second picture seen in a mirror."""
    import tensorflow as tf

    half = size // 2

    def mirrored(batch):
        return tf.concat([batch[:half], batch[half:, :, ::-1]], axis=0)

    def make(image, y):
        y = y | {name: mirrored(y[name]) for name in PLACES}
        weights = {name: tf.ones(size) for name in y}
        for name in PLACES:
            weights[name] = tf.where(y[name] > 0, 4.0, 1.0)
        return mirrored(image), y, weights

    return pipeline.batches(
        (images, labels),
        size,
        shuffle=True,
        seed=seed,
        drop_remainder=True,
        make=make,
    )


if __name__ == "__main__":
    trained, exam = train()
    trained.save(scene_encoder.PATH)
    print({name: round(value, 4) for name, value in exam.items()})
