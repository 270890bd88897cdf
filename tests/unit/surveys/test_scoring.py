"""Scoring: rules by hand on a tiny questionnaire, levels, floor, problems by row without values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.core.records import build
from chairs.core.streams import stream
from chairs.surveys.instrument import Instrument, instrument
from chairs.surveys.scoring import respondent_scores, score
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

WORDS = {"fr": "a", "en": "a"}
# I-SATIS has such a filter: who was not in pain (P0 = no) has no answer on the relief of pain
TINY = build(
    Instrument,
    {
        "name": "tiny",
        "title": WORDS,
        "version": "1",
        "source": {"fr": "inventé", "en": "invented"},
        "licence": "EUPL-1.2",
        "respondent": "patient",
        "floor": 2,
        "dimensions": [{"name": n, "label": WORDS} for n in ("all", "care", "relief")],
        "items": [
            {"code": "C1", "label": WORDS, "dimension": "care"},
            {"code": "C2", "label": WORDS, "dimension": "care", "reversed": True},
            {"code": "C3", "label": WORDS, "dimension": "care"},
            {"code": "P0", "label": WORDS},
            {"code": "P1", "label": WORDS, "dimension": "relief", "asked_if": {"item": "P0", "answers": ["5"]}},
        ],
        "answers": {str(k): k for k in range(1, 6)},
        "missing": {"6": "not_concerned", "9": "does_not_know"},
    },
    "tiny.yaml",
)


def answers(person: str, given: dict[str, str | None], **place: str) -> pd.DataFrame:
    where = {"establishment": "h1", "unit": "u1", "period": "2024-03", "instrument": "tiny", "mode": "web"} | place
    frame = pd.DataFrame({"respondent": person, "item": list(given), "answer": list(given.values())})
    return frame.assign(**where).astype("str")


def one(given: dict[str, str | None]) -> dict[str, Any]:
    return respondent_scores(answers("r1", given), TINY).iloc[0].to_dict()


def test_points_run_from_0_to_100_and_reversed_items_are_turned():
    scores = one({"C1": "5", "C2": "1", "C3": "2", "P0": "5", "P1": "3"})
    assert scores["care"] == pytest.approx((100 + 100 + 25) / 3)
    assert scores["relief"] == 50
    assert scores["all"] == pytest.approx((75 + 50) / 2)


def test_half_of_the_items_are_needed_and_reasons_do_not_count_as_answers():
    assert one({"C1": "4", "C2": "6", "C3": "2"})["care"] == pytest.approx((75 + 25) / 2)
    assert np.isnan(one({"C1": "4", "C2": "6", "C3": "9"})["care"])
    assert np.isnan(one({"C1": "4", "C2": None, "C3": None})["care"])


def test_the_overall_score_needs_every_dimension():
    assert np.isnan(one({"C1": "4", "C2": "4", "C3": "4", "P0": "5", "P1": "9"})["all"])


def test_an_item_that_was_not_to_be_asked_is_dropped():
    assert np.isnan(one({"C1": "4", "C2": "4", "C3": "4", "P0": "1", "P1": "5"})["relief"])
    assert one({"C1": "4", "P1": "5"})["relief"] == 100


def panel() -> pd.DataFrame:
    people = [
        ("a", "u1", "2024-03", "5"),
        ("b", "u1", "2024-03", "3"),
        ("c", "u2", "2024-03", "1"),
        ("d", "u2", "2024-04", "4"),
    ]
    return pd.concat([answers(who, {"C1": x, "C3": x}, unit=unit, period=period) for who, unit, period, x in people])


def test_units_establishment_months_and_year_come_from_the_respondents():
    table = score(panel(), None, [TINY]).set_index(["unit", "period", "dimension"])
    got = {
        key: table.loc[(*key, "care")]
        for key in [("u1", "2024-03"), ("all", "2024-03"), ("all", "2024"), ("u2", "2024")]
    }
    assert {key: row["score"] for key, row in got.items()} == {
        ("u1", "2024-03"): 75,
        ("all", "2024-03"): 50,
        ("all", "2024"): 56.25,
        ("u2", "2024"): 37.5,
    }
    assert got[("all", "2024")]["n"] == 4
    assert got[("all", "2024")]["se"] == pytest.approx(np.std([100, 50, 0, 75], ddof=1) / 2)
    assert table.loc[("u2", "2024-04", "care"), "status"] == "below_floor"
    assert np.isnan(table.loc[("u2", "2024-04", "care"), "score"])
    assert table.loc[("u1", "2024-03", "relief"), "status"] == "not_available"


def test_answers_given_for_the_whole_establishment_and_year_are_scored_once():
    rows = pd.concat([answers(str(k), {"C1": "4", "C2": "2"}, unit="all", period="2024") for k in range(3)])
    table = score(rows, None, [TINY])
    assert len(table) == 3
    assert CONTRACTS["scores"].check(table)["score"].max() == 75


def test_the_order_of_the_rows_does_not_matter():
    rows = panel()
    shuffled = rows.sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_frame_equal(score(rows, None, [TINY]), score(shuffled, None, [TINY]))


def test_an_unknown_answer_is_named_by_row_without_its_value():
    rows = panel().reset_index(drop=True)
    rows.loc[3, "answer"] = "SECRET"
    rows.loc[6, "answer"] = "SECRET"
    with pytest.raises(DataError) as error:
        score(rows, None, [TINY])
    assert [(p.row, p.column) for p in error.value.problems] == [(5, "answer"), (8, "answer")]
    assert "SECRET" not in error.value.say("fr") + error.value.say("en")


@pytest.mark.parametrize(("column", "row"), [("item", 2), ("instrument", 2)])
def test_unknown_items_and_instruments_are_refused(column, row):
    rows = panel().reset_index(drop=True)
    rows.loc[0, column] = "SECRET"
    with pytest.raises(DataError) as error:
        score(rows, None, [TINY])
    assert (error.value.problems[0].row, error.value.problems[0].column) == (row, column)
    assert "SECRET" not in error.value.say("en")


def test_an_item_answered_twice_is_refused():
    rows = panel()
    with pytest.raises(DataError, match="row 10"):
        score(pd.concat([rows, rows.iloc[[1]]]), None, [TINY])


def published(**changes: Any) -> pd.DataFrame:
    row = {"establishment": "010000024", "unit": "all", "period": "2019", "instrument": "esatis-48h-mco"}
    return pd.DataFrame([row | {"dimension": "all", "score": 75.09, "se": None, "n": 81, "status": "ok"} | changes])


def test_published_scores_are_passed_on_beside_the_computed_ones():
    table = score(panel(), published(), [TINY, instrument("esatis-48h-mco")])
    CONTRACTS["scores"].check(table)
    assert table["instrument"].unique().tolist() == ["esatis-48h-mco", "tiny"]
    assert table.loc[0, "score"] == 75.09
    with pytest.raises(DataError, match='column "dimension"'):
        score(None, published(dimension="parking"), [instrument("esatis-48h-mco")])
    with pytest.raises(DataError, match='column "instrument"'):
        score(None, published(), [TINY])


def test_nothing_to_score_gives_an_empty_table():
    assert score(None, None, []).columns.tolist() == list(CONTRACTS["scores"].columns)


def test_the_demonstration_questionnaires_are_scored():
    barometer = instrument("demo-staff-barometer")
    random = stream(4, "scoring")
    parts = [
        answers(f"s{k}", {i.code: str(random.integers(1, 6)) for i in barometer.items}, instrument=barometer.name)
        for k in range(40)
    ]
    table = score(pd.concat(parts), None, [barometer])
    whole = table[(table["unit"] == "all") & (table["period"] == "2024")].set_index("dimension")
    assert set(whole.index) == {d.name for d in barometer.dimensions}
    assert (whole["n"] == 40).all()
    assert whole.loc["all", "score"] == pytest.approx(whole.drop(index="all")["score"].mean())
