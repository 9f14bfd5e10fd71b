"""The bundled files: unchanged, documented, split without leakage."""

import hashlib
import sys
import tracemalloc
from collections.abc import Mapping

import numpy as np
import pytest

from coursekit import data, paths
from coursekit.data import registry
from coursekit.data.dataset import Split
from coursekit.data.readers import bundled
from coursekit.errors import CourseError

BUNDLED = [name for name in registry.names() if registry.info(name).bundled]


def test_every_file_is_listed_with_its_true_checksum():
    for name, expected in bundled.checksums().items():
        content = (paths.data_dir() / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected


def test_every_file_in_data_is_listed():
    text = {".md", ".toml"}
    found = {p.name for p in paths.data_dir().iterdir()}
    found = {name for name in found if not name.endswith(tuple(text))}
    assert found == set(bundled.checksums())


def test_all_bundled_files_together_stay_under_12_megabytes():
    sizes = [p.stat().st_size for p in paths.data_dir().iterdir()]
    assert sum(sizes) < 12e6


@pytest.mark.parametrize("name", BUNDLED)
def test_the_record_names_the_program_and_files_that_are_there(name):
    info = registry.info(name)
    assert (paths.kit_root() / info.program).is_file()
    assert set(info.files) <= set(bundled.checksums())


@pytest.mark.bundled
@pytest.mark.parametrize("name", BUNDLED)
def test_loading_needs_at_most_twice_the_memory_of_the_data(name):
    options = {"at_most": 500} if name == "scenes" else {}
    # The first time, imports and caches need memory, too.
    size = memory(vars(data.load(name, **options)))
    tracemalloc.start()
    data.load(name, **options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * size + 4_000_000


def memory(value) -> int:
    """Bytes of the arrays and texts in a data set."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Split):
        return memory([value.x, value.y, value.extra])
    if isinstance(value, Mapping):
        return memory(list(value.values()))
    if isinstance(value, list | tuple):
        return sys.getsizeof(value) + sum(map(memory, value))
    return sys.getsizeof(value)


@pytest.mark.bundled
def test_digits_have_the_published_counts_in_each_class():
    sets = data.load("digits")
    labels = [s.y for s in (sets.train, sets.validation, sets.test)]
    counts = np.bincount(np.concatenate(labels))
    # As in scikit-learn's description of the set.
    assert counts.tolist() == [
        178,
        182,
        177,
        183,
        181,
        182,
        181,
        179,
        174,
        180,
    ]
    assert [len(y) for y in labels] == [1_077, 360, 360]


@pytest.mark.bundled
def test_no_digit_is_in_two_splits():
    sets = data.load("digits")
    seen = [
        {image.tobytes() for image in s.x}
        for s in (sets.train, sets.validation, sets.test)
    ]
    assert not seen[0] & seen[1] and not seen[0] & seen[2]
    assert not seen[1] & seen[2]


@pytest.mark.bundled
def test_each_split_has_every_class_in_proportion():
    sets = data.load("digits")
    whole = np.array([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]) / 1797
    for split in (sets.train, sets.validation, sets.test):
        share = np.bincount(split.y) / len(split)
        assert np.abs(share - whole).max() < 0.006


def test_an_unknown_set_is_an_error_that_lists_the_known():
    with pytest.raises(CourseError, match="digits"):
        data.load("digit")


def test_photos_are_colour_pictures():
    images = data.load("photos").images
    assert images["china"].shape == images["flower"].shape == (213, 320, 3)
    assert {image.dtype for image in images.values()} == {np.dtype("uint8")}


@pytest.fixture
def copy_of_data(tmp_path, monkeypatch):
    for path in paths.data_dir().iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(paths, "data_dir", lambda: tmp_path)
    bundled.checksums.cache_clear()
    yield tmp_path
    bundled.checksums.cache_clear()


def test_a_damaged_file_is_found_before_it_is_read(copy_of_data):
    path = copy_of_data / "digits.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CourseError, match="make data"):
        data.load("digits")


def test_a_missing_file_is_an_error_with_the_remedy(copy_of_data):
    (copy_of_data / "digits.npz").unlink()
    with pytest.raises(CourseError, match="git checkout"):
        data.load("digits")


def test_arrays_that_would_be_unpickled_are_refused(copy_of_data):
    path = copy_of_data / "digits.npz"
    np.savez(path, images=np.array([{}], dtype=object))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    table = f'[sha256]\n"digits.npz" = "{digest}"\n'
    (copy_of_data / "checksums.toml").write_text(table)
    bundled.checksums.cache_clear()
    with pytest.raises(CourseError, match="pickle"):
        data.load("digits")
