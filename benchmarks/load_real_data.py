"""Load every real data set that is on this machine; print JSON.

For each set: what the public interface returns, the number of examples of
each class, the seconds to load it, the memory its arrays and texts occupy
and the most that loading needed. ``heap`` is what Python and NumPy asked
for (tracemalloc, in a second run); ``resident`` is what the process gained
at its worst, with pages of files that are mapped. Usage::

    COURSEKIT_DATA=... KERAS_HOME=... python benchmarks/load_real_data.py
"""

import gc
import json
import resource
import subprocess
import sys
import time
import tracemalloc
from typing import Any

import numpy as np

from coursekit import data
from coursekit.data import registry
from coursekit.data.dataset import Dataset
from coursekit.data.fetch import find

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "classic_series": [
        {"series": name} for name in ("passengers", "sunspots", "temperatures")
    ],
}


def main() -> None:
    results: dict[str, Any] = {}
    for name in registry.names():
        sources = registry.sources(name)
        if not sources:
            continue
        if not any(find(source) for source in sources):
            results[name] = "not on this machine"
            continue
        for options in VARIANTS.get(name, [{}]):
            label = " ".join([name, *map(str, options.values())])
            # A process of its own: the peak of one is not the next one's.
            child = subprocess.run(
                [sys.executable, __file__, name, json.dumps(options)],
                capture_output=True,
                text=True,
            )
            results[label] = (
                json.loads(child.stdout.splitlines()[-1])
                if child.returncode == 0
                else child.stderr.strip().splitlines()[-2:]
            )
            print(label, results[label], file=sys.stderr)
    print(json.dumps(results, indent=1, ensure_ascii=False))


def measure(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Load one set twice: for time and resident size, then for the heap."""
    import h5py  # noqa: F401  imports are not the data's time and memory
    from PIL import Image  # noqa: F401

    registry.info(name)
    before = _resident()
    start, cpu = time.perf_counter(), time.process_time()
    loaded: Any = data.load(name, **options)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = _resident() - before
    facts = describe(loaded)
    facts |= {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2)}
    facts["megabytes"] = _mb(occupied(loaded))
    facts["resident_peak_megabytes"] = _mb(peak)
    del loaded
    gc.collect()
    tracemalloc.start()
    data.load(name, **options)
    facts["heap_peak_megabytes"] = _mb(tracemalloc.get_traced_memory()[1])
    return facts


def describe(loaded: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"provenance": loaded.provenance}
    if not isinstance(loaded, Dataset):
        if hasattr(loaded, "vectors"):
            facts["vectors"] = str(loaded.vectors.shape)
        return facts
    for part in ("train", "validation", "test"):
        split = getattr(loaded, part)
        facts[part] = repr(split)
        counts = _class_counts(split.y, len(loaded.class_names))
        if counts is not None:
            facts[f"{part}_class_counts"] = counts
    return facts


def _class_counts(y: Any, classes: int) -> Any:
    """Examples per class; "100 x 450" where all classes have as many."""
    if not classes:
        return None
    labels = y if isinstance(y, np.ndarray) else np.concatenate(y)
    counts = np.bincount(labels, minlength=classes).tolist()
    if classes > 20 and len(set(counts)) == 1:
        return f"{classes} x {counts[0]}"
    return counts


def occupied(loaded: Any) -> int:
    """Bytes of the arrays and texts; what is mapped from disk counts 0."""
    if isinstance(loaded, Dataset):
        return sum(
            _bytes(values)
            for split in (loaded.train, loaded.validation, loaded.test)
            for values in (split.x, split.y, *split.extra.values())
        )
    return _bytes(getattr(loaded, "vectors", ())) + _bytes(
        getattr(loaded, "words", ())
    )


def _bytes(values: Any) -> int:
    if isinstance(values, np.memmap):
        return 0
    if isinstance(values, np.ndarray):
        return values.nbytes
    if isinstance(values, list | tuple):
        return sys.getsizeof(values) + sum(map(_bytes, values))
    return sys.getsizeof(values)


def _resident() -> int:
    """The most this process ever occupied, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _mb(count: int) -> float:
    return round(count / 1e6, 1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], json.loads(sys.argv[2]))))
    else:
        main()
