"""Every lesson keeps the course's rules, in source and in notebook."""

import ast
import functools
import itertools
import json
import re
from collections import Counter

import jupytext
import pytest

from coursekit import exercises, lessons, paths, quizzes
from coursekit.dev import build
from coursekit.dev.compare import TAG as APPROX
from coursekit.figures.content import MIME

TAG = re.compile(
    rf"{APPROX.pattern}|nbval-(ignore-output|skip)|{build.GOOD_ANSWER}"
)


@pytest.fixture(params=lessons.numbers())
def lesson(request):
    return request.param


@functools.cache
def cells_of(lesson):
    source = lessons.folder(lesson) / "lesson.py"
    return jupytext.read(source, fmt="py:percent").cells


@functools.cache
def notebook_of(lesson):
    return json.loads(lessons.notebook(lesson).read_text(encoding="utf-8"))


@pytest.fixture
def cells(lesson):
    return cells_of(lesson)


@pytest.fixture
def code(cells):
    return [cell.source for cell in cells if cell.cell_type == "code"]


@pytest.fixture
def prose(cells):
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


@pytest.fixture
def stored(lesson):
    return notebook_of(lesson)


# ------------------------------------------------------------ the pair


def test_every_notebook_has_a_source_and_the_other_way_round():
    notebooks = sorted(paths.notebooks_dir().glob("*.ipynb"))
    assert notebooks == [lessons.notebook(n) for n in lessons.numbers()]


def test_the_notebook_holds_the_cells_of_its_source(lesson, stored):
    fresh = build.read_source(lesson)
    assert len(fresh.cells) == len(stored["cells"])
    for ours, theirs in zip(fresh.cells, stored["cells"], strict=True):
        assert ours.source == "".join(theirs["source"])
        assert ours.cell_type == theirs["cell_type"]
        assert ours["id"] == theirs["id"]
        assert ours.metadata == theirs["metadata"]


def test_all_cells_were_run_once_from_top_to_bottom(stored):
    counts = [
        cell["execution_count"]
        for cell in stored["cells"]
        if cell["cell_type"] == "code"
    ]
    assert counts == list(range(1, len(counts) + 1))


def test_no_output_holds_errors_paths_addresses_or_times(stored):
    for cell in stored["cells"]:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr", cell["source"]
            text = json.dumps({**output, "data": _texts(output)})
            assert not re.search(r" at 0x[0-9a-f]{6}", text), text
            assert "/home/" not in text and "site-packages" not in text
            assert "Warning" not in text, text


def test_every_output_is_of_a_kind_that_the_replay_compares(stored):
    """It passes over widgets, and over pictures that are no figures."""
    kinds = {"text/plain", "text/html", "image/png", MIME}
    for cell in stored["cells"]:
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= kinds, cell["source"]


def test_notebook_metadata_holds_nothing_of_the_machine(stored):
    assert set(stored["metadata"]) == {"kernelspec", "language_info"}
    assert stored["metadata"]["language_info"] == {"name": "python"}
    for cell in stored["cells"]:
        assert set(cell["metadata"]) <= {"tags", "jupyter", "cellView"}


def pictures(stored):
    """(picture's output, the output below it) of each figure."""
    for cell in stored["cells"]:
        outputs = [*cell.get("outputs", []), {}]
        for picture, below in itertools.pairwise(outputs):
            if "image/png" in picture.get("data", {}):
                yield picture, below.get("data", {})


def test_pictures_are_small_and_tell_what_they_show(stored):
    for picture, _ in pictures(stored):
        data = picture["data"]
        assert set(data) == {"image/png", MIME}
        assert len(data["image/png"]) * 3 / 4 <= 65_000
        assert 0 < len("".join(data[MIME])) <= 13_000


def test_below_each_picture_is_its_text_alternative_as_caption(stored):
    for picture, below in pictures(stored):
        caption = "".join(below["text/plain"])
        assert caption.strip()
        assert picture["metadata"]["image/png"]["alt"] == caption


def test_no_two_figures_of_a_lesson_have_one_text(stored):
    captions = ["".join(below["text/plain"]) for _, below in pictures(stored)]
    assert len(set(captions)) == len(captions)


def test_figures_are_told_apart_without_what_training_decides(stored):
    kept = []
    for cell in stored["cells"]:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).get("trained")
            if told:
                caption = "".join(output["data"]["text/plain"])
                assert caption.endswith(f" {told}")
                kept.append(caption.removesuffix(told))
    assert len(set(kept)) == len(kept)


# ------------------------------------------------------------- the code


def test_the_first_code_cell_is_the_same_in_all_lessons(code):
    first = cells_of(lessons.numbers()[0])
    finder = [c.source for c in first if c.cell_type == "code"][0]
    assert code[0] == finder


def test_the_second_code_cell_starts_this_very_lesson(lesson, code):
    expected = f'import coursekit as ck\n\nprofile = ck.start("{lesson}")'
    assert code[1] == expected


def test_cells_are_short(code):
    lengths = sorted(_code_lines(text) for text in code[1:])
    assert lengths[-1] <= 25
    assert lengths[int(0.9 * len(lengths))] <= 15
    assert 1 <= lengths[len(lengths) // 2] <= 7


def test_there_are_no_magics_shell_lines_or_semicolons(code):
    for text in code:
        ast.parse(text)  # a magic or shell line is no Python
        assert not re.search(r";\s*$", text, re.MULTILINE), text
        assert "# NBVAL" not in text and "# PYTEST_VALIDATE" not in text


def test_only_known_tags_and_at_most_one_ignored_cell(cells):
    tags = Counter(t for cell in cells for t in cell.metadata.get("tags", []))
    assert all(TAG.fullmatch(tag) for tag in tags), tags
    assert tags["nbval-ignore-output"] + tags["nbval-skip"] <= 1
    for cell in cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert cell.source.lstrip().startswith("#"), "say why"


def test_a_good_answer_follows_its_gap_and_fills_it(cells):
    """Stub, check, and then a titled cell that ends in ck.yours_or_good."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        if build.GOOD_ANSWER not in cell.metadata.get("tags", []):
            assert "yours_or_good" not in cell.source
            continue
        stub, check = code[number - 2 : number]
        name, exercise = re.fullmatch(
            r"# @title .*\b(\w+) = ck\.yours_or_good\(\s*"
            r'"([\d.]+)", \1, good_\1\s*\)',
            cell.source,
            re.DOTALL,
        ).groups()
        assert f"def {name}(" in stub.source
        assert "your code here" in stub.source
        assert check.source == f'ck.check("{exercise}", {name})'


def test_the_lesson_asserts_what_it_claims(code):
    trees = [ast.parse(text) for text in code]
    asserts = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert len(asserts) >= 5


# ------------------------------------------------------------- the prose


def test_title_header_and_goals_come_first(cells):
    opening = cells[0].source
    rows = ("Before this", "Time", "Runs in", "Data", "Hardware")
    for row in (*rows, "You should end with"):
        assert f"| **{row}** |" in opening
    goals = re.findall(
        r"^- ", opening.split("In this lesson you will")[1], re.M
    )
    assert 3 <= len(goals) <= 6


def test_the_closing_sections_are_there_and_in_order(prose):
    headings = re.findall(r"^## (.*)$", prose, re.MULTILINE)
    closing = ["Common mistakes", "Quiz", "Exercises", "You can now"]
    assert [h for h in headings if h in closing] == closing
    after = headings[headings.index("You can now") + 1 :]
    assert after in ([], ["Reference"])
    assert re.search(r"\*\*References", prose.split("## You can now")[1])


def test_two_to_five_common_mistakes_are_named(prose):
    section = prose.split("## Common mistakes")[1].split("## Quiz")[0]
    assert 2 <= len(re.findall(r"^\*\*.+?\*\*", section, re.MULTILINE)) <= 5


def test_links_between_lessons_lead_to_files(prose):
    for target in re.findall(r"\]\(([^)#]+\.ipynb)", prose):
        assert (paths.notebooks_dir() / target).exists(), target


def test_pictures_in_the_text_have_a_description(prose):
    assert not re.search(r"!\[\s*\]\(", prose)


def test_every_exercise_is_posed_checked_and_explained(lesson, code, prose):
    checked = re.findall(r'ck\.check\("([\d.]+)"', "\n".join(code))
    for exercise in exercises.load(lesson):
        assert exercise.id in checked
        level = f"**{exercise.id} ({exercise.level})**"
        assert level in prose, level
    assert len(exercises.load(lesson)) >= 3


def test_the_quiz_is_shown(lesson, code):
    assert f'ck.quiz("{lesson}")' in code
    assert len(quizzes.quiz(lesson).questions) >= 4


# ------------------------------------------------------------- helpers


def _texts(output):
    return {
        mime: value
        for mime, value in output.get("data", {}).items()
        if mime.startswith("text/")
    }


def _code_lines(text: str) -> int:
    lines = [line.strip() for line in text.splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines)
