"""What a run says in numbers and what its event log says are the same, number by number, in models of every kind."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from chairs.flow.census import ALL, hourly_census
from chairs.flow.discovery import durations, process_map
from chairs.flow.overview import arrivals_per_hour
from chairs.tables import CONTRACTS
from chairs.twin.anchors.emergency import emergency_model
from chairs.twin.anchors.published import critical_care_model
from chairs.twin.anchors.short import delay, exponential, fixed, lognormal, release, route, seize
from chairs.twin.arrivals import Arrivals, Attribute
from chairs.twin.durations import Durations, always
from chairs.twin.resources import Closure, Resource, Shift
from chairs.twin.simulate import simulate
from chairs.twin.state import Present
from chairs.twin.steps import Delay, Leave, Mark, Patience, Seize, Tally, Worsening

from .conftest import hospital

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[2] / "reference" / "data" / "des"
START = dt.datetime(2024, 3, 29, 10, 15, tzinfo=dt.UTC)


def ward(**more):
    """Return a ward with all that a model may have: rosters that interrupt, pools, limits, patience, worsening."""
    source = {"to": "patience", "classes": {"a": 0.3, "b": 0.7}, "rates": (4.0,) * 24}
    rota = tuple(Shift(at=at, capacity=units) for at, units in ((0, 1), (3, 0), (4, 1), (8.5, 4), (17, 2)))
    return hospital(
        [Arrivals(name="walk in", **source, level_cv=0.4)],
        [
            Resource(name="nurse", shifts=rota, on_reduction="preempt", priority={"b": 1}, ageing={"b": 60.0}),
            Resource(name="bed", capacity=5, unit="ward", closures=(Closure(start=700, end=900, capacity=2),)),
            Resource(name="sofa", capacity=2, unit="ward"),
            Resource(name="scanner", capacity=1, overtaking=False),
        ],
        (
            Patience(name="patience", duration=always(exponential(45)), leaves="gives up"),
            seize("nurse", "nurse", worsens=Worsening(after=always(exponential(50)), to={"b": "a"})),
            Delay(name="seen", duration=Durations(by="class", rows=(fixed(12), lognormal(9, cv=1))), activity="seen"),
            release("nurse ends", "nurse"),
            Seize(name="place", options=({"bed": 1}, {"sofa": 1}), queue_limit=4, refused="sent away"),
            Mark(name="lies", clock="lies", activity="lies"),
            delay("rest", exponential(60)),
            route("scan?", {"scan": 0.3, "goes": 0.7}),
            seize("scan", "scanner", "nurse"),
            delay("scanning", fixed(7)),
            release("scanned", "scanner", "nurse"),
            release("goes"),
            Tally(name="rested", measure="rested", since="lies", within=(30.0, 60.0), activity="rested"),
            Leave(name="home"),
            release("gives up"),
            Leave(name="gave up"),
            Leave(name="sent away"),
        ),
        classes=("a", "b"),
        attributes=(Attribute(name="frail", levels=("no", "yes"), shares=(0.7, 0.3), by_class={"a": (0.2, 0.8)}),),
        **more,
    )


def emergency():
    return emergency_model(json.loads((FOLDER / "edward_canonical.json").read_text(encoding="utf-8"))["spec"])


def critical_care():
    return critical_care_model(json.loads((FOLDER / "published_critical_care.json").read_text())["parameters"], 23)


PRESENT = (
    Present(step="rest", patient_class="a", elapsed=30.0, holds={"bed": 1}, since_arrival=50.0),
    Present(step="place", patient_class="b", elapsed=5.0, since_arrival=5.0, case_id="known"),
    Present(step="seen", patient_class="b", elapsed=2.0, holds={"nurse": 1}, attributes={"frail": "yes"}),
)
RUNS = {
    "emergency department, week, warm-up": (emergency(), {"horizon": 5000.0, "warm_up": 2000.0}),
    "emergency department, two hours": (emergency(), {"horizon": 120.0, "start": START}),
    "ward": (ward(), {"horizon": 4000.0, "start": START}),
    "ward, warm-up, patients present": (ward(), {"horizon": 2500.0, "warm_up": 400.0, "state": PRESENT}),
    "critical care": (critical_care(), {"horizon": 4000.0, "warm_up": 500.0}),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request):
    model, how = RUNS[request.param]
    return simulate(model, replications=2, seed=11, **how)


class Log:
    """One replication's log in the model's time, counted by hand."""

    def __init__(self, run, replication):
        self.run, self.model, self.horizon = run, run.program.model, run.program.horizon
        table = run.events[run.events["replication"] == replication].reset_index(drop=True)
        start = run.program.start or dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
        for name in ("requested", "start", "end"):
            table[name] = (table[name] - start) / dt.timedelta(hours=1) * self.model.hour
        self.table = table
        self.resumed = table["activity"].str.endswith(", resumed")

    def counted(self, times):
        return times[times >= self.run.warm_up]

    def length(self, begins, ends):
        """Total of intervals inside the time that counts."""
        ends = ends.fillna(self.horizon)
        return (ends.clip(lower=self.run.warm_up) - begins.clip(lower=self.run.warm_up)).sum()

    def union(self, begins, ends):
        """Time during which at least one interval is open."""
        total, open_until = 0.0, self.run.warm_up
        for begin, end in sorted(zip(begins, ends.fillna(self.horizon), strict=True)):
            total += max(end - max(begin, open_until), 0.0)
            open_until = max(open_until, end)
        return total

    def waits(self, step):
        """Requests of one step: when asked and when the wait ended; one request may end with several units."""
        mine = self.table[(self.table["activity"] == step) & self.table["requested"].notna()]
        mine = mine.drop_duplicates(["case_id", "requested", "start"])
        return mine.assign(over=mine["start"].fillna(mine["end"]))

    def granted(self, step):
        mine = self.waits(step)
        mine = mine[mine["start"].notna() & (mine["start"] >= self.run.warm_up)]
        return mine["start"] - mine["requested"]

    def stays(self, step):
        came = self.table[self.table["activity"] == "arrival"].set_index("case_id")["start"]
        left = self.table[(self.table["activity"] == step) & (self.table["end"] >= self.run.warm_up)]
        return left["end"].to_numpy() - came[left["case_id"]].to_numpy()

    def spans(self):
        return self.horizon - self.run.warm_up


def recount(log, measure, of):
    """Return a measure worked out from the event log alone, or None where the log does not hold it."""
    step = next((step for step in log.model.steps if step.name == of), None)
    counted = None
    if measure == "arrivals":
        mine = (log.table["activity"] == "arrival") & log.table["case_id"].str.startswith(f"{of}-")
        counted = len(log.counted(log.table.loc[mine, "start"]))
    elif measure == "visits":
        counted = visits(log, step)
    elif of == "rested":
        counted = rested(log, measure)
    elif measure in ("in_use", "idle_share", "waiting", "queue_share"):
        counted = of_resource(log, measure, next(item for item in log.model.resources if item.name == of))
    elif isinstance(step, Seize | Leave) and measure in ("wait", "stay", "n"):
        values = np.asarray(log.granted(of) if isinstance(step, Seize) else log.stays(of))
        counted = len(values) if measure == "n" else values.mean() if len(values) else np.nan
    return counted


def visits(log, step):
    if isinstance(step, Seize):
        return len(log.counted(log.waits(step.name)["requested"]))
    if isinstance(step, Leave) or getattr(step, "activity", None):
        time = "start" if isinstance(step, Delay) else "end"
        return len(log.counted(log.table.loc[log.table["activity"] == step.name, time]))
    return None


def rested(log, measure):
    """The tally of the ward: from the mark to the end of the rest."""
    lies = log.table[log.table["activity"] == "lies"].set_index("case_id")["end"]
    ends = log.table[(log.table["activity"] == "rested") & (log.table["end"] >= log.run.warm_up)]
    known = ends[ends["case_id"].isin(lies.index)]
    if len(known) < len(ends):
        return None  # somebody present at the start had lain down before
    took = known["end"].to_numpy() - lies[known["case_id"]].to_numpy()
    if measure.startswith("within:"):
        return (took <= float(measure.removeprefix("within:"))).mean()
    return len(took) if measure == "n" else took.mean()


def of_resource(log, measure, resource):
    table = log.table
    held = table[(table["resource"] == resource.name) & table["start"].notna()]
    if measure in ("in_use", "idle_share"):
        if resource.cleaning is not None:
            return None  # a unit that is being cleaned is in use, and in no patient's log
        if measure == "in_use":
            return log.length(held["start"], held["end"]) / log.spans()
        return 1 - log.union(held["start"], held["end"]) / log.spans()
    asking = [s.name for s in log.model.steps if isinstance(s, Seize) and any(resource.name in o for o in s.options)]
    waits = [log.waits(step) for step in asking]
    resumed = table[table["activity"].isin([f"{step}, resumed" for step in asking])]
    waits.append(resumed.assign(over=resumed["start"]))
    begins, ends = (np.concatenate([wait[name] for wait in waits]) for name in ("requested", "over"))
    begins, ends = (type(table["end"])(values) for values in (begins, ends))
    if measure == "waiting":
        return log.length(begins, ends) / log.spans()
    return log.union(begins, ends) / log.spans()


def test_every_measure_is_that_of_the_event_log(run):
    seen = set()
    for replication in range(run.replications):
        log = Log(run, replication)
        for measure, of in run.measures.names():
            said, counted = run.measures.values(measure, of)[replication], recount(log, measure, of)
            if counted is None:
                continue
            seen.add(measure.partition(":")[0])
            np.testing.assert_allclose(said, counted, rtol=1e-7, atol=2e-6, err_msg=f"{measure} of {of}")
    assert {"arrivals", "visits", "wait", "n", "stay", "waiting", "queue_share"} <= seen
    if run.program.model.name == "small":
        assert {"within", "mean", "in_use", "idle_share"} <= seen
        assert run.events["activity"].isin(["nurse, resumed", "scan, resumed"]).any()


def test_the_tables_keep_their_contracts_and_name_each_patient_once(run):
    events, cases = CONTRACTS["events"].check(run.events), CONTRACTS["cases"].check(run.cases)
    CONTRACTS["unit_hour"].check(run.census)
    assert list(events.columns) == list(CONTRACTS["events"].columns)
    for replication in range(run.replications):
        mine, people = (t[t["replication"] == replication] for t in (events, cases))
        assert set(mine["case_id"]) == set(people["case_id"])
        arrived = mine[mine["activity"] == "arrival"]
        assert sorted(arrived["case_id"]) == sorted(people["case_id"])
        leaves = [step.name for step in run.program.model.steps if isinstance(step, Leave)]
        gone = mine["activity"].isin(leaves).sum()
        assert len(people) == gone + run.measures.sums[replication].inside
        first = mine.groupby("case_id", sort=False)["position"].first()
        assert (first == 0).all()


def test_the_census_is_that_of_the_flow_of_the_log(run):
    model = run.program.model
    held = sorted(set(run.events.loc[run.events["unit"].notna(), "activity"]))
    for replication in range(run.replications):
        events = run.events[run.events["replication"] == replication]
        counted = hourly_census(events, presence=held, site=model.name)
        counted = counted[(counted["measure"] == "census") & (counted["unit"] != ALL)]
        said = run.census[(run.census["replication"] == replication) & (run.census["measure"] == "census")]
        both = said.merge(counted, on=["unit", "hour"], suffixes=("", "_log"))
        np.testing.assert_array_equal(both["value"], both["value_log"])
        # the log's own hours end with its last event: whatever lies after is what was still there
        assert len(both) >= 0.9 * len(said[said["unit"].isin(counted["unit"])])


def test_waiting_and_open_beds_are_those_of_the_engine(run):
    if run.program.clock.phase > 0:
        run = simulate(run.program.model, horizon=run.program.horizon, seed=3, replications=1)
    samples = run.samples(run.program.model.hour)
    names = [item.name for item in run.program.model.resources]
    for place, item in enumerate(run.program.model.resources):
        if item.unit is not None:
            continue
        for measure, column in (("waiting", 1), ("open_beds", 2)):
            said = run.census[(run.census["unit"] == names[place]) & (run.census["measure"] == measure)]
            engine = samples[:, :, place, column].ravel().astype(float)
            engine[engine >= 1 << 40] = np.nan
            np.testing.assert_array_equal(said["value"].to_numpy(), engine)


def test_flow_functions_read_the_log(run):
    m, model = run.measures, run.program.model
    for replication in range(run.replications):
        events = run.events[run.events["replication"] == replication]
        if run.warm_up == 0 and not run.state:
            came = sum(m.values("arrivals", source.name)[replication] for source in model.arrivals)
            assert arrivals_per_hour(events, "arrival")["value"].sum() == came
            ways = process_map(events)
            for step in model.steps:
                if isinstance(step, Leave):
                    there = ways.loc[ways["target"] == step.name, "n"].sum()
                    assert there == m.values("visits", step.name)[replication]
            waits = durations(events, "arrival").query("kind == 'waiting'").set_index("to_activity")
            for step in model.steps:
                single = isinstance(step, Seize) and all(len(option) == 1 for option in step.options)
                if single and m.values("n", step.name)[replication] > 0:
                    assert waits.loc[step.name, "n"] == m.values("n", step.name)[replication]


def test_attributes_are_those_the_engine_drew():
    """Treatment that depends on the attribute betrays it: fixed lengths, one a level."""
    model = ward()
    steps = tuple(
        dataclasses.replace(step, duration=Durations(by="attribute:frail", rows=(fixed(3.0), fixed(5.0))))
        if step.name == "seen"
        else step
        for step in model.steps
    )
    rested = tuple(dataclasses.replace(r, shifts=(), capacity=9) if r.name == "nurse" else r for r in model.resources)
    run = simulate(dataclasses.replace(model, steps=steps, resources=rested), horizon=3000.0, seed=5, replications=2)
    lines = run.events[(run.events["activity"] == "seen") & run.events["end"].notna()].merge(
        run.cases, on=["case_id", "replication"]
    )
    minutes = ((lines["end"] - lines["start"]).dt.total_seconds() / 60).round(3)
    assert len(lines) > 200
    assert (minutes == np.where(lines["frail"] == "yes", 5.0, 3.0)).all()
    share = run.cases.groupby("patient_class")["frail"].apply(lambda levels: (levels == "yes").mean())
    assert abs(share["a"] - 0.8) < 0.15
    assert abs(share["b"] - 0.3) < 0.1


def test_those_present_are_in_the_tables_under_their_own_name():
    run = simulate(ward(), horizon=600.0, seed=2, state=PRESENT)
    cases = run.cases.set_index("case_id")
    assert {"present-0000001", "known", "present-0000003"} <= set(cases.index)
    assert cases.loc["present-0000003", "frail"] == "yes"
    came = run.events[run.events["activity"] == "arrival"].set_index("case_id")["start"]
    assert came["present-0000001"] == dt.datetime(2000, 12, 31, 23, 10, tzinfo=dt.UTC)
    stay = run.events[(run.events["case_id"] == "present-0000001") & (run.events["unit"] == "ward")]
    assert stay["start"].iloc[0] == dt.datetime(2000, 12, 31, 23, 30, tzinfo=dt.UTC)
