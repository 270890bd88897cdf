"""Days of a country: against the labour code, published school calendars, and days that are not covered."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chairs.core.calendar import TIMEZONES, calendar_days, public_holidays, school_holidays, school_zones
from chairs.core.errors import SettingError

pytestmark = pytest.mark.unit
DAY = dt.timedelta(days=1)


def easter(year: int) -> dt.date:
    """Gauss's rule in the form of the Nautical Almanac (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def by_law(country: str, year: int) -> list[dt.date]:
    fixed = {"FR": [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]}
    fixed["BE"] = [(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)]
    moved = {"FR": (1, 39, 50), "BE": (0, 1, 39, 49, 50)}  # both Sundays are public holidays in Belgium
    days = {dt.date(year, *day) for day in fixed[country]}
    return sorted(days | {easter(year) + after * DAY for after in moved[country]})


@pytest.mark.parametrize("country", ["FR", "BE"])
def test_public_holidays_are_those_of_the_law(country):
    for year in range(2010, 2035):
        assert public_holidays(dt.date(year, 1, 1), dt.date(year, 12, 31), country) == by_law(country, year)


# first and last day without class, weekends included, from the pages of schools and of the press for that year
PUBLISHED = [
    ("B", "2016-02-06", "2016-02-21"),
    ("A", "2016-04-09", "2016-04-24"),
    ("B", "2022-02-05", "2022-02-20"),
    ("A", "2022-02-12", "2022-02-27"),
    ("C", "2022-02-19", "2022-03-06"),
    ("B", "2021-10-23", "2021-11-07"),
    ("A", "2025-02-22", "2025-03-09"),
    ("A", "2025-04-19", "2025-05-04"),
    ("B", "2026-02-14", "2026-03-01"),
    ("B", "2026-04-11", "2026-04-26"),
    ("C", "2026-02-21", "2026-03-08"),
    ("FWB", "2021-10-30", "2021-11-07"),
    ("FWB", "2022-10-22", "2022-11-06"),
    ("FWB", "2023-02-18", "2023-03-05"),
    ("FWB", "2023-07-08", "2023-08-27"),
    ("FWB", "2024-04-27", "2024-05-12"),
    ("FWB", "2025-10-18", "2025-11-02"),
    ("FWB", "2026-04-25", "2026-05-10"),
    ("VL", "2024-03-30", "2024-04-14"),
]


@pytest.mark.parametrize(("zone", "first", "last"), PUBLISHED)
def test_school_holidays_begin_and_end_as_published(zone, first, last):
    begins, ends = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    off = school_holidays(begins - DAY, ends + DAY, country=school_zones()[zone].country, zone=zone)
    assert off.tolist() == [False, *[True] * (len(off) - 2), False]


@pytest.mark.parametrize("name", ["A", "B", "C", "FWB", "VL"])
def test_periods_are_in_order_within_what_is_covered_and_of_a_plausible_number(name):
    zone = school_zones()[name]
    borders = [dt.date.fromisoformat(day) for period in zone.periods for day in period]
    assert borders == sorted(borders)
    assert dt.date.fromisoformat(zone.since) <= borders[0]
    assert borders[-1] <= dt.date.fromisoformat(zone.until)
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        assert (end - start).days < 70
    first = max(dt.date(2020, 1, 1), dt.date.fromisoformat(zone.since))
    for year in range(first.year, dt.date.fromisoformat(zone.until).year):
        days = school_holidays(dt.date(year, 1, 1), dt.date(year, 12, 31), country=zone.country, zone=name)
        assert 85 <= days.sum() <= 135


def test_the_zones_of_france_share_summer_and_christmas_and_stagger_winter():
    days = {z: calendar_days(dt.date(2024, 1, 1), dt.date(2024, 12, 31), zone=z) for z in "ABC"}
    off = {z: set(frame.loc[frame["school_holiday"], "date"].dt.date) for z, frame in days.items()}
    july = {dt.date(2024, 7, day) for day in range(6, 32)}
    assert july <= off["A"] & off["B"] & off["C"]
    winter = {z: {day for day in off[z] if day.month in (2, 3)} for z in "ABC"}
    assert not [day for day in winter["A"] & winter["B"] & winter["C"] if day.weekday() < 5]
    assert all(len(days) == 16 for days in winter.values())


def test_a_bridge_joins_a_public_holiday_to_the_weekend():
    days = calendar_days(dt.date(2024, 1, 1), dt.date(2024, 12, 31)).set_index("date")
    assert [day.date().isoformat() for day in days.index[days["bridge"]]] == ["2024-05-10", "2024-08-16"]


def test_the_frame_has_each_day_once_with_its_weekday():
    days = calendar_days(dt.date(2024, 2, 26), dt.date(2024, 3, 3), country="BE", zone="FWB")
    assert days["weekday"].tolist() == list(range(7))
    assert days["school_holiday"].tolist() == [True] * 7
    assert days["date"].dt.date.tolist() == [dt.date(2024, 2, 26) + i * DAY for i in range(7)]


def test_without_a_zone_school_holidays_are_missing_and_any_year_will_do():
    days = calendar_days(dt.date(1999, 6, 20), dt.date(1999, 7, 5), country="CA-QC", zone=None)
    assert days["school_holiday"].isna().all()
    assert days.loc[days["public_holiday"], "date"].dt.day.tolist() == [24, 1]


@pytest.mark.parametrize(
    ("first", "last", "more", "words"),
    [
        ("2012-01-01", "2012-12-31", {}, "known from 2015-09-01 to 2027-08-31 only"),
        ("2026-06-01", "2026-07-20", {"country": "BE", "zone": "FWB"}, "known from 2019-12-21 to 2026-07-03 only"),
        ("2024-01-01", "2024-02-01", {"country": "BE", "zone": "B"}, "choose among: FWB, VL"),
        ("2024-01-01", "2024-02-01", {"country": "CA-QC"}, 'unknown school zone \\(CA-QC\\) "B"'),
        ("2024-01-01", "2024-02-01", {"country": "ZZ", "zone": None}, 'unknown country "ZZ"'),
        ("2024-02-01", "2024-01-01", {}, "end is before the start"),
    ],
)
def test_days_that_are_not_covered_are_refused_with_the_reason(first, last, more, words):
    with pytest.raises(SettingError, match=words):
        calendar_days(dt.date.fromisoformat(first), dt.date.fromisoformat(last), **more)


def test_time_zones_exist():
    assert {str(ZoneInfo(zone)) for zone in TIMEZONES.values()} == {"Europe/Paris", "Europe/Brussels"}
