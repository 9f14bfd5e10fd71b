"""photos.npz: two real photographs, reduced, and two rendered pictures."""

import numpy as np

from generate.writing import write_npz


def generate() -> None:
    """china and flower (213, 320, 3); bars and disc (128, 128, 3); uint8."""
    from sklearn.datasets import load_sample_image

    write_npz(
        "photos.npz",
        {
            "china": halve(load_sample_image("china.jpg")),
            "flower": halve(load_sample_image("flower.jpg")),
            "bars": bars(),
            "disc": disc(),
        },
    )


def halve(image: np.ndarray) -> np.ndarray:
    """Mean of each 2x2 block; an odd last row or column is dropped."""
    rows, columns = image.shape[0] // 2, image.shape[1] // 2
    blocks = image[: 2 * rows, : 2 * columns].astype("float64")
    blocks = blocks.reshape(rows, 2, columns, 2, 3)
    return np.round(blocks.mean(axis=(1, 3))).astype("uint8")


def bars() -> np.ndarray:
    """Vertical, horizontal and oblique edges in black, white and colours."""
    y, x = np.mgrid[:128, :128]
    stripes = np.where(y < 64, x // 8 % 2, y // 8 % 2)  # two directions
    grey = np.where(stripes == 0, 30, 225).astype("uint8")
    image = np.stack([grey, grey, grey], axis=-1)
    image[np.abs(x + y - 128) < 10] = (213, 94, 0)
    return image


def disc() -> np.ndarray:
    """A shaded disc on a gradient: smooth change and one round edge."""
    y, x = np.mgrid[:128, :128]
    image = np.stack([x, y, 255 - x], axis=-1) * 0.5 + 40
    radius = np.hypot(x - 64, y - 64)
    shade = np.clip(255 - 2 * np.hypot(x - 50, y - 50), 60, 255)
    edge = np.clip(40.5 - radius, 0, 1)[..., None]
    colour = shade[..., None] * np.array([1.0, 0.75, 0.2])
    return np.round(edge * colour + (1 - edge) * image).astype("uint8")
