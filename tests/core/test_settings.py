"""Profiles: the same keys in both, clear errors."""

import pytest

from coursekit import lessons, settings
from coursekit.data import registry
from coursekit.errors import CourseError


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_quick_and_full_have_the_same_keys_and_known_data(lesson):
    quick = settings.load_settings(lesson, "quick")
    full = settings.load_settings(lesson, "full")
    assert dir(quick) == dir(full)
    for profile in (quick, full):
        for key in dir(profile):
            if key.endswith("dataset"):
                assert getattr(profile, key) in registry.names()


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_quick_needs_no_network(lesson):
    quick = settings.load_settings(lesson, "quick")
    for key in dir(quick):
        if key.endswith("dataset"):
            assert registry.info(getattr(quick, key)).bundled


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_backends_are_known_names(lesson):
    backends = settings.load_settings(lesson).backends
    assert backends[0] == "tensorflow"
    assert set(backends) <= {"tensorflow", "jax", "torch"}


def test_the_profile_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("COURSEKIT_PROFILE", "full")
    assert settings.load_settings("01").name == "full"
    assert not settings.load_settings("01").quick


def test_an_argument_beats_the_environment(monkeypatch):
    monkeypatch.setenv("COURSEKIT_PROFILE", "full")
    assert settings.load_settings("01", "quick").quick


@pytest.mark.parametrize("wrong", ["fast", "Quick ", "0"])
def test_an_unknown_profile_names_the_two(wrong):
    with pytest.raises(CourseError, match="quick and full"):
        settings.load_settings("01", wrong)


@pytest.mark.parametrize("wrong", ["99", "1", "../01", ""])
def test_an_unknown_lesson_lists_the_known(wrong):
    with pytest.raises(CourseError, match="00"):
        settings.load_settings(wrong)


def test_a_missing_setting_lists_what_there_is():
    with pytest.raises(AttributeError, match="batch_size"):
        settings.load_settings("01").batches  # noqa: B018


def test_settings_cannot_be_changed():
    profile = settings.load_settings("01")
    with pytest.raises(AttributeError, match="read-only"):
        profile.epochs = 3
    assert profile.epochs != 3 or profile.epochs == _stored("01", "epochs")


def _stored(lesson, key):
    return lessons.facts(lesson)["quick"][key]
