"""Starting a lesson: seeds, determinism, one calm block."""

import contextlib
import random
import re
import sys
from typing import Any

from coursekit import keras_config
from coursekit.backend import import_keras, in_replay, prepare_device
from coursekit.console import print_what_it_can
from coursekit.settings import Settings, load_settings


def start(lesson: str, profile: str | None = None, seed: int = 0) -> Settings:
    """Prepare a lesson and return its settings.

    Imports Keras without its start-up messages, seeds Python, NumPy and the
    backend, makes operations deterministic where that is cheap (on a CPU),
    lets a GPU's memory grow as needed, and prints one block that says what
    this run uses. In a notebook, interrupting a cell is explained from then
    on. Raises CourseError for an unknown lesson or profile, a backend the
    lesson does not run on, and when Keras cannot be imported.
    """
    settings = load_settings(lesson, profile, seed)
    keras_config.check(lesson, settings.backends)
    keras = import_keras()
    notes = _usual_types(keras)
    random.seed(seed)
    keras.utils.set_random_seed(seed)
    device = prepare_device(keras.backend.backend())
    print_what_it_can()
    print("\n".join([_block(settings, device), *notes]))
    if not in_replay():
        explain_interrupts()
    return settings


INTERRUPTED = """\
KeyboardInterrupt: you stopped this cell, and the cells after it did not run.
What was made is still there, and a model keeps what it has learnt. Run the
cell again to go on; to begin anew, first run the cell that makes the model."""


def explain_interrupts() -> None:
    """In a notebook, an interrupted cell shows INTERRUPTED, no traceback.

    The cell still fails, so that no cell after it runs.
    """
    if shell := running_shell():
        shell.set_custom_exc((KeyboardInterrupt,), _show_interrupt)


def running_shell() -> Any:
    """IPython's shell of this notebook or console; None in a plain script."""
    ipython = sys.modules.get("IPython")
    return ipython and ipython.get_ipython()


def _show_interrupt(shell, kind, error, trace, tb_offset=None) -> None:
    error._render_traceback_ = lambda: [INTERRUPTED]  # IPython asks for it
    shell.showtraceback((kind, error, trace))


def _usual_types(keras) -> list[str]:
    """Set float32 and channels last; say so where Keras' file differs."""
    changed = []
    if keras.config.floatx() != "float32":
        changed.append(f"float32 (not {keras.config.floatx()})")
        keras.config.set_floatx("float32")
    if keras.config.image_data_format() != "channels_last":
        changed.append("channels last (not first)")
        keras.config.set_image_data_format("channels_last")
    if not changed:
        return []
    words, file = " and ".join(changed), keras_config.config_file()
    return [f"note     {words}: the lesson needs it, {file} says otherwise"]


def _block(settings: Settings, device: str) -> str:
    """The text that start() prints."""
    from coursekit import data

    lines = [
        f"Lesson {settings.lesson} · {settings.title}",
        f"profile  {_PROFILE_NOTES[settings.name]}",
    ]
    if "dataset" in dir(settings):
        info = data.info(settings.dataset)
        lines.append(f"data     {info.name}: {info.title}")
    else:
        lines.append("data     none: the lesson makes its own")
    lines.append(f"seed     {settings.seed}: {_determinism(device)}")
    if not in_replay():
        import keras

        backend = keras.backend.backend()
        lines.append(f"device   {device}")
        lines.append(f"backend  {backend}, Keras {keras.__version__}")
    return "\n".join(lines)


_PROFILE_NOTES = {
    "quick": "quick: bundled data, a minute on a laptop",
    "full": "full: longer training, and real data where the lesson has some",
}


def _determinism(device: str) -> str:
    if device.startswith("CPU"):
        return "same numbers every time on this machine"
    return "a GPU may still differ in the last digits from run to run"


@contextlib.contextmanager
def expect_error(kind: type[BaseException] = Exception):
    """Run a block that must fail, and print the last line of its error.

    Used where a lesson fails on purpose. Raises AssertionError when the
    block does not fail; an error of another kind passes through.
    """
    try:
        yield
    except kind as error:
        print(last_line(error))
    else:
        raise AssertionError(
            f"this block was expected to raise {kind.__name__} and did not"
        )


def last_line(error: BaseException) -> str:
    """Type and last telling line of an error's message, without paths."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # no colour codes
    lines = [line.strip() for line in text.splitlines()]
    telling = [s for s in lines if s and not s.startswith(_UNTELLING)]
    name = f"{type(error).__name__}:"
    line = telling[-1].removeprefix(f"{name} ") if telling else ""
    end = " ..." if len(line) > _LONGEST else ""
    return f"{name} {line[:_LONGEST]}{end}".strip()


_LONGEST = 500  # characters of a line that is shown
_UNTELLING = (
    "Arguments received by",
    "•",
    "In call to",
    "{{function_node",
    "[[{{node",
)
