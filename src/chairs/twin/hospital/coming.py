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
LEAST_A_LEVEL = 730  # sent home, for a season of their own: ten at each of its points


@dataclass(frozen=True)
class Coming:
    """One list: its name, department or kind, first step, shares of classes, local minutes of its arrivals."""

    name: str
    of: str
    to: str
    classes: Mapping[str, float]
    moments: np.ndarray


def lists(log: HospitalLog, emergency: Emergency, wanted: Wanted, planned: Sequence[str]) -> tuple[Arrivals, ...]:
    """Return the lists of arrivals.

    Notes
    -----
    Each list has its own hours of the week. Those of a department are who is admitted, and by level who is sent home
    (rare levels together), each with a season of its own: when more are admitted, fewer of the levels that often are
    go home. Planned admissions are few a ward, so that all of a kind share season and holidays. The over-dispersion of
    the days is that of a department or kind as a whole, and its busy days are those of all its lists.
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
    came, counts = log.local(log.visits["arrival"].to_numpy()), np.bincount(emergency.code)
    lists: dict[tuple[str, str], list[int]] = {}
    for k, name in enumerate(emergency.classes):
        rest, _, fate = name.rpartition(" ")
        if k < len(counts) and counts[k]:
            department, alone = rest.rpartition(" ")[0], fate == "home" and counts[k] >= LEAST_A_LEVEL
            lists.setdefault((department, name if alone else f"{department} {fate}"), []).append(k)
    found: dict[str, list[Coming]] = {}
    for (department, list_name), codes in lists.items():
        names = [emergency.classes[k] for k in codes]
        share = dict(zip(names, lengths.shares(counts[codes]), strict=True))
        mine = np.isin(emergency.code, codes)
        one = Coming(list_name, department, f"{department} triage", share, came[mine])
        found.setdefault(department, []).append(one)
    return list(found.values())


def _kinds(log: HospitalLog, wanted: Wanted, planned: Sequence[str]) -> list[list[Coming]]:
    first = (log.stays["order"] == 0).to_numpy()
    asked = np.concatenate([log.stays["requested"].to_numpy()[first], log.cancelled["requested"].to_numpy()])
    kinds = np.concatenate([log.stays["kind"].to_numpy(object)[first], log.cancelled["kind"].to_numpy(object)])
    rows = np.concatenate([wanted.ward[first], log.codes(log.cancelled["unit"])])
    found = []
    for kind in planned:
        mine = np.flatnonzero(kinds == kind)
        moments, row = log.local(asked[mine]), rows[mine]
        each = [(ward, moments[row == k]) for k, ward in enumerate(log.wards)]
        found.append(
            [
                Coming(f"{kind} {ward}", kind, f"ask {ward}", {kind: 1.0}, some)
                for ward, some in each
                if len(some) >= LEAST_A_LIST
            ]
        )
    return found


def _season(some: Sequence[Coming], days: np.ndarray) -> Season:
    counts = np.sum([counts_of(one.moments, days) for one in some], axis=0)
    return season_of(counts, week_of(counts, days, COUNTRY), days, COUNTRY)


def _written(some: Sequence[Coming], days: np.ndarray, seasons: Sequence[Season]) -> list[Arrivals]:
    """Return the lists of one department or kind as the model holds them."""
    total, due, rates = np.zeros(len(days)), [], []
    for one, season in zip(some, seasons, strict=True):
        counts = counts_of(one.moments, days)
        week, daily = week_of(counts, days, COUNTRY), counts.sum(axis=1)
        expected = season.due(week.sum(axis=1), days, COUNTRY)
        rates.append(week * daily.sum() / max(expected.sum(), 1e-9))  # as many as came over the whole log
        due.append(expected * daily.sum() / max(expected.sum(), 1e-9))
        total += daily
    cv = overdispersion(total, np.sum(due, axis=0))
    return [
        Arrivals(
            name=one.name, to=one.to, classes=one.classes, rates=tuple(float(f"{r:.5g}") for r in rate.ravel()),
            season=season.factors, holiday=season.holiday, holiday_as=season.holiday_as, country=COUNTRY,
            level_cv=round(float(cv), 4), level_group=one.of,
        )
        for one, season, rate in zip(some, seasons, rates, strict=True)
    ]  # fmt: skip
