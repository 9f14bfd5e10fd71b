"""Folders of pictures: one numbering, every layout, nothing left unsaid."""

import pytest
from PIL import Image

from coursekit import data
from coursekit.errors import CourseError

GREY = {
    "daisy": 0,
    "rose": 60,
    "tree": 120,
    "tulip": 180,
    "Tree": 240,
    "train": 30,
}


@pytest.fixture
def put(tmp_path, cache):
    """put("train/rose", 3): pictures as grey as their class is numbered."""

    def save(folder, count, ending=".png"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        grey = Image.new("L", (8, 8), GREY[folder.rpartition("/")[2]])
        for number in range(count):
            grey.save(tmp_path / folder / f"{number}{ending}")

    return save


def load(folder):
    return data.load("yoga", folder=folder, size=8)


def said(split, names):
    """The names that the labels of a part say, and what pictures show."""
    greys = {grey: name for name, grey in GREY.items()}
    shown = [greys[int(image[0, 0, 0])] for image in split.x]
    return [names[label] for label in split.y], shown


def test_a_class_that_the_test_part_lacks_shifts_no_label(put, tmp_path):
    for name in ("daisy", "rose", "tulip"):
        put(f"train/{name}", 5)
        put(f"test/{name}", 0 if name == "daisy" else 2)
    flowers = load(tmp_path)
    named, shown = said(flowers.test, flowers.class_names)
    assert named == shown == ["rose", "rose", "tulip", "tulip"]
    assert flowers.note == "left out: 1 class without pictures (test/daisy)"


def test_a_class_of_the_test_part_only_is_left_out_and_counted(put, tmp_path):
    put("train/rose", 5)
    put("train/tree", 5)
    put("test/Tree", 3)
    put("test/tree", 2)
    poses = load(tmp_path)
    named, shown = said(poses.test, poses.class_names)
    assert named == shown == ["tree", "tree"]
    assert "3 pictures of classes that train lacks (Tree)" in poses.note


@pytest.mark.parametrize("name", ["val", "valid", "validation"])
def test_a_validation_folder_is_the_validation_part(put, tmp_path, name):
    for part, count in (("train", 6), (name, 3), ("test", 2)):
        put(f"{part}/rose", count)
        put(f"{part}/tulip", count)
    flowers = load(tmp_path)
    sizes = len(flowers.train), len(flowers.validation), len(flowers.test)
    assert sizes == (12, 6, 4) and flowers.note == ""


def test_train_and_val_alone_leave_a_fifth_of_train_to_test(put, tmp_path):
    for part, count in (("TRAIN", 10), ("VAL", 3)):
        put(f"{part}/rose", count)
        put(f"{part}/tulip", count)
    flowers = load(tmp_path)
    sizes = len(flowers.train), len(flowers.validation), len(flowers.test)
    assert sizes == (16, 6, 4)


def test_a_class_may_be_called_train(put, tmp_path):
    put("train", 5)
    put("tree", 5)
    assert load(tmp_path).class_names == ("train", "tree")


@pytest.mark.parametrize(
    "ending", [".JPG", ".jpeg", ".PNG", ".webp", ".gif", ".bmp", ".tif"]
)
def test_pictures_of_any_usual_ending_are_loaded(put, tmp_path, ending):
    put("rose", 5, ending)
    put("tree", 5, ending)
    poses = load(tmp_path)
    assert len(poses.train) == 7 and poses.note == ""


def test_what_is_there_and_not_loaded_is_counted(put, tmp_path):
    put("rose", 5)
    put("tree", 5)
    put("tree/deeper/tree", 2)
    (tmp_path / "rose" / "new.heic").write_bytes(b"another kind")
    Image.new("L", (8, 8)).save(tmp_path / "top.png")
    for litter in (".DS_Store", "LICENSE.txt", "rose/Thumbs.db"):
        (tmp_path / litter).touch()
    (tmp_path / "tulip").mkdir()
    note = load(tmp_path).note
    assert "4 files elsewhere or of another kind" in note
    assert "1 class without pictures (tulip)" in note


@pytest.mark.parametrize("count", [1, 2])
def test_a_class_of_few_pictures_is_trained_with(put, tmp_path, count):
    put("daisy", count)
    put("rose", 10 - count)
    flowers = load(tmp_path)
    assert "daisy" in said(flowers.train, flowers.class_names)[0]


def test_a_part_without_pictures_is_said(put, tmp_path):
    put("rose", 3)
    note = load(tmp_path).note
    assert "nothing in validation" in note and "nothing in test" in note


def test_pictures_where_none_belong_are_refused_with_the_layouts(
    put, tmp_path
):
    put("photos/mine/rose", 3)
    with pytest.raises(CourseError, match="no pictures in it") as caught:
        load(tmp_path)
    assert "train/CLASS" in caught.value.remedy
