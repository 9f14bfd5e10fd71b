"""MNIST: 70,000 real handwritten digits, 28x28 pixels, fetched by Keras.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based
learning applied to document recognition, Proc. IEEE 86(11).
"""

import numpy as np

from coursekit.data.dataset import Dataset, DatasetInfo, Split
from coursekit.data.digits import enlarge
from coursekit.data.keras_sets import load_arrays, stratified_holdout
from coursekit.errors import CourseError

INFO = DatasetInfo(
    name="mnist",
    title="70,000 handwritten digits, 28x28 pixels",
    real=True,
    bundled=False,
    licence="CC BY-SA 3.0",
    origin="keras.datasets.mnist (LeCun et al. 1998)",
    megabytes=11.5,
    lessons=("01", "03", "04", "05"),
)


def load(size: int = 28, validation: int = 5_000) -> Dataset:
    """MNIST with ``validation`` of the 60,000 training images held out.

    Returns images of shape (n, size, size, 1), uint8, ink bright on black;
    ``size`` is 28 (as published) or 16 (reduced linearly, for the networks
    of 1989). The validation images are drawn with a fixed seed, stratified
    by digit; the 10,000 test images are the published ones.
    """
    if size not in (16, 28):
        raise CourseError(
            f"MNIST comes in 28 or 16 pixels, not in {size!r}.",
            'write ck.data.load("mnist", size=28)',
        )
    (x, y), (x_test, y_test) = load_arrays("mnist")
    held_out = stratified_holdout(y, validation, seed=0)
    parts = [(x[~held_out], y[~held_out]), (x[held_out], y[held_out])]
    train, held, test = (
        Split(_resize(images, size)[..., np.newaxis], labels.astype("int64"))
        for images, labels in [*parts, (x_test, y_test)]
    )
    names = tuple(str(digit) for digit in range(10))
    return Dataset(INFO, train, held, test, names)


def _resize(images: np.ndarray, size: int) -> np.ndarray:
    return images if size == images.shape[1] else enlarge(images, size)
