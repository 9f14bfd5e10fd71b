"""Your own pairs: a text file, one pair a line, divided by a tab.

``report("pairs.tsv")`` trains a transformer and prints what it can do.
"""

from pathlib import Path

import numpy as np

import coursekit as ck
from coursekit import lessons
from coursekit.captions.scoring import bleu
from coursekit.data.readers.own_text import read_own
from coursekit.errors import CourseError
from coursekit.vocabulary import SPECIAL, Vocabulary, words

LEAST, LARGEST = 100, 50_000_000  # pairs, bytes


def read(path: str | Path, max_length: int = 20) -> list[tuple[str, str]]:
    """(source, translation) of each line, both with 1 to max_length words.

    UTF-8 text, in each line two parts with a tab between them; what stands
    behind a second tab (Tatoeba's credits) is left out. Longer pairs are
    left out and counted. Raises CourseError, which names file and line.
    """
    text = read_own(path, "one pair a line, divided by a tab", LARGEST)
    pairs, longer = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        fields = line.split("\t")
        sizes = [len(words(text)) for text in fields[:2]]
        if len(fields) < 2 or not min(sizes):
            raise CourseError(
                f"{path}, line {number}: {line[:60]!r} is no pair.",
                "write a text, a tab, and its translation, both with words",
            )
        if max(sizes) > max_length:
            longer += 1
        else:
            pairs.append((fields[0].strip(), fields[1].strip()))
    if longer:
        print(f"{longer:,} pairs with over {max_length} words are left out")
    if len(pairs) < LEAST:
        raise CourseError(
            f"{path} has {len(pairs)} pairs of at most {max_length} words, "
            f"expected are {LEAST} or more.",
            "bring more pairs, or a larger max_length",
        )
    return pairs


def parts(pairs: list[tuple[str, str]], seed: int = 0):
    """Pairs to train with and pairs to test; no source is in both."""
    sources = list(dict.fromkeys(source for source, _ in pairs))
    order = np.random.default_rng(seed).permutation(len(sources))
    held = {sources[k] for k in order[: max(1, len(sources) // 10)]}
    train = [pair for pair in pairs if pair[0] not in held]
    test = [pair for pair in pairs if pair[0] in held]
    if not train:
        raise CourseError(
            "All pairs have the same source.",
            "bring pairs with different sources",
        )
    return train, test


def report(
    path: str | Path,
    epochs: int = 30,
    max_length: int = 20,
    size: int = 64,
    rate: float = 3e-3,
    seed: int = 0,
) -> dict[str, float]:
    """Print and return exact match and BLEU-4 on a tenth of the file.

    ``size`` is that of a word's vector, ``rate`` the learning rate at the
    start: larger vectors want a smaller one (1e-3 for 128).
    A source with several translations is right with any of them. Raises
    CourseError, as ``read`` does.
    """
    import keras

    pairs = read(path, max_length)
    train, test = parts(pairs, seed)
    source = Vocabulary.from_texts([a for a, _ in train])
    target = Vocabulary.from_texts([b for _, b in train], special=SPECIAL)
    longest = max(len(words(t)) for pair in train for t in pair)
    networks = lessons.module("20", "networks")
    keras.utils.set_random_seed(seed)
    found = networks.transformer(len(source), len(target), longest, size)
    networks.teach(
        found.model,
        source.encode([a for a, _ in train], longest),
        target.encode([b for _, b in train], longest),
        *(epochs, rate, 32),
        callbacks=[ck.EpochProgress(every=max(1, epochs // 4))],
    )
    true: dict[str, list[str]] = {}
    for a, b in test:
        true.setdefault(a, []).append(" ".join(words(b)))
    rows = source.encode(list(true), longest)
    said = target.decode(found.translate(rows, longest + 1))
    right = np.mean([a in b for a, b in zip(said, true.values(), strict=True)])
    score = bleu(said, [b[:1] for b in true.values()])[3]
    counts = f"{len(train):,} pairs to train, {len(true):,} to test"
    print(f"{Path(path).name}: {counts}")
    print(f"test: {right:.2f} right, BLEU-4 {score:.1f}")
    for text, answer in list(zip(true, said, strict=True))[:3]:
        print(f"  {text} -> {answer}")
    return {"right": float(right), "bleu": float(score)}
