"""A hospital's week played again: a log that its own model wrote comes out as it was, patient by patient."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.twin.engine import layout as code
from chairs.twin.hospital.calibrate import HospitalModel
from chairs.twin.hospital.logged import logged
from chairs.twin.hospital.past import past_week
from chairs.twin.hospital.rare import with_rare_transfers
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.week import Week
from chairs.twin.lines import read_lines
from chairs.twin.replay import beside_others, gaps, replay
from chairs.twin.scenario import Scenario
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.pipelines

FIRST = dt.datetime(2024, 1, 8, tzinfo=ZoneInfo("Europe/Paris"))
BEFORE, AFTER = 14, 10  # days of the planted log before the week and after it


@pytest.fixture(scope="module")
def planted(hospital: HospitalModel) -> tuple[HospitalModel, np.ndarray]:
    """The hospital with a log written by its own model, and the move of each of its stays."""
    model, start = hospital.model, FIRST - dt.timedelta(days=BEFORE)
    run = simulate(model, horizon=(BEFORE + 7 + AFTER) * 1440.0, start=start, replications=1, seed=9)
    (lines,) = run.each(read_lines, log=True)
    zero = start.timestamp() / 60
    came = lines["kind"] == code.LOG_ARRIVE
    frame = pd.DataFrame({name: lines[name][~came] for name in lines})
    frame["step"] = np.array([step.name for step in model.steps])[frame["row"]]
    frame["on"] = np.array([r.name for r in model.resources])[frame["resource"]]
    frame.loc[frame["resource"] < 0, "on"] = ""
    first = pd.DataFrame({name: lines[name][came] for name in ("who", "row", "class", "start")}).set_index("who")
    first["to"] = np.array([source.to for source in model.arrivals])[first["row"]]
    first["class"] = np.array(model.classes)[first["class"]]
    visits, classes = _visits(frame, first, zero)
    stays, moves, wanted = _stays(frame, first, zero, hospital.learnt.log.wards)
    log = dataclasses.replace(hospital.learnt.log, visits=visits, stays=stays, cancelled=_off(frame, first, zero))
    learnt = dataclasses.replace(
        hospital.learnt, log=log,
        emergency=dataclasses.replace(hospital.learnt.emergency, visit_class=classes),
        wanted=dataclasses.replace(hospital.learnt.wanted, ward=wanted, diverted=np.zeros(len(wanted), dtype=bool)),
    )  # fmt: skip
    return dataclasses.replace(hospital, learnt=learnt), moves


def test_who_goes_on_to_the_ward_he_lies_in_gives_his_bed_back_first(hospital: HospitalModel):
    stays = logged(hospital.model, hospital.learnt.log, 1).log.stays
    case, unit = stays["case_id"].to_numpy(), stays["unit"].to_numpy(str)
    again = (case[1:] == case[:-1]) & (unit[1:] == unit[:-1])
    assert again.sum() >= 5  # one transfer in a hundred or so
    assert (stays["start"].to_numpy()[1:] >= stays["end"].to_numpy()[:-1])[again].all()


def _visits(frame: pd.DataFrame, first: pd.DataFrame, zero: float) -> tuple[pd.DataFrame, np.ndarray]:
    mine = first[first["to"].str.endswith(" triage")]
    unit = mine["to"].str.removesuffix(" triage")
    found = pd.DataFrame({"case_id": mine.index, "unit": unit, "level": mine["class"].str.split(" ").str[1],
                          "arrival": mine["start"]}).set_index("case_id", drop=False)  # fmt: skip
    at = {"triage": " triage", "first_doctor": " doctor asked", "imaging": " imaging asked"}
    for name, ending in at.items():
        held = frame[frame["step"].str.endswith(ending) & (frame["kind"] == code.LOG_HOLD)]
        held = held[~held["on"].str.endswith(" place")].set_index("who")
        for column in ("requested", "start", "end"):
            found[f"{name}_{column}"] = held[column].reindex(found.index)
    ends = {"decision_start": " results", "departure_end": " departure", "left_without_being_seen_end": " left"}
    for name, ending in ends.items():
        found[name] = frame[frame["step"].str.endswith(ending)].set_index("who")["end"].reindex(found.index)
    found["admitted"] = mine["class"].str.endswith(" admitted") & found["decision_start"].notna()
    numbers = found.select_dtypes("float").columns
    found[numbers] = found[numbers] + zero
    found = found.reset_index(drop=True).sort_values("case_id", ignore_index=True)
    return found, mine["class"].to_numpy(str)[np.argsort(mine.index)]


def _stays(
    frame: pd.DataFrame, first: pd.DataFrame, zero: float, wards: tuple[str, ...]
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    beds = frame[frame["step"].str.contains("bed ") & (frame["kind"] <= code.LOG_LEFT_QUEUE)].copy()
    asked, asked_next = (
        beds[beds["step"].str.startswith(step)].groupby("who")["requested"].min() for step in ("bed ", "transfer bed ")
    )
    held = beds[(beds["kind"] == code.LOG_HOLD) & beds["on"].isin(wards)].copy()
    moves = frame[frame["step"].str.contains("move ") & (frame["kind"] == code.LOG_DELAY)]
    held = held.merge(moves[["who", "start", "end"]], on=["who", "start"], suffixes=("", "_moved"))
    held["wanted"] = held["step"].str.rpartition(" ")[2]
    held["order"] = held["step"].str.contains("transfer ").astype(int)
    first_asked, then_asked = (one.reindex(held["who"]) for one in (asked, asked_next))
    held["requested"] = np.where(held["order"] == 0, first_asked, then_asked)
    held["move"] = held["end_moved"] - held["start"]
    held = held[held["end_moved"].notna()].sort_values(["who", "order"], ignore_index=True)
    cls = first["class"].reindex(held["who"])
    kind = np.where(cls.isin(["planned", "direct"]), cls, "emergency")
    stays = pd.DataFrame({"case_id": held["who"], "unit": held["on"], "requested": held["requested"] + zero,
                          "start": held["end_moved"] + zero, "end": held["end"] + zero, "kind": kind,
                          "order": held["order"]})  # fmt: skip
    return stays, held["move"].to_numpy(), np.searchsorted(np.array(wards), held["wanted"])


def _off(frame: pd.DataFrame, first: pd.DataFrame, zero: float) -> pd.DataFrame:
    off = frame[frame["step"] == "cancellation"].set_index("who")
    ward = first["to"].reindex(off.index).str.removeprefix("ask ")
    known = {"requested": first["start"].reindex(off.index) + zero, "end": off["end"] + zero}
    told = pd.DataFrame({"case_id": off.index, "unit": ward, **known, "kind": first["class"].reindex(off.index)})
    return told.reset_index(drop=True)


def test_a_log_of_the_model_is_played_again_as_it_was(planted, monkeypatch):
    found, moves = planted

    def true_moves(week: Week):
        told = []
        for which in ("first", "second"):
            line = week.cases[which]
            wait = week.stay("start", which) - week.stay("requested", which)
            told.append((np.where(line >= 0, moves[np.maximum(line, 0)], np.nan), wait))
        return tuple(told)

    monkeypatch.setattr(Week, "moves", property(true_moves))
    past = past_week(found, FIRST)
    again = replay(past, Scenario(), redraws=2)
    assert len(past.state) > 20
    assert {person.step.split(" ")[0] for person in past.state} > {"stay"}
    for line in again.lines:
        assert line.again == pytest.approx(line.real, abs=1e-4), (line.measure, line.of)
        assert (line.effect, line.low, line.high) == (0.0, 0.0, 0.0)
    assert again.inside == dict.fromkeys(again.inside, 1.0)


def test_with_its_moves_drawn_it_comes_near(planted):
    again = replay(past_week(planted[0], FIRST), Scenario(), redraws=5)
    whole = {line.measure: line for line in again.lines if line.of == "all"}
    assert whole["census"].again == pytest.approx(whole["census"].real, rel=0.02)
    assert whole["wait_mean"].near
    assert again.apart["all"] < 0.02 * whole["census"].real + 0.5


def test_the_week_of_the_log_starts_with_who_was_there(hospital):
    past = past_week(hospital, FIRST)
    log: HospitalLog = hospital.learnt.log
    zero = FIRST.timestamp() / 60
    lay = (log.stays["start"] < zero) & ~(log.stays["end"] <= zero)
    assert sum(person.step.startswith("stay ") for person in past.state) == pytest.approx(lay.sum(), abs=3)
    came = ((log.visits["arrival"] >= zero) & (log.visits["arrival"] < zero + 7 * 1440)).sum()
    visits = [one for one in past.model.arrivals if one.to.endswith(" triage")]
    assert sum(len(one.times) for one in visits) == came
    found = replay(past, Scenario(), redraws=2)
    assert all(line.effect == 0 for line in found.lines)


def test_nobody_is_discharged_because_his_transfer_is_rare(hospital):
    """A transfer of fewer than 11 patients is not in the model; in a past week its patient goes on all the same."""
    before = Week(hospital, FIRST.timestamp() / 60, 28 * 1440.0)
    wards, seen = hospital.learnt.log.wards, list(zip(before.ward(), before.ward("second"), strict=True))
    steps = {step.name: step for step in with_rare_transfers(before).model.steps}
    learnt = {step.name: step for step in hospital.model.steps}
    missing = 0
    for first, second in {(a, b) for a, b in seen if a >= 0 and b >= 0 and a != b}:
        route = steps[f"after {wards[first]}"]
        assert route.to[-1] == "discharged"
        assert {f"transfer {wards[second]}", "discharged"} <= set(route.to)
        assert {f"transfer {wards[second]}", f"transfer move {wards[second]}"} <= set(steps)
        missing += f"transfer {wards[second]}" not in learnt[route.name].to
        assert [sum(line) for line in route.probabilities] == pytest.approx([1.0] * len(route.probabilities))
    assert missing > 0
    found = replay(past_week(hospital, FIRST, days=28.0), Scenario(), redraws=2)
    assert all(line.effect == 0 for line in found.lines)


def test_the_error_of_another_week_is_known_by_the_hour(hospital):
    past = past_week(hospital, FIRST)
    told = gaps(past, redraws=2)
    again = replay(past, Scenario(), redraws=2)
    assert told == again.gaps
    known = beside_others(again, [told])
    closer = np.mean(np.array(told["all"]) < known.margin["all"])  # ties: two redraws give halves of patients
    assert closer <= 0.8 <= known.held["all"] + 1 / 168


def test_a_week_outside_the_log_and_an_unknown_ward_get_a_reason(hospital):
    with pytest.raises(DataError, match="does not cover that week"):
        past_week(hospital, FIRST + dt.timedelta(days=2000))
    with pytest.raises(SettingError, match="NOWHERE"):
        replay(past_week(hospital, FIRST), Scenario(resources={"NOWHERE": {"more": 4}}), redraws=2)
