"""The questions: each answer is checked, and each question before it."""

import re

import numpy as np
import pytest
from questions import KNOWN, MOODS, bar, drawing, reader, sure_of

from coursekit.errors import CourseError
from demo import networks

# ---------------------------------------------------------------- drawings


def test_a_drawing_comes_from_the_canvas_as_its_ink():
    assert np.array_equal(networks.ink(drawing(bar())), bar())


@pytest.mark.parametrize(
    "drawn",
    [
        "",
        "data:image/png;base64,",
        "data:image/png;base64,@@@",
        "data:image/png;base64,aGVsbG8=",
        "data:text/html;base64,aGVsbG8=",
        "file:///etc/passwd",
        drawing(bar(), "JPEG"),
        drawing(bar(), "JPEG").replace("jpeg", "png"),
        drawing(np.zeros((1, 1001), "uint8")),
        drawing(bar()) + "A" * 600_000,
        drawing(bar())[:-40],
    ],
)
def test_what_is_no_small_png_is_refused_in_a_sentence(drawn):
    with pytest.raises(CourseError, match="not a drawing made on this page"):
        networks.ink(drawn)


def test_the_ink_is_counted_in_blocks_as_in_the_data():
    dots = np.random.default_rng(3).random((32, 24)) < 0.6
    dots[0, :] = dots[-1, :] = dots[:, 0] = dots[:, -1] = True
    counts = np.zeros((8, 8))
    counts[:, 1:7] = dots.reshape(8, 4, 6, 4).sum(axis=(1, 3))
    ink = np.kron(255 * dots, np.ones((7, 7))).astype("uint8")
    seen = networks.as_in_the_data(ink)
    assert seen.shape == (28, 28) and seen.dtype == np.uint8
    # 3.5 pixels a block: the pixel in its middle is nearest to its count
    middles = (3.5 * (np.arange(8) + 0.5)).astype(int)
    found = seen[np.ix_(middles, middles)] / 255
    assert np.corrcoef(found.ravel(), counts.ravel())[0, 1] > 0.99


def test_where_and_how_large_a_digit_is_drawn_does_not_matter():
    here = networks.as_in_the_data(bar())
    there = networks.as_in_the_data(bar(100, 20, top=150, left=10))
    assert np.array_equal(here, there) and here.any()


def test_a_wide_drawing_becomes_as_narrow_as_the_data():
    seen = networks.as_in_the_data(bar(height=60, width=280, left=10))
    inked = np.flatnonzero(seen.max(axis=0) > 127)
    assert abs(len(inked) - 28 * networks.WIDEST / 32) <= 1


def test_an_empty_canvas_and_a_dot_are_refused():
    with pytest.raises(CourseError, match="Nothing is drawn"):
        networks.as_in_the_data(np.zeros((300, 300), "uint8"))
    with pytest.raises(CourseError, match="a dot"):
        networks.as_in_the_data(bar(height=11, width=11))


def test_the_digits_probabilities_are_the_softmax_of_its_logits():
    asked = []
    found = networks.digit(bar(), sure_of(4, asked))
    e2 = np.exp(2)
    assert np.isclose(found.probabilities[4], e2 / (e2 + 9))
    assert np.isclose(found.probabilities.sum(), 1)
    assert np.allclose(asked[0][0, ..., 0], found.seen / 255)
    assert [m.shape for m in found.maps] == [(28, 28, 6), (10, 10, 16)]


# ---------------------------------------------------------------- reviews


def test_a_word_moves_a_bag_by_its_number_less_that_of_unknown():
    found = networks.review("The film, NOT dull.", reader())
    assert found.words == ["the", "film", "not", "dull"]
    numbers = [MOODS[2 + KNOWN.index(word)] for word in found.words]
    assert np.allclose(found.moved, np.array(numbers) - MOODS[1])
    assert np.isclose(found.score, sum(numbers))


def test_an_unknown_word_is_marked_and_moves_nothing():
    found = networks.review("warm zyx", reader())
    assert list(found.known) == [True, False]
    assert found.moved[1] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no words"),
        ("?!", "has no words"),
        ("qwertz zyx", "No word of"),
        ("warm " * 201, "1,005 characters"),
    ],
)
def test_a_review_that_cannot_be_read_is_refused(text, said):
    with pytest.raises(CourseError, match=re.escape(said)):
        networks.review(text, reader())


# ------------------------------------------------------- what is trained


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_the_reader_of_reviews_is_trained_once_and_kept(home, capsys):
    first = networks.review_reader()
    assert "reviews: training, once" in capsys.readouterr().out
    again = networks.review_reader()
    assert capsys.readouterr().out == ""
    rows = first.vocabulary.encode(["a warm film", "a dull film"], 3)

    def scores(reader):
        return np.asarray(reader.model(rows))[:, 0]

    assert np.array_equal(scores(first), scores(again))
    assert scores(first)[0] > 0 > scores(first)[1]
    (kept,) = home.glob("demo/*.h5")
    kept.write_bytes(kept.read_bytes()[:1000])
    mended = networks.review_reader()
    assert "training" in capsys.readouterr().out
    assert scores(mended)[0] > 0 > scores(mended)[1]


@pytest.mark.slow
def test_the_reader_of_digits_reads_the_test_digits(home):
    from coursekit import data

    test = data.load("digits", size=28).test
    *maps, logits = networks.digit_reader()(test.x / np.float32(255))
    assert (np.argmax(logits, axis=1) == test.y).mean() > 0.96
    assert [m.shape[1:] for m in maps] == [(28, 28, 6), (10, 10, 16)]
    assert all(np.min(m) == 0 for m in maps)  # behind the ReLU
