"""What the lesson, its benchmark and a learner's own text share.

Built in lesson 17; a test holds the lesson's cells and these equal.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.vocabulary import PLAIN, Vocabulary


def characters_of(text: str) -> Vocabulary:
    """The characters of a training text, each with a number."""
    return Vocabulary.from_texts([text], split=list)


def encode(vocabulary: Vocabulary, text: str) -> np.ndarray:
    """The numbers of a text's characters, int32 (length,)."""
    return np.array(vocabulary.encode_one(text, len(text)), "int32")


# ---------------------------------------------------------- counting


class NGrams:
    """Counts of what follows the last 0, 1, ... ``order`` - 1 tokens.

    ``probability`` backs off as Witten and Bell (1991, method C) do: a
    context seen n times, with t different followers, has a say of n of
    n + t, and the context that is one token shorter the rest.
    """

    def __init__(self, tokens: Sequence, order: int, size: int):
        self.order, self.size = order, size
        self.counts: dict[Any, Counter] = {}
        for place, token in enumerate(tokens):
            for length in range(min(order - 1, place) + 1):
                context = tokens[place - length : place]
                self.counts.setdefault(context, Counter())[token] += 1
        self.totals = {c: n.total() for c, n in self.counts.items()}

    def probability(self, context: Sequence, token: Any) -> float:
        """P(token | context), of which the last order - 1 tokens count."""
        value = 1 / self.size
        longest = min(self.order - 1, len(context))
        for length in range(longest + 1):
            short = context[len(context) - length :]
            if short not in self.counts:
                break
            seen = self.counts[short]
            total = self.totals[short]
            value = (seen[token] + len(seen) * value) / (total + len(seen))
        return value

    def bits(self, text: Sequence) -> float:
        """Cross-entropy of a text in bits a token."""
        back = self.order - 1
        total = sum(
            np.log2(self.probability(text[max(0, t - back) : t], token))
            for t, token in enumerate(text)
        )
        return -total / len(text)


# ------------------------------------------------------ a recurrent one


def windows(codes: np.ndarray, length: int) -> tuple:
    """Pieces of a text (n, length), and the same one token later."""
    count = (len(codes) - 1) // length
    x = codes[: count * length].reshape(count, length)
    y = codes[1 : count * length + 1].reshape(count, length)
    return x, y


def network(
    size: int, units: int, dropout: float = 0.0, embedding: int = 32
) -> Any:
    """Numbers (batch, time) -> logits (batch, time, size), uncompiled."""
    import keras
    from keras import layers

    inputs = keras.Input((None,), dtype="int32", name="characters")
    x = layers.Embedding(size, embedding, name="letters")(inputs)
    x = layers.GRU(units, return_sequences=True, name="memory")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(size, name="next")(x)
    return keras.Model(inputs, logits, name="writer")


def bits(model: Any, codes: np.ndarray, streams: int = 32) -> float:
    """Cross-entropy of a long text in bits a character.

    The text is read as ``streams`` pieces beside each other; each begins
    without a past, which costs a few characters in thousands.
    """
    import keras

    x, y = windows(codes, (len(codes) - 1) // streams)
    logits = keras.ops.convert_to_numpy(model(x))
    return float(cross_entropy(logits, y) / np.log(2))


def cross_entropy(logits: np.ndarray, y: np.ndarray) -> float:
    """Mean over all places, in nats; float32 logits are enough."""
    high = logits.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(logits - high).sum(axis=-1)) + high[..., 0]
    said = np.take_along_axis(logits, y[..., np.newaxis], axis=-1)[..., 0]
    return float((log_sum - said).mean(dtype="float64"))
