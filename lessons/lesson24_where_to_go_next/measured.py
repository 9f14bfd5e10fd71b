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
}


def _result() -> dict:
    results = json.loads(FILE.read_text(encoding="utf-8"))["results"]
    (found,) = (r for r in results if r["recipe"] == "recurrent")
    return found


def recurrent(name: str) -> list[float]:
    """One measure of lesson 22's captioner, for each seed."""
    return [seed[NAMES[name]] for seed in _result()["seeds"]]


def parameters() -> int:
    """How many numbers that captioner has."""
    return _result()["parameters"]
