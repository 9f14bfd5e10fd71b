"""Strict replay of the notebooks: a pytest plugin on top of nbval.

``pytest --nbval --nbval-current-env -p coursekit.dev.replay notebooks`` runs
every cell in a fresh kernel and compares its outputs with the stored ones.

nbval compares text exactly. This plugin adds one exception, the tag
``nbval-approx``: in such a cell decimals (numbers with digits after a point,
or with an exponent) may differ by rtol 1e-3 plus atol 1e-2, or plus the atol
in the tag: ``nbval-approx-5e-2``, or ``nbval-approx-3-of-360`` for shares of
360 examples, of which 3 may come out otherwise. Integers and words stay exact:
34,970 never passes for 34,944, nor 0.72 for 0.92. With COURSEKIT_EXACT=1 no
number is forgiven, and a notebook built on another machine is skipped.

Of a figure it compares what the figure shows (titles, labels, lines, bars,
pictures ...) in every cell, and its pixels where built.json says that the
notebook was built on a machine like this one.

It also fixes the environment of the kernels, gives each cell a time limit,
and prints how long each notebook took.
"""

import copy
import functools
import html
import importlib.util
import os
import re
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.dev.machine import unlike
from coursekit.dev.pictures import forgive_content, pixels_that_differ
from coursekit.figures.content import MIME

# A person's own settings: PYTHONOPTIMIZE would pass over every assert.
_PERSONAL = re.compile(
    r"(PYTHON|IPYTHON|KERAS_).*|MPLBACKEND"
    r"|COURSEKIT_(PROGRESS|DATA|FIGURES)"
)
CELL_SECONDS = 300
RTOL, ATOL = 1e-3, 1e-2

TAG = re.compile(r"nbval-approx(?:-(\d+e-?\d+)|-(\d+)-of-(\d+))?")
# Spaces before a number belong to it: NumPy aligns columns by sign.
_DECIMAL = re.compile(
    r" *(?<![\w.,])[-+]?"
    r"(?:\d[\d,]*\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)"
    r"(?![\w]|\.\d)"
)


def replay_environment() -> dict[str, str]:
    """The environment in which notebooks are built and replayed.

    The CPU, the quick profile, a fixed width and fixed hashing, so that
    outputs do not depend on the machine; no settings of the person's own for
    Python, IPython, Keras and Matplotlib, and the kit that runs the replay.
    """
    kept = {k: v for k, v in os.environ.items() if not _PERSONAL.fullmatch(k)}
    empty = tempfile.mkdtemp(dir=paths.temporary_dir())
    return kept | {
        "COURSEKIT_REPLAY": "1",
        "COURSEKIT_PROFILE": "quick",
        "CUDA_VISIBLE_DEVICES": "-1",
        "IPYTHONDIR": f"{empty}/ipython",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": f"{empty}/keras",
        "MATPLOTLIBRC": str(_usual_matplotlibrc()),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(paths.__file__).parents[1]),
        # The debugger's frozen-module warning is noise in a kernel's log.
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _usual_matplotlibrc() -> Path:
    """The file that Matplotlib reads where nobody has one of his own."""
    package = importlib.util.find_spec("matplotlib")
    assert package and package.origin
    return Path(package.origin).parent / "mpl-data" / "matplotlibrc"


def tolerance(tags: list[str]) -> float | None:
    """The atol of a cell's ``nbval-approx`` tag; None without the tag."""
    for tag in tags:
        if match := TAG.fullmatch(tag):
            number, examples, total = match.groups()
            if examples:
                return int(examples) / int(total)
            return float(number) if number else ATOL
    return None


def forgive_decimals(new: str, stored: str, atol: float) -> str:
    """``new`` with every decimal within tolerance written as in ``stored``.

    Returns ``new`` unchanged when the two do not have the same number of
    decimals; the exact comparison that follows then fails.
    """
    ours, theirs = _DECIMAL.findall(new), _DECIMAL.findall(stored)
    if len(ours) != len(theirs):
        return new
    replacement = iter(
        reference if _close(value, reference, atol) else value
        for value, reference in zip(ours, theirs, strict=True)
    )
    return _DECIMAL.sub(lambda match: next(replacement), new)


def _close(value: str, reference: str, atol: float) -> bool:
    a, b = (float(text.replace(",", "")) for text in (value, reference))
    return abs(a - b) <= atol + RTOL * abs(b)


def forgive_outputs(new: list, stored: list, atol: float | None) -> list:
    """Notebook outputs ``new`` with forgivable numbers replaced.

    Those of figures in every cell, decimals in texts only where there is a
    tolerance.
    """
    if len(new) != len(stored):
        return new
    new = copy.deepcopy(new)
    for ours, theirs in zip(new, stored, strict=True):
        if atol is not None and "text" in ours and "text" in theirs:
            ours["text"] = forgive_decimals(ours["text"], theirs["text"], atol)
        for mime, text in theirs.get("data", {}).items():
            mine = ours.get("data", {}).get(mime)
            if not isinstance(mine, str):
                continue
            if mime == MIME:
                ours["data"][mime] = forgive_figure(mine, text, atol)
            elif mime.startswith("text/"):
                mine = _trained_alike(mine, ours, theirs)
                ours["data"][mime] = (
                    mine
                    if atol is None
                    else forgive_decimals(mine, text, atol)
                )
    return new


def _trained_alike(text: str, ours: dict, theirs: dict) -> str:
    """A caption whose end, which training decides, is the stored one."""
    new, stored = (
        html.escape(output.get("metadata", {}).get("trained", ""), quote=False)
        for output in (ours, theirs)
    )
    if not new or not stored:
        return text
    plain = text.replace(html.unescape(new), html.unescape(stored))
    return plain.replace(new, stored)


def forgive_figure(new: str, stored: str, atol: float | None) -> str:
    """The content of a figure with near numbers as in ``stored``.

    Rounded numbers written in a figure may be ATOL off without a tag: they
    can round to the other side.
    """

    def forgive_text(mine: str, other: str) -> str:
        return forgive_decimals(mine, other, ATOL if atol is None else atol)

    return forgive_content(new, stored, atol or 0.0, forgive_text)


def pictures_that_differ(new: list, stored: list) -> list[str]:
    """A sentence for each figure; "" where pixels are alike, none if timed."""
    found = []
    for ours, theirs in zip(new, stored, strict=True):
        data, other = ours.get("data", {}), theirs.get("data", {})
        if MIME in data and not data[MIME].startswith('["timed"]'):
            png = "image/png"
            found.append(pixels_that_differ(data[png], other[png]))
    return found


def unexpected_streams(new: list, stored: list) -> list[str]:
    """The text of each stream, such as stderr, that the notebook lacks."""
    known = {output.get("name") for output in stored}
    return [
        f"unexpected {output['name']}:\n{output['text']}"
        for output in new
        if "name" in output and output["name"] not in known
    ]


# ---------------------------------------------------------------- pytest


def pytest_configure(config):
    """Fix the environment before the first kernel starts."""
    environment = replay_environment()
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)
    if config.option.nbval_cell_timeout == 2000:  # nbval's default
        config.option.nbval_cell_timeout = CELL_SECONDS
    # "no:durations-like" reporters get one object per session.
    config.pluginmanager.register(_Durations(), "coursekit-durations")
    config.pluginmanager.register(_Figures(), "coursekit-figures")


def pytest_itemcollected(item):
    """Give nbval's cells the tolerant comparison and patience."""
    if type(item).__name__ != "IPyNbCell":
        return
    item.output_timeout = 60  # a busy machine may print late
    atol = tolerance(item.cell.metadata.get("tags", []))
    compare_text = item.compare_outputs
    figures = item.config.pluginmanager.get_plugin("coursekit-figures")
    reason = figures.unlike(item.path)
    exact = os.environ.get("COURSEKIT_EXACT") == "1"
    if exact and reason:
        item.add_marker(pytest.mark.skip(reason=f"not exact here: {reason}"))

    def compare(new, stored, skip_compare=None):
        near = new if exact else forgive_outputs(new, stored, atol)
        if not compare_text(near, stored, skip_compare):
            item.comparison_traceback += unexpected_streams(new, stored)
            return False
        troubles = pictures_that_differ(new, stored)
        if reason:
            figures.skipped[f"{item.path.name}: {reason}"] += len(troubles)
            return True
        figures.compared += len(troubles)
        item.comparison_traceback += filter(None, troubles)
        return not any(troubles)

    item.compare_outputs = compare


class _Figures:
    """Counts the figures whose pixels were compared, for the summary."""

    def __init__(self):
        self.unlike = functools.cache(unlike)
        self.compared = 0
        self.skipped: Counter[str] = Counter()

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        if self.compared:
            write(f"pixels of {self.compared} figures compared")
        for reason, count in sorted(self.skipped.items()):
            if count:
                write(f"pixels of {count} figures not compared, {reason}")


class _Durations:
    """Adds up the seconds of each notebook for the summary."""

    def __init__(self):
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report):
        file = report.nodeid.split("::")[0]
        if file.endswith(".ipynb"):
            self.seconds[file] += report.duration

    def pytest_terminal_summary(self, terminalreporter):
        if not self.seconds:
            return
        terminalreporter.section("seconds each notebook took")
        for file, seconds in sorted(self.seconds.items()):
            terminalreporter.write_line(f"{seconds:7.1f}  {file}")
        total = sum(self.seconds.values())
        terminalreporter.write_line(f"{total:7.1f}  all together")
