"""Characters of a text predicted by counts and by a GRU, as JSON.

python benchmarks/writing.py --recipe shakespeare

Network, counts and loop are those of lesson 17. Numbers are bits a character
(cross-entropy to the base 2) of parts that were not trained on; the network
goes through the training text in order and keeps its state from one piece to
the next. ``speed`` compares two ways to write the same characters.
"""

import time

import numpy as np
import typer

import measuring
from coursekit import data, lessons

NETWORK = ("units", "epochs", "rate", "dropout", "batch", "length")
SHAKESPEARE = lessons.module("17", "language_model").SHAKESPEARE
RECIPES = {
    "shakespeare": {"data": "shakespeare", "order": 10, **SHAKESPEARE},
    "tales": {
        "data": "text",
        "order": 10,
        **SHAKESPEARE,
        "units": 160,
        "epochs": 12,
        "rate": 8e-3,
        "dropout": 0.0,
        "length": 32,
    },
}
QUICK = {"data": "text", "units": 32, "epochs": 1, "order": 3}
SPEED = {"data": "text", "units": 128, "written": 60}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 1,
    fresh: measuring.Fresh = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train on a text, and compare with counts; time the two loops."""
    recipes = measuring.chosen(
        RECIPES | {"speed": SPEED},
        recipe,
        change,
        quick=QUICK if quick else None,
    )
    measuring.run_recipes("writing", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Bits of one network and of counts, or the times of two loops."""
    if "written" in settings:
        return run_speed(settings, seed)
    lm, texts, codes, vocabulary = prepared(settings)
    curve = []

    def look(reader, epoch):
        curve.append(round(lm.bits(reader, codes["validation"]), 4))
        typer.echo(f"epoch {epoch}: {curve[-1]} bits", err=True)
        report(epoch / settings["epochs"])

    before = measuring.cpu_seconds()
    reader = lm.trained_in_order(
        codes["train"],
        len(vocabulary),
        **{name: settings[name] for name in NETWORK},
        seed=seed,
        look=look,
    )
    result = {
        "data": data.load(settings["data"]).provenance,
        "parameters": reader.count_params(),
        "fit_cpu_seconds": round(measuring.cpu_seconds() - before, 1),
    }
    result |= {f"bits_epoch_{n}": b for n, b in enumerate(curve, start=1)}
    for part in ("validation", "test"):
        result[f"bits_{part}"] = round(lm.bits(reader, codes[part]), 4)
    counts = lm.NGrams(texts["train"], settings["order"], len(vocabulary))
    result["contexts"] = len(counts.counts)
    for order in range(1, settings["order"] + 1):
        value = counts.bits(texts["validation"], order)
        result[f"bits_{order}_grams"] = round(value, 4)
    return result | mixed(lm, reader, counts, texts, codes)


def mixed(lm, reader, counts, texts: dict, codes: dict) -> dict:
    """Network and counts together; their shares by the validation part."""
    best_mixture = lessons.module("17", "exercises").best_mixture
    said = {}
    for part in ("validation", "test"):
        by_network = lm.probabilities(reader, codes[part])
        by_counts = counts.probabilities(texts[part])[1 : len(by_network) + 1]
        said[part] = by_network, by_counts
    share = float(best_mixture(*said["validation"]))
    result: dict = {"share_of_network": share}
    for part, (p, q) in said.items():
        value = -np.log2(share * p + (1 - share) * q).mean()
        result[f"bits_mixed_{part}"] = round(float(value), 4)
    return result


def prepared(settings: dict) -> tuple:
    """The lesson's module, texts and codes by part, and the vocabulary."""
    lm = lessons.module("17", "language_model")
    loaded = data.load(settings["data"])
    texts = {
        name: getattr(loaded, name).x + getattr(loaded, name).y[-1]
        for name in ("train", "validation", "test")
    }
    vocabulary = lm.characters_of(texts["train"])
    codes = {name: lm.encode(vocabulary, t) for name, t in texts.items()}
    return lm, texts, codes, vocabulary


def run_speed(settings: dict, seed: int) -> dict:
    """Wall-clock milliseconds a character of two loops, after tracing."""
    import keras

    lm, _, codes, vocabulary = prepared(settings)
    keras.utils.set_random_seed(seed)
    model = lm.network(len(vocabulary), settings["units"])
    us = np.random.default_rng(seed).random(settings["written"])
    start = codes["test"][:10]
    write = lm.writer(model)
    ways = {
        "predict": lambda us: lm.write_with_predict(model, start, 1.0, us),
        "loop": lambda us: write(start, us),
    }
    result, written = {}, {}
    for name, way in ways.items():
        way(us[:3]), way(us)  # traces
        clock = time.perf_counter()
        written[name] = way(us)
        seconds = time.perf_counter() - clock
        result[f"{name}_ms"] = round(1000 * seconds / len(us), 3)
    assert written["predict"] == written["loop"]
    return result | {"ratio": result["predict_ms"] / result["loop_ms"]}


if __name__ == "__main__":
    typer.run(main)
