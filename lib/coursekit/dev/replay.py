"""Strict replay of the notebooks: a pytest plugin on top of nbval.

``pytest --nbval --nbval-current-env -p coursekit.dev.replay notebooks`` runs
every cell in a fresh kernel and compares its outputs with the stored ones, as
coursekit.dev.compare says; pixels where built.json says that the notebook was
built on a machine like this one. With COURSEKIT_EXACT=1 no number is
forgiven, and a notebook built on another machine is skipped.

It also fixes the environment of the kernels, gives each cell a time limit,
and prints how long each notebook took.
"""

import functools
import importlib.util
import os
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.dev import compare, record

# A person's own settings: PYTHONOPTIMIZE would pass over every assert.
_PERSONAL = re.compile(
    r"(PYTHON|IPYTHON|KERAS_).*|MPLBACKEND"
    r"|COURSEKIT_(PROGRESS|DATA|FIGURES)"
)
CELL_SECONDS = 300


def replay_environment() -> dict[str, str]:
    """The environment in which notebooks are built and replayed.

    The CPU, the quick profile, a fixed width and fixed hashing, so that
    outputs do not depend on the machine; no settings of the person's own for
    Python, IPython, Keras and Matplotlib, and the kit that runs the replay.
    """
    kept = {k: v for k, v in os.environ.items() if not _PERSONAL.fullmatch(k)}
    empty = tempfile.mkdtemp(dir=paths.temporary_dir())
    matplotlib = importlib.util.find_spec("matplotlib")
    assert matplotlib and matplotlib.origin
    usual = Path(matplotlib.origin).parent / "mpl-data" / "matplotlibrc"
    return kept | {
        "COURSEKIT_REPLAY": "1",
        "COURSEKIT_PROFILE": "quick",
        "CUDA_VISIBLE_DEVICES": "-1",
        "IPYTHONDIR": f"{empty}/ipython",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": f"{empty}/keras",
        "MATPLOTLIBRC": str(usual),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(paths.__file__).parents[1]),
        # The debugger's frozen-module warning is noise in a kernel's log.
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def pytest_configure(config):
    """Fix the environment before the first kernel starts."""
    environment = replay_environment()
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)
    if config.option.nbval_cell_timeout == 2000:  # nbval's default
        config.option.nbval_cell_timeout = CELL_SECONDS
    config.pluginmanager.register(_Summary(), "coursekit-summary")


def pytest_itemcollected(item):
    """Give nbval's cells the tolerant comparison and patience."""
    if type(item).__name__ != "IPyNbCell":
        return
    item.output_timeout = 60  # a busy machine may print late
    tags = item.cell.metadata.get("tags", [])
    atol, sample = compare.tolerance(tags), compare.SAMPLE in tags
    compare_text = item.compare_outputs
    summary = item.config.pluginmanager.get_plugin("coursekit-summary")
    reason = summary.unlike(item.path)
    exact = os.environ.get("COURSEKIT_EXACT") == "1"
    if exact and reason:
        item.add_marker(pytest.mark.skip(reason=f"not exact here: {reason}"))

    def compare_all(new, stored, skip_compare=None):
        near = new
        if not exact:
            near = compare.forgive_outputs(new, stored, atol, sample)
        if not compare_text(near, stored, skip_compare):
            item.comparison_traceback += _unexpected_streams(new, stored)
            return False
        troubles = compare.pictures_that_differ(new, stored)
        if reason:
            summary.skipped[f"{item.path.name}: {reason}"] += len(troubles)
            return True
        summary.compared += len(troubles)
        item.comparison_traceback += filter(None, troubles)
        return not any(troubles)

    item.compare_outputs = compare_all


def _unexpected_streams(new: list, stored: list) -> list[str]:
    """The text of each stream, such as stderr, that the notebook lacks."""
    known = {output.get("name") for output in stored}
    return [
        f"unexpected {output['name']}:\n{output['text']}"
        for output in new
        if "name" in output and output["name"] not in known
    ]


class _Summary:
    """Pixels that were compared, and the seconds of each notebook."""

    def __init__(self):
        self.unlike = functools.cache(record.unlike)
        self.compared = 0
        self.skipped: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report):
        file = report.nodeid.split("::")[0]
        if file.endswith(".ipynb"):
            self.seconds[file] += report.duration

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        if self.compared:
            write(f"pixels of {self.compared} figures compared")
        for reason, count in sorted(self.skipped.items()):
            if count:
                write(f"pixels of {count} figures not compared, {reason}")
        if self.seconds:
            terminalreporter.section("seconds each notebook took")
            for file, seconds in sorted(self.seconds.items()):
                write(f"{seconds:7.1f}  {file}")
            write(f"{sum(self.seconds.values()):7.1f}  all together")
