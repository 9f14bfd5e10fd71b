"""Backdrops of the scenes: a park, a beach, a room, a road, snow.

Everything is drawn for many scenes at once on a canvas (n, 3, size, size)
of float32, 0 to 1. ``dice`` (n, 16) are numbers from 0 to 1 that vary one
backdrop: where the horizon lies, what the hills look like.
"""

from dataclasses import dataclass, replace

import numpy as np

from coursekit.data.render.drawing import FAR, random_bytes

SETTINGS = ("park", "beach", "room", "road", "snow")
TIMES = ("day", "sunset", "night")

# The sky at the top and at the horizon, and the light on everything else.
_SKY_TOP = ((0.33, 0.60, 0.93), (0.36, 0.30, 0.58), (0.04, 0.06, 0.18))
_SKY_LOW = ((0.80, 0.91, 0.99), (0.99, 0.66, 0.38), (0.18, 0.22, 0.42))
LIGHT = np.array(
    [(1.0, 1.0, 1.0), (1.0, 0.87, 0.76), (0.60, 0.64, 0.80)], "float32"
)
_SUN = (1.0, 0.95, 0.66)
_WALLS = np.array(
    [
        *((0.93, 0.89, 0.79), (0.78, 0.86, 0.87)),
        *((0.88, 0.80, 0.80), (0.82, 0.85, 0.74)),
    ],
    "float32",
)
_WOOD = np.array([(0.72, 0.53, 0.34), (0.60, 0.42, 0.27)], "float32")
_FRAME = (0.50, 0.36, 0.24)


def horizon(setting: int, dice: np.ndarray) -> np.ndarray:
    """Where the ground begins (n,): a share of the height."""
    lowest = (0.46, 0.52, 0.60, 0.50, 0.46)[setting]
    return (lowest + 0.08 * dice[:, 0]).astype("float32")


def paint(setting: int, time: int, dice: np.ndarray, size: int) -> np.ndarray:
    """Backdrops (n, 3, size, size) of one setting at one time of day."""
    line = (np.arange(size, dtype="float32") + 0.5) / size
    image = np.zeros((len(dice), 3, size, size), "float32")
    x, y = line[None, None, :], line[None, :, None]
    low = horizon(setting, dice)[:, None, None]
    canvas = Canvas(image, x, y, low, time, dice.astype("float32"))
    (_park, _beach, _room, _road, _snow)[setting](canvas)
    return image


@dataclass(frozen=True)
class Canvas:
    """The pictures being painted, and the coordinates to paint them by.

    ``image`` is (n, 3, rows, size), painted in place. ``x`` (1, 1, size) and
    ``y`` (1, rows, 1) run from 0 to 1; ``low`` (n, 1, 1) is the horizon.
    """

    image: np.ndarray
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    time: int
    dice: np.ndarray

    @property
    def pixel(self) -> np.float32:
        return np.float32(1 / self.image.shape[-1])

    def rows(self, top: float, bottom: float) -> "Canvas":
        """The part between two heights; painting less takes less time.

        Heights are shares of the whole picture's.
        """
        size = self.image.shape[-1]
        part = slice(round(top * size), round(bottom * size))
        return replace(self, image=self.image[:, :, part], y=self.y[:, part])

    def die(self, number: int, low: float, high: float) -> np.ndarray:
        """One of the random numbers (n, 1, 1), scaled to low..high."""
        return low + (high - low) * self.dice[:, number, None, None]

    def cover(self, distance: np.ndarray, colour, lit=True, soft=1.0) -> None:
        """Paint where the distance to an edge is negative.

        ``colour`` is three numbers or (n, 3), ``lit`` by the light of the
        time of day; ``soft`` widens the edge.
        """
        share = np.clip(0.5 - distance / (self.pixel * soft), 0, 1)[:, None]
        colour = np.array(colour, "float32") * (LIGHT[self.time] if lit else 1)
        self.image[:] *= 1 - share
        self.image[:] += share * np.atleast_2d(colour)[:, :, None, None]

    def shade(self, amount: np.ndarray) -> None:
        """Make brighter (> 1) or darker (< 1)."""
        self.image[:] *= amount[:, None]


def _length(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.sqrt(u * u + v * v)


def _sky(whole: Canvas) -> None:
    """A gradient, with clouds and the sun, or the moon and stars."""
    sky = whole.rows(0, 0.625)
    top, low = (
        np.array(table[whole.time], "float32")[:, None, None]
        for table in (_SKY_TOP, _SKY_LOW)
    )
    height = np.clip(sky.y / sky.low, 0, 1)[:, None]
    sky.image[:] = top + (low - top) * height
    x, y, radius = sky.die(1, 0.08, 0.92), sky.die(2, 0.06, 0.18), 0.05
    if whole.time == 2:
        _night(sky.rows(0, 0.4), x, y)
        return
    if whole.time == 1:
        y, radius = sky.low - 0.06, 0.075
    sky.cover(_length(sky.x - x, sky.y - y) - radius, _SUN, lit=False)
    for number in (3, 5):
        _cloud(sky.rows(0, 0.4), number)


def _night(sky: Canvas, x: np.ndarray, y: np.ndarray) -> None:
    """The moon at x, y (n, 1, 1), and nine stars."""
    bite = _length(sky.x - x - 0.03, sky.y - y + 0.01)
    moon = np.maximum(_length(sky.x - x, sky.y - y) - 0.05, 0.05 - bite)
    sky.cover(moon, _SUN, lit=False)
    stars = FAR
    for number in range(9):
        x = sky.die(number, 0.03, 0.97)
        y = sky.die((5 * number + 4) % 16, 0.02, 0.36)
        star = np.abs(sky.x - x) + np.abs(sky.y - y) - 0.008
        stars = np.minimum(stars, star)
    sky.cover(stars, (0.9, 0.9, 0.8), lit=False)


def _cloud(sky: Canvas, number: int) -> None:
    """Three ellipses side by side."""
    x, y = sky.die(number, -0.1, 1.1), sky.die(number + 1, 0.05, 0.3)
    edge = FAR
    for shift, width in ((-0.11, 0.1), (0.0, 0.13), (0.11, 0.1)):
        u, v = (sky.x - x - shift) / width, (sky.y - y) / (0.4 * width)
        edge = np.minimum(edge, (_length(u, v) - 1) * (0.4 * width))
    sky.cover(edge, (0.98, 0.97, 0.96), soft=2.5)


def _ground(whole: Canvas, near, far, grain: float, wide: int = 1) -> Canvas:
    """From the horizon down: far to near colour, with grains of texture.

    Returns the lower part of the canvas.
    """
    ground = whole.rows(0.4375, 1)
    ground.cover(ground.low - ground.y, far)
    depth = np.clip((ground.y - ground.low) / (1 - ground.low), 0, 1)
    change = np.array(near, "float32") / np.array(far, "float32") - 1
    ground.image[:] *= 1 + depth[:, None] * change[:, None, None]
    rows = np.clip((ground.y - ground.low) / ground.pixel + 0.5, 0, 1)
    ground.shade(1 + grain * rows * (_grains(ground, wide) - 0.5))
    return ground


def _grains(part: Canvas, wide: int) -> np.ndarray:
    """Fixed random numbers (n, rows, size), shifted from scene to scene.

    The same grains at every size, each ``wide`` columns of 64.
    """
    rows, size = part.image.shape[2:]
    pattern = random_bytes(7, 64 * 64 // 8).reshape(64, 64)
    pattern = np.repeat(pattern[:, : 64 // wide], wide, axis=1)
    pattern = np.repeat(np.repeat(pattern, size // 64, 0), size // 64, 1)
    pattern = np.tile(pattern[:rows].astype("float32") / 255, 2)
    start = (part.dice[:, 15] * 64).astype(int) * (size // 64)
    return np.stack([pattern[:, s : s + size] for s in start])


def _park(whole: Canvas) -> None:
    """Trees behind a meadow."""
    _sky(whole)
    trees = whole.rows(0.3125, 0.5625)
    crowns = FAR
    for number in range(8):
        x = number / 7 + trees.die(7 + number % 4, -0.06, 0.06)
        radius = trees.die((3 * number + 8) % 16, 0.06, 0.13)
        crown = _length(trees.x - x, trees.y - trees.low) - radius
        crowns = np.minimum(crowns, crown)
    trees.cover(crowns, (0.20, 0.43, 0.24))
    trees.cover(crowns + 0.035, (0.26, 0.50, 0.27), soft=3)
    _ground(whole, (0.38, 0.66, 0.25), (0.53, 0.77, 0.36), 0.16)


def _beach(whole: Canvas) -> None:
    """Sand in front of the sea."""
    _sky(whole)
    water = whole.rows(0.3125, 0.625)
    sea = water.low - 0.13 - 0.05 * water.dice[:, 7, None, None]
    water.cover(sea - water.y, (0.16, 0.47, 0.70))
    for number in range(3):
        wave = sea + (water.low - sea) * (0.25 + 0.25 * number)
        line = np.abs(water.y - wave) - 0.006
        part = np.abs(water.x - water.die(8 + number, 0, 1)) - 0.2
        water.cover(np.maximum(line, part), (0.55, 0.77, 0.88))
    water.cover(water.low - 0.012 - water.y, (0.93, 0.96, 0.96))
    _ground(whole, (0.87, 0.75, 0.52), (0.95, 0.87, 0.68), 0.1)


def _room(whole: Canvas) -> None:
    """A wall with a window or a picture, above a floor of planks."""
    wall = _WALLS[(whole.dice[:, 1] * 4).astype(int)]
    whole.image[:] = wall[:, :, None, None]
    whole.shade(1.04 - 0.1 * whole.y)
    part = whole.rows(0.03125, 0.4375)
    x, y = part.die(2, 0.2, 0.8), part.die(3, 0.2, 0.28)
    across, up = np.abs(part.x - x), np.abs(part.y - y)
    window = part.die(4, 0, 1) < 0.5
    half = np.where(window, 0.14, 0.11).astype("float32")
    frame = np.maximum(across - half, up - half)
    part.cover(frame, _FRAME)
    part.cover(frame + 0.022, _SKY_LOW[0])
    hill = np.maximum(frame + 0.022, y + 0.05 - part.y)
    hills = np.where(window[:, 0], (0.42, 0.62, 0.38), (0.78, 0.55, 0.38))
    part.cover(hill, hills)
    bars = np.maximum(frame, np.minimum(across, up) - 0.011)
    part.cover(np.where(window, bars, 1), _FRAME)
    # Planks that run towards the viewer, and a skirting board.
    part = whole.rows(0.5, 1)
    tone = _WOOD[(part.dice[:, 5] * 2).astype(int)]
    part.cover(part.low - part.y, tone)
    widening = 0.55 + 0.45 * (part.y - part.low) / (1 - part.low)
    across = (part.x - 0.5) / widening * 7 + part.die(6, 0, 1)
    seam = 0.5 - np.abs(across - np.floor(across) - 0.5)
    line = seam / 7 * widening - 0.004
    part.cover(np.maximum(line, part.low - part.y), tone * np.float32(0.8))
    part.cover(np.abs(part.y - part.low + 0.012) - 0.014, (0.96, 0.95, 0.92))


def _road(whole: Canvas) -> None:
    """A road, mountains behind it."""
    _sky(whole)
    part = whole.rows(0.2, 0.625)
    for number, colour in ((7, (0.56, 0.60, 0.72)), (10, (0.44, 0.48, 0.60))):
        x, slope = part.die(number, 0.1, 0.9), part.die(number + 1, 0.7, 1.1)
        top = part.low - part.die(number + 2, 0.2, 0.34)
        hill = (top + np.abs(part.x - x) * slope - part.y) * 0.75
        part.cover(hill, colour)
        jag = (part.x - x) * 14
        jag = np.abs(jag - np.floor(jag) - 0.5)
        snow = part.y - top - 0.07 - 0.03 * jag
        part.cover(np.maximum(hill, snow), (0.95, 0.96, 0.98))
    part = _ground(whole, (0.44, 0.62, 0.31), (0.55, 0.70, 0.40), 0.12)
    edge = part.low + 0.07
    part.cover(edge - part.y, (0.42, 0.43, 0.46))
    middle = (edge + 1) / 2 + 0.02
    dash = (part.x + part.die(13, 0, 1)) * 4
    dash = np.abs(dash - np.floor(dash) - 0.5) / 4 - 0.07
    line = np.maximum(np.abs(part.y - middle) - 0.012, dash)
    part.cover(line, (0.93, 0.92, 0.86))


def _snow(whole: Canvas) -> None:
    """Firs behind a white field."""
    _sky(whole)
    part = whole.rows(0.15, 0.625)
    for number in range(6):
        x = (number + 0.5) / 6 + part.die(7 + number, -0.07, 0.07)
        tall = part.die((7 * number + 2) % 16, 0.16, 0.32)
        firs, whites = FAR, FAR
        for tier in range(3):
            top = part.low + 0.01 - tall * (1 - 0.26 * tier)
            side = np.abs(part.x - x) - (part.y - top) * 0.42
            fir = np.maximum(side, part.y - top - tall * 0.48)
            firs = np.minimum(firs, fir)
            white = np.maximum(fir, part.y - top - tall * 0.16)
            whites = np.minimum(whites, white)
        part.cover(firs, (0.17, 0.38, 0.30))
        part.cover(whites, (0.93, 0.96, 0.99))
    _ground(whole, (0.90, 0.93, 0.98), (0.97, 0.98, 1.0), 0.05, wide=2)
