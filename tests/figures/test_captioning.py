"""Figures of captioning say which picture they show, and what is said."""

import numpy as np

from coursekit.figures import captioning

IMAGE = np.zeros((64, 64, 3), "uint8")


def looked(*cells, side=8):
    """Maps that look at one cell (row, column) each."""
    maps = np.zeros((len(cells), side, side))
    for map_, cell in zip(maps, cells, strict=True):
        map_[cell] = 1
    return maps


def test_attention_is_told_word_by_word_with_row_and_column():
    words, maps = ["a", "dog"], looked((0, 1), (7, 3))
    shown = captioning.attention_maps(IMAGE, words, maps, "test picture 1")
    assert shown.summary.startswith("Attention of each word over test pic")
    assert shown.trained.endswith("a (1, 2: 1.00) dog (8, 4: 1.00).")
    assert shown.summary.endswith(shown.trained)


def test_the_picture_is_compared_unless_training_has_chosen_it():
    def content(image, chosen=""):
        maps = looked((0, 0))
        return captioning.attention_maps(
            image, ["a"], maps, "test picture 1", chosen
        )

    white = IMAGE + 255
    assert content(IMAGE).content() != content(white).content()
    worst = content(IMAGE, "the worst picture")
    assert worst.content() == content(white, "the worst picture").content()
    assert "test picture 1" in worst.trained
    assert "test picture 1" not in worst.summary.removesuffix(worst.trained)


def test_captions_of_a_network_are_told_but_not_compared():
    shown = captioning.pictures([IMAGE], ["a dog"], ["A cat runs."])
    assert "A cat runs." in shown.summary.removesuffix(shown.trained)
    assert "a dog" in shown.trained and "a dog" not in shown.content()
    fixed = captioning.pictures([IMAGE], ["a dog"], trained=False)
    assert "a dog" in fixed.content() and not fixed.trained
