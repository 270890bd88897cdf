"""A simulation as a whole: the same bytes on any number of threads, measures that agree with the log."""

import contextlib
import dataclasses
import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.tables.events import EVENTS
from chairs.twin.anchors.emergency import emergency_model
from chairs.twin.anchors.queues import mmc
from chairs.twin.anchors.short import fixed
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration
from chairs.twin.running import Cancelled
from chairs.twin.scenario import Scenario
from chairs.twin.simulate import simulate

from .conftest import booked, one_bed, story

pytestmark = pytest.mark.unit

WEEK = 7 * 1440.0
START = dt.datetime(2026, 3, 25, 10, 15, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def hospital_model():
    import json

    folder = Path(__file__).parents[2] / "reference" / "data" / "des"
    return emergency_model(json.loads((folder / "edward_canonical.json").read_text())["spec"])


def same(a, b):
    for one, other in zip(a.sums, b.sums, strict=True):
        for name in type(one).__slots__:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_threads_and_the_number_of_replications_change_nothing(hospital_model):
    runs = [
        simulate(hospital_model, horizon=WEEK, replications=n, seed=5, threads=threads).measures
        for n, threads in ((4, 1), (4, 3))
    ]
    same(*runs)
    few = simulate(hospital_model, horizon=WEEK, replications=2, seed=5).measures
    same(few, dataclasses.replace(runs[0], sums=runs[0].sums[:2]))
    other = simulate(hospital_model, horizon=WEEK, replications=2, seed=6).measures
    assert not np.array_equal(other.sums[0].passes, few.sums[0].passes)


def test_measures_are_those_of_the_event_log(hospital_model):
    run = simulate(hospital_model, horizon=WEEK, replications=2, seed=1)
    m, events = run.measures, run.events
    EVENTS.check(events)
    minutes = {
        name: (events[name] - events["start"].min().normalize()).dt.total_seconds() / 60
        for name in ("requested", "start", "end")
    }
    for replication in range(2):
        mine = events["replication"] == replication
        for step in ("triage nurse", "cubicle", "first physician", "imaging machine", "medical bed"):
            here = mine & (events["activity"] == step) & events["start"].notna()
            waits = minutes["start"][here] - minutes["requested"][here]
            assert m.values("n", step)[replication] == here.sum()
            assert m.values("wait", step)[replication] == pytest.approx(waits.mean(), abs=1e-5)
            unit = events.loc[here, "resource"].iloc[0]
            held = mine & (events["resource"] == unit) & events["start"].notna()
            length = minutes["end"][held].fillna(WEEK) - minutes["start"][held]
            assert m.values("in_use", unit)[replication] * WEEK == pytest.approx(length.sum(), abs=1e-3)
        left = mine & (events["activity"] == "left unseen")
        assert m.values("visits", "left unseen")[replication] == left.sum()
        arrivals = mine & (events["activity"] == "arrival")
        assert m.values("arrivals", "emergency")[replication] == arrivals.sum()
        came = minutes["start"][arrivals].set_axis(events.loc[arrivals, "case_id"])
        home = mine & (events["activity"] == "discharged")
        stays = minutes["end"][home].to_numpy() - came[events.loc[home, "case_id"]].to_numpy()
        assert m.values("stay", "discharged")[replication] == pytest.approx(stays.mean(), abs=1e-5)
        inside = set(events.loc[arrivals, "case_id"]) - set(
            events.loc[mine & events["activity"].isin(ends(hospital_model)), "case_id"]
        )
        assert m.sums[replication].inside == len(inside)


def ends(model):
    from chairs.twin.steps import Leave

    return [step.name for step in model.steps if isinstance(step, Leave)]


def test_the_census_is_that_of_the_event_log(hospital_model):
    run = simulate(hospital_model, horizon=2880.0, seed=3, start=START)
    census, events = run.census, run.events
    assert census["hour"].min() == START.replace(hour=11, minute=0)
    beds = census[(census["measure"] == "census") & (census["unit"] == "medical")]
    held = events[(events["resource"] == "medical") & events["start"].notna()]
    for hour, value in zip(beds["hour"], beds["value"], strict=True):
        assert value == ((held["start"] <= hour) & ~(held["end"] <= hour)).sum()
    assert beds["value"].max() > 0


def test_the_interpreted_engine_says_the_same():
    code = (
        "from chairs.twin.anchors.queues import boarding\n"
        "from chairs.twin.simulate import simulate\n"
        "p = dict(arrival_rate=1.0, ed_service_rate=1.0, cubicles=3, p_admit=0.3, ward_rate=0.2, ward_beds=2)\n"
        "m = simulate(boarding(p), horizon=150.0, seed=4).measures\n"
        "print([[x.hex() for x in s.resources.ravel().tolist()] + s.passes.ravel().tolist() for s in m.sums])\n"
    )
    with contextlib.redirect_stdout(io.StringIO()) as compiled:
        exec(code, {})
    plain = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert len(plain) > 100
    assert plain == compiled.getvalue()


def test_arrays_that_are_too_small_grow():
    crowd = one_bed(*[0.0] * 3000, capacity=None, stay=Duration(kind="uniform", least=0.0, most=100.0))
    ended = [line[4] for line in story(crowd, horizon=200) if line[1] == "out"]
    assert len(ended) == 3000
    assert sorted(ended) != ended
    assert 48 < np.mean(ended) < 52


def test_a_cancelled_run_stops():
    run = simulate(mmc(0.9, 1.0, 1), horizon=1e7, replications=4, threads=2)
    object.__setattr__(run, "progress", lambda done: None)
    run._stop.set()
    with pytest.raises(Cancelled):
        run.replicate(0)


def test_progress_counts_the_replications():
    seen = []
    assert len(simulate(one_bed(0), horizon=10.0, replications=5, progress=seen.append).measures.sums) == 5
    assert seen == [1, 2, 3, 4, 5]


def test_rates_follow_the_local_clock_over_the_change_of_hour():
    rates = tuple(60.0 if hour == 12 else 0.0 for hour in range(24))
    model = dataclasses.replace(
        one_bed(0, capacity=None), arrivals=(Arrivals(name="noon", to="ask", classes={"a": 1.0}, rates=rates),)
    )
    start = dt.datetime(2026, 3, 28, 0, 30, tzinfo=dt.UTC)
    events = simulate(model, horizon=2880.0, start=start).events
    local = events.loc[events["activity"] == "arrival", "start"].dt.tz_convert("Europe/Paris")
    assert set(local.dt.hour) == {12}
    assert set(local.dt.day) == {28, 29}


def test_seasons_and_holidays_change_the_rate():
    base = Arrivals(name="all", to="ask", classes={"a": 1.0}, rates=(30.0,) * 24)
    model = one_bed(0, capacity=None)
    start = dt.datetime(2026, 4, 29, 22, 0, tzinfo=dt.UTC)  # 30 April at midnight in Paris
    days = {}
    for name, change in {"plain": {}, "holiday": {"holiday": 0.0}, "month": {"month": (1.0,) * 4 + (2.0,) * 8}}.items():
        changed = dataclasses.replace(model, arrivals=(dataclasses.replace(base, **change),))
        events = simulate(changed, horizon=2880.0, start=start).events
        arrived = events.loc[events["activity"] == "arrival", "start"].dt.tz_convert("Europe/Paris")
        days[name] = arrived.dt.day.value_counts().to_dict()
    assert 600 < days["plain"][30] < 850
    assert 600 < days["plain"][1] < 850
    assert days["holiday"] == {30: days["plain"][30]}
    assert days["month"][30] == days["plain"][30]
    assert 1250 < days["month"][1] < 1650


def test_overdispersed_days_vary_as_much_as_said():
    arrivals = Arrivals(name="all", to="ask", classes={"a": 1.0}, rates=(10.0,) * 24, level_cv=0.3, level_period="day")
    model = dataclasses.replace(one_bed(0, capacity=None, stay=0.01), arrivals=(arrivals,))
    counts = simulate(model, horizon=1440.0, replications=2000, seed=2).measures.values("arrivals", "all")
    assert counts.mean() == pytest.approx(240, abs=4 * np.sqrt((240 + (0.3 * 240) ** 2) / 2000))
    assert counts.var() == pytest.approx(240 + (0.3 * 240) ** 2, rel=0.15)


@pytest.mark.parametrize(("groups", "shared"), [(("", ""), False), (("all", "all"), True)])
def test_lists_of_one_group_are_busy_on_the_same_days(groups, shared):
    """Given the level, both are Poisson: the covariance is that of the levels, cv squared times both means."""
    each = Arrivals(name="", to="ask", classes={"a": 1.0}, rates=(10.0,) * 24, level_cv=0.3, level_period="day")
    lists = tuple(
        dataclasses.replace(each, name=name, level_group=group) for name, group in zip("xy", groups, strict=True)
    )
    model = dataclasses.replace(one_bed(0, capacity=None, stay=0.01), arrivals=lists)
    measures = simulate(model, horizon=1440.0, replications=2000, seed=2).measures
    covariance = np.cov(*(measures.values("arrivals", name) for name in "xy"))[0, 1]
    expected = (0.3 * 240) ** 2 if shared else 0.0
    assert covariance == pytest.approx(expected, abs=4 * (240 + 72**2) / 2000**0.5)


def test_a_start_without_a_time_zone_is_refused():
    with pytest.raises(SettingError, match="time zone"):
        simulate(one_bed(0), horizon=1.0, start=dt.datetime(2026, 1, 1))


def test_scenarios_share_their_patients(hospital_model):
    more = Scenario(resources={"medical": {"capacity": 110}, "cubicle": {"capacity": 34}})
    base = simulate(hospital_model, horizon=WEEK, seed=9).events
    changed = simulate(hospital_model, horizon=WEEK, seed=9, scenario=more).events
    first = [frame[frame["activity"] == "arrival"].set_index("case_id") for frame in (base, changed)]
    assert first[0]["start"].equals(first[1]["start"])
    triage = [frame[frame["activity"] == "triage nurse"].set_index("case_id") for frame in (base, changed)]
    assert triage[0]["end"].equals(triage[1]["end"])


@pytest.mark.parametrize(
    "stay",
    [
        Duration(kind="lognormal", mean=25, cv=0.8),
        Duration(kind="gamma", mean=25, cv=0.5),
        Duration(kind="gamma", mean=25, cv=2.0),
        Duration(kind="weibull", mean=25, shape=0.7),
        Duration(kind="normal", mean=25, cv=0.2),
        Duration(kind="uniform", least=5, most=9),
        Duration(kind="exponential", mean=25),
        Duration(
            kind="mixture",
            weights=(0.3, 0.7),
            parts=(Duration(kind="exponential", mean=5), Duration(kind="lognormal", mean=40, cv=0.5)),
        ),
    ],
    ids=lambda stay: f"{stay.kind}-{stay.cv}",
)
def test_stays_have_the_distribution_named(stay):
    n = 4000
    model = dataclasses.replace(one_bed(0, capacity=None, stay=stay), arrivals=(booked(*[0.0] * n, to="ask"),))
    ended = np.sort([line[4] for line in story(model, horizon=1e6) if line[1] == "out"])
    assert len(ended) == n
    theory = 1 - np.array([stay.survival(float(x)) for x in ended])
    distance = np.max(np.abs(theory - (np.arange(n) + 0.5) / n))
    assert distance < 1.95 / np.sqrt(n)  # Kolmogorov's limit for a chance of 0.001


def test_an_empirical_stay_takes_the_values_observed_and_no_other():
    seen = Duration(kind="empirical", values=(3.0, 1.0, 2.0), weights=(0.2, 0.5, 0.3))
    model = dataclasses.replace(one_bed(0, capacity=None, stay=seen), arrivals=(booked(*[0.0] * 5000, to="ask"),))
    ended = [line[4] for line in story(model) if line[1] == "out"]
    shares = {value: ended.count(value) / 5000 for value in set(ended)}
    assert shares == pytest.approx({1.0: 0.5, 2.0: 0.3, 3.0: 0.2}, abs=0.03)


def test_fixed_gaps_come_at_fixed_times():
    arrivals = Arrivals(name="all", to="ask", classes={"a": 1.0}, kind="renewal", gap=fixed(7.0))
    model = dataclasses.replace(one_bed(0, capacity=None), arrivals=(arrivals,))
    assert [line[3] for line in story(model, horizon=30) if line[1] == "arrival"] == [7, 14, 21, 28]
