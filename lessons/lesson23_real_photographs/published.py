"""What papers report for Flickr8k, and the ways they count."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.captions.scoring import bleu, brevity
from coursekit.vocabulary import words


@dataclass(frozen=True)
class Row:
    """BLEU-1 to BLEU-4 as published; None where the paper gives nothing."""

    name: str
    encoder: str
    scores: tuple[float | None, ...]


# The rows of table 1 of K. Xu et al. (2015), Show, attend and tell, ICML, for
# Flickr8k. Log-bilinear: R. Kiros et al. (2014); the table names no encoder.
FLICKR8K = (
    Row(
        "show and tell, 2014",
        "GoogLeNet",
        (63.0, 41.0, 27.0, None),
    ),
    Row("log-bilinear, 2014", "not said", (65.6, 42.4, 27.7, 17.7)),
    Row("soft attention, 2015", "VGG", (67.0, 44.8, 29.9, 19.5)),
    Row("hard attention, 2015", "VGG", (67.0, 45.7, 31.4, 21.3)),
)


def without_brevity(
    candidates: Sequence[str], references: Sequence[Sequence[str]]
) -> tuple[float, ...]:
    """BLEU-1 to BLEU-4 without the penalty, as Xu et al. (2015) count."""
    penalty = brevity(candidates, references)
    return tuple(score / penalty for score in bleu(candidates, references))


def cider(
    candidates: Sequence[str], references: Sequence[Sequence[str]]
) -> np.ndarray:
    """CIDEr of each caption, (n,), 0 to 10: agreement in rare words.

    The cosine between tf-idf vectors of n-grams, mean over the references
    and over n = 1 to 4, times 10 (a factor of their second form, CIDEr-D, and
    of their program). A gram counts the less, the more pictures have it in
    their references; one that all have counts nothing. R. Vedantam et al.
    (2015), CVPR, equations 1 to 3, without stemming.
    """
    groups = [[words(text) for text in group] for group in references]
    result = np.zeros(len(candidates))
    for order in range(1, 5):
        found = [[_grams(text, order) for text in group] for group in groups]
        known = Counter(
            gram for group in found for gram in set().union(*group)
        )
        for k, text in enumerate(candidates):
            mine = _weigh(_grams(words(text), order), known, len(groups))
            result[k] += np.mean(
                [
                    _cosine(mine, _weigh(theirs, known, len(groups)))
                    for theirs in found[k]
                ]
            )
    return 10 * result / 4


def _grams(text: Sequence[str], order: int) -> Counter:
    return Counter(zip(*(text[k:] for k in range(order)), strict=False))


def _weigh(grams: Counter, known: Counter, pictures: int) -> dict:
    """tf-idf: how often, times the log of how rare."""
    total = max(grams.total(), 1)
    return {
        gram: count / total * np.log(pictures / max(known[gram], 1))
        for gram, count in grams.items()
    }


def _cosine(one: dict, other: dict) -> float:
    length = np.sqrt(
        sum(v * v for v in one.values()) * sum(v * v for v in other.values())
    )
    common = sum(v * other.get(gram, 0.0) for gram, v in one.items())
    return float(common / length) if length else 0.0
