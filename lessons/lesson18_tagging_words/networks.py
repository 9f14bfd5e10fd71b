"""What the lesson, its benchmark and a learner's own sentences share.

Built in lesson 18; a test holds the lesson's cells and these equal.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.vocabulary import PAD, Vocabulary

LETTERS = 16  # of a word; longer ones lose their middle
Sentences = Sequence[Sequence[str]]


def plain(word: str) -> str:
    """A word as the vocabulary knows it: small letters, composed (NFC)."""
    return unicodedata.normalize("NFC", word).lower()


def spelled(word: str) -> str:
    """A word's letters, composed; of a long word the first and last ones."""
    letters = unicodedata.normalize("NFC", word)
    if len(letters) <= LETTERS:
        return letters
    return letters[: LETTERS // 2] + letters[-LETTERS // 2 :]


def vocabularies(sentences: Sentences) -> tuple[Vocabulary, Vocabulary]:
    """Of words and of letters, each seen twice or more in the training.

    What is seen once becomes <unk>, so that <unk> is trained, too.
    """
    words = Vocabulary.from_texts(
        [[plain(word) for word in sentence] for sentence in sentences], 2
    )
    spellings = [spelled(w) for sentence in sentences for w in sentence]
    return words, Vocabulary.from_texts(spellings, 2, split=list)


def word_rows(
    sentences: Sentences, words: Vocabulary, length: int
) -> np.ndarray:
    """int32 (n, length), padded behind."""
    return words.encode([[plain(w) for w in s] for s in sentences], length)


def letter_rows(
    sentences: Sentences, letters: Vocabulary, length: int
) -> np.ndarray:
    """int32 (n, length, LETTERS), padded behind in both directions."""
    rows = np.zeros((len(sentences), length, LETTERS), "int32")
    for row, sentence in zip(rows, sentences, strict=True):
        found = [spelled(word) for word in sentence[:length]]
        row[: len(found)] = letters.encode(found, LETTERS)
    return rows


def tag_rows(tags: Sequence[np.ndarray], length: int) -> np.ndarray:
    """int32 (n, length): each tag's number plus 1, since 0 is padding."""
    rows = np.full((len(tags), length), PAD, "int32")
    for row, numbers in zip(rows, tags, strict=True):
        row[: len(numbers)] = numbers[:length] + 1
    return rows


def tagger(
    context: str,
    words: int,
    tags: int,
    letters: int = 0,
    width: int = 32,
    units: int = 32,
    dropout: float = 0.0,
) -> Any:
    """An uncompiled model: rows of words (and letters) -> probabilities.

    ``context`` is "none", "forward" or "both"; ``words``, ``letters`` and
    ``tags`` are counts, padding included. Without ``letters`` there is one
    input. Output: (batch, steps, tags).
    """
    import keras
    from keras import layers

    inputs = [keras.Input((None,), dtype="int32", name="words")]
    x = layers.Embedding(words, width, mask_zero=True)(inputs[0])
    if letters:
        inputs.append(
            keras.Input((None, LETTERS), dtype="int32", name="letters")
        )
        seen = layers.Embedding(letters, 16)(inputs[1])
        seen = layers.Conv2D(width, (1, 3), padding="same")(seen)
        seen = layers.Activation("relu")(seen)
        seen = keras.ops.max(seen, axis=2)  # (batch, steps, width)
        x = layers.Concatenate()([x, seen])
    x = layers.Dropout(dropout)(x)
    if context != "none":
        reader = layers.LSTM(units, return_sequences=True)
        if context == "both":
            reader = layers.Bidirectional(reader)
        x = layers.Dropout(dropout)(reader(x))
    outputs = layers.Dense(tags, activation="softmax", name="tags")(x)
    return keras.Model(inputs, outputs, name=f"context_{context}")


def masked_loss(tags: Any, probabilities: Any) -> Any:
    """Mean cross-entropy of the real words; tags 0 are padding."""
    import keras

    ops = keras.ops
    each = keras.losses.sparse_categorical_crossentropy(tags, probabilities)
    real = ops.cast(tags != PAD, each.dtype)
    return ops.sum(each * real) / ops.sum(real)


def commonest(
    sentences: Sentences, tags: Sequence[np.ndarray]
) -> tuple[dict[str, int], int]:
    """Each word's commonest tag, and that of the words seen once."""
    counts: dict[str, Counter] = {}
    for sentence, numbers in zip(sentences, tags, strict=True):
        for word, number in zip(sentence, numbers, strict=True):
            counts.setdefault(plain(word), Counter())[int(number)] += 1
    best = {w: min(c, key=lambda t: (-c[t], t)) for w, c in counts.items()}
    rare = Counter(best[w] for w, c in counts.items() if c.total() == 1)
    every = Counter(best.values())
    return best, (rare or every).most_common(1)[0][0]
