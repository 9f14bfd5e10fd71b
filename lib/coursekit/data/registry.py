"""Which data sets there are: a record and a module each.

A module of sets/ has ``load`` and the record's INFO; of a real set, SOURCE.
Sets that share a module have both by name, and give the name to ``load``.
"""

import inspect
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from coursekit import paths
from coursekit.data import records
from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Source, find, install
from coursekit.data.loaded import as_found
from coursekit.errors import CourseError


def names() -> tuple[str, ...]:
    """All data sets, bundled ones first."""
    return tuple(records.table())


def info(name: str) -> DatasetInfo:
    """Title, origin and licence of a data set, without loading it."""
    return _own(name, _module(name).INFO)


def sources(name: str) -> tuple[Source, ...]:
    """Where a real set comes from; () for a bundled one."""
    module = _module(name)
    if hasattr(module, "SOURCES"):  # of one set's parts
        return tuple(module.SOURCES.values())
    return (_own(name, module.SOURCE),) if hasattr(module, "SOURCE") else ()


def megabytes(name: str) -> float:
    """Size of a bundled set's file, or of what is downloaded."""
    files = [paths.data_dir() / file for file in info(name).files]
    size = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
    return size + sum(source.megabytes for source in sources(name))


def load(name: str, **options) -> Dataset:
    """Load a data set: splits, class names, provenance.

    ``options`` depend on the set (``size=28`` for the digits). Raises
    CourseError, with a remedy, for an unknown name or option and when the
    data cannot be read or fetched.
    """
    module = _module(name)
    loader = partial(module.load, name) if _shares(name) else module.load
    known = inspect.signature(loader).parameters
    if unknown := sorted(set(options) - set(known)):
        raise CourseError(
            f"The data set {name} has no option {', '.join(unknown)}.",
            f"its options are {', '.join(known) or 'none'}",
        )
    loaded = loader(**options)
    if not hasattr(module, "SOURCE"):
        return loaded
    source = _own(name, module.SOURCE)
    folder = Path(options.get("folder") or find(source) or "").expanduser()
    return as_found(loaded, install.is_published(source, folder))


def read(name: str, folder: Path) -> None:
    """Load all that a folder holds of a real set; CourseError if it can't."""
    module = _module(name)
    several = hasattr(module, "variants")
    for options in module.variants(folder) if several else [{}]:
        load(name, folder=folder, **options)


def _shares(name: str) -> bool:
    return "module" in records.table()[name]


def _own(name: str, value: Any) -> Any:
    return value[name] if _shares(name) else value


def _module(name: str) -> ModuleType:
    if name not in names():
        raise CourseError(
            f"There is no data set {name!r}; there are {', '.join(names())}.",
            "choose one of these names; ck.data.info(name) describes it",
        )
    module = records.table()[name].get("module", name)
    return import_module(f"coursekit.data.sets.{module}")
