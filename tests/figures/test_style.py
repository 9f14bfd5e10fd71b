"""Colours and greys mean what the figures' texts say, and captions show."""

import base64
import io

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from coursekit.figures.content import MIME
from coursekit.figures.palette import CYCLE, PALETTE, name_of
from coursekit.figures.style import CourseFigure, new_figure, show_image


def pixels(figure):
    picture = Image.open(io.BytesIO(CourseFigure(figure, "x").png()))
    return np.asarray(picture.convert("RGB")).astype(int)


def drawn(image, **options):
    """The colours that an image gets, (height, width, 3), 0 to 255."""
    _, axes = new_figure()
    shown = show_image(axes, image, **options)
    return shown.to_rgba(shown.get_array(), bytes=True)[..., :3].astype(int)


def test_the_high_end_of_rdbu_is_blue_and_the_low_end_red():
    low, middle, high = drawn(
        np.array([[-1.0, 0.0, 1.0]]), cmap="RdBu", vmin=-1, vmax=1
    )[0]
    assert high[2] > high[0] + 50
    assert low[0] > low[2] + 50
    assert middle.min() > 240


def test_of_bytes_0_is_black_and_255_white_whatever_the_picture_holds():
    few = np.array([[100, 128]], dtype="uint8")
    assert drawn(few)[0, :, 0].tolist() == [100, 128]
    ends = np.array([[0, 255]], dtype="uint8")
    assert drawn(ends)[0, :, 0].tolist() == [0, 255]


def test_of_floats_the_smallest_is_black_and_the_largest_white():
    assert drawn(np.array([[0.2, 0.7]]))[0, :, 0].tolist() == [0, 255]


def test_row_0_of_a_picture_is_on_top_and_column_0_on_the_left():
    figure, axes = new_figure()
    show_image(axes, np.array([[255, 0], [0, 0]], dtype="uint8"))
    seen = pixels(figure)[..., 0]
    height, width = (length // 4 for length in seen.shape)
    assert seen[height, width] > 200
    assert seen[3 * height, width] < 50
    assert seen[height, 3 * width] < 50


def test_curves_take_the_colours_in_the_order_of_the_cycle():
    _, axes = new_figure()
    lines = [axes.plot([0, 1])[0] for _ in CYCLE]
    assert [name_of(line.get_color()) for line in lines] == list(CYCLE)
    assert CYCLE[:3] == ("blue", "orange", "green")


def test_the_palette_is_that_of_okabe_and_ito():
    codes = {name: to_hex(code) for name, code in PALETTE.items()}
    assert codes["blue"] == "#0072b2"
    assert codes["orange"] == "#e69f00"
    assert codes["vermillion"] == "#d55e00"
    assert len(set(codes.values())) == 8
    assert name_of("0.5") == "#808080"


def test_a_figure_is_drawn_in_the_same_pixels_every_time():
    first, second = (new_figure() for _ in range(2))
    for _, axes in (first, second):
        axes.plot([1, 3, 2])
    assert np.array_equal(pixels(first[0]), pixels(second[0]))
    assert matplotlib.rcParams["axes.grid"] is False  # nothing left behind


def test_a_summary_is_one_line():
    figure, _ = new_figure()
    for wrong in ("", " ", "two\nlines"):
        with pytest.raises(ValueError, match="one line"):
            CourseFigure(figure, wrong)


@pytest.fixture
def shown(monkeypatch):
    """What a figure with awkward signs shows: its two outputs."""
    outputs = []

    def display(data, metadata=None, raw=False):
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr("IPython.display.display", display)
    CourseFigure(new_figure()[0], "reads <start> & 'a'")._ipython_display_()
    return outputs


def test_what_training_decides_follows_the_summary_and_is_marked(shown):
    figure = new_figure()[0]
    CourseFigure(
        figure, "Test picture 1.", trained="A dog."
    )._ipython_display_()
    *_, (_, notes), (caption, told) = shown
    assert caption["text/plain"] == "Test picture 1. A dog."
    assert notes["image/png"]["alt"] == "Test picture 1. A dog."
    assert told == {"trained": "A dog."}


def test_the_picture_comes_with_what_it_shows_and_its_alternative(shown):
    (data, notes), _ = shown
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert '"limits"' in data[MIME]
    assert notes["image/png"]["alt"] == "reads <start> & 'a'"


def test_the_caption_is_an_output_of_its_own_below_the_picture(shown):
    _, (caption, _) = shown
    assert caption["text/plain"] == "reads <start> & 'a'"
    assert caption["text/html"] == (
        "<p><em>reads &lt;start&gt; &amp; 'a'</em></p>"
    )
