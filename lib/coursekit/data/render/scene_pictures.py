"""Scenes as pictures: things drawn on a backdrop, with boxes and masks.

A scene is described by :class:`Thing` objects; the picture is made from the
description, so what it shows, and where, is known exactly.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from coursekit.data.render import backdrops, drawing

_FILE = Path(__file__).parent / "kinds.toml"
TABLE = tomllib.loads(_FILE.read_text(encoding="utf-8"))
# Kind of thing -> its usual width in 64ths of the picture, and its poses.
KINDS = {kind: (v["width"], tuple(v["poses"])) for kind, v in TABLE.items()}
COLOURS = {
    "red": (0.83, 0.15, 0.13),
    "orange": (0.96, 0.55, 0.10),
    "yellow": (0.97, 0.85, 0.20),
    "green": (0.13, 0.58, 0.26),
    "blue": (0.15, 0.37, 0.85),
    "purple": (0.53, 0.25, 0.70),
    "pink": (0.96, 0.56, 0.72),
    "brown": (0.50, 0.31, 0.17),
    "black": (0.14, 0.14, 0.16),
    "white": (0.96, 0.96, 0.94),
    "grey": (0.56, 0.58, 0.61),
}
TEXTURES = ("plain", "striped", "spotted")
SIZES = {"small": 0.68, "medium": 1.0, "big": 1.32}


@dataclass(frozen=True)
class Thing:
    """One thing in a scene.

    ``x`` is its middle and ``y`` its lower end, in 64ths of the picture,
    from the left and from the top; ``width`` (in 64ths too) and ``pose``
    follow from the rest unless given. ``tone`` varies the shade of the
    colour: three numbers around 0, from -1 to 1.
    """

    kind: str
    colour: str
    x: int
    y: int
    size: str = "medium"
    texture: str = "plain"
    pose: str = ""
    facing_left: bool = False
    width: int = 0
    tone: tuple[float, float, float] = (0, 0, 0)

    def sprite(self, size: int) -> "Sprite":
        """The thing as it looks in a picture of ``size`` pixels."""
        usual, poses = KINDS[self.kind]
        width = self.width or round(usual * SIZES[self.size])
        name = f"{self.kind.split()[-1]} {self.pose or poses[0]}"
        pixels = width * (size // 64)
        return _sprite(name, pixels, self.texture, self.facing_left)

    def corner(self, size: int) -> tuple[int, int]:
        """Row and column of the sprite's upper left corner."""
        scale, sprite = size // 64, self.sprite(size)
        edge = sprite.layers.shape[1]
        return self.y * scale - sprite.box[3], self.x * scale - edge // 2

    def box(self, size: int = 64) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of what is visible, in pixels."""
        row, column = self.corner(size)
        edges = np.add(self.sprite(size).box, (column, row, column, row))
        left, top, right, bottom = np.clip(edges, 0, size).tolist()
        return left, top, right, bottom

    def colours(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Main and second colour: red, green, blue from 0 to 1."""
        bright, warm, cold = self.tone
        shift = (0.025 * warm, -0.025 * warm, 0.025 * cold)
        main = tuple(
            min(1.0, max(0.0, band * (1 + 0.1 * bright) + change))
            for band, change in zip(COLOURS[self.colour], shift, strict=True)
        )
        if self.kind == "cat":  # on white, stripes darker than any road
            share = 0.3 if self.colour == "white" else 0.5
            return main, tuple(share * band for band in main)
        pale = self.colour in ("white", "yellow")
        return main, (0.25 if pale else 0.95,) * 3


@dataclass(frozen=True, eq=False)
class Sprite:
    """A thing drawn by itself: layers (6, edge, edge), solid (edge, edge).

    ``box`` is left, top, right, bottom of the solid part (no shadow).
    """

    layers: np.ndarray
    solid: np.ndarray
    box: tuple[int, ...]


@lru_cache(maxsize=4096)
def _sprite(name: str, pixels: int, texture: str, flipped: bool) -> Sprite:
    reach = np.float32(1.1)  # a margin for the outline
    edge = round(pixels * 1.1)
    line = ((np.arange(edge, dtype="float32") + 0.5) * 2 / edge - 1) * reach
    x, y = np.meshgrid(-line if flipped else line, line)
    pixel = np.float32(2 * reach / edge)
    sketch = drawing.sketches("scenes")[name]
    pattern = {"striped": drawing.stripes, "spotted": drawing.spots}
    mixed = pattern[texture](x, y, pixel) if texture in pattern else None
    outline = max(0.02, 0.3 * float(pixel))
    layers = drawing.draw(sketch, x, y, pixel, mixed, outline)
    layers[:2] *= 1.06 - 0.14 * y  # light from above
    bare = tuple(part for part in sketch if part.paint != "shadow")
    solid = drawing.draw(bare, x, y, pixel)[5] > 0.5
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    box = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return Sprite(layers, solid, tuple(map(int, box)))


def blit(image: np.ndarray, labels, thing: Thing, number: int, light) -> None:
    """Draw a thing on an image (3, size, size).

    ``labels`` (size, size) gets ``number`` where the thing is.
    """
    size = image.shape[-1]
    sprite, (row, column) = thing.sprite(size), thing.corner(size)
    edge = sprite.layers.shape[1]
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + edge, size), min(column + edge, size)
    there = slice(top, bottom), slice(left, right)
    here = np.s_[top - row : bottom - row, left - column : right - column]
    layers = sprite.layers[:, *here]
    colour = drawing.colourise(layers, *thing.colours())
    colour *= light[:, None, None]
    image[:, *there] *= 1 - layers[5]
    image[:, *there] += colour
    labels[there][sprite.solid[here]] = number


def render(
    setting: str,
    time: str,
    dice: np.ndarray,
    things: Sequence[Sequence[Thing]],
    size: int,
    labels: np.ndarray | None = None,
) -> np.ndarray:
    """Pictures (n, size, size, 3), uint8, of scenes in one setting and time.

    ``things`` are given from back to front, n lists of them; ``dice``
    (n, 16), 0 to 1, varies the backdrops; ``labels`` (n, size, size), when
    given, is filled with 0 for the backdrop and 1, 2, ... for the things.
    """
    hour = backdrops.TIMES.index(time)
    where = backdrops.SETTINGS.index(setting)
    image = backdrops.paint(where, hour, dice, size)
    if labels is None:
        labels = np.zeros((len(image), size, size), "uint8")
    for picture, mask, listed in zip(image, labels, things, strict=True):
        for number, thing in enumerate(listed, 1):
            blit(picture, mask, thing, number, backdrops.LIGHT[hour])
    np.clip(image, 0, 1, out=image)
    return np.rint(image * 255).astype("uint8").transpose(0, 2, 3, 1)
