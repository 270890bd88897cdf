"""`chairs twin simulate | anchors`: run a flow model, and compare the engine with numbers from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chairs.cli.json_file import content
from chairs.store.files import write_json
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.model import Model
    from chairs.twin.simulate import Simulation

app = typer.Typer(help="The twin: simulate a flow model, check the engine.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
aside = Console(highlight=False, soft_wrap=True, stderr=True)  # progress and warnings: never in what is piped on

INTERRUPTED = 130  # what a shell expects of a command that Ctrl-C ended


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
    cases: Annotated[Path | None, typer.Option(help="Write the patients of the event log here (Parquet).")] = None,
    measures: Annotated[Path | None, typer.Option(help="Write the measures here (JSON).")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads; they change the time it takes, not the result.")] = 1,
    cluster: Annotated[
        str | None, typer.Option(help="Other machines: tcp://HOST:PORT of a Dask scheduler, or slurm.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Jobs asked of SLURM.")] = 4,
) -> None:
    """Simulate a flow model, patient by patient, and print its measures."""
    read = _model(model, scenario)
    hour = 24 * read.hour
    how = {"start": _moment(start), "horizon": days * hour, "warm_up": warm_up * hour, "threads": threads}
    how |= {"replications": replications, "seed": seed, "state": _state(state)}
    _simulate(read, how, (cluster, jobs), {"measures": measures, "events": events, "cases": cases})


def _model(path: Path, scenario: Path | None) -> Model:
    from chairs.core.records import read_yaml
    from chairs.twin.model import read_model
    from chairs.twin.scenario import apply, read_scenario

    read = read_model(content(path), path.name)
    return read if scenario is None else apply(read_scenario(read_yaml(scenario), scenario.name), read)


def _state(path: Path | None) -> Any:
    from chairs.twin.state import read_state

    return None if path is None else read_state(content(path), path.name)


def _simulate(model: Model, how: dict[str, Any], where: tuple[str | None, int], files: dict[str, Path | None]) -> None:
    from chairs.cli.cluster import executor_at
    from chairs.twin.load import warnings
    from chairs.twin.simulate import simulate

    simulate(model, **how)  # a model that cannot run is refused before other machines are asked for
    for warning in warnings(model):
        aside.print(f"[yellow]![/] {warning.say(language())}")
    with _clean_stop(), executor_at(*where) as executor, Progress(console=aside, transient=True) as bar:
        task = bar.add_task(model.name, total=how["replications"])
        run = simulate(model, **how, executor=executor, progress=lambda done: bar.update(task, completed=done))
        _write(run, files)
    console.print(_printed(run))


@contextmanager
def _clean_stop() -> Iterator[None]:
    """Say in words that Ctrl-C stopped the run."""
    try:
        yield
    except KeyboardInterrupt:
        said = {"fr": "Interrompu : rien n'a été écrit.", "en": "Interrupted: nothing was written."}
        aside.print(said[language()])
        raise typer.Exit(INTERRUPTED) from None


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


def _write(run: Simulation, files: dict[str, Path | None]) -> None:
    """Write what was asked for, each file all or nothing, once everything has been computed."""
    from chairs.store.parquet import write_as
    from chairs.tables import CONTRACTS

    summary = run.measures.table()
    asked = {name: path for name, path in files.items() if path is not None}
    tables = {name: getattr(run, name) for name in asked if name != "measures"}
    if "measures" in asked:
        content = {"model": run.program.model.name, "seed": run.seed, "measures": summary.to_dict("records")}
        write_json(asked["measures"], content)
    for name, table in tables.items():
        write_as(table, CONTRACTS[name], asked[name])


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
    longer: Annotated[float, typer.Option(help="Make every service longer by this share: it must be seen.")] = 0.0,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Compare the engine with every number known from outside, and print the table."""
    from chairs.twin.anchors.case import Effort
    from chairs.twin.anchors.table import anchors

    effort = Effort(customers=customers, published=published, threads=threads)
    found = anchors(folder, effort, longer_by=longer)
    console.print(_compared(found))
    console.print(f"{int(found['ok'].sum())} / {len(found)} |z| < 4")
    console.print(
        f"2 %: {int((found['coarse'] == '').sum())} / {len(found)}; otherwise `reference`: the number from outside is "
        "known no better; `x N`: N times as long a simulation would be needed"
    )
    if longer:
        cases = set(found["case"])
        blind = sorted(cases - set(found.loc[~found["ok"], "case"]))
        console.print(f"{len(cases) - len(blind)} / {len(cases)} cases differ; not: {blind}")
    elif not found["ok"].all():
        raise typer.Exit(1)


def _compared(found: pd.DataFrame) -> Table:
    table = Table("case", "measure", "expected", "mean", "error", "error %", "z", "", "2 % seen?")
    for row in found.itertuples():
        numbers = (f"{row.expected:.5g}", f"{row.mean:.5g}", f"{row.se:.2g}", f"{100 * row.precision:.2f}")
        marks = (f"{row.z:+.2f}", "" if row.ok else "[red]✗[/]", row.coarse or "yes")
        table.add_row(row.case, row.measure, *numbers, *marks)
    return table
