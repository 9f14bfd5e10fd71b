"""What the bundled files hold is the same on every machine."""

import os
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from coursekit import data, paths
from coursekit.data import registry
from coursekit.data.dataset import Split
from generate.fingerprint import fingerprint

TABLE = tomllib.loads(
    (paths.data_dir() / "checksums.toml").read_text(encoding="utf-8")
)
BUNDLED = [name for name in registry.names() if registry.info(name).bundled]


def test_every_bundled_set_has_a_fingerprint():
    assert set(BUNDLED) == set(TABLE["content"])


@pytest.mark.parametrize(
    "name",
    [
        # All 5,500 scenes take half of the time of this folder.
        pytest.param(name, marks=pytest.mark.bundled)
        if name == "scenes"
        else name
        for name in BUNDLED
    ],
)
def test_what_is_loaded_is_what_was_made(name):
    assert fingerprint(data.load(name)) == TABLE["content"][name]


@pytest.mark.bundled
@pytest.mark.parametrize(
    "name", ["'scenes', at_most=50", "'objects100'", "'poses'"]
)
def test_pictures_are_the_same_without_vector_instructions(name):
    # NumPy then takes other code paths, as it would on another processor.
    code = (
        "from coursekit import data;"
        "from generate.fingerprint import fingerprint;"
        f"print(fingerprint(data.load({name})))"
    )
    off = {"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512_SKX"}
    prints = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(sys.path)}
            | changes,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for changes in ({}, off)
    ]
    assert prints[0] == prints[1] and len(prints[0]) == 65


def test_one_changed_value_changes_the_fingerprint():
    x = np.arange(6)
    one = fingerprint(Split(x, ["a", "bc"]))
    assert one == fingerprint(Split(x[::-1][::-1], ["a", "bc"]))
    assert one != fingerprint(Split(x, ["ab", "c"]))
    assert one != fingerprint(Split(x.reshape(2, 3), ["a", "bc"]))
    assert one != fingerprint(Split(x.astype("int32"), ["a", "bc"]))
    x[3] += 1
    assert one != fingerprint(Split(x, ["a", "bc"]))
