"""Transfer against learning from scratch, over the number of examples.

    python benchmarks/transfer.py --recipe objects --seeds 3

For 1, 5, 20 and 80 examples a class: a head on a frozen encoder, the same
with all of it fine-tuned afterwards, the encoder's network from scratch, and
softmax regression on the pixels. With 20 examples a class, validation
accuracy over CPU seconds is kept, too: of the frozen encoder its features
included, of the fine-tuned one the head that it goes on from. Settings were
not searched: they are those of lesson 08, with more updates.
"""

import functools

import numpy as np
import typer

import measuring
from coursekit import data
from coursekit.transfer import encoders

EXAMPLES = [1, 5, 20, 80]
RECIPES = {
    "objects": {
        "data": "objects100",
        "size": 32,
        "encoder": "objects80",
        "head_updates": 300,
        "tune_updates": 100,
        "scratch_updates": 600,
        "tune_rate": 3e-4,
        "scratch_rate": 3e-3,
        "examples": EXAMPLES,
    },
    "flowers": {
        "data": "flowers",
        "size": 160,
        "encoder": "mobilenet_v2_0.35",
        "head_updates": 300,
        "tune_updates": 0,
        "scratch_updates": 0,
        "tune_rate": 1e-4,
        "scratch_rate": 3e-3,
        "examples": EXAMPLES,
    },
}
RECIPES["flowers-mobilenet"] = RECIPES["flowers"] | {
    "encoder": "mobilenet_0.25"
}
RECIPES["flowers-all"] = RECIPES["flowers"] | {
    "size": 96,  # small, so that training all of it is affordable
    "tune_updates": 60,
    "scratch_updates": 100,
    "examples": [20],
}
# Photographs of 32 x 32 pixels, enlarged: one kind of each of 20 families.
RECIPES["cifar"] = RECIPES["flowers"] | {"data": "cifar100", "size": 96}
TIMED = 20  # examples a class of the curves over CPU seconds
BATCH = 32


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    change: measuring.Changes = None,
) -> None:
    """Accuracies of four ways to learn from few examples, in JSON."""
    recipes = measuring.chosen(RECIPES, recipe, change)
    measuring.run_recipes("transfer", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """All ways and sizes with one draw of the examples."""
    import keras

    parts, provenance = pictures(settings["data"], settings["size"])
    encoder = encoders.load(settings["encoder"], settings["size"])
    start = measuring.cpu_seconds()
    stored = {name: outputs(encoder, x) for name, (x, _) in parts.items()}
    per_picture = (measuring.cpu_seconds() - start) / sum(
        len(x) for x, _ in parts.values()
    )
    found: dict = {"dataset": provenance, "parameters": encoder.count_params()}
    for number, examples in enumerate(settings["examples"]):
        x, y = parts["train"]
        rows = draw(y, examples, seed)
        keras.utils.set_random_seed(seed)
        trial = Trial(settings, parts, stored, rows, per_picture * len(rows))
        for name, way in trial.ways().items():
            accuracy, curve = way()
            found[f"{name}_{examples}"] = accuracy
            if examples == TIMED and curve:
                found[f"curve_{name}"] = curve
        report((number + 1) / len(settings["examples"]))
    return found


@functools.cache
def pictures(name: str, size: int):
    """Part -> (x, y), and where the pictures are from."""
    dataset = data.load(name, **({"size": size} if name == "flowers" else {}))
    parts = {}
    for part in ("train", "validation", "test"):
        split = getattr(dataset, part)
        x, y = np.asarray(split.x), split.y
        if name != "flowers":
            x, y = one_of_each_family(x, y, split.extra["superclass"])
            x = x.repeat(size // x.shape[1], axis=1)
            x = x.repeat(size // x.shape[2], axis=2)
        parts[part] = (x, y)
    return parts, dataset.provenance


def one_of_each_family(x, y, families):
    """The last kind of each family, at most 100 pictures; y is the family."""
    rows = [
        np.flatnonzero(y == y[families == family].max())[:100]
        for family in np.unique(families)
    ]
    return x[np.concatenate(rows)], np.repeat(
        np.arange(len(rows)), [len(r) for r in rows]
    )


def draw(y: np.ndarray, examples: int, seed: int) -> np.ndarray:
    """Places of so many examples of each class."""
    rng = np.random.default_rng(seed)
    classes = [np.flatnonzero(y == label) for label in np.unique(y)]
    return np.concatenate([rng.permutation(k)[:examples] for k in classes])


class Trial:
    """Four ways to learn from the same few examples."""

    def __init__(self, settings, parts, stored, rows, seconds):
        self.settings, self.parts, self.stored = settings, parts, stored
        x, y = parts["train"]
        self.x, self.y, self.rows = x[rows], y[rows], rows
        self.classes = int(y.max()) + 1
        self.head = None
        self.seconds = seconds  # for the features, then for the head, too

    def ways(self):
        found = {"pixels": self.pixels, "frozen": self.frozen}
        if self.settings["tune_updates"]:
            found["tuned"] = self.tuned
        if self.settings["scratch_updates"]:
            found["scratch"] = self.scratch
        return found

    def pixels(self):
        flat = {n: small(x) for n, (x, _) in self.parts.items()}
        model = self.linear(flat["train"].shape[1])
        return self.fit(model, flat["train"][self.rows], flat, 1e-3, "head")

    def frozen(self):
        z = self.stored
        self.head = self.linear(z["train"].shape[1])
        found = self.fit(
            self.head, z["train"][self.rows], z, 1e-2, "head", self.seconds
        )
        self.seconds = self.spent
        return found

    def tuned(self):
        """From the head that was just trained."""
        import keras

        encoder = encoders.load(
            self.settings["encoder"], self.settings["size"]
        )
        for layer in encoder.layers:
            norm = isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = not norm
        model = self.whole(encoder)
        model.layers[-1].set_weights(self.head.get_weights())
        return self.fit(model, self.x, self.images, None, "tune", self.seconds)

    def scratch(self):
        import keras

        encoder = encoders.load(
            self.settings["encoder"], self.settings["size"], "random"
        )
        for layer in encoder.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = 0.9  # 0.999 is for far more updates
        return self.fit(
            self.whole(encoder), self.x, self.images, None, "scratch"
        )

    @property
    def images(self):
        return {name: x for name, (x, _) in self.parts.items()}

    def linear(self, width: int):
        import keras

        inputs = keras.layers.Input((width,))
        return keras.Model(inputs, keras.layers.Dense(self.classes)(inputs))

    def whole(self, encoder):
        import keras

        logits = keras.layers.Dense(self.classes)(encoder.output)
        return keras.Model(encoder.input, logits)

    def fit(self, model, x, inputs, rate, kind: str, spent=0.0):
        """Test accuracy, and [CPU seconds, validation accuracy] on the way.

        ``spent`` are the seconds before; ``self.spent`` those after it.
        """
        import keras

        updates = self.settings[f"{kind}_updates"]
        rate = rate or self.settings[f"{kind}_rate"]
        if kind == "scratch":
            rate = keras.optimizers.schedules.CosineDecay(rate, updates)
        model.compile(
            keras.optimizers.Adam(rate),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=False,
        )
        epochs = max(1, updates * BATCH // max(len(x), BATCH))
        timed = len(x) == TIMED * self.classes
        pieces = 10 if timed else 1
        curve = []
        for part in np.array_split(np.arange(epochs), pieces):
            if not len(part):
                continue
            before = measuring.cpu_seconds()
            model.fit(x, self.y, BATCH, epochs=len(part), verbose=0)
            spent += measuring.cpu_seconds() - before
            if timed:
                right = self.accuracy(model, inputs, "validation")
                curve.append([round(spent, 2), round(right, 4)])
        self.spent = spent
        return self.accuracy(model, inputs, "test"), curve

    def accuracy(self, model, inputs, part: str) -> float:
        said = outputs(model, inputs[part]).argmax(axis=1)
        return float((said == self.parts[part][1]).mean())


def outputs(model, x, size: int = 100) -> np.ndarray:
    from keras import ops

    pieces = [
        ops.convert_to_numpy(model(np.asarray(x[k : k + size], "float32")))
        for k in range(0, len(x), size)
    ]
    return np.concatenate(pieces)


def small(x: np.ndarray) -> np.ndarray:
    """Pictures as vectors of at most 32 x 32 colours, from -1 to 1."""
    step = x.shape[1] // 32
    x = x.reshape(len(x), 32, step, 32, step, 3).mean(axis=(2, 4))
    return (x.reshape(len(x), -1) / 127.5 - 1).astype("float32")


if __name__ == "__main__":
    typer.run(main)
