"""Every indicator says what it is, in both languages, and reads exactly what it declares."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.indicators.derive import derive
from chairs.indicators.indicator import DOMAINS, INDICATORS, Amounts
from chairs.indicators.quantities import HIGHEST, STOCKS, UNADDED
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.contract
COMPUTED = [code for code in INDICATORS if INDICATORS[code].compute is not None]
PUBLISHED = [code for code in INDICATORS if INDICATORS[code].compute is None]


@pytest.mark.parametrize("code", list(INDICATORS))
def test_every_indicator_says_what_it_is(code):
    record = INDICATORS[code]
    texts = [record.label, record.unit, record.numerator, *([record.denominator] if record.denominator else [])]
    assert all(text.fr.strip() and text.en.strip() for text in texts)
    assert record.reference.strip()
    assert record.grain in ("unit_month", "establishment_year")
    assert record.direction in (-1, 0, 1)
    assert record.domain in DOMAINS


def test_every_side_of_performance_has_its_indicators():
    assert {INDICATORS[code].domain for code in COMPUTED} == set(DOMAINS)
    assert len(COMPUTED) >= 100


@pytest.mark.parametrize("code", PUBLISHED)
def test_a_published_indicator_has_no_input_and_is_passed_on(code):
    assert INDICATORS[code].inputs == ()
    row = {"establishment": "h", "unit": "all", "period": "2021", "code": code, "value": 1.5, "status": "ok"}
    table = pd.DataFrame([row]).assign(source="x")
    assert derive(None, [code], table)["value"].tolist() == [1.5]
    assert derive(None, ["occupancy"], table).empty


@pytest.mark.parametrize("code", COMPUTED)
def test_a_share_says_how_high_it_may_be(code):
    """A part of its whole has an end; a ratio of two different things, or of what may come twice, has none."""
    record = INDICATORS[code]
    endless = {"appraisal_share", "mobility_share", "telehealth_share"}
    if ("share" in code or "coverage" in code) and code not in endless:
        assert (record.lowest, record.highest) == (0, 100 if record.unit.en == "%" else 1)
    if record.highest == 100:
        assert record.unit.en in ("%", "score out of 100")


@pytest.mark.parametrize("code", COMPUTED)
def test_every_computed_indicator_says_what_it_does(code):
    record = INDICATORS[code]
    assert (record.compute.__doc__ or "").strip()
    assert (record.denominator is not None) == (record.kind == "ratio")


def cells(codes: list[str], value: float = 2.0) -> pd.DataFrame:
    words = sorted({word for code in codes for word in INDICATORS[code].inputs})
    place = {"establishment": "h", "unit": "all", "period": "2023"}
    return pd.DataFrame({**place, "quantity": words, "value": value, "status": "ok", "source": "x"})


@pytest.mark.parametrize("code", COMPUTED)
def test_every_indicator_reads_exactly_its_inputs(code):
    record = INDICATORS[code]
    index = pd.MultiIndex.from_tuples([("h", "all", "2023")], names=["establishment", "unit", "period"])
    amounts = Amounts(pd.DataFrame(dict.fromkeys(record.inputs, 2.0), index=index))
    sides = record.compute(amounts)
    assert amounts.read == set(record.inputs)
    assert sides.numerator.notna().all()
    assert (sides.denominator is not None) == (record.kind == "ratio")


@pytest.fixture(scope="module")
def derived() -> pd.DataFrame:
    """One establishment a case: all inputs there, all zero, all masked, a year by unit and month, the same by year."""
    months = [f"2023-{month:02d}" for month in range(1, 13)]
    month, year = cells(COMPUTED, 1.0), cells(COMPUTED, 24.0)
    month.loc[month["quantity"].isin(STOCKS), "value"] = 6.0
    year.loc[year["quantity"].isin(STOCKS), "value"] = 12.0
    month = month[~month["quantity"].isin(UNADDED)]
    month.loc[month["quantity"].isin(HIGHEST), "value"] = 24.0
    parts = [
        cells([code for code in COMPUTED if UNADDED & set(INDICATORS[code].inputs)], 24.0)
        .query("quantity in @UNADDED")
        .assign(establishment="parts"),
        cells(COMPUTED).assign(establishment="full"),
        cells(COMPUTED, 0.0).assign(establishment="zero"),
        cells(COMPUTED).assign(establishment="masked", value=None, status="masked"),
        year.assign(establishment="year"),
        *(month.assign(establishment="parts", period=m, unit=unit) for m in months for unit in ("u1", "u2")),
    ]
    table = CONTRACTS["indicators"].check(derive(pd.concat(parts)))
    return table[(table["unit"] == "all") & (table["period"] == "2023")].set_index("code")


def test_every_indicator_gives_one_value_where_its_inputs_are_and_a_reason_where_not(derived):
    of = {name: rows for name, rows in derived.groupby("establishment")}
    assert of["full"].index.tolist() == sorted(COMPUTED)
    assert (of["full"]["status"] == "ok").all()
    assert of["full"]["value"].notna().all()
    zero = {code: "zero_denominator" if INDICATORS[code].kind == "ratio" else "ok" for code in COMPUTED}
    assert of["zero"]["status"].to_dict() == zero
    assert (of["masked"]["status"] == "masked").all()
    assert of["masked"]["value"].isna().all()


def test_twelve_equal_months_of_two_equal_units_give_the_year_that_the_source_would(derived):
    of = {name: rows["value"].to_dict() for name, rows in derived.groupby("establishment")}
    assert of["parts"] == pytest.approx(of["year"])
