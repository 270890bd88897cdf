"""The proof of the twin with queues: that of the scenarios, learnt from all that came before the held-out cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.backtest.playing import instant, player_of
from chairs.twin.backtest.proof import INDEPENDENT, Judged, Protocol, Trial, judge, trial_of
from chairs.twin.backtest.traces import HOUR, Traces, Words, read_traces, read_words, whose
from chairs.twin.backtest.window import Window
from chairs.twin.calibration.refusing import refuse_table
from chairs.twin.engine import layout as code
from chairs.twin.hospital.calibrate import calibrate_hospital
from chairs.twin.hospital.logged import WARM_UP, WholeRun
from chairs.twin.hospital.reading import local_minutes, refuse_without_steps
from chairs.twin.lines import Lines
from chairs.twin.model import Model

if TYPE_CHECKING:
    import pandas as pd

DAY = 24 * HOUR
SECOND = HOUR // 3600
LONGEST = 28 * DAY  # of the days held out
WAITED = 7 * 1440.0  # minutes: who asks for a bed so long before the window may be given one in it
VISIT = {  # what the log calls a step: from when to when
    "arrival": ("arrival", "arrival"),
    "triage": ("triage_start", "triage_end"),
    "first_doctor": ("first_doctor_start", "first_doctor_end"),
    "imaging": ("imaging_start", "imaging_end"),
    "decision": ("decision_start", "decision_start"),
    "departure": ("departure_end", "departure_end"),
    "left_without_being_seen": ("left_without_being_seen_end", "left_without_being_seen_end"),
}


def prove_hospital(tables: Mapping[str, pd.DataFrame], timezone: str, protocol: Protocol) -> Judged:
    """Judge the twin of a hospital with its beds and queues by cases it has not seen.

    Parameters
    ----------
    tables
        Contracts `events`, `cases` and `unit_hour` by name, as `calibrate_hospital` takes them.
    timezone
        Clock of the site.
    protocol
        Split, runs, seed (`chairs.twin.backtest.proof`); whole days are held out, four weeks at most.

    Raises
    ------
    DataError
        For a log that cannot support a twin, or one too short to hold cases out.

    Notes
    -----
    As in `prove`, nobody is told more of the held-out period than how many cases arrive in it. The twin knows the
    open beds published until the day before. Its run begins 122 days earlier with an empty hospital (fewer where the
    log is shorter), to which as many come as came; only those who arrive in the window are compared. Who leaves for a
    ward boards from the decision to the departure; an admission put off is written when it is. Patients are
    independent: drawn evenly they would hardly queue, and so many leave little noise to be spared. Of the last
    four weeks of four fresh logs of the demonstration hospital 27 of 28 distances held, and the 80 % band had 59 to
    86 % of the hours (tests/reference/test_planted_scenarios.py: their means hold).
    """
    events = tables["events"]
    refuse_table(events, "events")
    refuse_without_steps(events, tables["cases"])
    words = read_words(events)
    whole = read_traces(events, words, timezone)
    day = _first_day(whole, words, protocol.share)
    late = (whole.arrivals >= day)[whole.case]
    trial = trial_of((whole.kept(~late), whole.kept(late)), words, events)
    before = instant(day, timezone)
    when = events["start"].fillna(events["end"]).fillna(events["requested"])
    log = events[when.groupby(events["case_id"]).transform("min") < before]
    beds = tables["unit_hour"][tables["unit_hour"]["hour"] < before]
    model = calibrate_hospital(log, tables["cases"], beds, name="hospital", timezone=timezone).model
    windows = (_days_before(trial), trial.window)
    begun = instant(windows[0].opens, timezone).timestamp() / 60
    read = _Read(model, trial.window, words, _commonest(log, words), begun)
    return judge(trial, player_of(model, windows, read), protocol, (INDEPENDENT,))


def _first_day(whole: Traces, words: Words, share: float) -> int:
    """Return the midnight from which cases are held out: so large a share of the days before, or four weeks after."""
    begin = _first_visit(whole, words)
    end = int(whole.arrivals.max())
    return max(begin + int(share * (end - begin)), end - LONGEST) // DAY * DAY


def _first_visit(whole: Traces, words: Words) -> int:
    """Return when the first visit of the log began; who lay in a ward then came earlier."""
    visits = whole.start[whole.activity == words.activities.index("arrival")]
    return int(visits.min())


def _days_before(trial: Trial) -> Window:
    """Return the window of the days before: so long that a hospital empty at its start has filled."""
    opens, known = trial.window.opens, trial.train
    begin = max(opens // DAY - WARM_UP, _first_visit(known, trial.words) // DAY) * DAY
    cases = int((known.arrivals >= begin).sum())
    return Window(opens=begin, closes=opens // HOUR * HOUR - 1, ends=opens, cases=cases)


def _commonest(log: pd.DataFrame, words: Words) -> dict[tuple[str, str], int]:
    """Return the code of who or where a step in a unit most often is."""
    counts = log.assign(where=whose(log)).groupby(["activity", "unit", "where"]).size()
    most = counts.sort_values(kind="stable").reset_index().drop_duplicates(["activity", "unit"], keep="last")
    codes = {name: code for code, name in enumerate(words.resources)}
    return {(str(row["activity"]), str(row["unit"])): codes[str(row["where"])] for _, row in most.iterrows()}


@dataclass(frozen=True)
class _Read:
    """Makes traces of the lines of a run: of those who arrive in the window, in the words of the log.

    `begun` is the start of the run (minutes since 1970); `places` says by step and unit who or where that is.
    """

    model: Model
    window: Window
    words: Words
    places: Mapping[tuple[str, str], int]
    begun: float

    def __call__(self, lines: Lines) -> Traces:
        """Return the traces of a run."""
        steps = [self._traces(*one) for one in self._steps(WholeRun(self._latest(lines), self.model))]
        columns = zip(*(step for step in steps if step is not None), strict=True)
        case, activity, start, end, resource = (np.concatenate(column) for column in columns)
        order = np.lexsort((end, start, case))
        case = np.unique(case[order], return_inverse=True)[1]
        whole = Traces(case, activity[order], start[order], end[order], resource[order])
        inside = (whole.arrivals >= self.window.opens) & (whole.arrivals <= self.window.closes)
        found = whole.kept(inside[whole.case])
        by_arrival = np.argsort(found.arrivals, kind="stable")
        return found.taken(by_arrival, np.zeros(len(by_arrival), dtype=np.int64))

    def _latest(self, lines: Lines) -> Lines:
        """Return the lines of the patients of the last days only, numbered anew; times in minutes since 1970."""
        since = instant(self.window.opens, self.model.timezone).timestamp() / 60 - self.begun - WAITED
        late = np.unique(lines["who"][(lines["kind"] == code.LOG_ARRIVE) & (lines["start"] >= since)])
        kept = np.isin(lines["who"], late)
        found = {name: values[kept] for name, values in lines.items()}
        found |= {name: found[name] + self.begun for name in ("requested", "start", "end")}
        return found | {"who": np.searchsorted(late, found["who"])}

    def _steps(self, run: WholeRun) -> Iterator[tuple[str, pd.DataFrame, str, str]]:
        """Give each step of the log: its name, the table that it is in, the columns of its begin and end."""
        visits = run.visits()
        yield from ((name, visits, *ends) for name, ends in VISIT.items())
        yield "boarding", visits[visits["admitted"]], "decision_start", "departure_end"
        yield "ward_stay", run.stays(), "start", "end"
        yield "cancellation", run.cancelled(), "end", "end"

    def _traces(self, name: str, table: pd.DataFrame, begin: str, end: str) -> tuple[np.ndarray, ...] | None:
        if name not in self.words.activities:
            return None
        begun = table[np.isfinite(table[begin])]
        ended = begun[end].to_numpy(float)
        start, stop = (self._moments(times) for times in (begun[begin].to_numpy(float), np.nan_to_num(ended)))
        stop = np.where(np.isnan(ended), self.window.ends + HOUR, stop)
        place = {unit: self.places.get((name, unit), 0) for unit in begun["unit"].unique()}
        resource = begun["unit"].map(place).to_numpy(np.int64)
        activity = np.full(len(begun), self.words.activities.index(name))
        return begun["case_id"].to_numpy(), activity, start, stop, resource

    def _moments(self, minutes: np.ndarray) -> np.ndarray:
        """Return minutes since 1970 as moments of the local clock, to the second."""
        seconds = np.rint(local_minutes(minutes, self.model.timezone) * 60).astype(np.int64)
        return np.asarray(seconds * SECOND)
