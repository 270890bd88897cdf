"""Forecasts of planted series: what is known, what is learned, and no look at the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.flow.forecasting.backtest import backtest, forecast
from chairs.flow.forecasting.days import Place, day_columns
from chairs.flow.forecasting.expected import clock_of, expected
from chairs.flow.forecasting.rehearsal import Forecaster
from chairs.flow.forecasting.series import Series, regular
from chairs.flow.forecasting.smoothing import fit_smoothing, seasonal_naive
from chairs.flow.forecasting.spread import fit_spread
from chairs.flow.forecasting.support import unsupported
from chairs.stats.scoring_rules import CRPS_LEVELS, quantile_crps
from chairs.tables import CONTRACTS
from chairs.tables.forecasts import QUANTILES, quantile_name

pytestmark = pytest.mark.unit

QUANTILE_COLUMNS = [quantile_name(level) for level in QUANTILES]


def series(values: np.ndarray, freq: str, start: str = "2022-01-03", measure: str = "arrivals") -> Series:
    step = {"h": "h", "d": "D", "w": "7D", "m": "MS"}[freq]
    times = pd.Series(pd.date_range(start, periods=len(values), freq=step, tz="UTC"))
    return regular(times, pd.Series(np.asarray(values, dtype=float)), freq, measure=measure)


def forecaster(known: Series, horizon: int, places: tuple[Place, ...] = ()) -> Forecaster:
    return Forecaster(series=known, places=places, horizon=horizon, latest=len(known.observed))


def rate(hours: np.ndarray) -> np.ndarray:
    return 6 * (1 + 0.6 * np.sin(2 * np.pi * hours / 24)) * np.where(hours // 24 % 7 == 0, 1.3, 1.0)


# --- what is known -------------------------------------------------------------------------------------------------


def test_gaps_stay_gaps_and_order_does_not_matter() -> None:
    times = pd.Series(pd.to_datetime(["2024-01-01 03:00", "2024-01-01 00:00", "2024-01-01 01:00"], utc=True))
    assert regular(times, pd.Series([3.0, 1.0, 2.0]), "h").observed.tolist()[:2] == [1.0, 2.0]
    assert np.isnan(regular(times, pd.Series([3.0, 1.0, 2.0]), "h").observed[2])


def test_days_of_23_and_25_hours_are_whole_and_start_at_local_midnight() -> None:
    times = pd.Series(pd.date_range("2024-03-29 23:00", "2024-04-01 21:00", freq="h", tz="UTC"))
    known = regular(times, pd.Series(1.0, index=times.index), "d", zone="Europe/Paris")
    assert known.observed.tolist() == [24.0, 23.0, 24.0]
    assert known.starts(3).strftime("%d %H").tolist() == ["29 23", "30 23", "31 22"]


def test_a_partial_day_is_a_gap_and_presence_is_averaged() -> None:
    times = pd.Series(pd.date_range("2024-01-01", periods=30, freq="h", tz="UTC"))
    known = regular(times, pd.Series(4.0, index=times.index), "d", measure="census")
    assert known.observed[0] == 4.0
    assert np.isnan(known.observed[1])


def test_an_origin_inside_a_step_knows_only_the_steps_that_are_over() -> None:
    known = series(np.arange(400.0), "h")
    moments = pd.DatetimeIndex(["2022-01-03 10:00", "2022-01-03 10:30", "2022-01-03 11:00"], tz="UTC")
    assert known.known(moments).tolist() == [10, 10, 11]


def test_a_wrong_date_is_refused() -> None:
    times = pd.Series(pd.to_datetime(["1700-01-01", "2024-01-01"], utc=True))
    with pytest.raises(DataError, match="century"):
        regular(times, pd.Series([1.0, 2.0]), "h")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full(500, 3.0), "constant"),
        (np.zeros(500), "constant"),
        (np.arange(100.0), "too_short"),
        (np.where(np.arange(500) % 3, np.nan, np.arange(500.0)), "too_many_gaps"),
        (np.r_[np.arange(450.0), np.full(50, np.nan)], "stale"),
        (np.arange(500.0) - 50, "negative"),
    ],
)
def test_what_cannot_be_forecast_gets_its_reason(values: np.ndarray, reason: str) -> None:
    times = pd.Series(pd.date_range("2024-01-01", periods=len(values), freq="h", tz="UTC"))
    known = Series(
        unit="all", measure="arrivals", step=series(np.arange(3.0), "h").step, first=times[0], zone="UTC",
        observed=values,
    )  # fmt: skip
    assert unsupported(known, len(values)) == reason
    skill = backtest(forecaster(known, 24), np.array([len(values) - 24]))
    assert set(skill["status"]) == {"not_valid"}
    with pytest.raises(DataError):
        forecast(forecaster(known, 24), np.array([len(values)]))


def test_an_unknown_step_or_country_names_the_choices() -> None:
    with pytest.raises(SettingError, match="d, h, m, w"):
        regular(pd.Series(pd.to_datetime(["2024-01-01"], utc=True)), pd.Series([1.0]), "fortnight")
    with pytest.raises(SettingError):
        day_columns(pd.date_range("2024-01-01", periods=3), (Place(country="XX"),))


# --- what is learned -----------------------------------------------------------------------------------------------


def test_seasonal_naive_takes_an_earlier_season_for_a_gap() -> None:
    values = np.array([1.0, 2.0, 3.0, np.nan])
    assert seasonal_naive(values, 2, np.array([4, 4]), np.array([0, 1])).tolist() == [3.0, 2.0]


def test_smoothing_is_that_of_statsmodels() -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    draws = np.random.default_rng(5)
    values = (
        50 + np.tile([0, 3, 5, 2, -1, -4, -5], 30) + draws.normal(0, 2, 210).cumsum() * 0.3 + draws.normal(0, 1, 210)
    )
    found = fit_smoothing(values, values, series(values, "d").step, 210)
    assert found is not None
    model = ETSModel(values, error="add", seasonal="add", seasonal_periods=7, initialization_method="heuristic")
    theirs = model.fit(disp=False, maxiter=40).forecast(7)
    mine = found.predict(np.full(7, 210), np.arange(7))
    assert np.abs(mine - theirs).max() < 0.05 * values.std()  # the two differ in the first state only


@pytest.mark.parametrize("kind", ["over", "poisson", "under", "real"])
def test_intervals_cover_what_they_say_whatever_the_spread(kind: str) -> None:
    draws = np.random.default_rng(6)
    mean = draws.uniform(4, 30, 6_000)
    drawn = {
        "over": lambda: draws.negative_binomial(mean / 1.5, 1 / 2.5),
        "poisson": lambda: draws.poisson(mean),
        "under": lambda: draws.binomial(np.ceil(mean / 0.8).astype(int), mean / np.ceil(mean / 0.8)),
        "real": lambda: draws.gamma(20.0, mean / 20),
    }[kind]().astype(float)
    spread = fit_spread(mean[:3_000], drawn[:3_000], np.zeros(3_000), whole=kind != "real", forecasts=3_000)
    below, at = spread.probability(mean[3_000:], drawn[3_000:])
    pit = below + draws.random(3_000) * (at - below)
    for level in (0.8, 0.95):
        tail = (1 - level) / 2
        covered = np.mean((pit >= tail) & (pit <= 1 - tail))
        assert abs(covered - level) < 4 * np.sqrt(level * (1 - level) / 3_000)
    quantiles = spread.quantiles(mean[:50], np.array(QUANTILES))
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert kind == "real" or (quantiles == np.round(quantiles)).all()


def test_a_planted_poisson_series_is_forecast_close_to_its_floor_and_covered() -> None:
    draws = np.random.default_rng(7)
    hours = np.arange(24 * 140)
    known = series(draws.poisson(rate(hours)), "h")
    origins = np.linspace(24 * 110, 24 * 138, 30).astype(int)
    skill = backtest(forecaster(known, 24), origins).set_index(["model", "from_lead", "to_lead"])
    CONTRACTS["forecast_skill"].check(skill.reset_index().assign(site="all"))
    from scipy import stats

    targets = (origins[:, None] + np.arange(24)).ravel()
    best = stats.poisson.ppf(np.array(CRPS_LEVELS)[None], rate(targets)[:, None])
    floor = quantile_crps(np.array(CRPS_LEVELS), best, known.observed[targets]).mean()
    combined = skill.loc[("combined", 1, 24)]
    assert combined["crps"] < 1.05 * floor
    assert combined["crps"] < skill.loc[("snaive", 1, 24)]["crps"]
    assert 0.74 < combined["coverage_80"] < 0.86  # 720 hours: 4 standard errors
    assert sum(combined[f"pit_{i}"] for i in range(1, 11)) == pytest.approx(1.0)


def test_a_doubled_level_is_followed() -> None:
    draws = np.random.default_rng(8)
    hours = np.arange(24 * 90)
    known = series(draws.poisson(rate(hours) * np.where(hours > 24 * 70, 2, 1)), "h")
    found = forecast(forecaster(known, 24), np.array([len(hours)]))
    assert found["mean"].sum() == pytest.approx(2 * rate(np.arange(24 * 90, 24 * 91)).sum(), rel=0.12)


def test_a_public_holiday_is_learned_from_earlier_ones() -> None:
    draws = np.random.default_rng(9)
    days = pd.date_range("2019-01-01", "2023-12-24", freq="D")
    off = day_columns(days, (Place(country="FR"),))["holiday FR"]
    values = draws.poisson(np.where(off, 130, 100)).astype(float)
    found = forecast(forecaster(series(values, "d", "2019-01-01"), 4, (Place(country="FR"),)), np.array([len(days)]))
    assert found["mean"].tolist()[0] > 115  # Christmas Day 2023
    assert abs(found["mean"].tolist()[3] - 100) < 8


def week(alike: bool) -> np.ndarray:
    """Return the share of each hour in its day (7, 24): evenings later as the week goes on, or every day the same."""
    late = np.zeros((7, 1)) if alike else np.arange(7)[:, None]
    share = 1 + 0.6 * np.sin(2 * np.pi * (np.arange(24) - 8 - 0.5 * late) / 24)
    return share / share.sum(axis=1, keepdims=True)


def learned(hours: np.ndarray, places: tuple[Place, ...] = ()) -> np.ndarray:
    """Return the share of each hour in its day that is expected of a series that begins on a Monday."""
    known = series(hours, "h", "2018-01-01")
    mean = expected(known.observed, known.step, clock_of(known, places, len(hours))).reshape(-1, 24)
    return mean / mean.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("alike", [True, False])
def test_neighbouring_hours_lend_each_other_strength(alike: bool) -> None:
    truth, weeks = week(alike), 20
    drawn = np.random.default_rng(14).poisson(100 * np.tile(truth, (weeks, 1)).ravel())
    seen = drawn.reshape(weeks, 7, 24).sum(axis=0)
    plain = ((seen / seen.sum(axis=1, keepdims=True) - truth) ** 2).sum()
    found = ((learned(drawn)[:7] - truth) ** 2).sum()
    assert found < (0.25 if alike else 0.5) * plain


@pytest.mark.parametrize("sunday", [0.0, 0.5, 1.0])
def test_the_hours_of_a_holiday_lie_where_past_ones_lay(sunday: float) -> None:
    days = pd.date_range("2018-01-01", periods=700, freq="D")
    france = Place(country="FR")
    off = day_columns(days, (france,))["holiday FR"] & (days.day_of_week < 6)
    own = week(alike=False)[days.day_of_week]
    truth = np.where(off[:, None], sunday * week(alike=False)[6] + (1 - sunday) * own, own)
    found = learned(np.random.default_rng(15).poisson(600 * truth.ravel()), (france,))[off]
    apart = week(alike=False)[6] - own[off]
    lies = (apart * (found - own[off])).sum() / (apart**2).sum()
    assert lies == pytest.approx(sunday, abs=0.105)  # three standard errors


def test_two_weeks_are_enough_for_a_simple_forecast() -> None:
    draws = np.random.default_rng(10)
    found = forecast(forecaster(series(draws.poisson(rate(np.arange(336))), "h"), 24), np.array([336]))
    assert len(found) == 24
    assert found[QUANTILE_COLUMNS].notna().all().all()


def test_rare_and_gappy_and_long_steps() -> None:
    draws = np.random.default_rng(11)
    rare = draws.poisson(0.02, 1_500).astype(float)
    rare[400:500] = np.nan
    months = draws.poisson(900, 80).astype(float)
    weeks = np.exp(draws.normal(0, 0.3, 200).cumsum() * 0.3) * 1e4
    for values, freq in ((rare, "h"), (months, "m"), (weeks, "w")):
        found = forecast(forecaster(series(values, freq), 4), np.array([len(values)]))
        CONTRACTS["forecasts"].check(found.assign(site="all"))
        assert (np.diff(found[QUANTILE_COLUMNS].to_numpy(), axis=1) >= 0).all()


# --- no look at the future -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("freq", "length", "origin"), [("h", 24 * 70, 24 * 62 + 5), ("d", 960, 930)])
def test_the_future_does_not_change_a_forecast(freq: str, length: int, origin: int) -> None:
    draws = np.random.default_rng(12)
    past = draws.poisson(rate(np.arange(length)) if freq == "h" else 80, length).astype(float)
    other = past.copy()
    other[origin:] = past[origin:] * 3 + 0.5
    places = (Place(country="FR", zone="B"), Place(country="BE", zone="FWB"))
    one = forecast(forecaster(series(past, freq), 7, places), np.array([origin]))
    two = forecast(forecaster(series(other, freq), 7, places), np.array([origin]))
    three = forecast(forecaster(series(past[:origin], freq), 7, places), np.array([origin]))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    pd.testing.assert_frame_equal(one, three, check_exact=True)


def test_a_forecast_does_not_depend_on_the_other_origins_asked_for() -> None:
    draws = np.random.default_rng(13)
    known = series(draws.poisson(rate(np.arange(24 * 60))), "h")
    alone = forecast(forecaster(known, 12), np.array([24 * 55]))
    among = forecast(forecaster(known, 12), np.array([24 * 40, 24 * 55, 24 * 59]))
    among = among[among["origin"] == alone["origin"].iloc[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among, check_exact=True)
