"""Grid detectors on frozen encoders of drawn scenes, as JSON.

python benchmarks/detecting.py

The head is that of lesson 10. ``scenes`` stands on the scenes' encoder, which
was trained to name places of other scenes; ``finer`` also sees its layer of
16 x 16 places; ``untrained`` stands on the same encoder with random weights.
mAP (all-point interpolation, PASCAL VOC since 2010) is measured on the test,
``--choose`` on the validation part, and on scenes with combinations of kind
and colour that neither the head nor the encoder was trained on.

``fit_cpu_seconds`` are those of ``fit``; the features are made once a seed.
"""

import numpy as np
import typer

import measuring
from coursekit import data, lessons
from coursekit.captions import scene_encoder

COMMON = {"width": 96, "epochs": 8, "rate": 1e-2, "most": 0.45}
RECIPES = {
    "scenes": {"encoder": "scenes", **COMMON},
    "finer": {"encoder": "finer", **COMMON},
    "untrained": {"encoder": "untrained", **COMMON},
}
QUICK = {"epochs": 3, "width": 32}


def main(
    recipe: measuring.Recipes = None,
    seeds: measuring.Seeds = 3,
    fresh: measuring.Fresh = False,
    choose: measuring.Choose = False,
    quick: measuring.Quick = False,
    change: measuring.Changes = None,
) -> None:
    """Train heads on frozen features and measure their boxes."""
    measured = {"measured_on": "validation" if choose else "test"}
    recipes = measuring.chosen(
        RECIPES, recipe, change, base=measured, quick=QUICK if quick else None
    )
    measuring.run_recipes("detecting", recipes, run, seeds, fresh)


def run(settings: dict, seed: int, report: measuring.Report) -> dict:
    """Train one head; its mAP at IoU 0.5 and 0.75, and each kind's."""
    import keras

    networks = lessons.module("10", "networks")
    scenes = data.load("scenes")
    judged = getattr(scenes, settings["measured_on"])
    keras.utils.set_random_seed(seed)
    eye = encoder(settings["encoder"])
    train, held, new = (
        features(eye, part.x)
        for part in (scenes.train, judged, scenes.held_out)
    )
    wanted = networks.targets(
        scenes.train.extra["boxes"], scenes.train.extra["kinds"]
    )
    head = networks.head(settings["width"], train.shape[-1])
    before = measuring.cpu_seconds()
    networks.teach(
        *(head, train, wanted, settings["epochs"], settings["rate"]),
        callbacks=[progress(report, settings["epochs"])],
    )
    used = measuring.cpu_seconds() - before
    found = networks.detect(head, held, most=settings["most"])
    each = networks.precisions(found, judged.extra)
    strict = networks.precisions(found, judged.extra, 0.75)
    doubled = networks.detect(head, held, most=1.0)
    away = networks.detect(head, new, most=settings["most"])
    return {
        "data": scenes.provenance,
        "parameters": head.count_params(),
        "fit_cpu_seconds": round(used, 1),
        "map50": share(each),
        "map75": share(strict),
        "worst_kind": share(each.min()),
        "best_kind": share(each.max()),
        "unsuppressed_map50": share(
            networks.precisions(doubled, judged.extra)
        ),
        "held_out_map50": share(
            networks.precisions(away, scenes.held_out.extra)
        ),
        "each_kind": ", ".join(
            f"{name} {value:.3f}"
            for name, value in zip(scenes.class_names, each, strict=True)
        ),
    }


def encoder(name: str):
    """A frozen model: pictures to their grid, and with "finer" to relu3's."""
    import keras

    whole = scene_encoder.load()
    if name == "untrained":
        whole = keras.models.clone_model(whole)
    layers = ("grid", "relu3") if name == "finer" else ("grid",)
    outputs = [whole.get_layer(layer).output for layer in layers]
    model = keras.Model(whole.input, outputs)
    model.trainable = False
    return model


def features(eye, images: np.ndarray) -> np.ndarray:
    """(n, 8, 8, channels); four places of a finer layer side by side."""
    made = eye.predict(images, 250, verbose=0)
    grid, *finer = made if isinstance(made, list) else [made]
    for layer in finer:
        cut = layer.reshape(len(grid), 8, 2, 8, 2, layer.shape[-1])
        cut = cut.transpose(0, 1, 3, 2, 4, 5).reshape(*grid.shape[:3], -1)
        grid = np.concatenate([grid, cut], axis=-1)
    return grid


def share(values) -> float:
    return round(float(np.mean(values)), 4)


def progress(report: measuring.Report, epochs: int):
    """A callback that says which share of the epochs is over."""
    import keras

    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report((epoch + 1) / epochs)
    )


if __name__ == "__main__":
    typer.run(main)
