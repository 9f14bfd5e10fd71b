"""Fixtures that several test folders use."""

import os

import pytest


@pytest.fixture(autouse=True)
def own_progress_file(tmp_path, monkeypatch):
    """No test touches the learner's progress."""
    monkeypatch.setenv("COURSEKIT_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture(scope="session", autouse=True)
def quiet_tensorflow():
    """TensorFlow's start-up lines are noise in a test report."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
