"""Starting a lesson: seeds, determinism, quiet imports, one calm block."""

import contextlib
import os
import random
import re
import sys
import tempfile
from types import ModuleType

from coursekit.errors import CourseError
from coursekit.settings import Settings, load_settings


def in_replay() -> bool:
    """True while a lesson is replayed as a test or regenerated."""
    return os.environ.get("COURSEKIT_REPLAY") == "1"


def start(lesson: str, profile: str | None = None, seed: int = 0) -> Settings:
    """Prepare a lesson and return its settings.

    Imports Keras without its start-up messages, seeds Python, NumPy and the
    backend, makes operations deterministic where that is cheap (on a CPU),
    lets a GPU's memory grow as needed, and prints one block that says what
    this run uses. Raises CourseError for an unknown lesson or profile and
    when Keras cannot be imported.
    """
    settings = load_settings(lesson, profile, seed)
    keras = import_keras()
    random.seed(seed)
    keras.utils.set_random_seed(seed)
    device = _prepare_device(keras.backend.backend())
    print(_block(settings, device))
    return settings


def import_keras() -> ModuleType:
    """Import Keras (and its backend) with their start-up chatter silenced.

    TensorFlow's C++ code writes to file descriptor 2 directly, so the
    descriptor itself points to a temporary file during the import.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    os.environ.setdefault("ABSL_MIN_LOG_LEVEL", "3")
    with quiet_stderr() as chatter:
        try:
            import keras

            if keras.backend.backend() == "tensorflow":
                import tensorflow

                tensorflow.config.list_physical_devices()
        except ImportError as error:
            raise CourseError(
                f"Keras could not be imported: {error}{chatter()}",
                "run `make lab` (or the pip lines of the README) to install "
                "the environment, then choose its kernel",
            ) from error
    return keras


@contextlib.contextmanager
def quiet_stderr():
    """Send file descriptor 2 to a temporary file inside the block.

    Yields a function that returns what was written so far.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as store:

        def written() -> str:
            store.flush()
            store.seek(0)
            text = store.read().decode(errors="replace").strip()
            return f"\n{text}" if text else ""

        saved = os.dup(2)
        os.dup2(store.fileno(), 2)
        try:
            yield written
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def _prepare_device(backend: str) -> str:
    """Set determinism and memory growth; return the device in words."""
    if backend == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        for gpu in gpus:
            # Refused once the GPU is in use: ck.start was run twice.
            with contextlib.suppress(RuntimeError):
                tf.config.experimental.set_memory_growth(gpu, True)
        if not gpus:
            tf.config.experimental.enable_op_determinism()
    return device_name(backend)


def device_name(backend: str) -> str:
    """The device Keras computes on: "GPU ..." or "CPU ..."."""
    if backend == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        if gpus:
            details = tf.config.experimental.get_device_details(gpus[0])
            return f"GPU {details.get('device_name', '')}".strip()
    elif backend == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform != "cpu":
            return f"{device.platform.upper()} {device.device_kind}"
    elif backend == "torch":
        import torch

        if torch.cuda.is_available():
            return f"GPU {torch.cuda.get_device_name(0)}"
    return "CPU (no GPU found; the quick profile needs none)"


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
    "full": "full: the real data set and longer training",
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
    skip = ("Arguments received by", "•", "In call to", "{{function_node")
    telling = [s for s in lines if s and not s.startswith(skip)]
    return f"{type(error).__name__}: {telling[-1] if telling else ''}".strip()
