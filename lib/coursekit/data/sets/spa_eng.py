"""118,964 English sentences with Spanish translations; see tatoeba.py."""

from coursekit.data.dataset import Dataset
from coursekit.data.fetch import Remote
from coursekit.data.sets import tatoeba

INFO = tatoeba.describe(
    "spa",
    "Spanish",
    "Tatoeba, the edition of TensorFlow's tutorials",
    2.8,
    "118,964",
)

SOURCE = tatoeba.source(
    "spa",
    Remote(
        "https://storage.googleapis.com/download.tensorflow.org/data/"
        "spa-eng.zip",
        2.8,
        "sha256:f80e581ae291aa34dd3aba7bd98b5e95"
        "05234da4318e2f3295df70a1520c7f61",
    ),
    at_least=118_000,
)


def load(folder=None) -> Dataset:
    """See tatoeba.load; ``folder`` holds spa-eng.zip or spa.txt."""
    return tatoeba.load(INFO, SOURCE, folder)
