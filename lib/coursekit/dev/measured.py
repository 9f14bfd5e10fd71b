"""README's measured results, from what the benchmarks printed.

benchmarks/results/ holds the documents that the programs in benchmarks/ print
(coursekit's measuring), and benchmarks/measured.md the text around the
numbers: ``{landmarks[plain-8][training_error_percent]:.1f}`` is a mean of
seeds. A line ``@ landmarks plain-8`` says whose fields are meant by their bare
names in the lines below it.
"""

import functools
import json
import re
import statistics
from typing import Any

from coursekit import paths
from coursekit.errors import CourseError

# How a field is written: nothing is the mean of the seeds.
_WAYS = {
    "": lambda n: [n.mean],
    "each": lambda n: n.seeds,
    "range": lambda n: [n.least, n.most],
    "least": lambda n: [n.least],
    "most": lambda n: [n.most],
}


class Numbers:
    """One number of a recipe in all seeds, or what was said of them.

    A format may begin with "each", "range", "least" or "most"; "GB" makes
    gigabytes of megabytes.
    """

    def __init__(self, seeds: list[float], said: dict[str, float]):
        self.seeds = seeds
        self.mean = said["mean"] if said else statistics.fmean(seeds)
        self.least = said.get("min") if said else min(seeds)
        self.most = said.get("max") if said else max(seeds)

    def __format__(self, spec: str) -> str:
        if spec == "GB":
            return f"{self.mean / 1000:.1f} GB"
        way, _, places = spec.rpartition(" ")
        link = " to " if way == "range" else ", "
        return link.join(format(n, places) for n in _WAYS[way](self))


@functools.cache
def results() -> dict[str, dict[str, dict[str, Any]]]:
    """By benchmark and recipe: the fields. "facts" is beside the recipes."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    folder = paths.kit_root() / "benchmarks" / "results"
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        known = found.setdefault(document["benchmark"], {"facts": {}})
        known["facts"] |= document.get("facts", {})
        for result in document["results"]:
            known[result["recipe"]] = _fields(result, "copied" in document)
    return found


def _fields(result: dict[str, Any], copied: bool) -> dict[str, Any]:
    """The fields of one recipe.

    What was copied states its mean, since its seeds were rounded; otherwise
    the mean is that of the seeds.
    """
    seeds = result.get("seeds", [])
    said = result.get("summary", {})
    numbers = said.keys() | {
        name
        for seed in seeds
        for name, value in seed.items()
        if isinstance(value, int | float)  # not a curve
    }
    return {
        name: value for name, value in result.items() if name != "summary"
    } | {
        name: Numbers(
            [seed[name] for seed in seeds if name in seed],
            said.get(name, {}) if copied or not seeds else {},
        )
        for name in numbers - {"seed"}
    }


def text() -> str:
    """The part of README, from benchmarks/measured.md.

    Raises CourseError for a field that no results file has.
    """
    path = paths.kit_root() / "benchmarks" / "measured.md"
    known, lines = results(), []
    here: dict[str, Any] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            if scope := re.match(r"@ (\S+) (\S+)$", line):
                here = known[scope[1]][scope[2]]
                here = {"facts": known[scope[1]]["facts"], **here}
                continue
            lines.append(line.format_map(known | here))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise CourseError(
                f"benchmarks/measured.md: no result for {line!r} ({error!r}).",
                "put what the benchmark printed into benchmarks/results/",
            ) from error
    return "\n".join(lines) + "\n"
