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


def means(recipe: str) -> dict[str, float]:
    """A captioner's measures, means of the seeds, and its parameters."""
    found = _result(recipe)
    row = {name: found["summary"][key]["mean"] for name, key in NAMES.items()}
    return row | {"parameters": found["parameters"]}


def each(recipe: str, name: str) -> list[float]:
    """One measure for each seed, to a decimal."""
    return [round(s[NAMES[name]], 1) for s in _result(recipe)["seeds"]]
