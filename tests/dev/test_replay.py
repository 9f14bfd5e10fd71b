"""The replay is strict: planted errors must be found."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

import coursekit
from coursekit.dev.compare import (
    forgive_decimals,
    forgive_outputs,
    forgive_sample,
    pixels_that_differ,
    tolerance,
)
from coursekit.dev.record import machine, unlike
from coursekit.figures.style import CourseFigure, new_figure

# ---------------------------------------------------- the comparison itself


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("Long ago a fox", "Once there was"),
        ("cold | a b\nhot | xyz\n", "cold | c d\nhot | qqq\n"),
        ("one\ntwo", "a\nbcdef"),
        ("ಕನ್ನಡ", "ಅಆಇಈಉ"),
    ],
)
def test_another_draw_of_the_same_length_is_forgiven(new, stored):
    assert forgive_sample(new, stored) == stored


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("Long ago a fo", "Once there was"),
        ("hot  | a b\n", "cold | c d\n"),
        ("Long ago \x07 fox", "Once there was"),
        ("Long ago ä fox", "Once there was"),
        ("cold   a b", "cold | c d"),
    ],
)
def test_a_draw_of_other_length_label_or_alphabet_stays_different(new, stored):
    assert forgive_sample(new, stored) == new


def test_only_a_cell_with_a_sample_is_forgiven_its_words():
    new = [{"output_type": "stream", "text": "abc"}]
    stored = [{"output_type": "stream", "text": "xyz"}]
    assert forgive_outputs(new, stored, None) == new
    assert forgive_outputs(new, stored, None, sample=True) == stored


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("accuracy 0.921", "accuracy 0.925"),
        ("loss -0.004", "loss  0.001"),
        ("1.003e-05", "1.001e-05"),
        ("[ 0.25 -0.50]", "[ 0.25 -0.51]"),
        ("34,944.10", "34,944.20"),
    ],
)
def test_decimals_within_tolerance_are_forgiven(new, stored):
    assert forgive_decimals(new, stored, 1e-2) == stored


@pytest.mark.parametrize(
    ("new", "stored"),
    [
        ("0.72", "0.92"),
        ("100.5", "100.0"),
        ("34,970", "34,944"),
        ("34970 parameters.", "34944 parameters."),
        ("(3, 4)", "(4, 3)"),
        ("epoch 3", "epoch 4"),
        ("0.92 True", "0.92 False"),
        ("1. 2. 3.", "1. 2. 4."),
        ("nan", "0.5"),
        ("0.5 0.5", "0.5"),
        ("version 2.21.0", "version 2.20.0"),
        ("layer_1.5x", "layer_1.6x"),
    ],
)
def test_everything_else_stays_different(new, stored):
    assert forgive_decimals(new, stored, 1e-2) != stored


def test_the_tag_may_carry_its_own_tolerance():
    assert tolerance(["nbval-approx"]) == 1e-2
    assert tolerance(["hide", "nbval-approx-5e-2"]) == 5e-2
    assert tolerance(["nbval-approx-3-of-360"]) == 3 / 360
    assert tolerance(["nbval-approximately"]) is None
    assert tolerance([]) is None


@pytest.mark.parametrize(
    ("told", "forgiven"), [("Picture 1.", True), ("Picture 2.", False)]
)
def test_of_an_output_only_the_end_that_training_decides_is_forgiven(
    told, forgiven
):
    def caption(start, trained):
        data = {"text/plain": f"{start} {trained}"}
        notes = {"trained": trained}
        return [nbformat.v4.new_output("display_data", data, metadata=notes)]

    stored = caption("Picture 1.", "Says <a> dog.")
    (near,) = forgive_outputs(caption(told, "Says a & b."), stored, None)
    assert (near["data"] == stored[0]["data"]) == forgiven


@pytest.mark.parametrize("stored", [["0.5"], ["0.5", "0.5", "0.5"]])
def test_another_number_of_outputs_is_never_forgiven(stored):
    new, wanted = (
        [
            nbformat.v4.new_output("execute_result", {"text/plain": t})
            for t in x
        ]
        for x in (["0.501", "0.501"], stored)
    )
    assert forgive_outputs(new, wanted, 1e-2) == new


def caption(summary, trained):
    """The output below a figure, as the notebook stores it."""
    shown = CourseFigure(new_figure()[0], summary, trained=trained)
    told = {"trained": trained}
    return nbformat.v4.new_output(
        "display_data", shown.caption(), metadata=told
    )


@pytest.mark.parametrize(
    ("summary", "forgiven"), [("Picture 1.", True), ("Picture 2.", False)]
)
def test_of_a_caption_only_what_training_decides_is_forgiven(
    summary, forgiven
):
    stored = [caption("Picture 1.", "Says <a> dog.")]
    near = forgive_outputs([caption(summary, "Says a & b.")], stored, None)
    for mime in ("text/plain", "text/html"):
        same = near[0]["data"][mime] == stored[0]["data"][mime]
        assert same == forgiven


# ------------------------------------------------------- pixels of figures


def png(height, alpha=1.0):
    figure, axes = new_figure()
    axes.bar(["a", "b"], [1, height], alpha=alpha)
    return CourseFigure(figure, "Bars.").output()[0]["image/png"]


def test_pixels_are_compared_as_they_are_seen():
    assert pixels_that_differ(png(2), png(2) + "\n") == ""
    assert "pixels differ" in pixels_that_differ(png(2, 0.5), png(2))


def test_a_notebook_is_compared_in_pixels_only_where_it_was_built(tmp_path):
    notebook = tmp_path / "12_a.ipynb"
    assert unlike(notebook) == "no record of the builder's machine"
    record = tmp_path / "built.json"
    record.write_text(json.dumps({"12": machine()}))
    assert unlike(notebook) == ""
    record.write_text(json.dumps({"12": machine() | {"cpu": "Z80"}}))
    assert unlike(notebook) == "built with another cpu"
    assert unlike(tmp_path / "13_b.ipynb").startswith("no record")


# -------------------------------------------------- planted in a notebook

APPROX = ("nbval-approx",)
SOME = ("nbval-approx-3-of-360",)
TWICE = "print('0.501')\nfrom IPython.display import display\ndisplay(0.5)"
SHOW_ENVIRONMENT = (
    "import os\n"
    "print(os.environ['COLUMNS'], os.environ['COURSEKIT_PROFILE'],"
    " os.environ['CUDA_VISIBLE_DEVICES'], os.environ['PYTHONHASHSEED'])"
)
SHOW_PERSONAL = """import importlib.util, sys, coursekit, matplotlib
from coursekit import keras_config
print(coursekit.__file__)
print(sys.warnoptions, "mine" in globals(), keras_config.settings())
print(importlib.util.find_spec("stranger"), matplotlib.rcParams["font.size"])
"""
IMPERSONAL = f"{coursekit.__file__}\n[] False {{}}\nNone 10.0\n"
# name: source, claimed output, tags, does it pass?
CELLS = {
    "the right output": ("print('34,944')", "34,944\n", (), True),
    "a decimal nearby, tagged": ("print(0.923)", "0.925\n", APPROX, True),
    "the environment": (SHOW_ENVIRONMENT, "80 quick -1 0\n", (), True),
    "nothing of the person's own": (SHOW_PERSONAL, IMPERSONAL, (), True),
    "an assert": ("assert 1 == 2", "", (), False),
    "unexpected stderr": (
        "import sys\nsys.stderr.write('to the side\\n');",
        "",
        (),
        False,
    ),
    "integer, tagged": ("print('34,944')", "34,970\n", APPROX, False),
    "integer": ("print(34944)", "34970\n", (), False),
    "decimal, tagged": ("print(0.92)", "0.72\n", APPROX, False),
    "decimal nearby, exact": ("print(0.923)", "0.925\n", (), False),
    "shape, tagged": ("print((3, 4))", "(3, 5)\n", APPROX, False),
    "exception": ("raise RuntimeError('planted')", "", (), False),
    "exception after output": ("print('a')\n1 / 0", "a\n", APPROX, False),
    "examples that may differ": ("print(0.972)", "0.967\n", SOME, True),
    "examples that may not": ("print(0.972)", "0.958\n", SOME, False),
    "two outputs, tagged": (TWICE, "'0.501'\n", APPROX, False),
    "missing output": ("pass", "vanished\n", (), False),
    "unexpected output": ("print('new')", "", (), False),
}
DRAW = """from coursekit.figures.style import CourseFigure, new_figure
figure, axes = new_figure()
axes.bar(["a", "b"], [1, 2]{more})
axes.set_title("{title}")
CourseFigure(figure, "{summary}")"""
RIGHT = {"more": "", "title": "bars", "summary": "Bars: 1 and 2."}
# name: what is drawn instead of RIGHT, does it pass?
FIGURES = {
    "the right figure": ({}, True),
    "another title": ({"title": "other"}, False),
    "another colour": ({"more": ", color='red'"}, False),
    "other pixels": ({"more": ", alpha=0.5"}, False),
    "another caption": ({"summary": "Bars: 2 and 1."}, False),
}
HUNG = "import time\ntime.sleep(600)"
LIMIT = 5


def said(text):
    return [nbformat.v4.new_output("stream", text=text)] if text else []


def drawn():
    """The outputs of the right figure."""
    figure, axes = new_figure()
    axes.bar(["a", "b"], [1, 2])
    axes.set_title(RIGHT["title"])
    shown = CourseFigure(figure, RIGHT["summary"])
    return [
        nbformat.v4.new_output("display_data", data, metadata=notes)
        for data, notes in (shown.output(), (shown.caption(), {}))
    ]


def of_a_person(folder):
    """The environment of somebody who has settings of their own."""
    kit = Path(coursekit.__file__).parents[1]
    files = {
        "stranger.py": "",
        "optimized.py": "import os; os.environ['PYTHONOPTIMIZE'] = '1'",
        "keras.json": '{"floatx": "float16"}',
        "matplotlibrc": "font.size: 20",
        "profile_default/startup/mine.py": "mine = 1",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return os.environ | {
        "IPYTHONDIR": str(folder),
        "KERAS_HOME": str(folder),
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        "PYTEST_ADDOPTS": "-p optimized",  # the variable itself costs time
        "PYTHONPATH": f"{folder}{os.pathsep}{kit}",
        "PYTHONWARNINGS": "always",
    }


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """One replay of all planted cells, the hung one last: the JUnit report."""
    folder = tmp_path_factory.mktemp("planted")
    rows = [(cell[0], said(cell[1]), cell[2]) for cell in CELLS.values()]
    for change, _ in FIGURES.values():
        rows.append((DRAW.format(**RIGHT | change), drawn(), APPROX))
    rows.append((HUNG, [], ()))
    write(folder / "planted.ipynb", rows, machine())
    done, tests = replay(folder, of_a_person(folder / "personal"))
    return done, [test.findtext("failure") for test in tests]


def write(path, rows, made_on):
    """A notebook of cells (source, outputs, tags), and on what it was built.

    The machine goes into the folder's record.
    """
    cells = []
    for number, (source, outputs, tags) in enumerate(rows, start=1):
        cell = nbformat.v4.new_code_cell(source, execution_count=number)
        cell.metadata["tags"] = list(tags)
        cell.outputs = outputs
        cells.append(cell)
    record = path.parent / "built.json"
    known = json.loads(record.read_text()) if record.exists() else {}
    record.write_text(json.dumps(known | {path.name[:2]: made_on}))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def replay(folder, environment):
    """Replays the notebooks of a folder: the run, and each cell's report."""
    (folder / "none.ini").touch()
    command = f"-m pytest -q -p no:cacheprovider --nbval --nbval-current-env \
        -p coursekit.dev.replay --nbval-cell-timeout={LIMIT} -c none.ini \
        --junitxml=report.xml ."
    done = subprocess.run(
        [sys.executable, *command.split()],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
    )
    return done, list(
        ElementTree.parse(folder / "report.xml").iter("testcase")
    )


PASSES = {name: row[-1] for name, row in (CELLS | FIGURES).items()}


@pytest.mark.parametrize("name", [n for n, passes in PASSES.items() if passes])
def test_a_good_cell_passes(replayed, name):
    assert replayed[1][list(PASSES).index(name)] is None


@pytest.mark.parametrize(
    "name", [n for n, passes in PASSES.items() if not passes]
)
def test_a_planted_error_fails(replayed, name):
    assert replayed[1][list(PASSES).index(name)]


def test_what_differs_in_a_figure_is_said(replayed):
    failures = dict(zip(PASSES, replayed[1], strict=False))
    assert "other" in failures["another title"]
    assert "pixels differ" in failures["other pixels"]
    assert "pixels of 2 figures compared" in replayed[0].stdout


def test_the_text_of_an_unexpected_stderr_is_shown(replayed):
    failures = dict(zip(PASSES, replayed[1], strict=False))
    assert "unexpected stderr:\nto the side" in failures["unexpected stderr"]


def test_a_hung_cell_fails_at_its_own_time_limit(replayed):
    assert f"Timeout of {LIMIT} seconds" in replayed[1][-1]


def test_the_run_as_a_whole_fails_and_prints_each_notebooks_seconds(replayed):
    done, failures = replayed
    assert done.returncode == 1
    assert len(failures) == len(PASSES) + 1
    assert re.search(r"\d\.\d  planted.ipynb", done.stdout)


# ------------------------------------------------------------- exact mode


@pytest.fixture(scope="module")
def exactly(tmp_path_factory):
    """An exact replay of a decimal nearby, built here and elsewhere."""
    folder = tmp_path_factory.mktemp("exact")
    near = [("print(0.923)", said("0.925\n"), APPROX)]
    write(folder / "12_here.ipynb", near, machine())
    write(folder / "13_elsewhere.ipynb", near, machine() | {"cpu": "Z80"})
    return replay(folder, os.environ | {"COURSEKIT_EXACT": "1"})


def test_exactly_nothing_is_forgiven(exactly):
    done, (here, _) = exactly
    assert done.returncode == 1
    assert "0.925" in here.findtext("failure")


def test_exactly_is_skipped_with_the_reason_on_another_machine(exactly):
    _, (_, elsewhere) = exactly
    reason = elsewhere.find("skipped").get("message")
    assert reason == "not exact here: built with another cpu"
