"""Copies that people bring: what is not as published is refused or said."""

import gzip
import json
import pickle
import zipfile

import h5py
import numpy as np
import pytest
from faulty_server import sha256

from coursekit import data
from coursekit.data.fetch import Remote, Source
from coursekit.data.loaded import as_found
from coursekit.data.readers import checked
from coursekit.data.readers.pickles import read_objects, read_pickle
from coursekit.data.readers.textfiles import numbered_lines
from coursekit.data.sets import (
    cifar,
    fashion_mnist,
    glove,
    imdb,
    mnist,
    shakespeare,
    ud_english,
    usps,
)
from coursekit.errors import CourseError


def write_idx(folder, part, y, header=(2051, 2049)):
    x = np.zeros((len(y), 28, 28), "uint8")
    for kind, values, number in (
        ("images-idx3", x, header[0]),
        ("labels-idx1", y.astype("uint8"), header[1]),
    ):
        start = np.array([number, *values.shape], ">i4").tobytes()
        path = folder / f"{part}-{kind}-ubyte.gz"
        path.write_bytes(gzip.compress(start + values.tobytes(), 1))


def test_digits_in_the_folder_of_clothes_are_refused(tmp_path, cache):
    digits = np.repeat(np.arange(10), mnist.COUNTS["train"])
    write_idx(tmp_path, "train", digits)
    write_idx(tmp_path, "t10k", np.arange(10_000) % 10)
    with pytest.raises(CourseError, match=r"class 0 5,923 times.* 6,000"):
        data.load("fashion_mnist", folder=tmp_path)


def test_clothes_in_the_file_of_digits_are_refused(tmp_path, cache):
    x, y = np.zeros((60_000, 28, 28), "uint8"), np.arange(60_000) % 10
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y)
    with pytest.raises(CourseError, match=r"class 0 6,000 times.* 5,923"):
        data.load("mnist", folder=tmp_path)


def test_an_idx_file_with_another_header_is_refused(tmp_path):
    write_idx(tmp_path, "t10k", np.arange(10_000) % 10, header=(2052, 2049))
    with pytest.raises(CourseError, match="its header is 00000804 00002710"):
        fashion_mnist._read(tmp_path, "test")


@pytest.fixture
def zip_codes(tmp_path, monkeypatch):
    monkeypatch.setattr(usps, "SIZES", {"train": 20, "test": 10})

    def write(**train):
        with h5py.File(tmp_path / "usps.h5", "w") as file:
            file["train/data"] = np.zeros((20, 256), "float32")
            file["train/target"] = np.arange(20) % 10
            for name, values in train.items():
                del file[f"train/{name}"]
                file[f"train/{name}"] = values
        return usps._read(tmp_path, "train")

    return write


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("data", np.full((20, 256), 200.0), "from 200.0 .* expected 0 to 1"),
        ("data", np.full((20, 256), -1.0), "from -1.0 .* expected 0 to 1"),
        ("data", np.full((20, 256), np.nan), "from nan .* expected 0 to 1"),
        ("data", np.zeros((20, 256), "uint8"), "of type uint8"),
        ("target", np.arange(20) % 10 + 1, "from 1 to 10, expected 0 to 9"),
        ("target", np.zeros(19, int), r"target of shape \(19,\).*\(20,\)"),
    ],
)
def test_a_usps_file_says_what_was_found_and_expected(
    zip_codes, name, values, said
):
    assert zip_codes()[0].shape == (20, 16, 16, 1)
    with pytest.raises(CourseError, match=said):
        zip_codes(**{name: values})


def batch(tmp_path, pixels, labels):
    content = {b"data": pixels, b"labels": labels}
    (tmp_path / "test_batch").write_bytes(pickle.dumps(content))
    return cifar.read([tmp_path / "test_batch"], cifar.LABELS["cifar10"], 20)


def test_a_label_of_no_class_is_refused(tmp_path):
    pixels = np.zeros((20, 3072), "uint8")
    assert len(batch(tmp_path, pixels, [*range(10)] * 2)[0]) == 20
    with pytest.raises(CourseError, match="from 0 to 23, expected 0 to 9"):
        batch(tmp_path, pixels, [*range(10), *range(9), 23])


def test_pixels_that_are_no_bytes_are_refused(tmp_path):
    with pytest.raises(CourseError, match="of type float64, expected uint8"):
        batch(tmp_path, np.zeros((20, 3072)), [*range(10)] * 2)


def test_a_list_of_class_names_that_lacks_one_is_refused(tmp_path):
    names = {b"label_names": [b"cat"] * 10}
    (tmp_path / "batches.meta").write_bytes(pickle.dumps(names))
    with pytest.raises(CourseError, match="1 names .* expected 10"):
        cifar.class_names(tmp_path / "batches.meta", cifar.LABELS["cifar10"])


def test_another_set_s_list_of_words_is_refused(tmp_path):
    path = tmp_path / "imdb_word_index.json"
    path.write_text(json.dumps({f"w{n}": n for n in range(1, 30_980)}))
    with pytest.raises(CourseError, match="30,979 words, expected 1 to"):
        imdb._words(path)


def test_a_treebank_without_its_words_is_refused(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text("1\t_\t_\tNOUN\tNNS\t_\t0\troot\t_\t_\n" * 3)
    with pytest.raises(CourseError, match="holds no words: 3 are _"):
        ud_english.read_conllu(path)


def test_longer_vectors_than_their_name_says_are_refused(tmp_path, cache):
    text = "the" + " 0.5" * 100 + "\n"
    (tmp_path / "glove.x.50d.txt").write_text(text)
    with pytest.raises(CourseError, match="has 100 numbers, expected 50"):
        data.load("glove", folder=tmp_path)


def test_values_that_are_no_numbers_are_refused(tmp_path, cache):
    lines = [f"01.01.2009 {n:02}:00:00,{n}\n" for n in range(24)]
    lines[7] = "01.01.2009 07:00:00,nan\n"
    text = "Date Time,T (degC)\n" + "".join(lines)
    (tmp_path / "jena_climate.csv").write_text(text)
    with pytest.raises(CourseError, match="jena hold values that are no"):
        data.load("jena", folder=tmp_path)


def test_every_real_set_s_labels_are_looked_at():
    dataset = data.load("digits")
    dataset.test.y[3] = 23
    with pytest.raises(CourseError, match="labels other than 0 to 9"):
        as_found(dataset, published=True)


TEXT = b"To be, or not to be. " * 100


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("input.txt", TEXT, "2,100 characters of plays"),
        (
            "input.txt",
            TEXT * 2,
            "a copy, not the published file, said to be ch",
        ),
        ("shakespeare.txt", TEXT, "a copy, not compared with the published"),
    ],
)
def test_the_published_figure_stands_beside_the_published_file_only(
    tmp_path, cache, monkeypatch, name, content, said
):
    info = shakespeare.INFO.__class__(
        **{**vars(shakespeare.INFO), "title": "2,100 characters of plays"}
    )
    remote = Remote("https://example.org/input.txt", 1, sha256(TEXT))
    source = Source("shakespeare", ("input.txt|shakespeare.txt",), (remote,))
    monkeypatch.setattr(shakespeare, "SOURCE", source)
    monkeypatch.setattr(shakespeare, "INFO", info)
    (tmp_path / name).write_bytes(content)
    line = data.load("shakespeare", folder=tmp_path).provenance
    assert said in line
    assert ("2,100" in line) == ("not" not in said)


def test_one_line_of_german_is_not_called_all_of_the_english(tmp_path, cache):
    (tmp_path / "fra.txt").write_text("Geh.\tVa !\n" * 2, "utf-8")
    line = data.load("fra-eng", folder=tmp_path).provenance
    assert "167,130" not in line and "said to be English" in line


def test_vectors_of_any_language_are_not_called_english(tmp_path, cache):
    (tmp_path / "glove.x.50d.txt").write_text("der" + " 0.5" * 50 + "\n")
    line = data.load("glove", folder=tmp_path).provenance
    assert "said to be" in line and "1 words, 50 numbers" in line


def damaged(path):
    """Twelve bytes in the middle are others."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 12] = bytes(255 - b for b in content[middle:])[
        :12
    ]
    path.write_bytes(content)
    return path


def zipped(path, name, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


WORDS = "\n".join(map(str, np.random.default_rng(0).random(2_000)))


@pytest.mark.parametrize("kind", ["gz", "zip", "npz", "objects", "glove"])
def test_a_damaged_archive_cannot_be_read_and_that_is_said(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    with pytest.raises(CourseError, match="cannot be read"):
        if kind == "gz":
            write_idx(tmp_path, "t10k", np.arange(10_000) % 10)
            path = tmp_path / "t10k-labels-idx1-ubyte.gz"
            random = np.random.default_rng(0).integers(0, 9, 10_000, "uint8")
            path.write_bytes(gzip.compress(random.tobytes()))
            fashion_mnist._idx(damaged(path), (10_000,))
        elif kind == "zip":
            zipped(path, "a.txt", WORDS)
            list(numbered_lines(damaged(path), "a.txt"))
        elif kind == "npz":
            np.savez_compressed(path.open("wb"), x=np.array(list(WORDS)))
            checked.read_arrays(damaged(path), "x")
        elif kind == "objects":
            read_objects(damaged(zipped(path, "x.npy", WORDS)), "x")
        else:
            path = zipped(tmp_path / "glove.zip", "glove.x.50d.txt", WORDS)
            path.write_bytes(path.read_bytes()[:-30])
            glove._held(tmp_path)


@pytest.mark.parametrize(
    "error", [NotImplementedError("kind 7"), MemoryError(), RuntimeError("x")]
)
def test_whatever_a_decoder_raises_names_the_file(tmp_path, error):
    with (
        pytest.raises(CourseError, match="a.bin cannot be read"),
        checked.reading(tmp_path / "a.bin"),
    ):
        raise error


def test_a_pickle_that_is_cut_is_said_in_words(tmp_path):
    (tmp_path / "train").write_bytes(pickle.dumps({"data": [1] * 999})[:99])
    with pytest.raises(CourseError, match="train cannot be read"):
        read_pickle(tmp_path / "train")
