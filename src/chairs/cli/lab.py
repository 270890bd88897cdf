"""`chairs lab`: JupyterLab on the project's notebooks, which are plain Python files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from chairs.store import paths
from chairs.store.files import write_json

# A percent file opens as a notebook on a double click; no news, no telemetry prompt.
SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"python": "Jupytext Notebook"}},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def lab(
    show: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8888,
) -> None:
    """Open the notebooks in JupyterLab."""
    write_json(Path(sys.prefix, "share", "jupyter", "lab", "settings", "overrides.json"), SETTINGS)
    folder = paths.root() / "notebooks"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        f"--port={port}",
        *([] if show else ["--no-browser"]),
        *(["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else []),  # in a container; loopback only
    ]
    os.execve(sys.executable, command, {**os.environ, "CHAIRS_ROOT": str(paths.root())})
