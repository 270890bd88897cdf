"""Answers as a matrix and the table `scale_quality`: codes, reversals, filters, floors, years, reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.core.streams import stream
from chairs.surveys.instrument import instrument
from chairs.surveys.instrument_scale import Filter
from chairs.surveys.psychometrics.answers import matrix, model_of, respondents
from chairs.surveys.psychometrics.quality import scale_quality
from chairs.surveys.psychometrics.reasons import REASONS
from chairs.surveys.psychometrics.reliability import reliability
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

STAFF = instrument("demo-staff-barometer")


def answered(n: int, *name: str | int, period: str = "2024") -> pd.DataFrame:
    """Answers of n members of staff: two items a dimension that go together, item CHG2 the other way round."""
    draw = stream(30, *name)
    content = stream(30, *name, "content").standard_normal(n)  # a factor of two items needs others beside it
    rows = []
    for item in STAFF.items:
        common = stream(30, *name, str(item.dimension)).standard_normal(n)
        points = np.digitize(0.7 * content + 0.7 * common + draw.standard_normal(n), [-1.5, -0.5, 0.5, 1.5]) + 1
        points = 6 - points if item.reversed else points
        rows.append(pd.DataFrame({"respondent": [f"R{k:04d}" for k in range(n)], "item": item.code,
                                  "answer": points.astype(str)}))  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    return table.assign(establishment="A", unit="all", period=period, instrument=STAFF.name, mode="web")


def test_matrix_turns_reversed_items_and_drops_codes_without_points() -> None:
    rows = answered(50, "matrix")
    rows.loc[rows["item"].eq("REC1") & rows["respondent"].eq("R0000"), "answer"] = "9"
    rows.loc[rows["item"].eq("REC1") & rows["respondent"].eq("R0001"), "answer"] = None
    found = matrix(rows, STAFF)
    assert list(found.columns) == [item.code for item in STAFF.items]
    assert found.index.names == ["establishment", "unit", "period", "respondent"]
    assert found["REC1"].isna().sum() == 2
    assert found[["CHG1", "CHG2"]].corr().iloc[0, 1] > 0.2
    raw = rows[rows["item"] == "CHG2"].set_index("respondent")["answer"].astype(float)
    assert (found["CHG2"].droplevel([0, 1, 2]) == 6 - raw).all()
    assert respondents(rows, STAFF, ["mode"]).index.equals(found.index)


def test_matrix_refuses_an_unknown_code_without_showing_it() -> None:
    rows = answered(10, "unknown")
    rows.loc[3, "answer"] = "74"
    with pytest.raises(DataError, match=r"row 5, column .answer.: code unknown to the instrument") as error:
        matrix(rows, STAFF)
    assert "74" not in str(error.value)


def test_matrix_does_not_hang_on_the_order_of_rows() -> None:
    rows = answered(40, "order")
    pd.testing.assert_frame_equal(matrix(rows, STAFF), matrix(rows.sample(frac=1, random_state=1), STAFF))


def test_an_item_not_to_be_asked_is_missing() -> None:
    rows = answered(40, "filter")
    items = tuple(
        replace(item, asked_if=Filter(item="REC1", answers=("4", "5"))) if item.code == "REC2" else item
        for item in STAFF.items
    )
    found = matrix(rows, replace(STAFF, items=items))
    assert (found["REC2"].notna() == found["REC1"].isin([4, 5])).all()


def test_model_has_the_dimensions_of_two_items_or_more() -> None:
    assert set(model_of(instrument("demo-customer-satisfaction"), ["ACC1", "ACC2", "QUA1", "PRI1"]).factors) == {
        "accueil"
    }


def test_scale_quality_gives_each_dimension_by_year_and_the_fit_of_the_whole() -> None:
    responses = pd.concat([answered(400, "a", period="2023-05"), answered(20, "b", period="2024-11")])
    table = scale_quality(responses, [STAFF, instrument("esatis-48h-mco")])
    assert CONTRACTS["scale_quality"].check(table).equals(table)
    first, second = table[table["period"] == "2023"], table[table["period"] == "2024"]
    assert sorted(first["dimension"]) == sorted(dimension.name for dimension in STAFF.dimensions)
    assert (second["status"] == "below_floor").all()
    assert second[["alpha", "omega", "cfi"]].isna().all(axis=None)
    whole = first[first["dimension"] == "all"].iloc[0]
    assert whole["cfi"] > 0.9
    assert whole["df"] == 21  # 36 correlations, 9 loadings, 6 correlations of 4 factors
    assert whole["fit_n"] == 400
    assert first.loc[first["dimension"] == "engagement", "omega"].notna().all()
    charge = first[first["dimension"] == "charge"].iloc[0]
    assert charge["reason"] == "too_few_items"
    answers = matrix(answered(400, "a", period="2023-05"), STAFF)
    assert charge["alpha"] == pytest.approx(reliability(answers[["CHG1", "CHG2"]]).alpha, abs=1e-6)


def test_scale_quality_says_why_a_constant_item_has_no_alpha() -> None:
    rows = answered(100, "constant")
    rows.loc[rows["item"] == "CHG1", "answer"] = "3"
    table = scale_quality(rows, [STAFF]).set_index("dimension")
    assert table.loc["charge", "status"] == "not_available"
    assert table.loc["charge", "reason"] == "constant"
    assert np.isnan(table.loc["charge", "alpha"])
    assert set(table["reason"].dropna()) <= set(REASONS)


def test_scale_quality_of_nothing_is_an_empty_table() -> None:
    assert len(scale_quality(None, [STAFF])) == 0
    assert list(scale_quality(None, []).columns) == list(CONTRACTS["scale_quality"].columns)
