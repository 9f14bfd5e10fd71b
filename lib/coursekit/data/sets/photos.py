"""Two real photographs and two rendered pictures, for kernels and colour.

"china" (a tower by a lake, by danielbuechele) and "flower" (by
vultilion), both from Flickr, are scikit-learn's sample images, CC BY 2.0,
reduced to half size here; "bars" and "disc" are rendered.
"""

from dataclasses import dataclass

import numpy as np

from coursekit.data.dataset import DatasetInfo
from coursekit.data.readers.bundled import read_npz

INFO = DatasetInfo(
    name="photos",
    title="two photographs (china, flower) and two rendered pictures",
    real=True,
    bundled=True,
    licence="CC BY 2.0 (china: danielbuechele, flower: vultilion)",
    origin="scikit-learn's sample images china.jpg and flower.jpg "
    "(Flickr), reduced to half size; bars and disc rendered by the "
    "kit",
    lessons=("01", "02", "10"),
    files=("photos.npz",),
    details="213x320 and 128x128 pixels, colour",
)


@dataclass(frozen=True, eq=False)
class Photos:
    """``images`` maps a name to a uint8 array (height, width, 3)."""

    info: DatasetInfo
    images: dict[str, np.ndarray]

    @property
    def provenance(self) -> str:
        return f"photos: {self.info.title}; {self.info.licence}"

    def __repr__(self) -> str:
        return self.provenance


def load() -> Photos:
    """china and flower (213, 320, 3), bars and disc (128, 128, 3), uint8."""
    return Photos(INFO, read_npz("photos.npz"))
