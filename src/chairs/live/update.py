"""The hourly update: from the inbox to who is where, to a forecast, to a snapshot; refused when the data are old."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, SettingError, problem
from chairs.live.inbox import ENDS, NEWEST, Inbox
from chairs.live.snapshots import Snapshot, write_snapshot
from chairs.twin.folding import digest
from chairs.twin.whereabouts import Person, Rule, count, people

if TYPE_CHECKING:
    import pandas as pd

    from chairs.flow.risk.model import RiskModel
    from chairs.twin.forecasting import Forecaster
    from chairs.twin.leaning import Leaning
    from chairs.twin.model import Model
    from chairs.twin.outlook import Question

MINUTE = 60_000_000
AHEAD = 60  # minutes by which a sender's clock may be fast


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an update is made.

    Parameters
    ----------
    stale_minutes
        Older data are refused.
    rule
        How presence is read.
    model, model_hash, question
        What forecasts; without a model the snapshot has the census only. Who updates again and again gives a
        forecaster: the snapshots are the same, from the second on sooner.
    risk
        What says how many of the emergency patients present will be admitted.
    weigh
        Does each one's own chance by `risk` also count in the forecast (`chairs.twin.leaning`)? It makes the
        admissions of those present more certain; for the census a day ahead it was worth nothing (docs/how-to).
    """

    stale_minutes: float = 180.0
    rule: Rule = field(default_factory=Rule)
    model: Model | Forecaster | None = None
    model_hash: str | None = None
    question: Question | None = None
    risk: RiskModel | None = None
    weigh: bool = False


def update(
    inbox: Inbox, folder: Path, now: dt.datetime, settings: Settings, progress: Callable[[int], None] | None = None
) -> Snapshot:
    """Make one snapshot from what the inbox holds and return it.

    Parameters
    ----------
    folder
        Where the snapshot is written.
    now
        Moment of the update, with its time zone.

    Raises
    ------
    DataError
        When there are no data, when they are older than `stale_minutes`, or from the future; the former snapshot
        stays, with its own date.
    SettingError
        When the model cannot start from those present; a snapshot without forecast is written before, because the
        census needs no model.
    """
    at = round(now.timestamp() * 1_000_000)
    age = refuse_stale(inbox.facts().get(NEWEST), at, settings.stale_minutes)
    present = present_at(inbox, at, settings.rule)
    foreseen, refused = _tried(present, now, settings, progress)
    snapshot = Snapshot(
        at=_iso(at),
        newest=_iso(at - round(age * MINUTE)),
        age_minutes=round(age, 3),
        state=digest(present),
        model=None if refused else settings.model_hash,
        census=count(present),
        admissions=_admissions(present, at, settings),
        **foreseen,  # type: ignore[arg-type]
    )
    write_snapshot(snapshot, folder)
    if refused is not None:
        raise refused
    return snapshot


def present_at(inbox: Inbox, at: int, rule: Rule) -> tuple[Person, ...]:
    """Return who is present by what the inbox holds."""
    facts = inbox.facts()
    return people(inbox.known(), at, rule, ends=bool(facts.get(ENDS, 0)))


def tidy() -> None:
    """Free what is no longer used, and look through what stays in this pause only: a model is a million objects."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def refuse_stale(newest: int | None, at: int, limit: float) -> float:
    """Return the age of the data in minutes.

    Raises
    ------
    DataError
        In words, when there is nothing, or when it is too old or from the future.

    Examples
    --------
    >>> refuse_stale(0, 90 * MINUTE, 180)
    90.0
    """
    if newest is None:
        raise _refused("le flux n'a encore rien apporté", "the feed has brought nothing yet")
    age = (at - newest) / MINUTE
    if age > limit:
        raise _refused(
            f"données vieilles de {age / 60:.1f} h (limite : {limit / 60:.1f} h) : pas de prévision",
            f"data are {age / 60:.1f} h old (limit: {limit / 60:.1f} h): no forecast is made",
        )
    if age < -AHEAD:
        raise _refused(
            f"données datées de {-age / 60:.1f} h dans l'avenir",
            f"data are dated {-age / 60:.1f} h in the future",
        )
    return age


def _refused(fr: str, en: str) -> DataError:
    return DataError(
        (
            problem(
                fr,
                en,
                remedy=(
                    "vérifier l'interface qui envoie les messages, et l'horloge",
                    "check the interface that sends the messages, and the clock",
                ),
            ),
        )
    )


def _iso(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment / 1_000_000, tz=dt.UTC).isoformat(timespec="seconds")


def _admissions(present: tuple[Person, ...], at: int, settings: Settings) -> dict[str, float]:
    if settings.risk is None:
        return {}
    from dataclasses import asdict

    from chairs.twin.admissions import expected_admissions

    return asdict(expected_admissions(settings.risk, present, at))


def _leaning(present: tuple[Person, ...], now: dt.datetime, settings: Settings) -> Leaning | None:
    if not settings.weigh or settings.risk is None:
        return None
    from chairs.twin.admissions import leaning

    return leaning(settings.risk, present, round(now.timestamp() * 1_000_000))


def _tried(
    present: tuple[Person, ...], now: dt.datetime, settings: Settings, progress: Callable[[int], None] | None
) -> tuple[dict[str, object], SettingError | None]:
    try:
        return _forecast(present, now, settings, progress), None
    except SettingError as error:
        return {}, error


def _forecast(
    present: tuple[Person, ...], now: dt.datetime, settings: Settings, progress: Callable[[int], None] | None
) -> dict[str, object]:
    if settings.model is None:
        return {}
    from chairs.twin.outlook import outlook

    own = _leaning(present, now, settings)
    found = outlook(settings.model, present, now, settings.question, progress, own)
    return {"guessed": found.guessed, "outlook": _rows(found.table)}


def _rows(table: pd.DataFrame) -> tuple[dict[str, object], ...]:
    """Return the rows of an outlook as JSON has them: moments in words, nothing where nothing is known."""
    names, columns = table.columns.tolist(), []
    for name in names:
        column = table[name]
        if name in ("origin", "target"):
            column = column.map({moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in column.unique()})
        columns.append(column.astype(object).where(column.notna(), None).tolist())
    return tuple(dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
