"""A hospital's log drawn again by weeks: how much of an effect is the chance of this one log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.streams import stream
from chairs.twin.clock import holidays_among, local_minutes
from chairs.twin.hospital.reading import DAY, HospitalLog

if TYPE_CHECKING:
    import pandas as pd

WEEK = 7 * DAY
COUNTRY = "FR"
NEAR, FAR = 1.0, 3.0  # weeks of the year by which a week drawn may be away; FAR to have LEAST to draw from
LEAST = 6
YEAR_WEEKS = 365.25 / 7


@dataclass(frozen=True)
class Drawn:
    """A log drawn again, and for each of its stays the line of the log it comes from."""

    log: HospitalLog
    stay: np.ndarray


def resampled(log: HospitalLog, number: int, seed: int = 0) -> Drawn:
    """Return the log with its weeks drawn again, with replacement, each from the same season.

    Parameters
    ----------
    number, seed
        Which of the samples; the same numbers give the same log.

    Notes
    -----
    Block bootstrap (Künsch, *Annals of Statistics* 17, 1989) of whole weeks: each week is replaced by one drawn among
    its neighbours in the year, in any year, under the same clock (summer or winter time) and with public holidays on
    the same weekdays: those at most one week away, or the nearest six where these are fewer, at most three weeks away
    (more would flatten the peak of a winter). So few make the standard error of a mean too small (`too_alike`). A case
    goes with the week of its arrival, its times moved by whole weeks. Beds, staff and wards wanted were read from the
    log as it was and are not drawn again: mixing weeks would tear the queues that show them. Nor does a stay end among
    other days of rest than its own: who is kept over them is learnt on the days on which the stays were spent.
    """
    cases = _first_moments(log)
    first, last = log.first // 7, log.last // 7  # weeks since 1970, a Thursday
    weeks = np.arange(first, last + 1)
    whole = (7 * weeks >= log.first) & (7 * weeks + 6 <= log.last)
    source = weeks.copy()
    source[whole] = weeks[whole][_draw(weeks[whole], log.timezone, stream(seed, "twin", "weeks", number))]
    most = 1 + max(int(getattr(log, name)["case_id"].max()) for name in cases if len(getattr(log, name)))
    place = np.argsort(source, kind="stable")
    tables, stay_lines = {}, np.empty(0, dtype=int)
    for name in ("visits", "stays", "cancelled"):
        table = getattr(log, name)
        week = np.floor(cases[name] / WEEK).astype(int)
        outside = np.flatnonzero((week < first) | (week > last))  # there before the log began: kept as they are
        line, copy = _lines(week, weeks, source[place], place)
        rows, shift = np.append(line, outside), np.append(WEEK * (weeks[copy] - week[line]), np.zeros(len(outside)))
        own = most * np.append(copy + 1, np.zeros(len(outside), dtype=int))
        tables[name] = _moved(table, rows, shift, own)
        if name == "stays":
            stay_lines = rows[tables[name].index.to_numpy()]
            tables[name] = tables[name].reset_index(drop=True)
    return Drawn(log=replace(log, **tables), stay=stay_lines)


def _first_moments(log: HospitalLog) -> dict[str, np.ndarray]:
    """Return, for each line of each table, the local moment at which its case came."""
    asked = log.stays["requested"].fillna(log.stays["start"])
    came = asked.groupby(log.stays["case_id"]).transform("min")
    arrived = log.visits.set_index("case_id")["arrival"]
    known = arrived.reindex(log.stays["case_id"]).to_numpy()
    return {
        "visits": log.local(log.visits["arrival"].to_numpy()),
        "stays": log.local(np.where(np.isfinite(known), known, came.to_numpy())),
        "cancelled": log.local(log.cancelled["requested"].to_numpy()),
    }


def too_alike(log: HospitalLog) -> float:
    """Return by how much the spread of means over logs drawn again is too small, as the factor that puts it right.

    Notes
    -----
    A draw among n values has (n - 1)/n of their variance (Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993,
    section 5.3); n here is the number of weeks from which a week is drawn. With two years of independent weeks the
    standard error is 0.87 of the true one, and 0.95 with this factor: a week may also be drawn for its neighbours
    (tests/unit/twin/test_hospital_log.py).
    """
    weeks = np.arange(log.first // 7, log.last // 7 + 1)
    many = np.array([len(one) for one in _alike(weeks, log.timezone)])
    return float(np.mean(1 - 1 / many[many > 1]) ** -0.5) if (many > 1).any() else 1.0


def _draw(weeks: np.ndarray, timezone: str, rng: np.random.Generator) -> np.ndarray:
    """Return for each week the place of the one drawn for it."""
    return np.array([rng.choice(one) for one in _alike(weeks, timezone)])


def _alike(weeks: np.ndarray, timezone: str) -> list[np.ndarray]:
    """Return for each week the places of those that may stand for it."""
    middle = (weeks + 0.5) * WEEK
    offset = local_minutes(middle, timezone) - middle
    season = weeks % YEAR_WEEKS
    days = 7 * weeks[:, None] + np.arange(7)
    closed = holidays_among(days.ravel(), COUNTRY).reshape(days.shape)
    found = []
    for k in range(len(weeks)):
        apart = np.abs(season - season[k])
        alike = (offset == offset[k]) & (closed == closed[k]).all(axis=1)
        apart = np.where(alike, np.minimum(apart, YEAR_WEEKS - apart), np.inf)
        reach = np.clip(np.partition(apart, min(LEAST, len(apart)) - 1)[min(LEAST, len(apart)) - 1], NEAR, FAR)
        found.append(np.flatnonzero(apart <= reach))
    return found


def _lines(week: np.ndarray, weeks: np.ndarray, source: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of a table week drawn by week drawn, and the place of the week they stand for."""
    order = np.argsort(week, kind="stable")
    begins, ends = np.searchsorted(week[order], source, side="left"), np.searchsorted(week[order], source, side="right")
    many = ends - begins
    first = np.repeat(begins - np.append(0, np.cumsum(many)[:-1]), many)
    return order[first + np.arange(many.sum())], np.repeat(place, many)


def _moved(table: pd.DataFrame, rows: np.ndarray, shift: np.ndarray, own: np.ndarray) -> pd.DataFrame:
    """Return lines of a table with their times moved and a case number of their own; the index says their order."""
    found = table.iloc[rows].reset_index(drop=True)
    for name in found.columns:
        if found[name].dtype.kind == "f":
            found[name] = found[name].to_numpy() + shift
    found["case_id"] = found["case_id"].to_numpy() + own
    keys = [name for name in ("case_id", "order") if name in found.columns]
    return found.sort_values(keys, kind="stable") if "order" in keys else found
