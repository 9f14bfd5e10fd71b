"""A stick figure from the side, looking to the right.

It is drawn from the directions of the body's parts, in degrees clockwise
from up. Sines are rounded, because they differ in the
last digit between systems: a figure has the same pixels everywhere.
"""

import math

import numpy as np

from coursekit.data.render.drawing import FAR, SHAPES

# part -> where it begins, and its length as a share of the body's height
PARTS = {
    "torso": ("hip", 0.28),
    "head": ("torso", 0.11),
    "upper_arm": ("torso", 0.17),
    "forearm": ("upper_arm", 0.17),
    "thigh": ("hip", 0.24),
    "shin": ("thigh", 0.25),
    "other_thigh": ("hip", 0.24),
    "other_shin": ("other_thigh", 0.25),
}
SIZE = 28
_DEGREES = [math.radians(degree) for degree in range(360)]
_ACROSS = np.array([round(math.sin(a), 6) for a in _DEGREES], "float32")
_DOWN = np.array([round(-math.cos(a), 6) for a in _DEGREES], "float32")


def joints(angles: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Where the parts end (n, 9, 2): x to the right, y down; first the hip.

    ``angles`` (n, 8), whole degrees, and ``lengths`` (n, 8) are in the order
    of PARTS. The lowest joint is at y = 0, and the middle at x = 0.
    """
    names = ["hip", *PARTS]
    ends = np.zeros((len(angles), 9, 2), "float32")
    for number, (start, _) in enumerate(PARTS.values()):
        step = np.stack([_ACROSS[angles[:, number]], _DOWN[angles[:, number]]])
        step = step.T * lengths[:, number, None]
        ends[:, number + 1] = ends[:, names.index(start)] + step
    low, high = ends.min(1), ends.max(1)
    ends[..., 0] -= ((low + high) / 2)[:, None, 0]
    ends[..., 1] -= high[:, None, 1]
    return ends


def draw(ends: np.ndarray, half_width: np.ndarray) -> np.ndarray:
    """Figures (n, 28, 28), 0 to 1, with joints (n, 9, 2) given in pixels.

    ``half_width`` (n,) is half the thickness of arms and legs.
    """
    line = np.arange(SIZE, dtype="float32") + np.float32(0.5)
    x, y = line[None, None, :], line[None, :, None]
    names = ["hip", *PARTS]
    width = half_width[:, None, None]
    nearest = np.full((len(ends), SIZE, SIZE), FAR)
    for number, (part, (start, _)) in enumerate(PARTS.items(), 1):
        x1, y1 = ends[:, names.index(start)].T[..., None, None]
        x2, y2 = ends[:, number].T[..., None, None]
        if part == "head":
            reach = np.float32(1.15)
            middle = x1 + (x2 - x1) * reach, y1 + (y2 - y1) * reach
            distance = SHAPES["disc"](x, y, *middle, 2 * width)
            distance -= np.float32(0.4)
        else:
            thick = width * (1.35 if part == "torso" else 1)
            distance = SHAPES["line"](x, y, x1, y1, x2, y2, thick)
        np.minimum(nearest, distance, out=nearest)
    return np.clip(np.float32(0.5) - nearest, 0, 1)
