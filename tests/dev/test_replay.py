"""The replay is strict: planted errors must be found."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import nbformat
import pytest

from coursekit.dev.replay import (
    forgive_decimals,
    replay_environment,
    tolerance,
)

# ---------------------------------------------------- the comparison itself


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
    assert tolerance(["nbval-approximately"]) is None
    assert tolerance([]) is None


# -------------------------------------------------- planted in a notebook

APPROX = ("nbval-approx",)
SHOW_ENVIRONMENT = (
    "import os\n"
    "print(os.environ['COLUMNS'], os.environ['COURSEKIT_PROFILE'],"
    " os.environ['CUDA_VISIBLE_DEVICES'], os.environ['PYTHONHASHSEED'])"
)
# name: source, claimed output, tags, does it pass?
CELLS = {
    "the right output": ("print('34,944')", "34,944\n", (), True),
    "a decimal nearby, tagged": ("print(0.923)", "0.925\n", APPROX, True),
    "the environment": (SHOW_ENVIRONMENT, "80 quick -1 0\n", (), True),
    "integer, tagged": ("print('34,944')", "34,970\n", APPROX, False),
    "integer": ("print(34944)", "34970\n", (), False),
    "decimal, tagged": ("print(0.92)", "0.72\n", APPROX, False),
    "decimal nearby, exact": ("print(0.923)", "0.925\n", (), False),
    "shape, tagged": ("print((3, 4))", "(3, 5)\n", APPROX, False),
    "exception": ("raise RuntimeError('planted')", "", (), False),
    "exception after output": ("print('a')\n1 / 0", "a\n", APPROX, False),
    "missing output": ("pass", "vanished\n", (), False),
    "unexpected output": ("print('new')", "", (), False),
}
HUNG = "import time\ntime.sleep(600)"
LIMIT = 5


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """One replay of all planted cells, the hung one last: the JUnit report."""
    folder = tmp_path_factory.mktemp("planted")
    rows = [cell[:3] for cell in CELLS.values()] + [(HUNG, "", ())]
    cells = []
    for number, (source, output, tags) in enumerate(rows, start=1):
        cell = nbformat.v4.new_code_cell(source, execution_count=number)
        cell.metadata["tags"] = list(tags)
        if output:
            cell.outputs = [nbformat.v4.new_output("stream", text=output)]
        cells.append(cell)
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells), folder / "planted.ipynb"
    )
    (folder / "none.ini").touch()
    command = f"-m pytest -q -p no:cacheprovider --nbval --nbval-current-env \
        -p coursekit.dev.replay --nbval-cell-timeout={LIMIT} -c none.ini \
        --junitxml=report.xml planted.ipynb"
    done = subprocess.run(
        [sys.executable, *command.split()],
        capture_output=True,
        text=True,
        env=replay_environment(),
        cwd=folder,
    )
    tests = ElementTree.parse(folder / "report.xml").iter("testcase")
    failures = [test.findtext("failure") for test in tests]
    return done, failures


@pytest.mark.parametrize("name", [n for n, cell in CELLS.items() if cell[3]])
def test_a_good_cell_passes(replayed, name):
    assert replayed[1][list(CELLS).index(name)] is None


@pytest.mark.parametrize(
    "name", [n for n, cell in CELLS.items() if not cell[3]]
)
def test_a_planted_error_fails(replayed, name):
    assert replayed[1][list(CELLS).index(name)]


def test_a_hung_cell_fails_at_its_own_time_limit(replayed):
    assert f"Timeout of {LIMIT} seconds" in replayed[1][-1]


def test_the_run_as_a_whole_fails_and_prints_each_notebooks_seconds(replayed):
    done, failures = replayed
    assert done.returncode == 1
    assert len(failures) == len(CELLS) + 1
    assert re.search(r"\d\.\d  planted.ipynb", done.stdout)
