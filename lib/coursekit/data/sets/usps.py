"""USPS: 9,298 real handwritten digits from zip codes, 16x16 pixels.

The digits of Y. LeCun et al. (1989), Backpropagation applied to handwritten
zip code recognition, Neural Computation 1:541-551: 7,291 to train with and
2,007 to test. People make about 2.5 % errors on the test digits (J. Bromley
and E. Sackinger, 1991).
"""

import bz2
from pathlib import Path

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers import checked
from coursekit.data.records import info, source
from coursekit.data.sets.digits import NAMES
from coursekit.data.splits import published

INFO = info("usps")
SOURCE = source("usps")
SIZES = {"train": 7_291, "test": 2_007}
_FORMS = (
    "it is an HDF5 file with groups train and test, each with data and "
    "target, or LIBSVM's usps.bz2; copy it again"
)


def load(folder=None, validation: int = 1_000, size: int = 16) -> Dataset:
    """The zip-code digits, ``validation`` of the 7,291 held out.

    Returns images (n, 16, 16, 1), uint8, ink bright (255) on black (0):
    upstream's -1..1 in steps of 0.001, mapped to 0..255 and rounded, so
    that x / 127.5 - 1 is upstream's value to within 0.004. ``folder`` holds
    usps.h5, or usps.bz2 and usps.t.bz2 in LIBSVM's format. The test digits
    are the published ones. Raises CourseError when the files are absent or
    not as expected.
    """
    checked.one_of((16,), "size in pixels", size)
    found = locate(SOURCE, folder)
    splits = published(lambda part: _read(found, part), validation)
    return Dataset(INFO, *splits, NAMES)


def _read(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 16, 16, 1) and digits (n,) of one part."""
    hdf5 = folder / "usps.h5"
    file = "usps.bz2" if part == "train" else "usps.t.bz2"
    path = hdf5 if hdf5.is_file() else folder / file
    with checked.reading(path, _FORMS):
        x, y = _read_hdf5(path, part) if path == hdf5 else _read_libsvm(path)
    count = SIZES[part]
    checked.values(path, f"{part} data", x, (count, 256), (0, 255))
    checked.values(path, f"{part} target", y, (count,), (0, 9), "iu")
    return x.reshape(-1, 16, 16, 1), y.astype("int64")


def _read_hdf5(path: Path, group: str) -> tuple[np.ndarray, np.ndarray]:
    """Pixels 0..255 and digits; the HDF5 edition stores pixels as 0..1."""
    import h5py  # comes with Keras

    with h5py.File(path, "r") as file:
        pixels = file[group]["data"]
        x = np.empty(pixels.shape, "uint8")
        for start in range(0, len(x), 500):
            part, what = pixels[start : start + 500], f"{group} data"
            checked.values(path, what, part, part.shape, (0, 1), "f")
            x[start : start + 500] = np.round(part * 255)
        return x, file[group]["target"][:]


def _read_libsvm(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The same from lines "label 1:pixel ... 256:pixel", pixels -1..1.

    Labels count from 1: digit 0 is labelled 1.
    """
    pixels, labels = bytearray(), []
    with bz2.open(path, "rt", encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            label, *entries = line.split()
            if len(entries) != 256:
                raise ValueError(f"line {number} has {len(entries)} pixels")
            labels.append(int(label) - 1)
            row = np.array([e.partition(":")[2] for e in entries], "float64")
            checked.values(path, f"line {number}", row, (256,), (-1, 1), "f")
            pixels.extend(np.round((row + 1) * 127.5).astype("uint8"))
    return np.frombuffer(pixels, "uint8").reshape(-1, 256), np.array(labels)
