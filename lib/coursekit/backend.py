"""Keras and its backend: a quiet import, the device, replay or not."""

import contextlib
import os
import sys
import tempfile
from types import ModuleType

from coursekit import keras_config
from coursekit.errors import CourseError


def in_replay() -> bool:
    """True while a lesson is replayed as a test or regenerated."""
    return os.environ.get("COURSEKIT_REPLAY") == "1"


def import_keras() -> ModuleType:
    """Import Keras (and its backend) with their start-up chatter silenced.

    TensorFlow's C++ code writes to file descriptor 2 directly, so the
    descriptor itself points to a temporary file during the import. Raises
    CourseError when the settings, or what is installed, do not fit.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"]
    keras_config.check()
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


def prepare_device(backend: str) -> str:
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
