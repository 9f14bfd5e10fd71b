"""Exercises and questions by their ids: 01.2 is the second of lesson 01."""

from collections.abc import Callable, Iterable
from typing import Any

from coursekit import lessons


def find(
    kind: str, wanted: Any, load: Callable[[str], Iterable[Any]], other: str
) -> Any:
    """The item with the id ``wanted``; prints what there is, if none has it.

    ``kind`` is its name, "exercise"; ``load`` gives those of a lesson;
    ``other`` says how to reach what shares the ids.
    """
    wanted = str(wanted).strip()
    lesson = wanted.partition(".")[0]
    if lesson not in lessons.numbers():
        print(
            f"There is no {kind} {wanted!r}: ids look like 01.2, and "
            f"these lessons have {kind}s: {', '.join(lessons.numbers())}."
        )
        return None
    known = {item.id: item for item in load(lesson)}
    if wanted not in known:
        print(
            f"There is no {kind} {wanted!r}; "
            f"lesson {lesson} has {', '.join(known)}. ({other})"
        )
    return known.get(wanted)
