"""JupyterLab's terminals know the kit's commands, and no news pop up."""

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_server.extension.config import ExtensionConfigManager
from jupyter_server.extension.manager import ExtensionPackage
from typer.testing import CliRunner

from coursekit import paths
from coursekit.cli import commands, jupyterlab

SHELLS = [shell for shell in ("bash", "sh", "zsh") if shutil.which(shell)]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home whose profile sets PATH anew, and no terminal."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    profile = 'PATH="/usr/bin:/bin:/from/profile"\n'
    for name in (".profile", ".bash_profile", ".zprofile"):
        (tmp_path / name).write_text(profile)
    monkeypatch.setattr(jupyterlab.sys.stdout, "isatty", lambda: False)
    return tmp_path


def linked(**settings):
    server = SimpleNamespace(terminado_settings=settings)
    jupyterlab._link_jupyter_server_extension(server)
    return server.terminado_settings


@pytest.mark.skipif(os.name == "nt", reason="login shells are Unix'")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_terminal_finds_the_commands_after_its_profile(
    home, monkeypatch, shell
):
    monkeypatch.setenv("SHELL", shutil.which(shell))
    said = subprocess.run(
        linked()["shell_command"],
        input='echo "$PATH"\n',
        capture_output=True,
        text=True,
    ).stdout
    folder = sysconfig.get_path("scripts")
    assert said.strip() == f"{folder}:/usr/bin:/bin:/from/profile"


def test_a_shell_that_the_user_has_configured_stays(home):
    mine = {"shell_command": ["/bin/mine"]}
    assert linked(**mine) == mine


def test_with_a_terminal_the_path_is_handed_down_and_the_shell_stays(
    home, monkeypatch
):
    monkeypatch.setattr(jupyterlab.sys.stdout, "isatty", lambda: True)
    assert linked() == {}
    folder = sysconfig.get_path("scripts")
    assert os.environ["PATH"].startswith(folder + os.pathsep)


def test_the_copies_of_the_lessons_come_with_the_servers_settings(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(commands.sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(paths, "work_dir", lambda: tmp_path / "work")
    monkeypatch.setattr(paths, "notebooks_dir", lambda: tmp_path)
    CliRunner().invoke(commands.app, ["work"])
    folder = str(tmp_path / "venv" / "etc" / "jupyter")
    found = ExtensionConfigManager(read_config_path=[folder])
    assert found.get_jpserver_extensions() == {
        "coursekit.cli.jupyterlab": True
    }


def test_the_server_can_link_and_load_the_extension():
    package = ExtensionPackage(name="coursekit.cli.jupyterlab", enabled=True)
    assert package.validate()


def test_jupyterlab_knows_the_setting_that_is_overridden(tmp_path):
    import jupyterlab as lab

    jupyterlab.prepare(tmp_path)
    file = tmp_path / "share/jupyter/lab/settings/overrides.json"
    ((plugin, values),) = json.loads(file.read_text()).items()
    package, name = plugin.split(":")
    schema = Path(lab.__file__).parent / f"schemas/{package}/{name}.json"
    assert set(values) <= set(json.loads(schema.read_text())["properties"])


def test_settings_that_are_there_are_kept(tmp_path):
    file = tmp_path / "share/jupyter/lab/settings/overrides.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    jupyterlab.prepare(tmp_path)
    assert file.read_text() == "{}"
