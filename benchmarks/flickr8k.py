"""Captions of Flickr8k: BLEU on the test photographs, as JSON.

python benchmarks/flickr8k.py --recipe small --seeds 1

The official split: 6,000 photographs to train with, 1,000 to choose with
(``--choose`` measures on them), 1,000 test photographs, used once at the
end. ``small`` is for two CPU cores, ``large`` for a GPU and an encoder of
full size; ``encoder`` "best" takes the best one whose weights are here.
"""

import numpy as np
import typer

import measuring
from coursekit import data, lessons

RECIPES = {
    "small": {
        "encoder": "mobilenet_v2_0.35",
        "units": 512,
        "size": 256,
        "dropout": 0.4,
        "smoothing": 0.1,
        "epochs": 12,
        "batch": 64,
        "learning_rate": 2e-3,
        "max_length": 24,
        "length_penalty": 0.7,
    },
    "large": {
        "encoder": "best",
        "units": 1024,
        "size": 512,
        "dropout": 0.5,
        "smoothing": 0.1,
        "epochs": 20,
        "batch": 64,
        "learning_rate": 1e-3,
        "max_length": 24,
        "length_penalty": 0.7,
    },
}
QUICK = {
    "data": "scenes",
    "encoder": "scenes",
    "pixels": 64,
    "units": 64,
    "size": 64,
    "epochs": 4,  # with fewer, the averaged weights are still the start's
}
BEAM_WIDTHS = (1, 3, 5)


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 1,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train and test a captioner with several seeds."""
    base = {
        "data": "flickr8k",
        "pixels": 160,
        "measured_on": "validation" if choose else "test",
    }
    recipes = measuring.chosen(
        RECIPES, recipe or ["small"], change, base, QUICK if quick else None
    )
    measuring.run_recipes("flickr8k", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Features (from the cache, if they are there), training, decoding."""
    import keras

    from coursekit.captions import image_encoders
    from coursekit.vocabulary import Vocabulary

    keras.utils.set_random_seed(seed)
    sets = data.load(settings["data"], size=settings["pixels"])
    encoder = image_encoders.load(settings["encoder"])
    kept = lessons.module("23", "grids")
    start = measuring.cpu_seconds()
    exam = getattr(sets, settings["measured_on"])
    places = kept.grids(sets.train.x, encoder)
    exam_places = kept.grids(exam.x, encoder)
    seen = measuring.cpu_seconds()
    captions = [caption for five in sets.train.y for caption in five]
    vocabulary = Vocabulary.from_captions(captions)
    rows = vocabulary.encode(sets.train.y, settings["max_length"])
    model, history = train(vocabulary, places, rows, settings, seed, report)
    trained = measuring.cpu_seconds()
    return {
        "data": sets.provenance,
        "encoder": f"{encoder.name}, {encoder.version}",
        "pixels": f"{settings['pixels']}, shown at {encoder.size}",
        "tokens": "lower case, no punctuation, no smoothing (sacrebleu)",
        "vocabulary": str(len(vocabulary)),
        "parameters": model.count_params(),
        "training_nats": round(history["loss"][-1], 3),
        "features_cpu_seconds": round(seen - start, 1),
        "training_cpu_seconds": round(trained - seen, 1),
        **spoken(model, exam_places, exam.y, settings),
    }


def train(vocabulary, places, rows, settings: dict, seed: int, report):
    """A trained captioner and its history."""
    import keras

    from coursekit.captions import training
    from coursekit.captions.batches import PictureBatches
    from coursekit.captions.luong_captioner import LuongCaptioner

    long_training = lessons.module("23", "long_training")
    model = LuongCaptioner(
        vocabulary.words[4:],
        settings["units"],
        settings["size"],
        settings["dropout"],
        settings["smoothing"],
    )
    steps = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report(
            0.95 * (epoch + 1) / settings["epochs"]
        )
    )
    history = training.fit(
        model,
        PictureBatches(places, rows, settings["batch"], seed),
        settings["epochs"],
        settings["learning_rate"],
        optimizer=long_training.averaged,
        store=long_training.folder(),
        callbacks=[steps],
    )
    return model, history


def spoken(model, places, references, settings: dict) -> dict:
    """BLEU for each width of the beam, and the CPU seconds of decoding."""
    from coursekit.captions.scoring import bleu, brevity

    found = {}
    for width in BEAM_WIDTHS:
        start = measuring.cpu_seconds()
        texts = captions(model, places, width, settings)
        took = measuring.cpu_seconds() - start
        name = "greedy" if width == 1 else f"beam{width}"
        for order, score in enumerate(bleu(texts, references), 1):
            found[f"{name}_bleu{order}"] = round(score, 2)
        found[f"{name}_brevity"] = round(brevity(texts, references), 4)
        found[f"{name}_cpu_seconds"] = round(took, 1)
    return found


def captions(model, places, beam_width: int, settings: dict) -> list[str]:
    """The best sentence for each picture."""
    from coursekit.captions import decoding

    search = decoding.beam_search(
        model.begin,
        model.step,
        beam_width=beam_width,
        length_penalty=settings["length_penalty"],
    )
    texts = []
    for start in range(0, len(places), 250):
        tokens, _ = search(np.asarray(places[start : start + 250]))
        texts += model.vocabulary.decode(np.asarray(tokens)[:, 0])
    return texts


if __name__ == "__main__":
    typer.run(main)
