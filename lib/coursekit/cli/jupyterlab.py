"""JupyterLab as a newcomer should meet it: its terminals know ``coursekit``.

:func:`prepare` writes two small files into the environment. One names this
module as a Jupyter server extension, so that it is loaded however JupyterLab
is started; the other answers the question about news.
"""

import json
import os
import shlex
import sys
import sysconfig
from pathlib import Path
from typing import Any

_FILES = {
    "etc/jupyter/jupyter_server_config.d/coursekit.json": {
        "ServerApp": {
            "jpserver_extensions": {"coursekit.cli.jupyterlab": True}
        }
    },
    "share/jupyter/lab/settings/overrides.json": {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}
    },
}
# They know -l and -c, and "$PATH" is one string in each of them.
_SHELLS = ("bash", "zsh", "sh", "dash", "ksh", "fish")


def prepare(environment: Path) -> None:
    """Set up the JupyterLab of a virtual environment; keep what is there.

    Raises OSError where the environment cannot be written to.
    """
    for name, content in _FILES.items():
        path = environment / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, indent=2) + "\n")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "coursekit.cli.jupyterlab"}]


def _link_jupyter_server_extension(server: Any) -> None:
    """Put the environment's commands on the PATH of coming terminals.

    A terminal inherits the server's PATH. But a server without a terminal of
    its own starts login shells, whose profile may set PATH anew: there the
    commands are added after the profile.
    """
    folder = sysconfig.get_path("scripts")
    os.environ["PATH"] = os.pathsep.join((folder, os.environ.get("PATH", "")))
    settings = server.terminado_settings
    shell = os.environ.get("SHELL") or "/bin/sh"
    login = os.name != "nt" and not sys.stdout.isatty()
    if login and "shell_command" not in settings:
        server.terminado_settings = settings | _login_shell(shell, folder)


def _load_jupyter_server_extension(server: Any) -> None:
    """Do nothing more: terminals were prepared when this was linked."""


def _login_shell(shell: str, folder: str) -> dict[str, list[str]]:
    """A login shell that puts ``folder`` first on PATH after its profile."""
    if Path(shell).name not in _SHELLS:
        return {}
    path = shlex.quote(f"PATH={folder}")
    then = f'exec env {path}:"$PATH" {shlex.quote(shell)}'
    return {"shell_command": [shell, "-l", "-c", then]}
