"""Five captions for a scene, in the ways people put it.

A caption chooses which things to mention and how closely to describe each,
says where they are, and how they lie to each other.
"""

from collections.abc import Sequence

import numpy as np

from coursekit.data.render.scene_pictures import Thing
from generate.random_scenes import AIR, behind_or_on

# Verb of a pose: with one, with several, as a participle.
VERBS = {
    "standing": ("stands", "stand", "standing"),
    "sitting": ("sits", "sit", "sitting"),
    "running": ("runs", "run", "running"),
    "walking": ("walks", "walk", "walking"),
    "lying": ("lies", "lie", "lying"),
    "parked": ("is parked", "are parked", "parked"),
    "open": ("stands", "stand", "standing"),
    "sailing": ("sails", "sail", "sailing"),
    "flying": ("flies", "fly", "flying"),
    "floating": ("floats", "float", "floating"),
}
# Where things on the ground are, the usual words first.
GROUND = {
    "park": ("on the grass", "in a park", "in the park"),
    "beach": ("on the beach", "on the sand", "at the beach"),
    "room": ("in a room", "on the floor", "on a wooden floor"),
    "road": (
        "on the road",
        "on a road",
        "on a road in front of the mountains",
    ),
    "snow": ("in the snow", "on the snow", "on a snowy field"),
}
SKY = {
    "park": ("in the sky", "above the grass", "over the park"),
    "beach": ("in the sky", "above the sea", "over the beach"),
    "room": ("in the air", "above the floor", "under the ceiling"),
    "road": ("in the sky", "above the road", "in front of the mountains"),
    "snow": ("in the sky", "above the snow", "over the trees"),
}
SIGN = ("beside the road", "by the road", "in front of the mountains")
SEA = ("on the sea", "on the water", "on the blue sea")
TIMES = {"day": "", "sunset": "at sunset", "night": "at night"}
USUAL = (0.5, 0.3, 0.2)  # how often the first, second, third wording
COUNTS = {2: "two", 3: "three", 4: "four"}
FORMS = ("participle", "verb", "there is", "no verb")

Unit = list[Thing]  # things that are mentioned together: "two red balls"


class Writer:
    """Writes captions of one scene; ``rng`` decides on wording."""

    def __init__(self, setting: str, time: str, things: Sequence[Thing], rng):
        self.setting, self.time, self.rng = setting, time, rng
        self.things = things
        self.two_colours: set[str] = set()
        self.said = ""  # of the caption that is being written

    def captions(self) -> list[str]:
        """Five different captions; one at least names everything."""
        found = [self.caption(everything=True)]
        while len(found) < 5:
            caption = self.caption(everything=self.chance(0.35))
            if caption not in found:
                found.append(caption)
        return [found[place] for place in self.rng.permutation(5)]

    def caption(self, everything: bool) -> str:
        """One sentence about all things, or about some."""
        units, self.said = self.units(), ""
        if not everything:
            units = self.some(units)
        text = self.above(units) or self.layers(units)
        if TIMES[self.time] and self.chance(0.5):
            text += " " + TIMES[self.time]
        return text[0].upper() + text[1:] + "."

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, wordings: Sequence[str], shares=USUAL) -> str:
        return wordings[self.rng.choice(len(wordings), p=shares)]

    def units(self) -> list[Unit]:
        """The things in some order; those that would be named alike as one.

        Two of a kind and colour are always said together, two of a kind
        sometimes; otherwise their colours must tell them apart.
        """
        together = self.chance(0.4)
        found: dict[tuple[str, str], Unit] = {}
        for place in self.rng.permutation(len(self.things)):
            thing = self.things[place]
            colour = "" if together else thing.colour
            found.setdefault((thing.kind, colour), []).append(thing)
        kinds = [kind for kind, _ in found]
        self.two_colours = {kind for kind in kinds if kinds.count(kind) > 1}
        return list(found.values())

    def some(self, units: list[Unit]) -> list[Unit]:
        """A part of the units; a large thing is seldom left out."""
        count = self.rng.integers(1, len(units) + 1)
        size = np.array([sum(_area(thing) for thing in u) for u in units])
        shares = size / size.sum()
        kept = self.rng.choice(len(units), count, replace=False, p=shares)
        return [units[place] for place in kept]

    def above(self, units: list[Unit]) -> str:
        """A kite flies above a dog on the grass, where that is so."""
        if sorted(map(len, units)) != [1, 1] or self.chance(0.3):
            return ""
        low, high = sorted(units, key=layer)
        if relation(high[0], low[0]) != "above":
            return ""
        form = self.pick(FORMS, (0.3, 0.45, 0.1, 0.15))
        word = self.pick(("above", "over"), (0.7, 0.3))
        tail = f"{word} {self.name(low)}"
        place = self.place(low) if self.chance(0.6) else ""
        return _join(self.head(self.name(high), high, form), tail, place)

    def layers(self, units: list[Unit]) -> str:
        """What is on the ground; then what is on the sea and in the air."""
        found = [[u for u in units if layer(u) == name] for name in range(3)]
        main, *others = [part for part in found if part]
        form = self.pick(FORMS, (0.3, 0.3, 0.15, 0.25))
        if not _verb(main):
            form = self.pick(FORMS[2:], (0.3, 0.7))
        text = self.said = self.clause(main, form)
        if not others:
            return text
        joint = {"verb": "while", "there is": "and"}.get(form)
        joint = joint or self.pick(("with", "and"), (0.6, 0.4))
        form = "verb" if form == "verb" else "no verb"
        rest = []
        for part in others:
            if form == "verb" and not _verb(part):
                return f"{text} and {self.clause(part, 'there is')}"
            rest.append(self.clause(part, form))
            self.said += rest[-1]
        if joint == "and" and len(rest) == 2:
            return f"{text}, {rest[0]} and {rest[1]}"
        return f"{text} {joint} {' and '.join(rest)}"

    def clause(self, units: list[Unit], form: str) -> str:
        """Some things and where they are."""
        beside = units[0][0].kind == "stop sign" and len(units) > 1
        first, place = units[0], self.place(units[int(beside)])
        if [len(unit) for unit in units] == [1, 1]:
            lies = relation(first[0], units[1][0])
            if lies and self.chance(0.8):
                head = self.head(self.name(first), first, form)
                place = place if self.chance(0.65) else ""
                return _join(head, lies, self.name(units[1]), place)
        names = [self.name(unit) for unit in units]
        listed = ", ".join(names[:-1]) + " and " if names[1:] else ""
        alike = [thing for unit in units for thing in unit]
        head = self.head(listed + names[-1], alike, form)
        return _join(head, place)

    def head(self, names: str, things: Unit, form: str) -> str:
        """The names of things with the verb, if there is one."""
        verb = _verb([things])
        if form == "there is":
            many = names.startswith(tuple(COUNTS.values()))
            return f"there {'are' if many else 'is'} {names}"
        if form == "no verb" or not verb:
            return names
        if form == "participle":
            return f"{names} {verb[2]}"
        return f"{names} {verb[len(things) > 1]}"

    def place(self, unit: Unit) -> str:
        """Where a unit is: "on the grass"."""
        if unit[0].kind == "stop sign":
            return self.pick(SIGN)
        table = (GROUND[self.setting], SEA, SKY[self.setting])
        wordings = table[layer(unit)]
        chosen = self.pick(wordings)
        # not "in a park with a kite over the park"
        return wordings[0] if chosen.split()[-1] in self.said else chosen

    def name(self, unit: Unit) -> str:
        """A small red ball; two cats: with more or fewer details."""
        detail = self.rng.choice(4, p=(0.12, 0.33, 0.2, 0.35))
        if unit[0].kind in self.two_colours:
            detail = max(1, detail)
        words = self.details(unit, detail)
        noun = unit[0].kind
        if len(unit) > 1:
            noun += "es" if noun.endswith("x") else "s"
            return " ".join([COUNTS[len(unit)], *words, noun])
        words.append(noun)
        return " ".join(["an" if words[0][0] in "aeiou" else "a", *words])

    def details(self, unit: Unit, detail: int) -> list[str]:
        """Adjectives that fit all things of the unit."""
        sizes, colours, textures = (
            {getattr(thing, field) for thing in unit}
            for field in ("size", "colour", "texture")
        )
        words = []
        if detail == 3 and sizes == {"small"}:
            words.append(self.pick(("small", "little"), (0.7, 0.3)))
        if detail == 3 and sizes == {"big"}:
            words.append(self.pick(("big", "large"), (0.7, 0.3)))
        common = unit[0].kind == "stop sign" and not self.chance(0.3)
        if detail and len(colours) == 1 and not common:
            words += colours
        if detail >= 2 and len(textures) == 1 and textures != {"plain"}:
            words += textures
        return words


def layer(unit: Unit) -> int:
    """0 on the ground, 1 on the sea, 2 in the air."""
    kind = unit[0].kind
    return 2 if kind in AIR else int(kind == "boat")


def _verb(units: list[Unit]) -> tuple[str, str, str] | None:
    """The verb that fits all, if all do the same."""
    poses = {thing.pose for unit in units for thing in unit}
    verbs = {VERBS[pose] for pose in poses}
    return verbs.pop() if len(verbs) == 1 else None


def _area(thing: Thing) -> int:
    left, top, right, bottom = thing.box()
    return max(1, (right - left) * (bottom - top))


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)


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
    if found := behind_or_on(a, b):
        return found
    overlap = shared / min(right - left, b_right - b_left)
    if abs(bottom - b_bottom) >= 6 and overlap >= 0.5 and not flies:
        return "in front of" if bottom > b_bottom else "behind"
    if -8 < shared <= 1 and abs(bottom - b_bottom) <= 5:
        return "next to"
    if shared <= 1 and abs(across) >= 12:
        return "to the left of" if across < 0 else "to the right of"
    return ""
