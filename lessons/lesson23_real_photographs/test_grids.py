"""Kept grids: whole or not there, and resumed."""

import numpy as np
import pytest

from coursekit import lessons
from coursekit.errors import CourseError

kept = lessons.module("23", "grids")


class Encoder:
    """Four places of two numbers: sums over quarters, and how often asked."""

    name, size, version = "toy", 4, "1"

    def __init__(self):
        self.asked = 0

    def __call__(self, images):
        self.asked += len(images)
        x = np.asarray(images, "float32")
        quarters = x.reshape(-1, 2, 2, 2, 2, 3).sum(axis=(2, 4))
        return {"grid": quarters[..., :2] / 7}


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (170, 4, 4, 3)).astype("uint8")


def stop_at(limit):
    def report(done, count):
        if done >= limit:
            raise KeyboardInterrupt

    return report


def expected(pictures):
    grid = Encoder()(pictures)["grid"]
    return grid.reshape(len(pictures), 4, 2).astype("float16")


def test_grids_are_the_encoders_in_half_precision(pictures, tmp_path):
    found = kept.grids(pictures, Encoder(), tmp_path)
    assert found.dtype == np.float16 and found.shape == (170, 4, 2)
    assert np.array_equal(found, expected(pictures))


def test_the_second_time_only_the_shape_is_asked_for(pictures, tmp_path):
    kept.grids(pictures, Encoder(), tmp_path)
    encoder = Encoder()
    kept.grids(pictures, encoder, tmp_path)
    assert encoder.asked == 1


def test_an_interrupted_run_goes_on_and_ends_the_same(pictures, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        kept.grids(pictures, Encoder(), tmp_path, stop_at(100))
    assert not list(tmp_path.glob("*.f16"))
    assert kept.done(pictures, Encoder(), tmp_path) == 100
    encoder, seen = Encoder(), []
    found = kept.grids(
        pictures, encoder, tmp_path, lambda done, count: seen.append(done)
    )
    assert seen == [100, 150] and encoder.asked == 71
    assert np.array_equal(found, expected(pictures))
    assert not list(tmp_path.glob("*.part"))


def test_half_a_picture_at_the_end_is_dropped(pictures, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        kept.grids(pictures, Encoder(), tmp_path, stop_at(50))
    (part,) = tmp_path.glob("*.part")
    with part.open("ab") as file:
        file.write(b"\xff" * 7)  # killed while writing
    found = kept.grids(pictures, Encoder(), tmp_path)
    assert np.array_equal(found, expected(pictures))


def test_other_pictures_or_another_encoder_have_another_file(
    pictures, tmp_path
):
    kept.grids(pictures, Encoder(), tmp_path)
    changed = pictures.copy()
    changed[0, 0, 0, 0] ^= 1
    kept.grids(changed, Encoder(), tmp_path)
    other = Encoder()
    other.version = "2"
    kept.grids(pictures, other, tmp_path)
    assert len(list(tmp_path.glob("*.f16"))) == 3


def test_a_folder_that_cannot_be_written_is_named(pictures, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(CourseError, match="cannot be kept in"):
        kept.grids(pictures, Encoder(), blocked)


def test_a_replay_keeps_its_grids_in_a_folder_of_its_own(monkeypatch):
    monkeypatch.setenv("COURSEKIT_HOME", "/nowhere")
    monkeypatch.setenv("COURSEKIT_REPLAY", "1")
    assert not kept.folder().is_relative_to("/nowhere")
    monkeypatch.delenv("COURSEKIT_REPLAY")
    assert kept.folder().is_relative_to("/nowhere")
