"""Questions to two networks: which digit is drawn, which mood has a review?

They are those of lessons 04 and 16, trained at the first start and kept. (The
captioner of lesson 22 has what it needs in ``coursekit.captions``.)
"""

import base64
import functools
import io
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from coursekit import data, files, lessons, paths
from coursekit.backend import import_keras
from coursekit.data.sets.digits import enlarge
from coursekit.errors import CourseError
from coursekit.files import sha256
from coursekit.settings import load_settings
from coursekit.vocabulary import UNKNOWN, Vocabulary

MOST_CHARACTERS = 1_000
MOST_DRAWN = 500_000  # characters of a data URL
MOST_SIDE = 1_000  # pixels of a drawing
LEAST_INK = 12  # pixels, the longer side of a drawing
WIDEST = 24  # of 32 dots: the data's digits are no wider
MAPS = ("c1", "c3")  # LeNet-5's convolutions, by their layers' names


class Digit(NamedTuple):
    """What it was given, what it says, and its maps behind the ReLU."""

    seen: np.ndarray  # uint8 (28, 28)
    probabilities: np.ndarray  # (10,)
    maps: list[np.ndarray]  # of MAPS: (height, width, filters)


class Review(NamedTuple):
    """How favourable, and by how much the score falls without each word."""

    score: float  # a logit
    words: list[str]
    moved: np.ndarray  # (words,)
    known: np.ndarray  # (words,), False for what was not in the training


class Reader(NamedTuple):
    """Rows of numbers (n, length) to logits (n, 1); the words' numbers."""

    model: Callable
    vocabulary: Vocabulary


def digit(ink: np.ndarray, model) -> Digit:
    """What LeNet-5 makes of a drawing: uint8 (height, width), ink bright."""
    seen = as_in_the_data(ink)
    *layers, logits = model(seen[np.newaxis, ..., np.newaxis] / 255)
    odds = np.exp(np.asarray(logits)[0] - np.max(logits))
    maps = [np.asarray(layer)[0] for layer in layers]
    return Digit(seen, odds / odds.sum(), maps)


def ink(drawn: str) -> np.ndarray:
    """How much ink: uint8 (height, width), of a canvas's data URL.

    It comes from the browser, where anybody may have made it. Raises
    CourseError for what is not a small PNG.
    """
    from PIL import Image

    kind, _, content = drawn.partition(",")
    try:
        if kind != "data:image/png;base64" or len(content) > MOST_DRAWN:
            raise ValueError(kind)
        file = io.BytesIO(base64.b64decode(content, validate=True))
        with Image.open(file, formats=["PNG"]) as picture:
            if max(picture.size) > MOST_SIDE:
                raise ValueError(picture.size)
            return np.asarray(picture.convert("RGBA"))[..., 3]
    except Exception:  # whatever bytes make a decoder raise
        raise CourseError(
            "That is not a drawing made on this page.",
            "load the page again, and draw",
        ) from None


def as_in_the_data(ink: np.ndarray) -> np.ndarray:
    """A drawing as the digits of the data set were made: uint8 (28, 28).

    Cut out, brought to 32 dots of height (and no more than WIDEST), the
    inked dots of blocks of 4 x 4 counted, and enlarged again. Raises
    CourseError where there is (next to) nothing.
    """
    from PIL import Image

    rows, columns = (np.flatnonzero(ink.max(axis) > 127) for axis in (1, 0))
    if not rows.size:
        raise CourseError("Nothing is drawn.", "draw a digit, 0 to 9")
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = cut.shape
    if max(high, wide) < LEAST_INK:
        raise CourseError("That is a dot.", "draw a digit, and a large one")
    wide = int(np.clip(round(32 * wide / high), 1, WIDEST))
    small = Image.fromarray(cut).resize((wide, 32), Image.Resampling.BOX)
    dots = np.zeros((32, 32), bool)
    left = (32 - wide) // 2
    dots[:, left : left + wide] = np.asarray(small) > 60
    counts = dots.reshape(8, 4, 8, 4).sum(axis=(1, 3))
    eight = np.round(counts * (255 / 16)).astype("uint8")
    return enlarge(eight[np.newaxis], 28)[0]


def review(text: str, reader: Reader) -> Review:
    """The mood of a review, and by occlusion which words moved it."""
    if len(text) > MOST_CHARACTERS:
        raise CourseError(
            f"The review has {len(text):,} characters; {MOST_CHARACTERS:,} "
            "are read.",
            "shorten it",
        )
    words = reader.vocabulary.split(text)
    own_reviews = lessons.module("16", "own_reviews")
    row = own_reviews.sentence(text, reader.vocabulary, len(words))
    copies = np.repeat(row[np.newaxis], len(row) + 1, axis=0)
    np.fill_diagonal(copies[1:], UNKNOWN)
    scores = np.asarray(reader.model(copies))[:, 0]
    moved = scores[0] - scores[1:]
    return Review(float(scores[0]), words, moved, row != UNKNOWN)


# ------------------------------------------------------- the networks, kept


def digit_reader() -> Any:
    """LeNet-5: (n, 28, 28, 1) to maps and logits. Trained on bent digits."""
    keras = import_keras()

    def examples():
        train = data.load("digits", size=28).train
        bent = keras.Sequential(
            [
                keras.layers.RandomRotation(0.04),  # of a full turn
                keras.layers.RandomShear(0.3, 0.0),
                keras.layers.RandomZoom(0.2, 0.2),
                keras.layers.RandomTranslation(0.07, 0.07),
            ]
        )
        images = np.tile(train.x, (20, 1, 1, 1)).astype("float32")
        images = np.asarray(bent(images, training=True)) / 255
        return images, np.tile(train.y, 20)

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    build = lessons.module("04", "lenet").lenet5
    model = _kept("digits", build, examples, loss, rate=3e-3)
    outputs = [model.get_layer(name).output for name in MAPS]
    return keras.Model(model.input, [*outputs, model.output])


def review_reader() -> Reader:
    """The convolution of lesson 16, with the words of its training."""
    keras = import_keras()
    train = data.load("reviews").train
    words = load_settings("16", "quick").words
    vocabulary = Vocabulary.from_texts(train.x, max_tokens=words)

    network = lessons.module("16", "networks").network
    build = functools.partial(network, "conv", len(vocabulary))

    def examples():
        longest = max(len(vocabulary.split(text)) for text in train.x)
        return vocabulary.encode(train.x, longest), train.y

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model = _kept("reviews", build, examples, loss, rate=1e-2)
    return Reader(model, vocabulary)


def _kept(
    name: str,
    build: Callable[[], Any],
    examples: Callable[[], tuple[np.ndarray, np.ndarray]],
    loss,
    rate: float,
    epochs: int = 5,
) -> Any:
    """A model with its kept weights; where there are none it is trained."""
    import keras

    from coursekit.callbacks import EpochProgress

    made_from = sha256(paths.data_dir() / f"{name}.npz")[:8]
    path = paths.cache_dir() / "demo" / f"{name}-{made_from}.weights.h5"
    wait = f"{name}: another process trains it; waiting"
    with files.only_one(path.with_suffix(".lock"), lambda: print(wait)):
        keras.utils.set_random_seed(0)
        model = build()
        try:
            model.load_weights(path)
        except Exception:  # absent, damaged, or of another version
            print(f"{name}: training, once; kept in {path}")
        else:
            return model
        x, y = examples()
        steps = epochs * -(-len(x) // 64)
        rates = keras.optimizers.schedules.CosineDecay(rate, steps)
        model.compile(keras.optimizers.Adam(rates), loss, jit_compile=False)
        report = [EpochProgress()]
        model.fit(x, y, 64, epochs, verbose=0, callbacks=report)
        with files.replacing(path) as part:
            model.save_weights(part)
    return model
