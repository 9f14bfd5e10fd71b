"""1,797 real handwritten digits, 8x8 pixels, bundled with the kit.

The test part of the UCI data set "Optical Recognition of Handwritten
Digits" (E. Alpaydin and C. Kaynak, 1998), as scikit-learn ships it. Each
pixel counts the inked dots of a 4x4 block of the original bitmap: 0 to 16.
"""

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz
from coursekit.data.readers.checked import one_of
from coursekit.data.records import info
from coursekit.data.splits import by_part

SIZES = (8, 16, 28)
NAMES = tuple("0123456789")

INFO = info("digits")


def load(size: int = 8) -> Dataset:
    """The digits at 8, 16 or 28 pixels: 1,077/360/360 images.

    Returns images of shape (n, size, size, 1), uint8, ink bright (255) on
    black (0). At 16 and 28 pixels the 8x8 images are enlarged with linear
    interpolation; no detail is added. The split was drawn once, stratified
    by digit, and is stored in the file.
    """
    one_of(SIZES, "size in pixels", size)
    stored = read_npz("digits.npz")
    images = np.round(stored["images"] * (255 / 16)).astype("uint8")
    images = enlarge(images, size)[..., np.newaxis]
    labels = stored["labels"].astype("int64")
    train, validation, test = by_part(stored["split"], images, labels)
    note = "" if size == 8 else f"enlarged to {size}x{size}"
    return Dataset(INFO, train, validation, test, NAMES, note)


def enlarge(images: np.ndarray, size: int) -> np.ndarray:
    """Square images (n, s, s) resized to (n, size, size), linearly.

    Pixel centres are aligned (the convention of image libraries); beyond
    the outermost centres the border value is repeated.
    """
    old = images.shape[1]
    if size == old:
        return images
    position = (np.arange(size) + 0.5) * old / size - 0.5
    position = np.clip(position, 0, old - 1)
    distance = np.abs(position[:, np.newaxis] - np.arange(old))
    weights = np.clip(1 - distance, 0, None)  # (size, old)
    return np.round(weights @ images @ weights.T).astype("uint8")
