"""Captions of Flickr8k: BLEU on the test photographs, as JSON.

python benchmarks/flickr8k.py --recipe small --seeds 1

The official split: 6,000 photographs to train with, 1,000 to choose with
(``--choose`` measures on them), 1,000 test photographs, used once at the
end. ``small`` is for two CPU cores, ``large`` for a GPU and an encoder of
full size; ``encoder`` "best" takes the best one whose weights are here.
"""

from typing import Annotated

import numpy as np
import typer

from coursekit import data
from measuring import Report, chosen, cpu_seconds, run_recipes

RECIPES = {
    "small": {
        "encoder": "mobilenet_v2_0.35",
        "units": 512,
        "size": 256,
        "dropout": 0.4,
        "smoothing": 0.1,
        "epochs": 12,
        "batch": 64,
        "rate": 2e-3,
        "max_length": 24,
        "alpha": 0.7,
    },
    "large": {
        "encoder": "best",
        "units": 1024,
        "size": 512,
        "dropout": 0.5,
        "smoothing": 0.1,
        "epochs": 20,
        "batch": 64,
        "rate": 1e-3,
        "max_length": 24,
        "alpha": 0.7,
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
BEAMS = (1, 3, 5)


def main(
    recipe: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(RECIPES)}; or all.")
    ] = None,
    seeds: int = 1,
    fresh: Annotated[bool, typer.Option(help="Forget stored seeds.")] = False,
    choose: Annotated[
        bool, typer.Option(help="Measure on the 1,000 for choosing.")
    ] = False,
    quick: Annotated[
        bool, typer.Option(help="The bundled scenes, in a minute.")
    ] = False,
    change: Annotated[
        list[str] | None, typer.Option(help="A setting: epochs=4.")
    ] = None,
) -> None:
    """Train and test a captioner with several seeds."""
    base = {"data": "flickr8k", "pixels": 160, "measured_on": "test"}
    base |= {"measured_on": "validation"} if choose else {}
    known = {
        name: base | settings | (QUICK if quick else {})
        for name, settings in RECIPES.items()
    }
    recipes = chosen(known, recipe or ["small"], change or [])
    run_recipes("flickr8k", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: Report) -> dict:
    """Features (from the cache, if they are there), training, decoding."""
    import keras

    from coursekit.captions import features, image_encoders, training
    from coursekit.captions.luong_captioner import LuongCaptioner
    from coursekit.captions.vocabulary import Vocabulary

    keras.utils.set_random_seed(seed)
    sets = data.load(settings["data"], size=settings["pixels"])
    eye = image_encoders.load(settings["encoder"])
    start = cpu_seconds()
    exam = getattr(sets, settings["measured_on"])
    places = features.grids(sets.train.x, eye)
    exam_places = features.grids(exam.x, eye)
    seen = cpu_seconds()
    vocabulary = Vocabulary.from_captions([c for five in sets.train.y for c in five])
    rows = vocabulary.encode(sets.train.y, settings["max_length"])
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
    history = schooling.fit(
        model,
        schooling.Batches(places, rows, settings["batch"], seed),
        settings["epochs"],
        settings["rate"],
        callbacks=[steps],
    )
    trained = cpu_seconds()
    return {
        "data": sets.provenance,
        "encoder": f"{eye.name}, {eye.version}",
        "pixels": f"{settings['pixels']}, shown at {eye.size}",
        "tokens": "lower case, no punctuation, no smoothing (sacrebleu)",
        "vocabulary": str(len(vocabulary)),
        "parameters": model.count_params(),
        "training_nats": round(history["loss"][-1], 3),
        "features_cpu_seconds": round(seen - start, 1),
        "training_cpu_seconds": round(trained - seen, 1),
        **spoken(model, exam_places, exam.y, settings),
    }


def spoken(model, places, references, settings: dict) -> dict:
    """BLEU for each number of beams, and the CPU seconds of decoding."""
    from coursekit.captions.published import brevity
    from coursekit.captions.scoring import bleu

    found = {}
    for beams in BEAMS:
        start = cpu_seconds()
        texts = captions(
            model, places, settings["max_length"], beams, settings["alpha"]
        )
        took = cpu_seconds() - start
        name = "greedy" if beams == 1 else f"beam{beams}"
        for order, score in enumerate(bleu(texts, references), 1):
            found[f"{name}_bleu{order}"] = round(score, 2)
        found[f"{name}_brevity"] = round(brevity(texts, references), 4)
        found[f"{name}_cpu_seconds"] = round(took, 1)
    return found


def captions(model, places, max_length: int, beams: int, alpha: float):
    """The best sentence for each picture."""
    from coursekit.captions import decoding

    search = decoding.beam_search(model.begin, model.step, max_length, beams, alpha)
    texts = []
    for start in range(0, len(places), 250):
        said, _ = search(np.asarray(places[start : start + 250]))
        texts += model.vocabulary.decode(np.asarray(said)[:, 0])
    return texts


if __name__ == "__main__":
    typer.run(main)
