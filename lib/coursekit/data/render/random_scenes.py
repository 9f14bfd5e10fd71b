"""Scenes made up at random: where things are, and how they lie together."""

from dataclasses import replace

import numpy as np

from coursekit.data.render import backdrops
from coursekit.data.render.scene_pictures import KINDS, SIZES, Thing

AIR = ("kite", "balloon", "frisbee", "bird")
# Kind and colour, together only in the held-out split.
HELD_OUT = (
    ("ball", "blue"),
    ("balloon", "purple"),
    ("box", "yellow"),
    ("car", "red"),
    ("cat", "black"),
    ("dog", "white"),
    ("frisbee", "orange"),
    ("kite", "green"),
    ("umbrella", "yellow"),
)
HERE = {
    "park": "dog,cat,ball,box,chair,umbrella,kite,balloon,frisbee,bird",
    "beach": "dog,ball,chair,umbrella,boat,boat,kite,balloon,frisbee,bird",
    "room": "dog,cat,ball,box,chair,balloon",
    "road": "dog,cat,car,car,stop sign,balloon,bird",
    "snow": "dog,cat,ball,box,car,kite,balloon,bird",
}
BRIGHT = "red,orange,yellow,green,blue,purple,pink,white"
COLOURS_OF = {
    "dog": "brown,black,white,grey",
    "cat": "black,white,grey,orange",
    "box": "brown,red,yellow,green,blue",
    "chair": "brown,red,green,blue,white",
    "car": "red,yellow,green,blue,white,black",
    "stop sign": "red",
    "boat": "red,yellow,green,blue,brown",
    "bird": "white,black,blue,red,grey",
}
TEXTURES_OF = {
    "dog": ("spotted", 0.25),
    "cat": ("striped", 0.3),
    "ball": ("striped", 0.3),
    "umbrella": ("striped", 0.4),
    "balloon": ("spotted", 0.25),
    "kite": ("striped", 0.3),
}


def make_scene(rng, held_out: bool):
    """(setting, time, dice (16,) uint8, things from back to front).

    With ``held_out`` there is a combination of kind and colour in the scene
    that is in none without.
    """
    while True:
        setting = str(rng.choice(backdrops.SETTINGS))
        time = str(rng.choice(backdrops.TIMES, p=(0.7, 0.15, 0.15)))
        dice = rng.integers(0, 256, 16).astype("uint8")
        number = backdrops.SETTINGS.index(setting)
        low = 64 * backdrops.horizon(number, dice[np.newaxis] / 256)[0]
        things = _things(rng, setting, float(low))
        held = [(thing.kind, thing.colour) in HELD_OUT for thing in things]
        if things and any(held) == held_out:
            time = "day" if setting == "room" else time
            return setting, time, dice, _back_to_front(things)


def _things(rng, setting: str, low: float) -> list[Thing]:
    """One to four things that hide each other little; [] if they do not."""
    things: list[Thing] = []
    count = rng.choice((1, 2, 3, 4), p=(0.2, 0.35, 0.3, 0.15))
    for _ in range(50):
        thing = _thing(rng, setting)
        if things and rng.random() < 0.15:
            thing = replace(thing, **_twin(rng, things[-1]))
        if len(things) == 1 and things[0].kind == "box" and rng.random() < 0.5:
            thing = _thing(rng, setting, str(rng.choice(("cat", "ball"))))
        thing = _place(rng, thing, setting, low, things)
        if _fits(thing, things):
            things.append(thing)
        if len(things) == count:
            return things
    return []


def _thing(rng, setting: str, kind: str = "") -> Thing:
    """A thing of the setting, not in its place yet."""
    kind = kind or str(rng.choice(HERE[setting].split(",")))
    texture, share = TEXTURES_OF.get(kind, ("plain", 0))
    return Thing(
        kind,
        str(rng.choice(COLOURS_OF.get(kind, BRIGHT).split(","))),
        x=int(rng.integers(5, 60)),
        y=0,
        size=str(rng.choice(list(SIZES), p=(0.28, 0.44, 0.28))),
        texture=texture if rng.random() < share else "plain",
        pose=str(rng.choice(KINDS[kind][1])),
        facing_left=bool(rng.random() < 0.5) and kind != "stop sign",
        tone=tuple((rng.integers(-127, 128, 3) / 127).tolist()),
    )


def _twin(rng, model: Thing) -> dict:
    """What a second thing of the kind has in common with the first."""
    same = {
        field: getattr(model, field)
        for field in ("kind", "texture", "pose", "facing_left")
    }
    others = COLOURS_OF.get(model.kind, BRIGHT).split(",")
    other = str(rng.choice(others))
    return same | {"colour": model.colour if rng.random() < 0.6 else other}


def _place(rng, thing: Thing, setting: str, low: float, things) -> Thing:
    """The thing where it belongs; what is nearer is drawn larger."""
    kind = thing.kind
    boxes = [other for other in things if other.kind == "box"]
    if kind in ("cat", "ball") and len(things) == len(boxes) == 1:
        left, top, right, _ = boxes[0].box()
        y = top + round(0.1 * boxes[0].width)
        pose = thing.pose if kind == "ball" else "sitting"
        thing = replace(thing, x=(left + right) // 2, y=y, pose=pose)
        return replace(thing, size="small", width=round(KINDS[kind][0] * 0.68))
    top, bottom = low + (8 if setting == "road" else 6), 62.0
    if kind in AIR:
        top, bottom = 16, low + (2 if setting != "room" else -4)
    elif kind == "boat":
        top, bottom = low - 6, low - 1
    elif kind == "stop sign":
        top, bottom = low + 2, low + 6
    y = rng.uniform(top, bottom)
    width = KINDS[kind][0] * SIZES[thing.size] * rng.uniform(0.95, 1.05)
    if kind not in AIR:
        width *= 0.9 + 0.18 * max(0, y - low) / (64 - low)
    return replace(thing, y=round(y), width=round(width))


def _fits(thing: Thing, things: list[Thing]) -> bool:
    """Wholly in the picture, and neither hiding nor hidden by others."""
    left, top, right, bottom = thing.box()
    row, column = thing.corner(64)
    full = thing.sprite(64).box
    if (left, top, right, bottom) != (
        full[0] + column,
        full[1] + row,
        full[2] + column,
        full[3] + row,
    ):
        return False
    for other in things:
        x1, y1, x2, y2 = other.box()
        wide = max(0, min(right, x2) - max(left, x1))
        high = max(0, min(bottom, y2) - max(top, y1))
        areas = (right - left) * (bottom - top), (x2 - x1) * (y2 - y1)
        if wide * high > 0.25 * min(areas):
            return False
    return True


def _back_to_front(things: list[Thing]) -> list[Thing]:
    """Flying things first, then by distance; what lies on a box after it."""

    def place(thing: Thing):
        flies = thing.kind in AIR
        under = [t.y for t in things if relation(thing, t) == "on"]
        return (not flies, max(under, default=thing.y), bool(under))

    return sorted(things, key=place)


def relation(a: Thing, b: Thing) -> str:
    """How a lies to b: "on", "above", "to the left of" ...; "" if unclear."""
    left, top, right, bottom = a.box()
    b_left, b_top, b_right, b_bottom = b.box()
    across = (left + right - b_left - b_right) / 2
    shared = min(right, b_right) - max(left, b_left)
    flies = a.kind in AIR
    if flies != (b.kind in AIR):
        return "above" if flies and abs(across) <= 9 and top < b_top else ""
    if "boat" in (a.kind, b.kind):
        return ""
    if b.kind == "box" and bottom < b_bottom - 6 and shared > 5:
        return "on" if abs(bottom - b_top) <= 4 else "behind"
    overlap = shared / min(right - left, b_right - b_left)
    if abs(bottom - b_bottom) >= 6 and overlap >= 0.5 and not flies:
        return "in front of" if bottom > b_bottom else "behind"
    if -8 < shared <= 1 and abs(bottom - b_bottom) <= 5:
        return "next to"
    if shared <= 1 and abs(across) >= 12:
        return "to the left of" if across < 0 else "to the right of"
    return ""
