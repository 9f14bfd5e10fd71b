"""The numbers that differ between the quick and the full run of a lesson.

Each lesson has one small file, ``profiles/NN.toml``, with a ``[quick]`` and
a ``[full]`` table of the same keys. A lesson reads them as attributes::

    profile = ck.start("04")
    profile.epochs
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.errors import CourseError

PROFILES = ("quick", "full")
_FOLDER = Path(__file__).parent / "profiles"


class Settings:
    """Read-only settings of one lesson in one profile.

    ``name`` is "quick" or "full", ``lesson`` two digits, ``seed`` an
    integer; every other attribute comes from the lesson's TOML table.
    """

    def __init__(
        self,
        lesson: str,
        title: str,
        name: str,
        seed: int,
        backends: tuple[str, ...],
        values: Mapping[str, Any],
    ):
        fixed = {
            "lesson": lesson,
            "title": title,
            "name": name,
            "seed": seed,
            "backends": backends,
        }
        object.__setattr__(self, "_values", {**values, **fixed})

    @property
    def quick(self) -> bool:
        """True in the quick profile."""
        return self.name == "quick"

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
            f"({key} = {value!r}), or edit the lesson's profile file"
        )

    def __dir__(self):
        return sorted([*super().__dir__(), *self._values])

    def __repr__(self) -> str:
        inner = ", ".join(f"{k}={v!r}" for k, v in self._values.items())
        return f"Settings({inner})"


def lessons() -> tuple[str, ...]:
    """The lessons that have a profile file, in order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("[0-9]*.toml")))


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
    path = _FOLDER / f"{lesson}.toml"
    if lesson not in lessons():
        raise CourseError(
            f"There is no lesson {lesson!r}; "
            f"there are {', '.join(lessons())}.",
            'give the two digits of a lesson, as in ck.start("04")',
        )
    name = profile_name(profile)
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    backends = tuple(table.get("backends", ("tensorflow",)))
    return Settings(lesson, table["title"], name, seed, backends, table[name])
