"""What every benchmark shares: seeds, CPU seconds, JSON, resuming."""

import datetime
import gc
import hashlib
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TimeElapsedColumn

from coursekit import paths
from coursekit.backend import import_keras
from coursekit.errors import CourseError

# report(fraction): how much of a seed's run is done, from 0 to 1.
Report = Callable[[float], None]
Run = Callable[[dict, int, Report], dict]

# The options of the benchmarks; each has those that it needs.
Recipes = Annotated[
    list[str] | None,
    typer.Option("--recipe", help="One by name; may be repeated. All."),
]
Seeds = Annotated[int, typer.Option(min=1, help="How many runs.")]
Fresh = Annotated[bool, typer.Option(help="Forget stored seeds.")]
Choose = Annotated[
    bool, typer.Option(help="Measure on what is held out, not on the test.")
]
Quick = Annotated[
    bool, typer.Option(help="Bundled data and few steps, to see it work.")
]
Changes = Annotated[
    list[str] | None, typer.Option("--change", help="A setting: epochs=4.")
]


def run_recipes(
    benchmark: str, recipes: dict[str, dict], run: Run, seeds: int, fresh: bool
) -> None:
    """Call ``run(settings, seed, report)`` for each recipe and seed.

    ``run`` returns the results of one seed. Prints one JSON document on
    standard output; progress goes to standard error. A finished seed is
    kept in work/benchmarks and reused while settings and versions are the
    same, so that an interrupted benchmark goes on where it stopped.
    """
    before = cpu_seconds()
    import_keras()
    document = {
        "benchmark": benchmark,
        "command": " ".join(
            ["python", f"benchmarks/{benchmark}.py", *_said()]
        ),
        "measured": datetime.date.today().isoformat(),
        "versions": versions(),
        "cpu_cores": os.cpu_count(),
        "start_up_cpu_seconds": round(cpu_seconds() - before, 1),
    }
    try:
        results = [
            _run_seeds(f"{benchmark}-{name}", settings, run, seeds, fresh)
            for name, settings in recipes.items()
        ]
    except CourseError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    for name, result in zip(recipes, results, strict=True):
        result["recipe"] = name
    print(json.dumps(document | {"results": results}, indent=1))


def chosen(
    recipes: dict[str, dict],
    names: list[str] | None,
    changes: list[str] | None,
    base: dict | None = None,
    quick: dict | None = None,
) -> dict[str, dict]:
    """The named recipes (all when none is), with ``key=value`` changes.

    Each recipe's settings stand on top of ``base`` and below ``quick``. A
    value is read as JSON. Raises typer.BadParameter, which lists what there
    is, for an unknown recipe or key.
    """
    wanted = {
        name: (base or {}) | _get(recipes, name) | (quick or {})
        for name in names or recipes
    }
    for change in changes or []:
        key, _, value = change.partition("=")
        for settings in wanted.values():
            _get(settings, key)
            settings[key] = _value(change, value)
    return wanted


def _get(known: dict, name: str):
    if name not in known:
        message = f"{name!r} is none of {', '.join(known)}"
        raise typer.BadParameter(message)
    return known[name]


def _value(change: str, text: str):
    try:
        return json.loads(text)
    except ValueError as error:
        message = f"{change!r} is not a key, = and a value in JSON"
        raise typer.BadParameter(message) from error


def cpu_seconds() -> float:
    """User and system seconds of this process so far, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_memory_mb() -> int:
    """The largest resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024**2 if sys.platform == "darwin" else 1024)


def versions() -> dict[str, str]:
    """What a result depends on besides the settings."""
    names = ("tensorflow", "keras", "numpy")
    return {"python": platform.python_version()} | {
        name: version(name) for name in names
    }


def _said() -> list[str]:
    return [word for word in sys.argv[1:] if word != "--fresh"]


def _run_seeds(
    name: str, settings: dict, run: Run, seeds: int, fresh: bool
) -> dict:
    store = Store(name, settings)
    kept = {} if fresh else store.read()
    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        for seed in range(seeds):
            task = progress.add_task(f"{name} seed {seed}", total=1.0)
            stored = str(seed) in kept
            if not stored:
                kept[str(seed)] = _run_seed(
                    settings, run, seed, _reporter(progress, task)
                )
                store.write(kept)
            progress.update(task, completed=1.0)
            console.print(
                f"{name} seed {seed}{' (stored)' * stored}: "
                f"{kept[str(seed)]['cpu_seconds']} CPU s"
            )
    return summary(settings, [kept[str(seed)] for seed in range(seeds)])


def _reporter(progress: Progress, task) -> Report:
    return lambda fraction: progress.update(task, completed=fraction)


def _run_seed(settings: dict, run: Run, seed: int, report: Report) -> dict:
    wall, cpu = time.time(), cpu_seconds()
    result = run(settings, seed, report)
    free_memory()
    return {
        "seed": seed,
        **result,
        "cpu_seconds": round(cpu_seconds() - cpu, 1),
        "wall_seconds": round(time.time() - wall, 1),
        "peak_memory_mb": peak_memory_mb(),
    }


def free_memory() -> None:
    """Let go of the last run's model and of the arrays in its graphs."""
    if keras := sys.modules.get("keras"):
        keras.backend.clear_session()
    gc.collect()


def summary(settings: dict, results: list[dict]) -> dict:
    """Mean and spread of every number that differs between the seeds.

    What is the same for all seeds by nature (texts, counts of parameters)
    is said once. The standard deviation has n - 1 below.
    """
    common = {
        key: value
        for key, value in results[0].items()
        if isinstance(value, str) or key == "parameters"
    }
    numbers = {
        key: np.array([result[key] for result in results], "float64")
        for key, value in results[0].items()
        if isinstance(value, int | float) and key not in {"seed", *common}
    }
    spread = {
        key: {
            "mean": round(float(values.mean()), 3),
            "sd": round(float(values.std(ddof=1)), 3)
            if len(values) > 1
            else 0,
            "min": float(values.min()),
            "max": float(values.max()),
        }
        for key, values in numbers.items()
    }
    seeds = [
        {key: value for key, value in result.items() if key not in common}
        for result in results
    ]
    return {"settings": settings, **common, "summary": spread, "seeds": seeds}


class Store:
    """Finished seeds of one recipe with one set of settings, as a file."""

    def __init__(self, name: str, settings: dict):
        self.identity = {"settings": settings, "versions": versions()}
        text = json.dumps(self.identity, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        folder = paths.work_dir() / "benchmarks"
        self.path: Path = folder / f"{name}-{digest}.json"

    def read(self) -> dict[str, dict]:
        """Results by seed; none when there is no readable file."""
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
            return dict(stored["seeds"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def write(self, seeds: dict[str, dict]) -> None:
        """Whole or not at all: the old file stays until the new is ready."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        content = json.dumps({**self.identity, "seeds": seeds}, indent=1)
        part.write_text(content + "\n", encoding="utf-8")
        part.replace(self.path)
