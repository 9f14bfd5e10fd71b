"""What the sets of keras.datasets share: quiet loading, a held-out part."""

from typing import Any

import numpy as np

from coursekit.errors import CourseError
from coursekit.session import import_keras


def load_arrays(name: str, **options) -> Any:
    """``keras.datasets.<name>.load_data()``, errors with a remedy.

    Keras downloads once to its own cache folder (KERAS_HOME, default
    ~/.keras) and compares the published sha256.
    """
    keras = import_keras()
    try:
        return getattr(keras.datasets, name).load_data(**options)
    except Exception as error:
        raise CourseError(
            f"The data set {name} is not on this machine and could not be "
            f"fetched: {_last_line(error)}",
            "connect to the internet and run the cell again; or copy the "
            "datasets folder of another machine's Keras cache and set "
            "KERAS_HOME to its parent; or use the quick profile, which "
            "needs no download",
        ) from error


def stratified_holdout(y: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Boolean mask (n,) of ``count`` examples, each class in proportion."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    # Sorting by class and taking evenly spaced places gives every class
    # its share to within one example.
    by_class = order[np.argsort(np.ravel(y)[order], kind="stable")]
    places = np.linspace(0, len(y), count, endpoint=False).astype(int)
    mask = np.zeros(len(y), dtype=bool)
    mask[by_class[places]] = True
    return mask


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
