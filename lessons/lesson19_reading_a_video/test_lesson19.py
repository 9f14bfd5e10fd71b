"""Lesson 19 against loops, Keras, made-up films and broken ones."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from coursekit import lessons
from coursekit.errors import CourseError

answers = lessons.module("19", "exercises")
networks = lessons.module("19", "networks")
own_films = lessons.module("19", "own_films")


@pytest.fixture(scope="module")
def own(lesson_functions):
    import keras
    from keras import layers, ops

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    numbers = {"length": 6, "n": 784, "d": 200, "k": 2, "f": 3}
    return lesson_functions("19", **names, **numbers)


def films(count=3, length=6, seed=0):
    """Made-up films, padded, at least two frames each."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 1, (count, length, 28, 28, 1)).astype("float32")
    real = np.arange(length) < rng.integers(2, length, (count, 1))
    x[~real] = 0
    return x, real


# ------------------------------------------------------------- the gaps


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 99))
def test_a_masked_mean_is_that_of_the_real_frames_alone(n, d, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 8, n)
    states = rng.normal(size=(n, 7, d))
    keep = np.arange(7) < sizes[:, np.newaxis]
    states[~keep] = np.nan  # what stands there does not matter
    means = answers.masked_mean(states, keep)
    for row, film, size in zip(means, states, sizes, strict=True):
        assert np.allclose(row, film[:size].mean(axis=0))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 99))
def test_shuffling_keeps_the_bag_and_the_padding(seed):
    x, real = films(seed=seed)
    keys = np.random.default_rng(seed).random(real.shape)
    mixed = answers.shuffled(x, real, keys)
    assert (mixed[~real] == 0).all()
    for film, other, keep in zip(x, mixed, real, strict=True):
        before, after = (
            sorted(frame.tobytes() for frame in f[keep]) for f in (film, other)
        )
        assert before == after


def test_a_split_by_performer_shares_nobody():
    who = np.random.default_rng(0).integers(0, 9, 60)
    train, held = answers.by_performer(who, [3, 8])
    assert not set(who[train]) & set(who[held])
    assert sorted([*train, *held]) == list(range(60))


def test_a_frame_that_the_score_ignores_decides_nothing():
    weights = np.array([0.0, 3.0, 0.0, -2.0, 0.0])
    moved = answers.decided(lambda masks: masks @ weights, np.ones(5, bool), 0)
    assert moved.tolist() == [0, 3, 0, 2, 0]


@pytest.mark.parametrize(("size", "channels", "units"), [(3, 1, 8), (5, 3, 2)])
def test_conv_lstm_parameters_are_those_keras_counts(size, channels, units):
    from keras import layers

    layer = layers.ConvLSTM2D(units, size)
    layer.build((None, 4, 14, 14, channels))
    counted = answers.conv_lstm_parameters(size, channels, units)
    assert counted == layer.count_params()


def test_a_vote_is_a_loop_over_real_frames():
    rng = np.random.default_rng(1)
    given, sizes = rng.integers(0, 4, (30, 9)), rng.integers(1, 10, 30)
    keep = np.arange(9) < sizes[:, np.newaxis]
    found = answers.vote(given, keep, 4)
    for winner, row, size in zip(found, given, sizes, strict=True):
        counts = [list(row[:size]).count(c) for c in range(4)]
        assert winner == counts.index(max(counts))


@given(st.integers(1, 400), st.integers(1, 40))
def test_sampled_frames_lie_one_in_each_part(length, count):
    chosen = answers.sampled(length, count)
    assert chosen == own_films.sampled(length, count)
    assert len(chosen) == min(length, count)
    if length > count:
        for k, frame in enumerate(chosen):
            assert k * length // count <= frame < (k + 1) * length / count


# ------------------------------------- the lesson's networks and the module's


def lessons_own(own, kind):
    if kind == "bag":
        return own["bag"](own["new_eyes"]())
    if kind == "board":
        return own["board"]()
    if kind == "memory":
        return own["memory"](own["new_eyes"]())[0]
    return own["conv_lstm"](8)[1]


@pytest.mark.parametrize("kind", networks.KINDS)
def test_the_modules_readers_are_those_of_the_lesson(own, kind):
    mine, theirs = lessons_own(own, kind), networks.network(kind, 6)
    assert mine.count_params() == theirs.count_params()
    theirs.set_weights(mine.get_weights())
    x, _ = films()
    assert np.allclose(mine(x), theirs(x), atol=1e-5)


@pytest.mark.parametrize("kind", networks.KINDS)
def test_padding_changes_no_answer(kind):
    short, long = (networks.network(kind, size) for size in (6, 9))
    long.set_weights(short.get_weights())
    x, _ = films()
    padded = np.pad(x, ((0, 0), (0, 3), *[(0, 0)] * 3))
    assert np.allclose(short(x), long(padded), atol=1e-5)


def test_the_order_changes_every_answer_but_that_of_a_bag():
    x, real = films(length=6)
    keys = -np.arange(6.0) * np.ones((3, 1))
    backwards = answers.shuffled(x, real, keys)
    for kind in networks.KINDS:
        model = networks.network(kind, 6)
        same = np.allclose(model(x), model(backwards), atol=1e-5)
        assert same == (kind == "bag"), kind


def test_an_answer_after_every_frame_ends_with_that_of_the_film(own):
    clip, each = own["memory"](own["new_eyes"]())
    x, real = films()
    last = real.sum(axis=1) - 1
    after = np.array(each(x))
    assert np.allclose(after[np.arange(3), last], clip(x), atol=1e-5)


def test_the_boards_network_has_its_published_number_of_weights(own):
    model = own["board"]()
    weights = [w for w in model.get_weights() if w.ndim == 2]
    assert sum(w.size for w in weights) == 197_200
    assert model.count_params() == 197_402


def test_an_unknown_reader_is_an_error_that_lists_them():
    with pytest.raises(ValueError, match="bag, board"):
        networks.network("eye", 6)


# ------------------------------------------------------------ your own films


def pictures(count=5, size=(40, 30), seed=0):
    rng = np.random.default_rng(seed)
    shape = (count, size[1], size[0], 3)
    return [
        Image.fromarray(a) for a in rng.integers(0, 256, shape, dtype="uint8")
    ]


def write(path, count=5, seed=0, size=(40, 30)):
    """A film of any kind at a path: a folder when it has no ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = pictures(count, size, seed)
    if path.suffix:
        frames[0].save(path, save_all=True, append_images=frames[1:])
        return path
    path.mkdir()
    for k, frame in enumerate(frames):
        frame.save(path / f"{k:03d}.png")
    return path


def collection(root, kind=".gif", people=("ann", "bob"), count=2):
    """Two classes, performers in each, a few films of each performer."""
    seed = 0
    for label in ("down", "up"):
        for person in people:
            for number in range(count):
                seed += 1
                name = f"{number}{kind}"
                write(root / label / person / name, 4 + seed % 3, seed)
    return root


@pytest.mark.parametrize("kind", [".gif", ".png", ".webp", ""])
def test_films_of_every_kind_are_read_with_their_performers(tmp_path, kind):
    films = own_films.read(collection(tmp_path, kind))
    assert films.names == ("down", "up") and films.people == ("ann", "bob")
    assert films.y.tolist() == [0] * 4 + [1] * 4
    assert films.performers.tolist() == [0, 0, 1, 1] * 2
    assert [len(film) for film in films.x] == [5, 6, 4, 5, 6, 4, 5, 6]
    for film in films.x:
        assert film.dtype == np.uint8 and film.shape[1:] == (28, 28, 1)
        assert film.min() >= 1


def test_a_folder_of_pictures_is_read_in_the_order_of_names(tmp_path):
    for k, grey in enumerate((10, 200, 90)):
        Image.new("RGB", (50, 50), (grey,) * 3).save(tmp_path / f"{k}.png")
    film = own_films.frames(tmp_path)
    assert film[:, 5, 5, 0].tolist() == [10, 200, 90]


def test_a_black_frame_is_no_padding(tmp_path):
    for k in range(3):
        Image.new("L", (30, 30), 0).save(tmp_path / f"{k}.png")
    film = own_films.frames(tmp_path)
    assert (own_films.padded([film], 5) != 0).any(axis=(2, 3, 4)).sum() == 3


def test_a_video_file_is_read_like_the_pictures_it_was_made_of(tmp_path):
    pytest.importorskip("av", reason="needs pip install av imageio")
    imageio = pytest.importorskip("imageio.v3")
    greys = (20, 120, 220, 60)
    frames = [np.full((64, 64, 3), grey, "uint8") for grey in greys]
    path = tmp_path / "film.mp4"
    imageio.imwrite(path, frames, plugin="pyav", codec="libx264", fps=5)
    film = own_films.frames(path)
    assert np.abs(film[:, 9, 9, 0].astype(int) - greys).max() < 12


def test_a_video_file_without_a_reader_says_what_to_install(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "av", None)
    path = tmp_path / "film.mp4"
    path.write_bytes(b"anything")
    with pytest.raises(CourseError, match="film.mp4.*\n.*pip install av"):
        own_films.frames(path)


def test_a_long_film_is_sampled_and_a_short_one_padded():
    long, short = (
        np.arange(1, n + 1, dtype="uint8")[:, None, None, None]
        * np.ones((1, 28, 28, 1), "uint8")
        for n in (9, 2)
    )
    x = own_films.padded([long, short], 3)
    assert (255 * x[:, :, 0, 0, 0]).round().tolist() == [[2, 5, 8], [1, 2, 0]]


def broken(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GIF89a and then nothing")
    return path


def with_one(root, make):
    """A good collection with one film more, which make(path) writes."""
    return make(collection(root) / "up" / "bob")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: broken(p / "b.gif"), "b.gif cannot be read"),
        (lambda p: broken(p / "b.png"), "b.png cannot be read"),
        (lambda p: broken(p / "b.xyz"), r"(?s)b.xyz is no film.*\.gif"),
        (lambda p: write(p / "one.gif", 1), "one.gif has 1 frames"),
        (lambda p: (p / "none").mkdir(), "none is no film|none has 0"),
    ],
    ids=["damaged", "damaged picture", "ending", "one frame", "empty folder"],
)
def test_a_film_that_is_none_is_named(tmp_path, make, message):
    with_one(tmp_path, make)
    with pytest.raises(CourseError, match=message) as error:
        own_films.read(tmp_path)
    assert "\n" in str(error.value)  # what to do next


def test_frames_of_different_sizes_are_an_error_that_names_one(tmp_path):
    write(tmp_path / "film", 3)
    Image.new("RGB", (9, 9)).save(tmp_path / "film" / "zz.png")
    with pytest.raises(CourseError, match="zz.png has 9 x 9.*40 x 30"):
        own_films.frames(tmp_path / "film")


def test_an_empty_picture_file_in_a_film_is_named(tmp_path):
    write(tmp_path / "film", 3)
    (tmp_path / "film" / "zz.png").touch()
    with pytest.raises(CourseError, match="zz.png cannot be read"):
        own_films.frames(tmp_path / "film")


def test_what_is_no_collection_is_an_error_that_says_how_one_looks(tmp_path):
    for path in (tmp_path / "nowhere", write(tmp_path / "a" / "film.gif")):
        with pytest.raises(CourseError, match="expected is a folder"):
            own_films.read(path)
    with pytest.raises(CourseError, match="has 1 folders.*two or more"):
        own_films.read(tmp_path)


def test_a_class_with_few_films_is_counted(tmp_path):
    collection(tmp_path)
    write(tmp_path / "side" / "film.gif")
    with pytest.raises(CourseError, match="side has 1 films, expected are 4"):
        own_films.read(tmp_path)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(CourseError, match="nothing has 0 films"):
        own_films.read(tmp_path)


def test_files_and_pictures_that_are_too_large_are_refused(
    tmp_path, monkeypatch
):
    path = write(tmp_path / "film.gif")
    monkeypatch.setattr(own_films, "LARGEST", 100)
    with pytest.raises(CourseError, match="film.gif has 0 MB"):
        own_films.frames(path)
    monkeypatch.undo()
    monkeypatch.setattr(own_films, "MOST_PIXELS", 1_000)
    with pytest.raises(CourseError, match="film.gif has 40 x 30 pixels"):
        own_films.frames(path)
    monkeypatch.undo()
    monkeypatch.setattr(own_films, "MOST_FRAMES", 3)
    with pytest.raises(CourseError, match="film.gif has more than 3 frames"):
        own_films.frames(path)


def test_a_fifth_of_the_performers_is_held_out_with_every_class(tmp_path):
    people = [f"p{k}" for k in range(10)]
    films = own_films.read(collection(tmp_path, people=people, count=1))
    out = own_films.held_out(films)
    held = set(films.performers[out])
    assert len(held) == 2 and not held & set(films.performers[~out])
    assert set(films.y[out]) == {0, 1}


def test_performers_of_one_class_each_cannot_be_split_in_five(tmp_path):
    for label, person in (("down", "ann"), ("up", "bob")):
        for number in range(4):
            write(tmp_path / label / person / f"{number}.gif", seed=number)
    with pytest.raises(CourseError, match="No fifth of the 2 performers"):
        own_films.report(tmp_path)


def test_a_report_learns_what_a_bag_can_tell(tmp_path, capsys):
    rng = np.random.default_rng(0)
    for label, grey in (("dark", 30), ("light", 220)):
        for person in range(5):
            for number in range(3):
                path = tmp_path / label / f"p{person}" / f"{number}.gif"
                path.parent.mkdir(parents=True, exist_ok=True)
                shades = np.clip(rng.normal(grey, 10, 5), 1, 255)
                first, *others = (
                    Image.new("L", (32, 32), int(s)) for s in shades
                )
                first.save(path, save_all=True, append_images=others)
    shares = own_films.report(tmp_path, epochs=6, length=5)
    assert shares["majority"] == 0.5 and shares["bag"] == 1
    assert "5 performers" in capsys.readouterr().out


def test_without_performers_each_film_counts_as_one(tmp_path):
    for label in ("down", "up"):
        for number in range(4):
            write(tmp_path / label / f"{number}.gif", seed=number)
    films = own_films.read(tmp_path)
    assert len(films.people) == 8 and films.people[0] == "down/0.gif"
