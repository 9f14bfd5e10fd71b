"""Captions of the scenes: quality, and the speed of saying them.

    python benchmarks/scenes_captions.py

The captioner of lesson 22, with the course's encoder, and the same network
when it cannot look (every place counts the same): BLEU and truth of what it
says about the test pictures, greedy. The time for
1,000 captions (test and held-out pictures) is measured after compilation,
five times, the median counts; it is compared with a loop that calls
``predict`` for every word of one picture at a time, with the same words.
"""

import time

import numpy as np
import typer

import measuring

RECIPES = {
    "attend": {
        "units": 128,
        "attention": 32,
        "look": True,
        "penalty": 0.0,
        "epochs": 2,
        "batch": 64,
        "learning_rate": 8e-3,
        "slow_pictures": 5,
    },
    "cannot-look": {
        "units": 128,
        "attention": 32,
        "look": False,
        "penalty": 0.0,
        "epochs": 2,
        "batch": 64,
        "learning_rate": 8e-3,
        "slow_pictures": 0,
    },
}
MAX_LENGTH = 35  # as decoding.MAX_WORDS


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train and measure one captioner."""
    import keras

    from coursekit import data
    from coursekit.captions import scene_captioner, scene_encoder, scoring

    keras.utils.set_random_seed(seed)
    dataset = data.load("scenes")
    encoder = scene_encoder.headless(scene_encoder.load())
    grids = {
        name: encoder.predict(getattr(dataset, name).x, 250, verbose=0)["grid"]
        for name in ("train", "test", "held_out")
    }
    places = {n: g.reshape(len(g), -1, g.shape[-1]) for n, g in grids.items()}
    progress = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report(
            (epoch + 1) / settings["epochs"]
        )
    )
    model = scene_captioner.train(
        dataset,
        places["train"],
        {k: settings[k] for k in ("units", "attention", "look", "penalty")},
        settings["epochs"],
        settings["learning_rate"],
        settings["batch"],
        callbacks=[progress],
    )
    pictures = np.concatenate([places["test"], places["held_out"]])
    said, seconds = fast(model, pictures)
    texts = model.vocabulary.decode(said)
    usual = scoring.truth(texts[:500], dataset.test)
    held = scoring.truth(texts[500:], dataset.held_out)
    scores = scoring.bleu(texts[:500], dataset.test.y)
    return {
        "data": dataset.provenance,
        "parameters": model.count_params(),
        **{f"bleu_{n}": round(s, 2) for n, s in enumerate(scores, 1)},
        "attributes_percent": round(100 * usual.attributes, 2),
        "objects_percent": round(100 * usual.objects, 2),
        "covered_percent": round(100 * usual.covered, 2),
        "held_out_attributes_percent": round(100 * held.attributes, 2),
        "seconds_for_1000_captions": round(seconds, 3),
        **slow(model, pictures[: settings["slow_pictures"]], said, seconds),
    }


def fast(model, pictures) -> tuple[np.ndarray, float]:
    """All captions in one compiled loop, and the median of five times."""
    import tensorflow as tf

    from coursekit.captions import decoding

    loop = decoding.greedy_search(model.begin, model.step, MAX_LENGTH)
    pictures = tf.constant(pictures)
    said, times = np.array(loop(pictures)), []
    for _ in range(5):
        start = time.perf_counter()
        said = np.array(loop(pictures))
        times.append(time.perf_counter() - start)
    return said, float(np.median(times))


def slow(model, pictures, said, seconds: float) -> dict:
    """The same words with ``predict`` for each, as a factor of time."""
    if not len(pictures):
        return {}
    speak(model, pictures[0])  # compiles
    start = time.perf_counter()
    spoken = [speak(model, place) for place in pictures]
    per_word = (time.perf_counter() - start) / sum(map(len, spoken))
    for row, words in zip(said, spoken, strict=False):
        assert row[: len(words)].tolist() == words, "other words"
    fast_word = seconds / int((said != 0).sum())
    return {
        "predict_milliseconds_a_word": round(1e3 * per_word, 2),
        "compiled_milliseconds_a_word": round(1e3 * fast_word, 4),
        "times_faster": round(per_word / fast_word),
    }


def speak(model, place) -> list[int]:
    """One caption, with ``predict`` for every word, as tutorials do it."""
    from coursekit.vocabulary import END, START

    words = [START]
    while words[-1] != END and len(words) <= MAX_LENGTH:
        so_far = np.zeros((1, MAX_LENGTH), "int32")
        so_far[0, : len(words)] = words
        inputs = {"places": place[np.newaxis], "tokens": so_far}
        scores = model.predict(inputs, verbose=0)[0, len(words) - 1]
        words.append(int(scores.argmax()))
    return words[1:]


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    change: measuring.Changes = None,
) -> None:
    """Train the captioners of the scenes and time their speech."""
    recipes = measuring.chosen(RECIPES, recipe, change)
    measuring.run_recipes("scenes_captions", recipes, run, seeds, fresh)


if __name__ == "__main__":
    typer.run(main)
