"""Scenes made up at random: where things are, and how they lie together."""

from dataclasses import replace

import numpy as np

from coursekit.data.render import backdrops
from coursekit.data.render.scene_pictures import KINDS, SIZES, TABLE, Thing
from coursekit.data.sets.scenes import HELD_OUT

AIR = tuple(kind for kind, facts in TABLE.items() if "flies" in facts)
_BRIGHT = (
    *("red", "orange", "yellow", "green"),
    *("blue", "purple", "pink", "white"),
)


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
    here = [k for k, v in TABLE.items() for s in v["settings"] if s == setting]
    kind = kind or str(rng.choice(here))
    texture = TABLE[kind].get("texture", "plain")
    share = TABLE[kind].get("share", 0)
    return Thing(
        kind,
        str(rng.choice(TABLE[kind].get("colours", _BRIGHT))),
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
    other = str(rng.choice(TABLE[model.kind].get("colours", _BRIGHT)))
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
    x1, y1, x2, y2 = thing.sprite(64).box
    if (right - left, bottom - top) != (x2 - x1, y2 - y1):  # not cut off
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
        under = [t.y for t in things if behind_or_on(thing, t) == "on"]
        return (not flies, max(under, default=thing.y), bool(under))

    return sorted(things, key=place)


def behind_or_on(a: Thing, box: Thing) -> str:
    """How a thing on the ground lies to a box: "on", "behind" or ""."""
    if box.kind != "box" or a.kind in (*AIR, "boat"):
        return ""
    left, _, right, bottom = a.box()
    b_left, b_top, b_right, b_bottom = box.box()
    if bottom >= b_bottom - 6 or min(right, b_right) - max(left, b_left) <= 5:
        return ""
    return "on" if abs(bottom - b_top) <= 4 else "behind"
