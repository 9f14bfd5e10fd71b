"""Captioners in files: the same network again, or a sentence."""

import numpy as np
import pytest
from tiny_captioners import attention, captions, luong, places

from coursekit.backend import import_keras
from coursekit.errors import CourseError


@pytest.fixture(scope="module", autouse=True)
def keras():
    return import_keras()


@pytest.mark.parametrize("build", [attention, luong])
def test_a_captioner_comes_back_from_its_file(build, tmp_path):
    from coursekit.captions import checkpoints

    model = build(dropout=0.25)
    tokens = captions(2)[..., :5]
    inputs = {"places": places(2), "tokens": tokens}
    if build is attention:
        inputs["tokens"] = tokens[:, 0]
    path = checkpoints.save(model, tmp_path / "folder" / "mine.keras")
    again = checkpoints.load(path)
    assert again.vocabulary.words == model.vocabulary.words
    assert again.settings == model.settings
    assert np.allclose(again(inputs), model(inputs), atol=1e-6)
    assert [p.name for p in path.parent.iterdir()] == ["mine.keras"]


def test_a_missing_file_is_answered_with_a_way_to_get_one(tmp_path):
    from coursekit.captions import checkpoints

    with pytest.raises(CourseError, match=r"no captioner(.|\n)*coursekit ca"):
        checkpoints.load(tmp_path / "none.keras")


def test_a_broken_file_is_refused(tmp_path):
    from coursekit.captions import checkpoints

    (tmp_path / "broken.keras").write_bytes(b"PK not a zip")
    with pytest.raises(CourseError, match=r"broken.keras cannot be read"):
        checkpoints.load(tmp_path / "broken.keras")


def test_a_file_of_another_network_is_refused(keras, tmp_path):
    from coursekit.captions import checkpoints

    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(other)
    with pytest.raises(CourseError, match="another kind"):
        checkpoints.load(other)
