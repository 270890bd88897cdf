"""From those present to the hours ahead: closed formulas, known remaining times, places found by history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import pandas as pd
import pytest

from chairs.core.errors import SettingError
from chairs.tables import CONTRACTS
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration, always
from chairs.twin.folding import fold, notices_of
from chairs.twin.following import Map, follow
from chairs.twin.forecasting import Forecaster
from chairs.twin.levelling import levelled, recent_level
from chairs.twin.model import Model
from chairs.twin.outlook import Question, outlook, units_of
from chairs.twin.resources import Resource
from chairs.twin.starting import starter
from chairs.twin.steps import Delay, Leave, Release, Route, Seize
from chairs.twin.whereabouts import people

pytestmark = pytest.mark.unit

AT = dt.datetime(2026, 1, 6, 11, tzinfo=dt.UTC)  # a Tuesday, noon in Paris


def ward(stay: Duration, *, lands: Duration | None = None, rate: float = 0.5, beds: int | None = None) -> Model:
    return Model(
        name="ward",
        classes=("all",),
        arrivals=(Arrivals(name="in", to="bed", classes={"all": 1.0}, rates=(rate,) * 24),),
        resources=(Resource(name="W", capacity=beds),),
        steps=(
            Seize(name="bed", options=({"W": 1},), activity="stay"),
            Delay(name="treatment", duration=always(stay), lands=lands),
            Release(name="bed free"),
            Leave(name="home"),
        ),
    )


def present(begun: list[str], unit: str = "W", activity: str = "stay"):
    log = CONTRACTS["events"].conform(
        pd.DataFrame(
            {
                "case_id": [f"C{n}" for n in range(len(begun))],
                "activity": activity,
                "unit": unit,
                "start": pd.to_datetime(begun, utc=True),
                "position": range(len(begun)),
            }
        )
    )
    return people(fold(notices_of(log)), round(AT.timestamp() * 1_000_000), ends=True)


def test_census_of_an_unlimited_ward_follows_the_formula() -> None:
    """M/M/inf from n present (Kleinrock 1975): n exp(-t/m) + rate m (1 - exp(-t/m)), whatever their elapsed times."""
    here = present(["2026-01-04T00:00Z", "2026-01-06T10:00Z"] * 20)
    question = Question(hours=48, replications=200, beds={"W": 40})
    found = outlook(ward(Duration(kind="exponential", mean=1440.0)), here, AT, question)
    table = found.table[(found.table["unit"] == "W") & (found.table["measure"] == "census")]
    assert found.guessed == 0
    assert table.iloc[0][["mean", "q0.025", "q0.975"]].tolist() == [40.0] * 3
    for hours in (6, 24, 48):
        stay = math.exp(-hours / 24)
        expected, variance = 40 * stay + 12 * (1 - stay), 40 * stay * (1 - stay) + 12 * (1 - stay)
        assert abs(table.iloc[hours]["mean"] - expected) < 4 * math.sqrt(variance / 200)
    assert table["exceeds"].between(0, 1).all()
    whole = found.table[(found.table["unit"] == "all") & (found.table["measure"] == "census")]
    assert whole["mean"].tolist() == table["mean"].tolist()


def test_flow_is_conserved_and_the_same_seed_gives_the_same_table() -> None:
    here, question = present(["2026-01-06T09:00Z"] * 5), Question(hours=24, replications=30)
    model = ward(Duration(kind="exponential", mean=600.0))
    table = outlook(model, here, AT, question).table
    pd.testing.assert_frame_equal(table, outlook(model, here, AT, question).table)
    mean = {name: rows["mean"].to_numpy() for name, rows in table[table["unit"] == "W"].groupby("measure")}
    after = 5 + (mean["arrivals"] - mean["departures"]).cumsum()
    assert after == pytest.approx(mean["census"][1:], abs=1e-5)


def test_days_that_end_at_an_hour_are_drawn_given_their_beginning() -> None:
    stay = Duration(kind="empirical", values=(1440.0, 4320.0))
    hands = Duration(kind="empirical", values=(540.0, 900.0))  # 9:00 and 15:00
    (person,) = present(["2026-01-05T09:00Z"])  # Monday, 10:00 in Paris, 26 hours ago
    found = starter(ward(stay, lands=hands), [person], AT)
    (chance,) = found.chances[0]
    assert dict(chance.rest) == pytest.approx({3 * 60: 0.25, 45 * 60: 0.25, 51 * 60: 0.25})
    assert chance.holds == {"W": 1}
    question = Question(hours=60, replications=90)
    table = outlook(ward(stay, lands=hands, rate=1e-9), [person], AT, question).table
    census = table[(table["unit"] == "W") & (table["measure"] == "census")]["mean"].tolist()
    assert census[2] == 1.0
    assert abs(census[4] - 2 / 3) < 4 * math.sqrt(2 / 9 / 90)
    assert census[4] == census[44]
    assert abs(census[46] - 1 / 3) < 4 * math.sqrt(2 / 9 / 90)
    assert census[52] == 0.0


def forked() -> Model:
    return Model(
        name="forked",
        classes=("all",),
        arrivals=(Arrivals(name="in", to="first", classes={"all": 1.0}, rates=(1.0,) * 24),),
        resources=(Resource(name="A"), Resource(name="B")),
        steps=(
            Seize(name="first", options=({"A": 1},), activity="see", next="split"),
            Route(name="split", to=("short", "long"), probabilities=((0.5, 0.5),)),
            Delay(name="short", duration=always(Duration(kind="uniform", least=0.0, most=60.0)), next="give"),
            Delay(name="long", duration=always(Duration(kind="uniform", least=0.0, most=240.0)), next="give"),
            Release(name="give", next="again"),
            Seize(name="again", options=({"B": 1},), activity="see", next="rest"),
            Delay(name="rest", duration=always(Duration(kind="fixed", mean=500.0))),
            Release(name="end"),
            Leave(name="out"),
        ),
    )


def test_history_leads_to_the_place_and_elapsed_time_weighs_the_ways() -> None:
    found = Map(forked())
    assert dict(follow(found, [("see", "A", None)], (0, 0, 0))) == {"first": 1.0}
    assert dict(follow(found, [("see", "A", None), ("see", "B", None)], (0, 0, 0))) == {"again": 1.0}
    assert follow(found, [("unknown", "A", None)], (0, 0, 0)) == {}
    (person,) = present(["2026-01-06T10:15Z"], unit="A", activity="see")  # 45 minutes: 1/4 against 13/16
    weights = {chance.step: chance.weight for chance in starter(forked(), [person], AT).chances[0]}
    assert weights == pytest.approx({"short": 0.5 * 0.25, "long": 0.5 * 195 / 240})


def test_an_unknown_step_is_placed_by_unit_and_counted() -> None:
    here = present(["2026-01-06T10:15Z"], unit="B", activity="another")
    found = outlook(forked(), here, AT, Question(hours=4, replications=5))
    assert found.guessed == 1
    now = found.table[(found.table["measure"] == "census") & (found.table["target"] == pd.Timestamp(AT))]
    assert dict(zip(now["unit"], now["mean"], strict=True)) == {"all": 1.0, "A": 0.0, "B": 1.0}


def test_a_model_that_knows_hardly_any_step_of_those_present_is_refused() -> None:
    known, other = (present(["2026-01-06T10:15Z"] * 12, unit="B", activity=name) for name in ("see", "another"))
    with pytest.raises(SettingError, match="most of those present"):
        outlook(forked(), other, AT, Question(hours=4, replications=2))
    assert outlook(forked(), known[:6] + other[:6], AT, Question(hours=4, replications=2)).guessed == 6


def test_a_model_without_places_is_refused() -> None:
    empty = Model(name="none", classes=("all",), arrivals=(), resources=(), steps=(Leave(name="out"),))
    with pytest.raises(SettingError, match="no step"):
        starter(empty, present(["2026-01-06T10:15Z"]), AT)


def test_units_of_resources() -> None:
    log = pd.DataFrame({"resource": ["x", "x", "y", None], "unit": ["A", "A", "B", "C"]})
    assert units_of(log) == {"x": "A", "y": "B"}


def test_recent_level_of_arrivals() -> None:
    model = ward(Duration(kind="exponential", mean=60.0), rate=1.0)
    begun = [AT - dt.timedelta(hours=2 * n) for n in range(2 * 12 * 30)]  # every second hour for sixty days
    log = pd.DataFrame({"case_id": [f"C{n}" for n in range(len(begun))], "start": pd.to_datetime(begun, utc=True)})
    log["end"] = log["requested"] = pd.Series(pd.NaT, index=log.index, dtype="datetime64[us, UTC]")
    assert recent_level(model, log, AT) == pytest.approx((28 * 12 + 10) / (28 * 24 + 10))
    assert recent_level(model, log[:60], AT) == 1.0  # five days say too little
    assert recent_level(model, log[:0], AT) == 1.0
    assert levelled(model, 0.5).arrivals[0].factor == 0.5


def test_what_a_forecaster_keeps_changes_no_number_and_goes_with_the_patients() -> None:
    forecaster, question = Forecaster(forked()), Question(hours=12, replications=20)
    waves = (["2026-01-06T09:15Z"] * 3, ["2026-01-06T09:15Z", "2026-01-06T10:30Z"], ["2026-01-05T20:00Z"])
    for hour, begun in enumerate(waves):
        here, at = present(begun, unit="A", activity="see"), AT + dt.timedelta(hours=hour)
        for level in (forecaster.model, levelled(forecaster.model, 1.0)):
            pd.testing.assert_frame_equal(
                outlook(forecaster, here, at, question).table, outlook(level, here, at, question).table,
                check_exact=True,
            )  # fmt: skip
    asked = (present(waves[0], unit="A", activity="see")[0].history, (10, 1, 0))  # began at 10 in Paris, a Tuesday
    forecaster.followed.turn()
    first = forecaster.followed.places(*asked)
    forecaster.followed.turn()
    assert forecaster.followed.places(*asked) is first
    forecaster.followed.turn()
    forecaster.followed.turn()
    assert forecaster.followed.places(*asked) is not first
    assert forecaster.followed.places(*asked) == first


def test_a_forecaster_refuses_a_model_that_cannot_run_each_time() -> None:
    wrong = dataclasses.replace(forked(), arrivals=(dataclasses.replace(forked().arrivals[0], to="first", factor=-1),))
    forecaster = Forecaster(wrong)
    for _ in range(2):
        with pytest.raises(SettingError):
            outlook(forecaster, present(["2026-01-06T10:15Z"], unit="A", activity="see"), AT)


def test_who_lies_in_a_ward_of_a_twin_with_queues_has_his_bed_in_hand(small_hospital) -> None:
    here = present(["2026-01-06 04:00"] * 14, "A", "ward_stay")
    known = starter(small_hospital, here, AT)
    assert known.guessed == 0
    assert {(one.step, tuple(one.holds.items())) for ways in known.chances for one in ways} == {("stay A", (("A", 1),))}
    elsewhere = starter(small_hospital, present(["2026-01-06 04:00"], "ED", "ward_stay"), AT)
    assert {one.step for one in elsewhere.chances[0]} == {"stay A", "stay B"}, "in no ward of the model: anywhere"
    table = outlook(small_hospital, here, AT, Question(hours=24, replications=40, seed=5)).table
    census = table[(table["unit"] == "A") & (table["measure"] == "census")]
    assert census["q0.5"].iloc[0] == 14
    assert census[[name for name in table.columns if name.startswith("q")]].to_numpy().max() == 14, "all beds are taken"
