"""The watch over a log: stays and arrivals since the first days, the champion challenged by one learnt of late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chairs.core.errors import DataError, Problem, Text, problem
from chairs.core.records import build
from chairs.core.study import Study
from chairs.flow.settings import read_pathway
from chairs.twin.watch.arrivals import LONG_ENOUGH, arrivals_by_day, watch_arrivals
from chairs.twin.watch.departures import EPOCH, SHORTEST, Departures, kinds_of, learn_departures
from chairs.twin.watch.stays import days_of, stays_of
from chairs.twin.watch.watching import BANDS, Contest, Flow, Watched, contest, skill, watch
from chairs.twin.watch.words import judged, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

Row: TypeAlias = tuple[str, str, float | None, float | None, float | None, int, Text]  # flow, measure, value, bounds
SIDES = {
    ("stays", "low"): "longer", ("stays", "high"): "shorter",
    ("arrivals", "low"): "fewer", ("arrivals", "high"): "more",
}  # fmt: skip
UNWATCHED = Text(
    fr=f"Arrivées : le journal n'en porte pas assez pour une alarme (il faut {LONG_ENOUGH} jours).",
    en=f"Arrivals: the log does not hold enough of them for an alarm ({LONG_ENOUGH} days are needed).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """How a log is watched.

    Parameters
    ----------
    stays
        Steps that are stays in a unit.
    arrival
        Step that is an arrival at the site (None: arrivals are not watched).
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
    arrival: str | None = None
    place: str | None = "FR"
    timezone: str = "Europe/Paris"
    learn_days: int = 365
    recent_days: int = 120
    held_days: int = 42
    quarters: float = 12.0


def read_watch_request(study: Study, params: Mapping[str, Any], discover: Mapping[str, Any]) -> WatchRequest:
    """Return what a study asks: its block `watch`, its clock and arrivals, the numbers of `params.yaml`.

    Raises
    ------
    SettingError
        For an unknown or missing key.
    """
    where = f"{study.name}.yaml, watch"
    build(WatchRequest, {"stays": [""], **params}, "params.yaml, watch")  # so that its errors name that file
    pathway = read_pathway(study, discover)
    known = {"timezone": pathway.timezone, "arrival": pathway.arrival}
    return build(WatchRequest, {**known, **params, **study.watch}, where)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What the watch found: tables of the contracts `drift` and `drift_verdicts`, the model that stays in place.

    `arrivals` is None when they are not watched or the log is too short for it.
    """

    tables: dict[str, pd.DataFrame]
    model: Departures
    watched: Watched
    contest: Contest
    arrivals: Watched | None


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
    Arrivals need no champion: their forecast follows the log, and the first `learn_days` of it set the limit.
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
    coming = _arrivals(events, asked)
    rows = _verdicts(watched, found, worth) + _of_arrivals(coming, asked)
    tables = {"drift": _daily([watched, *([coming] if coming else [])]), "drift_verdicts": _table(rows)}
    model = challenger if found.replaced else first
    return Outcome(tables=tables, model=model, watched=watched, contest=found, arrivals=coming)


def _arrivals(events: pd.DataFrame | Path, asked: WatchRequest) -> Watched | None:
    days = None if asked.arrival is None else arrivals_by_day(events, asked.arrival, asked.timezone)
    return None if days is None else watch_arrivals(days, asked.learn_days, asked.place, asked.quarters)


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


def _daily(flows: list[Watched]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from chairs.tables import CONTRACTS

    parts = []
    for watched in flows:
        alarm = np.full(len(watched.observed), None, dtype=object)
        for one in watched.alarms:
            alarm[one.at] = SIDES[watched.flow, one.side]
        columns = {
            "flow": watched.flow, "day": watched.dates.strftime("%Y-%m-%d"), "observed": watched.observed,
            "expected": watched.expected.round(3), "low_80": watched.low_80.round(3),
            "high_80": watched.high_80.round(3), "below": watched.sums.low.round(4),
            "above": watched.sums.high.round(4), "limit": watched.sums.limit, "alarm": alarm,
        }  # fmt: skip
        parts.append(pd.DataFrame(columns))
    return CONTRACTS["drift"].conform(pd.concat(parts, ignore_index=True))


def _verdicts(watched: Watched, found: Contest, worth: float | None) -> list[Row]:
    n = len(watched.observed)
    half = 1.959964 * float((watched.deviation**2).sum() ** 0.5 / watched.expected.sum())
    words = _plain("score logarithmique par patient et jour", "log score of a patient-day")
    return [
        *_common(watched, half),
        ("stays", "skill", worth, None, None, n, _gained(worth)),
        ("stays", "champion_score", found.champion, None, None, found.days, words),
        ("stays", "challenger_score", found.challenger, None, None, found.days, words),
        ("stays", "gain", found.gain, found.low, found.high, found.days, judged(found)),
        ("stays", "replaced", float(found.replaced), None, None, found.days, judged(found)),
    ]


def _of_arrivals(watched: Watched | None, asked: WatchRequest) -> list[Row]:
    """Return the verdicts on arrivals; their days follow one another, so that no interval is given for the ratio."""
    if asked.arrival is None:
        return []
    if watched is None:
        return [("arrivals", "alarms", None, None, None, 0, UNWATCHED)]
    rise = watched.told_rise
    words = _plain("hausse durable qui se verrait dans la semaine", "lasting rise that would show within a week")
    return [*_common(watched, None), ("arrivals", "told_rise", rise, None, None, len(watched.observed), words)]


def _common(watched: Watched, half: float | None) -> Iterator[Row]:
    """Yield alarms, seen over foreseen (with its interval, given half its width) and coverages of a flow."""
    import numpy as np

    flow, n = watched.flow, len(watched.observed)
    share = float(watched.observed.sum() / watched.expected.sum())
    low, high = (None, None) if half is None else (share - half, share + half)
    yield (flow, "alarms", float(len(watched.alarms)), None, None, n, told(watched))
    yield (flow, "ratio", share, low, high, n, _ratio(flow, share))
    for name, width in BANDS.items():
        inside = float((np.abs(watched.residuals) <= width).mean())
        spread = 1.959964 * (inside * (1 - inside) / n) ** 0.5
        level = name.removeprefix("coverage_")
        words = _plain(f"jours dans l'intervalle à {level} %", f"days inside the {level}% interval")
        yield (flow, name, inside, inside - spread, inside + spread, n, words)


def _table(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    from chairs.tables import CONTRACTS

    table = pd.DataFrame(rows, columns=["flow", "measure", "value", "low", "high", "days", "words"])
    for name in ("value", "low", "high"):
        table[name] = table[name].astype("float64").round(6)
    table["sentence_fr"] = [text.fr for text in table["words"]]
    table["sentence_en"] = [text.en for text in table["words"]]
    return CONTRACTS["drift_verdicts"].conform(table.drop(columns="words"))


def _ratio(flow: Flow, share: float) -> Text:
    fr, en = {"stays": ("sorties", "departures"), "arrivals": ("arrivées", "arrivals")}[flow]
    return _plain(f"{fr} constatées / prévues : {share:.3f}".replace(".", ","), f"{en} seen / foreseen: {share:.3f}")


def _gained(worth: float | None) -> Text:
    if worth is None:
        return _plain("aucun jour avant la veille dans ce journal", "no day before the watch in this log")
    return _plain("gain sur la moyenne du jour", "gain over the mean of the day")


def _plain(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)
