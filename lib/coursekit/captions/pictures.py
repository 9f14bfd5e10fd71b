"""A learner's own picture, whatever file it is in."""

import warnings
from pathlib import Path

import numpy as np

from coursekit.errors import CourseError

MOST_PIXELS = 100_000_000
LEAST_SIDE = 8


def read_picture(path: str | Path, size: int = 64) -> np.ndarray:
    """A picture file as the networks see it: uint8 (size, size, 3).

    The middle square of the picture, resized. Turned as the camera held it;
    of an animation the first frame; what is transparent becomes white; grey,
    palette and CMYK pictures become RGB. Raises CourseError for what is no
    readable picture, has more than 100 million pixels, or fewer than 8 on a
    side.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CourseError(
            f"{path.name} {what}.", "give the path of a picture file"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                _check_size(path.name, *opened.size)
                opened.draft("RGB", (4 * size, 4 * size))  # JPEG: no full size
                picture = ImageOps.exif_transpose(opened)
                picture = _rgb(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise CourseError(*_unreadable(path.name, error)) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise CourseError(
            f"{path.name} is damaged: {error}.",
            "save the picture again, as PNG or JPEG, and try that file",
        ) from None
    fitted = ImageOps.fit(picture, (size, size), Image.Resampling.BOX)
    return np.asarray(fitted)


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise CourseError(
            f"{name} has {width:,} x {height:,} pixels.",
            "make it smaller: 1,000 x 1,000 pixels are more than enough",
        )
    if min(width, height) < LEAST_SIDE:
        raise CourseError(
            f"{name} has {width} x {height} pixels: nothing to be seen.",
            f"give a picture of at least {LEAST_SIDE} pixels on a side",
        )


def _unreadable(name: str, error: Exception) -> tuple[str, str]:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return (
            f"{name} is not a picture (or of a kind that cannot be read).",
            "save it as PNG or JPEG and try that file",
        )
    return (
        f"{name} says that it is enormous.",
        "make it smaller: 1,000 x 1,000 pixels are more than enough",
    )


def _rgb(picture):
    """Any mode as RGB: 16 bits scaled, transparent parts white."""
    from PIL import Image

    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, "float64")
        top = 65535 if picture.mode.startswith("I") else max(values.max(), 1)
        grey = np.clip(values / top * 255, 0, 255).astype("uint8")
        return Image.fromarray(grey).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or (
        "transparency" in picture.info
    ):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("RGB")
