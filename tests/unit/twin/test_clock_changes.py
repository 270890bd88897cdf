"""Days of 23 and 25 hours: a stay of so many nights ends on its day and at its hour, drawn by the engine or not."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.twin.arrivals import Arrivals
from chairs.twin.columns import columns_of
from chairs.twin.compiling import compile_model
from chairs.twin.durations import Duration, Durations
from chairs.twin.engine import layout as code
from chairs.twin.given import own, with_given
from chairs.twin.lines import read_lines
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.resting import Resting
from chairs.twin.retraced import retrace
from chairs.twin.settled import settled
from chairs.twin.simulate import Simulation, simulate
from chairs.twin.starting import starter
from chairs.twin.state import Present
from chairs.twin.steps import Delay, Held, Leave, Release, Seize, Window
from chairs.twin.whereabouts import Person

pytestmark = pytest.mark.unit

CHANGES = {  # the midnight before the day that is shorter, longer
    "Europe/Paris": (dt.datetime(2026, 3, 29), dt.datetime(2026, 10, 25)),
    "America/Montreal": (dt.datetime(2026, 3, 8), dt.datetime(2026, 11, 1)),
    "Pacific/Auckland": (dt.datetime(2026, 9, 27), dt.datetime(2026, 4, 5)),
}
CASES = [(zone, which) for zone in CHANGES for which in (0, 1)]
EVERY, DAYS = 20.0, 5  # minutes between two who come; days of the run


def fixed(minutes: float) -> Duration:
    return Duration(kind="fixed", mean=float(minutes))


def stay(zone: str, nights: int, clock: float, held: Held | None = None) -> Model:
    """One comes every twenty minutes and stays so many nights, until the clock shows so many minutes."""
    times = tuple(EVERY * number + 5 for number in range(int(1.5 * 1440 / EVERY)))
    return Model(
        name="stay",
        classes=("all",),
        timezone=zone,
        arrivals=(Arrivals(name="in", to="stay", classes={"all": 1.0}, kind="scheduled", times=times),),
        resources=(),
        steps=(
            Delay(name="stay", duration=fixed(1440 * nights), lands=fixed(clock), held=held, activity="stay"),
            Leave(name="out"),
        ),
    )


def first(zone: str, which: int) -> dt.datetime:
    """Noon of the day before."""
    return (CHANGES[zone][which] - dt.timedelta(hours=12)).replace(tzinfo=ZoneInfo(zone))


def minutes(since: dt.datetime, until: dt.datetime) -> float:
    return (until.astimezone(dt.UTC) - since.astimezone(dt.UTC)).total_seconds() / 60


def shown(begun: dt.datetime, nights: int, clock: float) -> dt.datetime:
    """Return when the clock shows so many minutes, nights later (of an hour that is left out: an hour later)."""
    day = dt.datetime.combine(begun.date() + dt.timedelta(days=nights), dt.time(), begun.tzinfo)
    return day.replace(hour=int(clock // 60), minute=int(clock % 60))


def stays(run: Simulation) -> dict[float, float]:
    lines = read_lines(run.replicate(0, log=True), run.program)
    here = lines["row"] == 0
    return dict(zip(lines["start"][here].round(6).tolist(), lines["end"][here].round(6).tolist(), strict=True))


@pytest.mark.parametrize(("zone", "which"), CASES)
@pytest.mark.parametrize(("nights", "clock"), [(0, 1439), (1, 10), (1, 150), (1, 490), (2, 1430)])
def test_nights_are_midnights_in_the_engine(zone: str, which: int, nights: int, clock: float) -> None:
    start = first(zone, which)
    found = stays(simulate(stay(zone, nights, clock), start=start, horizon=DAYS * 1440.0))
    assert len(found) == 108
    for begun, end in found.items():
        local = (start.astimezone(dt.UTC) + dt.timedelta(minutes=begun)).astimezone(start.tzinfo)
        assert end == pytest.approx(max(minutes(start, shown(local, nights, clock)), begun), abs=1e-6)


@pytest.mark.parametrize(("zone", "which"), CASES)
def test_those_present_end_as_in_the_engine(zone: str, which: int) -> None:
    start, rests = first(zone, which), Resting()
    for nights, clock in ((1, 10), (1, 150), (2, 490)):
        found = stays(simulate(stay(zone, nights, clock), start=start, horizon=DAYS * 1440.0))
        for begun, end in found.items():
            local = (start.astimezone(dt.UTC) + dt.timedelta(minutes=begun)).astimezone(start.tzinfo)
            now = (local.astimezone(dt.UTC) + dt.timedelta(hours=5)).astimezone(start.tzinfo)
            rest = rests.ends(fixed(1440 * nights), fixed(clock), (now, local), 1.0)
            assert rest is not None
            ahead = end - begun - 300
            assert rest[:, 0].tolist() == (pytest.approx([ahead], abs=1e-6) if ahead > 0 else [])


@pytest.mark.parametrize(("zone", "which"), CASES)
def test_a_stay_known_from_the_log_ends_on_its_day(zone: str, which: int) -> None:
    """A past week is played again with nights and hours of the clock that are known one by one."""
    start, model = first(zone, which), stay(zone, 5, 600)
    run = simulate(model, start=start, horizon=DAYS * 1440.0)
    who = np.arange(1, 109)
    known = {"stay": own(who, np.full(108, 1440.0), np.full(108, 490.0))}
    for begun, end in stays(Simulation(program=with_given(run.program, known, 109), replications=1, seed=1, warm_up=0.0,
                                       state=())).items():  # fmt: skip
        local = (start.astimezone(dt.UTC) + dt.timedelta(minutes=begun)).astimezone(start.tzinfo)
        assert end == pytest.approx(minutes(start, shown(local, 1, 490)), abs=1e-6)


@pytest.mark.parametrize(("zone", "which"), CASES)
def test_a_log_gives_nights_and_hours_by_the_clock_on_the_wall(zone: str, which: int) -> None:
    """What is read of a past week that holds a change: the nights and the hour with which it was made."""
    start, plain = first(zone, which), stay(zone, 1, 490)
    bed = Seize(name="bed", options=({"W": 1},), activity="care")
    model = dataclasses.replace(
        plain,
        arrivals=(dataclasses.replace(plain.arrivals[0], to="bed"),),
        resources=(Resource(name="W"),),
        steps=(bed, dataclasses.replace(plain.steps[0], activity=None), Release(name="free"), Leave(name="out")),
    )
    run = simulate(model, start=start, horizon=DAYS * 1440.0, replications=1)
    own_stays = retrace(model, run.events, start, days=DAYS).known["stay"]
    assert own_stays.clock is not None
    assert set(own_stays.value.round(6).tolist()) == {1440.0}
    assert set(own_stays.clock.round(3).tolist()) == {490.0}


@pytest.mark.parametrize(("zone", "which"), CASES)
def test_who_is_kept_over_sunday_leaves_on_monday(zone: str, which: int) -> None:
    held = Held(shares={"sunday": 1.0})
    start = first(zone, which)
    for begun, end in stays(simulate(stay(zone, 1, 600, held), start=start, horizon=DAYS * 1440.0)).items():
        local = (start.astimezone(dt.UTC) + dt.timedelta(minutes=begun)).astimezone(start.tzinfo)
        nights = 2 if local.weekday() == 5 else 1  # they come from Saturday noon to Sunday night
        assert end == pytest.approx(minutes(start, shown(local, nights, 600)), abs=1e-6)


@pytest.mark.parametrize(("zone", "which"), CASES)
@pytest.mark.parametrize(("came", "hours"), [(-30, 24), (-90, 24), (30, 24), (-30, 4), (30, 4)])
def test_those_present_when_a_run_starts_after_the_change_end_on_their_day(
    zone: str, which: int, came: int, hours: int
) -> None:
    """Begun minutes before or after the midnight before the change, for two nights; the run starts hours after it."""
    day = CHANGES[zone][which]
    begun = (day + dt.timedelta(minutes=came)).replace(tzinfo=ZoneInfo(zone))
    start = (day + dt.timedelta(hours=hours)).replace(tzinfo=ZoneInfo(zone))
    empty = Arrivals(name="in", to="stay", classes={"all": 1.0}, rates=(1e-9,) * 24)
    model = dataclasses.replace(stay(zone, 2, 490), arrivals=(empty,))
    there = Present(step="stay", patient_class="all", elapsed=minutes(begun, start))
    run = simulate(model, start=start, horizon=DAYS * 1440.0, state=[there])
    assert stays(run) == {-there.elapsed: minutes(start, shown(begun, 2, 490))}


def test_a_night_begun_less_than_an_hour_before_the_clock_was_put_back_is_not_over() -> None:
    """24 hours and a half after half past midnight on 25 October the clock shows midnight: one night, from there."""
    zone = ZoneInfo("Europe/Paris")
    start = dt.datetime(2026, 10, 26, tzinfo=zone)
    model = stay("Europe/Paris", 1, 490)
    two = Duration(kind="empirical", values=(1440.0, 2880.0), weights=(0.5, 0.5))
    steps = (dataclasses.replace(model.steps[0], duration=Durations(by="all", rows=(two,))), model.steps[1])
    elapsed = minutes(dt.datetime(2026, 10, 25, 0, 30, tzinfo=zone), start)
    assert elapsed == 1470.0
    program = compile_model(dataclasses.replace(model, steps=steps), start=start, horizon=1440.0)
    columns = columns_of(program, [Present(step="stay", patient_class="all", elapsed=elapsed)])
    assert columns.reals[:, code.PX_GAINED].tolist() == [-60.0]
    assert columns.reals[:, code.PX_SURVIVAL].tolist() == [1.0]


AT_MIDNIGHT = {
    "America/Santiago": (dt.datetime(2026, 9, 6), dt.datetime(2026, 4, 5)),
    "Africa/Cairo": (dt.datetime(2026, 4, 24), dt.datetime(2026, 10, 30)),
    "America/Havana": (dt.datetime(2026, 3, 8), dt.datetime(2026, 11, 1)),
    "Atlantic/Azores": (dt.datetime(2026, 3, 29), dt.datetime(2026, 10, 25)),
}


@pytest.mark.parametrize(("zone", "which"), [(zone, which) for zone in AT_MIDNIGHT for which in (0, 1)])
def test_a_clock_may_change_at_midnight(zone: str, which: int) -> None:
    """The day has no midnight, or two: a stay of one night ends at ten past eight all the same."""
    start = (AT_MIDNIGHT[zone][which] - dt.timedelta(hours=36)).replace(tzinfo=ZoneInfo(zone))
    found = stays(simulate(stay(zone, 1, 490), start=start, horizon=DAYS * 1440.0))
    assert len(found) == 108
    for begun, end in found.items():
        local = (start.astimezone(dt.UTC) + dt.timedelta(minutes=begun)).astimezone(start.tzinfo)
        assert end == pytest.approx(minutes(start, shown(local, 1, 490)), abs=1e-6)


def test_a_clock_that_changes_by_half_an_hour_within_a_run_is_refused_in_words() -> None:
    model, zone = stay("Australia/Lord_Howe", 1, 490), ZoneInfo("Australia/Lord_Howe")
    simulate(model, start=dt.datetime(2026, 6, 1, tzinfo=zone), horizon=1440.0)
    with pytest.raises(SettingError, match="part of an hour"):
        simulate(model, start=dt.datetime(2026, 10, 3, 12, tzinfo=zone), horizon=DAYS * 1440.0)


@pytest.mark.parametrize(("zone", "which"), CASES)
@pytest.mark.parametrize("spread", [False, True])
def test_opening_hours_are_those_on_the_clock(zone: str, which: int, spread: bool) -> None:
    """Stays of ten hours that end from 8 to 9 o'clock only: they do on the day of the change, too."""
    start = first(zone, which)
    window = Delay(name="stay", duration=fixed(600), window=Window(opens=8, closes=9, spread=spread), activity="stay")
    model = dataclasses.replace(stay(zone, 0, 0), steps=(window, Leave(name="out")))
    found = stays(simulate(model, start=start, horizon=DAYS * 1440.0))
    ends = [(start.astimezone(dt.UTC) + dt.timedelta(minutes=end)).astimezone(start.tzinfo) for end in found.values()]
    assert {end.hour for end in ends} == {8}
    assert all(600 <= end - begun < 600 + 1500 for begun, end in found.items())


def test_a_length_by_hour_is_as_long_as_it_is_whatever_the_clock_does() -> None:
    zone = ZoneInfo("Europe/Paris")
    begun, now = dt.datetime(2026, 3, 28, 22, tzinfo=zone), dt.datetime(2026, 3, 29, 9, tzinfo=zone)  # ten hours
    rest = Resting().ends(fixed(900), None, (now, begun), 1.0)
    assert rest is not None
    assert rest.tolist() == [[300.0, 1.0]]


def test_a_stay_that_lands_before_the_horizon_ends_whenever_it_began() -> None:
    """From noon to noon: who came at 20:00 and leaves at 8:10 is gone, although a whole day leads beyond the end."""
    found = stays(
        simulate(stay("Europe/Paris", 1, 490), start=dt.datetime(2026, 1, 5, 11, tzinfo=dt.UTC), horizon=1440.0)
    )
    gone = [end for end in found.values() if not np.isnan(end)]
    assert set(gone) == {1210.0}
    assert len(gone) == 36  # who came after midnight leaves the day after


def test_those_settled_leave_at_the_hour_at_which_patients_leave() -> None:
    """A run that ends at midnight hands its patients over: each of their stays ends at ten past eight."""
    at = dt.datetime(2026, 1, 8, 23, tzinfo=dt.UTC)
    people = settled(stay("Europe/Paris", 3, 490), at, 3)
    assert len(people) == 108
    assert {round((one.remaining or 0.0) % 1440, 6) for one in people} == {490.0}


@pytest.mark.parametrize("by", ["weekday", "hour", "hour_of_week"])
def test_a_table_by_the_clock_counts_with_the_line_of_the_start(by: str) -> None:
    """Of exponentials with other means, the survival so far is that of the line with which the engine goes on."""
    lines = {"weekday": 7, "hour": 24, "hour_of_week": 168}[by]
    rows = tuple(Duration(kind="exponential", mean=100.0 + line) for line in range(lines))
    steps = (Delay(name="stay", duration=Durations(by=by, rows=rows)), Leave(name="out"))
    source = Arrivals(name="in", to="stay", classes={"all": 1.0}, rates=(1e-9,) * 24)
    model = Model(name="m", classes=("all",), arrivals=(source,), resources=(), steps=steps, timezone="UTC")
    program = compile_model(model, start=dt.datetime(2026, 1, 8, 15, tzinfo=dt.UTC), horizon=1440.0)  # a Thursday
    line = {"weekday": 3, "hour": 15, "hour_of_week": 3 * 24 + 15}[by]
    columns = columns_of(program, [Present(step="stay", patient_class="all", elapsed=60.0)])
    assert columns.reals[:, code.PX_SURVIVAL].tolist() == [rows[line].survival(60.0)]


def test_who_is_present_has_the_line_of_the_hour_at_which_he_began() -> None:
    """Exponentials by weekday: begun on Tuesday with mean 600, seen on Wednesday, whose line has mean 10."""
    rows = tuple(Duration(kind="exponential", mean=mean) for mean in (1.0, 600.0, 10.0, 1.0, 1.0, 1.0, 1.0))
    steps = (
        Seize(name="a", options=({"U": 1},)),
        Delay(name="stay", duration=Durations(by="weekday", rows=rows)),
        Release(name="r"),
        Leave(name="out"),
    )
    source = Arrivals(name="in", to="a", classes={"all": 1.0}, rates=(1e-9,) * 24)
    model = Model(
        name="m", classes=("all",), arrivals=(source,), resources=(Resource(name="U"),), steps=steps, timezone="UTC"
    )
    begun = dt.datetime(2026, 1, 6, 20, tzinfo=dt.UTC)
    since = round(begun.timestamp() * 1e6)
    person = Person(
        case="c", unit="U", since=since, arrived=since, activity="a", step_since=since, step_end=None, waiting=False,
        resource="U", history=(("a", "U", "U"),),
    )  # fmt: skip
    (chance,) = starter(model, [person], begun + dt.timedelta(hours=10)).chances[0]
    assert chance.weight == pytest.approx(np.exp(-1.0))
    assert chance.rest is not None
    mean = (chance.rest[:, 0] * chance.rest[:, 1]).sum() / chance.rest[:, 1].sum()
    assert mean == pytest.approx(600.0, rel=0.01)  # a hundred quantiles
