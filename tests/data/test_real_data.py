"""The real sets, where COURSEKIT_DATA and KERAS_HOME have them."""

import sys
import tracemalloc

import numpy as np
import pytest

from coursekit import data
from coursekit.data import registry
from coursekit.data.fetch import find
from coursekit.data.fetch.location import keras_home, own_root
from coursekit.errors import CourseError
from generate.fingerprint import fingerprint

pytestmark = pytest.mark.realdata


def load(name, **options):
    """The set from a folder to bring or from Keras' cache; never fetched."""
    found = any(find(source) for source in registry.sources(name))
    if not found:
        pytest.skip(
            f"{name} is neither below COURSEKIT_DATA ({own_root()}) nor in "
            f"{keras_home()}"
        )
    return data.load(name, **options)


def lengths(dataset):
    parts = (dataset.train, dataset.validation, dataset.test)
    assert all(len(part.x) == len(part.y) for part in parts)
    return tuple(map(len, parts))


def counts(split):
    return np.bincount(split.y).tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mnist", "902c203ccf8693a9c6245139abb75735"),
        ("imdb", "e4300580e0752e861c8e01c48eaa77a6"),
        ("spa-eng", "4235de72c92365ced0edf86ba4623482"),
        ("shakespeare", "2e5929de0b827fccf21d45ba7216496d"),
    ],
)
def test_of_a_published_file_the_same_examples_are_in_the_same_split(
    name, expected
):
    assert fingerprint(load(name))[:32] == expected


def test_mnist():
    digits = load("mnist")
    assert lengths(digits) == (55_000, 5_000, 10_000)
    # The published numbers of each digit in the test set.
    assert counts(digits.test) == [
        *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    ]
    assert digits.input_shape == (28, 28, 1)


def test_usps():
    digits = load("usps")
    assert lengths(digits) == (6_291, 1_000, 2_007)
    # LeCun et al. 1989 do not give these; LIBSVM's page gives the totals.
    assert counts(digits.test) == [
        *(359, 264, 198, 166, 200, 160, 170, 147, 166, 177)
    ]
    assert digits.train.x.dtype == np.uint8
    border = np.concatenate([digits.train.x[:, 0], digits.train.x[:, -1]])
    assert np.median(border) == 0, "the background is 0"


def test_cifar100():
    photos = load("cifar100")
    assert lengths(photos) == (45_000, 5_000, 10_000)
    assert counts(photos.train) == [450] * 100
    assert counts(photos.validation) == [50] * 100
    assert counts(photos.test) == [100] * 100
    assert len(set(photos.class_names)) == 100
    assert len(set(photos.superclass_names)) == 20
    whales = photos.train.y == photos.class_names.index("whale")
    (family,) = set(photos.train.extra["superclass"][whales].tolist())
    assert photos.superclass_names[family] == "aquatic mammals"
    assert np.bincount(photos.test.extra["superclass"]).tolist() == [500] * 20
    # A class has one superclass, and a superclass five classes.
    pairs = set(
        zip(photos.train.y, photos.train.extra["superclass"], strict=True)
    )
    assert len(pairs) == 100
    bright = photos.test.x.mean((0, 1, 2))
    assert bright[0] > bright[1] > bright[2], "red, green, blue"


def test_imdb():
    reviews = load("imdb")
    assert lengths(reviews) == (20_000, 5_000, 25_000)
    assert counts(reviews.test) == [12_500, 12_500]
    assert counts(reviews.validation) == [2_500, 2_500]
    text = " ".join(reviews.train.x[:100])
    assert " the " in text and text == text.lower()


def test_flickr8k():
    photos = load("flickr8k")
    assert lengths(photos) == (6_000, 1_000, 1_000)
    assert photos.input_shape == (160, 160, 3)
    assert {len(captions) for captions in photos.train.y} == {5}
    assert isinstance(photos.train.x, np.memmap)


def test_glove():
    glove = load("glove")
    assert glove.vectors.shape[1] == 50
    assert glove.words[:3] == ("the", ",", ".")
    directions = glove.vectors / np.linalg.norm(
        glove.vectors, axis=1, keepdims=True
    )
    near = directions @ directions[glove.index["england"]]
    assert "scotland" in [glove.words[i] for i in np.argsort(-near)[:8]]


def test_jena():
    weather = load("jena")
    assert "T (degC)" in weather.columns
    times = np.concatenate(
        [
            part.extra["time"]
            for part in (weather.train, weather.validation, weather.test)
        ]
    )
    assert (np.diff(times) >= np.timedelta64(0, "m")).all()
    assert -30 < weather.train.y.min() < weather.train.y.max() < 45


@pytest.mark.parametrize(
    ("name", "pairs"), [("spa-eng", 118_964), ("kan-eng", 149)]
)
def test_tatoeba(name, pairs):
    sentences = load(name)
    assert sum(lengths(sentences)) >= pairs
    english = [
        set(part.x)
        for part in (sentences.train, sentences.validation, sentences.test)
    ]
    assert not english[0] & english[1] and not english[0] & english[2]


def test_ud_english():
    tagged = load("ud_english")
    assert lengths(tagged) == (12_544, 2_001, 2_077)
    for words, tags in zip(tagged.train.x, tagged.train.y, strict=True):
        assert len(words) == len(tags)
    seen = np.unique(np.concatenate(tagged.train.y))
    assert len(seen) == len(tagged.class_names) == 17


def test_shakespeare():
    plays = load("shakespeare")
    text = plays.train.x
    assert plays.train.y == text[1:] + plays.train.y[-1]
    assert len(set(text)) == 65
    assert text.startswith("First Citizen:")


def test_flowers():
    flowers = load("flowers")
    assert len(flowers.class_names) == 5
    assert flowers.input_shape == (160, 160, 3)
    assert min(counts(flowers.validation)) > 0


@pytest.mark.parametrize(
    ("series", "length"),
    [("passengers", 144), ("sunspots", 2_820), ("temperatures", 3_650)],
)
def test_classic_series(series, length):
    assert sum(lengths(load("classic_series", series=series))) == length


def test_yoga():
    assert sum(lengths(load("yoga"))) > 0


def test_imagenet_weights():
    try:
        stored = load("imagenet_weights", model="mobilenet_v2_0.35")
    except CourseError:
        pytest.skip("the weights of MobileNetV2 0.35 are not in KERAS_HOME")
    import keras

    encoder = keras.applications.MobileNetV2(
        alpha=0.35,
        include_top=False,
        input_shape=(96, 96, 3),
        weights=str(stored.path),
    )
    assert encoder.output_shape == (None, 3, 3, 1280)


@pytest.mark.parametrize("name", ["mnist", "usps", "spa-eng", "shakespeare"])
def test_loading_needs_at_most_twice_the_memory_of_the_data(name):
    load(name)  # imports and caches are not the data's memory
    tracemalloc.start()
    dataset = load(name)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * size(dataset) + 2_000_000


def size(dataset) -> int:
    """Bytes of arrays and texts in a data set."""
    return sum(
        bytes_of(values)
        for part in (dataset.train, dataset.validation, dataset.test)
        for values in (part.x, part.y, *part.extra.values())
    )


def bytes_of(values) -> int:
    if isinstance(values, np.ndarray):
        return values.nbytes
    if isinstance(values, list):
        return sys.getsizeof(values) + sum(map(bytes_of, values))
    return sys.getsizeof(values)
