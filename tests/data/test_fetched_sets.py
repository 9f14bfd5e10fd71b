"""From the published archive to the data set, in miniature."""

import bz2
import dataclasses
import io
import json
import pickle
import tarfile
import zipfile

import numpy as np
import pytest
from faulty_server import sha256

from coursekit import data
from coursekit.data.fetch import Remote
from coursekit.data.sets import cifar, flickr8k, jena, tatoeba, usps
from coursekit.errors import CourseError


def serve(
    server,
    monkeypatch,
    module,
    contents,
    name="",
    pinned=True,
    unpack=False,
):
    """Let a module's set come from the test's server."""
    remotes = tuple(
        Remote(
            server.serve(file, content),
            0.01,
            sha256(content) if pinned else None,
            unpack,
        )
        for file, content in contents.items()
    )
    old = module.SOURCE if not name else module.SOURCE[name]
    source = dataclasses.replace(old, remotes=remotes, unpacked_megabytes=0)
    if name:
        monkeypatch.setitem(module.SOURCE, name, source)
    else:
        monkeypatch.setattr(module, "SOURCE", source)


def test_cifar10_from_its_archive(server, cache, monkeypatch):
    rng = np.random.default_rng(0)
    monkeypatch.setattr(cifar, "TRAIN", 500)
    monkeypatch.setattr(cifar, "TEST", 100)
    packed, pixels = io.BytesIO(), {}
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:

        def add(name, content):
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))

        for name in [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]:
            pixels[name] = rng.integers(0, 256, (100, 3072), "uint8")
            batch = {b"data": pixels[name], b"labels": [*range(10)] * 10}
            add(name, pickle.dumps(batch, 2))
        names = {b"label_names": [f"kind_{n}".encode() for n in range(10)]}
        add("batches.meta", pickle.dumps(names, 2))
        add("readme.html", b"<html>")
    content = {"cifar-10-python.tar.gz": packed.getvalue()}
    serve(server, monkeypatch, cifar, content, "cifar10", unpack=True)
    photos = data.load("cifar10", validation=50)
    assert photos.class_names[3] == "kind 3"
    assert np.bincount(photos.validation.y).tolist() == [5] * 10
    assert photos.train.x.shape == (450, 32, 32, 3)
    first = pixels["test_batch"][0].reshape(3, 32, 32).transpose(1, 2, 0)
    np.testing.assert_array_equal(photos.test.x[0], first)
    assert not list(cache.rglob("*.tar.gz"))


def test_usps_from_libsvm_s_files(server, cache, monkeypatch):
    monkeypatch.setattr(usps, "SIZES", {"train": 40, "test": 10})
    rng = np.random.default_rng(0)
    contents, values, labels = {}, {}, {}
    for name, count in (("usps.bz2", 40), ("usps.t.bz2", 10)):
        values[name] = rng.integers(-1000, 1001, (count, 256)) / 1000
        labels[name] = np.arange(count) % 10
        lines = [
            f"{label + 1} "
            + " ".join(f"{i}:{value:g}" for i, value in enumerate(row, 1))
            for label, row in zip(labels[name], values[name], strict=True)
        ]
        contents[name] = bz2.compress("\n".join(lines).encode())
    serve(server, monkeypatch, usps, contents)
    digits = data.load("usps", validation=10)
    assert [len(digits.train), len(digits.validation)] == [30, 10]
    np.testing.assert_array_equal(digits.test.y, labels["usps.t.bz2"])
    back = digits.test.x.reshape(10, 256) / 127.5 - 1
    assert np.abs(back - values["usps.t.bz2"]).max() < 0.004


def test_flickr8k_from_its_two_archives(server, cache, monkeypatch, tmp_path):
    from PIL import Image

    pictures, texts = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(pictures, "w") as archive:
        for name in "abc":
            file = io.BytesIO()
            Image.new("RGB", (9, 9)).save(file, "JPEG")
            archive.writestr(f"Flicker8k_Dataset/{name}.jpg", file.getvalue())
            archive.writestr(f"__MACOSX/Flicker8k_Dataset/._{name}.jpg", b"")
    with zipfile.ZipFile(texts, "w") as archive:
        lines = [f"{name}.jpg#0\tA {name} .\n" for name in "abc"]
        archive.writestr("Flickr8k.token.txt", "".join(lines))
        for part, name in (("train", "a"), ("dev", "b"), ("test", "c")):
            archive.writestr(f"Flickr_8k.{part}Images.txt", f"{name}.jpg\n")
    contents = {
        "Flickr8k_Dataset.zip": pictures.getvalue(),
        "Flickr8k_text.zip": texts.getvalue(),
    }
    serve(server, monkeypatch, flickr8k, contents, unpack=True)
    photos = data.load("flickr8k", size=8)
    assert photos.test.y == [("A c .",)] and photos.note == ""


def kannada(pairs: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        lines = [f"Word {n}.\tಪದ {n}.\tCC-BY 2.0\n" for n in range(pairs)]
        archive.writestr("kan.txt", "".join(lines))
    return packed.getvalue()


def serve_kannada(server, monkeypatch, content: bytes) -> None:
    contents = {"kan-eng.zip": content}
    serve(server, monkeypatch, tatoeba, contents, "kan-eng", pinned=False)


def test_without_a_published_checksum_the_first_one_is_recorded(
    server, cache, monkeypatch
):
    content = kannada(pairs=120)
    serve_kannada(server, monkeypatch, content)
    assert len(data.load("kan-eng").train) == 96
    record = json.loads((cache / "kan-eng" / "fetched.json").read_text())
    assert record["fetched"][0]["published"] is None
    assert f"sha256:{record['fetched'][0]['sha256']}" == sha256(content)


def test_without_a_published_checksum_too_little_content_is_refused(
    server, cache, monkeypatch
):
    content = kannada(pairs=99)
    serve_kannada(server, monkeypatch, content)
    with pytest.raises(CourseError, match="99 sentence pairs"):
        data.load("kan-eng")
    assert not (cache / "kan-eng").exists()


def test_another_edition_of_the_jena_weather_is_refused(
    server, cache, monkeypatch
):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        text = "Date Time,T (degC)\n01.01.2009 00:10:00,-8.0\n"
        archive.writestr("jena_climate_2009_2016.csv", text)
    content = {"jena_climate_2009_2016.csv.zip": packed.getvalue()}
    serve(server, monkeypatch, jena, content, pinned=False)
    with pytest.raises(CourseError, match="1 rows of 1 columns"):
        data.load("jena")
    assert not (cache / "jena").exists()
