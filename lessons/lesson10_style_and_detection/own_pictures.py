"""Your own pictures: things found in them, or painted in another's style.

``find("my_scene.png")`` draws boxes, ``paint("me.jpg", "stripes.png")``
paints. Both take a file or an array of pixels.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit import data, lessons
from coursekit.captions.pictures import read_picture
from coursekit.data.render.scene_pictures import KINDS
from coursekit.errors import CourseError

SIDE = 64


@dataclass(frozen=True, eq=False)
class Found:
    """What a detector found: boxes (n, 4) in pixels, scores, names."""

    image: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    names: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            f"{name:<9} {score:.2f}  {left:.1f}, {top:.1f} to "
            f"{right:.1f}, {bottom:.1f}"
            for name, score, (left, top, right, bottom) in zip(
                self.names, self.scores, self.boxes, strict=True
            )
        ]
        return "\n".join(lines) or "nothing found"

    __repr__ = __str__

    def figure(self, what: str = "Your picture, and what is found in it"):
        """The picture with boxes and names."""
        pairs = zip(self.boxes, self.names, strict=True)
        figures = lessons.module("10", "figures")
        return figures.boxes([self.image], [list(pairs)], what=what)


def find(
    picture: str | Path | np.ndarray, head=None, least: float = 0.3
) -> Found:
    """The things in a picture whose score is ``least`` or more.

    A file, of which the middle square is taken, or uint8 (64, 64, 3).
    ``head`` is a trained one of the lesson; without it one is trained now
    (half a minute). Raises CourseError, which names the file, for what is no
    readable picture.
    """
    image = _pixels(picture, SIDE)
    if not 0 <= least < 1:
        raise CourseError(
            f"least is {least}, expected is a score from 0 to below 1.",
            "leave it out: 0.3 is a good start",
        )
    networks = lessons.module("10", "networks")
    if head is None:
        head = networks.head()
        train = data.load("scenes").train
        wanted = networks.targets(train.extra["boxes"], train.extra["kinds"])
        networks.teach(head, networks.features(train.x), wanted, epochs=8)
    grids = networks.features(image[np.newaxis])
    boxes, scores, kinds = networks.detect(head, grids, least)[0]
    names = tuple(list(KINDS)[kind] for kind in kinds)
    return Found(image, boxes, scores, names)


def paint(
    content: str | Path | np.ndarray,
    style: str | Path | np.ndarray,
    network: str = "objects80",
    size: int = 112,
    weight: float = 0.03,
    steps: int = 160,
) -> np.ndarray:
    """The content in the style, uint8 (size, size, 3), of two files or arrays.

    ``weight`` says how much the content counts. ``network`` is the kit's
    own, or one with ImageNet weights ("mobilenet_v2_0.35", "vgg16"). Raises
    CourseError for files that are no readable pictures.
    """
    if size < 32 or size % 8:
        raise CourseError(
            f"size is {size}, expected is a multiple of 8, 32 or more.",
            "try 112, or 224 with more patience",
        )
    pictures = [_pixels(one, size) for one in (content, style)]
    networks = lessons.module("10", "networks")
    sees = networks.sees(network, size)
    floats = [picture.astype("float32") for picture in pictures]
    return networks.paint(sees, *floats, weight, steps)


def _pixels(picture: str | Path | np.ndarray, side: int) -> np.ndarray:
    """uint8 (side, side, 3) of a file or of an array that is just that."""
    if not isinstance(picture, np.ndarray):
        return read_picture(picture, side)
    if picture.shape != (side, side, 3) or picture.dtype != np.uint8:
        raise CourseError(
            f"The array is {picture.dtype} {picture.shape}, expected is "
            f"uint8 ({side}, {side}, 3).",
            "save it as a picture file and give its path: that is resized",
        )
    return picture
