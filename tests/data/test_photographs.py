"""Photographs: decoded once, mapped, broken ones left out and counted."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from coursekit import data, files
from coursekit.data.readers import photographs
from coursekit.errors import CourseError

NAMES = [f"photo {n} é.jpg" for n in range(10)]


@pytest.fixture
def flickr(tmp_path, cache):
    """Ten photographs, each of one grey, with two captions each."""
    folder = tmp_path / "Flickr 8k ಚಿತ್ರ"
    (folder / "Images").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        grey = Image.new("RGB", (40, 30), (number * 20,) * 3)
        grey.save(folder / "Images" / name, quality=95)
    lines = [f"{n}#{i}\tCaption {i} of {n} .\n" for n in NAMES for i in (0, 1)]
    (folder / "Flickr8k.token.txt").write_text("".join(lines), "utf-8")
    for part, names in (
        ("train", NAMES[:6]),
        ("dev", NAMES[6:8]),
        ("test", NAMES[8:]),
    ):
        text = "\n".join(names) + "\n"
        (folder / f"Flickr_8k.{part}Images.txt").write_text(text, "utf-8")
    return folder


def greys(split):
    return np.round(split.x.mean((1, 2, 3)) / 20).astype(int).tolist()


def test_pictures_and_captions_belong_together(flickr):
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert photos.train.x.shape == (6, 16, 16, 3)
    assert photos.train.x.dtype == np.uint8
    assert greys(photos.train) == [0, 1, 2, 3, 4, 5]
    assert greys(photos.test) == [8, 9]
    assert photos.validation.extra["file"] == NAMES[6:8]
    assert photos.test.y[1] == tuple(
        f"Caption {i} of {NAMES[9]} ." for i in (0, 1)
    )
    assert photos.note == ""


def test_pictures_are_mapped_from_the_disk_not_copied(flickr):
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert isinstance(photos.train.x, np.memmap)
    assert not photos.train.x.flags.writeable


def test_an_undecodable_picture_is_left_out_and_counted(flickr):
    (flickr / "Images" / NAMES[2]).write_bytes(b"")
    broken = flickr / "Images" / NAMES[9]
    broken.write_bytes(broken.read_bytes()[:100])
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert "2 photographs undecodable" in photos.provenance
    assert greys(photos.train) == [0, 1, 3, 4, 5]
    assert photos.train.extra["file"] == NAMES[:2] + NAMES[3:6]
    assert greys(photos.test) == [8]
    assert len(photos.test.y) == 1


def test_captions_of_an_absent_picture_are_left_out_and_counted(flickr):
    (flickr / "Images" / NAMES[0]).unlink()
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert "1 listed photograph absent" in photos.provenance
    assert "1 captioned photograph absent" in photos.provenance
    assert greys(photos.train) == [1, 2, 3, 4, 5]
    assert len(photos.train.y) == 5


def test_a_caption_line_without_a_tab_is_named(flickr):
    path = flickr / "Flickr8k.token.txt"
    lines = path.read_text("utf-8").splitlines()
    lines[4] = lines[4].replace("\t", " ")
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(CourseError, match="line 5, has 1 columns, expected 2"):
        data.load("flickr8k", folder=flickr, size=16)


def test_a_photograph_in_two_lists_is_refused(flickr):
    path = flickr / "Flickr_8k.testImages.txt"
    path.write_text("\n".join(NAMES[5:]), "utf-8")
    with pytest.raises(CourseError, match="name a photograph twice"):
        data.load("flickr8k", folder=flickr, size=16)


def test_pictures_are_decoded_once(flickr, monkeypatch):
    data.load("flickr8k", folder=flickr, size=16)
    monkeypatch.setattr(photographs, "decode", None)
    assert greys(data.load("flickr8k", folder=flickr, size=16).test) == [8, 9]


def test_a_replaced_picture_is_decoded_again(flickr):
    data.load("flickr8k", folder=flickr, size=16)
    white = Image.new("RGB", (300, 300), (240, 240, 240))
    white.save(flickr / "Images" / NAMES[8])
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert greys(photos.test) == [12, 9]


def test_decoding_that_is_interrupted_leaves_nothing(
    flickr, cache, monkeypatch
):
    def interrupt(path, size):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(photographs, "decode", interrupt)
        with pytest.raises(KeyboardInterrupt):
            data.load("flickr8k", folder=flickr, size=16)
    assert list((cache / ".ready" / "flickr8k").iterdir()) == []
    assert len(data.load("flickr8k", folder=flickr, size=16).test) == 2


def test_without_room_for_the_decoded_pictures_nothing_is_begun(
    flickr, cache, monkeypatch
):
    disk = SimpleNamespace(free=1_000)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(CourseError, match="cannot be kept") as caught:
        data.load("flickr8k", folder=flickr, size=16)
    assert "COURSEKIT_HOME" in caught.value.remedy
    assert list((cache / ".ready" / "flickr8k").iterdir()) == []


def test_only_undecodable_pictures_are_said_in_words(flickr):
    for name in NAMES:
        (flickr / "Images" / name).write_bytes(b"no picture")
    with pytest.raises(CourseError, match="not one of the pictures") as caught:
        data.load("flickr8k", folder=flickr, size=16)
    assert "space" not in caught.value.remedy


def rename(folder, change):
    for path in list(folder.iterdir()):
        path.rename(change(path))


@pytest.mark.parametrize("kind", ["no ending", "JPG", "nested"])
def test_names_that_do_not_match_are_shown_not_blamed_on_the_disk(
    flickr, kind
):
    images = flickr / "Images"
    if kind == "no ending":
        for path in flickr.glob("Flickr_8k.*Images.txt"):
            path.write_text(path.read_text("utf-8").replace(".jpg", ""))
        held = f"the lists name {NAMES[0][:-4]}"
    elif kind == "JPG":
        rename(images, lambda path: path.with_suffix(".JPG"))
        held = f"the folder {NAMES[0][:-4]}.JPG"
    else:
        (images / "Flicker8k_Dataset").mkdir()
        inner = images / "Flicker8k_Dataset"
        for path in images.glob("*.jpg"):
            path.rename(inner / path.name)
        held = "the folder Flicker8k_Dataset"
    with pytest.raises(CourseError, match="No photograph in") as caught:
        data.load("flickr8k", folder=flickr, size=16)
    assert held in caught.value.message
    assert "space" not in caught.value.remedy


def test_a_byte_order_mark_costs_no_photograph(flickr):
    for name in ("Flickr8k.token.txt", "Flickr_8k.trainImages.txt"):
        path = flickr / name
        path.write_text(path.read_text("utf-8"), "utf-8-sig")
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert len(photos.train) == 6 and len(photos.train.y[0]) == 2
    assert photos.note == ""


def test_photographs_in_no_list_are_counted(flickr):
    Image.new("RGB", (9, 9)).save(flickr / "Images" / "more.jpg")
    photos = data.load("flickr8k", folder=flickr, size=16)
    assert "1 photograph in no list" in photos.note


def test_the_user_s_folder_is_not_written_to(flickr):
    before = sorted(flickr.rglob("*"))
    data.load("flickr8k", folder=flickr, size=16)
    assert sorted(flickr.rglob("*")) == before


def test_folders_of_pictures_are_classes(tmp_path, cache):
    root = tmp_path / "meine Posen"
    for number, pose in enumerate(["down_dog", "tree ಮರ"]):
        (root / pose).mkdir(parents=True)
        for shot in range(10):
            grey = Image.new("L", (20, 20), 100 * number + shot)
            grey.save(root / pose / f"{shot}.PNG".lower())
    poses = data.load("yoga", folder=root, size=8)
    assert poses.class_names == ("down dog", "tree ಮರ")
    splits = (poses.train, poses.validation, poses.test)
    assert [len(split) for split in splits] == [13, 3, 4]
    seen = [int(image.max()) for split in splits for image in split.x]
    assert len(set(seen)) == 20, "no picture is in two splits"
    for split in splits:
        assert (split.x.max((1, 2, 3)) >= 100).tolist() == (
            split.y == 1
        ).tolist()


def test_a_folder_without_pictures_is_refused(tmp_path, cache):
    (tmp_path / "none.txt").write_text("no picture")
    with pytest.raises(CourseError, match="is not the data set yoga"):
        data.load("yoga", folder=tmp_path)
