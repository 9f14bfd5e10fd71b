"""The scenes' encoder: its practice scenes, its labels, its file."""

import numpy as np
import pytest

from coursekit import data
from coursekit.backend import import_keras
from coursekit.captions import scene_encoder
from coursekit.data.render.scene_pictures import COLOURS, KINDS, Thing
from coursekit.data.sets.scenes import HELD_OUT
from coursekit.errors import CourseError

COUNT = 120  # scenes of practice


@pytest.fixture(scope="module")
def tool():
    """tools/train_scene_encoder.py."""
    import_keras()
    import train_scene_encoder

    return train_scene_encoder


@pytest.fixture(scope="module")
def practice(tool):
    return tool.practice(COUNT, seed=1)


def test_practice_never_shows_a_held_out_combination(tool, practice):
    _, labels = practice
    shape = (COUNT, len(KINDS), len(tool.SAID))
    things = labels["things"].reshape(shape)
    for kind, colour in HELD_OUT:
        row, column = list(KINDS).index(kind), list(COLOURS).index(colour)
        assert not things[:, row, column].any()
        places = (labels["kind"] == row + 1) & (labels["colour"] == column + 1)
        assert not places.any()


def test_practice_paints_things_in_colours_the_captions_never_show(practice):
    _, labels = practice
    dogs = labels["kind"] == 1 + list(KINDS).index("dog")
    assert len(np.unique(labels["colour"][dogs])) > 6


def test_practice_pictures_are_not_those_of_the_data_set(practice):
    images, _ = practice
    known = {
        image.tobytes() for image in data.load("scenes", at_most=200).test.x
    }
    assert not known & {image.tobytes() for image in images}


def test_a_place_belongs_to_the_thing_that_covers_most_of_it(tool):
    masks = np.zeros((1, 64, 64), "uint8")
    masks[0, :8, :8] = 1
    masks[0, :8, 5:13] = 2  # 24 of the pixels of place 0, 40 of place 1
    masks[0, 60:63, 60:63] = 1  # 9 pixels: too few
    things = [
        Thing("dog", "red", 0, 0, pose="sitting"),
        Thing("cat", "blue", 0, 0, pose="sitting"),
    ]
    labels = tool.place_labels(masks, [things])
    dog, cat = (1 + list(KINDS).index(kind) for kind in ("dog", "cat"))
    assert labels["kind"][0, 0, :3].tolist() == [dog, cat, 0]
    assert labels["kind"][0, 7, 7] == 0
    assert labels["colour"][0, 0, 1] == 1 + list(COLOURS).index("blue")


def test_what_is_said_of_a_kind_is_what_its_things_have(tool):
    things = [
        Thing("dog", "red", 0, 0, "small", "spotted", "running"),
        Thing("dog", "blue", 0, 0, "big", "plain", "sitting"),
        Thing("ball", "red", 0, 0, pose="lying"),
    ]
    shape = (len(KINDS), len(tool.SAID))
    rows = tool.thing_labels([things])[0].reshape(shape)
    dog, ball = (list(KINDS).index(kind) for kind in ("dog", "ball"))
    said = {tool.SAID[k] for k in np.flatnonzero(rows[dog])}
    assert said == {
        *("red", "blue", "small", "big", "spotted", "plain"),
        *("running", "sitting", "several"),
    }
    said = {tool.SAID[k] for k in np.flatnonzero(rows[ball])}
    assert said == {"red", "medium", "plain", "lying"}
    assert rows.sum() == 13


@pytest.mark.slow  # lesson 21 examines it on the test pictures
def test_the_trained_encoder_names_what_it_never_saw(tool):
    results = tool.examine(scene_encoder.load(), seed=77, count=200)
    assert results["kind"] > 0.85 and results["colour"] > 0.85
    assert results["setting"] > 0.98
    assert results["pairs true"] > 0.85


def test_a_broken_file_is_refused(tmp_path):
    import_keras()
    path = tmp_path / "encoder.keras"
    path.write_bytes(b"nothing")
    with pytest.raises(CourseError, match="encoder.keras"):
        scene_encoder.load(path)
