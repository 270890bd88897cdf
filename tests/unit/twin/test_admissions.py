"""Admissions to expect among those present: the same columns as in learning, the exact distribution of the sum."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.flow.risk.model import RiskModel
from chairs.flow.risk.moments import SEEN, looks
from chairs.flow.risk.settings import RiskRequest
from chairs.live.feed import Feed
from chairs.live.inbox import Inbox
from chairs.live.snapshots import read_snapshot
from chairs.live.update import Settings, present_at, update
from chairs.sources.mapping import mapping_of
from chairs.twin.admissions import distribution, expected_admissions, known_at, undecided
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration, always
from chairs.twin.folding import fold, labels_of, notices_of
from chairs.twin.model import Model
from chairs.twin.outlook import Question
from chairs.twin.resources import Resource
from chairs.twin.steps import Delay, Leave, Release, Route, Seize
from chairs.twin.whereabouts import Person, Rule, people

pytestmark = pytest.mark.unit

ASKED = RiskRequest(
    arrival="arrival", admission=("boarding",), triage="triage", known={"age_band": "arrival", "ccmu": "triage"},
    final=("departure", "boarding"), days=30, horizon_days=2, every=1,
)  # fmt: skip
MODEL = RiskModel(
    name="hand", arrival="arrival", admission=("boarding",), known={"age_band": "arrival", "ccmu": "triage"},
    timezone="Europe/Paris", calendar="real", hours=(7, 10, 14, 18),
    words={"ccmu": {"": 0.0, "2": -2.0, "4": 2.0}, "age_band": {"": 0.0, "80+": 1.0}}, numbers={},
    columns=("ccmu", "age_band", SEEN + "triage", "hours_here"), kind="logistic", intercept=-1.0,
    weights=(1.0, 0.5, 0.2, 0.1),
)  # fmt: skip


def log(cases: int = 400, days: int = 20) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Visits of some days: arrival, triage asked and done, then a bed or the way home."""
    rng = np.random.default_rng(1)
    arrived = np.sort(rng.uniform(0, days * 1440, cases))
    rows = []
    for number, at in enumerate(arrived):
        steps = [("arrival", None, at, at), ("triage", at, at + 20, at + 35)]
        steps.append((("boarding", "departure")[number % 3 > 0], None, at + 200 + 9 * (number % 40), None))
        for activity, *times in steps:
            rows.append((f"V{number:04d}", activity, *times))
    table = pd.DataFrame(rows, columns=["case_id", "activity", "requested", "start", "end"])
    table["end"] = table["end"].fillna(table["start"])
    for name in ("requested", "start", "end"):
        minutes = pd.to_timedelta((table[name] * 60).round(), unit="s")
        table[name] = (pd.Timestamp("2024-03-01", tz="UTC") + minutes).astype("datetime64[us, UTC]")
    table["position"] = table.groupby("case_id").cumcount()
    table = table.assign(unit="ED", resource=None, replication=None).astype({"resource": "str", "replication": "Int64"})
    names = [f"V{number:04d}" for number in range(cases)]
    cases_ = pd.DataFrame({"case_id": names, "age_band": "80+", "ccmu": ["24"[n % 2] for n in range(cases)]})
    return table, cases_


def test_the_live_state_gives_the_columns_that_were_learnt_from() -> None:
    events, cases = log()
    table, _ = looks(events, cases, ASKED)
    known = fold([*notices_of(events), *labels_of(cases)])
    compared = 0
    for (moment, at), rows in table[table["moment"] != "triage"].groupby(["moment", "at"]):
        if int(at) // 3_600_000_000 % 5:  # one meeting in five
            continue
        present = undecided(MODEL, people(known, int(at), Rule(final=ASKED.final), ends=True))
        live = known_at(MODEL, present, int(at)).sort_values("case_id", ignore_index=True)
        rows = rows.sort_values("case_id", ignore_index=True)
        assert live["case_id"].tolist() == rows["case_id"].tolist(), moment
        for name in ("unit", "hours_here", "hours_since_news", "hour", "weekend", "age_band", "ccmu", SEEN + "triage"):
            assert live[name].astype(object).where(live[name].notna(), None).tolist() == pytest.approx(
                rows[name].astype(object).where(rows[name].notna(), None).tolist()
            ), name
        compared += len(rows)
    assert compared > 20


def test_the_sum_is_exact() -> None:
    chance = np.array([0.1, 0.5, 0.9, 0.3])
    exact = np.zeros(5)
    for outcome in itertools.product((0, 1), repeat=4):
        exact[sum(outcome)] += np.prod([p if one else 1 - p for p, one in zip(chance, outcome, strict=True)])
    assert distribution(chance) == pytest.approx(exact)


def person(case: str, *steps: str, unit: str = "ED", **labels: str) -> Person:
    return Person(
        case=case, unit=unit, since=0, arrived=0, activity=steps[-1], step_since=0, step_end=0, waiting=False,
        attributes=labels, history=tuple((step, "ED", None) for step in steps),
    )  # fmt: skip


def test_who_is_undecided_who_waits_and_who_is_neither() -> None:
    present = [
        person("a", "arrival", "triage", ccmu="4", age_band="80+"),
        person("b", "arrival", ccmu="4"),  # severity is not known before triage
        person("c", "arrival", "triage", "boarding"),
        person("d", "arrival", "boarding", unit="MED"),
        person("e", "ward_stay", unit="MED"),
    ]
    found = expected_admissions(MODEL, present, 3_600_000_000)
    assert (found.undecided, found.waiting) == (2, 1)
    chances = [1 / (1 + np.exp(-x)) for x in (-1 + 2 + 0.5 + 0.2 + 0.1 * np.log(2), -1 + 0.1 * np.log(2))]
    assert found.mean == pytest.approx(sum(chances), abs=1e-6)
    assert (found.low, found.high) == (0.0, 2.0)
    empty = expected_admissions(MODEL, present[3:], 0)
    assert (empty.undecided, empty.mean, empty.low, empty.high) == (0, 0.0, 0.0, 0.0)


NOON = dt.datetime(2024, 3, 2, 14, tzinfo=dt.UTC)


def fed(tmp_path: Path) -> Inbox:
    """Return an inbox that has taken the log known at two in the afternoon, patients' attributes with it."""
    events, cases = log(60, 2)
    read = {"case_id": "case_id", "activity": "activity", "unit": "unit", "requested": "requested", "start": "start"}
    labels = {"age_band": "age_band", "ccmu": "ccmu"}
    columns = {**read, "end": "end"}
    mapping = mapping_of(
        {"table": "events", "columns": columns, "attributes": labels, "timezone": "UTC", "source": "drop"}
    )
    feed, inbox = Feed(folder=tmp_path / "feed", mapping=mapping), Inbox(tmp_path / "inbox.sqlite")
    feed.folder.mkdir()
    seen = events[events["start"] <= pd.Timestamp(NOON)].drop(columns=["position", "replication", "resource"])
    last = ~seen["case_id"].duplicated(keep="last") & (seen["activity"] == "triage")
    seen["end"] = seen["end"].mask(last)  # a step under way: the inbox keeps the case open
    seen.merge(cases, on="case_id").to_csv(feed.folder / "drop.csv", index=False)
    received = feed.receive(inbox)
    assert received.problems == (), [one.say() for one in received.problems]
    return inbox


def test_a_snapshot_tells_the_admissions_to_expect(tmp_path: Path) -> None:
    inbox = fed(tmp_path)
    snapshot = update(inbox, tmp_path, NOON, Settings(rule=Rule(final=ASKED.final), risk=MODEL))
    present = undecided(MODEL, present_at(inbox, round(NOON.timestamp() * 1e6), Rule(final=ASKED.final)))
    assert {person.attributes["ccmu"] for person in present} <= {"2", "4"}
    assert snapshot.admissions["undecided"] > 0
    assert 0 < snapshot.admissions["mean"] < snapshot.admissions["undecided"]
    assert read_snapshot(tmp_path) == snapshot


def test_the_forecast_counts_each_ones_own_chance_when_asked_to(tmp_path: Path) -> None:
    """Risk so high that all those present are admitted: the forecast has them in beds, not the half of its model."""
    inbox, hour = fed(tmp_path), Duration(kind="fixed", mean=600.0)
    steps = (
        Seize(name="arrival", options=({"ED": 1},)),
        Delay(name="care", duration=always(hour)),
        Release(name="cared for"),
        Route(name="fate", to=("boarding", "departure"), probabilities=((0.5, 0.5),)),
        Seize(name="boarding", options=({"W": 1},)),
        Delay(name="bed", duration=always(Duration(kind="never"))),
        Release(name="up"),
        Leave(name="departure"),
    )
    model = Model(
        name="hand", classes=("all",), resources=(Resource(name="ED"), Resource(name="W")), steps=steps,
        arrivals=(Arrivals(name="in", to="arrival", classes={"all": 1.0}, rates=(0.0,) * 24),),
    )  # fmt: skip
    sure = dataclasses.replace(MODEL, intercept=50.0)
    asked = Settings(rule=Rule(final=ASKED.final), model=model, risk=sure, question=Question(hours=12, replications=20))
    beds = {}
    for weigh in (False, True):
        snapshot = update(inbox, tmp_path, NOON, dataclasses.replace(asked, weigh=weigh))
        rows = [row for row in snapshot.outlook if (row["unit"], row["measure"]) == ("W", "census")]
        beds[weigh] = rows[-1]["mean"] / snapshot.admissions["undecided"]
    assert beds[True] == 1.0
    assert 0.3 < beds[False] < 0.7
