"""Your own reviews: a CSV file with a column of texts and one of labels.

``report("mine.csv", text="review", label="liked")`` trains two readers on
four fifths of them and says what they get right of the others.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.data.readers.own_text import read_columns
from coursekit.data.splits import assert_disjoint
from coursekit.errors import CourseError
from coursekit.vocabulary import Vocabulary, words

LARGEST, LEAST, LONGEST = 50_000_000, 20, 400  # bytes, reviews a class, words
_ABSENT = ("NaN", "nan")  # as pandas writes what is missing


def read(
    path: str | Path, text: str = "text", label: str = "label"
) -> tuple[list[str], np.ndarray, tuple[str, str]]:
    """Different texts, 0 or 1 for each, and what the file calls 0 and 1.

    UTF-8 text with commas, names in the first line, two different labels; a
    text that stands there twice has the label that it has last.
    Raises CourseError, which names the file and the line, for anything else.
    """
    path = Path(path)
    found: dict[str, str] = {}
    for where, (said, meant) in read_columns(path, [text, label], LARGEST):
        if not words(said) or said in _ABSENT:
            raise CourseError(
                f"{where}, has no words ({said[:40]!r}), expected is a text.",
                "leave the line out, or write the text into it",
            )
        if not meant or meant in _ABSENT:
            raise CourseError(
                f"{where}, has no label ({meant!r}), expected is one of two.",
                "leave the line out, or write the label into it",
            )
        found[said] = meant
    return list(found), *_two_classes(path, list(found.values()))


def _two_classes(path: Path, labels: list[str]):
    """0 or 1 for each label, in the order of the alphabet, and their names."""
    counts = Counter(labels)
    if len(counts) != 2:
        raise CourseError(
            f"{path} has {len(counts)} different labels "
            f"({', '.join(sorted(counts))[:100]}), expected are two.",
            "keep the reviews of two labels, such as yes and no",
        )
    least, fewest = counts.most_common()[-1]
    if fewest < LEAST:
        raise CourseError(
            f"{path} has {fewest} different reviews labelled {least!r}, "
            f"expected are {LEAST} of each label at least.",
            "bring more reviews; some hundred of each begin to be enough",
        )
    names = tuple(sorted(counts))
    return np.array([names.index(label) for label in labels]), names


def sentence(text: str, known: Vocabulary, length: int) -> np.ndarray:
    """One sentence as a row of numbers; CourseError when nothing is known."""
    if not isinstance(text, str) or not words(text):
        raise CourseError(
            f"{str(text)[:40]!r} has no words.", "write a sentence as a text"
        )
    row = known.encode([text], length)[0]
    if not (row > 1).any():
        raise CourseError(
            f"No word of {text[:40]!r} was in the training.",
            "write about what the reviews are about, in their language",
        )
    return row


def report(
    path: str | Path,
    text: str = "text",
    label: str = "label",
    epochs: int = 6,
    seed: int = 0,
) -> dict[str, float]:
    """Print and return the share right of unseen reviews, by reader.

    A fifth of the reviews is held out, drawn by chance; equal texts are read
    once. Beside the readers stands who always says the usual label. Raises
    CourseError, as ``read`` does, and for ``epochs`` below 1.
    """
    if not isinstance(epochs, int) or epochs < 1:
        raise CourseError(
            f"epochs={epochs!r} is no number of epochs.",
            "give epochs as a whole number, 1 or more",
        )
    texts, labels, names = read(path, text, label)
    order = np.random.default_rng(seed).permutation(len(texts))
    train, test = np.split(order, [len(order) * 4 // 5])
    parts = [[texts[n] for n in rows] for rows in (train, test)]
    assert_disjoint(*parts)
    known = Vocabulary.from_texts(parts[0], at_least=2, max_tokens=20_000)
    length = min(max(len(words(said)) for said in parts[0]), LONGEST)
    x, x_test = (known.encode(part, length) for part in parts)
    y, y_test = labels[train], labels[test]
    usual = int(2 * y.sum() >= len(y))
    shares = {"majority": float((y_test == usual).mean())}
    for kind in ("bag", "conv"):
        model = _trained(kind, len(known), x, y, epochs, seed)
        right = (_answers(model, x_test) > 0) == y_test
        shares[kind] = float(right.mean())
    print(
        f"{path}: {len(train)} to train, {len(test)} to test, 1 is {names[1]}"
    )
    print(f"unknown: {(x_test == 1).sum() / (x_test > 0).sum():.3f} of words")
    for name, share in shares.items():
        print(f"{name:<9} right {share:.3f}")
    return shares


def _answers(model, rows: np.ndarray) -> np.ndarray:
    from keras import ops

    said = [model(rows[n : n + 500]) for n in range(0, len(rows), 500)]
    return ops.convert_to_numpy(ops.concatenate(said))[:, 0]


def _trained(kind: str, known: int, x, y, epochs: int, seed: int):
    import keras

    keras.utils.set_random_seed(seed)
    model = lessons.module("16", "networks").network(kind, known)
    rates = keras.optimizers.schedules.CosineDecay(
        1e-2, epochs * -(-len(x) // 32)
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rates), loss)
    model.fit(x, y, 32, epochs, verbose=0)
    return model
