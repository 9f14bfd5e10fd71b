"""A learner's own picture, whatever file it is in."""

from pathlib import Path

import numpy as np

from coursekit.data.readers.pictures import open_picture
from coursekit.errors import CourseError

LEAST_SIDE = 8


def read_picture(path: str | Path, size: int = 64) -> np.ndarray:
    """A picture file as the networks see it: uint8 (size, size, 3).

    The middle square of the picture, resized; ``open_picture`` says what
    becomes of other kinds. Raises CourseError for what is no readable
    picture, or has fewer than 8 pixels on a side.
    """
    from PIL import Image, ImageOps

    path = Path(path)
    picture = open_picture(path, at_least=4 * size)
    if min(picture.size) < LEAST_SIDE:
        width, height = picture.size
        raise CourseError(
            f"{path.name} has {width} x {height} pixels: nothing to be seen.",
            f"give a picture of at least {LEAST_SIDE} pixels on a side",
        )
    fitted = ImageOps.fit(picture, (size, size), Image.Resampling.BOX)
    return np.asarray(fitted)
