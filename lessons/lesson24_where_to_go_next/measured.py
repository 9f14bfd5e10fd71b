"""What ``python benchmarks/where_next.py`` measured, as it printed it."""

import json
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"
FILE = RESULTS / "where_next.json"
READS = (FILE,)  # a notebook is stale when it has changed
NAMES = {
    "BLEU-4": "bleu_4",
    "named": "covered_percent",
    "true": "attributes_percent",
    "held out": "held_out_attributes_percent",
    "inside": "inside_percent",
    "seconds": "training_cpu_seconds",
}


def _result(recipe: str) -> dict:
    results = json.loads(FILE.read_text(encoding="utf-8"))["results"]
    (found,) = (r for r in results if r["recipe"] == recipe)
    return found


def each(recipe: str, name: str) -> list[float]:
    """One measure of a captioner, for each seed."""
    return [seed[NAMES[name]] for seed in _result(recipe)["seeds"]]


def mean(recipe: str, name: str) -> float:
    """The mean of the seeds."""
    found = each(recipe, name)
    return sum(found) / len(found)


def parameters(recipe: str) -> int:
    """How many numbers a captioner has."""
    return _result(recipe)["parameters"]


def epochs(recipe: str) -> int:
    """How often a captioner saw the training captions."""
    return _result(recipe)["settings"]["epochs"]
