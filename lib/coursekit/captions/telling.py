"""One call: a picture in, a caption with its attention out."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit.captions.pictures import read_picture


@dataclass(frozen=True, eq=False)
class Told:
    """What a captioner says of a picture.

    ``image`` uint8 (side, side, 3); ``words`` with, for each, ``looks``
    (words, places, places), each map of sum 1: where it looked. ``others``
    are the beam's next best captions; ``scores`` belong to (caption,
    *others), best first: mean log-probability of a word in nats.
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
    """Caption a file, or an image uint8 (height, width, 3).

    A file becomes 64 x 64 pixels. ``model`` and ``eye`` are by default the
    captioner in ``training.model_file`` and the course's encoder. Raises
    CourseError for a file that is no picture, and when there is no
    captioner yet.
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
        np.array(looks).reshape(len(looks), side, side),
        tuple(texts[1:]),
        tuple(map(float, scores)),
    )


def command(pictures: list[Path], out: Path, beams: int) -> int:
    """Caption files for ``coursekit caption``: 0, or 1 if one failed.

    Prints captions; what is wrong with a file goes to stderr. Raises
    CourseError when ``out`` cannot be written.
    """
    from coursekit.errors import CourseError

    images = {}
    for path in dict.fromkeys(pictures):
        try:
            images[path] = read_picture(path, 64)
        except CourseError as error:
            print(error, file=sys.stderr)
    if not images:
        return 1
    model, eye = _captioner()
    taken: set[Path] = set()
    for path, image in images.items():
        told = tell(image, model, eye, beams)
        print(f"{path.name}: {told.caption or '(nothing)'}")
        for other in told.others:
            print(f"  or: {other or '(nothing)'}")
        overlay = _free(out, path.stem, taken)
        try:
            told.figure().save(overlay)
        except OSError as error:
            raise CourseError(
                f"{overlay} cannot be written: {error.strerror}.",
                "name another folder with --out FOLDER",
            ) from None
        print(f"  where it looked: {overlay}")
    return 0 if len(images) == len(set(pictures)) else 1


def _captioner():
    """The network and the eye; the first time it is trained."""
    from coursekit.backend import import_keras

    import_keras()
    from coursekit.callbacks import EpochProgress
    from coursekit.captions import encoder, training

    if not training.model_file().is_file():
        print(
            "There is no captioner yet: training the one of lesson 22 on "
            "the drawn scenes,\nonce, a minute or two."
        )
    model = training.kept([EpochProgress()])
    return model, encoder.headless(encoder.load())


def _free(out: Path, stem: str, taken: set[Path]) -> Path:
    """A file name for an overlay that no other picture of this call has."""
    path, number = out / f"{stem}.caption.png", 1
    while path in taken:
        number += 1
        path = out / f"{stem}-{number}.caption.png"
    taken.add(path)
    return path
