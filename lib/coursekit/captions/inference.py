"""One call: a picture in, a caption with its attention out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit.captions.decoding import MAX_WORDS
from coursekit.captions.pictures import read_picture


@dataclass(frozen=True, eq=False)
class Caption:
    """What a captioner says of a picture.

    ``image`` uint8 (side, side, 3); ``words`` with, for each,
    ``attention_weights`` (words, places, places), each map of sum 1: where
    it looked. ``alternatives`` are the beam's next best captions; ``scores``
    belong to (text, *alternatives), best first: mean log-probability of a
    word in nats.
    """

    image: np.ndarray
    words: tuple[str, ...]
    attention_weights: np.ndarray
    alternatives: tuple[str, ...]
    scores: tuple[float, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def figure(self, what: str = "a picture"):
        """The picture once a word, with where the network looked."""
        from coursekit.figures.captioning import attention_maps

        return attention_maps(
            self.image, self.words, self.attention_weights, what
        )


def caption(
    picture: str | Path | np.ndarray,
    model=None,
    image_encoder=None,
    beam_width: int = 3,
    max_length: int = MAX_WORDS,
) -> Caption:
    """Caption a file, or an image uint8 (height, width, 3).

    A file becomes 64 x 64 pixels. ``model`` and ``image_encoder`` are by
    default the captioner in ``checkpoints.model_file`` and the scenes'
    encoder. Raises CourseError for a file that is no picture, and when there
    is no captioner yet.
    """
    import tensorflow as tf

    from coursekit.captions import checkpoints, decoding, scene_encoder

    if isinstance(picture, np.ndarray):
        image = picture
    else:
        image = read_picture(picture, 64)
    model = model or checkpoints.load()
    if image_encoder is None:
        image_encoder = scene_encoder.headless(scene_encoder.load())
    grid = image_encoder(image[np.newaxis])["grid"]
    side = grid.shape[1]
    places = tf.reshape(grid, (1, side * side, -1))
    search = decoding.beam_search(
        model.begin, model.step, max_length, beam_width, length_penalty=1.0
    )
    rows, scores = (np.array(out)[0] for out in search(places))
    texts = model.vocabulary.decode(rows)
    words = tuple(texts[0].split())
    return Caption(
        image,
        words,
        _read(model, places, rows[0][: len(words)]).reshape(-1, side, side),
        tuple(texts[1:]),
        tuple(map(float, scores)),
    )


def _read(model, places, tokens) -> np.ndarray:
    """The attention weights (words, places) of a caption of one picture."""
    import tensorflow as tf

    from coursekit.vocabulary import START

    state, found = model.begin(places), []
    for token in [START, *tokens][: len(tokens)]:
        _, state = model.step(tf.constant([token], "int32"), state)
        found.append(np.array(model.attention_weights(state)[0]))
    return np.array(found).reshape(len(found), places.shape[1])
