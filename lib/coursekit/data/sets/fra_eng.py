"""167,130 English sentences with French translations; see tatoeba.py."""

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import Remote
from coursekit.data.sets import tatoeba

INFO = tatoeba.describe(
    "fra",
    "French",
    "Tatoeba, the edition of Dive into Deep Learning",
    6.0,
    "167,130",
)

SOURCE = tatoeba.source(
    "fra",
    Remote(
        "https://d2l-data.s3-accelerate.amazonaws.com/fra-eng.zip",
        6.0,
        "sha1:94646ad1522d915e7b0f9296181140edcf86a4f5",
    ),
    at_least=160_000,
)


def load(folder=None) -> Dataset:
    """See tatoeba.load; ``folder`` holds fra-eng.zip or fra.txt."""
    return tatoeba.load(INFO, SOURCE, folder)
