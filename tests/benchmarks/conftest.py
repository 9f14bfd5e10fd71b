"""The benchmarks are scripts: their folder goes on the import path."""

import sys

import pytest

from coursekit import paths

sys.path.insert(0, str(paths.kit_root() / "benchmarks"))


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    """No test reads or changes the results that somebody measured."""
    monkeypatch.setattr(paths, "work_dir", lambda: tmp_path)
