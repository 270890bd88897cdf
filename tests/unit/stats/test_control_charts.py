"""Control charts: hand-made series, exact quantiles, and how often a stable process is called special."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import geom

from chairs.core.errors import DataError, SettingError
from chairs.stats.control_charts import FLAT, RARE, TOO_FEW, rates, xmr
from chairs.stats.rare_events import cases_between, time_between
from chairs.stats.run_charts import run_chart

pytestmark = pytest.mark.unit


def _with_centre(values: list[float], at: int) -> list[float]:
    """Return the values with the one at `at` put exactly on the mean of all."""
    rest = [value for i, value in enumerate(values) if i != at]
    return [*values[:at], sum(rest) / len(rest), *values[at + 1 :]]


def test_a_point_on_the_mean_breaks_a_run() -> None:
    below, above = [-4.0, -2.0, -3.0, -5.0, -2.0, -3.0, -4.0], [8.0, 2.0] * 4
    values = [*below, *above]
    assert [i for i, cause in enumerate(xmr(values).causes) if cause == "run_below"] == list(range(7))
    assert "run_below" not in xmr(_with_centre(values, 3)).causes


def test_seven_rising_points_are_a_trend_and_six_are_not() -> None:
    flat = [5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0]
    seven = xmr([*flat, 5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.0, 6.0])
    six = xmr([*flat, 5.6, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.0, 6.0])
    assert [i for i, cause in enumerate(seven.causes) if cause == "trend_up"] == list(range(8, 15))
    assert "trend_up" not in six.causes


@pytest.mark.parametrize(
    ("target", "better", "verdict"),
    [(0, 1, "pass"), (0, -1, "fail"), (5.5, 1, "hit_or_miss"), (99, 1, "fail"), (99, -1, "pass")],
)
def test_assurance_says_whether_the_target_is_always_met(target: float, better: int, verdict: str) -> None:
    assert xmr([5.0, 6.0] * 8).assurance(target, better) == verdict


def test_no_limits_where_they_would_mean_nothing() -> None:
    short, flat = xmr([1.0, 2.0, 3.0]), xmr([4.0] * 20)
    assert short.reason == TOO_FEW
    assert "égales" in flat.say("fr")
    assert math.isnan(short.mean[0])
    assert short.assurance(1, 1) is None
    with pytest.raises(DataError, match="missing"):
        xmr([1.0, math.nan] * 8)
    with pytest.raises(SettingError, match="out of order"):
        xmr([1.0, 2.0] * 20, rebase_at=[20, 12])
    assert xmr([1.0, 2.0] * 20, rebase_at=[35]).reason == TOO_FEW


def test_a_new_phase_has_its_own_limits_and_rules() -> None:
    swing = [0.0, 1.0, -1.0, 0.5, -0.5, 1.0, -1.0, 0.2] * 2
    values = [10 + x for x in swing] + [20 + x for x in swing]
    assert set(xmr(values, rebase_at=[16]).causes) == {"common"}
    assert set(xmr(values).causes) != {"common"}


def test_p_prime_widens_the_limits_only_when_the_process_varies_more_than_chance() -> None:
    rng = np.random.default_rng(8)
    n = rng.integers(4_000, 9_000, 200)
    stable, moving = rng.binomial(n, 0.2), rng.binomial(n, np.clip(rng.normal(0.2, 0.02, 200), 0, 1))
    chance = 3 * np.sqrt(0.2 * 0.8 / n[0])
    assert rates(stable, n, "p").high[0] - 0.2 == pytest.approx(chance, rel=0.15)
    wide = rates(moving, n, "p")
    assert wide.high[0] - wide.mean[0] == pytest.approx(3 * math.hypot(0.02, chance / 3), rel=0.15)
    u = rates(rng.poisson(0.01 * n), n, "u")
    assert u.high[0] - u.mean[0] == pytest.approx(3 * np.sqrt(0.01 / n[0]), rel=0.15)


def test_p_prime_refuses_impossible_counts_and_a_rate_of_zero() -> None:
    with pytest.raises(DataError, match="outside its bounds"):
        rates([5] * 12, [4] * 12, "p")
    assert rates([0] * 12, [40] * 12, "p").reason is not None


def test_g_limits_are_the_quantiles_of_the_geometric_law() -> None:
    gaps = np.random.default_rng(2).geometric(0.004, 400) - 1
    chart = cases_between(gaps.tolist())
    p = 1 / (1 + gaps.mean())
    assert math.ceil(chart.high[0]) == pytest.approx(geom.isf(0.00135, p), abs=1)
    assert chart.mean[0] == pytest.approx(geom.median(p) - 0.5, abs=1)
    assert chart.causes.count("above_limit") <= 4


def test_t_chart_of_an_exponential_process_seldom_signals() -> None:
    rng = np.random.default_rng(5)
    charts = [time_between(rng.exponential(30, 60).tolist()) for _ in range(50)]
    outside = [sum(cause.endswith("limit") for cause in chart.causes) for chart in charts]
    assert np.mean(outside) / 60 < 0.01
    assert "même instant" in time_between([0.0] + [3.0] * 12).say("fr")


def test_run_chart_follows_the_published_table() -> None:
    # Anhøj 2015: useful points -> longest run, fewest crossings
    table = {10: (6, 2), 12: (7, 3), 20: (7, 6), 24: (8, 8)}
    for n, expected in table.items():
        chart = run_chart([(-1.0) ** i * (i + 1) for i in range(n)])
        assert (chart.longest_expected, chart.crossings_expected) == expected
    assert run_chart([1.0, 1.0, 1.0]).reason is not None


def _false_alarms(redraws: int) -> float:
    rng = np.random.default_rng(11)
    return float(np.mean([set(xmr(rng.normal(size=24).tolist()).causes) != {"common"} for _ in range(redraws)]))


def test_a_stable_process_is_called_special_in_a_known_share_of_charts() -> None:
    """Four rules on 24 points: far above the 0.3 % a point that three standard deviations suggest."""
    assert 0.12 < _false_alarms(400) < 0.26


@pytest.mark.nightly
def test_share_of_false_alarms_to_one_point() -> None:
    assert _false_alarms(20_000) == pytest.approx(0.19, abs=0.01)  # the share that pages may state


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([0.0] * 23 + [1.0], {}),  # an event once
        ([0.0] * 10 + [2.0] + [0.0] * 13, {}),
        ([1.0] * 12 + [100.0] * 12, {}),  # one step
        ([0.1 + 0.2, 0.3] * 12, {}),  # rounding is no move
        ([5.0] * 12 + [6.0, 7.0] * 6, {"fix_after": 12}),
        ([6.0, 7.0] * 6 + [5.0] * 12, {"rebase_at": [12]}),
    ],
)
def test_limits_without_width_are_no_limits(values: list[float], options: dict) -> None:
    chart = xmr(values, **options)
    assert chart.reason == FLAT
    assert set(chart.causes) == {"common"}
    assert all(map(math.isnan, (*chart.low, *chart.high)))
    assert chart.assurance(1, 1) is None
    if min(values) > 0 and not options:
        assert time_between(values).reason == FLAT


def test_fixed_limits_need_twelve_points_and_no_other_phase() -> None:
    values = np.random.default_rng(4).normal(size=40).tolist()
    assert xmr(values, fix_after=1).reason == xmr(values, fix_after=11).reason == TOO_FEW
    assert xmr(values, fix_after=12).reason is None
    for options in ({"fix_after": -3}, {"fix_after": 0}, {"fix_after": 12, "rebase_at": [20]}):
        with pytest.raises(SettingError, match="fix_after"):
            xmr(values, **options)


@pytest.mark.parametrize("kind", ["p", "u"])
def test_rates_of_rare_events_send_to_the_chart_of_rare_events(kind) -> None:
    one = rates([0] * 12 + [1], [100] * 13, kind)
    assert one.reason == RARE
    assert set(one.causes) == {"common"}
    assert "graphiques g et t" in one.say("fr")
    assert rates([5] * 12, [100] * 12, kind).reason is not None
    assert rates([1, 2] * 6, [100] * 12, kind).reason is None
    assert rates([], [], kind).reason == TOO_FEW


def test_what_no_chart_can_read_is_refused_in_words() -> None:
    with pytest.raises(SettingError, match="choose among: p, u"):
        rates([5, 6] * 6, [10, 21] * 6, "z")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="same length"):
        rates([5] * 12, [10] * 11, "p")
    for rubbish in ([1, math.nan] * 8, [1, math.inf] * 8, [1e308, -1e308] * 8, ["a"] * 13):
        for draw in (xmr, cases_between, time_between, run_chart):
            with pytest.raises(DataError, match="missing, infinite or not a number"):
                draw(rubbish)  # type: ignore[operator]
    assert cases_between([0] * 12).reason == FLAT
