"""One reader for all pictures: upright, RGB, nothing transparent."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from coursekit.data.readers.photographs import decode
from coursekit.data.readers.pictures import open_picture
from coursekit.errors import CourseError


def four_corners():
    """No turn and no mirror image of it looks the same."""
    image = np.zeros((24, 32, 3), "uint8")
    image[:12, :16, 0] = 255
    image[12:, 16:, 1] = 255
    return Image.fromarray(image)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_turned_as_pillow_turns_it(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "held.png"
    four_corners().save(path, exif=exif)
    with Image.open(path) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    np.testing.assert_array_equal(np.asarray(open_picture(path)), expected)


def test_a_broken_resolution_does_not_keep_a_picture_from_being_turned(
    tmp_path,
):
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    entries += struct.pack("<HHII", 0x011A, 10, 1, 38)
    exif = b"II*\0\x08\0\0\0\x02\0" + entries + b"\0" * 4
    exif += struct.pack("<ii", -1, 0)
    path = tmp_path / "phone.jpg"
    four_corners().save(path, exif=b"Exif\0\0" + exif)
    assert open_picture(path).size == (24, 32)


def test_photographs_of_a_set_are_read_the_same_way(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    image = np.zeros((16, 16, 4), "uint8")
    image[:8, :, 3] = 255  # black above, nothing below
    Image.fromarray(image).save(tmp_path / "a.png", exif=exif)
    square = decode(tmp_path / "a.png", 16)
    assert (square[:8] == 255).all() and (square[8:] == 0).all()


def test_sixteen_bits_are_scaled(tmp_path):
    ramp = np.arange(256, dtype="uint16").reshape(16, 16) * 257
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    image = np.asarray(open_picture(tmp_path / "deep.png"))
    np.testing.assert_array_equal(image[..., 0], ramp // 257)


def test_a_jpeg_is_read_smaller_but_never_shorter_than_asked(tmp_path):
    Image.new("RGB", (1600, 800), "red").save(tmp_path / "big.jpg")
    assert open_picture(tmp_path / "big.jpg").size == (1600, 800)
    width, height = open_picture(tmp_path / "big.jpg", at_least=100).size
    assert (width, height) == (2 * height, height) and 100 <= height < 400


def test_whatever_a_decoder_raises_is_said_in_words(tmp_path, monkeypatch):
    path = tmp_path / "odd.png"
    four_corners().save(path)

    def stumble(*_):
        raise NotImplementedError("pixel format 7")

    monkeypatch.setattr(Image.Image, "convert", stumble)
    with pytest.raises(CourseError, match="odd.png is damaged: pixel format"):
        open_picture(path)
    assert decode(path, 16) is None


def test_a_kind_that_the_decoder_does_not_know_is_said_in_words(tmp_path):
    header = struct.pack("<7I", 124, 0x1007, 4, 4, 0, 0, 0) + b"\0" * 44
    pixels = struct.pack("<2I4s5I", 32, 4, b"ODD!", 0, 0, 0, 0, 0)
    path = tmp_path / "odd.dds"
    path.write_bytes(b"DDS " + header + pixels + b"\0" * 64)
    with pytest.raises(CourseError, match="odd.dds is damaged"):
        open_picture(path)
