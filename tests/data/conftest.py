"""Fixtures for data that are fetched."""

import pytest
from faulty_server import Server

from coursekit.data.fetch import download


@pytest.fixture
def server(monkeypatch):
    # A proxy of this machine must not stand between the test and itself.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache with a difficult name; no data of this machine."""
    folder = tmp_path / "Ünï cöde ಕನ್ನಡ" / "coursekit"
    monkeypatch.setenv("COURSEKIT_HOME", str(folder))
    monkeypatch.delenv("COURSEKIT_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "no keras"))
    return folder


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(download, "PAUSES", (0.01, 0.01))
