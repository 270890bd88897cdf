"""`chairs twin replay`: a past week played again with one change, on the same patients."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from chairs.cli.twin import _model, aside, console
from chairs.store import paths
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.core.errors import Language, Text
    from chairs.twin.model import Model
    from chairs.twin.replay import Past
    from chairs.twin.replayed import Replay
    from chairs.twin.scenario import Scenario

    Weeks = tuple[
        Callable[[dt.datetime], Past], dt.datetime, dt.datetime
    ]  # what makes a week ready, the first day of the one asked for, and when the log begins

REDRAWS_BEFORE = 4  # of each earlier week: its mean is enough
TABLES = ("events", "cases", "unit_hour")  # of a study
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
    others: Annotated[int, typer.Option(min=0, max=52, help="Earlier weeks played too, to know the twin's error.")] = 4,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for replay.csv, replay.json, fr.html, en.html.")] = None,
) -> None:
    """Play a past week again as it was, then with one change; say what differs, and whether it can be believed."""
    from chairs.cli.replay_page import printed

    asked, lang = _scenario(scenario, beds), language()
    log = partial(_from_study, study) if model is None else partial(_from_log, (model, events, cases))
    found, first = _played(lambda: log(week, days, asked), asked, (days, redraws, others, seed))
    about = paths.study(study) if model is None else None
    labels: dict[str, Text] = {} if about is None else dict(about.labels)
    said = _said(found, asked, first, beds, labels)
    console.print(*said[lang], sep="\n", markup=False)
    console.print(*printed(found, labels, lang), sep="\n", markup=False)
    for one in found.assumed:
        console.print(f"- {one.say(lang)}", markup=False)
    if out is not None:
        settings = {"first day": first, "days": days, "scenario": scenario, "beds": ", ".join(beds or ()) or None,
                    "redraws": redraws, "earlier weeks": others, "seed": seed}  # fmt: skip
        files = _files(study, (model, events, cases), scenario)
        name = study if model is None else re.sub(r"[^\w.-]+", "-", model.stem)
        _write(out, found, (name, about.notice if about else None), (said, labels), (files, settings))


def _played(log: Callable[[], Weeks], asked: Scenario, numbers: tuple[float, int, int, int]) -> tuple[Replay, str]:
    """Return what the replay found, the twin's error in earlier weeks with it, and the first day."""
    from chairs.twin.replay import beside_others, replay

    days, redraws, others, seed = numbers
    with Progress(console=aside, transient=True) as bar:
        task = bar.add_task("…", total=None)

        def told(done: int) -> None:
            bar.update(task, completed=done)

        weeks = log()
        past = weeks[0](weeks[1])
        bar.reset(task, total=others + redraws)
        before = _before(weeks, (days, others, seed), told)
        found = replay(past, asked, redraws=redraws, seed=seed, progress=lambda done: told(others + done))
    return beside_others(found, before), past.start.date().isoformat()


def _write(
    out: Path,
    found: Replay,
    named: tuple[str, Text | None],
    words: tuple[Mapping[Language, list[str]], Mapping[str, Text]],
    made: tuple[list[Path], Mapping[str, object]],
) -> None:
    """Write the files and pages, and keep the receipt that `chairs trace` gives."""
    from chairs.cli.replay_page import keep, mark, page
    from chairs.record.asked import keep as keep_receipt

    (of, notice), (said, labels) = named, words
    name = mark(found, of)
    keep(out, found, {lang: page(found, said[lang], labels, name, notice, lang) for lang in said})
    keep_receipt([name], "twin replay", *made)


def _said(
    found: Replay, asked: Scenario, first: str, beds: list[str] | None, labels: Mapping[str, Text]
) -> dict[Language, list[str]]:
    """Return the sentences in both languages, the change first."""
    from chairs.cli.replay_page import changed, head

    more = dict(map(_more, beds or ()))
    both: tuple[Language, Language] = ("fr", "en")
    return {lang: [changed(asked.title, more, labels, lang), *head(found, first, lang)] for lang in both}


def _files(study: str, given: tuple[Path | None, ...], scenario: str | None) -> list[Path]:
    """Return the files that a replay was made from."""
    folder = paths.stage_folder("ingest", study)
    read = [path for path in given if path is not None] or [folder / f"{name}.parquet" for name in TABLES]
    return read if scenario is None else [*read, _file(scenario)]


def _before(
    log: Weeks, numbers: tuple[float, int, int], told: Callable[[int], None]
) -> list[Mapping[str, tuple[float, ...]]]:
    """Return how far the replay lies from what happened in the weeks before, as far back as the log goes.

    A week that the log holds in part would count its empty hours as foretold: it is left out.
    """
    from chairs.core.errors import DataError
    from chairs.twin.replay import gaps

    make, first, begins = log
    days, others, seed = numbers
    found: list[Mapping[str, tuple[float, ...]]] = []
    for number in range(1, others + 1):
        start = first - dt.timedelta(days=math.ceil(days) * number)
        if start < begins:
            break
        try:
            found.append(gaps(make(start), redraws=REDRAWS_BEFORE, seed=seed))
        except DataError:
            break  # the log does not go back so far: fewer weeks say it
        told(number)
    return found


def _scenario(name: str | None, beds: list[str] | None) -> Scenario:
    """Return the change: the scenario named, with those it combines, and units more or fewer."""
    import dataclasses

    from chairs.core.records import read_yaml
    from chairs.twin.scenario import Scenario, merged, read_scenario

    resources = {unit: {"more": more} for unit, more in map(_more, beds or ())}
    if name is None:
        return Scenario(name="beds" if beds else "nothing", resources=resources)
    path = _file(name)
    asked = read_scenario(read_yaml(path), path.name)
    known = {one: read_scenario(read_yaml(paths.scenario_file(one)), one) for one in asked.combines}
    return dataclasses.replace(whole := merged(asked, known), resources={**whole.resources, **resources})


def _file(scenario: str) -> Path:
    named = scenario.endswith((".yaml", ".yml", ".json"))
    return Path(scenario) if named else paths.scenario_file(scenario)


def _more(text: str) -> tuple[str, int]:
    from chairs.core.errors import SettingError, problem

    unit, mark, number = text.rpartition("=")
    if not (unit and mark and number[:1] in "+-" and number[1:].isdigit()):
        raise SettingError(
            (problem("--beds attend UNITÉ=+NOMBRE", "--beds expects UNIT=+NUMBER", remedy=("MIN=+4", "MIN=+4")),)
        )
    return unit, int(number)


def _from_study(study: str, week: str | None, days: float, asked: Scenario) -> Weeks:
    from chairs.core.errors import SettingError, problem
    from chairs.twin.calibration.request import settings_of
    from chairs.twin.hospital.calibrate import calibrate_hospital
    from chairs.twin.hospital.effects import NO_QUEUE, touches_unlimited
    from chairs.twin.hospital.past import past_week

    clock = settings_of(paths.study(study), paths.params("discover")).timezone
    folder = paths.stage_folder("ingest", study)
    tables = [_table(folder / f"{name}.parquet") for name in TABLES]
    found = calibrate_hospital(tables[0], tables[1], tables[2], name=study, timezone=clock)
    if touches_unlimited(found.model, asked):
        raise SettingError((problem(NO_QUEUE.fr, NO_QUEUE.en, file=f"scenario, {asked.name}"),))
    last = dt.datetime(1970, 1, 1) + dt.timedelta(days=found.learnt.log.last + 1)
    return partial(past_week, found, days=days), _first(week, last, days, clock), _begins(tables[0])


def _from_log(files: tuple[Path, Path | None, Path | None], week: str | None, days: float, asked: Scenario) -> Weeks:
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
    return partial(retrace, read, log, days=days, cases=None if cases is None else _table(cases)), start, _begins(log)


def _begins(log: pd.DataFrame) -> dt.datetime:
    moment: dt.datetime = log[["start", "end"]].min().min().to_pydatetime()
    return moment


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
