"""The proof of the twin with queues: that of the scenarios, learnt from all that came before the held-out cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.backtest.playing import instant, player_of
from chairs.twin.backtest.proof import INDEPENDENT, Judged, Protocol, Trial, judge, trial_of
from chairs.twin.backtest.traces import HOUR, Traces, Words, begun, local_moments, read_words, whose
from chairs.twin.backtest.window import Window
from chairs.twin.calibration.refusing import refuse_table
from chairs.twin.hospital.calibrate import calibrate_hospital
from chairs.twin.hospital.logged import WARM_UP, WholeRun
from chairs.twin.hospital.reading import refuse_without_steps
from chairs.twin.lines import Lines
from chairs.twin.model import Model

if TYPE_CHECKING:
    import pandas as pd

DAY = 24 * HOUR
SECOND = HOUR // 3600
BOARDING = "boarding"
LONGEST = 28  # days held out
VISIT = {  # what the log calls a step: from when to when
    "arrival": ("arrival", "arrival"),
    "triage": ("triage_start", "triage_end"),
    "first_doctor": ("first_doctor_start", "first_doctor_end"),
    "imaging": ("imaging_start", "imaging_end"),
    "decision": ("decision_start", "decision_start"),
    BOARDING: ("decision_start", "departure_end"),  # of those admitted
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
        Split, runs, seed (`chairs.twin.backtest.proof`); its share is one of days, at most the last 28 are held out.

    Raises
    ------
    DataError
        For a log that cannot support a twin, or one too short to hold cases out.

    Notes
    -----
    As in `prove`, nobody is told more of the held-out period than how many cases arrive in it; those who came before
    it are known whole, to the plain generators too. The twin knows the open beds published until the day before. Its
    run begins 122 days earlier with an empty hospital (fewer where the log is shorter), to which as many come as came;
    only those who arrive in the window are compared. Who leaves for a ward boards from the decision to the departure;
    an admission put off is written when it is. Patients are independent: drawn evenly they would hardly queue, and so
    many leave little noise to be spared. Of the last four weeks of four fresh logs of the demonstration hospital 27 of
    28 distances held, and the 80 % band had 61 to 84 % of the hours (tests/reference/test_planted_scenarios.py: their
    means hold).
    """
    events = tables["events"]
    refuse_table(events, "events")
    refuse_without_steps(events, tables["cases"])
    words = read_words(events)
    came = begun(events)
    first, held_out = _days(came[events["activity"] == "arrival"], timezone, protocol.share)
    before = instant(held_out, timezone)
    early = came < before
    had = events["start"].notna() | events["end"].notna()  # a bed asked for and not had is no step of a run's log
    trial = trial_of(events[early & had], events[~early & had], words, timezone)
    beds = tables["unit_hour"][tables["unit_hour"]["hour"] < before]
    model = calibrate_hospital(events[early], tables["cases"], beds, name="hospital", timezone=timezone).model
    read = _Read(model, trial.window, words, _commonest(events[early], words))
    return judge(trial, player_of(model, (_days_before(trial, first), trial.window), read), protocol, (INDEPENDENT,))


def _days(visits: pd.Series, timezone: str, share: float) -> tuple[int, int]:
    """Return the midnights before the first visit and before the held-out days: the last 28, or fewer by the share.

    Who lay in a ward when the log began came earlier than the first visit.
    """
    local = visits.dt.tz_convert(timezone).dt.tz_localize(None)
    first, last = (one.value // 1000 // DAY for one in (local.min(), local.max()))
    return first * DAY, max(first + int(share * (last + 1 - first)), last + 1 - LONGEST) * DAY


def _days_before(trial: Trial, first: int) -> Window:
    """Return the window of the days before: so long that a hospital empty at its start has filled."""
    opens, known = trial.window.opens, trial.train
    begin = max((opens // DAY - WARM_UP) * DAY, first)
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

    `places` says by step and unit who or where that is.
    """

    model: Model
    window: Window
    words: Words
    places: Mapping[tuple[str, str], int]

    def __call__(self, lines: Lines) -> Traces:
        """Return the traces of a run."""
        steps = [self._traces(*one) for one in self._steps(WholeRun(self._latest(lines), self.model))]
        columns = zip(*(step for step in steps if step is not None), strict=True)
        case, activity, start, end, resource = (np.concatenate(column) for column in columns)
        order = np.lexsort((end, start, case))
        case = np.unique(case[order], return_inverse=True)[1]
        whole = Traces(case, activity[order], start[order], end[order], resource[order])
        opens = self.window.opens // SECOND * SECOND  # as the moments of a run, which are whole seconds
        inside = (whole.arrivals >= opens) & (whole.arrivals <= self.window.closes)
        return whole.kept(inside[whole.case]).by_arrival()

    def _latest(self, lines: Lines) -> Lines:
        """Return the lines of the patients who were there in the window or after it, numbered anew."""
        since = instant(self.window.opens, self.model.timezone).timestamp() / 60
        late = np.unique(lines["who"][~(lines["end"] < since - 1)])
        kept = np.isin(lines["who"], late)
        found = {name: values[kept] for name, values in lines.items()}
        return found | {"who": np.searchsorted(late, found["who"])}

    def _steps(self, run: WholeRun) -> Iterator[tuple[str, pd.DataFrame, str, str]]:
        """Give each step of the log: its name, the table that it is in, the columns of its begin and end."""
        visits = run.visits()
        for name, ends in VISIT.items():  # in this order where two begin and end together
            yield name, visits[visits["admitted"]] if name == BOARDING else visits, *ends
        yield "ward_stay", run.stays(), "start", "end"
        yield "cancellation", run.cancelled(), "end", "end"

    def _traces(self, name: str, table: pd.DataFrame, begin: str, end: str) -> tuple[np.ndarray, ...] | None:
        if name not in self.words.activities:
            return None
        written = table[np.isfinite(table[begin])]
        ended = written[end].to_numpy(float)
        zone = self.model.timezone
        start, stop = (local_moments(times, zone) for times in (written[begin].to_numpy(float), np.nan_to_num(ended)))
        stop = np.where(np.isnan(ended), self.window.ends + HOUR, stop)
        place = {unit: self.places.get((name, unit), 0) for unit in written["unit"].unique()}
        resource = written["unit"].map(place).to_numpy(np.int64)
        activity = np.full(len(written), self.words.activities.index(name))
        return written["case_id"].to_numpy(), activity, start, stop, resource
