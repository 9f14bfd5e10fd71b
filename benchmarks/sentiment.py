"""The mood of reviews: from a bag of words to an LSTM, as JSON.

python benchmarks/sentiment.py --recipe imdb-GRU

A recipe is data-kind; the networks are those of lesson 16. ``imdb`` is 25,000
real reviews to train and 25,000 to test; ``reviews`` are the bundled ones,
half of which a bag of words cannot tell, with the accuracy of every kind and
of the minimal pairs. The vocabulary comes from what trains. Nothing is chosen
on the test: ``--choose`` trains on 20,000 of IMDB (4,000 of the bundled
reviews) and measures on 5,000 (1,000) more.

``fit_cpu_seconds`` are those of ``fit``, tracing and compiling included.
"""

import functools
from collections import Counter
from collections.abc import Iterable

import numpy as np
import typer

import measuring
from coursekit import data, lessons
from coursekit.data.sets.reviews import KINDS
from coursekit.vocabulary import UNKNOWN, Vocabulary, words

# words: the vocabulary; length: words kept, the last ones; grams: longest
# group of neighbours that counts as a word; jit: compiled by XLA.
COMMON = {
    "words": 10_000,
    "length": 400,
    "grams": 1,
    "size": 64,
    "units": 48,
    "dropout": 0.4,
    "rate": 2e-3,
    "batch": 64,
    "epochs": 4,
    "vectors": "learned",
    "jit": True,
}
PLAIN = {"length": 1_000, "dropout": 0.0, "jit": False, "batch": 128}
ARMS = {
    "bag": {"kind": "bag", **PLAIN, "rate": 5e-3, "epochs": 6},
    "bigrams": {
        "kind": "bag",
        **PLAIN,
        "grams": 2,
        "words": 200_000,
        "rate": 5e-3,
        "epochs": 6,
    },
    "average": {"kind": "average", "jit": False},
    "conv": {"kind": "conv", "jit": False},
    "SimpleRNN": {"kind": "SimpleRNN"},
    "LSTM": {"kind": "LSTM"},
    "BiLSTM": {"kind": "BiLSTM"},
    "GRU": {"kind": "GRU"},
    "GRU-glove": {"kind": "GRU", "vectors": "glove"},
    "average-glove": {
        "kind": "average",
        "jit": False,
        "vectors": "glove",
        "dropout": 0.0,
        "rate": 5e-2,
    },
    "average-frozen": {
        "kind": "average",
        "jit": False,
        "vectors": "skip-gram",
    },
    "LSTM-frozen": {"kind": "LSTM", "vectors": "skip-gram"},
}
ONLY = {
    "imdb": {"bigrams", "GRU-glove", "average-glove"},
    "reviews": {"average-frozen", "LSTM-frozen"},
}
BUNDLED = {
    "words": 1_500,
    "length": 120,
    "size": 16,
    "units": 32,
    "dropout": 0.0,
    "rate": 1e-2,
    "batch": 64,
    "epochs": 12,
}
RECIPES = {
    f"{name}-{arm}": {"data": name, **COMMON, **ARMS[arm], **of}
    for name, of in {"imdb": {}, "reviews": BUNDLED}.items()
    for arm in ARMS
    if not any(arm in ONLY[other] for other in ONLY if other != name)
}
# The settings that decide which rows there are.
OF_DATA = ("data", "measured_on", "words", "length", "grams", "kind")
QUICK = {"data": "reviews", "epochs": 1, "vectors": "learned"}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train readers of reviews and count what they get right."""
    measured = {"measured_on": "validation" if choose else "test"}
    recipes = measuring.chosen(
        RECIPES, recipe, change, base=measured, quick=QUICK if quick else None
    )
    measuring.run_recipes("sentiment", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train one network; its accuracy in per cent."""
    import keras

    of_data = tuple((key, settings[key]) for key in OF_DATA)
    told, known, (x, y), (x_judged, judged) = prepared(of_data)
    vectors, covered = pretrained(known, x, settings, seed)
    keras.utils.set_random_seed(seed)
    model = lessons.module("16", "networks").network(
        settings["kind"],
        len(known),
        settings["size"] if vectors is None else vectors.shape[1],
        settings["units"],
        vectors,
        settings["dropout"],
    )
    updates = settings["epochs"] * -(-len(x) // settings["batch"])
    rates = keras.optimizers.schedules.CosineDecay(settings["rate"], updates)
    model.compile(
        keras.optimizers.Adam(rates, global_clipnorm=1.0),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=settings["jit"],
    )
    ended = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report(
            (epoch + 1) / settings["epochs"]
        )
    )
    before = measuring.cpu_seconds()
    model.fit(
        *(x, y, settings["batch"], settings["epochs"]),
        verbose=0,
        callbacks=[ended],
    )
    used = measuring.cpu_seconds() - before
    right = (model.predict(x_judged, 500, verbose=0)[:, 0] > 0) == judged.y
    return {
        "data": told,
        "parameters": sum(
            int(np.prod(weight.shape)) for weight in model.trainable_weights
        ),
        "covered_percent": covered,
        "fit_cpu_seconds": round(used, 1),
        "accuracy_percent": percent(right),
        **by_kind(right, judged),
    }


@functools.lru_cache(maxsize=1)  # the same for every seed
def prepared(of_data: tuple):
    """What the data are, vocabulary, rows and labels, rows and split."""
    settings = dict(of_data)
    reviews = data.load(settings["data"])
    (texts, labels), judged = parts(reviews, settings["measured_on"])
    known = vocabulary(texts, settings)
    x, x_judged = (numbered(t, known, settings) for t in (texts, judged.x))
    return reviews.provenance, known, (x, labels), (x_judged, judged)


def parts(reviews, measured_on: str):
    """(texts, labels) to train, and the split to measure on."""
    if measured_on == "validation":
        return (reviews.train.x, reviews.train.y), reviews.validation
    both = (reviews.train, reviews.validation)
    if reviews.info.name != "imdb":  # as in the lesson
        both = both[:1]
    texts = [text for part in both for text in part.x]
    return (texts, np.concatenate([part.y for part in both])), reviews.test


def grams(text: str, longest: int) -> list[str]:
    """Words ("an" as "a", lesson 11), and groups of ``longest`` at most."""
    found = ["a" if word == "an" else word for word in words(text)]
    return [
        " ".join(found[start : start + size])
        for size in range(1, longest + 1)
        for start in range(len(found) - size + 1)
    ]


def vocabulary(texts: Iterable[str], settings: dict) -> Vocabulary:
    """The usual words (and groups of words) of what trains."""
    return Vocabulary.from_texts(
        texts,
        max_tokens=settings["words"],
        split=lambda text: grams(text, settings["grams"]),
    )


def numbered(texts, known: Vocabulary, settings: dict) -> np.ndarray:
    """Rows of numbers: a bag has each word once, the others the last ones."""
    rows = []
    for text in texts:
        tokens = known.split(text)
        if settings["kind"] == "bag":  # no order, unknown ones left out
            tokens = [t for t in Counter(tokens) if t in known.number]
        rows.append(tokens[-settings["length"] :])
    length = min(settings["length"], max(map(len, rows)))
    return known.encode(rows, length)


def pretrained(known: Vocabulary, x: np.ndarray, settings: dict, seed: int):
    """A frozen table for the known words, and the share of words it has.

    GloVe's, or skip-gram's of the rows that train; None to learn one.
    """
    if settings["vectors"] == "learned":
        return None, 0.0
    if settings["vectors"] == "skip-gram":
        networks = lessons.module("16", "networks")
        return networks.skip_gram_vectors(x, len(known), seed=seed), 100.0
    glove = data.load("glove", dimensions=50)
    table = np.zeros((len(known), 50), "float32")
    found = [word for word in known.words if word in glove.index]
    for word in found:
        table[known.number[word]] = glove.vectors[glove.index[word]]
    table[UNKNOWN] = table.mean(axis=0)
    return table, percent(len(found) / len(known))


def percent(share) -> float:
    return round(100 * float(np.mean(share)), 2)


def by_kind(right: np.ndarray, judged) -> dict:
    """Of the bundled reviews: accuracy by kind, and of the minimal pairs."""
    if "kinds" not in judged.extra:
        return {}
    found = {
        f"{name}_percent": percent(right[judged.extra["kinds"] == number])
        for number, name in enumerate(KINDS)
    }
    pairs = judged.extra["pair"] >= 0
    return found | {"pairs_percent": percent(right[pairs])}


if __name__ == "__main__":
    typer.run(main)
