"""The watch over a log: champion learnt from its first days, watched since, challenged by one learnt of late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Problem, Text, problem
from chairs.core.records import build
from chairs.core.study import Study
from chairs.flow.settings import read_pathway
from chairs.twin.watch.departures import EPOCH, SHORTEST, Departures, kinds_of, learn_departures
from chairs.twin.watch.stays import days_of, stays_of
from chairs.twin.watch.watching import BANDS, Contest, Watched, contest, skill, watch
from chairs.twin.watch.words import judged, told

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """How a log is watched.

    Parameters
    ----------
    stays
        Steps that are stays in a unit.
    place, timezone
        Country of the public holidays (None: none), clock of the site.
    learn_days
        First days, from which a champion is learnt when none is given; at most half of the log.
    recent_days, held_days
        The challenger learns from the days before the last ones, on which both are compared.
    quarters
        One false alarm in so many quarters.
    """

    stays: tuple[str, ...]
    place: str | None = "FR"
    timezone: str = "Europe/Paris"
    learn_days: int = 365
    recent_days: int = 120
    held_days: int = 42
    quarters: float = 12.0


def read_watch_request(study: Study, params: Mapping[str, Any], discover: Mapping[str, Any]) -> WatchRequest:
    """Return what a study asks: its block `watch`, its clock, the numbers of `params.yaml`.

    Raises
    ------
    SettingError
        For an unknown or missing key.
    """
    where = f"{study.name}.yaml, watch"
    build(WatchRequest, {"stays": [""], **params}, "params.yaml, watch")  # so that its errors name that file
    zone = read_pathway(study, discover).timezone
    return build(WatchRequest, {"timezone": zone, **params, **study.watch}, where)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What the watch found: tables of the contracts `drift` and `drift_verdicts`, the model that stays in place."""

    tables: dict[str, pd.DataFrame]
    model: Departures
    watched: Watched
    contest: Contest


def watch_log(events: pd.DataFrame | Path, asked: WatchRequest, champion: Departures | None = None) -> Outcome:
    """Watch a log since the days a champion was learnt from, and let a challenger compete.

    Raises
    ------
    DataError
        For a log without dated stays, or too short: 56 days to learn from and as many to watch; with a champion
        given, for a log with fewer than `held_days` days after those it learnt from.

    Notes
    -----
    Only days after the last one that the champion learnt from are watched and judge it, whichever log it came from.
    """
    days = days_of(stays_of(events, asked.stays, asked.timezone))
    size = len(days.there)
    learn = min(asked.learn_days, size // 2)
    if size < 2 * SHORTEST or size - learn <= asked.held_days:
        raise DataError((_too_short(2 * SHORTEST),))
    kinds = kinds_of(days.dates, asked.place)
    first = champion or learn_departures(days.between(0, learn), kinds[:learn])
    begun = max(0, first.learnt[1] + 1 - days.first)
    cut = size - asked.held_days
    if begun > cut:
        raise DataError((_nothing_new(first, asked.held_days),))
    watched = watch(first, days.between(begun, size), asked.place, asked.quarters)
    since = max(0, cut - asked.recent_days)
    challenger = learn_departures(days.between(since, cut), kinds[since:cut])
    found = contest(first, challenger, days.between(cut, size), asked.place)
    worth = skill(watched, (days.left[:begun].sum(axis=(1, 2)), kinds[:begun]), kinds[begun:])
    tables = {"drift": _daily(watched), "drift_verdicts": _verdicts(watched, found, worth)}
    return Outcome(tables=tables, model=challenger if found.replaced else first, watched=watched, contest=found)


def _too_short(least: int) -> Problem:
    return problem(
        f"journal trop court pour une veille : il faut {least} jours",
        f"log too short to be watched: {least} days are needed",
        remedy=("donner un journal plus long", "give a longer log"),
    )


def _nothing_new(model: Departures, held: int) -> Problem:
    last = EPOCH + dt.timedelta(days=model.learnt[1])
    return problem(
        f"le modèle en place a appris jusqu'au {last:%d/%m/%Y} : il faut {held} jours après, qu'il n'a pas vus",
        f"the champion has learnt up to {last}: {held} days after it, which it has not seen, are needed",
        remedy=("donner un journal plus récent", "give a later log"),
    )


def _daily(watched: Watched) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from chairs.tables import CONTRACTS

    half = BANDS["coverage_80"] * watched.deviation
    alarm = np.full(len(watched.observed), None, dtype=object)
    for one in watched.alarms:
        alarm[one.at] = "longer" if one.side == "low" else "shorter"
    table = pd.DataFrame(
        {
            "day": watched.days.dates.strftime("%Y-%m-%d"), "observed": watched.observed,
            "expected": watched.expected.round(3), "low_80": np.maximum(watched.expected - half, 0).round(3),
            "high_80": (watched.expected + half).round(3), "longer": watched.longer.round(4),
            "shorter": watched.shorter.round(4), "limit": watched.limit, "alarm": alarm,
        }
    )  # fmt: skip
    return CONTRACTS["drift"].conform(table)


def _verdicts(watched: Watched, found: Contest, worth: float | None) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from chairs.tables import CONTRACTS

    n = len(watched.observed)
    share = float(watched.observed.sum() / watched.expected.sum())
    half = 1.959964 * float(np.sqrt((watched.deviation**2).sum()) / watched.expected.sum())
    rows = [
        ("alarms", float(len(watched.alarms)), None, None, n, told(watched)),
        ("ratio", share, share - half, share + half, n, _ratio(share)),
        ("skill", worth, None, None, n, _gained(worth)),
    ]
    for name, width in BANDS.items():
        inside = float((np.abs(watched.residuals) <= width).mean())
        spread = 1.959964 * (inside * (1 - inside) / n) ** 0.5
        level = name.removeprefix("coverage_")
        words = _plain(f"jours dans l'intervalle à {level} %", f"days inside the {level}% interval")
        rows.append((name, inside, inside - spread, inside + spread, n, words))
    words = _plain("score logarithmique par patient et jour", "log score of a patient-day")
    rows += [
        ("champion_score", found.champion, None, None, found.days, words),
        ("challenger_score", found.challenger, None, None, found.days, words),
        ("gain", found.gain, found.low, found.high, found.days, judged(found)),
        ("replaced", float(found.replaced), None, None, found.days, judged(found)),
    ]
    table = pd.DataFrame(rows, columns=["measure", "value", "low", "high", "days", "words"])
    for name in ("value", "low", "high"):
        table[name] = table[name].astype("float64").round(6)
    table["sentence_fr"] = [text.fr for text in table["words"]]
    table["sentence_en"] = [text.en for text in table["words"]]
    return CONTRACTS["drift_verdicts"].conform(table.drop(columns="words"))


def _ratio(share: float) -> Text:
    return _plain(
        f"sorties constatées / prévues : {share:.3f}".replace(".", ","), f"departures seen / foreseen: {share:.3f}"
    )


def _gained(worth: float | None) -> Text:
    if worth is None:
        return _plain("aucun jour avant la veille dans ce journal", "no day before the watch in this log")
    return _plain("gain sur la moyenne du jour", "gain over the mean of the day")


def _plain(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)
