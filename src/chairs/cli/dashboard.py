"""`chairs dashboard`: open the committee's pages."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from chairs.core.errors import DataError, problem
from chairs.store import paths


def dashboard(
    show: Annotated[bool, typer.Option(help="Open a browser; otherwise only print the address.")] = True,
) -> None:
    """Open the committee's pages (plain files: no server, no network)."""
    home = paths.data("site", "index.html")
    if not home.is_file():
        raise DataError(
            (
                problem(
                    "les pages n'existent pas encore",
                    "the pages do not exist yet",
                    file="data/site/index.html",
                    remedy=("lancer « make run »", 'run "make run"'),
                ),
            )
        )
    typer.echo(home.as_uri())
    if show:
        webbrowser.open(home.as_uri())
