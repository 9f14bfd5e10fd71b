"""Pictures that are almost the same: found by their small grey versions."""

import numpy as np

SIDE = 16
ALIKE = 0.995  # correlation of two small versions


def twins(known: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Which of ``asked`` have a near-duplicate in ``known``, (n,) bool.

    Pictures uint8 (n, side, side, 3). A copy that was saved again, made
    smaller, lighter, darker or mirrored is found; one that was cropped or
    turned is not.
    """
    first, second = _small(known), _small(asked)
    mirrored = second.reshape(-1, SIDE, SIDE)[:, :, ::-1]
    alike = np.zeros(len(asked), bool)
    for view in (second, mirrored.reshape(second.shape)):
        alike |= (view @ first.T).max(axis=1) > ALIKE
    return alike


def _small(images: np.ndarray) -> np.ndarray:
    """Grey, 16 x 16, mean 0 and length 1: (n, 256)."""
    rows = []
    for image in images:
        grey = np.asarray(image, "float32").mean(axis=-1)
        rows.append(_means(_means(grey).T).T.ravel())
    small = np.array(rows)
    small -= small.mean(axis=1, keepdims=True)
    return small / (np.linalg.norm(small, axis=1, keepdims=True) + 1e-3)


def _means(grey: np.ndarray) -> np.ndarray:
    """Means of 16 bands of rows that overlap by less than a row."""
    edges = np.linspace(0, len(grey), SIDE + 1)
    starts = np.floor(edges[:-1]).astype(int)
    ends = np.ceil(edges[1:]).astype(int)
    sums = np.concatenate([0 * grey[:1], np.cumsum(grey, axis=0)])
    sizes = (ends - starts)[:, np.newaxis]
    return (sums[ends] - sums[starts]) / sizes
