"""Your own films: a folder for each class, and in it films or performers.

``report("yoga")`` trains three readers and prints what they can do with
performers they have never seen. A film is a GIF, an animated PNG or WebP, a
folder of pictures, or a video file such as MP4, for which the packages av and
imageio are needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit import lessons
from coursekit.data.splits import assert_disjoint
from coursekit.errors import CourseError

SIZE = 28  # pixels; a frame is squeezed to a square
LEAST, LARGEST, MOST_FRAMES = 4, 500_000_000, 50_000  # films, bytes, frames
MOST_PIXELS = 50_000_000  # of a frame
STILL = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
MOVING = (".gif", ".apng", ".png", ".webp")
VIDEO = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v")
_LAYOUT = (
    "make a folder for each class, in it a film a file (.gif, .png, .mp4) or "
    "a folder of pictures for each film; or folders of performers with these"
)


@dataclass(frozen=True, eq=False)
class Films:
    """Films (frames, 28, 28, 1), uint8, never quite black; who and what."""

    x: list[np.ndarray]
    y: np.ndarray
    performers: np.ndarray
    names: tuple[str, ...]  # of the classes
    people: tuple[str, ...]  # a film's own name where no performer is known


def read(path: str | Path) -> Films:
    """All films of a folder, made grey and 28 x 28 pixels.

    Raises CourseError, which names the file, for anything that is no film,
    for films of one frame, for frames of different sizes, for less than two
    classes, and for a class with less than four films.
    """
    root = Path(path).expanduser()
    if not root.is_dir():
        what = "is a file" if root.is_file() else "does not exist"
        raise CourseError(f"{root} {what}, expected is a folder.", _LAYOUT)
    classes = [entry for entry in _entries(root) if entry.is_dir()]
    if len(classes) < 2:
        raise CourseError(
            f"{root} has {len(classes)} folders, expected are two or more: "
            "one for each class.",
            _LAYOUT,
        )
    films, labels, who = [], [], []
    for number, folder in enumerate(classes):
        found = list(_films(folder))
        if len(found) < LEAST:
            raise CourseError(
                f"{folder} has {len(found)} films, expected are {LEAST} or "
                "more in each class.",
                "bring more films, or leave the class out. " + _LAYOUT,
            )
        for performer, film in found:
            films.append(frames(film))
            labels.append(number)
            who.append(performer or f"{folder.name}/{film.name}")
    people = tuple(sorted(set(who)))
    return Films(
        films,
        np.array(labels),
        np.array([people.index(name) for name in who]),
        tuple(folder.name for folder in classes),
        people,
    )


def _entries(folder: Path) -> list[Path]:
    """What a folder holds, by name, without hidden files."""
    return sorted(e for e in folder.iterdir() if not e.name.startswith("."))


def _films(folder: Path) -> Iterator[tuple[str, Path]]:
    """(performer, film) of a class; the performer is "" where not known."""
    for entry in _entries(folder):
        if entry.is_dir() and not _is_film(entry):
            for film in _entries(entry):
                yield entry.name, film
        else:
            yield "", entry


def _is_film(folder: Path) -> bool:
    """Whether a folder is one film: it holds pictures, and only those."""
    inside = _entries(folder)
    return bool(inside) and all(
        entry.is_file()
        and entry.suffix.lower() in STILL
        and not _animated(entry)
        for entry in inside
    )


def _animated(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return getattr(image, "n_frames", 1) > 1
    except (OSError, ValueError):
        return False  # reading it says what is wrong


def frames(path: str | Path) -> np.ndarray:
    """The frames of one film: uint8 (frames, 28, 28, 1), 1 to 255.

    Black is 1, since 0 marks the padding. Raises CourseError, as ``read``.
    """
    path = Path(path).expanduser()
    pictures = _of_folder(path) if path.is_dir() else _of_file(path)
    found, first = [], None
    for name, image in pictures:
        first = first or image.size
        if image.size != first:
            raise CourseError(
                f"{name} has {image.size[0]} x {image.size[1]} pixels, the "
                f"frames before it {first[0]} x {first[1]}.",
                "give all frames of a film the same size",
            )
        small = image.convert("L").resize((SIZE, SIZE))
        found.append(np.maximum(np.asarray(small, "uint8"), 1))
        if len(found) > MOST_FRAMES:
            raise CourseError(
                f"{path} has more than {MOST_FRAMES:,} frames.",
                "cut it into shorter films",
            )
    if len(found) < 2:
        raise CourseError(
            f"{path} has {len(found)} frames, expected are two or more.",
            "a film is a GIF, an animated PNG, a video file, or a folder "
            "with a picture for each frame, in the order of their names",
        )
    return np.stack(found)[..., np.newaxis]


def _of_folder(folder: Path):
    """(name, picture) of the files of a folder, in the order of names."""
    from PIL import Image

    for path in _entries(folder):
        with _reading(path), Image.open(path) as image:
            _check(path, image.size)
            image.load()
            yield path, image.copy()


def _of_file(path: Path):
    """(name, picture) of each frame of a GIF, PNG, WebP or video file."""
    ending = path.suffix.lower()
    if ending not in (*MOVING, *VIDEO):
        raise CourseError(
            f"{path} is no film that can be read ({ending or 'no ending'}).",
            f"bring one of {', '.join(sorted({*MOVING, *VIDEO}))}",
        )
    if path.stat().st_size > LARGEST:
        raise CourseError(
            f"{path} has {path.stat().st_size / 1e6:,.0f} MB, expected are "
            f"{LARGEST / 1e6:,.0f} at most.",
            "cut it into shorter films, or make its pictures smaller",
        )
    return _of_video(path) if ending in VIDEO else _of_animation(path)


def _of_animation(path: Path):
    from PIL import Image, ImageSequence

    with _reading(path), Image.open(path) as image:
        _check(path, image.size)
        for frame in ImageSequence.Iterator(image):
            yield path, frame.convert("RGB")


def _of_video(path: Path):
    from PIL import Image

    try:
        import av  # noqa: F401  imageio needs it, and does not say so
        import imageio.v3 as reader
    except ImportError:
        raise CourseError(
            f"{path} needs a reader of video files.",
            "pip install av imageio; or save the film as GIF",
        ) from None
    with _reading(path):
        for frame in reader.imiter(path, plugin="pyav"):
            _check(path, frame.shape[1::-1])
            yield path, Image.fromarray(frame)


def _check(path: Path, size: tuple[int, ...]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise CourseError(
            f"{path} has {size[0]:,} x {size[1]:,} pixels.",
            "make its pictures smaller: 640 x 480 are more than enough",
        )


class _reading:
    """Whatever a reader raises becomes a CourseError that names the file."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is None or not isinstance(error, Exception):
            return
        if isinstance(error, CourseError):
            return
        raise CourseError(
            f"{self.path} cannot be read as a film or a picture "
            f"({type(error).__name__}).",
            "open it in a viewer, and save it again as GIF or PNG",
        ) from error


def sampled(length: int, count: int) -> list[int]:
    """Middles of ``count`` equal parts; all frames when there are fewer."""
    if length <= count:
        return list(range(length))
    part = length / count
    return [int(part * k + part / 2) for k in range(count)]


def padded(films: list[np.ndarray], length: int) -> np.ndarray:
    """(n, length, 28, 28, 1), 0 to 1; long films sampled, 0 behind the end."""
    out = np.zeros((len(films), length, SIZE, SIZE, 1), "float32")
    for row, film in zip(out, films, strict=True):
        chosen = film[sampled(len(film), length)]
        row[: len(chosen)] = chosen / 255
    return out


def held_out(films: Films, seed: int = 0) -> np.ndarray:
    """True for the films of about a fifth of the performers.

    Both sides have every class. Raises CourseError when no draw does that.
    """
    rng, count = np.random.default_rng(seed), len(films.people)
    classes = set(films.y)
    for _ in range(1_000):
        held = rng.permutation(count)[: max(1, round(count / 5))]
        out = np.isin(films.performers, held)
        if set(films.y[out]) == set(films.y[~out]) == classes:
            return out
    raise CourseError(
        f"No fifth of the {count} performers has films of every class.",
        "bring performers who filmed several classes, or more of them",
    )


def report(
    path: str | Path, epochs: int = 20, length: int = 24, seed: int = 0
) -> dict[str, float]:
    """Print and return the share right of unseen performers, by reader.

    A fifth of the performers is held out; without folders of performers each
    film counts as one. Beside the readers stands who always says the usual
    class, and the memory on shuffled films. Raises CourseError, as ``read``.
    """
    import keras

    films = read(path)
    out = held_out(films, seed)
    x, y = padded(films.x, length), films.y
    assert_disjoint(x[~out], x[out])
    known = len(films.people) < len(films.x)
    print(
        f"{Path(path).name}: {len(films.x)} films of {len(films.names)} "
        f"classes, {len(films.people)} performers"
    )
    if not known:
        print("no performers given: each film counts as one of its own")
    usual = np.bincount(y[~out]).argmax()
    shares = {"majority": float((y[out] == usual).mean())}
    networks = lessons.module("19", "networks")
    for kind in ("bag", "board", "memory"):
        keras.utils.set_random_seed(seed)
        model = networks.network(kind, length, len(films.names))
        rate = 1e-3 if kind == "board" else 5e-3
        steps = epochs * -(-int((~out).sum()) // 16)
        rates = keras.optimizers.schedules.CosineDecay(rate, steps)
        optimizer = keras.optimizers.Adam(rates, global_clipnorm=1.0)
        optimizer.build(model.trainable_variables)  # else fit traces twice
        model.compile(
            optimizer,
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        model.fit(x[~out], y[~out], 16, epochs, verbose=0)
        shares[kind] = _right(model, x[out], y[out])
    mixed, rng = x[out].copy(), np.random.default_rng(seed)
    for row in mixed:
        real = int((row != 0).any(axis=(1, 2, 3)).sum())
        row[:real] = row[rng.permutation(real)]
    shares["memory, shuffled"] = _right(model, mixed, y[out])
    print(f"test: {out.sum()} films of performers never seen")
    for name, share in shares.items():
        print(f"{name:<17} right {share:.2f}")
    return shares


def _right(model, x: np.ndarray, y: np.ndarray) -> float:
    from keras import ops

    # called as it is: predict would first build a graph for a few films
    starts = range(0, len(x), 64)
    said = [
        ops.convert_to_numpy(model(x[start : start + 64])) for start in starts
    ]
    return float((np.concatenate(said).argmax(axis=-1) == y).mean())


def write_examples(folder: Path, dataset, performers: int) -> None:
    """Films of the kit as GIF files, class/performer/number.gif."""
    from PIL import Image

    split = dataset.train
    who = split.extra["performers"]
    for k in np.flatnonzero(who < performers):
        name = dataset.class_names[split.y[k]].replace(" ", "_")
        place = folder / name / f"performer{who[k]:02d}"
        place.mkdir(parents=True, exist_ok=True)
        first, *others = map(Image.fromarray, split.x[k][..., 0])
        first.save(
            place / f"{k:03d}.gif",
            save_all=True,
            append_images=others,
            duration=200,
        )
