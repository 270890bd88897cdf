"""Days of the simulation: calendar facts from outside, the mean of the arrivals."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from chairs.demo.days import DAY, Days, epidemic, intensity, make_days
from chairs.demo.export import clock_times, midnights, sunday_of_change
from chairs.demo.parameters import Wave, read_parameters

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def days() -> Days:
    return make_days(read_parameters().period)


def test_weekdays_holidays_and_seasons_are_those_of_the_calendar(days: Days) -> None:
    dates = [d.astype(object) for d in days.dates]
    assert days.weekday.tolist() == [d.weekday() for d in dates]
    # Easter Monday, Ascension Day and Whit Monday move; All Saints and Christmas do not
    public = {d for d, holiday in zip(dates, days.holiday, strict=True) if holiday}
    for day in ("2023-04-10", "2023-05-18", "2023-05-29", "2024-04-01", "2024-05-09", "2024-11-01", "2024-12-25"):
        assert datetime.date.fromisoformat(day) in public
    assert datetime.date(2024, 5, 2) not in public
    assert {d.month for d, winter in zip(dates, days.winter, strict=True) if winter} == {12, 1, 2}
    assert len(dates) - days.warm_up == 365 + 366
    assert days.end - days.start == 731 * DAY


def test_the_profile_keeps_its_daily_mean_whatever_the_wave(days: Days) -> None:
    profile = read_parameters().profile
    for height in (0.0, 0.3):
        wave = Wave(month=1, day=15, height=height, width_days=20)
        rate = intensity(days, profile, wave, 100.0)
        assert rate[days.warm_up :].sum() / 731 == pytest.approx(100)
    assert epidemic(days, Wave(month=2, day=1, height=0.2, width_days=15)).max() == pytest.approx(0.2)


def test_midnights_carry_the_offset_of_the_french_clock(days: Days) -> None:
    written = midnights(days.dates)
    for day, text in zip(days.dates, written, strict=True):
        moment = datetime.datetime.combine(day.astype(object), datetime.time(), tzinfo=ZoneInfo("Europe/Paris"))
        assert text == moment.isoformat()


def test_no_time_is_written_in_the_hour_that_spring_skips(days: Days) -> None:
    change = (sunday_of_change(2024, 3) - days.dates[0]).astype(int) * DAY
    seconds = np.array([change + 2 * 3600 - 1, change + 2 * 3600, change + 3 * 3600 - 1, change + 3 * 3600, -1])
    times = clock_times(seconds, days.dates)
    assert times[:4].astype(str).tolist() == [
        "2024-03-31T01:59:59",
        "2024-03-31T03:00:00",
        "2024-03-31T03:00:00",
        "2024-03-31T03:00:00",
    ]
    assert np.isnat(times[4])
