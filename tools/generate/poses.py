"""poses.npz: the numbers from which 2,000 videos are drawn."""

import numpy as np

from coursekit.data.sets.poses import MOVEMENTS, POSES, SALUTATION
from generate.writing import write_npz

SEED = 19
SIZES = (1_400, 300, 300)
# How often another movement is reversed, shifted, exchanged, shuffled.
SHARES = (0.1, 0.25, 0.25, 0.4)

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
}


def generate() -> None:
    """Half of each split are sun salutations; see poses.load."""
    rng = np.random.default_rng(SEED)
    count = sum(SIZES)
    movements = np.concatenate([_movements(rng, size) for size in SIZES])
    tempo = rng.random((count, 1))  # slow or fast, not the same in all poses
    orders = np.array([order(rng, kind) for kind in movements])
    write_npz(
        "poses.npz",
        {
            "split": np.repeat(np.arange(3), SIZES).astype("uint8"),
            "movements": movements.astype("uint8"),
            "orders": orders,
            "holds": (1 + rng.binomial(2, tempo, (count, 12))).astype("uint8"),
            "body": rng.integers(0, 256, (count, 12), dtype="uint8"),
            "angles": _angles(
                orders, rng.integers(-7, 8, (count, 12, 8), dtype="int8")
            ),
            "sway": rng.integers(-64, 65, (count, 12), dtype="int8"),
            "camera": rng.integers(0, 256, (count, 5), dtype="uint8"),
        },
    )


def _movements(rng, size: int) -> np.ndarray:
    """Numbers in MOVEMENTS, one half 0, shuffled."""
    others = rng.choice(range(1, len(MOVEMENTS)), size // 2, p=SHARES)
    return rng.permutation([*others, *[0] * (size - size // 2)])


def _angles(orders: np.ndarray, bends: np.ndarray) -> np.ndarray:
    """Directions of the parts (n, 12, 8) in degrees, uint16, bent a little."""
    straight = np.array([directions(pose) for pose in POSES])
    return ((straight[orders] + bends) % 360).astype("uint16")


def directions(pose: str) -> tuple[int, ...]:
    """The direction of each of stick_figures.PARTS."""
    numbers = DIRECTIONS[pose]
    return (*numbers, *numbers[4:6]) if len(numbers) == 6 else numbers


def order(rng, movement: int) -> np.ndarray:
    """The twelve poses in the order of a movement, uint8."""
    usual = np.array(SALUTATION, "uint8")
    while True:
        found = usual.copy()
        inner = found[1:-1]
        name = MOVEMENTS[movement]
        if name == "reversed":
            inner[:] = inner[::-1].copy()
        elif name == "shifted":
            inner[:] = np.roll(inner, rng.integers(1, 10))
        elif name == "exchanged":
            places = rng.choice(10, 2, replace=False)
            inner[places] = inner[places[::-1]]
        elif name == "shuffled":
            rng.shuffle(inner)
        if movement == 0 or (found != usual).any():
            return found
