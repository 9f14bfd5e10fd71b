"""Weights that keras.applications trained on ImageNet, fetched safely.

``keras.applications`` fetches them itself, without a lock or a time limit;
here they are fetched like data, and their path goes to Keras::

    stored = ck.data.load("imagenet_weights", model="mobilenet_v2_0.35")
    encoder = keras.applications.MobileNetV2(
        alpha=0.35, include_top=False, weights=stored.path
    )
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coursekit.data.dataset import DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.checked import one_of, reading
from coursekit.data.records import info, table

INFO = info("imagenet_weights")


def _count(file: str, folder: Path) -> str:
    """Keras publishes no checksum for MobileNet: it must be whole HDF5."""
    import h5py  # comes with Keras

    with reading(folder / file), h5py.File(folder / file) as opened:
        opened.visit(lambda name: None)
    return "whole HDF5"


def _source(model: str, remote: Remote) -> Source:
    return Source(
        name=f"imagenet_{model}",
        files=(remote.file,),
        remotes=(remote,),
        folders=("imagenet_weights", "keras/models"),
        keras=("models",),
        count=partial(_count, remote.file),
        counted="whole HDF5",
    )


_MODELS = table()["imagenet_weights"]["models"].items()
SOURCES = {model: _source(model, Remote(**facts)) for model, facts in _MODELS}


@dataclass(frozen=True, eq=False)
class Weights:
    """``path`` is what keras.applications takes as ``weights``."""

    info: DatasetInfo
    model: str
    path: Path

    @property
    def provenance(self) -> str:
        return f"{self.model}: {self.info.title}; {self.info.licence}"

    def __repr__(self) -> str:
        return self.provenance


def variants(folder: Path) -> list[dict[str, str]]:
    """The options with which the files of a folder are read."""
    held = SOURCES.items()
    return [{"model": name} for name, s in held if not s.missing(folder)]


def load(model: str = "mobilenet_v2_0.35", folder=None) -> Weights:
    """The stored weights of a model, fetched when they are not here."""
    one_of(SOURCES, "model", model)
    source = SOURCES[model]
    found = locate(source, folder)
    source.check(found)
    return Weights(INFO, model, found / source.files[0])
