"""The attending captioner against NumPy, and through its file."""

from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.errors import CourseError
from coursekit.session import import_keras

KNOWN = ("a", "dog", "ball", "red", "runs")


@pytest.fixture(scope="module")
def keras():
    return import_keras()


def captioner(**options):
    from coursekit.captions.attention_captioner import AttentionCaptioner

    settings = {"units": 6, "embedding": 5, "attention": 4, **options}
    model = AttentionCaptioner(KNOWN, **settings)
    model.build({"places": (None, 9, 7), "tokens": (None, 5)})
    return model


@pytest.fixture
def inputs(keras):
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    said = rng.integers(4, 9, (2, 5)).astype("int32")
    said[1, 3:] = 0
    return {
        "places": rng.normal(size=(2, 9, 7)).astype("float32"),
        "tokens": said,
    }


def weights_in_numpy(model, places, state):
    """Bahdanau's formula with the model's own matrices."""
    w = model.attention.of_place.kernel.numpy()
    u, b = (v.numpy() for v in model.attention.of_state.weights)
    v = model.attention.score.kernel.numpy()
    scores = np.tanh(places @ w + (state @ u + b)[:, np.newaxis]) @ v
    e = np.exp(scores[..., 0])
    return e / e.sum(axis=1, keepdims=True)


def test_the_weights_are_bahdanaus_formula(inputs):
    model = captioner()
    state = np.random.default_rng(0).normal(size=(2, 6)).astype("float32")
    keys = model.attention.keys(inputs["places"])
    ours = np.array(model.attention(keys, state))
    expected = weights_in_numpy(model, inputs["places"], state)
    assert np.allclose(ours, expected, atol=1e-5)
    assert np.allclose(ours.sum(axis=1), 1, atol=1e-6)


def test_word_by_word_is_the_same_as_all_at_once(inputs):
    model = captioner()
    whole = np.array(model(inputs))
    state = model.begin(inputs["places"])
    for t in range(5):
        logits, state = model.step(inputs["tokens"][:, t], state)
        assert np.allclose(logits, whole[:, t], atol=1e-5)


def test_without_looking_every_place_weighs_the_same(inputs):
    from coursekit.captions.attention_captioner import weights_of

    model = captioner(look=False)
    state = model.begin(inputs["places"])
    _, state = model.step(inputs["tokens"][:, 0], state)
    assert np.allclose(weights_of(state), 1 / 9)


def test_the_order_of_the_places_does_not_matter(inputs):
    model = captioner()
    order = np.random.default_rng(1).permutation(9)
    moved = {**inputs, "places": inputs["places"][:, order]}
    assert np.allclose(model(inputs), model(moved), atol=1e-5)


def test_the_penalty_is_the_squared_gap_to_a_fair_share(inputs):
    model = captioner(penalty=0.5)
    inputs["tokens"][1, 2] = 3  # <end>: nothing is said after it
    model(inputs)
    (ours,) = (float(loss) for loss in model.losses)
    state, looks = model.begin(inputs["places"]), []
    for t in range(5):
        _, state = model.step(inputs["tokens"][:, t], state)
        looks.append(np.array(state[2]))
    expected = 0.0
    for k in range(2):
        spoken = range(2 if k else 5)
        total = sum(looks[t][k] for t in spoken)
        expected += 0.5 * ((total - len(spoken) / 9) ** 2).sum() / 2
    assert ours == pytest.approx(expected, rel=1e-4)


def test_a_captioner_comes_back_from_its_file(inputs, tmp_path):
    from coursekit.captions import training

    model = captioner(penalty=0.1)
    path = training.save(model, tmp_path / "folder" / "mine.keras")
    again = training.load(path)
    assert again.vocabulary.words == model.vocabulary.words
    assert again.settings == model.settings
    assert np.allclose(again(inputs), model(inputs), atol=1e-6)
    assert [p.name for p in path.parent.iterdir()] == ["mine.keras"]


def test_a_missing_a_broken_and_another_file_are_refused(keras, tmp_path):
    from coursekit.captions import training

    with pytest.raises(CourseError, match="no captioner"):
        training.load(tmp_path / "none.keras")
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"PK not a zip")
    with pytest.raises(CourseError, match="broken.keras"):
        training.load(broken)
    other = tmp_path / "other.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(other)
    with pytest.raises(CourseError, match="another kind"):
        training.load(other)


def test_batches_pair_each_caption_with_its_own_picture(keras):
    from coursekit.captions import training

    places = np.arange(6, dtype="float32")[:, None, None] * np.ones((6, 2, 3))
    rows = np.zeros((6, 5, 7), "int32")
    rows[..., 0] = 2
    rows[..., 1] = 10 + np.arange(6)[:, None]  # the picture's number
    rows[..., 2] = 20 + np.arange(5)  # the caption's number
    seen = set()
    for inputs, targets, weights in training.batches(places, rows, 5):
        said = inputs["tokens"].numpy()
        assert (inputs["places"].numpy()[:, 0, 0] == said[:, 1] - 10).all()
        assert (said[:, 1:] == targets.numpy()[:, :-1]).all()
        assert (weights.numpy() == (targets.numpy() != 0)).all()
        seen |= {tuple(row) for row in said[:, 1:3].tolist()}
    assert len(seen) == 30


def test_an_interrupted_training_goes_on_where_it_stopped(keras, tmp_path):
    from coursekit.captions import training

    rng = np.random.default_rng(0)
    places = rng.normal(size=(8, 9, 7)).astype("float32")
    rows = rng.integers(4, 9, (8, 5, 6)).astype("int32")
    data = training.batches(places, rows, 4)
    begun = []

    class Interrupt(keras.callbacks.Callback):
        def __init__(self, at):
            super().__init__()
            self.at = at

        def on_epoch_begin(self, epoch, logs=None):
            begun.append(epoch)
            if epoch == self.at:
                raise KeyboardInterrupt

    model = captioner()
    with pytest.raises(KeyboardInterrupt):
        training.fit(model, data, 4, 1e-2, [Interrupt(2)], tmp_path)
    again = captioner()
    training.fit(again, data, 4, 1e-2, [Interrupt(-1)], tmp_path)
    assert begun == [0, 1, 2, 2, 3]
    assert int(again.optimizer.iterations) == 4 * 10


def test_one_call_tells_a_picture(keras):
    from coursekit.captions import inference, scene_encoder
    from coursekit.captions.attention_captioner import AttentionCaptioner

    eye = scene_encoder.headless(scene_encoder.with_heads(scene_encoder.build()))
    model = AttentionCaptioner(KNOWN, units=6)
    model.build({"places": (None, 64, 64), "tokens": (None, 4)})
    image = np.zeros((64, 64, 3), "uint8")
    told = inference.tell(image, model, eye, beams=4, max_length=6)
    assert told.looks.shape == (len(told.words), 8, 8)
    assert np.allclose(told.looks.sum(axis=(1, 2)), 1, atol=1e-5)
    assert len(told.others) == 3
    assert list(told.scores) == sorted(told.scores, reverse=True)
    assert "once for each word" in told.figure().summary


@pytest.fixture
def kept(keras, tmp_path, monkeypatch):
    """A captioner in the place where lesson 22 keeps its own."""
    from coursekit.captions import training

    path = tmp_path / "models" / "mine.keras"
    monkeypatch.setattr(training, "model_file", lambda: path)
    model = training.AttentionCaptioner(KNOWN, units=6)
    model.build({"places": (None, 64, 64), "tokens": (None, 4)})
    return training.save(model)


def test_the_command_captions_each_file_and_refuses_others_in_a_sentence(
    kept, tmp_path, capsys
):
    from PIL import Image

    from coursekit.captions import inference

    picture, text = tmp_path / "mine.png", tmp_path / "notes.txt"
    Image.new("RGB", (90, 70), "red").save(picture)
    text.write_text("words")
    assert inference.command([picture, text], tmp_path, beams=2) == 1
    printed, refused = capsys.readouterr()
    assert printed.count("mine.png: ") == 1 and printed.count("  or: ") == 1
    assert "notes.txt is not a picture" in refused
    assert Image.open(tmp_path / "mine.caption.png").width > 100
    assert inference.command([picture], tmp_path, beams=1) == 0


def test_pictures_of_the_same_name_keep_their_own_overlays(kept, tmp_path):
    from PIL import Image

    from coursekit.captions import inference

    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (64, 64), "red").save(tmp_path / folder / "x.png")
    files = [tmp_path / "a" / "x.png", tmp_path / "b" / "x.png"]
    assert inference.command(files, tmp_path / "out", beams=1) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["x-2.caption.png", "x.caption.png"]


def test_a_folder_that_cannot_be_written_is_named(kept, tmp_path):
    from PIL import Image

    from coursekit.captions import inference

    path = tmp_path / "x.png"
    Image.new("RGB", (64, 64), "red").save(path)
    with pytest.raises(CourseError, match="cannot be written"):
        inference.command([path], path, beams=1)


def test_without_a_picture_nothing_is_trained(keras, tmp_path, monkeypatch):
    from coursekit.captions import inference, training

    monkeypatch.setattr(training, "kept", lambda callbacks: 1 / 0)
    assert inference.command([tmp_path / "none.png"], tmp_path, beams=2) == 1


def test_without_a_captioner_there_is_a_way_to_get_one(keras, tmp_path):
    from coursekit.captions import training

    with pytest.raises(CourseError, match="coursekit caption"):
        training.load(tmp_path / "none")


def test_a_caption_of_no_words_has_no_maps(keras):
    from coursekit.captions import inference, scene_encoder
    from coursekit.captions.attention_captioner import AttentionCaptioner

    eye = scene_encoder.headless(scene_encoder.with_heads(scene_encoder.build()))
    model = AttentionCaptioner(KNOWN, units=6)
    model.build({"places": (None, 64, 64), "tokens": (None, 4)})
    bias = np.zeros(len(model.vocabulary), "float32")
    bias[3] = 50  # the end, at once
    model.next_word.bias.assign(bias)
    told = inference.tell(np.zeros((64, 64, 3), "uint8"), model, eye, beams=1)
    assert told.caption == "" and told.looks.shape == (0, 8, 8)
    assert told.figure().png()


@pytest.fixture(scope="module")
def trained(keras, tmp_path_factory):
    """The captioner of the command, trained on a third of the captions."""
    from coursekit import data
    from coursekit.captions import training

    train = data.load("scenes").train
    few = SimpleNamespace(x=train.x[:1400], y=train.y[:1400])
    path = tmp_path_factory.mktemp("models") / "captioner.keras"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "model_file", lambda: path)
        patch.setattr(data, "load", lambda name: SimpleNamespace(train=few))
        training.kept()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    return path


SCENES = {
    "cat": ("road", "cat", "orange", 30, 54),
    "ball": ("beach", "ball", "red", 30, 54),
    "dog": ("park", "dog", "brown", 18, 54),
}


def test_the_trained_command_names_what_is_in_pictures_of_any_kind(
    trained, tmp_path, monkeypatch, capsys
):
    from PIL import Image

    from coursekit.captions import inference, training
    from coursekit.data.sets import scenes

    monkeypatch.setattr(training, "model_file", lambda: trained)
    drawn = {}
    for name, (setting, *thing) in SCENES.items():
        image = scenes.picture(setting, [scenes.Thing(*thing)])
        drawn[name] = Image.fromarray(image).resize((640, 640))
    drawn["cat"].convert("CMYK").save(tmp_path / "cat.jpg")
    drawn["ball"].convert("RGBA").save(tmp_path / "ball.png")
    rest = [drawn["cat"], drawn["ball"]]
    drawn["dog"].save(tmp_path / "dog.gif", save_all=True, append_images=rest)
    files = [tmp_path / n for n in ("cat.jpg", "ball.png", "dog.gif")]
    assert inference.command(files, tmp_path / "out", beams=3) == 0
    said = capsys.readouterr().out.split("where it looked")
    for name, lines in zip(SCENES, said, strict=False):
        _, kind, colour, *_ = SCENES[name]
        first = lines[lines.index(f"{name}.") :].splitlines()[0]
        assert kind in first and colour in first
        assert lines.count("  or: ") == 2
