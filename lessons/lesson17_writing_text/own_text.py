"""Your own text: a UTF-8 file, in any language.

``report("mine.txt")`` trains on its first nine tenths, prints the bits of
counts and of a GRU on the rest, and lets the GRU write.
"""

from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.data.readers.own_text import read_own
from coursekit.errors import CourseError

LARGEST, SHORTEST = 3_000_000, 2_000  # bytes, characters


def read(path: str | Path) -> str:
    """The text of a UTF-8 file, with line feeds between its lines.

    Raises CourseError, which names the file (and the line), for a file that
    cannot be read, is empty, too short, too large, in another encoding, no
    text, or made of one character.
    """
    text = read_own(path, "a running text", LARGEST)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        number = text[: text.index("\0")].count("\n") + 1
        raise CourseError(
            f"{path}, line {number}, holds a zero: no plain text.",
            "save it as plain text with the encoding UTF-8",
        )
    if len(text) < SHORTEST:
        raise CourseError(
            f"{path} has {len(text):,} characters, expected are "
            f"{SHORTEST:,} or more.",
            "bring a longer text, or several in one file",
        )
    if len(set(text)) < 3:
        raise CourseError(
            f"{path} is made of {len(set(text))} different characters, "
            "expected are three or more.",
            "bring a text in which something is to be predicted",
        )
    return text


def report(
    path: str | Path,
    updates: int = 600,
    units: int = 160,
    length: int = 200,
    seed: int = 0,
) -> dict[str, float]:
    """Print and return bits a character on the last tenth, and write.

    ``updates`` of 32 windows of 32 characters train a GRU of ``units``,
    which then writes ``length`` characters. Raises CourseError, as ``read``
    does, and for numbers below 1.
    """
    numbers = {"updates": updates, "units": units, "length": length}
    for name, number in numbers.items():
        if not isinstance(number, int) or number < 1:
            raise CourseError(
                f"{name}={number!r} is no number of {name}.",
                f"give {name} as a whole number, 1 or more",
            )
    text = read(path)
    lm = lessons.module("17", "language_model")
    border = len(text) * 9 // 10
    train, rest = text[:border], text[border:]
    vocabulary = lm.characters_of(train)
    size = len(vocabulary) - 1  # with <unk>, without padding
    counts = lm.NGrams(train, 6, size)
    bits = {"all alike": float(np.log2(size))}
    bits |= {f"counts, {n} back": counts.bits(rest, n + 1) for n in (1, 3, 5)}
    model = lm.trained(
        lm.encode(vocabulary, train), len(vocabulary), units, updates, seed
    )
    bits["GRU"] = lm.bits(model, lm.encode(vocabulary, rest), pieces=4)
    unknown = sum(c not in vocabulary.number for c in rest)
    print(f"{path}: {border:,} characters to train, {len(rest):,} to test")
    print(
        f"{len(vocabulary) - 2} different ones; {unknown} unknown in the test"
    )
    for name, value in bits.items():
        print(f"{name:<15} {value:.2f} bits a character (test)")
    answers = lessons.module("17", "exercises")
    written = answers.write(
        lm.stepper(model),
        lambda logits, u: answers.pick(logits, 0.8, u),
        lm.encode(vocabulary, train[-20:]),
        np.random.default_rng(seed).random(length),
    )
    print(vocabulary.decode_one(written, joined_by=""))
    return bits
