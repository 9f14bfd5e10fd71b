"""Two real photographs and two rendered pictures, for kernels and colour.

"china" (a tower by a lake, by danielbuechele) and "flower" (by
vultilion), both from Flickr, are scikit-learn's sample images, CC BY 2.0,
reduced to half size here; "bars" and "disc" are rendered.
"""

from dataclasses import dataclass

import numpy as np

from coursekit.data.dataset import DatasetInfo
from coursekit.data.readers.bundled import read_npz
from coursekit.data.records import info

INFO = info("photos")


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
