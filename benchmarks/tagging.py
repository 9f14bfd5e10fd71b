"""Part-of-speech taggers on UD English EWT: accuracy on the test, as JSON.

python benchmarks/tagging.py --recipe both-letters

Networks and loss are those of lesson 18. A recipe says what a tagger sees:
``none`` (a word alone), ``forward`` (the words before it, too) or ``both``
sides, with ``letters`` or without. No pretrained vectors. ``known`` are words
that the training sentences hold, in small letters; ``baseline`` is each
word's commonest tag.
"""

import time

import numpy as np
import typer

import measuring
from coursekit import data, lessons

COMMON = {
    "data": "ud_english",
    "measured_on": "test",
    "width": 64,
    "units": 96,
    "dropout": 0.4,
    "batch": 32,
    "rate": 4e-3,
    "epochs": 7,
}
SEES = {
    "both-letters": {"context": "both", "letters": True},
    "both": {"context": "both", "letters": False},
    "forward-letters": {"context": "forward", "letters": True},
    "none-letters": {"context": "none", "letters": True},
}
RECIPES = {name: of | COMMON for name, of in SEES.items()}
QUICK = {"data": "tagged", "epochs": 1, "units": 16, "width": 16}
LENGTHS = (16, 32, 64, 192)  # rows of these lengths are batched together


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train each tagger and measure it."""
    settings = QUICK if quick else {}
    settings = settings | ({"measured_on": "validation"} if choose else {})
    recipes = measuring.chosen(RECIPES, recipe, change, quick=settings)
    measuring.run_recipes("tagging", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train one tagger; its accuracy on known, unknown and all words."""
    import keras

    networks = lessons.module("18", "networks")
    dataset = data.load(settings["data"])
    train, judge = dataset.train, getattr(dataset, settings["measured_on"])
    known = {networks.plain(word) for s in train.x for word in s}
    words, letters = networks.vocabularies(train.x)
    keras.utils.set_random_seed(seed)
    model = networks.tagger(
        settings["context"],
        len(words),
        len(dataset.class_names) + 1,
        len(letters) if settings["letters"] else 0,
        settings["width"],
        settings["units"],
        settings["dropout"],
    )
    batches = [
        batch
        for group in grouped(train, words, letters, settings["letters"])
        for batch in cut(group, settings["batch"], seed)
    ]
    updates = settings["epochs"] * len(batches)
    rates = keras.optimizers.schedules.CosineDecay(settings["rate"], updates)
    model.compile(
        keras.optimizers.Adam(rates, global_clipnorm=1.0),
        networks.masked_loss,
        jit_compile=False,
    )
    clock = time.process_time()
    rng = np.random.default_rng(seed)
    for epoch in range(settings["epochs"]):
        for number in rng.permutation(len(batches)):
            model.train_on_batch(*batches[number])
        report((epoch + 1) / settings["epochs"])
    fit_seconds = time.process_time() - clock
    groups = grouped(judge, words, letters, settings["letters"])
    said = [model.predict(x, 128, verbose=0).argmax(-1) for x, _, _ in groups]
    right, seen = [], []
    for tags, (_, y, rows) in zip(said, groups, strict=True):
        real = y > 0
        right.append((tags == y)[real])
        seen += [
            networks.plain(word) in known
            for row in rows
            for word in judge.x[row]
        ]
    result = scores(np.concatenate(right), np.array(seen))
    base = baseline(train, judge)
    result |= {
        f"baseline_{k}": v
        for k, v in scores(
            base,
            np.array([networks.plain(w) in known for s in judge.x for w in s]),
        ).items()
    }
    return {
        "data": f"{dataset.provenance}; measured on {judge.name}",
        "parameters": model.count_params(),
        "words": len(seen),
        "unknown_words": seen.count(False),
        **result,
        "fit_cpu_seconds": round(fit_seconds, 1),
    }


def grouped(split, words, letters, with_letters: bool) -> list[tuple]:
    """(inputs, tags, rows) of the sentences of similar length."""
    networks = lessons.module("18", "networks")
    sizes = np.array([len(sentence) for sentence in split.x])
    groups, least = [], 0
    for length in LENGTHS:
        rows = np.flatnonzero((sizes > least) & (sizes <= length))
        least = length
        if not len(rows):
            continue
        sentences = [split.x[row] for row in rows]
        x = [networks.word_rows(sentences, words, length)]
        if with_letters:
            x.append(networks.letter_rows(sentences, letters, length))
        y = networks.tag_rows([split.y[row] for row in rows], length)
        groups.append((x, y, rows))
    if sizes.max() > LENGTHS[-1]:
        raise ValueError(f"a sentence has {sizes.max()} words")
    return groups


def cut(group: tuple, size: int, seed: int) -> list[tuple]:
    """Batches of a group, its sentences in an order of the seed."""
    x, y, _ = group
    order = np.random.default_rng(seed).permutation(len(y))
    return [
        ([part[order[k : k + size]] for part in x], y[order[k : k + size]])
        for k in range(0, len(y), size)
    ]


def baseline(train, judge) -> np.ndarray:
    """Is each word's commonest tag right? (words,)"""
    networks = lessons.module("18", "networks")
    best, other = networks.commonest(train.x, train.y)
    return np.array(
        [
            best.get(networks.plain(word), other) == tag
            for sentence, tags in zip(judge.x, judge.y, strict=True)
            for word, tag in zip(sentence, tags, strict=True)
        ]
    )


def scores(right: np.ndarray, seen: np.ndarray) -> dict:
    """Percent right of all, of known and of unknown words."""
    parts = {"": right, "_known": right[seen], "_unknown": right[~seen]}
    return {
        f"accuracy{name}": round(100 * float(part.mean()), 2)
        for name, part in parts.items()
    }


if __name__ == "__main__":
    typer.run(main)
