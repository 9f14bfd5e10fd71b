"""One call: a picture in, a caption with its attention out."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit.captions.decoding import MAX_WORDS
from coursekit.captions.pictures import read_picture
from coursekit.errors import CourseError
from coursekit.settings import load_settings


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

    from coursekit.captions.vocabulary import START

    state, found = model.begin(places), []
    for token in [START, *tokens][: len(tokens)]:
        _, state = model.step(tf.constant([token], "int32"), state)
        found.append(np.array(model.attention_weights(state)[0]))
    return np.array(found).reshape(len(found), places.shape[1])


def command(
    pictures: list[Path], out: Path, beam_width: int, photographs: bool = False
) -> int:
    """Caption files for ``coursekit caption``: 0, or 1 if one failed.

    With ``photographs`` by the network of lesson 23's full profile. Prints
    captions; what is wrong with a file goes to stderr. Raises CourseError
    when ``out`` cannot be written, and when there is no such network.
    """
    size = load_settings("23", "full").pixels if photographs else 64
    images = {}
    for path in dict.fromkeys(pictures):
        try:
            images[path] = read_picture(path, size)
        except CourseError as error:
            print(error, file=sys.stderr)
    if not images:
        return 1
    if photographs:
        model, image_encoder = _photograph_captioner()
    else:
        model, image_encoder = _captioner()
        print(_scenes_only())
    taken: set[Path] = set()
    for path, image in images.items():
        found = caption(image, model, image_encoder, beam_width)
        print(f"{path.name}: {found.text or '(nothing)'}")
        for other in found.alternatives:
            print(f"  or: {other or '(nothing)'}")
        overlay = _free(out, path.stem, taken)
        try:
            found.figure(path.name).save(overlay)
        except OSError as error:
            raise CourseError(
                f"{overlay} cannot be written: {error.strerror}.",
                "name another folder with --out FOLDER",
            ) from None
        print(f"  where it looked: {overlay}")
    return 0 if len(images) == len(set(pictures)) else 1


def _captioner():
    """The network and the image encoder; the first time it is trained."""
    from coursekit.backend import import_keras

    import_keras()
    from coursekit.callbacks import EpochProgress
    from coursekit.captions import checkpoints, scene_captioner, scene_encoder

    if not checkpoints.model_file().is_file():
        print(
            "There is no captioner yet: training the one of lesson 22 on "
            "the drawn scenes,\nonce, a minute or two."
        )
    model = scene_captioner.kept([EpochProgress()])
    return model, scene_encoder.headless(scene_encoder.load())


def _photograph_captioner():
    """The network that lesson 23 has kept, and the encoder it was fed by."""
    from coursekit.backend import import_keras

    import_keras()
    from coursekit.captions import checkpoints, image_encoders

    kept = checkpoints.photograph_files()
    for name in image_encoders.RECIPES:  # the best first
        if name in kept:
            return checkpoints.load(kept[name]), image_encoders.load(name)
    raise CourseError("There is no captioner for photographs yet.", _TRAIN)


_TRAIN = (
    "run lesson 23 in its full profile (`COURSEKIT_PROFILE=full`, Flickr8k is "
    "fetched); it keeps one in work/models"
)


def _scenes_only() -> str:
    """What the captioner of scenes does not know, and what knows it."""
    from coursekit.captions import checkpoints

    kept = checkpoints.photograph_files()
    use = "use `coursekit caption --photographs`"
    return (
        "This network knows drawn scenes only: what it says of a photograph "
        "means nothing.\nFor photographs "
        f"{use if kept else f'{_TRAIN}, then {use}'}."
    )


def _free(out: Path, stem: str, taken: set[Path]) -> Path:
    """A file name for an overlay that no other picture of this call has."""
    path, number = out / f"{stem}.caption.png", 1
    while path in taken:
        number += 1
        path = out / f"{stem}-{number}.caption.png"
    taken.add(path)
    return path
