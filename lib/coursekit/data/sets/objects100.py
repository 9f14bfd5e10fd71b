"""A hundred kinds of things as small pictures, five kinds to a family.

Every picture shows one of 100 sketches in colours of its own, turned, bent,
lit and textured, on a varied backdrop, with noise. Half of the things are
where their family usually is (boats on blue, trees on green), the others
anywhere: as in photographs, the backdrop hints at the family, but which of
its five classes it is only the shape tells.

The file holds the numbers that vary; pictures are drawn while loading.
"""

from functools import cache
from typing import Any

import numpy as np

from coursekit.data.dataset import Families
from coursekit.data.readers.bundled import read_npz
from coursekit.data.records import info
from coursekit.data.render import drawing
from coursekit.data.splits import by_part

FAMILIES = (
    *("vehicle", "boat", "aircraft", "building", "tree", "flower", "fruit"),
    *("vegetable", "sea animal", "bird", "mammal", "small animal", "vessel"),
    *("furniture", "tool", "clothing", "instrument", "ball", "sky"),
    "kitchenware",
)
CLASSES = tuple(drawing.sketches("objects"))  # five of each family, in order
SIZE = 32

INFO = info("objects100")

# What the columns of the stored numbers (0 to 255) mean.
COLUMNS = {
    name: number
    for number, name in enumerate(
        (
            *("turn", "scale", "stretch", "shear", "x", "y", "flip"),
            *("bend_x", "bend_y", "texture", "main_r", "main_g", "main_b"),
            *("second_r", "second_g", "second_b", "near_r", "near_g"),
            *("near_b", "far_r", "far_g", "far_b", "backdrop", "slope"),
            *("light", "noise", "seed_high", "seed_low"),
        )
    )
}


def load(masks: bool = False) -> Families:
    """8,000/1,500/2,000 images (n, 32, 32, 3), uint8; y one of 100.

    80, 15 and 20 images of each class. extra["superclass"] is the family,
    0 to 19, a number in superclass_names; class k belongs to k // 5. With
    ``masks``, extra["mask"] (n, 32, 32), bool, is True where the thing is.
    """
    stored = read_npz("objects100.npz")
    y = stored["label"].astype("int64")
    x = np.empty((len(y), SIZE, SIZE, 3), "uint8")
    cover = np.empty((len(y), SIZE, SIZE), bool) if masks else None
    for number, name in enumerate(CLASSES):
        rows = np.flatnonzero(y == number)
        x[rows], opacity = drawn(name, stored["numbers"][rows])
        if cover is not None:
            cover[rows] = opacity > 0.5
    extra: dict[str, Any] = {"superclass": y // 5}
    if cover is not None:
        extra["mask"] = cover
    train, validation, test = by_part(stored["split"], x, y, **extra)
    parts = train, validation, test
    return Families(INFO, *parts, CLASSES, superclass_names=FAMILIES)


def render(name: str, numbers: np.ndarray) -> np.ndarray:
    """Pictures (n, 32, 32, 3), uint8, of one class.

    ``numbers`` (n, 28), uint8, vary the pictures; see COLUMNS.
    """
    return drawn(name, numbers)[0]


def drawn(name: str, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As ``render``, and the thing's opacity (n, 32, 32), 0 to 1."""
    dice = numbers.astype("float32")[:, :, None, None] / 255

    def die(column: str, low: float, high: float) -> np.ndarray:
        return low + (high - low) * dice[:, COLUMNS[column]]

    def colour(what: str) -> list[np.ndarray]:
        return [dice[:, COLUMNS[f"{what}_{band}"]] for band in "rgb"]

    line = (np.arange(SIZE, dtype="float32") + 0.5) * (2 / SIZE) - 1
    across, down = line[None, None, :], line[None, :, None]
    x, y, scale = _pose(across, down, die)
    pixel = (2 / SIZE) / scale
    layers = drawing.draw(
        drawing.sketches("objects")[name],
        x,
        y,
        pixel,
        _texture(x, y, pixel, die("texture", 0, 1)),
    )
    image = _backdrop(across, down, colour("near"), colour("far"), die)
    image *= 1 - layers[5]
    image += drawing.colourise(layers, colour("main"), colour("second"))
    slope = die("slope", -1, 1)
    image *= die("light", 0.8, 1.12) + 0.12 * (slope * across - down)
    image += die("noise", 0.01, 0.09) * _noise(numbers)
    np.clip(image, 0, 1, out=image)
    pictures = np.rint(image * 255).astype("uint8").transpose(1, 2, 3, 0)
    return pictures, layers[5]


def _pose(across, down, die):
    """Sketch coordinates of every pixel, and the scale.

    ``turn`` is the tangent of half the angle, up to 23 degrees.
    """
    x = across - die("x", -0.2, 0.2)
    y = down - die("y", -0.2, 0.2)
    half = die("turn", -0.2, 0.2)
    length = 1 + half * half
    cosine, sine = (1 - half * half) / length, 2 * half / length
    x, y = x * cosine + y * sine, y * cosine - x * sine
    scale, stretch = die("scale", 0.62, 0.98), die("stretch", 0.85, 1.18)
    x, y = x / (scale * stretch), y / scale
    x = x + die("shear", -0.2, 0.2) * y
    x = x * np.where(die("flip", 0, 1) < 0.5, np.float32(-1), np.float32(1))
    bent = x + die("bend_x", -0.16, 0.16) * (y * y - 0.4)
    y = y + die("bend_y", -0.16, 0.16) * (x * x - 0.4)
    return bent, y, scale


def _texture(x, y, pixel, kind) -> np.ndarray:
    """Half of the things are plain, a quarter striped, a quarter spotted."""
    striped, spotted = np.abs(kind - 0.625) <= 0.125, kind > 0.75
    texture = np.zeros(x.shape, "float32")
    for pattern, chosen in (
        (drawing.stripes, striped.ravel()),
        (drawing.spots, spotted.ravel()),
    ):
        texture[chosen] = pattern(x[chosen], y[chosen], pixel[chosen])
    return texture * np.float32(0.75)


def _backdrop(across, down, near, far, die) -> np.ndarray:
    """Two colours (3, n, 32, 32): a gradient, stripes, checks or an edge."""
    kind, slope = die("backdrop", 0, 4), die("slope", -1, 1)
    along = across * slope + down
    ramp = np.clip(0.5 + 0.35 * along, 0, 1)
    bands = np.abs(2.3 * along - np.floor(2.3 * along) - 0.5) * 2
    squares = (np.floor(2.1 * (across + slope)) + np.floor(2.1 * down)) * 0.5
    checks = (squares - np.floor(squares)) * 2
    edge = np.clip(0.5 + 12 * (along - 0.6 * slope), 0, 1)
    share = np.select([kind < 1, kind < 2, kind < 3], [ramp, bands, checks])
    share = np.where(kind < 3, share, edge).astype("float32")
    return np.stack(
        [a + (b - a) * share for a, b in zip(near, far, strict=True)]
    )


def _noise(numbers: np.ndarray) -> np.ndarray:
    """Noise (3, n, 32, 32), nearly normal with standard deviation 1."""
    seeds = numbers[:, COLUMNS["seed_high"]].astype(int) * 256
    seeds += numbers[:, COLUMNS["seed_low"]]
    count = 3 * SIZE * SIZE * 4
    sums = _sums_of_four((count + 65536) // 8)
    from_each = np.lib.stride_tricks.sliding_window_view(sums, count - 3)
    total = from_each[:, ::4][seeds].reshape(len(seeds), 3, SIZE, SIZE)
    noise = (total.astype("float32") - 510) / 148
    return noise.transpose(1, 0, 2, 3)


@cache
def _sums_of_four(count: int) -> np.ndarray:
    """Sums of every four bytes in a row, of ``count`` random 64 bits."""
    bits = drawing.random_bytes(29, count).astype("int16")
    return bits[:-3] + bits[1:-2] + bits[2:-1] + bits[3:]
