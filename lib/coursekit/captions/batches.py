"""Batches of captions, by the caption and by the picture. TensorFlow only."""

import hashlib
import json

import numpy as np

from coursekit.data import pipeline
from coursekit.vocabulary import PAD


def caption_batches(
    places: np.ndarray, rows: np.ndarray, size: int, seed: int = 0
):
    """A tf.data.Dataset of shuffled captions, each with its picture.

    ``places`` (n, p, d) are the pictures' features, ``rows`` (n, k, length)
    their captions as numbers. Gives inputs, targets (one word later) and
    weights (0 for padding), ``size`` captions at a time.
    """
    import tensorflow as tf

    n, k, length = rows.shape
    captions = {
        "row": rows.reshape(n * k, length),
        "picture": np.repeat(np.arange(n), k),
    }
    table = tf.constant(places)

    def example(chosen):
        row, picture = chosen["row"], tf.gather(table, chosen["picture"])
        inputs = {"places": tf.cast(picture, "float32"), "tokens": row[:, :-1]}
        targets = row[:, 1:]
        return inputs, targets, tf.cast(targets != PAD, "float32")

    return pipeline.batches(
        captions,
        size,
        shuffle=True,
        seed=seed,
        drop_remainder=True,
        make=example,
    )


class PictureBatches:
    """Shuffled batches of pictures with all their captions.

    ``places`` (n, p, d), float16, may lie on disk; ``rows`` (n, k, length)
    are captions as numbers. Pictures with captions of like length come
    together, and padding is cut off. The order depends on the seed and on
    ``epoch`` only.
    """

    def __init__(self, places, rows, size: int = 64, seed: int = 0):
        self.places, self.rows = places, np.asarray(rows)
        self.size, self.seed, self.epoch = size, seed, 0
        self.lengths = (self.rows != PAD).sum(axis=2).max(axis=1)

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    def order(self) -> list[np.ndarray]:
        """The pictures of each batch of this epoch."""
        rng = np.random.default_rng([self.seed, self.epoch])
        like = self.lengths + rng.uniform(0, 3, len(self.lengths))
        chosen = np.argsort(like)
        cut = range(self.size, len(chosen), self.size)
        pieces = np.split(chosen, cut)
        return [pieces[k] for k in rng.permutation(len(pieces))]

    def batch(self, chosen: np.ndarray):
        """({"places", "tokens"}, targets) of some pictures."""
        end = self.lengths[chosen].max()
        rows = self.rows[chosen, :, :end]
        places = np.asarray(self.places[chosen])
        return {"places": places, "tokens": rows[..., :-1]}, rows[..., 1:]

    def stream(self):
        """A tf.data.Dataset; ``epoch`` is read whenever it begins."""
        import tensorflow as tf

        _, p, d = self.places.shape
        tokens = tf.TensorSpec((None, self.rows.shape[1], None), "int32")
        places = tf.TensorSpec((None, p, d), self.places.dtype)
        spec = ({"places": places, "tokens": tokens}, tokens)
        data = tf.data.Dataset.from_generator(
            lambda: map(self.batch, self.order()), output_signature=spec
        )
        count = tf.data.experimental.assert_cardinality(len(self))
        return data.apply(count).prefetch(2)

    def digest(self) -> str:
        """Changes with captions, some places, size and seed."""
        some = self.places[:: max(1, len(self.places) // 16)]
        facts = [self.places.shape, self.size, self.seed]
        content = hashlib.sha256(json.dumps(facts).encode())
        for values in (some, self.rows):
            content.update(np.ascontiguousarray(values).tobytes())
        return content.hexdigest()
