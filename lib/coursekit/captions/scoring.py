"""How good captions are: like the references, and true of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.data.dataset import Split
from coursekit.data.render.scene_pictures import COLOURS, KINDS, TEXTURES
from coursekit.errors import CourseError
from coursekit.vocabulary import words


def bleu(
    candidates: Sequence[str], references: Sequence[Sequence[str]]
) -> tuple[float, float, float, float]:
    """BLEU-1 to BLEU-4 of a corpus, 0 to 100, as captioning papers give them.

    ``references[k]`` are all captions of picture k, the same number for
    each. Lower case, no punctuation, no smoothing. K. Papineni et al.
    (2002), ACL; computed by sacrebleu.
    """
    import sacrebleu

    _check(candidates, references)
    said = [" ".join(words(text)) for text in candidates]
    columns = [
        [" ".join(words(text)) for text in column]
        for column in zip(*references, strict=True)
    ]
    scores = [
        sacrebleu.BLEU(
            max_ngram_order=order,
            tokenize="none",
            smooth_method="none",
            force=True,
        )
        .corpus_score(said, columns)
        .score
        for order in range(1, 5)
    ]
    return scores[0], scores[1], scores[2], scores[3]


def brevity(
    candidates: Sequence[str], references: Sequence[Sequence[str]]
) -> float:
    """BLEU's penalty for short captions, 0 to 1: exp(1 - r / c) below r.

    c is the length of all candidates together, r that of the references
    closest to each in length (the shorter one of two as close).
    """
    said, closest = 0, 0
    for text, group in zip(candidates, references, strict=True):
        size = len(words(text))
        sizes = [len(words(reference)) for reference in group]
        said += size
        closest += min(sizes, key=lambda r: (abs(r - size), r))
    return float(min(1.0, np.exp(1 - closest / max(said, 1))))


def _check(candidates, references) -> None:
    if len(candidates) != len(references):
        raise CourseError(
            f"There are {len(candidates)} candidates and references of "
            f"{len(references)} pictures.",
            "give one candidate a picture, in the order of the references",
        )
    if any(isinstance(group, str) for group in references):
        raise CourseError(
            "A picture's references are a string.",
            "give a tuple of captions for each picture",
        )
    if len({len(group) for group in references}) > 1:
        raise CourseError(
            "Pictures have different numbers of references.",
            "give each picture the same number of captions",
        )


def _nouns() -> dict[str, int]:
    """Noun, singular and plural -> number of the kind."""
    table = {}
    for number, kind in enumerate(KINDS):
        noun = kind.split()[-1]
        table[noun] = number
        table[noun + ("es" if noun.endswith("x") else "s")] = number
    return table


NOUNS = _nouns()
_COLOURS = {name: number for number, name in enumerate(COLOURS)}


def named(caption: str) -> list[tuple[int, int, int]]:
    """The things a caption names: (place of the noun, kind, colour or -1).

    "a red striped ball" -> [(3, 2, 0)]: the fourth word is a ball, kind 2
    of the data set, and called red, colour 0.
    """
    said, found = words(caption), []
    for place, word in enumerate(said):
        if word in NOUNS:
            before = place - 1
            while before >= 0 and said[before] in (*TEXTURES, "stop"):
                before -= 1
            adjective = said[before] if before >= 0 else ""
            colour = _COLOURS.get(adjective, -1)
            found.append((place, NOUNS[word], colour))
    return found


@dataclass(frozen=True)
class Truth:
    """How much of what captions say is in the pictures, 0 to 1.

    ``objects``: named things whose kind is there; ``attributes``: among
    things named with a colour, those of which kind and colour are there
    together; ``covered``: kinds in the pictures that are named.
    ``colours_named`` counts the things named with a colour.
    """

    objects: float
    attributes: float
    covered: float
    colours_named: int


def truth(candidates: Sequence[str], split: Split) -> Truth:
    """Compare captions with what is known to be in a split of scenes."""
    kinds, colours = split.extra["kinds"], split.extra["colours"]
    _check(candidates, split.y)
    right, attributes, covered, there = [], [], 0, 0
    for caption, row, shades in zip(candidates, kinds, colours, strict=True):
        pairs = {(k, c) for k, c in zip(row, shades, strict=True) if k >= 0}
        present = {kind for kind, _ in pairs}
        things = named(caption)
        right += [kind in present for _, kind, _ in things]
        attributes += [(k, c) in pairs for _, k, c in things if c >= 0]
        covered += len(present & {kind for _, kind, _ in things})
        there += len(present)
    return Truth(
        float(np.mean(right)) if right else 0.0,
        float(np.mean(attributes)) if attributes else 0.0,
        covered / max(there, 1),
        len(attributes),
    )
