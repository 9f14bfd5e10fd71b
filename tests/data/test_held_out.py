"""Which examples are held out: the same ones in every version of the kit.

A validation result is comparable only with one on the same examples. The
numbers here were computed once; another seed, another order of drawing or
another rounding changes them.
"""

import hashlib

import numpy as np
import pytest
from PIL import Image

from coursekit import data
from coursekit.data.splits import held_out


def digest(values) -> str:
    text = " ".join(map(str, values))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("size", "classes", "count", "expected"),
    [
        pytest.param(
            60_000, 10, 5_000, "8cf52b3b8b4c4c3b", id="mnist, fashion_mnist"
        ),
        pytest.param(50_000, 10, 5_000, "5ea59a2bba7cb99e", id="cifar10"),
        pytest.param(50_000, 100, 5_000, "1994b319052f5dfb", id="cifar100"),
        pytest.param(7_291, 10, 1_000, "d70f3818cd66fac2", id="usps"),
        pytest.param(25_000, 2, 5_000, "5978b4da76dab41d", id="imdb"),
    ],
)
def test_the_examples_held_out_to_validate_stay_the_same(
    size, classes, count, expected
):
    labels = np.random.default_rng(size).integers(0, classes, size)
    held = np.flatnonzero(held_out(labels, count))
    assert digest(held.tolist()) == expected


def test_sentence_pairs_stay_in_their_split(tmp_path):
    lines = [f"Sentence {n // 2}.\tFrase {n}.\n" for n in range(2_000)]
    (tmp_path / "spa.txt").write_text("".join(lines), encoding="utf-8")
    pairs = data.load("spa-eng", folder=tmp_path)
    assert digest(pairs.validation.y) == "fb01a0117d127756"
    assert digest(pairs.test.y) == "0105ee8cf9498e73"


def test_pictures_in_folders_stay_in_their_split(tmp_path, cache):
    for shot in range(20):
        folder = tmp_path / ("tree" if shot % 2 else "cobra")
        folder.mkdir(exist_ok=True)
        grey = Image.new("L", (8, 8), shot)
        grey.save(folder / f"{shot:02d}.png")
    poses = data.load("yoga", folder=tmp_path, size=8)
    assert poses.validation.x[:, 0, 0, 0].tolist() == [6, 14, 15]
    assert poses.test.x[:, 0, 0, 0].tolist() == [0, 8, 5, 19]
