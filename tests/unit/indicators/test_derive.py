"""Deriving indicators: statuses, calendar, sums over units and months, refusals by row."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.indicators.derive import derive
from chairs.indicators.indicator import INDICATORS, days_of
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit
MONTHS = [f"2023-{month:02d}" for month in range(1, 13)]


def quantities(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Rows of (establishment, unit, period, quantity, value[, status[, source]])."""
    filled = [(*row, *("ok", "HR")[len(row) - 5 :]) for row in rows]
    return pd.DataFrame(filled, columns=["establishment", "unit", "period", "quantity", "value", "status", "source"])


def cell(table: pd.DataFrame, unit: str = "all", period: str = "2023") -> dict[str, Any]:
    found = table[(table["unit"] == unit) & (table["period"] == period)]
    assert len(found) == 1
    return found.iloc[0].to_dict()


def test_a_leap_year_has_one_more_day_of_beds():
    rows = [
        ("h", "all", year, word, value)
        for year in ("2019", "2020")
        for word, value in (("mco_days", 73200.0), ("mco_beds", 200.0))
    ]
    table = derive(quantities(*rows), ["occupancy"])
    assert cell(table, period="2020")["value"] == 1.0
    assert cell(table, period="2019")["value"] == pytest.approx(73200 / 73000)


def test_a_missing_side_keeps_its_reason_and_a_zero_denominator_says_so():
    table = derive(
        quantities(
            ("zero", "all", "2023", "mco_days", 0.0),
            ("zero", "all", "2023", "mco_beds", 0.0),
            ("masked", "all", "2023", "mco_days", None, "masked"),
            ("masked", "all", "2023", "mco_beds", 10.0),
            ("half", "all", "2023", "mco_beds", 10.0),
            ("other", "all", "2023", "ed_visits_general", 10.0),
        )
    )
    assert set(table["code"]) == {"occupancy", "mco_beds", "ed_visits"}
    table = table[table["code"] == "occupancy"]
    assert table.set_index("establishment")["status"].to_dict() == {
        "zero": "zero_denominator",
        "masked": "masked",
        "half": "not_available",
    }
    assert table["value"].isna().all()
    assert table.set_index("establishment").loc["half", "denominator"] == 3650
    CONTRACTS["indicators"].check(table)


@pytest.mark.parametrize(
    ("code", "numerator", "denominator"),
    [
        ("women_share", ("women", 120.0), ("headcount", 100.0)),
        ("women_share", ("women", math.inf), ("headcount", 100.0)),
        ("span_of_control", ("headcount", math.inf), ("managers", 3.0)),
        ("absenteeism", ("absence_days", 99999.0), ("staff_fte", 10.0)),
        ("four_hour_performance", ("ae_breaches", 120.0), ("ae_attendances", 100.0)),
        ("top_pay_ratio", ("highest_pay", 20.0), ("median_pay", 25.0)),
        ("engagement", ("engagement_points", 900.0), ("engagement_answers", 5.0)),
    ],
)
def test_a_value_that_the_definition_does_not_allow_is_a_reason(code, numerator, denominator):
    rows = [("h", "all", "2023", word, value) for word, value in (numerator, denominator)]
    table = derive(quantities(*rows), [code])
    found = cell(table)
    assert (found["status"], pd.isna(found["value"])) == ("impossible", True)
    assert not table[["numerator", "denominator"]].isin([math.inf]).any(axis=None)
    CONTRACTS["indicators"].check(table)


def test_a_share_of_everything_and_a_loss_are_allowed():
    rows = [("women", 0.3), ("headcount", 0.1 * 3), ("operating_income", 10.0), ("operating_expense", 40.0)]
    table = derive(quantities(*(("h", "all", "2023", *row) for row in rows)), ["women_share", "operating_margin"])
    assert table["value"].tolist() == pytest.approx([-300.0, 100.0])


def test_the_highest_pay_is_the_highest_of_the_units_and_the_median_of_all_is_declared():
    units = [("a", "highest_pay", 100.0), ("b", "highest_pay", 80.0)]
    medians = [("a", "median_pay", 20.0), ("b", "median_pay", 40.0)]
    parts = [("h", unit, "2023", word, value) for unit, word, value in units]
    alone = parts + [("h", unit, "2023", word, value) for unit, word, value in medians]
    assert cell(derive(quantities(*alone), ["top_pay_ratio"]))["status"] == "not_available"
    whole = derive(quantities(*parts, ("h", "all", "2023", "median_pay", 25.0)), ["top_pay_ratio"])
    assert cell(whole)["value"] == 4.0


def test_visits_add_the_department_that_is_there():
    table = derive(
        quantities(
            ("both", "all", "2023", "ed_visits_general", 10.0),
            ("both", "all", "2023", "ed_visits_paediatric", 5.0),
            ("one", "all", "2023", "ed_visits_general", 10.0),
            ("one", "all", "2023", "ed_visits_paediatric", None, "not_applicable"),
            ("none", "all", "2023", "ed_visits_general", None, "not_applicable"),
        ),
        ["ed_visits"],
    ).set_index("establishment")
    assert table["value"].fillna(-1).to_dict() == {"both": 15, "one": 10, "none": -1}
    assert table.loc["none", "status"] == "not_applicable"


def by_month(word: str, unit: str, value: float, months: list[str] = MONTHS) -> list[tuple[Any, ...]]:
    return [("h", unit, month, word, value) for month in months]


def test_a_ratio_of_the_year_is_the_ratio_of_the_sums():
    rows = [
        *by_month("absence_days", "u1", 30.0),
        *by_month("staff_fte", "u1", 10.0),
        *by_month("absence_days", "u2", 10.0),
        *by_month("staff_fte", "u2", 40.0),
    ]
    table = derive(quantities(*rows), ["absenteeism"])
    assert cell(table, "u1", "2023-02")["value"] == pytest.approx(100 * 30 / (10 * 28))
    assert cell(table, "all", "2023-02")["value"] == pytest.approx(100 * 40 / (50 * 28))
    assert cell(table, "u1")["value"] == pytest.approx(100 * 360 / (10 * 365))
    year = cell(table)
    assert year["value"] == pytest.approx(100 * 480 / (50 * 365))
    assert (year["numerator"], year["denominator"]) == (480, 50 * 365)


def test_stocks_average_over_the_days_and_rates_are_yearly_at_any_grain():
    rows = [
        *by_month("headcount", "u1", 100.0, MONTHS[:6]),
        *by_month("headcount", "u1", 200.0, MONTHS[6:]),
        *by_month("headcount", "u2", 50.0),
        *by_month("staff_arrivals", "u1", 3.0),
        *by_month("staff_departures", "u1", 1.0),
        *by_month("staff_arrivals", "u2", 1.0),
        *by_month("staff_departures", "u2", 1.0),
    ]
    table = derive(quantities(*rows), ["headcount", "turnover"])
    heads, moves = table[table["code"] == "headcount"], table[table["code"] == "turnover"]
    mean = 50 + (100 * 181 + 200 * 184) / 365
    assert cell(heads, "all", "2023-03")["value"] == pytest.approx(150)
    assert cell(heads)["value"] == pytest.approx(mean)
    assert cell(moves)["value"] == pytest.approx(100 * 36 / mean)
    assert cell(moves, "u2", "2023-01")["value"] == pytest.approx(100 * 1 / (50 * 31 / 365))


def test_a_count_of_the_year_is_the_sum_of_its_months():
    table = derive(quantities(*by_month("ed_visits_general", "URG", 8000.0)), ["ed_visits"])
    assert cell(table)["value"] == 96000
    assert pd.isna(cell(table)["denominator"])


def test_a_hole_in_the_parts_gives_no_total():
    full = by_month("work_accidents", "u1", 1.0) + by_month("hours_worked", "u1", 1000.0)
    short = derive(
        quantities(
            *by_month("work_accidents", "u1", 1.0, MONTHS[:11]), *by_month("hours_worked", "u1", 1000.0, MONTHS[:11])
        ),
        ["accident_frequency"],
    )
    assert cell(short)["status"] == "not_available"
    assert math.isnan(cell(short)["numerator"])
    other = quantities(*full, ("h", "u2", "2023-05", "work_accidents", None, "not_available"))
    holed = derive(other, ["accident_frequency"])
    assert cell(holed, "all", "2023-05")["status"] == "not_available"
    assert cell(holed)["status"] == "not_available"
    assert cell(holed, "all", "2023-04")["status"] == "ok"
    assert cell(holed, "u1")["value"] == pytest.approx(1e6 / 1000)
    outside = derive(
        quantities(
            *full, *by_month("staff_fte", "u3", 5.0), ("h", "u2", "2023-05", "work_accidents", None, "not_applicable")
        ),
        ["accident_frequency"],
    )
    assert cell(outside)["value"] == pytest.approx(1000)
    assert cell(outside, "u2", "2023-05")["status"] == "not_applicable"


def test_what_the_source_gives_for_the_whole_is_kept():
    rows = [("h", "all", "2023-01", "work_accidents", 9.0), ("h", "all", "2023-01", "hours_worked", 1000.0)]
    rows += [("h", "u1", "2023-01", "work_accidents", 1.0), ("h", "u1", "2023-01", "hours_worked", 1000.0)]
    assert cell(derive(quantities(*rows), ["accident_frequency"]), "all", "2023-01")["value"] == 9000


def test_an_economic_ratio_is_of_a_whole_year():
    rows = by_month("financial_debt", "all", 600.0) + by_month("revenue", "all", 100.0)
    table = derive(quantities(*rows), ["debt_ratio"])
    assert table["period"].tolist() == ["2023"]
    assert table["value"].tolist() == pytest.approx([50.0])


def test_sources_are_named_together():
    rows = [("h", "all", "2023", "mco_days", 10.0, "ok", "b"), ("h", "all", "2023", "mco_beds", 1.0, "ok", "a")]
    rows += [("i", "all", "2023", "mco_days", 10.0, "ok", "a")]
    assert derive(quantities(*rows), ["occupancy"])["source"].tolist() == ["a + b", "a"]


def test_published_indicators_are_passed_on():
    mine = derive(quantities(("h", "all", "2023", "mco_beds", 10.0)))
    theirs = mine.assign(code="iqss_letter", source="has-iqss-2019")
    both = derive(quantities(("h", "all", "2023", "mco_beds", 10.0)), (), theirs)
    assert both["code"].tolist() == ["iqss_letter", "mco_beds"]
    assert derive(None, (), theirs)["code"].tolist() == ["iqss_letter"]


def test_nothing_declared_gives_an_empty_table():
    assert derive(None).empty
    assert derive(quantities(("h", "all", "2023", "parking_places", 10.0))).empty


def test_a_negative_quantity_is_refused_by_row():
    rows = [("h", "all", "2023", "self_financing", -5.0), ("h", "all", "2023", "mco_beds", -54321.0)]
    with pytest.raises(DataError) as error:
        derive(quantities(*rows))
    assert [(p.row, p.column) for p in error.value.problems] == [(3, "value")]
    assert "54321" not in error.value.say("fr")


def test_months_and_years_of_one_establishment_are_refused():
    rows = [("h", "all", "2023", "absence_days", 5.0), ("h", "u1", "2023-01", "staff_fte", 5.0)]
    with pytest.raises(DataError, match="one grain") as error:
        derive(quantities(*rows))
    assert error.value.problems[0].row == 3
    apart = [("h", "all", "2023", "mco_beds", 5.0), ("h", "u1", "2023-01", "staff_fte", 5.0)]
    assert set(derive(quantities(*apart), ["mco_beds"])["period"]) == {"2023"}


def test_an_unknown_code_is_answered_with_the_nearest_ones():
    with pytest.raises(SettingError) as error:
        derive(quantities(("h", "all", "2023", "mco_beds", 5.0)), ["absentism"])
    assert "choisir parmi : absenteeism," in error.value.say("fr")
    assert f"({len(INDICATORS)})" in error.value.say("fr")


def test_the_length_of_periods():
    assert sum(days_of(f"2024-Q{quarter}") for quarter in range(1, 5)) == days_of("2024") == 366
    assert sum(days_of(month) for month in MONTHS) == days_of("2023") == 365
