"""What the benchmarks share: seeds, CPU seconds, JSON, resuming, batches."""

import json
import math
import platform
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coursekit import paths


def run_seeds(
    name: str, settings: dict, seeds: int, fresh: bool, run: Callable
) -> None:
    """Call ``run(seed)`` for each seed and print one JSON document.

    ``run`` returns a dict of results for a seed. Finished seeds are kept in
    work/benchmarks and reused while the settings stay the same.
    """
    store = paths.work_dir() / "benchmarks" / f"{name}.json"
    kept = {} if fresh else _kept(store, settings)
    for seed in range(seeds):
        if str(seed) not in kept:
            started, cpu = time.time(), cpu_seconds()
            result = run(seed)
            result["cpu_seconds"] = round(cpu_seconds() - cpu, 1)
            result["wall_seconds"] = round(time.time() - started, 1)
            kept[str(seed)] = result
            _write(store, {"settings": settings, "seeds": kept})
        print(f"{name} seed {seed}: {kept[str(seed)]}", file=sys.stderr)
    used = [kept[str(seed)] for seed in range(seeds)]
    print(json.dumps(_summary(name, settings, used), indent=1))


def cpu_seconds() -> float:
    """User and system seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _summary(name: str, settings: dict, results: list[dict]) -> dict:
    import keras
    import tensorflow as tf

    numbers = {
        key: [result[key] for result in results]
        for key, value in results[0].items()
        if isinstance(value, int | float)
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "benchmark": name,
        "settings": settings,
        "mean": {k: round(float(np.mean(v)), 3) for k, v in numbers.items()},
        "range": {k: [min(v), max(v)] for k, v in numbers.items()},
        "seeds": results,
        "peak_memory_mb": peak // 1024,
        "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}, "
        f"Python {platform.python_version()}",
    }


def _kept(store: Path, settings: dict) -> dict:
    try:
        stored = json.loads(store.read_text())
    except (OSError, ValueError):
        return {}
    same = stored.get("settings") == json.loads(json.dumps(settings))
    return stored["seeds"] if same else {}


def _write(store: Path, content: dict) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    part = store.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1) + "\n")
    part.replace(store)


def batches(x, y, size: int, seed: int, augment=None):
    """Endless shuffled batches, gathered by index: (images, labels).

    Gathering from one array is cheaper than slicing a tensor data set;
    ``augment`` maps a float batch (n, h, w, 1) to one of the same shape.
    """
    import tensorflow as tf

    x, y = tf.constant(x), tf.constant(y)

    def pick(indices):
        images = tf.gather(x, indices)
        images = augment(images) if augment else images
        return images, tf.gather(y, indices)

    return (
        tf.data.Dataset.range(len(y))
        .shuffle(len(y), seed=seed)
        .repeat()
        .batch(size, drop_remainder=True)
        .map(pick, num_parallel_calls=2)
        .prefetch(4)
    )


def one_cycle(peak: float, steps: int, warm_up: float = 0.25):
    """Learning rate up in a line, down in a cosine (L. Smith, 2018)."""
    import keras
    from keras import ops

    class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            at = ops.cast(step, "float32") / steps
            up = at / warm_up
            down = (1 + ops.cos(math.pi * (at - warm_up) / (1 - warm_up))) / 2
            return peak * ops.maximum(ops.minimum(up, down), 1e-3)

        def get_config(self):
            return {}

    return OneCycle()


def small_affine(
    background: float, turn: float, scale: float, shift: float, seed: int
):
    """Augmentation: turn (radians), scale, shear and shift a little.

    Each is drawn uniformly in +- the given amount per image; shift is in
    pixels. Labels stay: a digit turned by ten degrees is still that digit.
    """
    import tensorflow as tf

    generator = tf.random.Generator.from_seed(seed)

    def augment(images):
        count, side = (
            tf.shape(images)[0],
            tf.cast(tf.shape(images)[1], "float32"),
        )

        def draw(limit):
            return generator.uniform((count,), -limit, limit)

        angle, shear = draw(turn), draw(turn)
        wide, high = 1 + draw(scale), 1 + draw(scale)
        a, b = wide * tf.cos(angle), -high * tf.sin(angle + shear)
        c, d = wide * tf.sin(angle), high * tf.cos(angle + shear)
        centre = (side - 1) / 2
        x0 = centre - a * centre - b * centre + draw(shift)
        y0 = centre - c * centre - d * centre + draw(shift)
        zero = tf.zeros_like(a)
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=tf.stack([a, b, x0, c, d, y0, zero, zero], axis=1),
            output_shape=tf.shape(images)[1:3],
            fill_value=background,
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )

    return augment
