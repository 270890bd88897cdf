"""`chairs trace`: from a figure's identifier to its run, commit, parameters and raw files."""

from __future__ import annotations

from typing import Annotated

import typer

from chairs.store.stage import language


def trace(
    identifier: Annotated[
        str, typer.Argument(help="STUDY/FIGURE@FINGERPRINT as printed under a figure, then /ROW:COLUMN for a cell.")
    ],
) -> None:
    """Walk from a printed figure to the run, the commit, the parameters and the sha256 of the raw files."""
    from chairs.record.asked import answer
    from chairs.record.trace import trace as walk

    lang = language()
    typer.echo(answer(identifier, lang) or walk(identifier).say(lang))
