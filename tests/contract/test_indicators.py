"""Every indicator says what it is, in both languages, and reads exactly what it declares."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.indicators.derive import derive
from chairs.indicators.indicator import INDICATORS, Amounts
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("code", list(INDICATORS))
def test_every_indicator_says_what_it_is(code):
    record = INDICATORS[code]
    texts = [record.label, record.unit, record.numerator, *([record.denominator] if record.denominator else [])]
    assert all(text.fr.strip() and text.en.strip() for text in texts)
    assert record.reference.strip()
    assert (record.compute.__doc__ or "").strip()
    assert record.grain in ("unit_month", "establishment_year")
    assert record.direction in (-1, 0, 1)
    assert (record.denominator is not None) == (record.kind == "ratio")
    assert record.domain in ("social", "managerial", "economic", "environmental", "territorial", "quality", "flow")


def cells(code: str, value: float = 2.0) -> pd.DataFrame:
    words = INDICATORS[code].inputs
    return pd.DataFrame(
        {"establishment": "h", "unit": "all", "period": "2023", "quantity": list(words), "value": value, "status": "ok"}
    ).assign(source="x")


@pytest.mark.parametrize("code", list(INDICATORS))
def test_every_indicator_reads_exactly_its_inputs(code):
    record = INDICATORS[code]
    index = pd.MultiIndex.from_tuples([("h", "all", "2023")], names=["establishment", "unit", "period"])
    amounts = Amounts(pd.DataFrame(dict.fromkeys(record.inputs, 2.0), index=index))
    sides = record.compute(amounts)
    assert amounts.read == set(record.inputs)
    assert sides.numerator.notna().all()
    assert (sides.denominator is not None) == (record.kind == "ratio")


@pytest.mark.parametrize("code", list(INDICATORS))
def test_every_indicator_gives_one_value_where_its_inputs_are_and_a_reason_where_not(code):
    table = CONTRACTS["indicators"].check(derive(cells(code), [code]))
    assert table["status"].tolist() == ["ok"]
    assert table["value"].notna().all()
    zero = derive(cells(code, 0.0), [code])
    assert zero["status"].tolist() == ["zero_denominator" if INDICATORS[code].kind == "ratio" else "ok"]
    absent = derive(cells(code).assign(value=None, status="masked"), [code])
    assert absent["status"].tolist() == ["masked"]
    assert absent["value"].isna().all()


@pytest.mark.parametrize("code", [c for c in INDICATORS if INDICATORS[c].grain == "unit_month"])
def test_twelve_equal_months_of_two_equal_units_give_the_year_that_the_source_would(code):
    record = INDICATORS[code]
    stocks = {"mco_beds", "care_fte", "staff_fte", "agency_fte", "headcount"}
    months = [f"2023-{month:02d}" for month in range(1, 13)]
    parts = [
        cells(code).assign(period=month, unit=unit, value=[6.0 if w in stocks else 1.0 for w in record.inputs])
        for month in months
        for unit in ("u1", "u2")
    ]
    whole = cells(code).assign(value=[12.0 if w in stocks else 24.0 for w in record.inputs])
    by_part = derive(pd.concat(parts), [code]).query("unit == 'all' and period == '2023'")
    assert by_part["value"].tolist() == pytest.approx(derive(whole, [code])["value"].tolist())
