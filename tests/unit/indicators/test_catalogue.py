"""Indicators by hand: ratios whose sides need care, quantities of other steps, codes of Hospi Diag by edition."""

from __future__ import annotations

import pandas as pd
import pytest

from chairs.core.errors import SettingError
from chairs.indicators.derive import derive
from chairs.indicators.feeds import from_days, from_scores
from chairs.indicators.hospi_diag import hospi_diag, read_editions
from chairs.indicators.indicator import INDICATORS

pytestmark = pytest.mark.unit


def declared(amounts: dict[str, float], **place: str) -> pd.DataFrame:
    where = {"establishment": "h", "unit": "all", "period": "2023", "status": "ok", "source": "x"} | place
    return pd.DataFrame({"quantity": list(amounts), "value": list(amounts.values())}).assign(**where)


def value(code: str, amounts: dict[str, float]) -> float:
    return float(derive(declared(amounts), [code])["value"].iloc[0])


@pytest.mark.parametrize(
    ("code", "amounts", "expected"),
    [
        ("gender_pay_gap", {"pay_men": 2500, "hours_men": 100, "pay_women": 6600, "hours_women": 300}, 12.0),
        ("debt_duration", {"financial_debt": 60, "self_financing": 4}, 15.0),
        ("four_hour_performance", {"ae_attendances": 200, "ae_breaches": 30}, 85.0),
        ("violence_level_3_rate", {"violence_level_3": 6, "staff_fte": 2000}, 3.0),
        ("ip_dms", {"mco_days": 960, "mco_days_expected": 1000}, 0.96),
        ("working_capital_days", {"working_capital": 10, "operating_expense": 365}, 10.0),
        ("ghg_per_bed_day", {"ghg_scope_1": 1, "ghg_scope_2": 2, "ghg_scope_3": 7, "mco_days": 100}, 100.0),
        ("complaint_rate", {"complaints": 3, "customers": 1500}, 2.0),
        ("non_employee_share", {"non_employees": 10, "headcount": 90}, 10.0),
    ],
)
def test_values_by_hand(code, amounts, expected):
    assert value(code, amounts) == pytest.approx(expected)


def test_a_debt_that_no_self_financing_repays_has_a_reason_and_no_duration():
    row = derive(declared({"financial_debt": 60, "self_financing": -4}), ["debt_duration"]).iloc[0]
    assert (row["status"], pd.isna(row["value"])) == ("zero_denominator", True)


def test_an_indicator_of_the_year_takes_its_inputs_by_unit_and_month_or_by_year():
    months = [f"2023-{k:02d}" for k in range(1, 13)]
    staff = pd.concat([declared({"headcount": 50}, unit=u, period=m) for m in months for u in ("u1", "u2")])
    both = pd.concat([staff, declared({"managers": 8})], ignore_index=True)
    row = derive(both, ["span_of_control"]).iloc[0]
    assert (row["value"], row["unit"], row["period"]) == (pytest.approx(12.5), "all", "2023")
    hole = both[~((both["unit"] == "u2") & (both["period"] == "2023-04"))]
    assert derive(hole, ["span_of_control"])["status"].tolist() == ["not_available"]
    masked = both.copy()
    masked.loc[3, ["value", "status"]] = [None, "masked"]
    assert derive(masked, ["span_of_control"])["status"].tolist() == ["masked"]


def days(unit: str, census: list[float], beds: list[float] | None) -> pd.DataFrame:
    rows = []
    for k, here in enumerate(census):
        day = f"2024-01-{k + 1:02d}"
        rows += [(unit, day, "census", here, here + 2), (unit, day, "arrivals", 3.0, 1.0)]
        rows += [(unit, day, "open_beds", beds[k], beds[k])] if beds else []
    table = pd.DataFrame(rows, columns=["unit", "day", "measure", "value", "high"])
    return table.assign(site="h", low=0.0)


def test_days_of_the_census_give_occupancy_of_open_beds_and_full_days():
    table = pd.concat([days("w", [8, 9, 10, 7], [10, 10, 10, 0]), days("ed", [5, 5, 5, 5], None)])
    found = derive(from_days(table)).query("period == '2024-01'").set_index(["unit", "code"])["value"]
    assert found["w", "staffed_occupancy"] == pytest.approx(27 / 30)  # the day without open beds is left out
    assert found["w", "full_day_share"] == pytest.approx(1.0)  # 8 + 2, 9 + 2 and 10 + 2 patients at the highest hour
    assert found["w", "mean_census"] == pytest.approx(34 / 4)
    assert found["ed", "arrivals_per_day"] == pytest.approx(3)
    assert ("ed", "staffed_occupancy") not in found.dropna().index


def test_the_barometer_gives_the_engagement_and_keeps_the_reason_of_a_missing_score():
    rows = [
        ("a", "all", "2024", 60.0, 40, "ok"),
        ("a", "u1", "2024", 70.0, 12, "ok"),
        ("b", "all", "2024", None, 3, "below_floor"),
    ]
    scores = pd.DataFrame(rows, columns=["establishment", "unit", "period", "score", "n", "status"])
    scores = scores.assign(instrument="barometer", dimension="engagement")
    found = derive(from_scores(scores, {("barometer", "engagement"): "engagement"})).set_index("establishment")
    assert found.loc["a", ["value", "denominator"]].tolist() == [60, 40]
    assert found.loc["b", "status"] == "below_floor"
    assert len(from_scores(scores, {})) == 0


def test_hospi_diag_codes_name_known_indicators_and_differ_by_edition():
    editions = read_editions().editions
    named = {code.indicator for codes in editions.values() for code in codes.values() if code.indicator}
    assert all(code in INDICATORS for code in named)
    assert len(editions["2010-2016"]) >= 30
    assert hospi_diag("2010-2016", "F8_O").label != hospi_diag("2017+", "F8").label
    with pytest.raises(SettingError, match="choose among: 2010-2016, 2017"):
        hospi_diag("1999", "F8")
    with pytest.raises(SettingError, match="unknown code of Hospi Diag"):
        hospi_diag("2010-2016", "Z1")
