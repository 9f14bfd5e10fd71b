"""Plant the faults of docs/planted_faults.diff in texts, one at a time.

python tools/plant_faults.py q        # those whose name begins with q
python tools/plant_faults.py p03 q26

Each is put into the working tree, the texts of its lesson's notebook too
(outputs stay), the tests of texts and generated parts run, and the change is
taken back. Prints which tests failed. Commit first.
"""

import contextlib
import io
import re
import subprocess
import sys

import nbformat
import pytest

from coursekit import lessons, paths
from coursekit.dev import build

NAMES = ("arithmetic", "formulas", "hints", "names", "numbers", "quoted")
NAMES += ("roles", "units", "worded")
IN_LESSONS = [f"tests/notebooks/test_{name}.py" for name in NAMES]
IN_DOCUMENTS = [
    "tests/notebooks/test_arithmetic.py",
    "tests/dev/test_measured.py",
    "tests/setup/test_documents.py",
]


class Failures:
    """A plugin of pytest: the names of the tests that failed."""

    def __init__(self):
        self.names = set()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.names.add(report.nodeid.split("::")[-1].split("[")[0])

    def pytest_collectreport(self, report):
        if report.failed:
            raise SystemExit(report.longreprtext)


def main(wanted: list[str]) -> None:
    """Plant what is wanted; print a line each, and how many were caught."""
    path = paths.kit_root() / "docs" / "planted_faults.diff"
    text = path.read_text(encoding="utf-8")
    faults = [
        fault
        for fault in re.split(r"^# (?=\w\d\d: )", text, flags=re.MULTILINE)
        if fault.startswith(tuple(wanted or ["none"]))
    ]
    planted = caught = 0
    for fault in faults:
        title, _, patch = f"{fault.rstrip(chr(10))}\n".partition("\n")
        try:
            git_apply(patch, "--check")
        except subprocess.CalledProcessError:
            print(f"{title}\n    the text has changed since", flush=True)
            continue
        tests = failed(patch)
        planted += 1
        caught += bool(tests)
        print(f"{title}\n    {', '.join(tests) or 'NOT CAUGHT'}", flush=True)
    print(f"{caught} of {planted} caught")


def failed(patch: str) -> list[str]:
    """The tests that fail while the patch is in."""
    touched = re.findall(r"^\+\+\+ b/(\S+)", patch, flags=re.MULTILINE)
    number = re.findall(r"^lessons/lesson(\d\d)", touched[0])
    # What is parametrized by lessons runs for this one alone.
    tests = [*IN_LESSONS, "-k", f"[{number[0]}"] if number else IN_DOCUMENTS
    kept = [
        (book, book.read_bytes()) for book in map(lessons.notebook, number)
    ]
    git_apply(patch)
    try:
        for one in number:
            renew_texts(one)
        return run(tests)
    finally:
        git_apply(patch, "-R")
        for book, content in kept:
            book.write_bytes(content)


def run(tests: list[str]) -> list[str]:
    """The names of the tests that fail, in this process, nothing cached."""
    for name in list(sys.modules):
        if name.startswith(("coursekit", "test_", "conftest")):
            del sys.modules[name]
    seen = Failures()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "-p", "no:cacheprovider", *tests], [seen])
    return sorted(seen.names)


def git_apply(patch: str, *more: str) -> None:
    subprocess.run(
        ["git", "apply", *more, "-"],
        input=patch,
        text=True,
        check=True,
        cwd=paths.kit_root(),
    )


def renew_texts(lesson: str) -> None:
    """Bring the notebook's text cells up to the source, not its outputs."""
    path = lessons.notebook(lesson)
    book = nbformat.read(path, as_version=4)
    for cell, source in zip(
        book.cells, build.read_source(lesson).cells, strict=True
    ):
        if cell.cell_type == "markdown":
            cell.source = source.source
    nbformat.write(book, path)


if __name__ == "__main__":
    main(sys.argv[1:])
