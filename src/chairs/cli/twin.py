"""`chairs twin simulate | anchors`: run a flow model, and compare the engine with numbers from outside."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chairs.store.files import read_json, write_json
from chairs.store.stage import language

if TYPE_CHECKING:
    from chairs.twin.model import Model
    from chairs.twin.simulate import Simulation

app = typer.Typer(help="The twin: simulate a flow model, check the engine.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


@app.command("simulate")
def simulate_(  # noqa: PLR0917 - one argument per option of the command
    model: Annotated[Path, typer.Argument(help="The model, a JSON file.")],
    start: Annotated[str | None, typer.Option(help="First moment, with its time zone: 2026-01-05T00:00+01:00.")] = None,
    days: Annotated[float, typer.Option(help="Length of each replication, in days.")] = 28.0,
    warm_up: Annotated[float, typer.Option(help="First days that no measure counts.")] = 0.0,
    replications: Annotated[int, typer.Option(min=1, help="Independent runs.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    state: Annotated[Path | None, typer.Option(help="Who is present at the start, a JSON file.")] = None,
    scenario: Annotated[Path | None, typer.Option(help="What differs from the model, a YAML or JSON file.")] = None,
    events: Annotated[Path | None, typer.Option(help="Write the event log here (Parquet).")] = None,
    measures: Annotated[Path | None, typer.Option(help="Write the measures here (JSON).")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads; they change the time it takes, not the result.")] = 1,
) -> None:
    """Simulate a flow model, patient by patient, and print its measures."""
    from chairs.core.records import read_yaml
    from chairs.twin.load import warnings
    from chairs.twin.model import read_model
    from chairs.twin.scenario import read_scenario
    from chairs.twin.simulate import simulate
    from chairs.twin.state import read_state

    read = read_model(_json(model), model.name)
    for warning in warnings(read):
        console.print(f"[yellow]![/] {warning.say(language())}")
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(read.name, total=replications)
        run = simulate(
            read,
            start=_moment(start),
            horizon=days * 24 * read.hour,
            warm_up=warm_up * 24 * read.hour,
            replications=replications,
            seed=seed,
            state=read_state(_json(state), state.name) if state else None,
            scenario=read_scenario(read_yaml(scenario), scenario.name) if scenario else None,
            threads=threads,
            progress=lambda done: bar.update(task, completed=done),
        )
        _write(run, read, events, measures)
    console.print(_printed(run))


def _json(path: Path) -> Any:
    from chairs.core.errors import SettingError, problem

    try:
        return read_json(path)
    except (FileNotFoundError, UnicodeDecodeError, json.JSONDecodeError):
        raise SettingError(
            (problem("fichier absent ou qui n'est pas du JSON", "file missing or not JSON", file=path.name),)
        ) from None


def _moment(text: str | None) -> dt.datetime | None:
    from chairs.core.errors import SettingError, problem

    try:
        return None if text is None else dt.datetime.fromisoformat(text)
    except ValueError:
        raise SettingError(
            (
                problem(
                    "--start n'est pas une date",
                    "--start is not a date",
                    remedy=("écrire 2026-01-05T00:00+01:00", "write 2026-01-05T00:00+01:00"),
                ),
            )
        ) from None


def _write(run: Simulation, model: Model, events: Path | None, measures: Path | None) -> None:
    from chairs.store.files import replacing

    table = run.measures.table()
    if measures is not None:
        write_json(measures, {"model": model.name, "seed": run.seed, "measures": table.to_dict("records")})
    if events is not None:
        with replacing(events) as draft:
            run.events.to_parquet(draft, index=False)


def _printed(run: Simulation) -> Table:
    heads = ("mesure", "de", "moyenne", "erreur type") if language() == "fr" else ("measure", "of", "mean", "error")
    table = Table(*heads)
    for row in run.measures.table().itertuples():
        if not row.measure.startswith(("visits", "n")):
            table.add_row(row.measure, row.of, f"{row.mean:.4g}", f"{row.se:.2g}")
    return table


@app.command("anchors")
def anchors_(
    folder: Annotated[Path, typer.Argument(help="Folder with the reference files.")] = Path("tests/reference/data/des"),
    customers: Annotated[float, typer.Option(help="Customers simulated a queue.")] = 4e6,
    published: Annotated[int, typer.Option(help="Replications of the published models.")] = 400,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Compare the engine with every number known from outside, and print the table."""
    from chairs.twin.anchors.case import Effort
    from chairs.twin.anchors.table import anchors

    found = anchors(folder, Effort(customers=customers, published=published, threads=threads))
    table = Table("case", "measure", "expected", "mean", "error", "z", "")
    for row in found.itertuples():
        numbers = (f"{row.expected:.5g}", f"{row.mean:.5g}", f"{row.se:.2g}", f"{row.z:+.2f}")
        table.add_row(row.case, row.measure, *numbers, "" if row.ok else "[red]✗[/]")
    console.print(table)
    console.print(f"{int(found['ok'].sum())} / {len(found)} |z| < 4")
    if not found["ok"].all():
        raise typer.Exit(1)
