"""scenes.npz: descriptions of scenes, and five captions of each."""

from collections.abc import Sequence

import numpy as np

from coursekit.data.sets.scenes import (
    COLOURS,
    KINDS,
    SETTINGS,
    SIZES,
    TEXTURES,
    TIMES,
    Thing,
)
from generate.captions import Writer
from generate.random_scenes import make_scene
from generate.writing import write_npz

SIZES_OF_SPLITS = (4_000, 500, 500, 500)  # the last: held-out combinations
SEED = 3


def generate() -> None:
    """5,500 scenes as numbers, with captions; see scenes.load."""
    rng = np.random.default_rng(SEED)
    scenes, captions = [], []
    for part, count in enumerate(SIZES_OF_SPLITS):
        for _ in range(count):
            scene = make_scene(rng, held_out=part == 3)
            scenes.append((part, *scene))
            setting, time, _, things = scene
            captions += Writer(setting, time, things, rng).captions()
    arrays = pack(scenes)
    text = "\n".join(captions).encode("ascii")
    write_npz(
        "scenes.npz", arrays | {"captions": np.frombuffer(text, "uint8")}
    )


def pack(scenes: Sequence[tuple]) -> dict[str, np.ndarray]:
    """Arrays of (split, setting, time, dice, things) tuples."""
    things = np.zeros((len(scenes), 4, 12), "uint8")
    for row, scene in zip(things, scenes, strict=True):
        for cell, thing in zip(row, scene[4], strict=False):
            cell[:] = _numbers(thing)
    columns = list(zip(*scenes, strict=True))
    return {
        "split": np.array(columns[0], "uint8"),
        "setting": np.array([*map(SETTINGS.index, columns[1])], "uint8"),
        "time": np.array([*map(TIMES.index, columns[2])], "uint8"),
        "dice": np.array(columns[3], "uint8"),
        "count": np.array([*map(len, columns[4])], "uint8"),
        "things": things,
    }


def _numbers(thing: Thing) -> list[int]:
    """Twelve numbers from 0 to 255 that describe a thing."""
    return [
        list(KINDS).index(thing.kind),
        list(COLOURS).index(thing.colour),
        list(SIZES).index(thing.size),
        TEXTURES.index(thing.texture),
        KINDS[thing.kind][1].index(thing.pose),
        int(thing.facing_left),
        thing.width,
        thing.x,
        thing.y,
        *(round(127 * tone) + 127 for tone in thing.tone),
    ]
