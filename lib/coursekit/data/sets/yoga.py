"""Yoga poses: your own photographs, for instance of a sun salutation."""

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Source, locate
from coursekit.data.readers.picture_folders import load_classes
from coursekit.data.readers.pictures import ENDINGS

INFO = DatasetInfo(
    name="yoga",
    title="photographs of yoga poses that you bring",
    real=True,
    bundled=False,
    licence="that of your photographs",
    origin="your own folder",
    lessons=("19",),
)

SOURCE = Source(
    name="yoga",
    files=("|".join(f"**/*{end}" for x in ENDINGS for end in (x, x.upper())),),
    folders=("surya_namaskar",),
    by_hand="take or collect photographs, one folder per pose, or all in "
    "one folder",
    words=f"pictures ({', '.join(ENDINGS)}), in one folder per pose",
)


def load(size: int = 64, folder=None) -> Dataset:
    """Photographs (n, size, size, 3), uint8, mapped; y the pose's folder.

    See picture_folders.load_classes for the splits.
    """
    return load_classes(INFO, locate(SOURCE, folder), size)
