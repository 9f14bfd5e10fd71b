"""What the lesson tests share: a lesson's printed text and its functions."""

import ast
import json

import jupytext
import pytest

from coursekit import lessons


def printed_text(lesson: str) -> str:
    """Everything that the executed lesson ("02") printed or showed."""
    cells = json.loads(lessons.notebook(lesson).read_text(encoding="utf-8"))[
        "cells"
    ]
    texts = []
    for cell in cells:
        for output in cell.get("outputs", []):
            texts += output.get("text", [])
            texts += output.get("data", {}).get("text/plain", [])
    return "".join(texts)


def functions_of(lesson: str, **names):
    """The functions that a lesson's cells define, by name.

    Only ``def`` statements are taken, the last of each name; ``names`` are
    what they need from other cells. Exercise stubs are left out.
    """
    source = lessons.folder(lesson) / "lesson.py"
    found = dict(names)
    for cell in jupytext.read(source, fmt="py:percent").cells:
        if cell.cell_type != "code" or "your code here" in cell.source:
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.FunctionDef):
                module = ast.Module([node], type_ignores=[])
                exec(compile(module, str(source), "exec"), found)
    return found


@pytest.fixture(scope="session")
def lesson_text():
    return printed_text


@pytest.fixture(scope="session")
def lesson_functions():
    return functions_of
