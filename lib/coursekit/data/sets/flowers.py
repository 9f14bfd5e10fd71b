"""Flowers: 3,670 real photographs of five kinds of flowers.

The TensorFlow team (2019), from Flickr under CC BY; the photographers are
named in the archive's LICENSE.txt.
"""

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.picture_folders import load_classes
from coursekit.data.records import info, source

INFO = info("flowers")
SOURCE = source(
    "flowers",
    count=lambda folder: f"{len([*folder.glob('*/*.jpg')]):,} photographs",
)


def load(size: int = 160, folder=None) -> Dataset:
    """Photographs (n, size, size, 3), uint8, mapped; y one of five flowers.

    See picture_folders.load_classes for the splits.
    """
    return load_classes(INFO, locate(SOURCE, folder), size)
