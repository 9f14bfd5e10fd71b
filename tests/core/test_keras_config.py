"""Wrong settings of Keras are named before it is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit import keras_config
from coursekit.dev.replay import replay_environment
from coursekit.errors import CourseError


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return tmp_path


def write(home, **values):
    (home / "keras.json").write_text(json.dumps(values))


def test_no_file_and_usual_values_are_fine(home):
    keras_config.check()
    write(home, backend="tensorflow", floatx="float32")
    keras_config.check("14", ("tensorflow",))


def test_a_file_that_is_no_json_is_passed_over_as_keras_does(home):
    (home / "keras.json").write_text("{")
    keras_config.check()


def test_an_old_backend_in_the_file_names_the_file(home):
    write(home, backend="theano")
    with pytest.raises(CourseError, match=r"keras\.json asks for.*theano"):
        keras_config.check()


def test_an_old_image_format_names_the_file_and_the_known_ones(home):
    write(home, image_data_format="th")
    with pytest.raises(CourseError, match=r"keras\.json says image_data_f"):
        keras_config.check()


def test_the_variable_beats_the_file_and_is_named(home, monkeypatch):
    write(home, backend="theano")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(CourseError, match="lesson 14 runs on tensorflow"):
        keras_config.check("14", ("tensorflow",))


def test_a_backend_that_is_not_installed_is_said_to_be_so(home, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setattr(
        keras_config.importlib.util, "find_spec", lambda name: None
    )
    with pytest.raises(CourseError, match="'torch', which is not installed"):
        keras_config.check("00")


@pytest.mark.parametrize("name", ["keras", "tensorflow", "numpy"])
def test_a_file_beside_the_notebook_that_hides_a_package_is_named(
    home, tmp_path, monkeypatch, name
):
    (tmp_path / f"{name}.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for loaded in [m for m in sys.modules if m.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, loaded)
    with pytest.raises(CourseError, match=rf"{name}\.py hides the package"):
        keras_config.check()


def test_start_without_the_backend_asked_for_names_variable_and_cure():
    code = (
        "import sys; sys.modules['jax'] = None\n"
        "import coursekit as ck\n"
        "try: ck.start('00')\n"
        "except ck.CourseError as error: print(error)"
    )
    environment = replay_environment() | {"KERAS_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stderr == ""
    said, cure = done.stdout.splitlines()
    assert said.startswith("KERAS_BACKEND asks for the backend 'jax', which")
    assert "install jax, or unset KERAS_BACKEND" in cure


def test_keras_home_is_where_keras_goes_without_a_home(monkeypatch):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(keras_config.Path, "home", unknown)
    assert keras_config.config_file() == Path("/tmp/.keras/keras.json")
