"""What a learner has solved, in one small file they may delete."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from coursekit import paths

_MARKS = {"correct": "correct", "not yet": "tried", "": "not attempted"}


class Progress:
    """The progress file: {"01.2": {"state": "correct", "hints": 1}}.

    Reading and writing never raise: a damaged file is set aside and said
    so, an unwritable place is said once.
    """

    def __init__(self):
        self.path = paths.progress_file()
        self.entries: dict[str, Any] = self._read()

    def record(self, exercise_id: str, state: str) -> None:
        """Remember a verdict; what was once correct stays so."""
        entry = self.entries.setdefault(exercise_id, {"state": "", "hints": 0})
        if state == "not attempted" or entry["state"] == "correct":
            return
        entry["state"] = state
        self._write()

    def next_hint(self, exercise_id: str, total: int) -> int:
        """Number of the hint to show now, 1 to ``total``."""
        entry = self.entries.setdefault(exercise_id, {"state": "", "hints": 0})
        entry["hints"] = min(entry["hints"] + 1, total)
        self._write()
        return entry["hints"]

    def show(self, lessons: Mapping[str, Sequence[Any]]) -> None:
        """Print a line per exercise and a count per lesson."""
        for lesson, exercises in lessons.items():
            states = [self._state(exercise.id) for exercise in exercises]
            done = states.count("correct")
            print(f"Lesson {lesson}: {done} of {len(exercises)} correct")
            for exercise, state in zip(exercises, states, strict=True):
                mark = _MARKS.get(state, state)
                hints = self.entries.get(exercise.id, {}).get("hints", 0)
                used = f", {hints} hints" if hints else ""
                print(f"  {exercise.id}  {exercise.title}: {mark}{used}")

    def _state(self, exercise_id: str) -> str:
        return self.entries.get(exercise_id, {}).get("state", "")

    def _read(self) -> dict[str, Any]:
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))
            if not all(
                isinstance(entry["state"], str)
                and isinstance(entry["hints"], int)
                for entry in entries.values()
            ):
                raise ValueError("entries of another form")
            return entries
        except FileNotFoundError:
            return {}
        except OSError as error:
            print(f"(progress cannot be read: {error.strerror})")
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            backup = self.path.with_suffix(".damaged.json")
            try:
                self.path.replace(backup)
                print(f"(progress file was damaged; kept as {backup.name})")
            except OSError:
                print("(progress file is damaged)")
            return {}

    def _write(self) -> None:
        part = self.path.with_suffix(f".{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(
                json.dumps(self.entries, indent=1, sort_keys=True) + "\n",
                encoding="utf-8",
            )
            part.replace(self.path)
        except OSError as error:
            print(f"(progress is not kept: {error.strerror})")
