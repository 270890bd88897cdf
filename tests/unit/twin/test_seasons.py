"""Seasons, holidays and over-dispersion of arrivals: what was planted is found, what was not is not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.twin.arrivals import Arrivals
from chairs.twin.clock import holidays_among, read_clock, season_at
from chairs.twin.event_log import event_log
from chairs.twin.hospital.seasons import counts_of, overdispersion, season_of, week_of
from chairs.twin.hospital.stations import busy, holiday_as
from chairs.twin.resources import Resource, Shift
from chairs.twin.rosters import capacities, hourly_rates
from chairs.twin.simulate import simulate
from chairs.twin.steps import Leave

from .conftest import hospital

pytestmark = pytest.mark.unit

DAYS = np.arange(19_358, 19_358 + 731)  # 2023 and 2024
WEEKDAY, CLOSED = (DAYS + 3) % 7, holidays_among(DAYS, "FR")
MONDAY_TO_FRIDAY = np.where(np.arange(24) >= 8, 1.5, 0.5)
WEEKEND = np.where(np.arange(24) >= 12, 2.0, 0.3)


def drawn(year, rng, *, size=6.0, holiday=1.2, cv=0.0):
    """Return counts by day and hour; public holidays have the hours of a Sunday."""
    shape = np.where((CLOSED | (WEEKDAY >= 5))[:, None], WEEKEND, MONDAY_TO_FRIDAY)
    level = year * np.where(CLOSED, holiday, 1.0) * (rng.gamma(1 / cv**2, cv**2, 731) if cv else 1.0)
    return rng.poisson(size * shape * level[:, None]).astype(float)


def wave(height=0.15, width=24.0):
    into = (DAYS - 17) % 365.25
    return 1 + height * np.exp(-(np.minimum(into, 365.25 - into) ** 2) / (2 * width**2))


def test_a_winter_wave_is_found_with_its_shape():
    year = wave()
    counts = drawn(year, np.random.default_rng(1))
    found = season_of(counts, week_of(counts, DAYS, "FR"), DAYS, "FR")
    seen = season_at(np.array(found.factors), DAYS)
    # two years of some 190 a day: one in five days is known to 2.3 %, smoothed to about half of that
    assert np.abs(seen / seen.mean() / (year / year.mean()) - 1).max() < 0.035
    assert found.holiday_as == 6
    assert abs(found.holiday - 1.2) < 4 * (1.2 / (22 * 6 * WEEKEND.sum())) ** 0.5 + 0.02


def test_the_peak_of_a_winter_is_not_cut_off():
    # 50 a day, as those admitted from an emergency department; the smoothest good fit finds 98.9 % of the peak
    year, rng, ratios = wave(0.21), np.random.default_rng(5), []
    peak = year > 1 + 0.8 * 0.21
    for _ in range(30):
        counts = drawn(year, rng, size=1.6)
        factors = season_at(np.array(season_of(counts, week_of(counts, DAYS, "FR"), DAYS, "FR").factors), DAYS)
        ratios.append((factors / factors.mean())[peak].mean() / (year / year.mean())[peak].mean())
    assert 0.992 < np.mean(ratios) < 1.005


def test_a_flat_year_is_found_flat():
    counts = drawn(np.ones(731), np.random.default_rng(2), size=0.5, holiday=1.0)
    found = season_of(counts, week_of(counts, DAYS, "FR"), DAYS, "FR")
    assert np.ptp(found.factors) < 0.05


def test_one_year_shows_no_season():
    counts = drawn(wave(), np.random.default_rng(3))[:365]
    assert season_of(counts, week_of(counts, DAYS[:365], "FR"), DAYS[:365], "FR").factors == ()


@pytest.mark.parametrize("cv", [0.0, 0.1])
def test_over_dispersion_is_found_without_bias(cv):
    mean = np.full(731, 100.0)
    rng = np.random.default_rng(4)
    squares = []
    for _ in range(200):
        level = rng.gamma(1 / cv**2, cv**2, 731) if cv else np.ones(731)
        squares.append(overdispersion(rng.poisson(mean * level).astype(float), mean) ** 2)
    spread = np.std(squares) / 200**0.5
    # cut at 0: half of a spread of sqrt(2 / 731) / 100 when there is none
    assert cv**2 - 4 * spread < np.mean(squares) < cv**2 + 4 * spread + (0.0003 if cv == 0 else 0)


def test_counts_stand_on_their_day_and_hour():
    moments = 1440.0 * np.array([DAYS[0] - 0.01, DAYS[0] + 0.01, DAYS[1] + 0.99, DAYS[-1] + 1.0])
    counts = counts_of(moments, DAYS)
    assert (counts.sum(), counts[0, 0], counts[1, 23]) == (2.0, 1.0, 1.0)


def test_rates_follow_season_and_holidays():
    rates = tuple(float(day + 1) for day in range(7) for _ in range(24))
    arrivals = Arrivals(name="a", to="x", classes={"p": 1.0}, rates=rates, season=(1.0, 3.0), holiday=2.0, holiday_as=6)
    clock = read_clock(dt.datetime(2024, 4, 29, tzinfo=dt.UTC), 72, "UTC")  # Wednesday is 1 May
    found = hourly_rates(arrivals, clock)[12:72:24]
    season = season_at(np.array([1.0, 3.0]), clock.day[12:72:24])
    np.testing.assert_allclose(found, np.array([1.0, 2.0, 2.0 * 3.0]) * season)  # as many as on a Wednesday, doubled
    assert 1.2 < season[0] < season[2] < 1.5


def test_a_holiday_spreads_the_arrivals_of_its_weekday_over_the_hours_of_another():
    day = (0.0,) * 8 + (3.0,) * 16
    rates = (*day, *day, *day, *day, *day, *((1.0,) * 24), *((0.5,) * 12), *((1.5,) * 12))
    arrivals = Arrivals(name="a", to="x", classes={"p": 1.0}, rates=rates, holiday=0.5, holiday_as=6)
    clock = read_clock(dt.datetime(2024, 5, 1, tzinfo=dt.UTC), 24, "UTC")
    np.testing.assert_allclose(hourly_rates(arrivals, clock)[:24], [0.5] * 12 + [1.5] * 12)  # 48 a day, halved
    closed = Arrivals(name="a", to="x", classes={"p": 1.0}, rates=(*day * 6, *(0.0,) * 24), holiday_as=6)
    np.testing.assert_allclose(hourly_rates(closed, clock)[:24], day)  # a Sunday without arrivals has no hours


def test_a_holiday_has_the_roster_of_the_day_it_is_like():
    shifts = tuple(Shift(at=24.0 * day, capacity=day + 1) for day in range(7))
    clock = read_clock(dt.datetime(2024, 4, 30, tzinfo=dt.UTC), 72, "UTC")
    as_sunday = Resource(name="r", shifts=shifts, roster="week", holiday_as=6)
    assert capacities(as_sunday, clock, 60.0, 2.9 * 1440.0) == [(0.0, 2), (1440.0, 7), (2880.0, 4)]


def test_the_roster_of_holidays_is_read_from_who_waits():
    capacity = np.repeat([6, 6, 6, 6, 6, 4, 4], 24)
    day = np.flatnonzero(CLOSED & (WEEKDAY < 5))[:3]
    begins = np.repeat(1440.0 * DAYS[day] + 600, 4) + np.tile(np.arange(4.0), 3)
    ends = np.repeat(1440.0 * DAYS[day] + 900, 4)
    waiting = (1440.0 * DAYS[day] + 640, 1440.0 * DAYS[day] + 890)  # past the half hour: the last shift has left
    found = busy(begins, ends, waiting)
    assert holiday_as(found, found.time, capacity) == 6
    assert holiday_as(found, found.time + 1440.0 * 14, capacity) is None


@pytest.mark.parametrize("start", [None, dt.datetime(2024, 3, 1, 6, 30, tzinfo=dt.UTC)])
def test_appointments_come_in_their_part_of_the_hour(start):
    quarters = Arrivals(name="a", to="out", classes={"a": 1.0}, rates=(2.0,) * 24, within=(3.0, 0.0, 1.0, 0.0))
    simulation = simulate(hospital([quarters], [], (Leave(name="out"),)), horizon=200 * 1440.0, start=start)
    log = event_log(simulation)[0].query("activity == 'out'")
    minutes = (log["end"].dt.minute // 15).value_counts(normalize=True).reindex(range(4), fill_value=0.0)
    assert len(log) == pytest.approx(200 * 48, abs=4 * (200 * 48) ** 0.5)
    assert minutes.tolist() == pytest.approx([0.75, 0.0, 0.25, 0.0], abs=4 * (0.1875 / len(log)) ** 0.5)


def test_what_has_no_meaning_is_refused():
    wrong = Arrivals(name="a", to="out", classes={"p": 1.0}, rates=(1.0,) * 24, holiday_as=7)
    with pytest.raises(SettingError, match="holiday_as"):
        simulate(hospital([wrong], [], (Leave(name="out"),)), horizon=60.0)
    uneven = Arrivals(name="a", to="out", classes={"a": 1.0}, rates=(1.0,) * 24, within=(1.0, 2.0))
    with pytest.raises(SettingError, match="within the hour"):
        simulate(hospital([uneven], [], (Leave(name="out"),)), horizon=60.0)
    daily = Resource(name="r", shifts=(Shift(at=0.0, capacity=1),), holiday_as=6)
    with pytest.raises(SettingError, match="holiday_as"):
        simulate(hospital([], [daily], (Leave(name="out"),)), horizon=60.0)
