"""`chairs twin latest`: what the last snapshot of a live twin says, and how old it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from chairs.store.stage import language

if TYPE_CHECKING:
    from chairs.live.snapshots import Snapshot

console = Console(highlight=False, soft_wrap=True)
AHEAD = 24  # hours
HEADS = {"fr": ("unité", "présents", "dans {} h", "80 %"), "en": ("unit", "present", "in {} h", "80 %")}


def latest_(
    folder: Annotated[Path, typer.Argument(help="Folder of the snapshot: FEED/.live, or what --out named.")],
    stale: Annotated[float, typer.Option(help="Minutes after which data are too old to be shown.")] = 180.0,
    at: Annotated[str | None, typer.Option(help="Moment of reading (default: now), for a replay.")] = None,
) -> None:
    """Say who is where and what is foreseen, by the last snapshot; refused once its data are too old."""
    from chairs.cli.twin_live import _moment
    from chairs.live.snapshots import read_snapshot
    from chairs.live.update import refuse_stale

    found = read_snapshot(folder)
    now = dt.datetime.now(tz=dt.UTC) if at is None else _moment(at)
    newest = round(dt.datetime.fromisoformat(found.newest).timestamp() * 1_000_000)
    age = refuse_stale(newest, round(now.timestamp() * 1_000_000), stale)
    words = {"fr": ("données vieilles de", "présents"), "en": ("data aged", "present")}[language()]
    console.print(f"{found.at} – {words[0]} {age:.0f} min – {found.census.get('all', 0)} {words[1]}", markup=False)
    console.print(_table(found))


def _table(found: Snapshot) -> Table:
    """Return a row a unit: present, foreseen a day ahead with its interval where the snapshot holds a forecast."""
    rows = [row for row in found.outlook if row["measure"] == "census"]
    times = sorted({str(row["target"]) for row in rows})
    ahead = min(AHEAD, max(len(times) - 1, 0))  # the first is the moment of the update
    then = {str(row["unit"]): row for row in rows if str(row["target"]) == times[ahead]}
    shown = Table(*(head.format(ahead) for head in HEADS[language()][: 4 if then else 2]))
    for unit, count in sorted(found.census.items()):
        row = then.get(unit)
        ends = (f"{row['mean']:.1f}", f"{row['q0.1']:.0f} – {row['q0.9']:.0f}") if row else ("–", "–")
        shown.add_row(unit, str(count), *(ends if then else ()))
    return shown
