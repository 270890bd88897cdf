"""`chairs twin calibrate | backtest`: a model from an event log, and whether it is to be believed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.backtest.proof import Judged

console = Console(highlight=False, soft_wrap=True)
aside = Console(highlight=False, soft_wrap=True, stderr=True)

Log = Annotated[Path, typer.Argument(help="The event log: Parquet, CSV or XES.")]
Mapping = Annotated[Path | None, typer.Option(help="Column mapping (YAML), as `chairs data check` takes it.")]
Zone = Annotated[str, typer.Option(help="Clock of the site, also of times written without offset.")]
Country = Annotated[str, typer.Option(help="Whose public holidays: FR or BE.")]
Fictitious = Annotated[bool, typer.Option("--fictitious", help="The dates are shifted: no season, no holidays.")]
Most = Annotated[int, typer.Option(min=0, help="Only the latest cases, so many events of them (0: all).")]


def calibrate_(  # noqa: PLR0917 - one argument per option of the command
    log: Log,
    out: Annotated[Path, typer.Option(help="Write the model here (JSON).")],
    mapping: Mapping = None,
    name: Annotated[str, typer.Option(help="Name of the model.")] = "calibrated",
    timezone: Zone = "Europe/Paris",
    country: Country = "FR",
    fictitious: Fictitious = False,
    most_events: Most = 0,
    sheet: Annotated[Path | None, typer.Option(help="Write the STRESS-DES sheet here (Markdown).")] = None,
) -> None:
    """Learn a model of flow from an event log alone; say what was found, not identifiable, assumed."""
    from chairs.core.clock import check_zone
    from chairs.store.files import write_json, write_text
    from chairs.twin.calibration.calibrate import Settings, calibrate
    from chairs.twin.calibration.sheet import stress_sheet
    from chairs.twin.model import write_model

    check_zone(timezone, "--timezone")
    with Progress(console=aside, transient=True) as bar:
        bar.add_task(log.name, total=None)
        settings = Settings(name=name, timezone=timezone, country=country, calendar=not fictitious)
        found = calibrate(_read(log, mapping, timezone, most_events), settings, log.name)
    write_json(out, write_model(found.model))
    if sheet is not None:
        write_text(sheet, stress_sheet(found, language()))
    console.print(found.report.say(language()), markup=False)


def backtest_(  # noqa: PLR0917 - one argument per option of the command
    log: Log,
    mapping: Mapping = None,
    timezone: Zone = "Europe/Paris",
    country: Country = "FR",
    fictitious: Fictitious = False,
    most_events: Most = 0,
    share: Annotated[float, typer.Option(min=0.1, max=0.95, help="Share of the cases the model learns from.")] = 0.8,
    runs: Annotated[int, typer.Option(min=2, help="Runs of each generator.")] = 10,
    band_runs: Annotated[int, typer.Option(min=2, help="Runs behind the bands of the census.")] = 50,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 20240501,
    out: Annotated[Path | None, typer.Option(help="Write the tables backtest and verdicts into this folder.")] = None,
) -> None:
    """Hold the latest cases out, calibrate on the others, and judge the twin beside plain generators."""
    from chairs.core.clock import check_zone
    from chairs.store.parquet import write_table
    from chairs.twin.backtest.plain import FLOOR, PLAIN
    from chairs.twin.backtest.proof import TWIN, Protocol, prove
    from chairs.twin.backtest.results import backtest_table, verdicts_table
    from chairs.twin.calibration.calibrate import Settings

    check_zone(timezone, "--timezone")
    protocol = Protocol(share=share, runs=runs, band_runs=band_runs, seed=seed)
    settings = Settings(timezone=timezone, country=country, calendar=not fictitious)
    events = _read(log, mapping, timezone, most_events)
    with Progress(console=aside, transient=True) as bar:
        task = bar.add_task(log.name, total=2 * runs * len((TWIN, *PLAIN, FLOOR)))
        judged = prove(events, settings, protocol, lambda done: bar.update(task, completed=done)).judged
    if out is not None:
        write_table(backtest_table(judged), "backtest", out)
        write_table(verdicts_table(judged), "verdicts", out)
    _say(judged)


def _read(log: Path, mapping: Path | None, timezone: str, most_events: int) -> pd.DataFrame:
    from chairs.core.errors import SettingError, problem
    from chairs.core.records import read_yaml
    from chairs.sources.event_log import read_event_log
    from chairs.sources.mapping import TableMapping, mapping_of
    from chairs.twin.calibration.latest import latest_cases

    if not log.is_file():
        raise SettingError((problem("fichier absent", "file not found", file=log.name),))
    columns: TableMapping | None = TableMapping(table="events", timezone=timezone)  # of times without an offset
    if mapping:
        columns = mapping_of({**(read_yaml(mapping) or {}), "source": mapping.name})
    events = read_event_log([log], columns)["events"]
    return latest_cases(events, most_events) if most_events else events


def _say(judged: Judged) -> None:
    from chairs.twin.backtest.results import backtest_table
    from chairs.twin.backtest.verdicts import conclude

    lang = language()
    table = backtest_table(judged)
    means = table[table["draws"] == "even"].pivot_table(index="measure", columns="generator", values="mean")
    shown = Table("", *means.columns)
    for measure, row in zip(means.index, means.to_numpy(), strict=True):
        shown.add_row(str(measure), *(f"{value:.3g}" for value in row))
    console.print(shown)
    for verdict in judged.verdicts:
        console.print(f"{'✓' if verdict.holds else '✗'} {verdict.say(lang)}", markup=False)
    console.print(conclude(judged.verdicts).say(lang), markup=False)
