"""A number for what a data set holds, whatever file it came from."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from coursekit.data.dataset import DatasetInfo


def fingerprint(loaded: Any) -> str:
    """sha256 of the splits, names and arrays of a loaded data set.

    The same for the same content on every machine: arrays count by shape,
    type and values, texts as UTF-8. What is only described (DatasetInfo),
    notes and the names of splits do not count.
    """
    digest = hashlib.sha256()
    _add(digest, loaded)
    return digest.hexdigest()


def _add(digest, value: Any) -> None:
    if isinstance(value, DatasetInfo):
        return
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "OUT":
            raise TypeError(f"no array of texts or objects: {value.dtype}")
        ordered = np.ascontiguousarray(value)
        if value.dtype.kind == "M":  # moments count by their numbers
            ordered = ordered.view("int64")
        ordered = ordered.astype(ordered.dtype.newbyteorder("<"), copy=False)
        digest.update(f"array {value.shape} {ordered.dtype.str};".encode())
        digest.update(ordered.data if ordered.size else b"")
    elif isinstance(value, str):
        text = value.encode()
        digest.update(f"text {len(text)};".encode() + text)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in ("note", "name"):
                digest.update(field.name.encode())
                _add(digest, getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key in value:
            _add(digest, key)
            _add(digest, value[key])
    elif isinstance(value, list | tuple):
        digest.update(f"{len(value)} of;".encode())
        for item in value:
            _add(digest, item)
    else:
        digest.update(repr(value).encode() + b";")
