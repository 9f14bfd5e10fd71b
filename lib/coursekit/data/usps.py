"""USPS: 9,298 real handwritten digits from zip codes, 16x16 pixels.

The digits of Y. LeCun et al. (1989), Backpropagation applied to handwritten
zip code recognition, Neural Computation 1:541-551: 7,291 to train with and
2,007 to test. People make about 2.5 % errors on the test digits (J. Bromley
and E. Sackinger, 1991).
"""

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.keras_sets import stratified_holdout
from coursekit.data.own import own_folder
from coursekit.errors import CourseError

SIZES = {"train": 7_291, "test": 2_007}

INFO = DatasetInfo(
    name="usps",
    title="9,298 handwritten zip-code digits, 16x16 pixels",
    real=True,
    bundled=False,
    licence="research use",
    origin="US Postal Service, LeCun et al. 1989; usps.h5",
    megabytes=3.1,
    lessons=("04",),
)


def load(folder=None, validation: int = 1_000, size: int = 16) -> Dataset:
    """The zip-code digits, ``validation`` of the 7,291 held out.

    Returns images (n, 16, 16, 1), uint8, ink bright on black (the file's
    0..1 times 255). ``folder`` holds usps.h5; without it the folder usps
    below COURSEKIT_DATA is used. With ``validation=0`` the validation split
    is empty. Raises CourseError when the file is absent or not as expected.
    """
    if size != 16:
        raise CourseError(
            f"The zip-code digits come in 16 pixels, not in {size!r}.",
            'write ck.data.load("usps")',
        )
    found = own_folder("usps", ("usps.h5",), folder)
    if found is None:
        raise CourseError(
            "The data set usps is for you to bring: no server that may "
            "publish it is known to the kit.",
            "get usps.h5 (groups train and test, each with data (n, 256) "
            "and target), put it in a folder usps, and set COURSEKIT_DATA "
            "to the folder above it",
        )
    x, y = _read(found / "usps.h5", "train")
    x_test, y_test = _read(found / "usps.h5", "test")
    held = np.zeros(len(y), dtype=bool)
    if validation:
        held = stratified_holdout(y, validation, seed=0)
    names = tuple(str(digit) for digit in range(10))
    return Dataset(
        INFO,
        Split(x[~held], y[~held]),
        Split(x[held], y[held]),
        Split(x_test, y_test),
        names,
    )


def _read(path, group: str) -> tuple[np.ndarray, np.ndarray]:
    import h5py  # comes with Keras

    try:
        with h5py.File(path, "r") as file:
            x, y = file[group]["data"][:], file[group]["target"][:]
    except (OSError, KeyError) as error:
        raise CourseError(
            f"{path} cannot be read as usps.h5: {error}",
            "it is an HDF5 file with groups train and test, each with data "
            "and target; copy it again",
        ) from error
    if x.shape != (SIZES[group], 256) or y.shape != (SIZES[group],):
        raise CourseError(
            f"{path} holds {group} data of shape {x.shape}, "
            f"expected ({SIZES[group]}, 256).",
            "this is another edition of the file; use the one with "
            "7,291 training and 2,007 test digits",
        )
    images = np.round(x * 255).astype("uint8").reshape(-1, 16, 16, 1)
    return images, y.astype("int64")
