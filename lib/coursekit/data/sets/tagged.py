"""Generated sentences, every word tagged: a part of speech, or an entity.

Many words are two things: "the bank" and "they bank the money", "can" as an
auxiliary, a tin and what is done with fish. Validation and test hold nouns,
verbs, adjectives, adverbs and names that the training sentences do not. In
the sentences with entities a name may be of a person or of a place (Florence),
a surname or a town (Ashworth), alone or part of an organisation's (Bank of
Ashworth), and only the other words tell.
"""

from dataclasses import replace

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.readers.checked import one_of
from coursekit.data.records import info
from coursekit.data.sets.ud_english import TAGS
from coursekit.data.splits import by_part

INFO = info("tagged")

# Entities as BIO tags: no name, or the beginning or inside of a name of a
# person, a place or an organisation.
ENTITIES = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
_NAMED = "3,000 generated sentences, names in them marked by BIO tags"
_KINDS = {
    "parts of speech": ("words", "tags", TAGS, (4_000, 500, 1_000)),
    "entities": ("named_words", "entities", ENTITIES, (2_000, 300, 700)),
}


def load(tags: str = "parts of speech") -> Dataset:
    """4,000/500/1,000 sentences, or 2,000/300/700 others with entities.

    x is a list of tuples of words, y a list of int64 arrays, one number in
    ``class_names`` per word: the 17 universal parts of speech, of which the
    grammar uses 15. Possessives (his, my) are PRON and every form of to be
    is AUX, as in UD English EWT. ``tags="entities"``: names of persons,
    places and organisations as BIO tags; titles (Mr, Dr) are no part of a
    name, and more than half of the names in the validation and test sentences
    are in no training sentence. Raises CourseError for other ``tags``.
    """
    one_of(_KINDS, "kind of tags", tags)
    lines, numbers, names, sizes = _KINDS[tags]
    stored = read_npz("tagged.npz")
    sentences = [tuple(s.split(" ")) for s in unpack_lines(stored[lines])]
    ends = np.cumsum([len(words) for words in sentences])
    y = np.split(stored[numbers].astype("int64"), ends[:-1])
    splits = by_part(np.repeat(range(3), sizes), sentences, y)
    own = INFO if tags == "parts of speech" else replace(INFO, title=_NAMED)
    train, validation, test = splits
    return Dataset(own, train, validation, test, names)
