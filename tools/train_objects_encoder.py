"""Train the encoder of lesson 08 again, and print its exam (minutes).

    PYTHONPATH=lib python tools/train_objects_encoder.py

It learns 80 of the 100 classes of objects100, four of each family, from
their 6,400 training pictures, and is asked about the 1,600 test pictures.
Writes lib/coursekit/transfer/objects80.npz, as float16.
"""

import numpy as np

from coursekit.backend import import_keras

keras = import_keras()

from coursekit import data  # noqa: E402
from coursekit.transfer import encoders  # noqa: E402

EPOCHS, BATCH, RATE = 24, 64, 0.006


class Batches(keras.utils.PyDataset):
    """Shuffled batches, moved by up to two pixels, half of them mirrored."""

    def __init__(self, x, y, seed):
        super().__init__()
        border = ((0, 0), (2, 2), (2, 2), (0, 0))
        self.x, self.y = np.pad(x, border, mode="edge"), y
        self.rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return len(self.y) // BATCH

    def __getitem__(self, number):
        rows = self.order[number * BATCH : (number + 1) * BATCH]
        top, left = self.rng.integers(0, 5, 2)
        x = self.x[rows, top : top + 32, left : left + 32]
        mirrored = self.rng.random(len(rows)) < 0.5
        x[mirrored] = x[mirrored, :, ::-1]
        return x, self.y[rows]

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(self.y))


def old(split):
    """Pictures and labels of the first four classes of each family."""
    rows = split.y % 5 < 4
    return split.x[rows], split.y[rows] // 5 * 4 + split.y[rows] % 5


def train(seed: int = 0):
    """The trained encoder with its head, and test accuracy."""
    keras.utils.set_random_seed(seed)
    objects = data.load("objects100")
    x, y = old(objects.train)
    encoder = encoders.build_objects()
    features = keras.layers.Dropout(0.2)(encoder.output)
    logits = keras.layers.Dense(80, name="old_head")(features)
    model = keras.Model(encoder.input, logits)
    batches = Batches(x, y, seed)
    steps = EPOCHS * len(batches)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 4, warmup_target=RATE, warmup_steps=steps // 4
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(batches, epochs=EPOCHS, verbose=2)
    exam = model.evaluate(*old(objects.test), batch_size=400, verbose=0)
    return encoder, model.get_layer("old_head"), exam[1]


def main():
    encoder, head, accuracy = train()
    weights = [*head.get_weights(), *encoder.get_weights()]
    small = {f"w{k:02d}": w.astype("float16") for k, w in enumerate(weights)}
    np.savez_compressed(encoders.STORED, **small)
    size = encoders.STORED.stat().st_size
    print(f"80 classes, test: {accuracy:.4f}; {size:,} bytes")


if __name__ == "__main__":
    main()
