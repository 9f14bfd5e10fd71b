"""The answers as HTML."""

import re

import numpy as np
import pytest
from questions import bar, drawing, reader, sure_of

from coursekit.captions import inference
from demo import answers


def test_a_digit_is_named_with_ten_probabilities_and_its_maps():
    told = answers.digit(drawing(bar()), sure_of(4))
    assert "<b>4</b>" in told
    assert len(re.findall("<meter", told)) == 10
    alternatives = re.findall('alt="([^"]+)"', told)
    assert len(alternatives) == 2 and "16 maps" in alternatives[1]


def test_a_word_has_the_number_and_the_colour_of_what_it_did():
    told = answers.review("warm dull zyx", reader())
    warm, dull, other = re.findall(
        r'rgb\((.*?)\)">(\w+)<small>(.*?)</small>', told
    )
    red, _, blue = map(int, warm[0].split(", "))
    assert warm[1:] == ("warm", "+2.5") and blue > red
    red, _, blue = map(int, dull[0].split(", "))
    assert dull[1:] == ("dull", "-2.5") and red > blue
    assert other == ("255, 255, 255", "zyx", "unknown")
    assert "<b>favourable</b>" in told  # 3 - 2 + 0.5


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_question_the_page_says_what_to_do(nothing):
    for told in (
        answers.digit(nothing, sure_of(4)),
        answers.review(nothing, reader()),
        answers.picture(nothing or None, None, None),
    ):
        assert told.startswith('<p role="alert">')
        assert "What to do: " in told


def test_nothing_that_was_typed_or_named_becomes_markup(tmp_path):
    path = tmp_path / "<b>bold<b>.png"
    path.write_text("no picture")
    told = answers.picture(str(path), None, None)
    assert "&lt;b&gt;bold" in told and "<b>" not in told
    told = answers.review("<img src=x onerror=alert(1)> zyx", reader())
    assert "<img" not in told


def test_a_caption_has_its_alternatives_its_maps_and_the_reference(
    monkeypatch,
):
    found = inference.Caption(
        np.zeros((64, 64, 3), "uint8"),
        ("a", "dog"),
        np.full((2, 8, 8), 1 / 64),
        ("a <cat>",),
        (-0.1, -0.2),
    )
    monkeypatch.setattr(inference, "caption", lambda *question: found)
    told = answers.picture(found.image, None, None, "A dog & a ball.")
    assert "<b>a dog</b>" in told and "A dog &amp; a ball." in told
    assert "<li>a &lt;cat&gt;</li>" in told
    assert 'alt="Attention of each word over the picture' in told
