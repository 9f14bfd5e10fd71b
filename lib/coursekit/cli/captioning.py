"""``coursekit caption``: files in, captions and pictures of attention out."""

import sys
from pathlib import Path

from coursekit.backend import import_keras
from coursekit.errors import CourseError
from coursekit.settings import load_settings


def command(
    pictures: list[Path], out: Path, beam_width: int, photographs: bool = False
) -> int:
    """Caption files for ``coursekit caption``: 0, or 1 if one failed.

    With ``photographs`` by the network of lesson 23's full profile. Prints
    captions; what is wrong with a file goes to stderr. Raises CourseError
    when ``out`` cannot be written, and when there is no such network.
    """
    from coursekit.captions.inference import caption
    from coursekit.captions.pictures import read_picture

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
        model, image_encoder = captioner()
        print(_scenes_only())
    taken: set[Path] = set()
    for path, image in images.items():
        found = caption(image, model, image_encoder, beam_width)
        print(f"{path.name}: {found.text or '(nothing)'}")
        for other in found.alternatives:
            print(f"  or: {other or '(nothing)'}")
        overlay = _free(out, path.stem, taken)
        try:
            found.figure(" ".join(path.name.split())).save(overlay)
        except OSError as error:
            raise CourseError(
                f"{overlay} cannot be written: {error.strerror}.",
                "name another folder with --out FOLDER",
            ) from None
        print(f"  where it looked: {overlay}")
    return 0 if len(images) == len(set(pictures)) else 1


def captioner():
    """The network and the image encoder; the first time it is trained."""
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
    import_keras()
    from coursekit.captions import checkpoints, image_encoders

    for name in image_encoders.RECIPES:  # the best first
        path = checkpoints.photograph_file(name)
        if path.is_file():
            return checkpoints.load(path), image_encoders.load(name)
    raise CourseError("There is no captioner for photographs yet.", _TRAIN)


_TRAIN = (
    "run lesson 23 in its full profile (`COURSEKIT_PROFILE=full`, Flickr8k is "
    "fetched); it keeps one in work/models"
)


def _scenes_only() -> str:
    """What the captioner of scenes does not know, and what knows it."""
    from coursekit.captions.checkpoints import photograph_file

    kept = list(photograph_file("*").parent.glob("photographs-*.keras"))
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
