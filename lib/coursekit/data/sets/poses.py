"""Videos of 40 stick figures: sun salutations, and two other movements.

Each performer has a body, habits and a room of their own. A sun salutation
and the same backwards show the same twelve poses, and only the four in the
middle in another order; the standing series has four poses in the middle
that the others lack. A video is a series of pictures, one or two of every
pose, as a slow camera takes them: no picture lies between two poses, so that
a bag of frames holds nothing that would tell the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz
from coursekit.data.readers.checked import one_of
from coursekit.data.records import info
from coursekit.data.render import drawing, stick_figures
from coursekit.data.splits import by_part

INFO = info("poses")
POSES = (
    *("prayer", "raised arms", "forward bend", "lunge"),
    *("plank", "eight limbs", "cobra", "downward dog"),
    *("warrior", "chair", "triangle", "tree"),
)
MOVEMENTS = ("backwards", "sun salutation", "standing series")
# The poses of each movement in their order, as numbers in POSES.
ORDERS = (
    (0, 1, 2, 3, 7, 6, 5, 4, 3, 2, 1, 0),
    (0, 1, 2, 3, 4, 5, 6, 7, 3, 2, 1, 0),
    (0, 1, 2, 3, 8, 9, 10, 11, 3, 2, 1, 0),
)


@dataclass(frozen=True, eq=False, repr=False)
class Videos(Dataset):
    """The usual splits; names of the numbers in extra."""

    poses: tuple[str, ...] = POSES


def load(movements: Sequence[str] = MOVEMENTS) -> Videos:
    """Videos of 26/6/8 performers: x a list of uint8 (frames, 28, 28, 1).

    ``movements`` chooses some of MOVEMENTS, and y is a number in them; each
    performer has ten videos of each. extra["performers"] (n,) says who is
    filmed: nobody is in two splits. "lengths" (n,) are the numbers of
    frames; "poses" is a list of int64 (frames,), the pose in each frame, a
    number in ``poses``; "places" one of int64 (frames,), the place of that
    pose among the twelve of the movement, from 0.
    """
    for name in movements:
        one_of(MOVEMENTS, "movement", name)
    wanted = [MOVEMENTS.index(name) for name in movements]
    stored = read_npz("poses.npz")
    used = np.flatnonzero(np.isin(stored["movements"], wanted))
    clips = {
        key: stored[key][used].astype("int64")
        for key in ("performers", "movements", "holds")
    }
    lengths = clips["holds"].sum(1)
    shots = np.repeat(np.arange(clips["holds"].size), clips["holds"].ravel())
    orders = np.array(ORDERS)[clips["movements"]]
    pictures = _pictures(stored, used, orders)
    camera = _cameras(stored, used)
    frames = _filmed(pictures, shots, camera, lengths)
    ends = np.cumsum(lengths)[:-1]
    train, validation, test = by_part(
        stored["split"][clips["performers"]],
        np.split(frames[..., None], ends),
        np.array([wanted.index(m) for m in clips["movements"]]),
        performers=clips["performers"],
        lengths=lengths,
        poses=np.split(orders.ravel()[shots], ends),
        places=np.split(shots % orders.shape[1], ends),
    )
    note = "" if set(wanted) == {0, 1, 2} else f"only {', '.join(movements)}"
    names = tuple(movements)
    return Videos(INFO, train, validation, test, names, note)


def _pictures(stored: dict, used: np.ndarray, orders) -> np.ndarray:
    """The figure in each pose of the used videos: uint8 (12 n, 28, 28).

    ``body`` (performers, 10) are numbers from 0 to 255: the lengths of the
    eight parts, size, thickness. The first two of ``room`` are the place,
    and which way the camera looks. The directions of the parts are those of
    the pose, the performer's ``habits`` in it, and ``bends`` of the video.
    """
    who = stored["performers"][used].astype("int64")
    angles = stored["directions"][orders].astype("int64")
    angles += stored["habits"][who[:, None], orders] + stored["bends"][used]
    dice = stored["body"].astype("float32") / 255
    room = stored["room"].astype("float32") / 255
    usual = np.array([x for _, x in stick_figures.PARTS.values()], "float32")
    bodies = usual * (0.85 + 0.3 * dice[:, :8])
    bodies[:, 6:] = bodies[:, 4:6]  # both legs are equally long
    shown = np.repeat(who, orders.shape[1])
    ends = stick_figures.joints(angles.reshape(-1, 8) % 360, bodies[shown])
    size, thick = dice[shown, 8:].T[..., None]
    place, side = room[shown, :2].T[..., None]
    size = 19 + 3.5 * size
    sway = stored["sway"][used].reshape(-1, 1) / np.float32(64)
    x = ends[..., 0] * np.where(side < 0.5, np.float32(-1), np.float32(1))
    ends[..., 0] = 14 + (place - 0.5) * 4 + sway + x * size
    ends[..., 1] = 26.5 + ends[..., 1] * size
    half_width = 0.55 + 0.4 * thick[:, 0]
    pictures = np.empty((len(shown), 28, 28), "uint8")
    for start in range(0, len(shown), 512):  # what fits into the cache
        part = slice(start, start + 512)
        figures = stick_figures.draw(ends[part], half_width[part])
        pictures[part] = np.rint(figures * 255)
    return pictures


def _cameras(stored: dict, used: np.ndarray) -> np.ndarray:
    """(videos, 5), 0 to 255: the room's light and noise, a little changed.

    Brightness of the figure and of the backdrop, strength of the noise, and
    in two numbers where in a long row of noise the video begins.
    """
    camera = stored["camera"][used].astype("int64")
    room = stored["room"][stored["performers"][used], 2:].astype("int64")
    camera[:, :3] = (7 * room + camera[:, :3]) // 8
    return camera


def _filmed(pictures, shots, camera, lengths) -> np.ndarray:
    """The frames of all videos, one after the other: uint8 (n, 28, 28).

    ``shots`` (n,) are numbers of pictures, ``lengths`` those of the videos'
    frames, ``camera`` what _cameras makes.
    """
    dice = camera.astype("float32") / 255
    video = np.repeat(np.arange(len(lengths)), lengths)
    number = np.arange(len(shots)) - (np.cumsum(lengths) - lengths)[video]
    start = camera[video, 3] * 256 + camera[video, 4] + 613 * number
    low, high = 50 * dice[:, 1], 150 + 90 * dice[:, 0]
    four = drawing.random_bytes(19, 50_000).reshape(-1, 4)
    hiss = np.lib.stride_tricks.sliding_window_view(
        drawing.nearly_normal(four), 28 * 28
    )
    start %= len(hiss)
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
