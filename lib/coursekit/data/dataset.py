"""The small typed objects that every data set is returned as."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class DatasetInfo:
    """What a data set is, known before it is loaded; see records.toml.

    ``title`` is one line for people ("1,797 real handwritten digits"), to
    which ``details`` add what a table has room for; ``bundled`` says that it
    lies in data/ and needs no network; ``real`` is False for generated
    data.
    """

    name: str
    title: str
    licence: str
    origin: str
    real: bool = True
    bundled: bool = False
    lessons: tuple[str, ...] = ()
    details: str = ""

    @property
    def kind(self) -> str:
        """The title without the figure it begins with."""
        return self.title.lstrip("0123456789, ")

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a bundled set in data/."""
        return (f"{self.name}.npz",) if self.bundled else ()

    @property
    def program(self) -> str:
        """The generator of a bundled set, from the repository's top."""
        return f"tools/generate/{self.name}.py" if self.bundled else ""


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs ``x`` and targets ``y`` of the same length.

    ``extra`` holds further values per example; ``name`` is what its Dataset
    calls it ("train", "validation", "test"). By kind of data:

    - images: x uint8 (n, height, width, channels), 0 to 255; y int64 (n,)
    - captioned images: x as above, y list of tuples of reference captions
    - texts: x list of str, y int64 (n,)
    - tagged sentences: x list of tuples of words, y list of int64 arrays,
      one class per word
    - sentence pairs: x list of str, y list of str
    - videos: x list of uint8 (frames, height, width, channels), y int64 (n,)
    - series: x float32 (time, columns), y float32 (time,) the column to
      forecast; the splits follow each other in time
    - running text: x str, y the same text one character later
    """

    x: Any
    y: Any
    extra: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        parts = {"x": self.x, "y": self.y, **self.extra}
        shapes = ", ".join(f"{k} {_describe(v)}" for k, v in parts.items())
        return f"Split({shapes})"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, split so that no example is in two splits."""

    info: DatasetInfo
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...] = ()
    note: str = ""
    columns: tuple[str, ...] = ()  # of a series: what x[:, i] is

    def __post_init__(self) -> None:
        for own in fields(self):
            split = getattr(self, own.name)
            if isinstance(split, Split):
                named = replace(split, name=own.name)
                object.__setattr__(self, own.name, named)

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def real(self) -> bool:
        """False when the data were generated."""
        return self.info.real

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input, without the batch axis."""
        return tuple(np.shape(self.train.x[0]))

    @property
    def provenance(self) -> str:
        """One line: name, what it is, real or synthetic, splits, licence."""
        kind = "real" if self.real else "synthetic"
        sizes = "/".join(
            f"{len(split):,}"
            for split in (self.train, self.validation, self.test)
        )
        note = f"; {self.note}" if self.note else ""
        return (
            f"{self.name} ({kind}): {self.info.title}{note}; "
            f"train/validation/test {sizes}; {self.info.licence}"
        )

    def __repr__(self) -> str:
        return self.provenance


@dataclass(frozen=True, eq=False, repr=False)
class Families(Dataset):
    """Classes that belong to super-classes.

    extra["superclass"] (n,) of a split is a number in superclass_names.
    """

    superclass_names: tuple[str, ...] = ()


def _describe(values: Any) -> str:
    if isinstance(values, np.ndarray):
        return f"{values.shape} {values.dtype}"
    if isinstance(values, str) or not len(values):
        return f"{len(values):,} {type(values).__name__}"
    return f"{len(values):,} {type(values[0]).__name__}"
