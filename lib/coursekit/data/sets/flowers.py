"""Flowers: 3,670 real photographs of five kinds of flowers.

The TensorFlow team (2019), from Flickr under CC BY; the photographers are
named in the archive's LICENSE.txt.
"""

from pathlib import Path

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Remote, Source, locate
from coursekit.data.readers.checked import counted
from coursekit.data.readers.picture_folders import load_classes

INFO = DatasetInfo(
    name="flowers",
    title="photographs of daisies, dandelions, roses, sunflowers and tulips",
    real=True,
    bundled=False,
    licence="CC BY 2.0 (photographers in LICENSE.txt)",
    origin="TensorFlow team 2019, flower_photos.tgz",
    lessons=("08",),
)

CLASSES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
_INSIDE = "flower_photos"


def _check(folder: Path) -> None:
    """No checksum is published; the number of photographs is."""
    count = len(list(folder.glob("*/*.jpg")))
    counted(SOURCE.remotes[0].file, f"{count:,} photographs", SOURCE.counted)


SOURCE = Source(
    name="flowers",
    files=tuple(f"{name}|train/{name}" for name in CLASSES),
    remotes=(
        Remote(
            "https://storage.googleapis.com/download.tensorflow.org/"
            "example_images/flower_photos.tgz",
            228.8,
            unpack=True,
        ),
    ),
    inside=_INSIDE,
    folders=(_INSIDE,),
    unpacked_megabytes=230,
    check=_check,
    counted="3,670 photographs",
)


def load(size: int = 160, folder=None) -> Dataset:
    """Photographs (n, size, size, 3), uint8, mapped; y one of five flowers.

    See picture_folders.load_classes for the splits.
    """
    return load_classes(INFO, locate(SOURCE, folder), size)
