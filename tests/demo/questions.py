"""Small networks and drawings that the tests share."""

import base64
import io

import numpy as np
from PIL import Image

from coursekit.vocabulary import Vocabulary
from demo import networks

KNOWN = ("the", "film", "dull", "warm", "not")
MOODS = np.array([0, 0.5, 0, 0.25, -2, 3, -1], "float32")  # <pad>, <unk> first


def reader():
    """A bag of words: the score is the sum of the words' numbers."""
    vocabulary = Vocabulary.from_texts([" ".join(KNOWN)])
    order = [0, 1, *(2 + KNOWN.index(w) for w in vocabulary.words[2:])]
    moods = MOODS[order]
    return networks.Reader(
        lambda rows: moods[rows].sum(axis=1, keepdims=True), vocabulary
    )


def sure_of(number, seen=None):
    """A network of digits that always says the same."""

    def model(images):
        if seen is not None:
            seen.append(images)
        logits = np.zeros((1, 10), "float32")
        logits[0, number] = 2
        return np.ones((1, 28, 28, 6)), np.ones((1, 10, 10, 16)), logits

    return model


def drawing(ink, kind="PNG"):
    """Ink (height, width) as the page's canvas gives it: a data URL."""
    picture = np.zeros((*ink.shape, 4), "uint8")
    picture[..., 3] = ink
    image, store = Image.fromarray(picture), io.BytesIO()
    (image if kind == "PNG" else image.convert("RGB")).save(store, kind)
    code = base64.b64encode(store.getvalue()).decode()
    return f"data:image/{kind.lower()};base64,{code}"


def bar(height=200, width=40, top=30, left=100):
    """A thick line from top to bottom, on 300 x 300 pixels."""
    ink = np.zeros((300, 300), "uint8")
    ink[top : top + height, left : left + width] = 255
    return ink
