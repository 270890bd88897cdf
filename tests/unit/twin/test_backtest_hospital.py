"""The backtest of a twin with queues: its runs told in the words of the log, against the event log of the same run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.tables import CONTRACTS
from chairs.twin.backtest import hospital
from chairs.twin.backtest.playing import instant, player_of
from chairs.twin.backtest.proof import Protocol, trial_of
from chairs.twin.backtest.traces import Traces, Words, begun, read_words
from chairs.twin.backtest.window import Window
from chairs.twin.engine import layout as code
from chairs.twin.lines import dated, read_lines
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.unit

ZONE = "Europe/Paris"
START = dt.datetime(2024, 3, 18, tzinfo=ZoneInfo(ZONE))  # the clock goes forward on the 31st
DAYS = 40
NAMES = ("", *hospital.VISIT, "boarding", "ward_stay", "cancellation")
PLACES = {("first_doctor", "ED"): 1, ("ward_stay", "A"): 2, ("ward_stay", "B"): 3}
WORDS = Words(NAMES, ("", "ED", "A", "B"))


def local(times: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    return pd.DatetimeIndex(times).tz_convert(ZONE).tz_localize(None).to_numpy("M8[us]").astype(np.int64)


@pytest.fixture(scope="module")
def window() -> Window:
    opens, closes, ends = local(pd.DatetimeIndex(["2024-03-30 05:20", "2024-04-20 21:40", "2024-04-24"], tz="UTC"))
    return Window(opens=int(opens), closes=int(closes), ends=int(ends), cases=100, under_way=True)


@pytest.fixture(scope="module")
def run(small_hospital):
    return simulate(small_hospital, start=START, horizon=DAYS * 1440.0, seed=5)


@pytest.fixture(scope="module")
def told(run, small_hospital, window) -> Traces:
    lines = next(iter(run.each(read_lines, log=True)))
    return hospital._Read(small_hospital, window, WORDS, PLACES)(dated(lines, START))


@pytest.fixture(scope="module")
def events(run, window) -> pd.DataFrame:
    """The event log of those whose first written step lies in the window; a planned admission is asked for unseen."""
    log = run.events
    log = log[(log["activity"] != "arrival") | log["case_id"].str.startswith("ED")]
    first = log["start"].fillna(log["end"]).groupby(log["case_id"]).transform("min")
    return log[(local(first) >= window.opens) & (local(first) <= window.closes)]


@pytest.mark.parametrize("name", ["arrival", "first_doctor", "left_without_being_seen"])
def test_steps_of_the_department_are_those_of_the_event_log(told, events, name):
    mine, own = told.activity == NAMES.index(name), events[events["activity"] == name]
    own = own[own["resource"] == "ED doctor"] if name == "first_doctor" else own  # a place is held beside him
    begin = "end" if name.startswith("left") else "start"
    assert mine.sum() == len(own) > 0
    np.testing.assert_allclose(np.sort(told.start[mine]), np.sort(local(own[begin])), atol=1e6)
    ended = own["end"].notna().to_numpy()
    np.testing.assert_allclose(np.sort(told.end[mine])[: ended.sum()], np.sort(local(own["end"][ended])), atol=1e6)


def test_stays_and_those_put_off_are_those_of_the_event_log(told, events):
    stay, lain = told.activity == NAMES.index("ward_stay"), events[events["activity"] == "ward_stay"]
    assert stay.sum() == len(lain) > 100
    np.testing.assert_allclose(np.sort(told.start[stay]), np.sort(local(lain["start"])), atol=1e6)
    off = told.activity == NAMES.index("cancellation")
    assert off.sum() == (events["activity"] == "cancellation").sum() > 0
    assert (told.start[off] == told.end[off]).all()


def test_who_or_where_is_what_the_log_says_most_often(told, window):
    for (name, _), place in PLACES.items():
        assert place in told.resource[told.activity == NAMES.index(name)]
    assert set(told.resource[told.activity == NAMES.index("triage")]) == {0}
    assert told.arrivals.min() >= window.opens
    assert told.arrivals.max() <= window.closes
    assert (np.diff(told.arrivals) >= 0).all()
    assert (told.end > window.ends).any()  # still there at the end
    log = pd.DataFrame({"activity": ["a"] * 3, "unit": "U", "resource": ["x", "y", "y"]})
    log = CONTRACTS["events"].conform(log.assign(case_id=["1", "2", "3"], position=0, start=pd.Timestamp.now("UTC")))
    words = read_words(log)
    assert hospital._commonest(log, words) == {("a", "U"): words.resources.index("y")}


def test_as_many_come_before_and_in_the_window_as_came_at_their_hours_of_the_day(small_hospital, run):
    """From the 31st on there is an hour less between a local midnight and the start of the run."""
    log = run.events
    words = read_words(log)
    came = begun(log)
    opens = pd.Timestamp("2024-04-10 10:20", tz="UTC")
    first, held_out = hospital._days(came[log["activity"] == "arrival"], ZONE, 0.8)
    assert (first, held_out) == (micros("2024-03-18"), micros("2024-04-19"))  # 40 days and the 27th
    assert hospital._days(came[log["activity"] == "arrival"], ZONE, 0.1)[1] == micros("2024-03-30")  # 28 at most
    trial = trial_of(log[came < opens], log[came >= opens], words, ZONE)
    before = hospital._days_before(trial, first)
    assert before.opens == first
    assert before.cases == trial.train.cases
    home, planned = small_hospital.arrivals
    at_noon = tuple(12.0 * (hour == 12) for hour in range(24))
    hour = pd.Timestamp(instant(trial.window.opens, ZONE)).floor("h")
    for rates in (home.rates, at_noon):
        model = replace(small_hospital, arrivals=(replace(home, rates=rates), planned))
        asked = player_of(model, (before, trial.window), lambda lines: lines).run(np.random.default_rng(1), even=False)
        mine = asked["kind"] == code.LOG_ARRIVE
        moments = pd.to_datetime(asked["start"][mine] * 60, unit="s", utc=True)
        assert ((moments < hour).sum(), (moments >= hour).sum()) == (before.cases, trial.held_out.cases)
    visits = moments[asked["row"][mine] == 0].tz_convert(ZONE)
    assert set(visits.hour) == {12}
    assert {one.utcoffset() for one in visits} == {dt.timedelta(hours=1), dt.timedelta(hours=2)}


def micros(day: str) -> int:
    return int(pd.Timestamp(day).value // 1000)


def test_a_log_that_cannot_support_a_twin_gets_a_reason(run):
    tables = {"events": run.events, "cases": pd.DataFrame({"case_id": []}), "unit_hour": pd.DataFrame()}
    with pytest.raises(DataError, match="needs: triage, decision, departure, ccmu, admission"):
        hospital.prove_hospital(tables, ZONE, Protocol())
    with pytest.raises(DataError, match="empty"):
        hospital.prove_hospital({**tables, "events": run.events.iloc[:0]}, ZONE, Protocol())
