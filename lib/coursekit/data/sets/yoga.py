"""Yoga poses: your own photographs, for instance of a sun salutation."""

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import locate
from coursekit.data.readers.picture_folders import load_classes
from coursekit.data.readers.pictures import ENDINGS
from coursekit.data.records import info, source

INFO = info("yoga")
_PATTERNS = [f"**/*{end}" for x in ENDINGS for end in (x, x.upper())]
SOURCE = source("yoga", files=("|".join(_PATTERNS),))


def load(size: int = 64, folder=None) -> Dataset:
    """Photographs (n, size, size, 3), uint8, mapped; y the pose's folder.

    See picture_folders.load_classes for the splits.
    """
    return load_classes(INFO, locate(SOURCE, folder), size)
