"""Videos of a stick figure: a sun salutation, or another movement.

All movements are made of the same twelve poses and all begin and end with
the prayer pose; only the order of the ten poses between tells them apart. A
video is a series of pictures, one to three of every pose, as a slow camera
takes them: no picture lies between two poses, so that a bag of frames holds
nothing that would tell the order.
"""

from dataclasses import dataclass

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz
from coursekit.data.records import info
from coursekit.data.render import drawing, stick_figures
from coursekit.data.splits import by_part

INFO = info("poses")
POSES = (
    *("prayer", "raised arms", "forward bend", "lunge"),
    *("plank", "eight limbs", "cobra", "downward dog"),
)
# The order of a sun salutation, as numbers in POSES.
SALUTATION = (0, 1, 2, 3, 4, 5, 6, 7, 3, 2, 1, 0)
MOVEMENTS = ("sun salutation", "reversed", "shifted", "exchanged", "shuffled")


@dataclass(frozen=True, eq=False, repr=False)
class Videos(Dataset):
    """The usual splits; names of the numbers in extra."""

    poses: tuple[str, ...] = POSES
    movements: tuple[str, ...] = MOVEMENTS


def load() -> Videos:
    """1,400/300/300 videos: x a list of uint8 (frames, 28, 28, 1).

    y is 1 for a sun salutation, 0 for another movement; both are equally
    frequent. extra["lengths"] (n,) are the numbers of frames; "poses" is a
    list of int64 (frames,), the pose in each frame, a number in ``poses``;
    "orders" (n, 12) the order of the poses; "movements" (n,) what was
    done with it, a number in ``movements``: nothing, the ten poses between
    reversed, begun elsewhere, two exchanged, or all shuffled.
    """
    stored = read_npz("poses.npz")
    holds, orders, movements = (
        stored[key].astype("int64") for key in ("holds", "orders", "movements")
    )
    lengths = holds.sum(1)
    shots = np.repeat(np.arange(holds.size), holds.ravel())
    frames = _filmed(_pictures(stored), shots, stored["camera"], lengths)
    ends = np.cumsum(lengths)[:-1]
    train, validation, test = by_part(
        stored["split"],
        np.split(frames[..., None], ends),
        (movements == 0).astype("int64"),
        lengths=lengths,
        poses=np.split(orders.ravel()[shots], ends),
        orders=orders,
        movements=movements,
    )
    names = ("another movement", "sun salutation")
    return Videos(INFO, train, validation, test, names)


def _pictures(stored: dict[str, np.ndarray]) -> np.ndarray:
    """The figure in each pose of each video: uint8 (12 n, 28, 28).

    ``body`` (n, 12) are numbers from 0 to 255: the lengths of the eight
    parts, size, thickness, place, side; ``angles`` (n, 12, 8) the
    directions of the parts in each pose, in degrees.
    """
    count = len(stored["orders"])
    dice = stored["body"].astype("float32") / 255
    usual = np.array([x for _, x in stick_figures.PARTS.values()], "float32")
    lengths = usual * (0.85 + 0.3 * dice[:, :8])
    lengths[:, 6:] = lengths[:, 4:6]  # both legs are equally long
    bodies = np.repeat(lengths, 12, axis=0)
    ends = stick_figures.joints(stored["angles"].reshape(-1, 8), bodies)
    size, thick, place, side = (
        np.repeat(dice[:, k], 12)[:, None] for k in range(8, 12)
    )
    size = 19 + 3.5 * size
    sway = stored["sway"].reshape(-1, 1) / np.float32(64)
    x = ends[..., 0] * np.where(side < 0.5, np.float32(-1), np.float32(1))
    ends[..., 0] = 14 + (place - 0.5) * 4 + sway + x * size
    ends[..., 1] = 26.5 + ends[..., 1] * size
    half_width = 0.55 + 0.4 * thick[:, 0]
    pictures = np.empty((12 * count, 28, 28), "uint8")
    for start in range(0, 12 * count, 512):  # what fits into the cache
        part = slice(start, start + 512)
        figures = stick_figures.draw(ends[part], half_width[part])
        pictures[part] = np.rint(figures * 255)
    return pictures


def _filmed(pictures, shots, camera, lengths) -> np.ndarray:
    """The frames of all videos, one after the other: uint8 (n, 28, 28).

    ``shots`` (n,) are numbers of pictures, ``lengths`` those of the videos'
    frames. ``camera`` (videos, 5), 0 to 255: brightness of the figure and
    of the backdrop, strength of the noise, and in two numbers where in a
    long row of noise the video begins.
    """
    dice = camera.astype("float32") / 255
    video = np.repeat(np.arange(len(lengths)), lengths)
    number = np.arange(len(shots)) - (np.cumsum(lengths) - lengths)[video]
    start = camera[video, 3].astype("int64") * 256 + camera[video, 4]
    start += 613 * number
    low, high = 50 * dice[:, 1], 150 + 90 * dice[:, 0]
    four = drawing.random_bytes(19, 50_000).reshape(-1, 4)
    hiss = np.lib.stride_tricks.sliding_window_view(
        drawing.nearly_normal(four), 28 * 28
    )
    film = np.empty((len(shots), 28, 28), "uint8")
    for begin in range(0, len(shots), 512):
        part = slice(begin, begin + 512)
        dark, bright, noise = (
            values[video[part], None, None]
            for values in (low, high, 4 + 18 * dice[:, 2])
        )
        image = pictures[shots[part]].astype("float32") / 255
        image = dark + image * (bright - dark)
        image += hiss[start[part]].reshape(image.shape) * noise
        film[part] = np.rint(np.clip(image, 0, 255))
    return film
