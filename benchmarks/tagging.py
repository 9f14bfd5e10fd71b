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
    "units": 64,
    "dropout": 0.4,
    "forget": 0.1,  # share of the words that are shown as unknown
    "batch": 32,
    "rate": 4e-3,
    "epochs": 8,
}
SEES = {
    "both-letters": {"context": "both", "letters": True},
    "both": {"context": "both", "letters": False},
    "forward-letters": {"context": "forward", "letters": True},
    "none-letters": {"context": "none", "letters": True},
}
RECIPES = {name: of | COMMON for name, of in SEES.items()}
QUICK = {"data": "tagged", "epochs": 3, "units": 16, "width": 16}


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
    words, letters = networks.vocabularies(train.x)
    spelling = letters if settings["letters"] else None
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
    groups = networks.grouped(train.x, train.y, words, spelling)
    clock = time.process_time()
    networks.fitted(
        model,
        groups,
        settings["epochs"],
        seed,
        settings["rate"],
        settings["batch"],
        settings["forget"],
        report,
    )
    fit_seconds = time.process_time() - clock
    said = networks.said(
        model, networks.grouped(judge.x, judge.y, words, spelling)
    )
    best, other = networks.commonest(train.x, train.y)
    asked = [networks.plain(word) for s in judge.x for word in s]
    known = np.array([word in best for word in asked])
    lazy = np.array([best.get(word, other) for word in asked])
    truth = np.concatenate(judge.y)
    return {
        "data": f"{dataset.provenance}; measured on {judge.name}",
        "parameters": model.count_params(),
        "words": len(known),
        "unknown_words": int(np.sum(~known)),
        **percents("accuracy", said == truth, known),
        **percents("baseline", lazy == truth, known),
        "fit_cpu_seconds": round(fit_seconds, 1),
    }


def percents(name: str, right: np.ndarray, known: np.ndarray) -> dict:
    """Percent right of all, of known and of unknown words."""
    shares = lessons.module("18", "networks").shares(right, known)
    return {
        name if part == "all" else f"{name}_{part}": round(100 * share, 2)
        for part, share in shares.items()
    }


if __name__ == "__main__":
    typer.run(main)
