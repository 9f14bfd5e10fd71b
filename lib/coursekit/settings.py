"""The numbers that differ between the quick and the full run of a lesson.

Each lesson has one small file, ``lesson.toml``, with a ``[quick]`` and a
``[full]`` table of the same keys. A lesson reads them as attributes::

    profile = ck.start("04")
    profile.epochs
"""

import os
from types import ModuleType
from typing import Any

from coursekit import lessons
from coursekit.errors import CourseError

PROFILES = ("quick", "full")


class Settings:
    """Read-only settings of one lesson in one profile.

    ``name`` is "quick" or "full", ``lesson`` two digits, ``seed`` an
    integer; every other attribute comes from the lesson's TOML table.
    """

    def __init__(self, **values: Any):
        object.__setattr__(self, "_values", values)

    @property
    def quick(self) -> bool:
        """True in the quick profile."""
        return self.name == "quick"

    @property
    def figures(self) -> ModuleType:
        """The figures that only this lesson draws: its own figures.py."""
        return self.module("figures")

    def module(self, name: str) -> ModuleType:
        """A module of the lesson's folder, by its name without ``.py``."""
        return lessons.module(self.lesson, name)

    def __getattr__(self, key: str) -> Any:
        values = object.__getattribute__(self, "_values")
        if key in values:
            return values[key]
        raise AttributeError(
            f"lesson {values['lesson']} has no setting {key!r}. "
            f"It has: {', '.join(sorted(values))}"
        )

    def __setattr__(self, key: str, value: Any) -> None:
        raise AttributeError(
            f"settings are read-only: use a variable of your own "
            f"({key} = {value!r}), or edit the lesson's lesson.toml"
        )

    def __dir__(self):
        return sorted([*super().__dir__(), *self._values])

    def __repr__(self) -> str:
        inner = ", ".join(f"{k}={v!r}" for k, v in self._values.items())
        return f"Settings({inner})"


def profile_name(profile: str | None = None) -> str:
    """The profile asked for: argument, COURSEKIT_PROFILE, or "quick"."""
    name = profile or os.environ.get("COURSEKIT_PROFILE") or "quick"
    if name not in PROFILES:
        raise CourseError(
            f"There is no profile {name!r}; there are quick and full.",
            "set COURSEKIT_PROFILE to quick or full, or leave it out",
        )
    return name


def load_settings(
    lesson: str, profile: str | None = None, seed: int = 0
) -> Settings:
    """Settings of ``lesson`` ("04") in ``profile`` (default: quick).

    Raises CourseError for an unknown lesson or profile.
    """
    name = profile_name(profile)
    table = lessons.facts(lesson)
    fixed = {
        "lesson": lesson,
        "title": table["title"],
        "name": name,
        "seed": seed,
        "backends": tuple(table.get("backends", ("tensorflow",))),
    }
    return Settings(**table[name] | fixed)
