"""One picture file of any kind as an upright RGB image."""

import contextlib
import warnings
from pathlib import Path

import numpy as np

from coursekit.errors import CourseError

ENDINGS = (
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
)
MOST_PIXELS = 100_000_000
_AGAIN = "save the picture again, as PNG or JPEG, and try that file"
_SMALLER = "make it smaller: 1,000 x 1,000 pixels are more than enough"


def open_picture(path: Path, at_least: int = 0):
    """The picture in a file as a PIL image of mode RGB.

    Turned as the camera was held; of an animation the first frame; what is
    transparent becomes white; 16 bits are scaled; grey, palette and CMYK
    pictures become RGB. A JPEG is read at a fraction of its size, which
    saves time, if ``at_least`` is given: no side gets shorter than that.
    Raises CourseError for a file that is no picture, is damaged, or has more
    than 100 million pixels.
    """
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CourseError(
            f"{path.name} {what}.", "give the path of a picture file"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                width, height = opened.size
                if width * height > MOST_PIXELS:
                    what = f"has {width:,} x {height:,} pixels"
                    raise CourseError(f"{path.name} {what}.", _SMALLER)
                if at_least:
                    opened.draft("RGB", (at_least, at_least))
                opened.load()
                return _rgb(_upright(opened))
    except CourseError:
        raise
    except UnidentifiedImageError:
        raise CourseError(
            f"{path.name} is not a picture (or of a kind that cannot be "
            "read).",
            "save it as PNG or JPEG and try that file",
        ) from None
    except Image.DecompressionBombError:
        raise CourseError(
            f"{path.name} says that it is enormous.", _SMALLER
        ) from None
    except Exception as error:  # decoders raise whatever they stumble upon
        raise CourseError(
            f"{path.name} is damaged: {error}.", _AGAIN
        ) from None


def _upright(picture):
    """Turned by its EXIF orientation; metadata that are broken are ignored."""
    from PIL import ExifTags, Image

    turns = Image.Transpose
    needed = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }
    orientation = 1
    with contextlib.suppress(Exception):
        orientation = picture.getexif().get(ExifTags.Base.Orientation, 1)
    if orientation in needed:
        return picture.transpose(needed[orientation])
    return picture


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
