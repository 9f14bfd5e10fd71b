"""Photographs in one folder per class: flowers, and yoga poses you bring.

Flowers: 3,670 real photographs of five kinds, from Flickr under CC BY (the
TensorFlow team, 2019); the archive's LICENSE.txt names the photographers.
Yoga: your own photographs, for instance of a sun salutation.
"""

from pathlib import Path

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.picture_folders import load_classes
from coursekit.data.readers.pictures import ENDINGS
from coursekit.data.records import info, source

SIZES = {"flowers": 160, "yoga": 64}  # pixels, unless others are asked for


def _count(folder: Path) -> str:
    return f"{len(list(folder.glob('*/*.jpg'))):,} photographs"


_PATTERNS = [f"**/*{end}" for x in ENDINGS for end in (x, x.upper())]
INFO = {name: info(name) for name in SIZES}
SOURCE = {
    "flowers": source("flowers", count=_count),
    "yoga": source("yoga", files=("|".join(_PATTERNS),)),
}


def load(name: str, size: int | None = None, folder=None) -> Dataset:
    """Photographs (n, size, size, 3), uint8, mapped; y the class.

    Of 160 pixels for the flowers, of 64 for yoga, unless ``size`` is given.
    See picture_folders.load_classes for the splits.
    """
    found = locate(SOURCE[name], folder)
    return load_classes(INFO[name], found, size or SIZES[name])
