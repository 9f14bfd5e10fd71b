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
from coursekit.data.readers.checked import reading
from coursekit.data.records import info
from coursekit.errors import CourseError

INFO = info("imagenet_weights")
_BASE = "https://storage.googleapis.com/tensorflow/keras-applications/"
_MOBILENET_V2 = "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_"

# model -> file below _BASE, megabytes, checksum where Keras knows one.
# Without the classifier, except where the name says "top".
MODELS: dict[str, tuple[str, float, str | None]] = {
    "mobilenet_v2_0.35": (f"{_MOBILENET_V2}0.35_224_no_top.h5", 2.0, None),
    "mobilenet_v2_1.0": (f"{_MOBILENET_V2}1.0_224_no_top.h5", 9.4, None),
    "mobilenet_0.25": ("mobilenet/mobilenet_2_5_224_tf_no_top.h5", 1.1, None),
    "mobilenet_0.25_top": ("mobilenet/mobilenet_2_5_224_tf.h5", 2.1, None),
    "resnet50": (
        "resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        94.8,
        "md5:4d473c1dd8becc155b73f8504c6f6626",
    ),
    "vgg16": (
        "vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        58.9,
        "md5:6d6bbae143d832006294945121d1f1fc",
    ),
}


def _source(model: str) -> Source:
    file, megabytes, checksum = MODELS[model]
    remote = Remote(f"{_BASE}{file}", megabytes, checksum)
    return Source(
        name=f"imagenet_{model}",
        files=(remote.file,),
        remotes=(remote,),
        folders=("imagenet_weights", "keras/models"),
        keras=("models",),
        count=partial(_count, remote.file),
        counted="whole HDF5",
    )


def _count(file: str, folder: Path) -> str:
    """Keras publishes no checksum for MobileNet: it must be whole HDF5."""
    import h5py  # comes with Keras

    with reading(folder / file), h5py.File(folder / file) as opened:
        opened.visit(lambda name: None)
    return "whole HDF5"


SOURCES = {model: _source(model) for model in MODELS}


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
    if model not in MODELS:
        raise CourseError(
            f"There are no weights of {model!r}; there are "
            f"{', '.join(MODELS)}.",
            "choose one of these",
        )
    source = SOURCES[model]
    found = locate(source, folder)
    source.check(found)
    return Weights(INFO, model, found / source.files[0])
