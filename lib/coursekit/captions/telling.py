"""One call: a picture in, a caption with its attention out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit.captions.pictures import read_picture


@dataclass(frozen=True, eq=False)
class Told:
    """What a captioner says of a picture.

    ``words`` with, for each, ``looks`` (words, 8, 8): where it looked.
    ``others`` are the beam's next best captions; ``scores`` belong to
    (caption, *others): mean log-probability of a word.
    """

    image: np.ndarray
    words: tuple[str, ...]
    looks: np.ndarray
    others: tuple[str, ...]
    scores: tuple[float, ...]

    @property
    def caption(self) -> str:
        return " ".join(self.words)

    def figure(self):
        """The picture once a word, with where the network looked."""
        from coursekit.figures.captions import looks

        return looks(self.image, self.words, self.looks)


def tell(
    picture: str | Path | np.ndarray,
    model=None,
    eye=None,
    beams: int = 3,
    longest: int = 21,
) -> Told:
    """Caption a file, or an image uint8 (64, 64, 3).

    ``model`` and ``eye`` are by default the captioner that lesson 22 kept
    and the course's encoder. Raises CourseError for a file that is no
    picture, and when there is no captioner yet.
    """
    import tensorflow as tf

    from coursekit.captions import decoding, encoder, training
    from coursekit.captions.vocabulary import START

    image = (
        picture
        if isinstance(picture, np.ndarray)
        else read_picture(picture, 64)
    )
    model = model or training.load()
    eye = eye or encoder.headless(encoder.load())
    grid = eye(image[np.newaxis])["grid"]
    side = grid.shape[1]
    places = tf.reshape(grid, (1, side * side, -1))
    search = decoding.beam(model.begin, model.step, longest, beams, alpha=1.0)
    rows, scores = (np.array(out)[0] for out in search(places))
    texts = model.vocabulary.texts(rows)
    state, looks = model.begin(places), []
    for word in [START, *rows[0]][: len(texts[0].split())]:
        _, state = model.step(tf.constant([word], "int32"), state)
        looks.append(np.array(state[2]).reshape(side, side))
    return Told(
        image,
        tuple(texts[0].split()),
        np.array(looks),
        tuple(texts[1:]),
        tuple(map(float, scores)),
    )


def command(pictures: list[Path], out: Path, beams: int) -> int:
    """Caption files for ``coursekit caption``: 0, or 1 if one failed."""
    from coursekit.captions import encoder, training
    from coursekit.errors import CourseError
    from coursekit.session import import_keras

    import_keras()
    model, eye = training.load(), encoder.headless(encoder.load())
    failed = 0
    for path in pictures:
        try:
            told = tell(path, model, eye, beams)
        except CourseError as error:
            print(error)
            failed += 1
            continue
        print(f"{path.name}: {told.caption}")
        for other in told.others:
            print(f"  or: {other}")
        overlay = told.figure().save(out / f"{path.stem}.caption.png")
        print(f"  where it looked: {overlay}")
    return 1 if failed else 0
