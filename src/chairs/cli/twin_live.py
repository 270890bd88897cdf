"""`chairs twin live | forecast`: the twin beside a hospital's feed, and its forecast from an event log."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chairs.cli.json_file import content
from chairs.cli.twin_beds import beds_of, refuse_strange
from chairs.store.files import sha256_of
from chairs.store.stage import language

if TYPE_CHECKING:
    import pandas as pd

    from chairs.flow.risk.model import RiskModel
    from chairs.live.feed import Feed
    from chairs.live.inbox import Inbox
    from chairs.live.snapshots import Snapshot
    from chairs.live.update import Settings
    from chairs.twin.model import Model
    from chairs.twin.outlook import Outlook, Question
    from chairs.twin.whereabouts import Rule

    When = tuple[Path, dt.datetime | None]  # where the snapshot goes, and the moment of the update; None: now

console = Console(highlight=False, soft_wrap=True)
aside = Console(highlight=False, soft_wrap=True, stderr=True)

Mapping = Annotated[Path | None, typer.Option(help="Column mapping (YAML), as `chairs data check` takes it.")]
Beds = Annotated[list[str] | None, typer.Option(help="Open beds of a unit: UNIT=NUMBER; again for each unit.")]
Outside = Annotated[list[str] | None, typer.Option(help="Step at which the patient is not there; may be repeated.")]
Final = Annotated[list[str] | None, typer.Option(help="Step that ends a pathway; may be repeated.")]


def live_(  # noqa: PLR0917 - one argument per option of the command
    feed: Annotated[Path, typer.Option(help="Folder the hospital writes HL7 files (.hl7) and CSV drops into.")],
    model: Annotated[Path | None, typer.Option(help="The model that forecasts, a JSON file.")] = None,
    risk: Annotated[Path | None, typer.Option(help="The risk model (data/risk/STUDY/model.json).")] = None,
    weigh: Annotated[bool, typer.Option("--weigh", help="Let the forecast count each patient's own risk too.")] = False,
    once: Annotated[bool, typer.Option("--once", help="One update, then stop.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Minutes between updates.")] = 60.0,
    out: Annotated[Path | None, typer.Option(help="Folder of inbox and snapshot (default: FEED/.live).")] = None,
    mapping: Mapping = None,
    timezone: Annotated[str, typer.Option(help="Clock of time stamps without offset.")] = "Europe/Paris",
    at: Annotated[str | None, typer.Option(help="Moment of the update (default: now), for a replay.")] = None,
    stale: Annotated[float, typer.Option(help="Minutes after which data are too old.")] = 180.0,
    hours: Annotated[int, typer.Option(min=1, help="Hours ahead.")] = 48,
    replications: Annotated[int, typer.Option(min=1, help="Futures drawn.")] = 200,
    beds: Beds = None,
    outside: Outside = None,
    final: Final = None,
) -> None:
    """Follow a feed: read what came, say who is where, forecast, write a snapshot; every hour, or once."""
    from chairs.core.clock import check_zone
    from chairs.live.feed import Feed
    from chairs.live.inbox import Inbox

    check_zone(timezone, "--timezone")
    _there(feed, folder=True)
    settings = _settings((model, risk, weigh), stale, _question(hours, replications, beds), _rule(outside, final))
    place = out or feed / ".live"
    source = Feed(folder=feed, mapping=_mapping(mapping), timezone=timezone)
    when = (place, None if at is None else _moment(at))
    _follow((source, Inbox(place / "inbox.sqlite")), when, settings, None if once else 60 * every)


def _settings(files: tuple[Path | None, Path | None, bool], stale: float, question: Question, rule: Rule) -> Settings:
    from chairs.live.update import Settings
    from chairs.twin.forecasting import Forecaster

    model, risk, weigh = files
    read = None if model is None else Forecaster(_model(model))
    key = None if model is None else sha256_of(model)
    return Settings(
        stale_minutes=stale, rule=rule, model=read, model_hash=key, question=question,
        risk=None if risk is None else _risk(risk), weigh=weigh,
    )  # fmt: skip


def _question(hours: int, replications: int, beds: list[str] | None) -> Question:
    from chairs.twin.outlook import Question

    return Question(hours=hours, replications=replications, beds=beds_of(beds))


def _rule(outside: list[str] | None, final: list[str] | None) -> Rule:
    from chairs.twin.whereabouts import Rule

    return Rule(outside=tuple(outside or ()), final=tuple(final or ()))


def _follow(where: tuple[Feed, Inbox], when: When, settings: Settings, pause: float | None) -> None:
    """Update once, or again and again: then what cannot be done now is said, and tried again after the pause."""
    from chairs.core.errors import DataError, SettingError
    from chairs.live.update import tidy

    while pause is not None:
        try:
            _update(where, when, settings)
        except (DataError, SettingError) as error:  # e.g. one hour most of those present are at unknown steps
            aside.print(error.say(language()), markup=False)
        tidy()
        time.sleep(pause)
    _update(where, when, settings)


def _update(where: tuple[Feed, Inbox], when: When, settings: Settings) -> None:
    from chairs.live.update import update

    (source, inbox), (place, at) = where, when
    received = source.receive(inbox)
    for refused in received.problems:
        aside.print(refused.say(language()), markup=False)
    now = dt.datetime.now(tz=dt.UTC).replace(microsecond=0) if at is None else at
    total = settings.question.replications if settings.model is not None and settings.question else None
    with Progress(console=aside, transient=True) as bar:
        task = bar.add_task(source.folder.name, total=total)
        snapshot = update(inbox, place, now, settings, lambda done: bar.update(task, completed=done))
    _say(snapshot, received.new, len(received.problems))
    _doubt(snapshot, settings)


def _doubt(snapshot: Snapshot, settings: Settings) -> None:
    """Say which beds count for nothing: their unit may come up in a later hour, so that the service goes on."""
    from chairs.core.errors import SettingError

    if snapshot.outlook and settings.question is not None:
        try:
            refuse_strange(settings.question.beds, {row["unit"] for row in snapshot.outlook})
        except SettingError as error:
            aside.print(error.say(language()), markup=False)


def _say(snapshot: Snapshot, new: int, refused: int) -> None:
    french = language() == "fr"
    age = f"{snapshot.age_minutes:.0f} min"
    said = (
        f"{snapshot.at} : {new} messages nouveaux, {refused} refusés, données vieilles de {age}, "
        f"{snapshot.census.get('all', 0)} présents"
        if french
        else f"{snapshot.at}: {new} new messages, {refused} refused, data {age} old, "
        f"{snapshot.census.get('all', 0)} present"
    )
    if (found := snapshot.admissions) and french:
        said += f" ; admissions attendues : {found['mean']:.1f} ({found['low']:.0f} à {found['high']:.0f})"
        said += f" parmi {found['undecided']:.0f} aux urgences, {found['waiting']:.0f} attendent un lit"
    elif found:
        said += f"; admissions expected: {found['mean']:.1f} ({found['low']:.0f} to {found['high']:.0f})"
        said += f" among {found['undecided']:.0f} in the ED, {found['waiting']:.0f} wait for a bed"
    console.print(said, markup=False)


def forecast_(  # noqa: PLR0917 - one argument per option of the command
    model: Annotated[Path, typer.Argument(help="The model, a JSON file.")],
    events: Annotated[Path, typer.Option(help="The event log: Parquet, CSV or XES.")],
    at: Annotated[str, typer.Option(help="Last moment known, with its time zone: 2026-01-05T08:00+01:00.")],
    out: Annotated[Path, typer.Option(help="Write the forecast here (Parquet, contract `outlook`).")],
    hours: Annotated[int, typer.Option(min=1, help="Hours ahead.")] = 168,
    mapping: Mapping = None,
    replications: Annotated[int, typer.Option(min=1, help="Futures drawn.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    level: Annotated[str, typer.Option(help="Arrivals: `recent` (the log's last 4 weeks) or `model`.")] = "recent",
    beds: Beds = None,
    outside: Outside = None,
    final: Final = None,
) -> None:
    """Start the model from the patients present at a moment of an event log, and foresee each unit's census.

    What the log says of later moments is used for one thing: that a patient had not left yet.
    """
    from chairs.store.parquet import write_as
    from chairs.tables import CONTRACTS
    from chairs.twin.folding import fold, notices_of
    from chairs.twin.outlook import Question, names, outlook, units_of
    from chairs.twin.whereabouts import people

    moment, log = _moment(at), _events(events, mapping)
    read = _levelled(_model(model), level, log, moment)
    rule = _rule(outside, final)
    ends = bool(log["end"].notna().any())
    here = people(fold(notices_of(_near(log, moment, final))), round(moment.timestamp() * 1_000_000), rule, ends=ends)
    question = Question(hours=hours, replications=replications, seed=seed, beds=beds_of(beds), units=units_of(log))
    refuse_strange(question.beds, names(read, here, question))
    with Progress(console=aside, transient=True) as bar:
        task = bar.add_task(read.name, total=replications)
        found = outlook(read, here, moment, question, lambda done: bar.update(task, completed=done))
    write_as(found.table, CONTRACTS["outlook"], out)
    _tell(found)


def _levelled(model: Model, level: str, log: pd.DataFrame, moment: dt.datetime) -> Model:
    from chairs.core.errors import unknown
    from chairs.twin.levelling import levelled, recent_level

    if level not in ("recent", "model"):
        raise unknown(("niveau", "level"), level, ("recent", "model"), file="--level")
    return levelled(model, recent_level(model, log, moment)) if level == "recent" else model


def _near(log: pd.DataFrame, moment: dt.datetime, final: list[str] | None) -> pd.DataFrame:
    """Return the cases that had begun by a moment and may not have ended, so that a large log costs little."""
    begins = log["start"].fillna(log["end"]).fillna(log["requested"]).groupby(log["case_id"]).min()
    going = log["end"].isna() | (log["end"] > moment)
    near = set(begins.index[begins <= moment])
    if not final:
        near &= set(log.loc[going, "case_id"])
    return log[log["case_id"].isin(near)]


def _tell(found: Outlook) -> None:
    french = language() == "fr"
    table = found.table
    heads = ("unité", "présents", "dans 24 h", "80 %") if french else ("unit", "present", "in 24 h", "80 %")
    shown = Table(*heads)
    census = table[table["measure"] == "census"]
    for unit, rows in census.groupby("unit", sort=True):
        now, then = rows.iloc[0], rows.iloc[min(24, len(rows) - 1)]
        shown.add_row(
            str(unit), f"{now['mean']:.0f}", f"{then['mean']:.1f}", f"{then['q0.1']:.0f} – {then['q0.9']:.0f}"
        )
    console.print(shown)
    if found.guessed:
        said = (
            f"{found.guessed} présents sur {found.present} sont à une étape que le modèle ne connaît pas : placés par "
            "leur unité"
            if french
            else f"{found.guessed} of {found.present} present are at a step the model does not know: placed by unit"
        )
        aside.print(said, markup=False)


def _there(path: Path, *, folder: bool = False) -> None:
    from chairs.core.errors import SettingError, problem

    if not (path.is_dir() if folder else path.is_file()):
        fr, en = ("dossier absent", "folder not found") if folder else ("fichier absent", "file not found")
        raise SettingError((problem(fr, en, file=path.name),))


def _model(path: Path) -> Model:
    from chairs.core.errors import SettingError, problem
    from chairs.twin.hospital.wards import TRANSFER
    from chairs.twin.model import read_model

    read = read_model(content(path), path.name)
    if TRANSFER in read.classes:  # its classes say what will become of a patient: nobody knows that of those present
        what = ("modèle des scénarios : il ne part pas des présents", "a scenarios' model: not started from a log")
        remedy = ("donner celui de « chairs twin calibrate »", 'give that of "chairs twin calibrate"')
        raise SettingError((problem(*what, file=path.name, remedy=remedy),))
    return read


def _risk(path: Path) -> RiskModel:
    from chairs.flow.risk.model import read_risk

    return read_risk(content(path), path.name)


def _mapping(path: Path | None):  # type: ignore[no-untyped-def]
    from chairs.core.records import read_yaml
    from chairs.sources.mapping import mapping_of

    return mapping_of({**(read_yaml(path) or {}), "source": path.name}) if path else None


def _events(path: Path, mapping: Path | None) -> pd.DataFrame:
    from chairs.sources.event_log import read_event_log

    _there(path)
    return read_event_log([path], _mapping(mapping))["events"]


def _moment(text: str) -> dt.datetime:
    from chairs.core.errors import SettingError, problem

    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SettingError(
            (
                problem(
                    "--at n'est pas une date avec son fuseau",
                    "--at is not a date with its time zone",
                    remedy=("écrire 2026-01-05T08:00+01:00", "write 2026-01-05T08:00+01:00"),
                ),
            )
        )
    return found
