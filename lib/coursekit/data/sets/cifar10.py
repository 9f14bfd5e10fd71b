"""CIFAR-10: 60,000 real colour photographs, 32x32 pixels, 10 classes."""

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.sets import cifar

INFO = DatasetInfo(
    name="cifar10",
    title="60,000 colour photographs, 32x32 pixels, 10 classes",
    real=True,
    bundled=False,
    licence="none stated; cite Krizhevsky 2009",
    origin="Krizhevsky 2009, University of Toronto",
    megabytes=186.0,
)

_TRAIN = [f"data_batch_{number}" for number in range(1, 6)]
_INSIDE = "cifar-10-batches-py"

SOURCE = Source(
    name="cifar10",
    files=tuple(
        f"{file}|{_INSIDE}/{file}"
        for file in (*_TRAIN, "test_batch", "batches.meta")
    ),
    remotes=(
        Remote(
            f"{cifar.BASE}cifar-10-python.tar.gz",
            170.5,
            "sha256:6d958be074577803d12ecdefd02955f3"
            "9262c83c16fe9348329d7fe0b5c001ce",
            unpack=True,
        ),
    ),
    folders=(_INSIDE,),
    keras=(f"datasets/{_INSIDE}", f"datasets/{_INSIDE}-target"),
    unpacked_megabytes=186,
)


def load(validation: int = 5_000, folder=None) -> Dataset:
    """45,000/5,000/10,000 images (n, 32, 32, 3), uint8; y one of 10.

    The validation images are drawn with a fixed seed, stratified by class.
    """
    found = locate(SOURCE, folder)
    if (found / _INSIDE).is_dir():
        found = found / _INSIDE
    keys = {"label": "labels"}
    splits = cifar.load_splits(
        [found / name for name in _TRAIN],
        found / "test_batch",
        keys,
        validation,
    )
    names = cifar.class_names(found / "batches.meta", "label_names")
    return Dataset(INFO, *splits, names)
