"""Generated sentences, every word tagged with its part of speech.

Many words are two things: "the bank" and "they bank the money", "can" as an
auxiliary, a tin and what is done with fish. Validation and test hold nouns,
verbs, adjectives, adverbs and names that the training sentences do not.
"""

import numpy as np

from coursekit.data.dataset import Dataset
from coursekit.data.readers.bundled import read_npz, unpack_lines
from coursekit.data.records import info
from coursekit.data.sets.ud_english import TAGS
from coursekit.data.splits import by_part

INFO = info("tagged")


def load() -> Dataset:
    """4,000/500/1,000 sentences.

    x is a list of tuples of words, y a list of int64 arrays, one number in
    ``class_names`` per word: the 17 universal parts of speech, of which the
    grammar uses 14. Possessives (his, my) are PRON and every form of to be
    is AUX, as in UD English EWT.
    """
    stored = read_npz("tagged.npz")
    sentences = [tuple(s.split(" ")) for s in unpack_lines(stored["words"])]
    ends = np.cumsum([len(words) for words in sentences])
    tags = np.split(stored["tags"].astype("int64"), ends[:-1])
    part = np.repeat(range(3), (4_000, 500, 1_000))
    train, validation, test = by_part(part, sentences, tags)
    return Dataset(INFO, train, validation, test, TAGS)
