"""Which English words a Spanish word of pairs.npz was made of, by rule."""

import re

from coursekit.vocabulary import words
from generate import numerals, sentences

Alignment = list[list[int]]  # of each Spanish word: places of English ones


def of_number(number: int) -> Alignment:
    """Four | thousand | two hundred: one Spanish word each, and "y" none."""
    english = words(numerals.english(number))
    spanish = words(numerals.spanish(number))
    sources, place = [], 0
    for block in _blocks(number):
        place = english.index(block[0], place)
        sources.append(list(range(place, place + len(block))))
        place += len(block)
    found = iter(sources)
    aligned = [[] if word == "y" else next(found) for word in spanish]
    assert next(found, None) is None
    return aligned


def _blocks(number: int) -> list[list[str]]:
    """English words, by the Spanish word that they become."""
    thousands, rest = divmod(number, 1000)
    hundreds, rest = divmod(rest, 100)
    blocks: list[list[str]] = []
    if thousands == 1:
        blocks = [["one", "thousand"]]  # mil
    elif thousands:
        blocks = [*_blocks(thousands), ["thousand"]]
    if hundreds:
        blocks.append([numerals.ENGLISH[hundreds], "hundred"])
    if rest or not number:
        said = words(numerals.english(rest))
        blocks += [said] if rest < 30 else [[word] for word in said]
    return blocks


def of_words(english: str, spanish: str, pairs: dict[str, str]) -> Alignment:
    """By a dictionary of all forms; only words that a text has once."""
    left, right = words(english), words(spanish)
    aligned: Alignment = [[] for _ in right]
    for place, word in enumerate(left):
        number = re.fullmatch(r"(\d+)(st|nd|rd|th)?", word)
        forms = [number[1]] if number else pairs.get(word, "").split()
        here = [k for k, other in enumerate(right) if other in forms]
        if len(here) == 1 and left.count(word) == 1:
            aligned[here[0]].append(place)
    return aligned


def in_sentences() -> dict[str, str]:
    """English word -> its Spanish forms: nouns, adjectives, numbers."""
    pairs = {number[0]: number[1] for number in sentences.NUMBERS}
    for noun in sentences.NOUNS:
        pairs |= dict(zip(noun.english, noun.spanish, strict=True))
    for adjective in sentences.ADJECTIVES:
        pairs[adjective.english] = " ".join(adjective.spanish)
    return pairs


def pack(alignment: Alignment) -> str:
    """[[0], [], [1, 2]] -> "0 - 1,2"."""
    return " ".join(",".join(map(str, own)) or "-" for own in alignment)
