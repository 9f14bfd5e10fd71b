"""What an answer changes outside itself does not outlive its judgement."""

import contextlib
import os
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from coursekit.session import running_shell

_SHARED = (
    "math",
    "random",
    "numpy",
    "numpy.linalg",
    "numpy.random",
    "coursekit.exercises.compare",
    "coursekit.exercises.engine",
)


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Leave things as they were found, whatever the block does.

    Restored: the random numbers of Python and NumPy, the working folder,
    environment variables, NumPy's print options and error state, warning
    filters, and names assigned anew in the modules that judge or are much
    used. Not restored: files, TensorFlow's seed, objects changed in place.
    """
    draws = random.getstate()
    numpy_draws = np.random.get_state()  # noqa: NPY002 - learners' old code
    folder, variables, names = _folder(), dict(os.environ), _names()
    try:
        with (
            np.printoptions(),
            np.errstate(all="ignore"),
            warnings.catch_warnings(),
        ):
            yield
    finally:
        for module, values in names:
            vars(module).update(values)
        random.setstate(draws)
        np.random.set_state(numpy_draws)  # noqa: NPY002
        if variables != dict(os.environ):
            os.environ.clear()
            os.environ.update(variables)
        if folder and folder != _folder():
            os.chdir(folder)


@contextlib.contextmanager
def exit_raises() -> Iterator[None]:
    """Inside, exit() and quit() of IPython raise SystemExit, as Python's do.

    They would go on and end the kernel after the cell.
    """
    shell = running_shell()
    if shell is None:
        yield
        return
    shell.ask_exit = sys.exit
    try:
        yield
    finally:
        vars(shell).pop("ask_exit", None)  # the class has its own


def _names() -> list[tuple[ModuleType, dict[str, Any]]]:
    """The shared modules, each with what its names stand for now."""
    return [
        (sys.modules[name], dict(vars(sys.modules[name])))
        for name in _SHARED
        if name in sys.modules
    ]


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it has been removed
        return None
