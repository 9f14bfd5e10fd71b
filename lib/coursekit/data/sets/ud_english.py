"""UD English EWT: 16,622 real sentences, a tag for every word.

N. Silveira et al. (2014), A gold standard dependency corpus for English,
Proc. LREC: web logs, e-mails, reviews, questions and answers.
"""

from pathlib import Path
from sys import intern

import numpy as np

from coursekit.data.dataset import Dataset, Split
from coursekit.data.fetch import locate
from coursekit.data.readers import conllu
from coursekit.data.readers.checked import AGAIN
from coursekit.data.readers.textfiles import broken, numbered_lines
from coursekit.data.records import info, source
from coursekit.errors import CourseError

INFO = info("ud_english")

# The 17 parts of speech of Universal Dependencies.
TAGS = (
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM"),
    *("PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"),
)


def _count(folder: Path) -> str:
    counts = [len(read_conllu(folder / file)[0]) for file in SOURCE.files]
    return "{:,}, {:,} and {:,} sentences".format(*counts)


SOURCE = source("ud_english", count=_count)


def load(folder=None) -> Dataset:
    """12,544/2,001/2,077 sentences: the published split.

    x is a list of tuples of words, y a list of int64 arrays, one number in
    ``class_names`` per word. Raises CourseError for a broken line.
    """
    found = locate(SOURCE, folder)
    train, validation, test = (
        Split(*read_conllu(found / file)) for file in SOURCE.files
    )
    return Dataset(INFO, train, validation, test, TAGS)


def read_conllu(path: Path) -> tuple[list[tuple[str, ...]], list[np.ndarray]]:
    """Words and tags of every sentence of a CoNLL-U file."""
    number_of = {tag: number for number, tag in enumerate(TAGS)}
    sentences, tags = [], []
    for found in conllu.sentences(path, numbered_lines(path), AGAIN):
        for number, _, tag in found:
            if tag not in number_of:
                raise broken(path, number, f"has no known tag: {tag!r}")
        sentences.append(tuple(intern(word) for _, word, _ in found))
        tags.append(np.array([number_of[tag] for _, _, tag in found]))
    absent = sum(sentence.count("_") for sentence in sentences)
    if 2 * absent > sum(map(len, sentences)):
        raise CourseError(
            f"{path} holds no words: {absent:,} are _, as in treebanks "
            "whose text may not be passed on.",
            AGAIN,
        )
    return sentences, tags
