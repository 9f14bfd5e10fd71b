"""Two captioners of scenes, with recurrence and without.

    python benchmarks/where_next.py

The captioner of lesson 22 (an LSTM that looks) and that of lesson 24 (a
transformer's decoder) learn from the same features of the same training
pictures for two epochs: BLEU, CIDEr and truth of what they say, greedy, about
the test pictures, how much of their attention lies inside the box of what they
name, and the CPU seconds of training. What is measured of files and formats
stands in lesson 24.
"""

import numpy as np
import typer

import measuring

RECIPES = {
    "recurrent": {"kind": "recurrent", "epochs": 2, "learning_rate": 8e-3},
    "transformer": {"kind": "transformer", "epochs": 2, "learning_rate": 5e-3},
    "one-epoch": {"kind": "transformer", "epochs": 1, "learning_rate": 8e-3},
    "one-head": {
        "kind": "transformer",
        "heads": 1,
        "epochs": 2,
        "learning_rate": 5e-3,
    },
}
BASE = {"batch": 64, "units": 128, "attention": 32, "size": 64, "heads": 4}
MAX_LENGTH = 20


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train and measure one captioner."""
    import keras

    from coursekit import data, lessons
    from coursekit.captions import batches, scene_encoder, scoring, training
    from coursekit.vocabulary import Vocabulary

    faithful = lessons.module("24", "faithful")
    published = lessons.module("23", "published")
    dataset = data.load("scenes")
    encoder = scene_encoder.headless(scene_encoder.load())
    parts = ("train", "validation", "test", "held_out")
    places = {
        name: encoder.predict(getattr(dataset, name).x, 250, verbose=0)["grid"]
        for name in parts
    }
    places = {n: g.reshape(len(g), -1, g.shape[-1]) for n, g in places.items()}
    every = [text for five in dataset.train.y for text in five]
    vocabulary = Vocabulary.from_captions(every)
    rows = vocabulary.encode(dataset.train.y, MAX_LENGTH)
    keras.utils.set_random_seed(seed)
    model, tell = BUILD[settings["kind"]](vocabulary, settings)
    examples = batches.caption_batches(
        places["train"], rows, settings["batch"]
    )
    before = measuring.cpu_seconds()
    progress = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report(
            (epoch + 1) / settings["epochs"]
        )
    )
    training.fit(
        *(model, examples, settings["epochs"], settings["learning_rate"]),
        callbacks=[progress],
    )
    spent = measuring.cpu_seconds() - before
    told, looked = tell(places["test"])
    texts = vocabulary.decode(told)
    mass, chance = faithful.masses(texts, looked, dataset.test).mean(axis=0)
    other = np.roll(looked, 1, axis=0)
    usual = scoring.truth(texts, dataset.test)
    new = vocabulary.decode(tell(places["held_out"])[0])
    held = scoring.truth(new, dataset.held_out)
    return {
        "data": dataset.provenance,
        "parameters": model.count_params(),
        "bleu_4": round(scoring.bleu(texts, dataset.test.y)[3], 2),
        "cider": round(
            float(published.cider(texts, dataset.test.y).mean()), 3
        ),
        "attributes_percent": round(100 * usual.attributes, 2),
        "objects_percent": round(100 * usual.objects, 2),
        "covered_percent": round(100 * usual.covered, 2),
        "held_out_attributes_percent": round(100 * held.attributes, 2),
        "inside_percent": round(100 * mass, 2),
        "chance_percent": round(100 * chance, 2),
        "other_maps_percent": round(
            100 * faithful.masses(texts, other, dataset.test)[:, 0].mean(), 2
        ),
        "training_cpu_seconds": round(spent, 1),
    }


def recurrent(vocabulary, settings: dict):
    """Lesson 22's captioner, and a function that tells and shows its maps."""
    from coursekit.captions import decoding
    from coursekit.captions.attention_captioner import AttentionCaptioner

    model = AttentionCaptioner(
        *(vocabulary.words[4:], settings["units"]),
        attention=settings["attention"],
    )
    limit = MAX_LENGTH + 1
    watch = model.attention_weights

    def tell(places):
        loop = decoding.greedy_search(model.begin, model.step, limit, watch)
        return [np.array(x) for x in loop(places)]

    return model, tell


def transformer(vocabulary, settings: dict):
    """Lesson 24's, with the mean map of its heads."""
    from coursekit import lessons

    speaker = lessons.module("24", "networks").captioner(
        *(len(vocabulary), MAX_LENGTH + 1),
        *(settings["size"], settings["heads"]),
    )

    def tell(places):
        tokens, looked = speaker.tell(places, MAX_LENGTH + 1)
        return tokens, looked.mean(axis=2)

    return speaker.model, tell


BUILD = {"recurrent": recurrent, "transformer": transformer}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    change: measuring.Changes = None,
) -> None:
    """Train both captioners and measure what they say and look at."""
    recipes = measuring.chosen(RECIPES, recipe, change, BASE)
    measuring.run_recipes("where_next", recipes, run, seeds, fresh)


if __name__ == "__main__":
    typer.run(main)
