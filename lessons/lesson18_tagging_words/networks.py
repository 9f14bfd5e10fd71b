"""What the lesson, its benchmark and a learner's own sentences share.

Built in lesson 18; a test holds the lesson's cells and these equal.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.vocabulary import PAD, UNKNOWN, Vocabulary

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


def forgotten(
    rows: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Rows of words with a share of the words replaced by <unk>."""
    drawn = rng.random(rows.shape) < share
    return np.where(drawn & (rows != PAD), UNKNOWN, rows)


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

    rows = keras.Input((None,), dtype="int32", name="words")
    inputs, mask = rows, keras.ops.not_equal(rows, PAD)
    x = layers.Embedding(words, width)(rows)
    if letters:
        spelling = keras.Input((None, LETTERS), dtype="int32", name="letters")
        seen = layers.Embedding(letters, 16)(spelling)
        seen = layers.Conv2D(width, (1, 3), padding="same")(seen)
        seen = keras.ops.max(keras.ops.relu(seen), axis=2)
        x = layers.Concatenate()([x, seen])
        inputs = [rows, spelling]
    x = layers.Dropout(dropout)(x)
    if context != "none":
        reader = layers.LSTM(units, return_sequences=True)
        if context == "both":
            reader = layers.Bidirectional(reader)
        x = layers.Dropout(dropout)(reader(x, mask=mask))
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


def grouped(
    sentences: Sentences,
    tags: Sequence[np.ndarray],
    words: Vocabulary,
    letters: Vocabulary | None,
) -> list[tuple]:
    """(inputs, tag rows, places of the sentences), a group of each length.

    Rows of at most 16, 32 or 64 words, or of the longest sentence: padding
    costs time. ``letters`` None leaves the spelling out.
    """
    sizes = np.array([len(sentence) for sentence in sentences])
    groups, least = [], 0
    for length in (16, 32, 64, max(65, sizes.max())):
        places = np.flatnonzero((sizes > least) & (sizes <= length)).tolist()
        least = length
        if not len(places):
            continue
        some = [sentences[place] for place in places]
        x = [word_rows(some, words, length)]
        if letters is not None:
            x.append(letter_rows(some, letters, length))
        y = tag_rows([tags[place] for place in places], length)
        groups.append((x, y, places))
    return groups


def fitted(
    model: Any,
    groups: Sequence[tuple],
    epochs: int,
    seed: int,
    rate: float = 4e-3,
    size: int = 32,
    share: float = 0.1,
    report: Callable[[float], None] = lambda done: None,
) -> None:
    """Train with batches of ``size`` sentences of about the same length.

    A ``share`` of the words is forgotten, anew in each epoch.
    """
    import keras

    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(y)) for _, y, _ in groups]
    batches = [
        (group, order[k : k + size])
        for (*group, _), order in zip(groups, orders, strict=True)
        for k in range(0, len(order), size)
    ]
    rates = keras.optimizers.schedules.CosineDecay(rate, epochs * len(batches))
    optimizer = keras.optimizers.Adam(rates, global_clipnorm=1.0)
    model.compile(optimizer, masked_loss)
    for epoch in range(epochs):
        for number in rng.permutation(len(batches)):
            (x, y), rows = batches[number]
            given = [part[rows] for part in x]
            given[0] = forgotten(given[0], share, rng)
            given = given if len(given) > 1 else given[0]
            model.train_on_batch(given, y[rows])
        report((epoch + 1) / epochs)


def said(model: Any, groups: Sequence[tuple]) -> np.ndarray:
    """The likeliest tags of all words, in the order of the sentences."""
    found: dict[int, np.ndarray] = {}
    for x, y, places in groups:
        inputs = x if len(x) > 1 else x[0]
        tags = model.predict(inputs, 128, verbose=0).argmax(axis=-1) - 1
        for place, row, truth in zip(places, tags, y, strict=True):
            found[place] = row[truth > 0]
    return np.concatenate([found[place] for place in sorted(found)])


def compared(
    train: tuple[Sentences, Sequence[np.ndarray]],
    test: tuple[Sentences, Sequence[np.ndarray]],
    tags: int,
    epochs: int,
    units: int = 32,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Commonest tag and a tagger with letters: shares of right test words.

    ``tags`` counts what may be said; ``epochs`` 0 takes as many as make
    about 600 updates. Each result has "all", and "known" and "unknown" where
    there are such words.
    """
    import keras

    keras.utils.set_random_seed(seed)
    words, letters = vocabularies(train[0])
    sizes = len(words), tags + 1, len(letters)
    model = tagger("both", *sizes, width=units, units=units, dropout=0.3)
    epochs = epochs or max(2, round(600 * 32 / len(train[0])))
    few = epochs * len(train[0]) / 32 < 1000  # updates: then larger ones
    rate = 1e-2 if few else 4e-3
    fitted(model, grouped(*train, words, letters), epochs, seed, rate)
    best, other = commonest(*train)
    asked = [plain(word) for sentence in test[0] for word in sentence]
    by_name = {
        "commonest tag": np.array([best.get(word, other) for word in asked]),
        "tagger": said(model, grouped(*test, words, letters)),
    }
    truth = np.concatenate(test[1])
    known = np.array([word in best for word in asked])
    return {
        name: shares(values == truth, known)
        for name, values in by_name.items()
    }


def shares(right: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """Share of right words: all, known and unknown ones."""
    parts = {"all": right, "known": right[known], "unknown": right[~known]}
    return {name: float(p.mean()) for name, p in parts.items() if len(p)}
