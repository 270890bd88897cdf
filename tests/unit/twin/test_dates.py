"""What depends on the date: closures, months, public and school holidays, both changes of the clock."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from chairs.core.errors import SettingError
from chairs.twin.arrivals import Arrivals
from chairs.twin.load import warnings
from chairs.twin.model import read_model, write_model
from chairs.twin.resources import Closure, Resource, Shift
from chairs.twin.scenario import apply, read_scenario
from chairs.twin.simulate import simulate

from .conftest import one_bed

pytestmark = pytest.mark.unit

DAY = 1440.0


def at(text):
    return dt.datetime.fromisoformat(text)


def closed_hours(closure, start, days, **more):
    """Return the first and last full hour (UTC) at which the ward is closed, and how many there are."""
    model = dataclasses.replace(one_bed(0, **{"capacity": 3, "closures": (closure,), **more.pop("bed", {})}), **more)
    census = simulate(model, horizon=days * DAY, start=at(start)).census
    hours = census.loc[(census["measure"] == "open_beds") & (census["value"] == closure.capacity), "hour"]
    return (f"{hours.min():%m-%d %H}", f"{hours.max():%m-%d %H}", len(hours)) if len(hours) else None


SUMMER = Closure(first="2024-07-01", last="2024-08-31")


def test_a_ward_closed_in_summer_is_closed_from_the_first_local_midnight_to_the_last():
    assert closed_hours(SUMMER, "2024-06-28T07:20+00:00", 70) == ("06-30 22", "08-31 21", 62 * 24)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Brussels", ("06-30 22", "08-31 21", 62 * 24)),
        ("UTC", ("07-01 00", "08-31 23", 62 * 24)),
        ("America/Montreal", ("07-01 04", "09-01 03", 62 * 24)),
    ],
)
def test_dates_are_those_of_the_models_clock(zone, expected):
    assert closed_hours(SUMMER, "2024-06-28T07:20+00:00", 70, timezone=zone) == expected


@pytest.mark.parametrize(("day", "hours"), [("2024-10-27", 25), ("2024-03-31", 23), ("2024-05-01", 24)])
def test_a_day_of_closure_lasts_as_long_as_the_day(day, hours):
    found = closed_hours(Closure(first=day, last=day, capacity=1), f"{day[:8]}01T00:00+02:00", 31)
    assert found is not None
    assert found[2] == hours


def test_a_closure_may_reach_over_the_ends_of_the_run():
    assert closed_hours(SUMMER, "2024-08-01T00:00+02:00", 10)[2] == 241
    assert closed_hours(SUMMER, "2024-08-30T22:00+00:00", 10)[2] == 24
    assert closed_hours(SUMMER, "2024-06-29T22:00+00:00", 2)[2] == 25
    assert closed_hours(SUMMER, "2024-09-10T00:00+02:00", 10) is None
    assert closed_hours(SUMMER, "2024-01-10T00:00+02:00", 10) is None


def test_a_closure_lowers_a_roster_and_is_never_more_than_it():
    night = (Shift(at=8, capacity=3), Shift(at=20, capacity=1))
    partial = Closure(first="2024-07-01", last="2024-07-01", capacity=2)
    model = one_bed(0, capacity=None, shifts=night, closures=(partial,))
    census = simulate(model, horizon=2 * DAY, start=at("2024-07-01T00:00+02:00")).census
    beds = census.loc[census["measure"] == "open_beds", "value"].tolist()
    assert beds == [1] * 8 + [2] * 12 + [1] * 4 + [1] * 8 + [3] * 12 + [1] * 4 + [1]


def test_a_closure_by_date_comes_from_a_file_and_a_scenario():
    model = one_bed(0, capacity=3)
    changed = apply(
        read_scenario({"resources": {"bed": {"closures": [{"first": "2024-07-01", "last": "2024-08-31"}]}}}), model
    )
    assert changed.resources[0].closures == (SUMMER,)
    assert read_model(write_model(changed)) == changed


@pytest.mark.parametrize(
    ("closure", "words"),
    [
        (Closure(first="2024-07-01"), "given by start and end, or by first and last"),
        (Closure(start=0.0, end=3.0, first="2024-07-01", last="2024-07-02"), "given by start and end, or by first"),
        (Closure(start=0.0, last="2024-07-02"), "given by start and end, or by first"),
        (Closure(), "given by start and end, or by first"),
        (Closure(first="1 July", last="2024-07-02"), "not like 2024-07-01"),
        (Closure(first="2024-02-30", last="2024-07-02"), "not like 2024-07-01"),
        (Closure(first="2024-07-03", last="2024-07-02"), "ends before it starts"),
        (Closure(start=0.0, end=float("inf")), "not of finite length"),
        (Closure(start=3.0, end=3.0), "ends before it starts"),
    ],
)
def test_a_closure_that_is_no_period_is_refused(closure, words):
    with pytest.raises(SettingError, match=words):
        simulate(one_bed(0, closures=(closure,)), horizon=1.0, start=at("2024-07-01T00:00+02:00"))


def test_dates_need_a_start():
    with pytest.raises(SettingError, match="no date to start at"):
        simulate(one_bed(0, closures=(SUMMER,)), horizon=1.0)
    assert warnings(one_bed(0, closures=(SUMMER,))) == []


def arrivals_by_day(start, days, **more):
    source = Arrivals(name="all", to="ask", classes={"a": 1.0}, rates=(2.0,) * 24, **more)
    model = dataclasses.replace(one_bed(0, capacity=None), arrivals=(source,), resources=(Resource(name="bed"),))
    events = simulate(model, horizon=days * DAY, start=at(start), seed=4).events
    local = events.loc[events["activity"] == "arrival", "start"].dt.tz_convert("Europe/Paris")
    return local.dt.strftime("%m-%d").value_counts()


def test_nobody_comes_in_the_school_holidays_when_the_factor_says_so():
    came = arrivals_by_day("2024-02-19T00:00+01:00", 28, school_holiday=0.0)
    off = {f"02-{day}" for day in range(24, 30)} | {f"03-{day:02d}" for day in range(1, 11)}
    assert not off & set(came.index)
    assert len(came) == 28 - len(off)
    elsewhere = arrivals_by_day("2024-02-19T00:00+01:00", 28, school_holiday=0.0, country="BE", zone="FWB")
    assert not {f"02-{day}" for day in range(26, 30)} & set(elsewhere.index)
    assert "03-12" in elsewhere.index


def test_factors_multiply_and_leave_other_days_as_they_were():
    plain = arrivals_by_day("2024-04-29T00:00+02:00", 6)
    more = arrivals_by_day("2024-04-29T00:00+02:00", 6, school_holiday=3.0, holiday=0.5)
    assert (plain.loc[["04-29", "04-30", "05-01", "05-02"]] > 25).all()
    assert 100 < more["04-29"] < 190  # 48 a day three times: spring holidays of zone B
    assert 45 < more["05-01"] < 105  # and half of that on the public holiday
    later = {"school_holiday": 3.0, "country": "BE", "zone": "VL"}
    assert arrivals_by_day("2024-04-29T00:00+02:00", 6, **later).equals(plain)


def test_school_holidays_that_are_not_published_are_refused():
    with pytest.raises(SettingError, match="known from 2015-09-01"):
        arrivals_by_day("2012-02-19T00:00+01:00", 2, school_holiday=0.5)
    assert len(arrivals_by_day("2012-02-19T00:00+01:00", 2)) == 2
