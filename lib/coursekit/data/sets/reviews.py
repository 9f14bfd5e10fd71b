"""Generated reviews of films, books, places: favourable or not.

Half of the reviews tell their mood by their words. In the others it hangs
on the order of the words or on words far apart, and a bag of words fails:
``kinds`` names the sorts, extra["kinds"] tells each review's.
"""

from dataclasses import dataclass

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.records import info
from coursekit.data.splits import by_part

INFO = info("reviews")

# The words tell / a negation turns them / the main clause decides / the
# first and the last sentence together decide / only the order decides.
KINDS = ("plain", "negation", "contrast", "distance", "order")


@dataclass(frozen=True, eq=False, repr=False)
class Reviews(Dataset):
    """The usual splits; ``kinds`` names the numbers in extra["kinds"]."""

    kinds: tuple[str, ...] = KINDS


def load() -> Reviews:
    """4,000/1,000/1,000 reviews as str; y 1 favourable, 0 not; balanced.

    extra["kinds"] (n,) is a number in KINDS, extra["pair"] (n,) the same
    for two reviews of the same words in another order and opposite mood;
    -1 for a review without such a partner. Partners are in the same split.
    In 26 of the 840 pairs (15, 8 and 3 in the splits), all of kind contrast,
    "a" of one review is "an" in the other: count the two as one word.
    """
    stored = read_npz("reviews.npz")
    y, kinds, pair = (
        stored[key].astype("int64") for key in ("labels", "kinds", "pair")
    )
    train, validation, test = by_part(
        stored["split"],
        unpack_lines(stored["texts"]),
        y,
        kinds=kinds,
        pair=pair,
    )
    names = ("unfavourable", "favourable")
    return Reviews(INFO, train, validation, test, names)
