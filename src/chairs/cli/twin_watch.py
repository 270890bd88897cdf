"""`chairs twin watch`: does the twin still hold? Alarm on drift, champion and challenger, from an event log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chairs.store.stage import language

console = Console(highlight=False, soft_wrap=True)


def watch_(  # noqa: PLR0917 - one argument per option of the command
    log: Annotated[Path, typer.Argument(help="The event log: Parquet, with stays dated at start and end.")],
    stays: Annotated[list[str], typer.Option(help="Step that is a stay in a unit; may be repeated.")],
    arrival: Annotated[
        str | None, typer.Option(help="Step that is an arrival at the site; left out: arrivals are not watched.")
    ] = None,
    champion: Annotated[
        Path | None, typer.Option(help="Model in place (JSON); learnt and written when absent, replaced when beaten.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables `drift` and `drift_verdicts`.")] = None,
    timezone: Annotated[str, typer.Option(help="Clock of the site.")] = "Europe/Paris",
    place: Annotated[str, typer.Option(help="Country whose public holidays count.")] = "FR",
) -> None:
    """Compare departures and arrivals of each day with those foreseen; say in words what drifts; renew the model."""
    from chairs.core.clock import check_zone
    from chairs.store.files import read_json, write_json
    from chairs.store.parquet import write_table
    from chairs.twin.watch.departures import read_departures, write_departures
    from chairs.twin.watch.study import WatchRequest, watch_log
    from chairs.twin.watch.words import judged, told

    check_zone(timezone, "--timezone")
    known = champion is not None and champion.is_file()
    former = read_departures(read_json(champion), champion.name) if known and champion is not None else None
    found = watch_log(log, WatchRequest(stays=tuple(stays), arrival=arrival, place=place, timezone=timezone), former)
    lang = language()
    for watched in (found.watched, found.arrivals):
        if watched is not None:
            console.print(told(watched).say(lang), markup=False)
    console.print(judged(found.contest).say(lang), markup=False)
    if champion is not None and (found.contest.replaced or not known):
        write_json(champion, write_departures(found.model))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, table in found.tables.items():
            write_table(table, name, out)
