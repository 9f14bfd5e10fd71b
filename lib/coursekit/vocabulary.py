"""Texts as rows of numbers, and back. Plain Python and NumPy.

Built in lessons 16 (words), 17 (characters) and 21 (captions).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from coursekit.errors import CourseError

PAD, UNKNOWN, START, END = range(4)
SPECIAL = ("<pad>", "<unk>", "<start>", "<end>")
PLAIN = SPECIAL[:2]  # where nobody has to know where a text begins and ends


def words(text: str) -> list[str]:
    """Lower-case words without punctuation, as the papers count them.

    Of any language that puts blanks between words: letters, marks and
    digits make a word, with apostrophes (curly ones become straight) and
    the joiners that Indic scripts and Persian write inside of words.
    """
    text = unicodedata.normalize("NFC", text.lower()).replace("’", "'")
    if text.isascii():
        return re.findall(r"[a-z0-9']+", text)
    inside = (c if _in_word(c) else " " for c in text)
    return "".join(inside).split()


def _in_word(letter: str) -> bool:
    return (
        letter in "'\u200c\u200d" or unicodedata.category(letter)[0] in "LMN"
    )


class Vocabulary:
    """Tokens with numbers: ``special`` ones first, then the usual ones.

    ``special`` is SPECIAL, or PLAIN for rows without start and end. A text
    is a string, which ``split`` makes tokens of (``words``, or ``list`` for
    characters), or a sequence of tokens that is taken as it is.
    """

    def __init__(
        self,
        known: Sequence[str],
        special: Sequence[str] = SPECIAL,
        split: Callable[[str], list[str]] = words,
    ):
        self.split, self.ends = split, len(special) > END
        self.words = (*special, *known)
        self.number = {word: k for k, word in enumerate(self.words)}
        if len(self.number) < len(self.words):
            raise CourseError(
                "A vocabulary has a word twice.", "give each word once"
            )

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[str | Sequence[str]],
        at_least: int = 1,
        max_tokens: int | None = None,
        special: Sequence[str] = PLAIN,
        split: Callable[[str], list[str]] = words,
    ) -> "Vocabulary":
        """The tokens that occur ``at_least`` so often, the usual ones first.

        Ties in alphabetical order. ``max_tokens`` is the whole size, special
        ones counted, as in keras.layers.TextVectorization. Give it training
        texts only: what only a test text has is unknown.
        """
        counts = Counter(
            token
            for text in texts
            for token in (split(text) if isinstance(text, str) else text)
        )
        usual = sorted(counts, key=lambda word: (-counts[word], word))
        known = [word for word in usual if counts[word] >= at_least]
        if max_tokens is not None:
            known = known[: max(max_tokens - len(special), 0)]
        return cls(known, special, split)

    @classmethod
    def from_captions(
        cls, captions: Iterable[str], at_least: int = 5
    ) -> "Vocabulary":
        """The words that occur so often in captions to train on."""
        return cls.from_texts(captions, at_least, special=SPECIAL)

    def __len__(self) -> int:
        return len(self.words)

    def encode_one(
        self, text: str | Sequence[str], max_length: int
    ) -> list[int]:
        """<start>, up to ``max_length`` tokens, <end>, and padding behind.

        Behind a text that is cut stands no <end>: it does not end there.
        Without <start> and <end> among the special ones: ``max_length``
        numbers, cut or padded at the end.
        """
        tokens = self.split(text) if isinstance(text, str) else text
        numbers = [self.number.get(t, UNKNOWN) for t in tokens]
        if not self.ends:
            padding = [PAD] * (max_length - len(numbers))
            return numbers[:max_length] + padding
        cut = len(numbers) > max_length
        inside = [START, *numbers[:max_length], PAD if cut else END]
        return inside + [PAD] * (max_length + 2 - len(inside))

    def encode(self, texts: Iterable, max_length: int) -> np.ndarray:
        """Texts as int32 (n, length); length: 2 more with start and end.

        With start and end, a tuple is several captions of one picture:
        (n, captions, length).
        """
        return np.array(
            [
                [self.encode_one(text, max_length) for text in item]
                if self.ends and not isinstance(item, str)
                else self.encode_one(item, max_length)
                for item in texts
            ],
            "int32",
        )

    def decode_one(self, tokens: Iterable[int], joined_by: str = " ") -> str:
        """The text up to the first <end>, without special words."""
        spoken = []
        for token in map(int, tokens):
            if self.ends and token == END:
                break
            if token != PAD and not (self.ends and token == START):
                spoken.append(self.words[token])
        return joined_by.join(spoken)

    def decode(self, rows: np.ndarray) -> list[str]:
        """The texts of rows of tokens (n, length)."""
        return [self.decode_one(row) for row in np.asarray(rows)]
