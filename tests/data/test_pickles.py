"""Pickles: CIFAR's own form loads, one that would run code does not."""

import io
import os
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

from coursekit.data.readers.pickles import read_number_lists, read_pickle
from coursekit.data.sets import cifar
from coursekit.errors import CourseError


class Evil:
    """What an attacker writes: reading it would run a command."""

    def __reduce__(self):
        return os.system, ("echo run > ran.txt",)


def python2_array(values: np.ndarray) -> bytes:
    """An array as NumPy under Python 2 pickled it, opcode by opcode."""
    data = values.tobytes()
    rows, columns = values.shape
    return b"".join(
        [
            b"cnumpy.core.multiarray\n_reconstruct\n",
            b"cnumpy\nndarray\nK\x00\x85U\x01b\x87R",
            b"(K\x01J" + rows.to_bytes(4, "little"),
            b"J" + columns.to_bytes(4, "little") + b"\x86",
            b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R",
            b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
            b"\x89T" + len(data).to_bytes(4, "little") + data + b"tb",
        ]
    )


def python2_batch(images: np.ndarray, labels: list[int]) -> bytes:
    """A CIFAR-10 batch file as upstream wrote it."""
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    return b"".join(
        [
            b"\x80\x02}(U\x04data" + python2_array(images),
            b"U\x06labels](" + numbers + b"e",
            b"U\x0bbatch_labelU\x15training batch 1 of 5u.",
        ]
    )


def test_a_batch_as_python_2_wrote_it_is_read(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (5, 3072), dtype="uint8")
    path = tmp_path / "data_batch_1"
    path.write_bytes(python2_batch(images, [3, 1, 4, 1, 5]))
    expected = pickle.loads(path.read_bytes(), encoding="bytes")
    batch = read_pickle(path)
    np.testing.assert_array_equal(batch[b"data"], expected[b"data"])
    assert batch[b"labels"] == [3, 1, 4, 1, 5]


@pytest.mark.parametrize("protocol", range(6))
def test_a_batch_as_python_3_writes_it_is_read(tmp_path, protocol):
    images = np.arange(2 * 3072, dtype="uint8").reshape(2, 3072)
    path = tmp_path / "train"
    path.write_bytes(
        pickle.dumps({b"data": images, b"fine_labels": [7, 300]}, protocol)
    )
    batch = read_pickle(path)
    np.testing.assert_array_equal(batch[b"data"], images)
    assert batch[b"fine_labels"] == [7, 300]


def test_pixels_land_where_upstream_says(tmp_path):
    """The row of an image: 1,024 reds, greens, blues; rows of 32."""
    image = np.zeros((1, 3072), "uint8")
    image[0, 1024 + 2 * 32 + 7] = 200  # green, row 2, column 7
    path = tmp_path / "data_batch_1"
    path.write_bytes(python2_batch(image, [6]))
    x, y = cifar.read_batches([path], {"label": "labels"}, 1)
    assert x.shape == (1, 32, 32, 3)
    assert x[0, 2, 7, 1] == 200 and x.sum() == 200
    assert y["label"].tolist() == [6]


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_would_run_code_is_refused(
    tmp_path, monkeypatch, protocol
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train"
    path.write_bytes(pickle.dumps({b"data": Evil()}, protocol))
    with pytest.raises(CourseError, match="asks for"):
        read_pickle(path)
    assert not (tmp_path / "ran.txt").exists()


@pytest.mark.parametrize(
    "code",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cbuiltins\ngetattr\n.",
        b"cnumpy\nload\n.",
        b"c__builtin__\nexec\n.",
    ],
)
def test_functions_by_other_names_are_refused_too(tmp_path, code):
    path = tmp_path / "train"
    path.write_bytes(code)
    with pytest.raises(CourseError, match="asks for"):
        read_pickle(path)


def test_a_pickle_that_ends_early_is_said_in_words(tmp_path):
    path = tmp_path / "train"
    path.write_bytes(pickle.dumps({"data": list(range(999))})[:500])
    with pytest.raises(CourseError, match="train cannot be read"):
        read_pickle(path)


def test_an_empty_pickle_is_said_in_words(tmp_path):
    path = tmp_path / "train"
    path.touch()
    with pytest.raises(CourseError, match="train cannot be read"):
        read_pickle(path)


def test_a_batch_without_its_labels_is_said_in_words(tmp_path):
    path = tmp_path / "train"
    path.write_bytes(pickle.dumps({b"data": np.zeros((1, 3072), "uint8")}))
    with pytest.raises(CourseError, match="not a CIFAR file"):
        cifar.read_batches([path], {"label": "labels"}, 1)


def object_npz(path, values) -> None:
    """An .npz of Python objects, pickled as NumPy did when IMDB came out."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    member = io.BytesIO()
    header = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(member, header)
    member.write(pickle.dumps(array, protocol=2))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", member.getvalue())


@pytest.mark.parametrize("length", [1, 2, 999, 1000, 1001, 2500])
def test_lists_in_an_npz_are_read(tmp_path, length):
    path = tmp_path / "imdb.npz"
    # Numbers whose bytes look like the marks of a pickle, among others.
    numbers = np.random.default_rng(0).choice(
        [1, 40, 75, 77, 93, 97, 101, 300, 0x5D28, 70_000, 0x655D284B], length
    )
    lists = [numbers.tolist(), [93, 40, 75, 101], numbers[::-1].tolist()]
    object_npz(path, lists)
    assert list(read_number_lists(path, "x_train")) == lists


def test_an_npz_that_would_run_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "imdb.npz"
    object_npz(path, [[1], Evil()])
    with pytest.raises(CourseError, match="1 lists of numbers, not 2"):
        list(read_number_lists(path, "x_train"))
    assert not (tmp_path / "ran.txt").exists()


def test_lists_are_read_one_by_one_without_room_for_all(tmp_path):
    path = tmp_path / "imdb.npz"
    lists = [[1_000 + k] * (1 + k % 997) for k in range(1_000)]
    object_npz(path, lists)
    expected = sum(map(len, lists))
    del lists
    tracemalloc.start()
    total = sum(len(found) for found in read_number_lists(path, "x_train"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == expected
    assert peak < 6e6  # all lists at once need 18 MB


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_large_batch_from_python_3_is_read_byte_for_byte(tmp_path, protocol):
    images = np.random.default_rng(0).integers(0, 256, (900, 3072), "uint8")
    # Labels 88 are the opcode X, and numbers after it could be a length.
    labels = [88, 0, 0, 40, 0] * 180
    path = tmp_path / "train"
    batch = {b"fine_labels": labels, b"data": images, b"after": [88, 1]}
    path.write_bytes(pickle.dumps(batch, protocol))
    found = read_pickle(path)
    np.testing.assert_array_equal(found[b"data"], images)
    assert found[b"fine_labels"] == labels and found[b"after"] == [88, 1]


@pytest.mark.parametrize(
    ("letter", "encoding"), [("\u20ac", "latin1"), ("\xe9", "utf-16")]
)
def test_a_large_text_that_is_no_latin_1_is_refused(
    tmp_path, letter, encoding
):
    text = (letter * 800_000).encode()
    content = b"X" + len(text).to_bytes(4, "little") + text
    name = b"X%b" % len(encoding).to_bytes(4, "little") + encoding.encode()
    path = tmp_path / "train"
    start = b"\x80\x02" + name + b"q\x010c_codecs\nencode\n"
    path.write_bytes(start + content + b"h\x01\x86R.")
    with pytest.raises(CourseError, match="cannot be read"):
        read_pickle(path)


@pytest.mark.parametrize("python", [2, 3])
def test_cifar_needs_at_most_twice_the_memory_of_its_images(tmp_path, python):
    """15 MB in place of 150, as Python 2 or 3 pickles them."""
    images = np.random.default_rng(0).integers(0, 256, (5_000, 3072), "uint8")
    path = tmp_path / "data_batch_1"
    path.write_bytes(
        python2_batch(images, [0] * 5_000)
        if python == 2
        else pickle.dumps({b"data": images, b"labels": [0] * 5_000}, 2)
    )
    tracemalloc.start()
    x, y = cifar.read_batches([path], {"label": "labels"}, 5_000)
    kept = np.arange(5_000) % 10 > 0
    splits = [cifar.split(x, y, kept), cifar.split(x, y, ~kept)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(split.x.nbytes for split in splits) == images.nbytes
    assert peak < 2 * images.nbytes + 4_000_000
