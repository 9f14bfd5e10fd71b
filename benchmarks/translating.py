"""Two LSTMs, with attention and without, and a transformer translate, as JSON.

    python benchmarks/translating.py --recipe spanish-transformer --seeds 1

A recipe is data-network; networks are those of lesson 20. ``pairs`` are the
bundled numbers and dates, ``sentences`` all of the bundled kinds, ``spanish``
and ``kannada`` those of Tatoeba, up to ``max_length`` words on both sides. A
translation is right when all its words are those of one of the translations
given, copied when it is a whole translation of the training part; BLEU is that
of coursekit.captions.scoring. All are measured on the test part, ``--choose``
on the validation part, with up to ``asked`` sources from all over it.
"""

import time

import numpy as np
import typer

import measuring
from coursekit import data, lessons
from coursekit.captions.scoring import bleu
from coursekit.vocabulary import SPECIAL, Vocabulary, words

NETWORKS = {
    "plain": {"network": "plain", "units": 64, "rate": 2e-2},
    "attention": {"network": "attention", "units": 64, "rate": 2e-2},
    "transformer": {"network": "transformer", "size": 64, "rate": 5e-3},
}
COMMON = {"batch": 64, "asked": 2000, "at_least": 1, "max_length": 10}
SETS = {
    "pairs": {"data": "pairs", "kinds": ["numbers", "dates"], "epochs": 8},
    "sentences": {
        "data": "pairs",
        "kinds": ["numbers", "dates", "sentences"],
        "epochs": 12,
    },
    "spanish": {"data": "spa-eng", "epochs": 6, "at_least": 3, "batch": 128},
    "kannada": {"data": "kan-eng", "epochs": 60, "batch": 16},
}
REAL = {
    "plain": {"units": 192, "rate": 3e-3},
    "attention": {"units": 192, "rate": 3e-3},
    "transformer": {"size": 128, "blocks": 2, "dropout": 0.1, "rate": 1e-3},
}
RECIPES = {
    f"{name}-{kind}": COMMON
    | {"size": 0, "units": 0, "blocks": 1, "dropout": 0.0}
    | network
    | of
    | (REAL[kind] if name == "spanish" else {})
    for name, of in SETS.items()
    for kind, network in NETWORKS.items()
}
QUICK = {"data": "pairs", "kinds": ["numbers"], "epochs": 2, "asked": 100}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 1,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train each network on each set of pairs, and let it translate."""
    base = {"kinds": None, "measured_on": "validation" if choose else "test"}
    recipes = measuring.chosen(
        RECIPES, recipe, change, base, QUICK if quick else None
    )
    measuring.run_recipes("translating", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train one network; exact match and BLEU, greedy and with a beam."""
    import keras

    networks = lessons.module("20", "networks")
    options = {"kinds": settings["kinds"]} if settings["kinds"] else {}
    dataset = data.load(settings["data"], **options)
    least, longest = settings["at_least"], settings["max_length"]
    train = short(dataset.train, longest)
    held = short(getattr(dataset, settings["measured_on"]), longest)
    source = Vocabulary.from_texts(train[0], least)
    target = Vocabulary.from_texts(train[1], least, special=SPECIAL)
    keras.utils.set_random_seed(seed)
    found = built(networks, settings, len(source), len(target))
    began = time.process_time()
    networks.teach(
        found.model,
        source.encode(train[0], longest),
        target.encode(train[1], longest),
        *(settings["epochs"], settings["rate"], settings["batch"]),
        callbacks=[progress(report, settings["epochs"])],
    )
    used = time.process_time() - began
    true: dict[str, list[str]] = {}
    for text, translation in zip(*held, strict=True):
        true.setdefault(text, []).append(" ".join(words(translation)))
    # Tatoeba's are sorted by length: sources from all over the part.
    places = np.linspace(0, len(true) - 1, min(settings["asked"], len(true)))
    sources = list(true)
    some = {sources[k]: true[sources[k]] for k in places.astype(int)}
    result = {
        "data": dataset.provenance,
        "train_pairs": len(train[0]),
        "asked": len(some),
        "words_in": len(source),
        "words_out": len(target),
        "parameters": found.model.count_params(),
        "fit_cpu_seconds": round(used, 1),
    }
    learned = {" ".join(words(text)) for text in train[1]}
    rows = source.encode(list(some), longest)
    for name, width in {"greedy": 1, "beam": 4}.items():
        said = target.decode(found.translate(rows, longest + 1, width))
        pairs = zip(said, some.values(), strict=True)
        right = np.mean([text in every for text, every in pairs])
        copied = np.mean([text in learned for text in said])
        result[f"{name}_copied_percent"] = round(100 * float(copied), 2)
        result[f"{name}_right_percent"] = round(100 * float(right), 2)
        result[f"{name}_bleu4"] = round(score(said, list(some.values())), 2)
    result["examples"] = "; ".join(
        f"{text} -> {answer}"
        for text, answer in list(zip(some, said, strict=True))[:5]
    )
    return result


def score(said: list[str], true: list[list[str]]) -> float:
    """BLEU-4 with up to four translations each, the first one repeated."""
    most = min(4, max(map(len, true)))
    filled = [(every + every[:1] * most)[:most] for every in true]
    return bleu(said, filled)[3]


def short(split, longest: int) -> tuple[list[str], list[str]]:
    """Pairs of a part with up to so many words on both sides."""
    pairs = [
        (a, b)
        for a, b in zip(split.x, split.y, strict=True)
        if 0 < len(words(a)) <= longest and 0 < len(words(b)) <= longest
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def built(networks, settings: dict, words_in: int, words_out: int):
    """The translator that the settings ask for."""
    if settings["network"] != "transformer":
        looks = settings["network"] == "attention"
        units = settings["units"]
        return networks.recurrent(words_in, words_out, units, looks)
    return networks.transformer(
        *(words_in, words_out, settings["max_length"], settings["size"]),
        blocks=settings["blocks"],
        dropout=settings["dropout"],
    )


def progress(report: measuring.Report, epochs: int):
    """A callback that says which share of the epochs is over."""
    import keras

    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report((epoch + 1) / epochs)
    )


if __name__ == "__main__":
    typer.run(main)
