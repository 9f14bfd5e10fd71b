"""What benchmarks/hundred_classes.py measured, as it printed it."""

import json
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FILES = {
    "cost": RESULTS / "hundred_classes-cost.json",
    "many": RESULTS / "hundred_classes-many.json",
    "few": RESULTS / "hundred_classes-few.json",
}
READS = tuple(FILES.values())  # a notebook is stale when one has changed


def _results(which: str) -> list[dict]:
    return json.loads(FILES[which].read_text(encoding="utf-8"))["results"]


def _right(seeds: list[dict]) -> list[float]:
    return [seed["top1"] / 100 for seed in seeds]


def ablation(which: str) -> dict[str, list[float]]:
    """Arm -> share right on validation, of each seed; "many" or "few"."""
    return {
        result["recipe"].removeprefix("many: "): _right(result["seeds"])
        for result in _results(which)
    }


def equal_cost() -> dict[str, dict]:
    """Network -> parameters, mean CPU seconds of fit, shares right."""
    found = {}
    for result in _results("cost"):
        spent = [seed["fit_cpu_seconds"] for seed in result["seeds"]]
        found[result["recipe"]] = {
            "parameters": result["parameters"],
            "seconds": sum(spent) / len(spent),
            "right": _right(result["seeds"]),
        }
    return found
