"""A learner's file: every kind is read, or refused in a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from coursekit.captions.pictures import read_picture
from coursekit.errors import CourseError


def two_halves(width=40, height=40):
    """Left half red, right half blue."""
    image = np.zeros((height, width, 3), "uint8")
    image[:, : width // 2, 0] = 200
    image[:, width // 2 :, 2] = 200
    return image


@pytest.fixture
def saved(tmp_path):
    def save(image, name="mine.png", **options):
        path = tmp_path / name
        image.save(path, **options)
        return path

    return save


def near(picture, expected, atol=12):
    return np.abs(picture.astype(int) - np.array(expected)).max() <= atol


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("RGB", "a.png"),
        ("RGB", "a.jpg"),
        ("CMYK", "a.jpg"),
        ("CMYK", "a.tif"),
        ("P", "a.png"),
        ("P", "a.gif"),
        ("RGBA", "a.png"),
        ("RGB", "a.bmp"),
        ("RGB", "a.webp"),
    ],
)
def test_colour_pictures_of_every_mode_look_the_same(saved, mode, name):
    path = saved(Image.fromarray(two_halves()).convert(mode), name)
    picture = read_picture(path)
    assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
    assert near(picture[32, 10], (200, 0, 0), 25)
    assert near(picture[32, 54], (0, 0, 200), 25)


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "I", "F", "LA"])
def test_grey_pictures_become_grey_rgb(saved, mode):
    ramp = np.tile(np.linspace(0, 1, 64), (64, 1))
    if mode == "I;16":
        image = Image.fromarray((ramp * 65535).astype("uint16"))
    elif mode == "I":
        image = Image.fromarray((ramp * 65535).astype("int32"))
    elif mode == "F":
        image = Image.fromarray((ramp * 255).astype("float32"))
    else:
        image = Image.fromarray((ramp * 255).astype("uint8")).convert(mode)
    picture = read_picture(saved(image, "grey.tif"))
    assert (picture == picture[..., :1]).all()
    assert picture[:, :16].mean() < 70 and picture[:, 48:].mean() > 185


def test_what_is_transparent_becomes_white(saved):
    image = np.zeros((30, 30, 4), "uint8")
    assert (read_picture(saved(Image.fromarray(image))) == 255).all()


def test_of_an_animation_the_first_frame_is_taken(saved):
    frames = [Image.new("RGB", (32, 32), c) for c in ("red", "blue", "lime")]
    path = saved(
        frames[0], "film.gif", save_all=True, append_images=frames[1:]
    )
    assert near(read_picture(path), (255, 0, 0))


def test_of_a_wide_picture_the_middle_square_is_seen(saved):
    image = np.zeros((20, 60, 3), "uint8")
    image[:, 20:40] = 255
    assert (read_picture(saved(Image.fromarray(image))) == 255).all()


def test_a_picture_is_turned_as_the_camera_was_held(saved):
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    picture = read_picture(
        saved(Image.fromarray(two_halves()), "a.jpg", exif=exif, quality=95)
    )
    assert picture[32, 10, 2] > 150 and picture[32, 54, 0] > 150


def test_a_picture_of_the_right_size_is_not_changed(saved):
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8")
    assert (read_picture(saved(Image.fromarray(image))) == image).all()


def png_that_claims(width, height):
    """A valid header of a PNG of any size, with hardly any content."""

    def chunk(kind, body):
        crc = zlib.crc32(kind + body)
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def truncated_jpeg():
    store = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (80, 80, 3), "uint8")
    Image.fromarray(noise).save(store, "JPEG")
    return store.getvalue()[:1500]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"These are words.", "not a picture"),
        (b"", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture|damaged"),
        (b"GIF89a", "not a picture|damaged"),
        (png_that_claims(40_000, 40_000), "pixels|enormous"),
        (png_that_claims(12_000, 12_000), "12,000 x 12,000 pixels"),
        (png_that_claims(300, 300), "damaged"),
        (truncated_jpeg(), "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "not a picture"),
    ],
    ids=[
        *("text", "empty", "header only", "gif header", "bomb", "huge"),
        *("no content", "truncated", "svg"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(tmp_path, content, said):
    path = tmp_path / "mine.png"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=said) as caught:
        read_picture(path)
    assert "mine.png" in str(caught.value)
    assert "What to do:" in str(caught.value)


def test_one_pixel_is_nothing_to_see(saved):
    with pytest.raises(CourseError, match="nothing to be seen"):
        read_picture(saved(Image.new("RGB", (1, 1))))


def test_a_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(CourseError, match="a folder"):
        read_picture(tmp_path)
    with pytest.raises(CourseError, match="does not exist"):
        read_picture(tmp_path / "not_there.png")
