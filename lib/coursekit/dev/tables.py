"""Tables and rows that are made from the facts of lessons and data sets.

A fact stands in one place: lesson.toml, the source of a lesson, the record
of a data set. What repeats it is written by :func:`update`.
"""

import base64
import functools
import re
from collections.abc import Iterable
from pathlib import Path

import jupytext

from coursekit import exercises, lessons, paths, quizzes
from coursekit.data import registry
from coursekit.dev import measured
from coursekit.dev.compare import pixels_that_differ
from coursekit.errors import CourseError

WORDS_A_MINUTE = 200
MINUTES_A_CELL = 0.5
_TIMES = re.compile(r"^\| \*\*(Time|Runs in)\*\* \|.*$", re.MULTILINE)
MINUTES_AN_EXERCISE, MINUTES_A_QUESTION = 5, 1


def update(write: bool = True) -> list[Path]:
    """Bring every generated part up to date; the files that were not.

    With ``write`` False nothing is written.
    """
    texts = {
        paths.kit_root() / "README.md": _readme,
        paths.data_dir() / "README.md": _data_readme,
    }
    for number in lessons.numbers():
        path = lessons.folder(number) / "lesson.py"
        texts[path] = functools.partial(header, number)
    stale = []
    for path, make in texts.items():
        old = path.read_text(encoding="utf-8")
        new = make(old)
        if new != old:
            stale.append(path)
            if write:
                path.write_text(new, encoding="utf-8")
    drawn = lessons.module("00", "figures").course_map()
    path = paths.kit_root() / "docs" / "course_map.png"
    stored = base64.b64encode(path.read_bytes()).decode()
    # Two machines may pack the same pixels into other bytes.
    if pixels_that_differ(drawn.output()[0]["image/png"], stored):
        stale.append(path)
        if write:
            drawn.save(path)
    return stale


def between(text: str, name: str, content: str) -> str:
    """``text`` with new content between the markers called ``name``.

    Raises CourseError when the markers are not there once each.
    """
    pattern = re.compile(
        rf"(<!-- {name}: .*? -->\n).*?(<!-- end of {name} -->)", re.DOTALL
    )
    new, count = pattern.subn(lambda m: m[1] + content + m[2], text)
    if count != 1:
        raise CourseError(
            f"The markers of the table {name!r} stand there {count} times.",
            f"put <!-- {name}: ... --> and <!-- end of {name} --> around it",
        )
    return new


def _table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; ``head`` has the names of its columns."""
    columns = head.split(" | ")
    lines = [f"| {head} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join(lines) + "\n"


def _data_readme(text: str) -> str:
    text = between(text, "bundled", bundled_table())
    return between(text, "real", real_table())


def bundled_table() -> str:
    """data/README's table of the sets that lie in data/."""
    rows = [
        (
            info.name,
            ", ".join(info.files),
            f"{info.title}; {info.details}".rstrip("; "),
            info.origin,
            info.licence,
            f"`{info.program}`",
        )
        for info in map(registry.info, registry.names())
        if info.bundled
    ]
    return _table("set | file | what | origin | licence | program", rows)


def real_table() -> str:
    """data/README's table of the sets that are fetched or brought."""
    rows = []
    for name in registry.names():
        info, size = registry.info(name), round(registry.megabytes(name), 2)
        if not info.bundled:
            row = (
                name,
                info.title,
                f"{size:,g}" if size else "-",
                " ".join(info.lessons) or "-",
                info.licence,
                info.origin,
                _checked_by(name),
            )
            rows.append(row)
    head = "set | what | MB | lessons | licence | origin | checked by"
    return _table(head, rows)


def _checked_by(name: str) -> str:
    """The kinds of published checksums, and what else is counted."""
    sources = registry.sources(name)
    sums = [remote.checksum for s in sources for remote in s.remotes]
    kinds = {checksum.partition(":")[0] for checksum in sums if checksum}
    counted = {source.counted for source in sources if source.counted}
    return ", ".join([*sorted(kinds), *sorted(counted)]) or "-"


def _readme(text: str) -> str:
    text = between(text, "measured", measured.text())
    return between(text, "lessons", lesson_table())


def lesson_table() -> str:
    """README's table: a row a lesson."""
    rows = []
    for number in lessons.numbers():
        facts = lessons.facts(number)
        link = f"notebooks/{lessons.notebook(number).name}"
        row = (
            f"[{number} {facts['title']}]({link})",
            facts["builds"],
            facts["data"],
            f"{minutes(number)[0]} min",
            facts["quick_run"],
            _backends(facts["backends"]),
        )
        rows.append(row)
    head = "lesson | you build | data | road | quick run | backends"
    return _table(head, rows)


def _backends(names: list[str]) -> str:
    """The backends a lesson runs on, by the names people know."""
    known = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
    listed = [known[name] for name in names]
    return "all" if len(listed) == len(known) else ", ".join(listed)


def minutes(lesson: str) -> tuple[int, int, int]:
    """Minutes of a lesson's road, its exercises and its quiz.

    The road goes up to the quiz: its words by reading speed and half a
    minute for each code cell.
    """
    words = cells = 0
    source = lessons.folder(lesson) / "lesson.py"
    for cell in jupytext.read(source, fmt="py:percent").cells:
        if cell.cell_type == "code":
            cells += 1
            continue
        text, *quiz = re.split("(?m)^## Quiz", cell.source)
        words += len(re.sub(_TIMES, "", text).split())
        if quiz:
            break
    return (
        round(words / WORDS_A_MINUTE + cells * MINUTES_A_CELL),
        MINUTES_AN_EXERCISE * len(exercises.load(lesson)),
        MINUTES_A_QUESTION * len(quizzes.quiz(lesson).questions),
    )


def header(lesson: str, text: str) -> str:
    """A lesson's source with title, time and data from its facts."""
    facts = lessons.facts(lesson)
    road, practice, quiz = minutes(lesson)
    full = facts.get("full_run")
    runs = f"(quick), {full} (full)" if full else "(quick and full)"
    rows = {
        "# # ": f"{lesson} · {facts['title']}",
        "# | **Time** | ": f"{road} min on the road, {practice} of "
        f"exercises, {quiz} of quiz |",
        "# | **Runs in** | ": f"{facts['quick_run']} {runs} |",
        "# | **Data** | ": f"{facts['data']} |",
    }
    for start, row in rows.items():
        line = rf"^{re.escape(start.strip())} .*$"
        if found := re.search(line, text, re.MULTILINE):
            text = text[: found.start()] + start + row + text[found.end() :]
    return text
