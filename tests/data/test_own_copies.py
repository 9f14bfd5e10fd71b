"""Folders that a user names: used as they are, or refused precisely."""

import gzip
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from faulty_server import sha256

from coursekit import data
from coursekit.data.fetch import Remote, Source, find
from coursekit.data.readers import textfiles
from coursekit.data.sets import ud_english
from coursekit.errors import CourseError


@pytest.fixture
def own(tmp_path, monkeypatch, cache):
    """A folder to bring data in, with a difficult name."""
    root = tmp_path / "Meine Däten ಡೇಟಾ (neu)"
    root.mkdir()
    monkeypatch.setenv("COURSEKIT_DATA", str(root))
    return root


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_usps(folder: Path) -> None:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    with h5py.File(folder / "usps.h5", "w") as file:
        for name, count in (("train", 7_291), ("test", 2_007)):
            group = file.create_group(name)
            group["data"] = rng.random((count, 256), dtype="float32")
            group["target"] = rng.integers(0, 10, count)


def test_a_folder_with_spaces_and_other_scripts_is_used_in_place(own):
    write_usps(own / "usps")
    before = sorted(own.rglob("*"))
    digits = data.load("usps")
    assert digits.train.x.shape == (6_291, 16, 16, 1)
    assert len(digits.validation) == 1_000 and len(digits.test) == 2_007
    assert sorted(own.rglob("*")) == before


def test_a_named_folder_comes_before_all_others(own, tmp_path):
    write(own / "shakespeare" / "input.txt", "the root's " * 200)
    named = tmp_path / "named"
    write(named / "input.txt", "the named one's " * 200)
    text = data.load("shakespeare", folder=named).train.x
    assert text.startswith("the named")


def test_a_named_folder_that_lacks_files_is_refused_precisely(own):
    write(own / "mine" / "Flickr8k.token.txt", "a.jpg#0\tA dog .\n")
    (own / "mine" / "Images").mkdir()
    with pytest.raises(CourseError) as caught:
        data.load("flickr8k", folder=own / "mine")
    message = caught.value.message
    assert "Flickr_8k.trainImages.txt, Flickr_8k.devImages.txt" in message
    assert "holds Flickr8k.token.txt, Images" in message
    assert "Images or" not in message, "what is there is not missing"


def test_an_incomplete_folder_below_the_root_is_refused_not_refetched(own):
    write(own / "imdb" / "imdb.npz", "")
    with pytest.raises(CourseError, match=r"imdb_word_index\.json is missing"):
        data.load("imdb")


def test_a_folder_that_does_not_exist_is_said_in_words(own):
    with pytest.raises(CourseError, match="There is no folder"):
        data.load("mnist", folder=own / "nowhere")


def test_a_root_that_does_not_exist_is_said_in_words(own, monkeypatch):
    monkeypatch.setenv("COURSEKIT_DATA", str(own / "tpyo"))
    with pytest.raises(CourseError, match="COURSEKIT_DATA names .*tpyo"):
        data.load("usps")


def test_what_keras_left_half_is_not_used(own, cache, monkeypatch):
    """Keras writes a download in place; interrupted, it stays there."""
    keras = own / "keras"
    whole = b"all of it" * 100
    remote = Remote("https://example.org/words.txt", 0.1, sha256(whole))
    source = Source("words", ("words.txt",), (remote,), keras=("datasets",))
    monkeypatch.setenv("KERAS_HOME", str(keras))
    (keras / "datasets").mkdir(parents=True)
    (keras / "datasets" / "words.txt").write_bytes(whole[:50])
    assert find(source) is None
    (keras / "datasets" / "words.txt").write_bytes(whole)
    assert find(source) == keras / "datasets"


def test_a_set_without_a_server_says_how_to_bring_it(own):
    with pytest.raises(CourseError, match="for you to bring") as caught:
        data.load("yoga")
    assert "COURSEKIT_DATA" in caught.value.remedy


def test_fashion_mnist_is_read_from_idx_files(own):
    folder = own / "fashion_mnist"
    folder.mkdir()
    for part, count in (("train", 60_000), ("t10k", 10_000)):
        labels = (np.arange(count) % 10).astype("uint8")
        images = np.zeros((count, 28, 28), "uint8")
        images[:, 3, 5] = np.arange(count) % 251
        for kind, values, number in (
            ("images-idx3", images, 2051),
            ("labels-idx1", labels, 2049),
        ):
            header = np.array([number, *values.shape], ">i4").tobytes()
            with gzip.open(folder / f"{part}-{kind}-ubyte.gz", "wb", 1) as f:
                f.write(header + values.tobytes())
    clothes = data.load("fashion_mnist")
    assert clothes.train.x.shape == (55_000, 28, 28, 1)
    assert np.bincount(clothes.validation.y).tolist() == [500] * 10
    np.testing.assert_array_equal(clothes.test.x[..., 0], images)
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"")
    with pytest.raises(CourseError, match="IDX format"):
        data.load("fashion_mnist")


def test_an_imdb_file_that_is_not_keras_own_is_not_read(own):
    write(own / "imdb" / "imdb.npz", "anything")
    write(own / "imdb" / "imdb_word_index.json", "{}")
    with pytest.raises(CourseError, match="not the file that Keras publishes"):
        data.load("imdb")


def test_an_mnist_file_with_other_arrays_is_refused(own):
    folder = own / "mnist"
    folder.mkdir()
    np.savez(folder / "mnist.npz", x_train=np.zeros(3), y_train=np.zeros(3))
    with pytest.raises(CourseError, match=r"expected \(60000, 28, 28\)"):
        data.load("mnist")


def test_an_mnist_file_with_pickled_objects_is_refused(own):
    folder = own / "mnist"
    folder.mkdir()
    objects = np.array([{}, {}], dtype=object)
    np.savez(folder / "mnist.npz", x_train=objects, y_train=objects)
    with pytest.raises(CourseError, match="cannot be read"):
        data.load("mnist")


def test_a_usps_file_of_another_edition_is_refused(own):
    (own / "usps").mkdir()
    with h5py.File(own / "usps" / "usps.h5", "w") as file:
        file["train/data"] = np.zeros((10, 256))
        file["train/target"] = np.zeros(10)
    with pytest.raises(CourseError, match=r"expected \(7291, 256\)"):
        data.load("usps")


WORD = "1\tDogs\tdog\tNOUN\tNNS\t_\t0\troot\t_\t_\n"


def test_conllu_words_and_tags_are_read(own):
    path = write(
        own / "a.conllu",
        "# text = Don't\n"
        "1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "1\tDo\tdo\tAUX\tVB\t_\t0\troot\t_\t_\n"
        "2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_\n"
        "2.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_\n"
        "\n" + WORD,  # the last sentence ends with the file
    )
    words, tags = ud_english.read_conllu(path)
    assert words == [("Do", "n't"), ("Dogs",)]
    named = [[ud_english.TAGS[number] for number in row] for row in tags]
    assert named == [["AUX", "PART"], ["NOUN"]]


def test_a_word_with_nine_columns_names_its_line(own):
    path = write(own / "a.conllu", WORD + WORD.replace("\t_\n", "\n"))
    with pytest.raises(CourseError, match="line 2, has 9 columns"):
        ud_english.read_conllu(path)


def test_an_unknown_tag_names_its_line(own):
    path = write(own / "a.conllu", WORD.replace("NOUN", "NOUNS"))
    with pytest.raises(CourseError, match="line 1, has no known tag: 'NOUNS'"):
        ud_english.read_conllu(path)


def test_a_sentence_pair_with_one_column_names_its_line(own):
    write(own / "spa-eng" / "spa.txt", "Go.\tVe.\nStop.\n")
    with pytest.raises(CourseError, match="line 2, has 1 columns"):
        data.load("spa-eng")


def test_an_english_sentence_is_in_one_split_only(own):
    lines = [f"Sentence {n // 3}.\tFrase {n}.\n" for n in range(3_000)]
    write(own / "spa-eng" / "spa.txt", "".join(lines))
    pairs = data.load("spa-eng")
    parts = [set(s.x) for s in (pairs.train, pairs.validation, pairs.test)]
    assert sum(map(len, parts)) == 1_000 == len(set.union(*parts))
    assert [len(part) for part in parts] == [800, 100, 100]
    assert len(pairs.train) == 2_400


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("spa-eng/spa.txt", ""),
        ("glove/glove.50d.txt", ""),
        ("jena/jena_climate.csv", "\n\n"),
    ],
)
def test_an_empty_file_is_said_in_words(own, name, text):
    write(own / name, text)
    with pytest.raises(CourseError, match="is empty"):
        data.load(name.partition("/")[0])


def test_a_file_in_another_encoding_names_its_line(own):
    path = own / "spa.txt"
    path.write_bytes("Go.\tVe.\nThis year.\tEste año.\n".encode("latin-1"))
    with pytest.raises(CourseError, match="is not UTF-8 text"):
        list(textfiles.rows(path, counts=(2,)))


def vectors(words, dimensions=50):
    numbers = " ".join(["0.5"] * dimensions)
    return "".join(f"{word} {numbers}\n" for word in words)


def test_a_word_vector_file_is_read_by_frequency(own):
    write(own / "glove" / "glove.x.50d.txt", vectors(["the", ". . .", "of"]))
    glove = data.load("glove", words=2)
    assert glove.words == ("the", ". . .")
    assert glove.vectors.shape == (2, 50)
    assert glove.index["the"] == 0


def test_a_word_vector_of_another_length_names_its_line(own):
    text = vectors(["the"]) + vectors(["of"], dimensions=49)
    write(own / "glove" / "glove.x.50d.txt", text)
    with pytest.raises(CourseError, match="line 2, has 49 numbers"):
        data.load("glove")


def test_a_word_vector_that_is_no_number_names_its_line(own):
    text = vectors(["the"]).replace("0.5", "half")
    write(own / "glove" / "glove.x.50d.txt", text)
    with pytest.raises(CourseError, match="line 1, is not numeric"):
        data.load("glove")


def test_a_zip_with_its_size_in_its_name_is_read(own):
    (own / "glove").mkdir()
    with zipfile.ZipFile(own / "glove" / "glove.840B.300d.zip", "w") as z:
        z.writestr("glove.840B.300d.txt", vectors(["the"], dimensions=300))
    assert data.load("glove", dimensions=300).vectors.shape == (1, 300)
    with pytest.raises(CourseError, match="with 50 dim") as caught:
        data.load("glove")
    assert caught.value.remedy.endswith(": 300")


def test_dimensions_that_no_file_has_are_refused(own):
    write(own / "glove" / "glove.x.50d.txt", vectors(["the"]))
    with pytest.raises(CourseError, match="with 100 dimensions"):
        data.load("glove", dimensions=100)


JENA = "Date Time,p (mbar),T (degC)\n01.01.2009 00:10:00,996.5,-8.0\n"


def test_jena_readings_keep_their_order_and_times(own):
    lines = [f"01.01.2009 {n // 6:02}:{n % 6}0:00,9,{n}\n" for n in range(100)]
    write(own / "jena" / "jena_climate.csv", JENA[:28] + "".join(lines))
    weather = data.load("jena")
    assert weather.columns == ("p (mbar)", "T (degC)")
    assert [len(weather.train), len(weather.validation)] == [70, 15]
    np.testing.assert_array_equal(weather.test.y, np.arange(85, 100))
    assert weather.test.extra["time"][-1] == np.datetime64("2009-01-01T16:30")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("01.01.2009 00:20:00,996.5\n", "line 3, has 2 columns, expected 3"),
        ("01.01.2009 00:20:00,996.5,cold\n", "line 3, cannot be read"),
        ("2009-01-01 00:20,996.5,1.0\n", "line 3, cannot be read"),
    ],
)
def test_a_broken_jena_line_is_named(own, line, problem):
    write(own / "jena" / "jena_climate.csv", JENA + line)
    with pytest.raises(CourseError, match=problem):
        data.load("jena")


def test_a_validation_part_that_does_not_fit_is_refused(own):
    write_usps(own / "usps")
    with pytest.raises(CourseError, match="validation=5000 does not fit"):
        data.load("usps", validation=5_000)


def test_an_option_that_a_set_does_not_have_is_refused(own):
    with pytest.raises(CourseError, match="no option colour") as caught:
        data.load("usps", colour=True)
    assert "folder, validation, size" in caught.value.remedy
