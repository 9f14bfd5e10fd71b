"""Sketches: pictures described by a few simple shapes, drawn by NumPy.

A sketch is text, one part a line: a paint, a shape and its numbers. It lies
in a square from -1 to 1, x to the right, y downwards; later parts cover
earlier ones, and a bar before the shape mirrors it in the vertical axis::

    main   ellipse 0 .2 .6 .3      centre, half axes
    dark  |line .4 .3 .4 .9 .08    from, to, half width; and its mirror image

Drawing uses only + - * / and square roots, which every processor rounds in
the same way: the same sketch gives the same bytes everywhere.
"""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

_FOLDER = Path(__file__).parent / "sketches"


def _table(name: str) -> dict:
    """What sketches/``name``.toml holds."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


PAINTS = _table("paints")


@dataclass(frozen=True)
class Part:
    """One line of a sketch."""

    paint: str
    shape: str
    numbers: tuple[float, ...]
    mirrored: bool

    def distance(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Distance to the shape's edge, negative inside."""
        if self.mirrored:
            x = np.abs(x)
        return SHAPES[self.shape](x, y, *self.numbers)

    def colour(self) -> tuple[float, ...]:
        """The six numbers of its paint."""
        paint = PAINTS.get(self.paint, self.paint)
        if isinstance(paint, list):
            return tuple(paint)
        code = paint.removeprefix("#")
        rgb = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
        return (0, 0, *rgb, 1)


Sketch = tuple[Part, ...]
FAR = np.array(9, "float32")  # further than anything in a sketch


def parse(text: str) -> Sketch:
    """The parts of a sketch, from its lines."""
    parts = []
    for line in text.strip().splitlines():
        paint, shape, *numbers = line.split()
        values = tuple(float(number) for number in numbers)
        name = shape.removeprefix("|")
        parts.append(Part(paint, name, values, shape != name))
    return tuple(parts)


@cache
def sketches(name: str) -> dict[str, Sketch]:
    """All sketches of sketches/``name``.toml, by their names."""
    return {key: parse(text) for key, text in _table(name).items()}


def draw(
    sketch: Sketch,
    x: np.ndarray,
    y: np.ndarray,
    pixel,
    texture: np.ndarray | None = None,
    outline: float = 0,
) -> np.ndarray:
    """Layers (6, ...) of a sketch at the points x, y: how much of what.

    ``pixel`` is the size of a pixel in the sketch's units, which sets how
    soft edges are. ``texture`` (0 to 1) mixes the second colour into the
    parts painted "main"; ``outline`` is the width of a dark line around the
    whole. :func:`colourise` turns layers into red, green and blue.
    """
    layers = np.zeros((6, *np.shape(x)), "float32")
    if outline:
        solid = [p for p in sketch if p.paint not in ("cut", "shadow")]
        edge = np.minimum.reduce([part.distance(x, y) for part in solid])
        ink = (0.28, 0, 0.02, 0.02, 0.02, 1)
        _cover(layers, _coverage(edge - outline, pixel), ink)
    for part in sketch:
        soft = 6 * pixel if part.paint == "shadow" else pixel
        cover = _coverage(part.distance(x, y), soft)
        colour: tuple = part.colour()
        if part.paint == "main" and texture is not None:
            colour = (1 - texture, texture, 0, 0, 0, 1)
        _cover(layers, cover, colour)
    return layers


def colourise(layers: np.ndarray, main, second) -> np.ndarray:
    """Red, green, blue (3, ...) of layers, multiplied by their opacity."""
    bands = zip(main, second, layers[2:5], strict=True)
    mixed = [layers[0] * a + layers[1] * b + own for a, b, own in bands]
    return np.stack(mixed)


def stripes(x: np.ndarray, y: np.ndarray, pixel) -> np.ndarray:
    """A texture, 0 to 1: oblique stripes of two widths of a third."""
    across = (x * 0.8 + y * 0.45) * 1.9
    wave = np.abs(across - np.floor(across) - 0.5) - 0.25
    return _coverage(wave / (1.9 * 0.92), pixel)


def spots(x: np.ndarray, y: np.ndarray, pixel) -> np.ndarray:
    """A texture, 0 to 1: round spots in rows that are shifted by half."""
    row = np.floor(y / 0.36)
    u = x / 0.42 + 0.5 * (row - 2 * np.floor(row / 2))
    u = (u - np.floor(u) - 0.5) * 0.42
    v = y - (row + 0.5) * 0.36
    return _coverage(np.sqrt(u * u + v * v) - 0.12, pixel)


def random_bytes(seed: int, count: int) -> np.ndarray:
    """Random bytes (8 * count,), the same in every version of NumPy."""
    return np.random.PCG64(seed).random_raw(count).astype("<u8").view("uint8")


def nearly_normal(four: np.ndarray) -> np.ndarray:
    """Noise (...) from random bytes (..., 4): their sum, standardised.

    It has mean 510 and standard deviation 148.
    """
    return (four.sum(-1, dtype="int32").astype("float32") - 510) / 148


def _coverage(distance: np.ndarray, pixel) -> np.ndarray:
    """Share of each pixel that lies inside: 0 to 1."""
    return np.clip(np.float32(0.5) - distance / pixel, 0, 1)


def _cover(layers: np.ndarray, cover: np.ndarray, colour) -> None:
    if colour[5] == 0:  # cut
        layers *= 1 - cover
        return
    layers *= 1 - cover * colour[5]
    for layer, amount in zip(layers, colour, strict=True):
        if isinstance(amount, np.ndarray) or amount:
            layer += cover * amount


# Distances to the edges of shapes; after I. Quilez, 2D distance functions
# (iquilezles.org/articles/distfunctions2d).


def _disc(x, y, cx, cy, r):
    return np.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) - r


def _ring(x, y, cx, cy, r, half_width):
    return np.abs(_disc(x, y, cx, cy, r)) - half_width


def _ellipse(x, y, cx, cy, rx, ry, slope=0.0):
    """Nearly the distance: right at the edge, which is where it matters."""
    u, v = _tilted(x - cx, y - cy, slope)
    inside = np.sqrt((u / rx) * (u / rx) + (v / ry) * (v / ry))
    u, v = u / (rx * rx), v / (ry * ry)
    return inside * (inside - 1) / np.sqrt(u * u + v * v + 1e-9)


def _box(x, y, cx, cy, half_width, half_height, round_by=0.0, slope=0.0):
    u, v = _tilted(x - cx, y - cy, slope)
    u = np.abs(u) - (half_width - round_by)
    v = np.abs(v) - (half_height - round_by)
    out_u, out_v = np.maximum(u, 0), np.maximum(v, 0)
    outside = np.sqrt(out_u * out_u + out_v * out_v)
    return outside + np.minimum(np.maximum(u, v), 0) - round_by


def _line(x, y, x1, y1, x2, y2, half_width):
    u, v, dx, dy = x - x1, y - y1, x2 - x1, y2 - y1
    along = np.clip((u * dx + v * dy) / (dx * dx + dy * dy), 0, 1)
    u, v = u - along * dx, v - along * dy
    return np.sqrt(u * u + v * v) - half_width


def _polygon(x, y, round_by, *corners):
    """Corners x1 y1 x2 y2 ... in order; the edge is moved by round_by."""
    points = list(zip(corners[::2], corners[1::2], strict=True))
    nearest, inside = FAR, np.zeros(np.shape(x), bool)
    for (px, py), (qx, qy) in zip(points, points[-1:] + points, strict=False):
        nearest = np.minimum(nearest, _line(x, y, px, py, qx, qy, 0))
        if py == qy:
            continue
        crossing = (qx - px) * ((y - py) / (qy - py)) + px
        inside ^= ((py > y) != (qy > y)) & (x < crossing)
    return np.where(inside, -nearest, nearest) - round_by


def _star(x, y, cx, cy, r, inner, points):
    corners: list[float] = []
    for number in range(2 * int(points)):
        dx, dy = _direction(number, 2 * int(points))
        length = inner if number % 2 else r
        corners += [cx + length * dx, cy + length * dy]
    return _polygon(x, y, 0.0, *corners)


def _petals(x, y, cx, cy, r, half_length, half_width, count):
    """``count`` ellipses around a centre, at distance r from it."""
    nearest = FAR
    for number in range(int(count)):
        dx, dy = _direction(number, int(count))
        u, v = x - cx - r * dx, y - cy - r * dy
        along, across = u * dx + v * dy, v * dx - u * dy
        petal = _ellipse(along, across, 0, 0, half_length, half_width)
        nearest = np.minimum(nearest, petal)
    return nearest


def _tilted(u, v, slope):
    """Coordinates along and across a direction that falls by ``slope``."""
    if not slope:
        return u, v
    length = math.sqrt(1 + slope * slope)
    dx, dy = 1 / length, slope / length
    return u * dx + v * dy, v * dx - u * dy


def _direction(number: int, count: int) -> tuple[float, float]:
    """The number-th of ``count`` directions, clockwise from the top.

    Rounded, because sines differ in the last digit between systems.
    """
    angle = 2 * math.pi * number / count
    return round(math.sin(angle), 6), round(-math.cos(angle), 6)


SHAPES: dict[str, Callable[..., np.ndarray]] = {
    "disc": _disc,
    "ring": _ring,
    "ellipse": _ellipse,
    "box": _box,
    "line": _line,
    "polygon": _polygon,
    "star": _star,
    "petals": _petals,
}
