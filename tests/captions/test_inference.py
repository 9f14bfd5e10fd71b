"""One call and one command: from a picture to its caption."""

from functools import cache

import numpy as np
import pytest
from PIL import Image
from tiny_captioners import attention

from coursekit.backend import import_keras
from coursekit.errors import CourseError


@pytest.fixture(scope="module", autouse=True)
def keras():
    return import_keras()


@pytest.fixture(scope="module")
def image_encoder():
    from coursekit.captions import scene_encoder

    return scene_encoder.headless(scene_encoder.load())


def caption(model, image_encoder, **options):
    from coursekit.captions import inference

    image = np.zeros((64, 64, 3), "uint8")
    return inference.caption(image, model, image_encoder, **options)


def test_one_call_captions_a_picture_and_says_where_it_looked(image_encoder):
    model = attention(features=64)
    found = caption(model, image_encoder, beam_width=4, max_length=6)
    maps = found.attention_weights
    assert maps.shape == (len(found.words), 8, 8)
    assert np.allclose(maps.sum(axis=(1, 2)), 1, atol=1e-5)
    assert len(found.alternatives) == 3
    assert list(found.scores) == sorted(found.scores, reverse=True)
    told = found.figure("a black square").summary
    assert told.startswith("Attention of each word over a black square")
    assert told.count(":") == len(found.words) + 1


@cache
def silent_captioner():
    model = attention(features=64)
    bias = np.zeros(len(model.vocabulary), "float32")
    bias[3] = 50  # the end, at once
    model.next_word.bias.assign(bias)
    return model


def test_a_caption_of_no_words_has_no_maps(image_encoder):
    found = caption(silent_captioner(), image_encoder, beam_width=1)
    assert found.text == "" and found.attention_weights.shape == (0, 8, 8)
    assert found.figure().png()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A captioner in the place where lesson 22 keeps its own."""
    from coursekit.captions import checkpoints

    path = tmp_path / "models" / "mine.keras"
    monkeypatch.setattr(checkpoints, "model_file", lambda: path)
    return checkpoints.save(attention(features=64))


def command(*words):
    from coursekit.cli import captioning

    return captioning.command(*words)


def test_the_command_captions_each_file_and_refuses_others_in_a_sentence(
    kept, tmp_path, capsys
):
    picture, text = tmp_path / "mine.png", tmp_path / "notes.txt"
    Image.new("RGB", (90, 70), "red").save(picture)
    text.write_text("words")
    assert command([picture, text], tmp_path, 2) == 1
    printed, refused = capsys.readouterr()
    assert printed.count("mine.png: ") == 1 and printed.count("  or: ") == 1
    assert "notes.txt is not a picture" in refused
    assert Image.open(tmp_path / "mine.caption.png").width > 100


@pytest.fixture
def ready(image_encoder, monkeypatch):
    """The command without reading files of networks."""
    from coursekit.cli import captioning

    both = silent_captioner(), image_encoder
    monkeypatch.setattr(captioning, "captioner", lambda: both)


def test_pictures_of_the_same_name_keep_their_own_overlays(ready, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (64, 64), "red").save(tmp_path / folder / "x.png")
    files = [tmp_path / "a" / "x.png", tmp_path / "b" / "x.png"]
    assert command(files, tmp_path / "out", 1) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["x-2.caption.png", "x.caption.png"]


def test_a_folder_that_cannot_be_written_is_named(ready, tmp_path):
    path = tmp_path / "x.png"
    Image.new("RGB", (64, 64), "red").save(path)
    with pytest.raises(CourseError, match="cannot be written"):
        command([path], path, 1)


@pytest.fixture
def red(tmp_path):
    Image.new("RGB", (90, 70), "red").save(tmp_path / "x.png")
    return tmp_path / "x.png"


def test_the_output_says_that_photographs_are_beyond_the_network(
    ready, kept, red, tmp_path, capsys
):
    command([red], tmp_path, 1)
    said = capsys.readouterr().out
    assert "knows drawn scenes only" in said
    assert "COURSEKIT_PROFILE=full" in said and "lesson 23" in said


def test_a_captioner_of_photographs_is_offered_where_one_is_kept(
    ready, kept, red, tmp_path, capsys
):
    from coursekit.captions import checkpoints

    checkpoints.photograph_file("vgg16").touch()
    command([red], tmp_path, 1)
    said = capsys.readouterr().out
    assert "use `coursekit caption --photographs`" in said
    assert "lesson 23" not in said


def test_photographs_without_their_network_say_how_to_get_it(
    kept, red, tmp_path
):
    with pytest.raises(CourseError, match="no captioner for") as caught:
        command([red], tmp_path, 1, True)
    assert "lesson 23 in its full profile" in caught.value.remedy


def test_photographs_are_captioned_by_the_network_that_lesson_23_keeps(
    kept, red, tmp_path, capsys, monkeypatch
):
    from coursekit.captions import checkpoints, image_encoders

    model = attention(features=1280)
    checkpoints.save(model, checkpoints.photograph_file("mobilenet_v2_0.35"))
    shown = []

    def look(images):
        shown.append(images.shape)
        return {"grid": np.zeros((1, 7, 7, 1280), "float32")}

    monkeypatch.setattr(image_encoders, "load", lambda name: look)
    assert command([red], tmp_path, 2, True) == 0
    said = capsys.readouterr().out
    assert shown == [(1, 160, 160, 3)]
    assert "x.png: " in said and "drawn scenes" not in said


def test_without_a_picture_nothing_is_trained(tmp_path, monkeypatch):
    from coursekit.captions import scene_captioner

    monkeypatch.setattr(scene_captioner, "kept", lambda callbacks: 1 / 0)
    assert command([tmp_path / "none.png"], tmp_path, 2) == 1


def test_a_captioner_that_is_absent_is_trained_and_kept(tmp_path, monkeypatch):
    import tensorflow as tf

    from coursekit import data
    from coursekit.captions import checkpoints, scene_captioner

    few = data.load("scenes", at_most=20)
    path = tmp_path / "models" / "captioner.keras"
    monkeypatch.setattr(checkpoints, "model_file", lambda: path)
    monkeypatch.setattr(data, "load", lambda name: few)
    monkeypatch.setattr(scene_captioner, "MAX_LENGTH", 3)
    tf.config.run_functions_eagerly(True)  # compiling would take longer
    try:
        model = scene_captioner.kept()
    finally:
        tf.config.run_functions_eagerly(False)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    again = scene_captioner.kept()
    for one, other in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(one, other)


SCENES = {
    "cat": ("road", "cat", "orange", 30, 54),
    "ball": ("beach", "ball", "red", 30, 54),
    "dog": ("park", "dog", "brown", 18, 54),
}


@pytest.mark.slow
def test_the_trained_command_names_what_is_in_pictures_of_any_kind(
    tmp_path, monkeypatch, capsys
):
    from coursekit.captions import checkpoints
    from coursekit.data.sets import scenes

    path = tmp_path / "captioner.keras"
    monkeypatch.setattr(checkpoints, "model_file", lambda: path)
    drawn = {}
    for name, (setting, *thing) in SCENES.items():
        image = scenes.picture(setting, [scenes.Thing(*thing)])
        drawn[name] = Image.fromarray(image).resize((640, 640))
    drawn["cat"].convert("CMYK").save(tmp_path / "cat.jpg")
    drawn["ball"].convert("RGBA").save(tmp_path / "ball.png")
    rest = [drawn["cat"], drawn["ball"]]
    drawn["dog"].save(tmp_path / "dog.gif", save_all=True, append_images=rest)
    files = [tmp_path / n for n in ("cat.jpg", "ball.png", "dog.gif")]
    assert command(files, tmp_path / "out", 3) == 0
    said = capsys.readouterr().out.split("where it looked")
    assert "no captioner yet" in said[0]
    for name, lines in zip(SCENES, said, strict=False):
        _, kind, colour, *_ = SCENES[name]
        first = lines[lines.index(f"{name}.") :].splitlines()[0]
        assert kind in first and colour in first
        assert lines.count("  or: ") == 2
