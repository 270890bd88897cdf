"""A backtest on an invented log: what is cut, who is compared, what the verdicts say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.tables import CONTRACTS
from chairs.twin.backtest.distances import census, distances, workforce
from chairs.twin.backtest.plain import plain_generators
from chairs.twin.backtest.playing import Holds
from chairs.twin.backtest.proof import Protocol, prove, trial_of
from chairs.twin.backtest.results import backtest_table, verdicts_table
from chairs.twin.backtest.traces import HOUR, Traces, read_traces, read_words, split
from chairs.twin.backtest.verdicts import Verdict, conclude, judge_runs
from chairs.twin.backtest.window import Window, cut, spread_arrivals, weekly_rates, window_of
from chairs.twin.calibration.calibrate import Settings
from chairs.twin.engine import layout as code

pytestmark = pytest.mark.unit

MONDAY = 19_723 * 24 * HOUR


def invented(cases: int = 300, days: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    began = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.sort(rng.uniform(0, 24 * days, cases)), unit="h")
    parts = []
    for place, (activity, hours) in enumerate((("triage", 0.2), ("doctor", 1.5), ("bed", 40.0))):
        goes = np.ones(cases, bool) if place < 2 else rng.random(cases) < 0.4
        start = began + pd.to_timedelta(rng.exponential(0.4, cases) if place else np.zeros(cases), unit="h")
        end = start + pd.to_timedelta(rng.gamma(2, hours / 2, cases), unit="h")
        began = end
        part = pd.DataFrame({"case_id": [f"C{i}" for i in range(cases)], "activity": activity, "unit": activity})
        parts.append(part.assign(start=start, end=end, position=place)[goes])
    return CONTRACTS["events"].conform(pd.concat(parts, ignore_index=True))


def traces(log: pd.DataFrame) -> Traces:
    return read_traces(log, read_words(log))


def parts(log: pd.DataFrame) -> tuple[Traces, Traces]:
    words = read_words(log)
    early, late = split(log, 0.8)
    return read_traces(early, words), read_traces(late, words)


def test_a_log_is_at_no_distance_from_itself() -> None:
    own = traces(invented())
    assert set(distances(own, own).values()) == {0.0}


def test_a_split_keeps_cases_whole_and_in_time() -> None:
    whole = invented()
    early, late = parts(whole)
    assert (early.cases, late.cases) == (240, 60)
    assert len(early) + len(late) == len(whole)
    assert early.arrivals.max() <= late.arrivals.min()


def test_census_counts_by_hand() -> None:
    own = Traces(
        case=np.array([0, 0, 1]), activity=np.array([1, 2, 1]), start=np.array([0, 2, 1]) * HOUR,
        end=np.array([1, 4, 3]) * HOUR, resource=np.zeros(3, dtype=int),
    )  # fmt: skip
    assert census(own, 0, 6).tolist() == [1, 2, 2, 1, 0, 0]
    assert workforce(own).sum() == pytest.approx(5.0)


def test_what_the_held_out_log_could_not_hold_is_cut() -> None:
    own = Traces(
        case=np.array([0, 0, 1]), activity=np.array([1, 2, 1]), start=np.array([0, 2, 5]) * HOUR,
        end=np.array([1, 9, 6]) * HOUR, resource=np.zeros(3, dtype=int),
    )  # fmt: skip
    assert own.until(4 * HOUR).end.tolist() == [HOUR]
    kept = own.until(4 * HOUR, under_way=True)
    assert kept.start.tolist() == [0, 2 * HOUR]
    assert kept.end.tolist() == [HOUR, 2 * HOUR]
    assert kept.cases == 1


def test_arrivals_are_as_many_as_held_out_and_follow_the_rates() -> None:
    early, late = parts(invented())
    window = window_of(late)
    rates = weekly_rates(early, window)
    rates[:24] = 0.0
    for even in (False, True):
        moments = spread_arrivals(rates, window, np.random.default_rng(1), even=even)
        assert len(moments) == 60
        assert moments.min() >= window.opens // HOUR * HOUR + 24 * HOUR
        assert moments.max() <= window.closes + HOUR


def test_replayed_cases_keep_their_time_of_day_and_their_pace() -> None:
    early, late = parts(invented())
    window = window_of(late)
    for name, generator in plain_generators(early, late, window).items():
        made = cut(generator(np.random.default_rng(2), False), window)
        assert 40 < made.cases <= 60, name
        assert made.end.max() <= window.ends
    made = plain_generators(early, late, window)["bootstrap"](np.random.default_rng(2), False)
    clocks = set((early.arrivals % (24 * HOUR)).tolist())
    assert set((made.arrivals % (24 * HOUR)).tolist()) <= clocks


def test_proof_of_an_invented_log_and_its_tables() -> None:
    proof = prove(invented(), Settings(timezone="UTC", calendar=False), Protocol(runs=3, band_runs=10)).judged
    table, verdicts = backtest_table(proof), verdicts_table(proof)
    CONTRACTS["backtest"].check(table)
    CONTRACTS["verdicts"].check(verdicts)
    assert len(table) == 5 * 2 * 10
    assert set(proof.coverage) == {0.8, 0.95}
    own = table[(table["generator"] == "twin") & (table["draws"] == "even")].set_index("measure")["mean"]
    assert own["ngd3"] < 0.08, "three steps in a row are easily learnt"
    again = prove(invented(), Settings(timezone="UTC", calendar=False), Protocol(runs=3, band_runs=10)).judged
    assert backtest_table(again).equals(table)


def test_too_little_to_hold_out_is_said() -> None:
    log = invented()
    with pytest.raises(DataError, match="held out: too few"):
        prove(log, Settings(timezone="UTC"), Protocol(share=0.99))


def runs(**values: float) -> pd.DataFrame:
    rows = [
        (name, "even", run, measure, value)
        for measure in ("ngd2", "ngd3", "ced", "red", "cwd", "ctd", "census_mae")
        for name, value in values.items()
        for run in range(2)
    ]
    return pd.DataFrame(rows, columns=["generator", "draws", "run", "measure", "value"])


def test_a_verdict_compares_with_the_best_plain_generator_and_with_noise() -> None:
    good = judge_runs(runs(twin=1.09, bootstrap=1.0, recent=2.0, markov=3.0, floor=0.5), {0.8: 0.81})
    assert all(verdict.holds for verdict in good)
    assert good[0].limit == pytest.approx(1.1)
    assert "rely" not in conclude(good).en
    bad = judge_runs(runs(twin=1.2, bootstrap=1.0, recent=2.0, markov=3.0, floor=0.5), {0.8: 0.5})
    assert not any(verdict.holds for verdict in bad)
    assert "number present" in conclude(bad).en
    noisy = judge_runs(runs(twin=1.2, bootstrap=1.0, recent=2.0, markov=3.0, floor=1.3), {})
    assert all(verdict.holds and verdict.best == "floor" for verdict in noisy)


def test_a_verdict_is_a_sentence_in_both_languages() -> None:
    one = Verdict(measure="red", value=15.25, limit=20.5, best="recent", holds=True)
    assert one.say("en") == 'time since arrival: 15.2; holds (threshold 20.5, from "recent")'
    assert one.say("fr") == "temps depuis l'arrivée : 15,2 ; tient (seuil 20,5, d'après « recent »)"
    two = Verdict(measure="coverage", value=0.62, limit=0.7, best="", holds=False)
    assert two.say("en") == "80 % band of the number present: 0.62; does not hold (0.70 to 0.90 expected)"


def test_what_a_run_holds_is_told_by_the_local_clock_on_both_sides_of_its_change() -> None:
    hours = {"start": [0.5, 2.5], "end": [0.75, np.nan], "requested": [0.0, 0.0]}  # UTC; at 1 the clock goes forward
    midnight = pd.Timestamp("2024-03-31", tz="UTC").timestamp() / 60
    lines = {name: midnight + 60 * np.array(values) for name, values in hours.items()}
    lines |= {"who": np.array([0, 0]), "row": np.array([0, 0]), "resource": np.array([0, 0])}
    lines["kind"] = np.full(2, code.LOG_HOLD)
    ends = int(pd.Timestamp("2024-04-01").value // 1000)
    window = Window(opens=ends - 24 * HOUR, closes=ends - HOUR, ends=ends, cases=1)
    found = Holds(window, "Europe/Paris", np.array([1]), np.array([1]))(lines)
    assert ((found.start - window.opens) / HOUR).tolist() == [1.5, 4.5]
    assert ((found.end - window.opens) / HOUR).tolist() == [1.75, 25.0]


def test_a_log_without_anything_before_the_held_out_cases_is_too_short() -> None:
    log = invented()
    with pytest.raises(DataError, match="no case before those held out"):
        trial_of(log.iloc[:0], log, read_words(log), "UTC")
