"""An event log as arrays for calibration: visits of steps in order, with request, start, end and place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MINUTE = 60_000_000  # microseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NONE = -1
NOWHERE = "elsewhere"
WHOLE, BEGINS, ENDS, WITHIN = range(4)  # what part of a step a visit is (see `beside`)


@dataclass(frozen=True)
class Journal:
    """Visits of steps, by case and time, on the local clock in whole microseconds.

    Parameters
    ----------
    case, step, place
        Codes; `place` is who or where (resource, else unit), -1 where the log does not say.
    asked, start, end
        `asked` equals `start` where there is no request; `end` equals the log's last moment where `going` is true.
    going
        Started and not ended: the stay is at least so long.
    steps, places
        Names behind the codes.
    last
        Last moment of the log: whoever has not moved on by then may still do so.
    kinds, activities, units
        Of steps that are parts of others (see `beside`): which part, and the activity it is of; the unit that each
        place belongs to. Empty where no step is cut.
    """

    case: np.ndarray
    step: np.ndarray
    place: np.ndarray
    asked: np.ndarray
    start: np.ndarray
    end: np.ndarray
    going: np.ndarray
    steps: tuple[str, ...]
    places: tuple[str, ...]
    last: int
    kinds: tuple[int, ...] = ()
    activities: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.case)

    @cached_property
    def first(self) -> np.ndarray:
        """Whether a visit is the first of its case."""
        return np.asarray(np.diff(self.case, prepend=NONE) != 0)

    @cached_property
    def final(self) -> np.ndarray:
        """Whether a visit is the last of its case."""
        return np.append(self.first[1:], True) if len(self) else self.first

    @cached_property
    def kind(self) -> np.ndarray:
        """What part of a step each visit is."""
        return np.array(self.kinds)[self.step] if self.kinds else np.full(len(self), WHOLE)

    def activity(self, step: int) -> str:
        """Return the name in the event log of a step."""
        return self.activities[step] if self.activities else self.steps[step]

    def where(self, place: int) -> str:
        """Return the name of a place."""
        return NOWHERE if place == NONE else self.places[place]

    @cached_property
    def place_codes(self) -> tuple[int, ...]:
        """The places that occur, in order, those without a name last."""
        used = set(np.unique(self.place).tolist())
        return tuple(code for code in [*range(len(self.places)), NONE] if code in used)

    @property
    def cases(self) -> int:
        """Number of cases."""
        return int(self.first.sum())

    @cached_property
    def dated_once(self) -> bool:
        """Whether no visit has a length: the log dates one end only."""
        return bool((self.start == self.end).all())

    @cached_property
    def arrivals(self) -> np.ndarray:
        """Start of the first visit of each case."""
        return np.asarray(self.start[self.first])


def read_journal(log: pd.DataFrame, timezone: str) -> Journal:
    """Return a log of contract `events` (one replication) as a journal.

    Steps without any time are left out. A step with its end only starts and ends at that moment. Names are
    compared as text, so that a case called "NA" is a case.
    """
    import pandas as pd

    times = {name: _local(log[name], timezone) for name in ("requested", "start", "end")}
    known = {name: values != _NO_TIME for name, values in times.items()}
    ends = bool(known["end"].any())
    start = np.where(known["start"], times["start"], np.where(known["end"], times["end"], times["requested"]))
    dated = start != _NO_TIME
    last = int(max((values[known[name]].max() for name, values in times.items() if known[name].any()), default=0))
    going = ends & known["start"] & ~known["end"]
    end = np.where(known["end"], times["end"], np.where(going, last, start))
    asked = np.where(known["requested"], np.minimum(times["requested"], start), start)
    case = pd.factorize(log["case_id"])[0].astype(np.int64)
    begun = np.full(case.max(initial=0) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begun, case[dated], start[dated])
    rank = np.argsort(np.argsort(begun, kind="stable"), kind="stable")[case]
    order = np.lexsort((log["position"].to_numpy("int64"), end, start, rank))
    order = order[dated[order]]
    steps, step_names = pd.factorize(log["activity"], sort=True)
    places, place_names = pd.factorize(log["resource"].where(log["resource"].notna(), log["unit"]), sort=True)
    return Journal(
        case=np.cumsum(np.diff(rank[order], prepend=NONE) != 0) - 1,
        step=steps.astype(np.int64)[order],
        place=places.astype(np.int64)[order],
        asked=asked[order],
        start=start[order],
        end=np.maximum(end, start)[order],
        going=going[order],
        steps=tuple(map(str, step_names)),
        places=tuple(map(str, place_names)),
        last=last,
    )


_NO_TIME = np.iinfo(np.int64).min


def _local(times: pd.Series, timezone: str) -> np.ndarray:
    import pandas as pd

    moments = pd.to_datetime(times, utc=True).dt.tz_convert(timezone).dt.tz_localize(None)
    return np.asarray(moments.to_numpy("M8[us]").astype(np.int64))
