"""A folder of pictures becomes a classifier, or an error that helps."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from coursekit.backend import import_keras
from coursekit.errors import CourseError
from coursekit.transfer import folder as kit
from coursekit.transfer import from_folder
from coursekit.transfer.report import interval
from coursekit.transfer.twins import twins

keras = import_keras()
COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}


@pytest.fixture(scope="module", autouse=True)
def quickly():
    """Step by step: compiling the graphs would take most of the time."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("COURSEKIT_HOME", str(cache))
    monkeypatch.delenv("COURSEKIT_DATA", raising=False)


@pytest.fixture
def put(tmp_path):
    """put("red", 8): noisy pictures of one colour in a folder of its own."""
    rng = np.random.default_rng(0)

    def save(name, count, part=""):
        where = tmp_path / part / name
        where.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            noise = rng.normal(0, 25, (32, 32, 3))
            picture = np.clip(COLOURS[name] + noise, 0, 255).astype("uint8")
            Image.fromarray(picture).save(where / f"{number}.png")
        return where

    return save


def made(path, epochs=2, **options):
    return from_folder(path, encoder="objects80", epochs=epochs, **options)


def test_colours_are_told_apart(put, tmp_path):
    put("red", 10), put("green", 10), put("blue", 10)
    report = made(tmp_path, epochs=15)
    assert report.accuracy == 1 and report.confusion.trace() == 6
    assert report.predict(tmp_path / "green" / "0.png")[0] == "green"
    assert "6 of 6 right, 1.00 (95 % interval 0.61 to 1.00)" in str(report)
    assert "baseline  0.33" in str(report) and report.warnings() == []


def test_the_report_names_the_encoder_and_what_was_trained(put, tmp_path):
    put("red", 5), put("blue", 5)
    text = str(made(tmp_path))
    assert "objects80, frozen; 226 parameters trained" in text


def test_fine_tuning_leaves_batch_normalisation_frozen(put, tmp_path):
    put("red", 5), put("blue", 5)
    model = made(tmp_path, fine_tune=True).model
    learns = {layer.name for layer in model.layers if layer.trainable}
    assert "conv1" in learns and "norm1" not in learns


def test_a_copy_that_training_saw_is_warned_about(put, tmp_path):
    put("red", 6, "train"), put("blue", 6, "train")
    put("red", 3, "test"), put("blue", 3, "test")
    seen = Image.open(tmp_path / "train" / "red" / "0.png")
    lighter = Image.eval(seen, lambda value: min(255, value + 9))
    lighter.save(tmp_path / "test" / "red" / "copy.png")
    report = made(tmp_path)
    assert report.twin.sum() == 1
    (warning,) = report.warnings()
    assert warning.startswith("1 of the test pictures has a near-duplicate")


def test_a_copy_among_the_validation_pictures_is_warned_about(put, tmp_path):
    for part in ("train", "val", "test"):
        put("red", 6, part), put("blue", 6, part)
    seen = (tmp_path / "train" / "red" / "0.png").read_bytes()
    (tmp_path / "val" / "red" / "copy.png").write_bytes(seen)
    (warning,) = made(tmp_path).warnings()
    assert warning.startswith(
        "1 of the validation pictures has a near-duplicate in train"
    )


def test_uneven_classes_are_warned_about(put, tmp_path):
    put("red", 24), put("blue", 5)
    assert any("unbalanced" in text for text in made(tmp_path).warnings())


def test_files_that_are_no_pictures_are_counted(put, tmp_path):
    put("red", 6), put("blue", 6)
    (tmp_path / "red" / "broken.png").write_bytes(b"not a picture")
    assert "1 picture undecodable (broken.png)" in str(made(tmp_path))


def test_of_many_files_that_are_no_pictures_one_is_named(put, tmp_path):
    put("red", 6), put("blue", 6)
    for number in range(3):
        (tmp_path / "red" / f"z{number}.jpg").write_bytes(b"not a picture")
    text = str(made(tmp_path))
    assert "3 pictures undecodable (such as z0.jpg)" in text


def test_pictures_are_shown_with_what_is_said_of_them(put, tmp_path):
    put("red", 5), put("blue", 5)
    figure = made(tmp_path).pictures()
    assert figure.summary.startswith("2 of 2 test pictures")


def test_more_mistakes_than_fit_are_shown_from_all_classes(put, tmp_path):
    put("red", 12), put("blue", 12)
    report = made(tmp_path)
    said = 1 - report.dataset.test.y  # all wrong
    figure = dataclasses.replace(report, said=said).pictures(count=2)
    titles = {axes.get_title() for axes in figure.figure.axes}
    assert titles - {""} == {"red? (blue)", "blue? (red)"}


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ({}, "no pictures"),
        ({"red": 9}, "one class only, red"),
        ({"red": 9, "blue": 4}, "4 readable pictures of blue"),
    ],
)
def test_a_folder_with_too_little_says_what_to_do(
    put, tmp_path, classes, message
):
    for name, count in classes.items():
        put(name, count)
    with pytest.raises(CourseError, match=message) as error:
        made(tmp_path)
    assert "folder" in error.value.remedy


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CourseError, match="no folder nowhere"):
        made(tmp_path / "nowhere")


def test_a_folder_is_looked_at_before_weights_are_fetched(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(kit.encoders, "load", lambda name: pytest.fail(name))
    with pytest.raises(CourseError, match="no folder nowhere"):
        from_folder(tmp_path / "nowhere", encoder="resnet50")


def test_weights_that_cannot_be_fetched_leave_the_kits_own(
    put, tmp_path, monkeypatch
):
    put("red", 5), put("blue", 5)

    def load(name):
        raise CourseError("No connection.", "try again")

    monkeypatch.setattr(kit.encoders, "load", load)
    with pytest.raises(CourseError, match="No connection") as error:
        from_folder(tmp_path, encoder="resnet50")
    assert "try again; or give encoder='objects80'" in error.value.remedy


def test_a_folder_that_may_not_be_read_is_named(put, tmp_path, monkeypatch):
    put("red", 5), put("blue", 5)

    def refuse(*given):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(kit, "load_classes", refuse)
    with pytest.raises(CourseError, match="cannot be read: .*denied") as error:
        made(tmp_path)
    assert "right to read it" in error.value.remedy


def test_a_file_instead_of_a_folder_is_named_as_one(put, tmp_path):
    picture = put("red", 1) / "0.png"
    with pytest.raises(CourseError, match="0.png is a file, no folder"):
        made(picture)


def test_pictures_that_lie_too_deep_are_shown(put, tmp_path):
    put("red", 6, "all/colours"), put("blue", 6, "all/colours")
    with pytest.raises(CourseError, match="too deep .*/blue/0.png") as error:
        made(tmp_path)
    assert "holds the folders of the classes" in error.value.remedy


def test_training_for_no_epoch_is_refused(put, tmp_path):
    put("red", 5), put("blue", 5)
    with pytest.raises(CourseError, match="0 epochs"):
        from_folder(tmp_path, encoder="objects80", epochs=0)


def test_unreadable_files_alone_are_an_error_with_a_remedy(tmp_path):
    for name in ("red", "blue"):
        (tmp_path / name).mkdir()
        for number in range(6):
            (tmp_path / name / f"{number}.png").write_bytes(b"no picture")
    with pytest.raises(CourseError, match="can be decoded"):
        made(tmp_path)


def test_interrupting_keeps_the_best_epoch(monkeypatch, capsys):
    inputs = keras.layers.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    x, y = np.eye(2, dtype="float32")[[0, 1] * 4], np.array([0, 1] * 4)
    parts = [type("Part", (), {"y": y})] * 2
    keeper = kit._keeper()
    after = type(keeper).on_epoch_end

    def stop(self, epoch, logs=None):
        after(self, epoch, logs | {"val_loss": float(epoch)})
        self.first = self.first if epoch else self.model.get_weights()
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(type(keeper), "on_epoch_end", stop)
    monkeypatch.setattr(kit, "_keeper", lambda: keeper)
    kit._train(model, [x, x], parts, 0.1, epochs=9)
    assert "the best of 3 epochs is kept" in capsys.readouterr().out
    for kept, first in zip(model.get_weights(), keeper.first, strict=True):
        assert np.array_equal(kept, first)


def test_training_that_only_makes_it_worse_leaves_the_weights_alone():
    inputs = keras.layers.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    model.set_weights([9 * np.eye(2), np.zeros(2)])
    x, y = np.eye(2, dtype="float32"), np.array([0, 1])
    parts = [type("Part", (), {"y": 1 - y}), type("Part", (), {"y": y})]
    kit._train(model, [x, x], parts, 0.1, epochs=3)
    assert np.array_equal(model.get_weights()[0], 9 * np.eye(2))


def test_the_interval_is_wilsons():
    low, high = interval(81, 263)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


# ------------------------------------------------------ near-duplicates


@pytest.fixture
def pictures():
    rng = np.random.default_rng(1)
    rough = rng.integers(0, 256, (6, 8, 8, 3))
    return rough.repeat(5, axis=1).repeat(5, axis=2).astype("uint8")


def test_other_pictures_are_no_twins(pictures):
    assert twins(pictures[:3], pictures[3:]).tolist() == [False] * 3


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x,
        lambda x: (x * 0.8 + 12).astype("uint8"),
        lambda x: x[:, :, ::-1],
        lambda x: x ^ 3,  # as a lossy format would
    ],
    ids=["copied", "darker", "mirrored", "saved again"],
)
def test_changed_copies_are_twins(pictures, change):
    asked = np.concatenate([change(pictures[:1]), pictures[3:]])
    assert twins(pictures[:3], asked).tolist() == [True] + [False] * 3


def test_flat_pictures_are_no_twins_of_each_other():
    black, white = np.zeros((1, 20, 20, 3)), np.full((1, 20, 20, 3), 255.0)
    assert not twins(black, white).any()
