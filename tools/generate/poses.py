"""poses.npz: the numbers from which the videos of 40 performers are drawn."""

import numpy as np

from coursekit.data.sets.poses import MOVEMENTS, ORDERS, POSES
from generate.writing import write_npz

SEED = 19
PERFORMERS = (26, 6, 8)  # of each split
CLIPS = 10  # of each movement, by each performer

# Directions of the parts; one pair of legs and arms hides the other unless
# two more numbers tell them apart.
DIRECTIONS = {
    #               torso head  arm, forearm  leg       other leg
    "prayer": (0, 0, 150, 35, 180, 180),
    "raised arms": (345, 335, 340, 335, 176, 182),
    "forward bend": (150, 165, 212, 235, 180, 182),
    "lunge": (66, 40, 172, 178, 98, 185, 220, 248),
    "plank": (64, 66, 180, 180, 244, 244),
    "eight limbs": (122, 92, 292, 140, 212, 272),
    "cobra": (48, 20, 230, 135, 262, 270),
    "downward dog": (132, 150, 130, 128, 218, 204),
    "warrior": (0, 0, 90, 90, 112, 180, 226, 226),
    "chair": (28, 20, 30, 30, 98, 192),
    "triangle": (98, 98, 180, 180, 154, 154, 206, 206),
    "tree": (0, 0, 355, 5, 180, 180, 112, 240),
}


def generate() -> None:
    """Each performer films each movement as often; see poses.load."""
    rng = np.random.default_rng(SEED)
    people, kinds = sum(PERFORMERS), len(MOVEMENTS)
    movements = np.tile(np.arange(kinds), people * CLIPS)
    count = len(movements)
    tempo = rng.random((count, 1))  # slow or fast, not the same in all poses
    numbers = {
        "directions": np.array([directions(pose) for pose in POSES]),
        "body": rng.integers(0, 256, (people, 10)),
        "habits": rng.integers(-12, 13, (people, len(POSES), 8)),
        "room": rng.integers(0, 256, (people, 5)),
        "performers": np.repeat(np.arange(people), kinds * CLIPS),
        "movements": movements,
        "holds": 1 + rng.binomial(1, tempo, (count, len(ORDERS[0]))),
        "bends": rng.integers(-7, 8, (count, len(ORDERS[0]), 8)),
        "sway": rng.integers(-64, 65, (count, len(ORDERS[0]))),
        "camera": rng.integers(0, 256, (count, 5)),
        "split": np.repeat(np.arange(3), PERFORMERS),
    }
    kind = {"directions": "uint16", "habits": "int8", "bends": "int8"}
    kind["sway"] = "int8"
    write_npz(
        "poses.npz",
        {k: v.astype(kind.get(k, "uint8")) for k, v in numbers.items()},
    )


def directions(pose: str) -> tuple[int, ...]:
    """The direction of each of stick_figures.PARTS."""
    numbers = DIRECTIONS[pose]
    return (*numbers, *numbers[4:6]) if len(numbers) == 6 else numbers
