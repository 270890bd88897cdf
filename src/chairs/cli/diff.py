"""`chairs diff`: every published number that changed between the last two states, before and after."""

from __future__ import annotations

from typing import Annotated

import typer

from chairs.store import paths
from chairs.store.stage import language


def diff(
    studies: Annotated[list[str] | None, typer.Argument(help="Studies to compare (default: all).")] = None,
) -> None:
    """Show every published number that the last run changed, before and after."""
    from chairs.record.diff import changes, say_changes

    for name in studies or paths.study_names():
        typer.echo(say_changes(name, changes(name), language()))
