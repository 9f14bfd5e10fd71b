"""1,797 real handwritten digits, 8x8 pixels, bundled with the kit.

The test part of the UCI data set "Optical Recognition of Handwritten
Digits" (E. Alpaydin and C. Kaynak, 1998), as scikit-learn ships it. Each
pixel counts the inked dots of a 4x4 block of the original bitmap: 0 to 16.
"""

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.readers.bundled import read_npz
from coursekit.errors import CourseError

SIZES = (8, 16, 28)

INFO = DatasetInfo(
    name="digits",
    title="1,797 handwritten digits, 8x8 pixels",
    real=True,
    bundled=True,
    licence="CC BY 4.0",
    origin="E. Alpaydin and C. Kaynak (1998), Optical Recognition of "
    "Handwritten Digits, UCI Machine Learning Repository (its test "
    "part), as scikit-learn's load_digits ships it",
    lessons=("00", "01", "03", "04", "05", "08"),
    files=("digits.npz",),
    details="values 0 to 16; labels; a fixed split 1,077/360/360",
)


def load(size: int = 8) -> Dataset:
    """The digits at 8, 16 or 28 pixels: 1,077/360/360 images.

    Returns images of shape (n, size, size, 1), uint8, ink bright (255) on
    black (0). At 16 and 28 pixels the 8x8 images are enlarged with linear
    interpolation; no detail is added. The split was drawn once, stratified
    by digit, and is stored in the file.
    """
    if size not in SIZES:
        raise CourseError(
            f"The digits come in {SIZES} pixels, not in {size!r}.",
            'choose one of them: ck.data.load("digits", size=28)',
        )
    stored = read_npz("digits.npz")
    images = np.round(stored["images"] * (255 / 16)).astype("uint8")
    images = enlarge(images, size)[..., np.newaxis]
    labels = stored["labels"].astype("int64")
    train, validation, test = (
        Split(images[stored["split"] == part], labels[stored["split"] == part])
        for part in range(3)
    )
    note = "" if size == 8 else f"enlarged to {size}x{size}"
    names = tuple(str(digit) for digit in range(10))
    return Dataset(INFO, train, validation, test, names, note)


def enlarge(images: np.ndarray, size: int) -> np.ndarray:
    """Square images (n, s, s) resized to (n, size, size), linearly.

    Pixel centres are aligned (the convention of image libraries); beyond
    the outermost centres the border value is repeated.
    """
    old = images.shape[1]
    if size == old:
        return images
    weights = _interpolation(old, size)
    return np.round(weights @ images @ weights.T).astype("uint8")


def _interpolation(old: int, new: int) -> np.ndarray:
    """Matrix (new, old) that interpolates linearly between pixel centres."""
    position = (np.arange(new) + 0.5) * old / new - 0.5
    position = np.clip(position, 0, old - 1)
    distance = np.abs(position[:, np.newaxis] - np.arange(old))
    return np.clip(1 - distance, 0, None)
