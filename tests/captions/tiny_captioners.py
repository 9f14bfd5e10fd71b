"""Tiny captioners and captions that the tests share."""

import numpy as np

KNOWN = ("a", "dog", "ball", "red", "runs", "the")
PLACES, FEATURES, WORDS = 9, 7, 10


def luong(seed=2, **options):
    import keras

    from coursekit.captions.luong_captioner import LuongCaptioner

    keras.utils.set_random_seed(seed)
    settings = {"units": 6, "size": 5, "dropout": 0.3, **options}
    model = LuongCaptioner(KNOWN, **settings)
    shapes = {"places": (None, PLACES, FEATURES), "tokens": (None, 5, None)}
    model.build(shapes)
    return model


def attention(features=FEATURES, **options):
    import keras

    from coursekit.captions.attention_captioner import AttentionCaptioner

    keras.utils.set_random_seed(2)
    settings = {"units": 6, "embedding": 5, "attention": 4, **options}
    model = AttentionCaptioner(KNOWN, **settings)
    model.build({"places": (None, PLACES, features), "tokens": (None, 5)})
    return model


def captions(count=12, seed=3):
    """Rows of 2, then up to three words, then 3, then 0."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((count, 5, 6), "int32")
    for row in rows.reshape(-1, 6):
        length = rng.integers(1, 4)
        row[0] = 2
        row[1 : length + 1] = rng.integers(4, WORDS, length)
        row[length + 1] = 3
    return rows


def places(count=12, seed=4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, PLACES, FEATURES)).astype("float16")
