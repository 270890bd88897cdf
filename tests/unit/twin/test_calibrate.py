"""A log made by the engine, learnt again: queue, roster, office hours; and logs that support no twin."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.tables import CONTRACTS
from chairs.twin.calibration.calibrate import Calibrated, Settings, calibrate
from chairs.twin.calibration.sheet import stress_sheet
from chairs.twin.model import read_model, write_model
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.unit

OPEN = [{"at": 24.0 * day + at, "capacity": 2 * (at == 8)} for day in range(5) for at in (8, 18)]
OFFICE = {
    "name": "office",
    "classes": ["a"],
    "time_unit": "hours",
    "timezone": "UTC",
    "arrivals": [
        {
            "name": "visits",
            "to": "desk",
            "classes": {"a": 1},
            "rates": [1.6 if hour < 120 and 8 <= hour % 24 < 17 else 0.0 for hour in range(168)],
        }
    ],
    "resources": [
        {"name": "clerk", "roster": "week", "shifts": [{"at": 0.0, "capacity": 0}, *OPEN]},
        {"name": "room"},
    ],
    "steps": [
        {"kind": "seize", "name": "desk", "options": [{"clerk": 1}], "activity": "registration"},
        {"kind": "delay", "name": "talk", "duration": {"kind": "gamma", "mean": 1.0, "cv": 0.5}},
        {"kind": "release", "name": "free", "resources": ["clerk"]},
        {"kind": "route", "name": "what", "to": ["room", "bye"], "probabilities": [[0.4, 0.6]]},
        {"kind": "seize", "name": "room", "options": [{"room": 1}], "activity": "test"},
        {"kind": "delay", "name": "test", "duration": {"kind": "lognormal", "mean": 2.0, "cv": 0.4}},
        {"kind": "release", "name": "done"},
        {"kind": "leave", "name": "bye"},
    ],
}
START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
SETTINGS = Settings(timezone="UTC")


def log_of(model, days: int, seed: int = 1) -> pd.DataFrame:
    events = simulate(model, horizon=24 * model.hour * days, start=START, seed=seed).events
    kept = events[events["activity"].isin(["registration", "test"]) & events["start"].notna()]
    return CONTRACTS["events"].conform(kept[list(CONTRACTS["events"].columns)].reset_index(drop=True))


@pytest.fixture(scope="module")
def office() -> pd.DataFrame:
    return log_of(read_model(OFFICE), 120)


@pytest.fixture(scope="module")
def learnt(office: pd.DataFrame) -> Calibrated:
    return calibrate(office, SETTINGS)


def test_the_planted_queue_and_its_roster_are_found(learnt: Calibrated) -> None:
    clerk = next(resource for resource in learnt.model.resources if resource.name == "clerk")
    assert clerk.roster == "week"
    at_noon = {day: _open_at(clerk, 24 * day + 12) for day in range(7)}
    assert at_noon == {0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 0, 6: 0}
    room = next(resource for resource in learnt.model.resources if resource.name == "room")
    assert room.capacity is None


def _open_at(resource, hour: float) -> int:
    return [shift.capacity for shift in resource.shifts if shift.at <= hour][-1]


def test_what_was_learnt_runs_and_gives_the_same_again(learnt: Calibrated, office: pd.DataFrame) -> None:
    again = log_of(learnt.model, 120, seed=7)
    assert (again["start"].dt.day_of_week[again["activity"] == "registration"] < 5).all()
    for name, activity in (("length", "test"), ("length", "registration")):
        one, two = (log[log["activity"] == activity] for log in (office, again))
        means = [((log["end"] - log["start"]).dt.total_seconds()).mean() for log in (one, two)]
        assert means[1] == pytest.approx(means[0], rel=0.12), name
        assert len(two) == pytest.approx(len(one), rel=0.12)


def test_a_model_file_gives_the_model_back_and_holds_no_time_of_a_patient(learnt: Calibrated) -> None:
    text = json.dumps(write_model(learnt.model))
    assert read_model(json.loads(text)) == learnt.model
    assert "2024" not in text


def test_the_same_log_in_any_order_of_rows_gives_the_same_bytes(learnt: Calibrated, office: pd.DataFrame) -> None:
    mixed = office.sample(frac=1.0, random_state=3).reset_index(drop=True)
    assert calibrate(mixed, SETTINGS).model == learnt.model


def test_the_report_says_what_is_not_known(learnt: Calibrated, office: pd.DataFrame) -> None:
    end_only = CONTRACTS["events"].conform(office.assign(start=pd.NaT, requested=pd.NaT))
    said = calibrate(end_only, SETTINGS).report.say("en")
    assert "the log dates one moment a step" in said
    assert "no request is dated" in said
    assert "capacity" not in said
    assert '"clerk": a queue' in learnt.report.say("en")
    assert "file d'attente" in learnt.report.say("fr")


def test_the_sheet_has_the_parts_of_stress_in_both_languages(learnt: Calibrated) -> None:
    for lang, heads in (("fr", ("Objectifs", "Accès au code")), ("en", ("Objectives", "Code access"))):
        sheet = stress_sheet(learnt, lang)
        assert [line for line in sheet.splitlines() if line.startswith("## ")][:: 5] == [
            f"## 1. {heads[0]}", f"## 6. {heads[1]}",
        ]  # fmt: skip
        assert "{" not in sheet


def test_stays_under_way_are_not_taken_for_short_ones() -> None:
    rng = np.random.default_rng(8)
    n = 3000
    start = START + pd.to_timedelta(np.sort(rng.uniform(0, 100 * 24, n)), unit="h")
    stays = rng.exponential(20 * 24, n)
    last = START + pd.Timedelta(days=100)
    end = start + pd.to_timedelta(stays, unit="h")
    log = pd.DataFrame(
        {"case_id": [f"C{i}" for i in range(n)], "activity": "ward stay", "unit": "W", "start": start,
         "end": end.where(end <= last), "position": 0}
    )  # fmt: skip
    door = log.assign(activity="door", unit="D", end=start, position=0)
    both = CONTRACTS["events"].conform(pd.concat([door, log.assign(position=1)], ignore_index=True))
    model = calibrate(both, SETTINGS).model
    days = [
        step.duration.rows[0].average() / 1440 for step in model.steps
        if step.name.startswith("stay") and step.name.endswith("later")
    ]  # fmt: skip
    naive = stays[(end <= last)].mean() / 24
    assert naive < 16
    assert max(days) > 18.5


def bad(log: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return CONTRACTS["events"].conform(log.assign(**changes))


def test_logs_that_support_no_twin_get_a_reason(office: pd.DataFrame) -> None:
    few = office[office["case_id"].isin(office["case_id"].unique()[:20])]
    with pytest.raises(DataError, match="20 dated cases, 50 are needed"):
        calibrate(few.reset_index(drop=True), SETTINGS)
    with pytest.raises(DataError, match="a single step"):
        calibrate(bad(office, activity="x", unit="u", resource=None), SETTINGS)
    same = pd.Timestamp("2024-01-01", tz="UTC")
    with pytest.raises(DataError, match="all times are equal"):
        calibrate(bad(office, start=same, end=same, requested=same), SETTINGS)
    with pytest.raises(DataError, match="the log is empty"):
        calibrate(office[:0], SETTINGS)
    with pytest.raises(DataError, match="0 dated cases"):
        calibrate(bad(office, start=pd.NaT, end=pd.NaT, requested=pd.NaT), SETTINGS)
    many = pd.DataFrame(
        {"case_id": "bed 1", "activity": "beat", "unit": "W", "position": range(30_000), "replication": 0}
    )
    many["end"] = START + pd.to_timedelta(np.arange(30_000), unit="min")
    with pytest.raises(DataError, match="a loop that does not end"):
        calibrate(CONTRACTS["events"].conform(pd.concat([office, many], ignore_index=True)), SETTINGS)


def test_clock_changes_make_no_trouble() -> None:
    rng = np.random.default_rng(9)
    n = 400
    start = pd.Timestamp("2024-03-25", tz="UTC") + pd.to_timedelta(np.sort(rng.uniform(0, 240 * 24, n)), unit="h")
    first = pd.DataFrame({"case_id": [f"C{i}" for i in range(n)], "activity": "in", "start": start, "position": 0})
    second = first.assign(activity="out", start=start + pd.Timedelta(minutes=45), position=1)
    log = CONTRACTS["events"].conform(pd.concat([first, second], ignore_index=True))
    model = calibrate(log, Settings(timezone="Europe/Paris")).model
    events = simulate(model, horizon=60 * 24 * 60, start=dt.datetime(2024, 10, 1, tzinfo=dt.UTC)).events
    assert (events["activity"] == "out").sum() > 50
