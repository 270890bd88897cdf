"""The steps that the backtest makes of a run of a hospital's twin, against the event log of the same run."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from chairs.twin.backtest.hospital import VISIT, _Read
from chairs.twin.backtest.traces import Traces, Words
from chairs.twin.backtest.window import Window
from chairs.twin.hospital.calibrate import HospitalModel
from chairs.twin.lines import dated, read_lines
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.pipelines

ZONE = "Europe/Paris"
FIRST = dt.datetime(2024, 3, 18, tzinfo=ZoneInfo(ZONE))  # the clock goes forward on the 31st
DAYS = 21
NAMES = ("", *VISIT, "ward_stay", "cancellation")
STEPS = ("arrival", "triage", "first_doctor", "imaging", "decision", "boarding", "departure")


@pytest.fixture(scope="module")
def told(hospital: HospitalModel) -> tuple[Traces, pd.DataFrame]:
    """What the backtest reads of a run, and the event log of this run with its local clock in microseconds."""
    run = simulate(hospital.model, start=FIRST, horizon=DAYS * 1440.0, seed=3)
    opens = int(pd.Timestamp(FIRST).tz_localize(None).value // 1000)
    window = Window(opens=opens, closes=opens + 2 * 10**13, ends=opens + 2 * 10**13, cases=0)
    read = _Read(hospital.model, window, Words(NAMES, ("",)), {})
    log = run.events
    for name in ("start", "end"):
        log[name] = log[name].dt.tz_convert(ZONE).dt.tz_localize(None)
    return read(dated(next(iter(run.each(read_lines, log=True))), FIRST)), log


def expected(log: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """Return by case begin and end of a step in the words of the model: what is held, what goes on without anybody."""
    log = log[log["case_id"].str.startswith(("URG", "URP"))].set_index("case_id")
    held = {"triage": "nurse", "first_doctor": "doctor", "imaging": "imaging room"}.get(name, "place")
    mine = log[log["resource"].astype("str").str.endswith(held) & log["start"].notna()]
    results = log.loc[log["activity"] == "tests", "end"].dropna()
    asked = log.index[log["activity"].isin(["bed", "call"])]
    out = mine["end"].dropna()
    came = log.loc[log["activity"] == "arrival", "start"]
    of_moments = {"arrival": (came, came), "decision": (results, results), "departure": (out, out)}
    if name == "boarding":
        return results[results.index.isin(asked)], mine["end"]
    return of_moments.get(name, (mine["start"], mine["end"]))


@pytest.mark.parametrize("name", STEPS)
def test_each_step_begins_and_ends_as_in_the_event_log(told, name):
    traces, log = told
    mine = traces.activity == NAMES.index(name)
    begin, end = expected(log, name)
    assert mine.sum() == len(begin) > 10
    own = np.sort(begin.to_numpy("M8[us]").astype(np.int64))
    np.testing.assert_allclose(np.sort(traces.start[mine]), own, atol=1e6)
    ended = end.reindex(begin.index).dropna()
    np.testing.assert_allclose(
        np.sort(traces.end[mine])[: len(ended)], np.sort(ended.to_numpy("M8[us]").astype(np.int64)), atol=1e6
    )


def test_where_two_steps_begin_and_end_together_they_are_in_the_order_of_the_log(told):
    traces, _ = told
    codes = {name: NAMES.index(name) for name in ("boarding", "departure")}
    last = {name: np.flatnonzero(traces.activity == one) for name, one in codes.items()}
    by_case = dict(zip(traces.case[last["departure"]], last["departure"], strict=True))
    pairs = [(place, by_case[case]) for case, place in zip(traces.case[last["boarding"]], last["boarding"], strict=True)
             if case in by_case]  # fmt: skip
    assert len(pairs) > 10
    assert all(board < depart for board, depart in pairs)
