"""Plant the faults of docs/planted_faults.diff, one at a time.

python tools/plant_faults.py q        # those whose name begins with q
python tools/plant_faults.py p03 q26

Each is put into the working tree, the texts of its lesson's notebook too
(outputs stay), the tests of texts and generated tables run, and the change is
taken back. Prints which tests failed. Commit first: of a file with changes
none is planted.
"""

import re
import subprocess
import sys

import nbformat

from coursekit import lessons, paths
from coursekit.dev import build

IN_LESSONS = [
    f"tests/notebooks/test_{name}.py"
    for name in ["arithmetic", "hints", "numbers", "quoted", "roles", "units", "worded"]
]
IN_DOCUMENTS = [
    "tests/notebooks/test_arithmetic.py",
    "tests/dev/test_measured.py",
    "tests/setup/test_documents.py",
]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def main(wanted: list[str]) -> None:
    """Plant what is wanted; print a line each, and how many were caught."""
    root = paths.kit_root()
    text = (root / "docs" / "planted_faults.diff").read_text(encoding="utf-8")
    faults = [
        fault
        for fault in re.split(r"^# (?=\w\d\d: )", text, flags=re.MULTILINE)
        if fault.startswith(tuple(wanted or ["none"]))
    ]
    caught = 0
    for fault in faults:
        title, _, patch = fault.partition("\n")
        tests = failed(patch)
        caught += bool(tests)
        print(f"{title}\n    {', '.join(tests) or 'NOT CAUGHT'}", flush=True)
    print(f"{caught} of {len(faults)} caught")


def failed(patch: str) -> list[str]:
    """The tests that fail while the patch is in."""
    touched = re.findall(r"^\+\+\+ b/(\S+)", patch, flags=re.MULTILINE)
    number = re.findall(r"^lessons/lesson(\d\d)", touched[0])
    # What is parametrized by lessons runs for this one alone.
    tests = [*IN_LESSONS, "-k", f"[{number[0]}"] if number else IN_DOCUMENTS
    books = [lessons.notebook(one) for one in number]
    kept = [(book, book.read_bytes()) for book in books]
    git("apply", patch)
    try:
        for one in number:
            renew_texts(one)
        done = subprocess.run(
            [*PYTEST, *tests],
            cwd=paths.kit_root(),
            capture_output=True,
            text=True,
        )
    finally:
        git("apply", patch, "-R")
        for book, content in kept:
            book.write_bytes(content)
    names = re.findall(r"^FAILED \S+::(\w+)", done.stdout, flags=re.MULTILINE)
    return sorted(set(names))


def git(command: str, patch: str, *more: str) -> None:
    """Give the patch to git."""
    git = ["git", command, "--recount", *more, "-"]
    subprocess.run(
        git, input=patch, text=True, check=True, cwd=paths.kit_root()
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
