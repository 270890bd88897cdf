"""`chairs clean`: delete what the pipeline made, and keep what was fetched."""

from __future__ import annotations

import shutil

import typer

from chairs.store import paths

MADE = ("ingest", "discover", "score", "derive", "link", "release", "render", "site", "raw")


def clean() -> None:
    """Delete the outputs of the pipeline under data/; fetched files (data/cache), runs and history stay."""
    for name in MADE:
        folder = paths.data(name)
        if folder.is_dir():
            shutil.rmtree(folder)
            typer.echo(f"data/{name}")
