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


def _seeds(which: str) -> dict[str, list[dict]]:
    """Recipe -> what was measured with each seed."""
    results = json.loads(FILES[which].read_text(encoding="utf-8"))["results"]
    return {result["recipe"]: result["seeds"] for result in results}


def _right(seeds: list[dict]) -> list[float]:
    return [seed["top1"] / 100 for seed in seeds]


def ablation(which: str) -> dict[str, list[float]]:
    """Arm -> share right on validation, of each seed; "many" or "few"."""
    return {
        name.removeprefix("many: "): _right(seeds)
        for name, seeds in _seeds(which).items()
    }


def equal_cost() -> dict[str, dict]:
    """Network -> mean CPU seconds of fit, and shares right of the seeds."""
    found = {}
    for name, seeds in _seeds("cost").items():
        spent = [seed["fit_cpu_seconds"] for seed in seeds]
        found[name] = {
            "seconds": sum(spent) / len(spent),
            "right": _right(seeds),
        }
    return found
