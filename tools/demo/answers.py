"""The networks' answers, and what is wrong with a question, as HTML."""

import base64
import functools
import html
from collections.abc import Callable

import numpy as np

from coursekit import data
from coursekit.captions import inference
from coursekit.errors import CourseError
from coursekit.figures.captioning import attention_maps
from coursekit.figures.images import image_grid
from demo import networks


def or_what_is_wrong(answer: Callable[..., str]) -> Callable[..., str]:
    """A function that answers with the CourseError, where there is one."""

    @functools.wraps(answer)
    def answered(*question, **options) -> str:
        try:
            return answer(*question, **options)
        except CourseError as error:
            said = html.escape(f"{error.message} What to do: {error.remedy}.")
            return f'<p role="alert">{said}</p>'

    return answered


@or_what_is_wrong
def digit(drawn: str | None, model) -> str:
    """``drawn`` is the page's canvas as a data URL."""
    found = networks.digit(networks.ink(drawn or ""), model)
    first = found.probabilities.argmax()
    rows = "".join(
        f"<tr><td>{n}</td><td><meter value={p:.4f}></meter></td>"
        f"<td>{p:.3f}</td></tr>"
        for n, p in enumerate(found.probabilities)
    )
    c1, c3 = (
        np.moveaxis(255 * maps / max(maps.max(), 1e-9), -1, 0).astype("uint8")
        for maps in found.maps
    )
    c1 = np.stack([found.seen, *c1])
    given = "the drawing as it is given, and the six maps of c1"
    deeper = "the 16 maps of c3, 10 x 10 each"
    return (
        f"<p>It looks like <b>{first}</b>.</p><table>{rows}</table>"
        "<p>What it is given, and the maps of its first layer:</p>"
        f"{_figure(image_grid(c1, columns=7, summary=given))}"
        "<p>The maps of its second layer:</p>"
        f"{_figure(image_grid(c3, columns=8, size=0.9, summary=deeper))}"
    )


@or_what_is_wrong
def review(text: str | None, reader: networks.Reader) -> str:
    """Verdict, and every word in the colour of what it did."""
    found = networks.review(text or "", reader)
    words = " ".join(
        f'<span style="background: {_shade(moved)}">{html.escape(word)}'
        f"<small>{f'{moved:+.1f}' if known else 'unknown'}</small></span>"
        for word, moved, known in zip(
            found.words, found.moved, found.known, strict=True
        )
    )
    favourable = 1 / (1 + np.exp(-found.score))
    verdict = "favourable" if found.score > 0 else "not favourable"
    return (
        f"<p>It is <b>{verdict}</b>: the score is {found.score:+.1f}, the "
        f"probability of favourable {favourable:.3f}.</p>"
        f'<p class="words">{words}</p>'
        "<p>The numbers: by how much the score falls when this word is made "
        "unknown. Blue (+) speaks for it, orange (-) against.</p>"
    )


def _shade(moved: float) -> str:
    """White at 0, the full colour from 5 on: that much decides."""
    colour = np.array([230, 159, 0] if moved < 0 else [86, 180, 233])
    share = min(abs(moved) / 5, 1)
    mixed = (255 * (1 - share) + colour * share).astype(int)
    return f"rgb({', '.join(map(str, mixed))})"


@or_what_is_wrong
def picture(
    image: str | np.ndarray | None, model, encoder, reference: str = ""
) -> str:
    """A caption, what else it had in mind, and where it looked each word."""
    if image is None:
        raise CourseError("There is no picture.", "give one")
    found = inference.caption(image, model, encoder)
    others = "".join(f"<li>{html.escape(t)}</li>" for t in found.alternatives)
    told = f"<p>Its description in the data: {html.escape(reference)}</p>"
    maps = attention_maps(
        found.image, found.words, found.attention_weights, "the picture"
    )
    return (
        f"<p>It says: <b>{html.escape(found.text) or '(nothing)'}</b></p>"
        f"<details><summary>What else it had in mind</summary>"
        f"<ul>{others}</ul></details>{told if reference else ''}"
        "<p>Bright is where it looked before each word, of 8 x 8 places. The "
        "number is the largest weight; all alike would be 0.016.</p>"
        f"{_figure(maps)}"
    )


def _figure(figure) -> str:
    source = base64.b64encode(figure.png()).decode()
    alt = html.escape(figure.summary, quote=True)
    return f'<img src="data:image/png;base64,{source}" alt="{alt}">'


# ------------------------------------------- what stands beside the answers


def about_digits(model) -> str:
    """What it was trained on and how good it is, measured now."""
    test = data.load("digits", size=28).test
    logits = np.asarray(model(test.x / np.float32(255))[-1])
    right = (logits.argmax(axis=1) == test.y).sum()
    return (
        "The network: LeNet-5 (lesson 04), trained on 1,077 real handwritten "
        f"digits. It reads {right} of the {len(test.y)} test digits right, "
        "and fewer of yours, which another pen draws. It knows digits only: "
        "of a letter, too, it says which digit it is, and may be sure of it."
    )


def about_reviews(reader: networks.Reader) -> str:
    """The same of the reader of reviews."""
    test = data.load("reviews").test
    longest = max(len(reader.vocabulary.split(text)) for text in test.x)
    scores = reader.model(reader.vocabulary.encode(test.x, longest))
    right = ((np.asarray(scores)[:, 0] > 0) == test.y).sum()
    return (
        "The network: the convolution of lesson 16, trained on 4,000 "
        f"synthetic reviews. It reads {right} of {len(test.y):,} such test "
        "reviews right. It knows no other words and few turns: what people "
        "write, it often gets wrong. The colours show what this network leans "
        "on, not what is true of the review."
    )


ABOUT_SCENES = """\
The network: the captioner of lesson 22, trained on 4,000 synthetic scenes,
simple drawings of dogs, boats, kites and the like. It knows those only: what
it says of a photograph means nothing. It sees the middle square of a picture,
in 64 x 64 pixels. Where it looked is not why it said the word.
"""
