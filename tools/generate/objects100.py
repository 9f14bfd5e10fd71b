"""objects100.npz: the numbers that vary 11,500 pictures of 100 things."""

import numpy as np

from coursekit.data.sets.objects100 import CLASSES, COLUMNS, FAMILIES
from generate.writing import write_npz

PER_CLASS = (80, 15, 20)  # train, validation, test
SEED = 100
AT_HOME = 0.5  # how often a thing is where its family usually is
# The colour of that place: road, sea, sky, sandstone, grass ...
PLACES = {
    "vehicle": (110, 110, 115),
    "boat": (40, 90, 170),
    "aircraft": (150, 200, 245),
    "building": (200, 170, 140),
    "tree": (90, 160, 70),
    "flower": (40, 100, 50),
    "fruit": (150, 100, 60),
    "vegetable": (80, 55, 40),
    "sea animal": (30, 140, 150),
    "bird": (215, 230, 240),
    "mammal": (190, 180, 110),
    "small animal": (150, 190, 60),
    "vessel": (170, 150, 200),
    "furniture": (235, 190, 170),
    "tool": (90, 105, 130),
    "clothing": (230, 150, 190),
    "instrument": (120, 30, 45),
    "ball": (60, 190, 90),
    "sky": (20, 25, 70),
    "kitchenware": (240, 225, 170),
}


def generate() -> None:
    """Arrays ``numbers`` (n, 28), ``label`` and ``split`` (n,), uint8."""
    rng = np.random.default_rng(SEED)
    labels = np.repeat(np.arange(len(CLASSES)), sum(PER_CLASS))
    numbers = rng.integers(0, 256, (len(labels), len(COLUMNS)), dtype="uint8")
    for row, label in zip(numbers, labels, strict=True):
        _colours(rng, row, PLACES[FAMILIES[label // 5]])
    write_npz(
        "objects100.npz",
        {
            "numbers": numbers,
            "label": labels.astype("uint8"),
            "split": np.tile(np.repeat(np.arange(3), PER_CLASS), 100).astype(
                "uint8"
            ),
        },
    )


def _colours(rng, row: np.ndarray, place: tuple[int, int, int]) -> None:
    """Random colours: the thing stands out, its backdrop is calmer."""
    column = COLUMNS["main_r"]
    at_home = rng.random() < AT_HOME
    while True:
        main, second, near = rng.integers(0, 256, (3, 3))
        if at_home:
            near = np.clip(place + rng.integers(-30, 31, 3), 0, 255)
        far = np.clip(near + rng.integers(-60, 61, 3), 0, 255)
        contrasts = [
            np.abs(a - b).sum()
            for a, b in ((main, near), (main, far), (main, second))
        ]
        if min(contrasts) > 200:
            row[column : column + 12] = [*main, *second, *near, *far]
            return
