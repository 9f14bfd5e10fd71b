"""Tables and rows that are made from the facts of lessons and data sets.

A fact stands in one place: lesson.toml, the source of a lesson, the record
of a data set. What repeats it is written by :func:`update`.
"""

import functools
import io
import re
from pathlib import Path

from PIL import Image

from coursekit import exercises, lessons, paths, quizzes
from coursekit.data import registry
from coursekit.errors import CourseError
from coursekit.figures import course

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
    if not _map_is_current():
        stale.append(_map_path())
        if write:
            course.course_map().save(_map_path())
    return stale


def _map_path() -> Path:
    return paths.kit_root() / "docs" / "course_map.png"


def _map_is_current() -> bool:
    """The same pixels; two machines may pack them into other bytes."""
    try:
        stored = Image.open(_map_path()).convert("RGB")
    except OSError:
        return False
    new = Image.open(io.BytesIO(course.course_map().png())).convert("RGB")
    return stored.tobytes() == new.tobytes()


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


def _data_readme(text: str) -> str:
    text = between(text, "bundled", bundled_table())
    return between(text, "real", real_table())


def bundled_table() -> str:
    """data/README's table of the sets that lie in data/."""
    rows = [
        "| set | file | what | origin | licence | program |",
        "|---|---|---|---|---|---|",
    ]
    for info in map(registry.info, registry.names()):
        if info.bundled:
            cells = (
                info.name,
                ", ".join(info.files),
                f"{info.title}; {info.details}".rstrip("; "),
                info.origin,
                info.licence,
                f"`{info.program}`",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def real_table() -> str:
    """data/README's table of the sets that are fetched or brought."""
    rows = [
        "| set | what | MB | lessons | licence | origin | checked by |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in registry.names():
        info, size = registry.info(name), round(registry.megabytes(name), 2)
        if not info.bundled:
            cells = (
                name,
                info.title,
                f"{size:,g}" if size else "-",
                " ".join(info.lessons) or "-",
                info.licence,
                info.origin,
                _checked_by(name),
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _checked_by(name: str) -> str:
    """The kinds of published checksums, and what else is counted."""
    sources = registry.sources(name)
    kinds = {
        remote.checksum.partition(":")[0]
        for source in sources
        for remote in source.remotes
        if remote.checksum
    }
    counted = {source.counted for source in sources if source.counted}
    return ", ".join([*sorted(kinds), *sorted(counted)]) or "-"


def _readme(text: str) -> str:
    return between(text, "lessons", lesson_table())


def lesson_table() -> str:
    """README's table: a row a lesson."""
    rows = [
        "| lesson | you build | data | road | quick run | backends |",
        "|---|---|---|---|---|---|",
    ]
    for number in lessons.numbers():
        facts = lessons.facts(number)
        link = f"notebooks/{lessons.notebook(number).name}"
        everywhere = len(facts["backends"]) == 3
        cells = (
            f"[{number} {facts['title']}]({link})",
            facts["builds"],
            facts["data"],
            f"{minutes(number)[0]} min",
            facts["quick_run"],
            "all" if everywhere else "TensorFlow",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def minutes(lesson: str) -> tuple[int, int, int]:
    """Minutes of a lesson's road, its exercises and its quiz.

    The road goes up to the quiz: its words by reading speed and half a
    minute for each code cell.
    """
    words = cells = 0
    for cell in _cells(lesson):
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
        "# # .*": f"# # {lesson} · {facts['title']}",
        r"# \| \*\*Time\*\* .*": f"# | **Time** | {road} min on the road, "
        f"{practice} of exercises, {quiz} of quiz |",
        r"# \| \*\*Runs in\*\* .*": "# | **Runs in** | "
        f"{facts['quick_run']} {runs} |",
        r"# \| \*\*Data\*\* .*": f"# | **Data** | {facts['data']} |",
    }
    for pattern, row in rows.items():
        found = re.search(rf"^{pattern}$", text, re.M)
        if found:
            text = text[: found.start()] + row + text[found.end() :]
    return text


def _cells(lesson: str) -> list:
    import jupytext

    source = lessons.folder(lesson) / "lesson.py"
    return jupytext.read(source, fmt="py:percent").cells
