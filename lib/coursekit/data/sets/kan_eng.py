"""English sentences with Kannada translations; see tatoeba.py.

A small set, 149 pairs in 2020, that upstream enlarges now and then: no
checksum is published.
"""

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import Remote
from coursekit.data.sets import tatoeba

INFO = tatoeba.describe(
    "kan", "Kannada", "Tatoeba, www.manythings.org/anki", 0.01, "149 or more"
)

SOURCE = tatoeba.source(
    "kan",
    Remote("https://www.manythings.org/anki/kan-eng.zip", 0.01),
    at_least=100,
)


def load(folder=None) -> Dataset:
    """See tatoeba.load; ``folder`` holds kan-eng.zip or kan.txt."""
    return tatoeba.load(INFO, SOURCE, folder)
