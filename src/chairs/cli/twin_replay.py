"""`chairs twin replay`: a past week played again with one change, on the same patients."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from chairs.cli.twin import _model, aside, console
from chairs.core.errors import Text
from chairs.store import paths
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.model import Model
    from chairs.twin.replay import Past
    from chairs.twin.scenario import Scenario

NOTHING = Text(fr="Rien ne change", en="Nothing changes")
Beds = Annotated[list[str] | None, typer.Option(help="Units more or fewer: WARD=+4, ED doctor=-1; may be repeated.")]


def replay_(  # noqa: PLR0917 - one argument per option of the command
    study: Annotated[str, typer.Argument(help="Study whose hospital is learnt from its log.")] = "demo",
    week: Annotated[str | None, typer.Option(help="First day: 2024-01-08 (default: the last whole week).")] = None,
    scenario: Annotated[str | None, typer.Option(help="The change: a scenario's name, or a file.")] = None,
    beds: Beds = None,
    days: Annotated[float, typer.Option(min=1.0, max=56.0, help="Days played.")] = 7.0,
    model: Annotated[Path | None, typer.Option(help="A model of any flow (JSON), with --events.")] = None,
    events: Annotated[Path | None, typer.Option(help="The event log of that model: Parquet, CSV or XES.")] = None,
    cases: Annotated[Path | None, typer.Option(help="Its table of cases (Parquet), for the classes.")] = None,
    redraws: Annotated[int, typer.Option(min=2, help="Draws of what the log does not show.")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for replay.csv, replay.json and replay.html.")] = None,
) -> None:
    """Play a past week again as it was, then with one change; say what differs, and whether it can be believed."""
    from chairs.cli.replay_page import head, keep, page, printed
    from chairs.twin.replay import replay

    asked, lang = _scenario(scenario, beds), language()
    with Progress(console=aside, transient=True) as bar:
        task = bar.add_task("…", total=None)
        past = _from_study(study, week, days, asked) if model is None else _from_log((model, events, cases), week, days)
        bar.reset(task, total=redraws)
        found = replay(past, asked, redraws=redraws, seed=seed, progress=lambda done: bar.update(task, completed=done))
    labels: dict[str, Text] = dict(paths.study(study).labels) if model is None else {}
    title = asked.title.say(lang) if asked.title else ", ".join(beds or ()) or NOTHING.say(lang)
    said = head(found, past.start.date().isoformat(), lang)
    console.print(title, *said, sep="\n", markup=False)
    console.print(*printed(found, labels, lang), sep="\n", markup=False)
    for one in found.assumed:
        console.print(f"- {one.say(lang)}", markup=False)
    if out is not None:
        keep(out, found, page(found, title, said, labels, lang))


def _scenario(name: str | None, beds: list[str] | None) -> Scenario:
    """Return the change: the scenario named, with those it combines, and units more or fewer."""
    import dataclasses

    from chairs.core.records import read_yaml
    from chairs.twin.scenario import Scenario, merged, read_scenario

    resources = {unit: {"more": more} for unit, more in map(_more, beds or ())}
    if name is None:
        return Scenario(name="beds" if beds else "nothing", resources=resources)
    path = Path(name) if name.endswith((".yaml", ".yml", ".json")) else paths.scenario_file(name)
    asked = read_scenario(read_yaml(path), path.name)
    known = {one: read_scenario(read_yaml(paths.scenario_file(one)), one) for one in asked.combines}
    return dataclasses.replace(whole := merged(asked, known), resources={**whole.resources, **resources})


def _more(text: str) -> tuple[str, int]:
    from chairs.core.errors import SettingError, problem

    unit, mark, number = text.rpartition("=")
    if not (unit and mark and number[:1] in "+-" and number[1:].isdigit()):
        raise SettingError(
            (problem("--beds attend UNITÉ=+NOMBRE", "--beds expects UNIT=+NUMBER", remedy=("MIN=+4", "MIN=+4")),)
        )
    return unit, int(number)


def _from_study(study: str, week: str | None, days: float, asked: Scenario) -> Past:
    from chairs.core.errors import SettingError, problem
    from chairs.twin.calibration.request import settings_of
    from chairs.twin.hospital.calibrate import calibrate_hospital
    from chairs.twin.hospital.effects import NO_QUEUE, touches_unlimited
    from chairs.twin.hospital.past import past_week

    clock = settings_of(paths.study(study), paths.params("discover")).timezone
    folder = paths.stage_folder("ingest", study)
    tables = [_table(folder / f"{name}.parquet") for name in ("events", "cases", "unit_hour")]
    found = calibrate_hospital(tables[0], tables[1], tables[2], name=study, timezone=clock)
    if touches_unlimited(found.model, asked):
        raise SettingError((problem(NO_QUEUE.fr, NO_QUEUE.en, file=f"scenario, {asked.name}"),))
    last = dt.datetime(1970, 1, 1) + dt.timedelta(days=found.learnt.log.last + 1)
    return past_week(found, _first(week, last, days, clock), days=days)


def _from_log(files: tuple[Path, Path | None, Path | None], week: str | None, days: float) -> Past:
    import pandas as pd

    from chairs.core.errors import SettingError, problem
    from chairs.sources.event_log import read_event_log
    from chairs.twin.retraced import retrace

    model, events, cases = files
    if events is None or not events.is_file():
        raise SettingError(
            (problem("--model attend aussi le journal", "--model expects the log too", remedy=("--events",) * 2),)
        )
    read: Model = _model(model, None)
    log: pd.DataFrame = read_event_log([events], None)["events"]
    last = pd.Timestamp(log[["start", "end"]].max().max()).tz_convert(read.timezone).to_pydatetime()
    start = _first(week, last.replace(tzinfo=None), days, read.timezone)
    return retrace(read, log, start, days=days, cases=None if cases is None else _table(cases))


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd

    from chairs.core.errors import DataError, problem

    if not path.is_file():
        raise DataError(
            (problem("fichier absent", "file not found", file=path.name, remedy=("chairs run", "chairs run")),)
        )
    return pd.read_parquet(path)


def _first(week: str | None, last: dt.datetime, days: float, zone: str) -> dt.datetime:
    """Return the first moment: the day named, else the last Monday from which on the log has so many days."""
    from chairs.core.errors import SettingError, problem

    if week is None:
        first = (last - dt.timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (first - dt.timedelta(days=first.weekday())).replace(tzinfo=ZoneInfo(zone))
    try:
        return dt.datetime.fromisoformat(week).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise SettingError(
            (problem("--week n'est pas une date", "--week is not a date", remedy=("2024-01-08", "2024-01-08")),)
        ) from None
