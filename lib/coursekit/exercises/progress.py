"""What a learner has solved, in one small file they may delete."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit import files, paths

_MARKS = {"": "not attempted", "not yet": "tried", "correct": "correct"}
# What could not be written, by file: hints go on within a session.
_unsaved: dict[Path, dict[str, Any]] = {}


class Progress:
    """The progress file: {"01.2": {"state": "correct", "hints": 1}}.

    Reading and writing never raise: a damaged file is set aside and said
    so, an unwritable place is said once a session.
    """

    def __init__(self):
        self.path = paths.progress_file()
        self.entries: dict[str, Any] = self._read()

    def record(self, exercise_id: str, state: str) -> None:
        """Remember a verdict; what was once correct stays so."""
        entry = self._entry(exercise_id)
        if state == "not attempted" or entry["state"] in ("correct", state):
            return
        entry["state"] = state
        self._write()

    def next_hint(self, exercise_id: str, total: int) -> int:
        """Number of the hint to show now, 1 to ``total``."""
        entry = self._entry(exercise_id)
        entry["hints"] = min(entry["hints"] + 1, total)
        self._write()
        return entry["hints"]

    def show(self, lessons: Mapping[str, Sequence[Any]]) -> None:
        """Print a count per lesson, and the exercises of those begun."""
        for lesson, exercises in lessons.items():
            entries = [self._entry(exercise.id) for exercise in exercises]
            done = sum(entry["state"] == "correct" for entry in entries)
            print(f"Lesson {lesson}: {done} of {len(exercises)} correct")
            if not any(e["state"] or e["hints"] for e in entries):
                continue
            for exercise, entry in zip(exercises, entries, strict=True):
                hints = entry["hints"]
                used = f", {hints} hint{'s' * (hints > 1)}" if hints else ""
                mark = _MARKS[entry["state"]]
                print(f"  {exercise.id}  {mark + used:24}  {exercise.title}")

    def _entry(self, exercise_id: str) -> dict[str, Any]:
        return self.entries.setdefault(exercise_id, {"state": "", "hints": 0})

    def _read(self) -> dict[str, Any]:
        if self.path in _unsaved:
            return _unsaved[self.path]
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))
            if not all(_is_entry(entry) for entry in entries.values()):
                raise ValueError("entries of another form")
            return entries
        except FileNotFoundError:
            return {}
        except OSError as error:
            print(f"(progress cannot be read: {error.strerror})")
            return {}
        except (ValueError, TypeError, AttributeError):
            self._set_aside()
            return {}

    def _set_aside(self) -> None:
        """Keep a damaged file under a name that is still free."""
        number = 1
        while (
            backup := self.path.with_suffix(f".damaged-{number}.json")
        ).exists():
            number += 1
        try:
            self.path.replace(backup)
            print(f"(progress file was damaged; kept as {backup.name})")
        except OSError:
            print("(progress file is damaged)")

    def _write(self) -> None:
        text = json.dumps(self.entries, indent=1, sort_keys=True) + "\n"
        try:
            with files.replacing(self.path) as part:
                part.write_text(text, encoding="utf-8")
            _unsaved.pop(self.path, None)
        except OSError as error:
            if self.path not in _unsaved:
                print(f"(progress is not kept: {error.strerror})")
            _unsaved[self.path] = self.entries


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("state") in _MARKS
        and isinstance(entry.get("hints"), int)
        and 0 <= entry["hints"] <= 9
    )
