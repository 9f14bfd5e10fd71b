"""Captions as rows of numbers, and back. Plain Python and NumPy."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from coursekit.errors import CourseError

PAD, UNKNOWN, START, END = range(4)
SPECIAL = ("<pad>", "<unk>", "<start>", "<end>")


def words(caption: str) -> list[str]:
    """Lower-case words without punctuation, as the papers count them.

    Of any language that puts blanks between words: letters, marks and
    digits make a word, with apostrophes (curly ones become straight) and
    the joiners that Indic scripts and Persian write inside of words.
    """
    text = unicodedata.normalize("NFC", caption.lower()).replace("’", "'")
    if text.isascii():
        return re.findall(r"[a-z0-9']+", text)
    inside = (c if _in_word(c) else " " for c in text)
    return "".join(inside).split()


def _in_word(letter: str) -> bool:
    return (
        letter in "'\u200c\u200d" or unicodedata.category(letter)[0] in "LMN"
    )


class Vocabulary:
    """Words with numbers: 0 to 3 are SPECIAL, the usual words come first."""

    def __init__(self, known: Sequence[str]):
        self.words = (*SPECIAL, *known)
        self.number = {word: k for k, word in enumerate(self.words)}
        if len(self.number) < len(self.words):
            raise CourseError(
                "A vocabulary has a word twice.", "give each word once"
            )

    @classmethod
    def from_captions(
        cls, captions: Iterable[str], at_least: int = 5
    ) -> "Vocabulary":
        """The words that occur so often in captions to train on."""
        counts = Counter(word for text in captions for word in words(text))
        usual = sorted(counts, key=lambda word: (-counts[word], word))
        return cls([word for word in usual if counts[word] >= at_least])

    def __len__(self) -> int:
        return len(self.words)

    def encode_one(self, caption: str, max_length: int) -> list[int]:
        """<start>, up to ``max_length`` words, <end>, and padding behind.

        Behind a caption that is cut stands no <end>: it does not end there.
        """
        numbers = [self.number.get(w, UNKNOWN) for w in words(caption)]
        cut = len(numbers) > max_length
        inside = [START, *numbers[:max_length], PAD if cut else END]
        return inside + [PAD] * (max_length + 2 - len(inside))

    def encode(self, captions: Iterable, max_length: int) -> np.ndarray:
        """Captions, or tuples of captions, as int32 (..., max_length + 2)."""
        return np.array(
            [
                self.encode_one(item, max_length)
                if isinstance(item, str)
                else [self.encode_one(text, max_length) for text in item]
                for item in captions
            ],
            "int32",
        )

    def decode_one(self, tokens: Iterable[int]) -> str:
        """The sentence up to the first <end>, without special words."""
        spoken = []
        for token in map(int, tokens):
            if token == END:
                break
            if token not in (PAD, START):
                spoken.append(self.words[token])
        return " ".join(spoken)

    def decode(self, rows: np.ndarray) -> list[str]:
        """The sentences of rows of tokens (n, length)."""
        return [self.decode_one(row) for row in np.asarray(rows)]
