"""scenes.npz: descriptions of scenes, and five captions of each."""

import numpy as np

from coursekit.data.render.random_scenes import make_scene
from coursekit.data.sets.scenes import pack
from generate.captions import Writer
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
