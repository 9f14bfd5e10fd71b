"""The record of every data set: the facts in sets/records.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from coursekit.data.dataset import DatasetInfo
from coursekit.data.fetch.source import Remote, Source


@cache
def table() -> dict[str, dict[str, Any]]:
    """Name -> record, in the order of all lists; bundled sets first."""
    path = Path(__file__).parent / "sets" / "records.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def info(name: str) -> DatasetInfo:
    """What a set is."""
    facts = _frozen(table()[name]).items()
    others = ("module", "source", "models")
    return DatasetInfo(name, **{k: v for k, v in facts if k not in others})


def source(name: str, **more: Any) -> Source:
    """Where a set comes from; ``more`` is what only its module knows."""
    facts = _frozen(table()[name]["source"]) | more
    remotes = tuple(Remote(**remote) for remote in facts.pop("remotes", ()))
    return Source(name, remotes=remotes, **facts)


def _frozen(record: dict[str, Any]) -> dict[str, Any]:
    """The record with tuples for lists."""
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in record.items()
    }
