"""Who comes to the hospital: lists by department and fate, by ward and kind of planned admission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chairs.twin.arrivals import Arrivals
from chairs.twin.hospital import lengths
from chairs.twin.hospital.emergency import Emergency
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.seasons import Season, counts_of, overdispersion, season_of, week_of
from chairs.twin.hospital.wanted import Wanted

COUNTRY = "FR"
LEAST_A_LIST = 22
FATES = ("admitted", "home")


@dataclass(frozen=True)
class Coming:
    """One list: its name, first step, shares of classes, and the local minutes of its arrivals."""

    name: str
    to: str
    classes: Mapping[str, float]
    moments: np.ndarray


def lists(log: HospitalLog, emergency: Emergency, wanted: Wanted, planned: Sequence[str]) -> tuple[Arrivals, ...]:
    """Return the lists of arrivals.

    Notes
    -----
    Each list has its own hours of the week. Those of a department have their own season (who is admitted comes more
    in winter); planned admissions are few a ward, so that all of a kind share season and holidays. The
    over-dispersion of the days is that of a department or kind as a whole.
    """
    days = np.arange(log.first, log.last + 1)
    found: list[Arrivals] = []
    for some in _departments(log, emergency):
        found += _written(some, days, [_season([one], days) for one in some])
    for some in _kinds(log, wanted, planned):
        if some:
            found += _written(some, days, [_season(some, days)] * len(some))
    return tuple(found)


def _departments(log: HospitalLog, emergency: Emergency) -> list[list[Coming]]:
    came, unit = log.local(log.visits["arrival"].to_numpy()), log.visits["unit"].to_numpy(str)
    found = []
    for department in sorted(set(unit)):
        some = []
        for fate in FATES:
            mine = (unit == department) & np.char.endswith(emergency.visit_class, fate)
            names, counts = np.unique(emergency.visit_class[mine], return_counts=True)
            share = dict(zip(names.tolist(), lengths.shares(counts), strict=True))
            some.append(Coming(f"{department} {fate}", f"{department} triage", share, came[mine]))
        found.append(some)
    return found


def _kinds(log: HospitalLog, wanted: Wanted, planned: Sequence[str]) -> list[list[Coming]]:
    first, kinds = (log.stays["order"] == 0).to_numpy(), log.stays["kind"].to_numpy(object)
    asked, off = log.stays["requested"].to_numpy(), log.cancelled["requested"].to_numpy()
    found = []
    for kind in planned:
        some = []
        for row, ward in enumerate(log.wards):
            mine = first & (wanted.ward == row) & (kinds == kind)
            gone = ((log.cancelled["unit"] == ward) & (log.cancelled["kind"] == kind)).to_numpy()
            moments = log.local(np.concatenate([asked[mine], off[gone]]))
            if len(moments) >= LEAST_A_LIST:
                some.append(Coming(f"{kind} {ward}", f"ask {ward}", {kind: 1.0}, moments))
        found.append(some)
    return found


def _season(some: Sequence[Coming], days: np.ndarray) -> Season:
    counts = np.sum([counts_of(one.moments, days) for one in some], axis=0)
    return season_of(counts, week_of(counts, days, COUNTRY), days, COUNTRY)


def _written(some: Sequence[Coming], days: np.ndarray, seasons: Sequence[Season]) -> list[Arrivals]:
    total, due, rates = np.zeros(len(days)), [], []
    for one, season in zip(some, seasons, strict=True):
        counts = counts_of(one.moments, days)
        week, daily = week_of(counts, days, COUNTRY), counts.sum(axis=1)
        expected = season.due(week.sum(axis=1), days, COUNTRY)
        rates.append(week * daily.sum() / max(expected.sum(), 1e-9))  # as many as came over the whole log
        due.append(expected * daily.sum() / max(expected.sum(), 1e-9))
        total += daily
    whole = np.sum(due, axis=0)
    # the lists draw their days apart: each varies a little more, so that their sum varies as it should
    sizes = np.array([one.sum() for one in due])
    cv = overdispersion(total, whole) * sizes.sum() / max(float(np.sqrt((sizes**2).sum())), 1e-9)
    return [
        Arrivals(
            name=one.name, to=one.to, classes=one.classes, rates=tuple(float(f"{r:.5g}") for r in rate.ravel()),
            season=season.factors, holiday=season.holiday, holiday_as=season.holiday_as, country=COUNTRY,
            level_cv=round(float(cv), 4),
        )
        for one, season, rate in zip(some, seasons, rates, strict=True)
    ]  # fmt: skip
