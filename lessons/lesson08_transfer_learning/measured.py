"""What ``python benchmarks/transfer.py`` measured, as it printed it."""

import json
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FILE = RESULTS / "transfer.json"
READS = (FILE,)  # a notebook is stale when it has changed
NAMES = {
    "tuned": "fine-tuned",
    "frozen": "frozen",
    "scratch": "from scratch",
    "pixels": "pixels",
}


def _seeds(recipe: str) -> list[dict]:
    results = json.loads(FILE.read_text(encoding="utf-8"))["results"]
    (found,) = (r["seeds"] for r in results if r["recipe"] == recipe)
    return found


def accuracies(recipe: str) -> dict[str, dict[int, list[float]]]:
    """Way -> {examples a class: test accuracies of the seeds}."""
    seeds = _seeds(recipe)
    sizes = sorted(
        int(key.removeprefix("frozen_"))
        for key in seeds[0]
        if key.startswith("frozen_")
    )
    return {
        name: {n: [seed[f"{key}_{n}"] for seed in seeds] for n in sizes}
        for key, name in NAMES.items()
        if f"{key}_{sizes[0]}" in seeds[0]
    }


def curves(recipe: str) -> dict[str, list[list[list[float]]]]:
    """Way -> for each seed [CPU seconds, validation accuracy] pairs."""
    seeds = _seeds(recipe)
    return {
        name: [seed[f"curve_{key}"] for seed in seeds]
        for key, name in NAMES.items()
    }
