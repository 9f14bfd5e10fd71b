"""Rendered scenes of one to four things, with five captions each.

What is in a picture is known exactly: kind, colour, size and texture of
every thing, its box and its mask. ``held_out`` is a fourth split, of scenes
with combinations of kind and colour that no other split shows (HELD_OUT).

The file holds descriptions; pictures are drawn from them while loading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.data.dataset import Dataset, Split
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.readers.checked import one_of
from coursekit.data.records import info
from coursekit.data.render.backdrops import SETTINGS, TIMES
from coursekit.data.render.scene_pictures import (
    COLOURS,
    KINDS,
    SIZES,
    TABLE,
    TEXTURES,
    Thing,
    render,
)

__all__ = ["HELD_OUT", "INFO", "Scenes", "Thing", "load", "picture"]

INFO = info("scenes")
# Kind and colour, together only in the held-out split.
HELD_OUT = tuple(
    (kind, facts["held_out"])
    for kind, facts in sorted(TABLE.items())
    if "held_out" in facts
)


@dataclass(frozen=True, eq=False, repr=False)
class Scenes(Dataset):
    """The usual splits and ``held_out``; class_names are the kinds."""

    held_out: Split = Split((), ())
    colours: tuple[str, ...] = tuple(COLOURS)
    sizes: tuple[str, ...] = tuple(SIZES)
    textures: tuple[str, ...] = TEXTURES
    settings: tuple[str, ...] = SETTINGS
    times: tuple[str, ...] = TIMES


def load(size: int = 64, masks: bool = False, at_most: int = 4_000) -> Scenes:
    """4,000/500/500 scenes and 500 held out: images (n, size, size, 3).

    ``size`` is 64 or 128 pixels. y is a list of tuples of five captions. A
    scene has up to four things; in extra, for each of the four places
    (absent: -1): "kinds", "colours", "sizes", "textures" (n, 4), numbers in
    the tuples of that name of the data set, and "boxes" (n, 4, 4), float32:
    left, top, right, bottom in pixels. "settings" and "times" (n,) tell the
    backdrop. With ``masks``, "masks" (n, size, size) is 0 for the backdrop
    and k + 1 where thing k is seen. Things are in the order in which they
    are drawn: later ones may hide earlier ones. ``at_most`` limits each
    split, for large pictures.
    """
    one_of((64, 128), "size in pixels", size)
    stored = read_npz("scenes.npz")
    lines = unpack_lines(stored.pop("captions"))
    captions = [tuple(lines[k : k + 5]) for k in range(0, len(lines), 5)]
    splits = []
    for part in range(4):
        rows = np.flatnonzero(stored["split"] == part)[:at_most]
        chosen = {key: values[rows] for key, values in stored.items()}
        x, extra = _drawn(chosen, size, masks)
        splits.append(Split(x, [captions[k] for k in rows], extra))
    train, validation, test, held_out = splits
    return Scenes(
        INFO, train, validation, test, tuple(KINDS), held_out=held_out
    )


def picture(
    setting: str,
    things: Sequence[Thing],
    time: str = "day",
    size: int = 64,
    seed: int = 0,
) -> np.ndarray:
    """A picture (size, size, 3) of a scene that you describe.

    ``things`` are drawn in their order; ``seed`` varies the backdrop.
    Raises CourseError for a setting, time, kind, colour ... there is not.
    """
    one_of(SETTINGS, "setting", setting)
    one_of(TIMES, "time", time)
    for thing in things:
        one_of(KINDS, "kind", thing.kind)
        one_of(COLOURS, "colour", thing.colour)
        one_of(SIZES, "size", thing.size)
        one_of(TEXTURES, "texture", thing.texture)
        one_of(("", *KINDS[thing.kind][1]), "pose", thing.pose)
    dice = np.random.default_rng(seed).random((1, 16), "float32")
    return render(setting, time, dice, [things], size)[0]


def _thing(numbers: list[int]) -> Thing:
    """The thing that twelve numbers from 0 to 255 describe."""
    kind = list(KINDS)[numbers[0]]
    red, green, blue = ((number - 127) / 127 for number in numbers[9:])
    return Thing(
        kind,
        list(COLOURS)[numbers[1]],
        x=numbers[7],
        y=numbers[8],
        size=list(SIZES)[numbers[2]],
        texture=TEXTURES[numbers[3]],
        pose=KINDS[kind][1][numbers[4]],
        facing_left=bool(numbers[5]),
        width=numbers[6],
        tone=(red, green, blue),
    )


def _drawn(stored: dict[str, np.ndarray], size: int, masks: bool):
    """Pictures (n, size, size, 3), and what is in them: Split's extra."""
    count = len(stored["count"])
    things = [
        [_thing(numbers) for numbers in row[:number]]
        for row, number in zip(
            stored["things"].tolist(), stored["count"], strict=True
        )
    ]
    x = np.empty((count, size, size, 3), "uint8")
    labels = np.zeros((count, size, size), "uint8")
    for setting, time, rows in _alike(stored):
        seen = labels[rows]
        dice = stored["dice"][rows] / np.float32(256)
        listed = [things[row] for row in rows]
        x[rows] = render(setting, time, dice, listed, size, seen)
        labels[rows] = seen
    absent = np.arange(4) >= stored["count"][:, None]
    extra: dict[str, Any] = {}
    for column, name in enumerate(("kinds", "colours", "sizes", "textures")):
        values = stored["things"][:, :, column].astype("int64")
        extra[name] = np.where(absent, -1, values)
    extra["boxes"] = np.full((count, 4, 4), -1, "float32")
    for boxes, scene in zip(extra["boxes"], things, strict=True):
        boxes[: len(scene)] = [thing.box(size) for thing in scene]
    for name in ("setting", "time"):
        extra[f"{name}s"] = stored[name].astype("int64")
    return x, extra | ({"masks": labels} if masks else {})


def _alike(stored: dict[str, np.ndarray]):
    """(setting, time, rows): 32 at a time, their backdrops painted at once."""
    for place, setting in enumerate(SETTINGS):
        for hour, time in enumerate(TIMES):
            like = (stored["setting"] == place) & (stored["time"] == hour)
            rows = np.flatnonzero(like)
            for start in range(0, len(rows), 32):
                yield setting, time, rows[start : start + 32]
