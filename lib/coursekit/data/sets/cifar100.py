"""CIFAR-100: 60,000 real colour photographs, 32x32 pixels, 100 classes."""

from coursekit.data.dataset import DatasetInfo, Families
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.sets import cifar

INFO = DatasetInfo(
    name="cifar100",
    title="60,000 colour photographs, 32x32 pixels, 100 classes",
    real=True,
    bundled=False,
    licence="none stated; cite Krizhevsky 2009",
    origin="Krizhevsky 2009, University of Toronto",
    megabytes=186.0,
    lessons=("07",),
)

_INSIDE = "cifar-100-python"

SOURCE = Source(
    name="cifar100",
    files=tuple(
        f"{file}|{_INSIDE}/{file}" for file in ("train", "test", "meta")
    ),
    remotes=(
        Remote(
            f"{cifar.BASE}cifar-100-python.tar.gz",
            169.0,
            "sha256:85cd44d02ba6437773c5bbd22e183051"
            "d648de2e7d6b014e1ef29b855ba677a7",
            unpack=True,
        ),
    ),
    folders=(_INSIDE,),
    keras=(f"datasets/{_INSIDE}", f"datasets/{_INSIDE}-target"),
    unpacked_megabytes=186,
)


def load(validation: int = 5_000, folder=None) -> Families:
    """45,000/5,000/10,000 images (n, 32, 32, 3), uint8; y one of 100.

    extra["superclass"] is one of 20, a number in superclass_names. The
    validation images are drawn with a fixed seed, stratified by class.
    """
    found = locate(SOURCE, folder)
    if (found / _INSIDE).is_dir():
        found = found / _INSIDE
    keys = {"label": "fine_labels", "superclass": "coarse_labels"}
    splits = cifar.load_splits(
        [found / "train"], found / "test", keys, validation
    )
    fine, coarse = (
        cifar.class_names(found / "meta", f"{kind}_label_names")
        for kind in ("fine", "coarse")
    )
    return Families(INFO, *splits, fine, superclass_names=coarse)
