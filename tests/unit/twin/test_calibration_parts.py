"""The parts of a calibration against what was planted: censoring, memory, shapes, clocks, arrivals, capacities."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.twin.calibration.contexts import best_depth, remember
from chairs.twin.calibration.followed import followed_weights
from chairs.twin.calibration.intensity import fit_intensity, whole_days
from chairs.twin.calibration.journal import DAY, HOUR, MINUTE
from chairs.twin.calibration.kinds import foretold, outcomes, read_kind
from chairs.twin.calibration.lapses import BY_CLOCK, BY_WAIT, BY_WORK, Kind, fit_lapse
from chairs.twin.calibration.modes import AT_ONCE, LATER, SOON, Spans
from chairs.twin.calibration.opening import Hours, hour_of_week, read_hours
from chairs.twin.calibration.shapes import Sample, best_shape, grid, misfit, spread_out
from chairs.twin.calibration.waited import begins, meant, read_waits
from chairs.twin.durations import Duration

pytestmark = pytest.mark.unit

MONDAY = 19_723 * DAY  # 1 January 2024


def efron(lengths: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Give the mass of each censored observation in equal parts to all that are longer, one after the other."""
    mass = np.ones(len(lengths))
    for i in np.argsort(lengths, kind="stable"):
        later = lengths > lengths[i]
        if not seen[i] and seen[later].any():
            mass[later] += mass[i] / later.sum()
            mass[i] = 0.0
    return mass


def test_weights_are_those_of_redistribution_to_the_right() -> None:
    lengths = np.array([1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 9.0, 9.5])
    seen = np.array([True, False, True, True, False, True, True, False, False])
    weights = followed_weights(lengths, seen)
    assert weights.sum() == pytest.approx(len(lengths))
    assert weights[seen] == pytest.approx(efron(lengths, seen)[seen])
    assert (np.diff(weights[seen]) >= 0).all(), "the later, the more the censored before count for"


def test_return_probability_is_right_although_the_log_stops_early() -> None:
    rng = np.random.default_rng(1)
    n, returns = 20_000, 0.4
    delay = np.where(rng.random(n) < returns, rng.exponential(20, n), np.inf)
    watched = rng.uniform(0, 150, n)
    seen = delay <= watched
    weights = followed_weights(np.minimum(delay, watched), seen)
    assert seen.mean() < 0.36, "counting what was seen falls short"
    assert weights[seen].sum() / n == pytest.approx(returns, abs=0.01)


def test_a_memory_of_two_steps_is_found_and_no_rare_history_is_kept() -> None:
    rng = np.random.default_rng(2)
    chains = []
    for _ in range(600):
        chain = [1, int(rng.integers(1, 3))]
        while len(chain) < 12:
            chain.append(chain[-2] if rng.random() < 0.9 else 3 - chain[-2])
        chains.append(chain)
    symbols = np.array([s for chain in chains for s in chain])
    case = np.repeat(np.arange(len(chains)), 12)
    final = np.append(np.diff(case) != 0, True)
    depth, scores = best_depth(symbols, case, final)
    assert depth >= 2
    assert scores[2] - scores[1] > 0.1
    memory = remember(symbols, case, depth)
    for k in range(2, depth + 1):
        for history in range(int(memory.histories[k].max()) + 1):
            assert len(np.unique(case[memory.histories[k] == history])) >= 11
    state, following = memory.states(depth), {}
    for place in np.flatnonzero(~final):
        key = (state[place], symbols[place + 1])
        assert following.setdefault(key, state[place + 1]) == state[place + 1]


def test_a_grid_keeps_the_mean_and_no_value_of_one_patient() -> None:
    values = np.random.default_rng(3).lognormal(3, 1.2, 500)
    duration = grid(values, np.ones(500))
    assert duration.average() == pytest.approx(values.mean(), rel=1e-4)
    assert len(duration.values) <= 40
    assert not set(duration.values) & {float(f"{value:.5g}") for value in values}


@pytest.mark.parametrize(
    "family", [Duration(kind="lognormal", mean=30, cv=1.2), Duration(kind="weibull", mean=30, shape=0.8)]
)
def test_the_family_that_was_planted_foretells_best(family: Duration) -> None:
    rng = np.random.default_rng(4)
    logs = np.sqrt(np.log1p((family.cv or 0) ** 2))
    values = rng.lognormal(np.log(30) - logs**2 / 2, logs, 60) if family.cv else 30 / 1.133 * rng.weibull(0.8, 60)
    found = best_shape(Sample(values, np.ones(60), np.arange(60) % 5 == 0))
    truth = rng.lognormal(np.log(30) - logs**2 / 2, logs, 4000) if family.cv else 30 / 1.133 * rng.weibull(0.8, 4000)
    assert misfit(found, truth) < 1.05 * misfit(family, truth)
    assert found.average() == pytest.approx(30, rel=0.35)


def test_the_score_of_a_grid_is_the_area_between_the_steps() -> None:
    duration = Duration(kind="empirical", values=(1.0, 4.0, 9.0), weights=(0.25, 0.5, 0.25))
    x = np.linspace(-5, 30, 350_001)
    below = 0.25 * (x >= 1) + 0.5 * (x >= 4) + 0.25 * (x >= 9)
    areas = [((below - (x >= y)) ** 2).sum() * (x[1] - x[0]) for y in (0.0, 4.5, 20.0)]
    assert misfit(duration, np.array([0.0, 4.5, 20.0])) == pytest.approx(float(np.mean(areas)), abs=1e-3)


def spans(since: np.ndarray, until: np.ndarray) -> Spans:
    return Spans(since, until, np.ones(len(since)), np.arange(len(since)) % 5 == 0)


def test_modes_of_a_lapse_are_told_apart() -> None:
    since = MONDAY + np.arange(90) % 5 * DAY + 10 * HOUR
    until = since.copy()
    until[30:60] += 25 * MINUTE
    until[60:] = since[60:] // DAY * DAY + DAY + 8 * HOUR
    lapse = fit_lapse(spans(since, until))
    assert lapse.modes == (AT_ONCE, SOON, LATER)
    assert lapse.shares[0] == pytest.approx((1 / 3, 1 / 3, 1 / 3), abs=1e-6)
    assert lapse.clock == Duration(kind="fixed", mean=480.0)
    assert lapse.later is not None
    assert lapse.later.rows[0] == Duration(kind="fixed", mean=1440.0)


def test_what_never_ends_on_a_weekend_never_does() -> None:
    rng = np.random.default_rng(5)
    begin = np.sort(rng.integers(0, 200, 400))
    weekday = begin % 7
    begin = begin[weekday < 5]
    ahead = np.where(begin % 7 == 4, 3, 1) + np.where(rng.random(len(begin)) < 0.3, 7, 0)
    since = MONDAY + begin * DAY + 16 * HOUR
    lapse = fit_lapse(spans(since, since // DAY * DAY + ahead * DAY + 9 * HOUR))
    assert lapse.later is not None
    assert lapse.later.by == "weekday"
    for day, row in enumerate(lapse.later.rows):
        landed = (day + spread_out(row)[0] / 1440) % 7
        assert (landed < 5).all()


OPEN = Hours(np.tile((np.arange(24) >= 8) & (np.arange(24) < 17) & (np.arange(24) != 12), 7)
             & (np.arange(168) < 120), np.zeros(24, dtype=np.int64))  # fmt: skip


MINUTES = np.flatnonzero(np.tile(np.repeat(OPEN.worked_hours, 60), 40))  # worked, of forty weeks


def walked(since: np.ndarray, work: np.ndarray) -> np.ndarray:
    """Count minutes of work from since on, until so many are done and the next one begins."""
    return MONDAY + MINUTES[np.searchsorted(MINUTES, (since - MONDAY) // MINUTE) + work] * MINUTE


def test_hours_of_work_are_those_one_counts_minute_by_minute() -> None:
    rng = np.random.default_rng(8)
    since, work = MONDAY + rng.integers(0, 14 * 24 * 60, 500) * MINUTE, rng.integers(0, 2000, 500)
    assert (OPEN.worked(since, walked(since, work)) == work * MINUTE).all()
    assert (OPEN.opens(since) == walked(since, 0 * work)).all()
    assert OPEN.openings == ((8, 15), (8, 63), (13, 1))


def begun(n: int) -> np.ndarray:
    """Return moments in hours of work."""
    return MONDAY + np.sort(np.random.default_rng(9).choice(MINUTES[MINUTES < 200 * 24 * 60], n)) * MINUTE


def test_work_that_rests_at_night_and_at_noon_is_learnt_as_work() -> None:
    since, rng = begun(3000), np.random.default_rng(10)
    work = rng.normal(200, 15, 3000).astype(int)
    until = walked(since, work)
    seen = spans(since, until)
    kind = read_kind(seen, until)
    assert kind.form == BY_WORK
    lapse = fit_lapse(seen, kind)
    ends, weights = outcomes(lapse, since[:500])
    expected = (weights * (ends - since[:500, None])).sum(axis=1) / weights.sum(axis=1) / HOUR
    assert expected.mean() == pytest.approx(float((until - since)[:500].mean()) / HOUR, rel=0.02)
    assert foretold(lapse, seen) < 0.7 * foretold(fit_lapse(seen, Kind(BY_CLOCK, seen, kind.hours)), seen)


def test_a_wait_that_ends_when_work_begins_is_learnt_as_it_was_meant() -> None:
    """Waits of 30 h on average, of which most end at night or on a weekend: seen, they are half as long again."""
    since, rng = begun(3000), np.random.default_rng(11)
    wanted = rng.gamma(2, 15, 3000)
    over = since + (wanted * 60).astype(np.int64) * MINUTE
    opened = OPEN.opens(over)
    until = opened + np.where(opened > over, rng.exponential(20, 3000), 0.0).astype(np.int64) * MINUTE
    seen = spans(since, until)
    kind = read_kind(seen, until)
    assert kind.form == BY_WAIT
    lapse = fit_lapse(seen, kind)
    assert lapse.soon is not None
    values, weights = spread_out(lapse.soon.rows[0])
    assert weights @ values / 60 == pytest.approx(wanted.mean(), rel=0.05)
    assert np.sqrt(weights @ values**2 - (weights @ values) ** 2) / 60 == pytest.approx(wanted.std(), rel=0.1)
    assert (until - since).mean() / HOUR > 1.3 * wanted.mean()


def test_what_was_over_on_a_weekend_may_end_on_monday_afternoon() -> None:
    """A weekend's returns take all of Monday: the noon break lies between the weekend and half of them."""
    since, rng = begun(4000), np.random.default_rng(13)
    over = since + (rng.gamma(6, 60, 4000) * 60).astype(np.int64) * MINUTE
    opened = OPEN.opens(over)
    weekend = OPEN.closed[hour_of_week(over)] == 63
    turn = np.where(weekend, rng.integers(0, 8 * 60, 4000), rng.exponential(15, 4000)).astype(np.int64)
    until = np.where(opened > over, walked(opened, turn), over)
    seen = spans(since, until)
    hours = read_hours(until)
    assert hours is not None
    waits = read_waits(seen, hours)
    monday = begins(seen, waits)[hours.openings.index((8, 63))]
    values, weights = spread_out(monday)
    assert weights[values >= 13 * 60].sum() / weights.sum() == pytest.approx(0.5, abs=0.1)
    assert not ((values >= 12 * 60) & (values < 13 * 60)).any()
    lengths, mass = spread_out(meant(seen, waits))
    assert mass @ lengths / 60 == pytest.approx(((over - since) / HOUR).mean(), rel=0.02)


def test_where_work_never_rests_spans_go_by_the_clock() -> None:
    rng = np.random.default_rng(12)
    since = MONDAY + np.sort(rng.integers(0, 100 * DAY, 1000))
    until = since + (rng.gamma(2, 90, 1000) * MINUTE).astype(np.int64)
    assert read_hours(until) is None
    assert read_kind(spans(since, until), until).form == BY_CLOCK


def test_what_begins_just_before_a_quiet_hour_ends_in_it() -> None:
    """A minute's work begun at a minute to nine is over at nine, not when the next morning begins."""
    rng, day = np.random.default_rng(14), np.repeat(np.arange(20), 400)
    since = MONDAY + day * DAY + (7 * 60 + rng.beta(2, 4, len(day)) * 14 * 60).astype(np.int64) * MINUTE
    until = since + (rng.uniform(0.3, 1.5, len(day)) * MINUTE).astype(np.int64)
    hours = read_hours(until)
    assert hours is not None
    assert hours.wait[21] == 10
    seen = spans(since, until)
    late = np.array([MONDAY + 21 * HOUR - MINUTE // 5])
    ends, _ = outcomes(fit_lapse(seen, read_kind(seen, until)), late)
    assert (ends - late[0]).max() < 2 * MINUTE


def test_appointments_on_the_third_of_an_hour_are_found_and_doors_that_open_are_not() -> None:
    rng = np.random.default_rng(13)
    slots = rng.integers(0, 100, 3000) * DAY + (9 * 60 + rng.integers(0, 24, 3000) * 20) * MINUTE
    moments = MONDAY + np.sort(slots)
    found = fit_intensity(moments, "visits", days=whole_days(moments), country="FR", dated=True).arrivals.within
    assert len(found) == 60
    assert np.array(found)[[0, 20, 40]] == pytest.approx(20.0, rel=0.1)
    assert sum(found) == pytest.approx(60.0)
    before = MONDAY + np.sort(rng.integers(0, 100, 3000) * DAY + rng.integers(7 * 60, 16 * 60, 3000) * MINUTE)
    opened = np.where(before % DAY < 8 * HOUR, before // DAY * DAY + 8 * HOUR, before)
    assert fit_intensity(opened, "visits", days=whole_days(opened), country="FR", dated=True).arrivals.within == ()


def test_planted_arrivals_are_found() -> None:
    rng = np.random.default_rng(6)
    days, cv = 300, 0.4
    rates = np.where((np.arange(168) % 24 >= 8) & (np.arange(168) % 24 < 18) & (np.arange(168) < 120), 1.5, 0.1)
    hours = np.arange(days * 24)
    level = rng.gamma(1 / cv**2, cv**2, days)
    counts = rng.poisson(rates[hours % 168] * np.repeat(level, 24))
    moments = MONDAY + np.repeat(hours, counts) * HOUR + rng.integers(0, HOUR, counts.sum())
    found = fit_intensity(moments, "visits", days=whole_days(moments), country="FR", dated=True)
    assert found.pattern in ("hour and weekday", "hour of the week")
    assert np.array(found.arrivals.rates).sum() == pytest.approx(rates.sum(), rel=0.06)
    assert found.dispersion == pytest.approx(cv, rel=0.25)
    assert found.arrivals.month == ()
    assert np.abs(np.array(found.arrivals.rates) - rates).mean() < 0.15


@pytest.mark.parametrize("weeks", [1.5, 12])
def test_nobody_comes_while_the_doors_are_closed(weeks: float) -> None:
    rng, minutes = np.random.default_rng(15), np.arange(int(weeks * 7) * 24 * 60)
    open_ = (minutes // 60 % 24 >= 7) & (minutes // 60 % 24 < 21)
    moments = MONDAY + rng.choice(minutes[open_], 600 * int(weeks * 7)) * MINUTE
    days = whole_days(np.sort(moments))
    rates = np.array(fit_intensity(np.sort(moments), "all", days=days, country="FR", dated=False).arrivals.rates)
    shut = ~np.tile((np.arange(24) >= 7) & (np.arange(24) < 21), 7)
    assert rates[shut].sum() < 0.002 * rates.sum()
    assert rates.sum() / 7 == pytest.approx(600, rel=0.05)


def test_plain_arrivals_are_not_over_dispersed_and_keep_one_pattern() -> None:
    rng = np.random.default_rng(7)
    moments = MONDAY + np.sort(rng.integers(0, 200 * DAY, 2000))
    found = fit_intensity(moments, "visits", days=whole_days(moments), country="FR", dated=False)
    assert found.pattern in ("flat", "smooth hour")
    assert found.dispersion == 0.0
    assert not found.recent
