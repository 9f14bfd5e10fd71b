"""Pickles: CIFAR's own form loads, one that would run code does not."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from coursekit.data.readers.pickles import read_objects, read_pickle
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
    image = np.zeros((7, 3072), "uint8")
    image[0, 1024 + 2 * 32 + 7] = 200  # green, row 2, column 7
    path = tmp_path / "data_batch_1"
    path.write_bytes(python2_batch(image, [6, *range(6)]))
    x, y = cifar.read([path], {"label": ("labels", 7)}, 7)
    assert x.shape == (7, 32, 32, 3)
    assert x[0, 2, 7, 1] == 200 and x.sum() == 200
    assert y["label"].tolist() == [6, *range(6)]


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
    with pytest.raises(
        CourseError, match="train cannot be read: it lacks b'labels'"
    ):
        cifar.read([path], {"label": ("labels", 1)}, 1)


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


def test_lists_in_an_npz_are_read(tmp_path):
    path = tmp_path / "imdb.npz"
    lists = [[1, 40, 300, 70_000] * 600, [7], list(range(1_001))]
    object_npz(path, lists)
    assert read_objects(path, "x_train").tolist() == lists


def test_an_npz_that_would_run_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "imdb.npz"
    object_npz(path, [[1], Evil()])
    with pytest.raises(CourseError, match="asks for"):
        read_objects(path, "x_train")
    assert not (tmp_path / "ran.txt").exists()
