"""An event log as arrays: one line an event, sorted by case and time, for generators and distances."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.clock import local_minutes

if TYPE_CHECKING:
    import pandas as pd

HOUR = 3_600_000_000  # microseconds


@dataclass(frozen=True)
class Traces:
    """Events of one log, the local clock in whole microseconds; events of a case follow one another.

    Parameters
    ----------
    case
        Number of the case, ascending from 0 without gaps.
    activity
        Code of the step (see `Words`).
    start, end
        Microseconds; a log that dates only one end has both equal.
    resource
        Code of who or where, 0 where the log does not say.
    """

    case: np.ndarray
    activity: np.ndarray
    start: np.ndarray
    end: np.ndarray
    resource: np.ndarray

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def bounds(self) -> np.ndarray:
        """Place of the first event of each case, and the number of events at the end."""
        return np.flatnonzero(np.diff(self.case, prepend=-1, append=self.case[-1] + 1 if len(self) else -2))

    @property
    def cases(self) -> int:
        """Number of cases."""
        return len(self.bounds) - 1

    @cached_property
    def arrivals(self) -> np.ndarray:
        """First start of each case."""
        return np.minimum.reduceat(self.start, self.bounds[:-1]) if len(self) else np.zeros(0, dtype=np.int64)

    @cached_property
    def departures(self) -> np.ndarray:
        """Last end of each case."""
        return np.maximum.reduceat(self.end, self.bounds[:-1]) if len(self) else np.zeros(0, dtype=np.int64)

    def kept(self, which: np.ndarray) -> Traces:
        """Return the events that `which` keeps, cases numbered anew."""
        case = self.case[which]
        numbers = np.cumsum(np.diff(case, prepend=case[0] if len(case) else 0) != 0)
        return Traces(numbers, *(getattr(self, name)[which] for name in ("activity", "start", "end", "resource")))

    def until(self, moment: int, *, under_way: bool = False) -> Traces:
        """Return what a log extracted at that moment would hold.

        Parameters
        ----------
        under_way
            Whether such a log has a line (without an end) for what has begun and not ended; else it has none.
        """
        if not under_way:
            return self.kept(self.end <= moment)
        begun = self.kept(self.start <= moment)
        return dataclasses.replace(begun, end=np.where(begun.end <= moment, begun.end, begun.start))

    def by_arrival(self) -> Traces:
        """Return the cases in the order of their arrivals."""
        order = np.argsort(self.arrivals, kind="stable")
        return self.taken(order, np.zeros(len(order), dtype=np.int64))

    def taken(self, cases: np.ndarray, shifts: np.ndarray) -> Traces:
        """Return whole cases, one after another (a case may come twice), each moved by so many microseconds."""
        first, sizes = self.bounds[cases], np.diff(self.bounds)[cases]
        starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
        place = np.arange(sizes.sum()) - starts + np.repeat(first, sizes)
        moved = np.repeat(shifts, sizes)
        number = np.repeat(np.arange(len(cases)), sizes)
        return Traces(
            number, self.activity[place], self.start[place] + moved, self.end[place] + moved, self.resource[place]
        )


@dataclass(frozen=True)
class Words:
    """The names behind the codes of a log's steps and resources (code 0: none)."""

    activities: tuple[str, ...]
    resources: tuple[str, ...]


def read_words(*logs: pd.DataFrame) -> Words:
    """Return the codes of all steps and resources that the logs name."""
    return Words(
        activities=("", *sorted({str(x) for log in logs for x in log["activity"].unique()})),
        resources=("", *sorted({str(x) for log in logs for x in whose(log).dropna().unique()})),
    )


def whose(log: pd.DataFrame) -> pd.Series:
    """Return who or where each event is: the resource, else the unit."""
    return log["resource"].where(log["resource"].notna(), log["unit"])


def read_traces(log: pd.DataFrame, words: Words, timezone: str = "UTC") -> Traces:
    """Return a log of contract `events` as arrays, by case, start, end and position.

    Steps without any time are left out; one that dates only its end (or start) has both equal. Times are those
    of the local clock, so that hours of the day are the hospital's.
    """
    import pandas as pd

    start = log["start"].fillna(log["end"]).fillna(log["requested"])
    end = log["end"].fillna(start)
    dated = start.notna().to_numpy()
    local = [times[dated].dt.tz_convert(timezone).dt.tz_localize(None).to_numpy("M8[us]").astype(np.int64)
             for times in (start, end)]  # fmt: skip
    case = pd.factorize(log["case_id"][dated], sort=True)[0].astype(np.int64)
    order = np.lexsort((log["position"].to_numpy("int64")[dated], local[1], local[0], case))
    found = (
        case,
        pd.Index(words.activities).get_indexer(log["activity"][dated]).astype(np.int64),
        *local,
        np.maximum(pd.Index(words.resources).get_indexer(whose(log)[dated]), 0).astype(np.int64),
    )
    return Traces(*(array[order] for array in found)).by_arrival()


def local_moments(minutes: np.ndarray, timezone: str) -> np.ndarray:
    """Return minutes since 1970 (UTC) as microseconds of the local clock, to the second."""
    seconds = np.rint(local_minutes(minutes, timezone) * 60).astype(np.int64)
    return np.asarray(seconds * (HOUR // 3600))


def begun(log: pd.DataFrame) -> pd.Series:
    """Return by line when its case began: the first start, of a step without one its end, else its request."""
    when = log["start"].fillna(log["end"]).fillna(log["requested"])
    return when.groupby(log["case_id"]).transform("min")


def split(log: pd.DataFrame, share: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lines of the first cases (so many of all, by first event) and of the rest; cases stay whole."""
    cases = begun(log).groupby(log["case_id"]).first().dropna().sort_index().sort_values(kind="stable")
    early = log["case_id"].isin(cases.index[: int(share * len(cases))])
    return log[early], log[~early]
