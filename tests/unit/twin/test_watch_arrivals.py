"""The watch over arrivals: planted rises, slow levels that are none, false alarms over many quiet quarters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.demo.days import intensity
from chairs.demo.plan import make_plan
from chairs.flow.forecasting.series import Series, regular
from chairs.stats.cusum import cusum, limit_by_blocks, limit_for
from chairs.tables import CONTRACTS
from chairs.twin.watch.arrivals import LONG_ENOUGH, arrivals_by_day, watch_arrivals
from chairs.twin.watch.study import WatchRequest, watch_log
from chairs.twin.watch.watching import Watched
from chairs.twin.watch.words import told

pytestmark = pytest.mark.unit

LEARN = 365
QUARTERS = 12.0


def hospital(seed: int) -> pd.Series:
    """Two years of arrivals a day at the size of the demonstration hospital: calendar, epidemics, a gamma each day."""
    plan = make_plan(seed=3, size=0.02)
    rng = np.random.default_rng([17, seed])
    profile, total = plan.parameters.profile, np.zeros(0)
    for department in plan.parameters.departments:
        rate = intensity(plan.days, profile, department.wave, department.visits_a_day).sum(axis=1)[plan.days.warm_up :]
        own = rng.poisson(rate * rng.gamma(1 / profile.day_variance, profile.day_variance, len(rate)))
        total = own + (total if len(total) else 0)
    first = pd.Timestamp(str(plan.days.dates[plan.days.warm_up]), tz="UTC")
    return pd.Series(total.astype(float), index=pd.date_range(first, periods=len(total), freq="D"))


def days(counts: pd.Series) -> Series:
    return regular(counts.index.to_series(), counts, "d")


def risen(counts: pd.Series, at: int, factor: float, seed: int) -> pd.Series:
    """The same from day `at` on with more (or fewer) arrivals, ending three weeks later."""
    rng, changed = np.random.default_rng([18, seed]), counts.iloc[: at + 21].copy()
    late = changed.iloc[at:].to_numpy().astype(int)
    changed.iloc[at:] = late + rng.poisson((factor - 1) * late) if factor > 1 else rng.binomial(late, factor)
    return changed


def seen(counts: pd.Series, place: str | None = "FR") -> Watched:
    found = watch_arrivals(days(counts), LEARN, place, QUARTERS)
    assert found is not None
    return found


def days_to_alarm(counts: pd.Series, at: int, side: str, place: str | None = "FR") -> int:
    found = seen(counts, place)
    turn = counts.index[at].tz_localize(None)
    rung = [(found.dates[one.at] - turn).days + 1 for one in found.alarms if one.side == side]
    return next((late for late in rung if late > 0), 99)


def alarms_and_quarters(found: list[Watched]) -> tuple[int, float]:
    return sum(len(one.alarms) for one in found), sum(len(one.observed) for one in found) / 91


@pytest.fixture(scope="module")
def quiet() -> list[Watched]:
    """Sixteen quarters in which nothing changes but the season."""
    return [seen(hospital(seed)) for seed in range(201, 205)]


def test_fewer_than_one_false_alarm_a_quarter(quiet: list[Watched]) -> None:
    """One alarm in twelve quarters is what the limit is set for."""
    alarms, quarters = alarms_and_quarters(quiet)
    assert quarters >= 16
    assert alarms <= 5  # Poisson with mean 16/12: 99 in 100


@pytest.mark.nightly
def test_fewer_than_one_false_alarm_a_quarter_over_many() -> None:
    alarms, quarters = alarms_and_quarters([seen(hospital(seed)) for seed in range(301, 331)])
    assert quarters >= 120
    assert alarms <= 18  # Poisson with mean 120/12: 99 in 100


def test_a_third_more_arrivals_ring_within_a_week() -> None:
    for seed in range(401, 404):
        at = 380 + 110 * (seed - 401)
        assert days_to_alarm(risen(hospital(seed), at, 1.3, seed), at, "high") <= 7


@pytest.mark.nightly
def test_a_third_more_arrivals_ring_within_a_week_whenever_it_begins() -> None:
    late = [
        days_to_alarm(risen(hospital(s), at, 1.3, s), at, "high") for s in range(411, 441) for at in [370 + s % 320]
    ]
    assert max(late) <= 7, late


def test_the_alarm_says_since_when_and_which_way() -> None:
    at = 460
    found = seen(risen(hospital(501), at, 1.3, 501))
    turn = hospital(501).index[at]
    first = next(one for one in found.alarms if found.dates[one.at] >= turn.tz_localize(None))
    assert abs((found.dates[first.since + 1] - turn.tz_localize(None)).days) <= 3
    assert "more than foreseen" in told(found).en
    assert "de plus que prévu" in told(found).fr
    fewer = seen(risen(hospital(502), at, 0.7, 502))
    assert fewer.alarms[-1].side == "low"
    assert "fewer than foreseen" in told(fewer).en


def test_a_level_that_moves_slowly_is_no_alarm() -> None:
    """A fifth more within a year: the forecast of the week before follows."""
    rng = np.random.default_rng(6)
    level = np.r_[np.full(400, 1.0), np.linspace(1.0, 1.2, 330)]
    rate = 270 * level * np.where(np.arange(730) % 7 < 5, 1.0, 0.9)
    counts = pd.Series(rng.poisson(rate).astype(float), index=pd.date_range("2023-01-02", periods=730, tz="UTC"))
    assert len(seen(counts, None).alarms) <= 2  # 99 in 100 of four quarters with one in twelve


def test_coverage_and_band_hold_while_nothing_changes(quiet: list[Watched]) -> None:
    residuals = np.concatenate([one.residuals for one in quiet])
    assert 0.75 <= np.mean(np.abs(residuals) <= 1.2816) <= 0.88  # the first year's spread holds no season: wide
    for one in quiet:
        assert (one.low_80 < one.expected).all()
        assert (one.high_80 > one.expected).all()


def test_a_small_site_says_what_it_cannot_see() -> None:
    rng = np.random.default_rng(9)
    index = pd.date_range("2023-01-02", periods=730, tz="UTC")
    found = seen(pd.Series(rng.poisson(2.0, 730).astype(float), index=index), None)
    assert found.told_rise is None or found.told_rise > 0.6
    assert "vary too much" in told(found).en or "rise of" in told(found).en


def test_the_forecast_of_a_day_does_not_know_its_week() -> None:
    counts = hospital(701)
    at = 500
    before, after = seen(counts.iloc[: at + 8]), seen(risen(counts, at, 2.0, 1).iloc[: at + 8])
    assert after.expected[-8:-1] == pytest.approx(before.expected[-8:-1])
    assert after.expected[-1] > before.expected[-1]


def test_iowa(mirror: Path) -> None:
    """Real arrivals of more than four years: quiet quarters, and rises planted in them."""
    path = mirror / "ed-arrivals-iowa" / "uihc_ed_arrivals_hourly.csv.gz"
    if not path.is_file():
        pytest.skip("the mirror has no arrivals of Iowa")
    hours = pd.read_csv(path, parse_dates=["ds"])
    counts = hours.set_index(hours["ds"].dt.tz_localize("UTC"))["y"].resample("D").sum().astype(float)
    found = seen(counts, "US")
    assert len(found.observed) >= 15 * 91
    assert len(found.alarms) <= 5  # Poisson with mean 15/12: 99 in 100
    assert days_to_alarm(risen(counts, 420, 1.3, 420), 420, "high", "US") <= 7


# --- limit by blocks -----------------------------------------------------------------------------------------------


def test_the_limit_of_residuals_that_follow_one_another_rings_as_rarely_as_asked() -> None:
    rng = np.random.default_rng(2)
    noise = rng.standard_normal(61_000)
    chain = np.empty(len(noise))
    chain[0] = noise[0]
    for step in range(1, len(noise)):
        chain[step] = 0.3 * chain[step - 1] + noise[step] * np.sqrt(1 - 0.3**2)
    limit = limit_by_blocks(chain[:1_000], 500, 1.0)
    assert limit > limit_for(500, 1.0)
    rung = len(cusum(chain[1_000:], limit, 1.0).alarms)
    assert 0.4 * 120 <= rung <= 1.4 * 120
    assert len(cusum(chain[1_000:], limit_for(500, 1.0), 1.0).alarms) > 2 * rung


# --- from a log ----------------------------------------------------------------------------------------------------


def log_of(counts: pd.Series) -> pd.DataFrame:
    """A visit for each arrival at some hour of its day, and a stay of two days for one in ten."""
    rng = np.random.default_rng(4)
    day = counts.index.repeat(counts.to_numpy().astype(int))
    start = day + pd.to_timedelta(rng.integers(0, 86_400, len(day)), unit="s")
    visits = pd.DataFrame({"activity": "arrival", "unit": "ED", "start": start, "end": start})
    stays = visits.iloc[::10].assign(activity="ward_stay", unit="W")
    stays["end"] = stays["start"] + pd.to_timedelta(rng.exponential(2.0, len(stays)), unit="D")
    table = pd.concat([visits, stays], ignore_index=True)
    table["case_id"] = [f"C{i}" for i in range(len(table))]
    return CONTRACTS["events"].conform(table.assign(position=0))


def test_a_log_is_counted_by_local_day() -> None:
    counts = pd.Series([5.0, 0.0, 7.0, 6.0, 2.0], index=pd.date_range("2024-03-29", periods=5, tz="UTC"))
    known = arrivals_by_day(log_of(counts), "arrival", "UTC")
    assert known is not None
    assert known.observed[1:4].tolist() == [0.0, 7.0, 6.0]
    assert arrivals_by_day(log_of(counts), "nothing", "UTC") is None


def test_the_study_watches_arrivals_beside_stays() -> None:
    log = log_of((hospital(801).iloc[:420] / 3).round())
    asked = WatchRequest(stays=("ward_stay",), arrival="arrival", timezone="UTC")
    found = watch_log(log, asked)
    assert found.arrivals is not None
    drift, verdicts = found.tables["drift"], found.tables["drift_verdicts"].set_index(["flow", "measure"])
    assert set(drift["flow"]) == {"stays", "arrivals"}
    assert verdicts.loc[("arrivals", "alarms"), "value"] == len(found.arrivals.alarms)
    assert 0 < verdicts.loc[("arrivals", "told_rise"), "value"] < 1
    assert not watch_log(log, WatchRequest(stays=("ward_stay",), timezone="UTC")).arrivals
    short = watch_log(log_of((hospital(801).iloc[:200] / 9).round()), asked)
    assert short.arrivals is None
    said = short.tables["drift_verdicts"].set_index(["flow", "measure"]).loc[("arrivals", "alarms")]
    assert np.isnan(said["value"])
    assert str(LONG_ENOUGH) in said["sentence_fr"]
