"""Draw faults in prose by a seed, for docs/planted_faults.diff.

python tools/draw_faults.py u         # 28 faults u01 to u28, seed "u"

A line is drawn from all lines that can have the kind of fault, then its place:
a digit changed (to any other) or two neighbours exchanged, the next word for a
number in words, two numbers that follow each other exchanged, another unit.
"""

import ast
import difflib
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from coursekit import lessons, paths

KINDS = {
    "README": 6,
    "hint or quiz": 5,
    "digits": 5,
    "words": 5,
    "exchanged": 4,
    "unit": 3,
}
_ORDER = """two three four five six seven eight nine ten eleven twelve
thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty
forty fifty sixty seventy eighty ninety"""
NEXT = dict(zip(_ORDER.split(), _ORDER.split()[1:], strict=False))
NEXT |= {"half": "a third", "third": "quarter", "quarter": "third"}
NEXT |= {"tenth": "fifth", "fifth": "tenth", "twice": "three times"}
NEXT |= {"ninety": "eighty"}
WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(NEXT)})(?![\w-])")
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*\d(?:\.\d+)?(?!\w)|(?<!\w)\d\.\d+")
UNITS = {
    "%": "points",
    "points": "%",
    "pixels": "digits",
    "digits": "pixels",
    "degrees": "ppm",
    "ppm": "degrees",
    "seconds": "minutes",
    "minutes": "seconds",
    "s": "ms",
    "ms": "s",
    "steps": "epochs",
    "epochs": "steps",
    "parameters": "pixels",
    "weights": "words",
    "words": "weights",
    "MB": "KB",
    "KB": "MB",
    "GB": "MB",
    "maps": "layers",
    "layers": "maps",
    "years": "months",
    "months": "years",
    "days": "hours",
    "hours": "days",
}
UNIT = re.compile(rf"(?<=\d )(?:{'|'.join(UNITS)})(?!\w)")

Line = tuple[Path, int]


def prose(path: Path) -> Iterator[Line]:
    """The lines of text cells, but no headings, references, generated rows."""
    text = False
    for k, line in enumerate(path.read_text("utf-8").splitlines()):
        if line.startswith("# %%"):
            text = "[markdown]" in line
        elif re.match(r"# \**References", line):
            text = False
        elif text and re.match(r"# (?!#|\| \*\*(?:Time|Runs in)\*\*)", line):
            yield path, k


def told(folder: Path) -> Iterator[Line]:
    """The lines of the quiz's reasons, of hints and of diagnoses."""
    path = folder / "quiz.toml"
    for k, line in enumerate(path.read_text("utf-8").splitlines()):
        if line.startswith("explanation"):
            yield path, k
    path = folder / "exercises.py"
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if getattr(node, "arg", "") == "hints":
            here = [node.value]
        elif getattr(getattr(node, "func", None), "id", "") == "Mistake":
            here = node.args[1:]
        else:
            continue
        for text in here:
            yield from ((path, k - 1) for k in span(text))


def span(node: ast.expr) -> set[int]:
    return {
        line
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
        for line in range(one.lineno, one.end_lineno + 1)
    }


def in_numbers(line: str, draw: random.Random) -> str | None:
    """A digit of a number that stands alone, not in code or an exercise."""
    free = re.sub(r"`[^`]*`|\*\*\d\d\.\d|[\w.]*[A-Za-z_]\w*", mask, line)
    return digit(line, draw, free)


def mask(match: re.Match) -> str:
    return " " * len(match[0])


def digit(line: str, draw: random.Random, free: str = "") -> str | None:
    """One digit changed, or two neighbours exchanged."""
    places = [m.start() for m in re.finditer(r"\d", free or line)]
    if not places:
        return None
    k = draw.choice(places)
    if k + 1 in places and line[k] != line[k + 1] and draw.random() < 0.5:
        return line[:k] + line[k + 1] + line[k] + line[k + 2 :]
    other = draw.choice([d for d in "0123456789" if d != line[k]])
    return line[:k] + other + line[k + 1 :]


def one_of(pattern: re.Pattern, new: dict) -> Callable:
    def changed(line: str, draw: random.Random) -> str | None:
        found = list(pattern.finditer(line))
        if not found:
            return None
        match = draw.choice(found)
        return line[: match.start()] + new[match[0]] + line[match.end() :]

    return changed


def exchanged(line: str, draw: random.Random) -> str | None:
    found = list(NUMBER.finditer(line))
    pairs = [
        (a, b) for a, b in zip(found, found[1:], strict=False) if a[0] != b[0]
    ]
    if not pairs:
        return None
    a, b = draw.choice(pairs)
    between = line[a.end() : b.start()]
    return line[: a.start()] + b[0] + between + a[0] + line[b.end() :]


def drawn(seed: str, kinds: dict[str, int] = KINDS) -> Iterator[tuple]:
    """(kind, path, line, the text before, the text after) of each fault."""
    draw = random.Random(seed)
    folders = [lessons.folder(number) for number in lessons.numbers()]
    text = [one for f in folders for one in prose(f / "lesson.py")]
    hints = [one for f in folders for one in told(f)]
    path = paths.kit_root() / "README.md"
    rows = path.read_text("utf-8").splitlines()
    start = rows.index("## Measured results")
    readme = [(path, k) for k in range(start + 1, len(rows))]
    ways: dict[str, tuple[list[Line], Callable]] = {
        "README": (readme, digit),
        "hint or quiz": (hints, digit),
        "digits": (text, in_numbers),
        "words": (text, one_of(WORD, NEXT)),
        "exchanged": (text + readme, exchanged),
        "unit": (text + readme, one_of(UNIT, UNITS)),
    }
    for kind, count in kinds.items():
        pool, change = ways[kind]
        while count:
            path, k = draw.choice(pool)
            old = path.read_text("utf-8").splitlines()[k]
            start = old.find("=") if old.startswith("explanation") else 0
            new = change(old[start:], draw)
            if new:
                yield kind, path, k, old, old[:start] + new
                count -= 1


def patch(path: Path, k: int, new: str) -> str:
    name = path.relative_to(paths.kit_root()).as_posix()
    before = path.read_text("utf-8").splitlines(keepends=True)
    after = [*before[:k], f"{new}\n", *before[k + 1 :]]
    return "".join(
        difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", n=1)
    )


def main(seed: str) -> None:
    for count, (kind, path, k, _, new) in enumerate(drawn(seed), start=1):
        found = re.search(r"lesson(\d\d)", path.parent.name)
        where = found[1] if found else "README"
        print(f"# {seed}{count:02}: {where}, {kind}")
        print(patch(path, k, new), end="")


if __name__ == "__main__":
    main(sys.argv[1])
