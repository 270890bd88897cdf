"""How the words of the table `quantities` add up: which are stocks or extremes, which may be negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# What there is at a time (people, beds, debt): summed over units, averaged over the days of the year. Every other
# word but those of HIGHEST and UNADDED is what happens in a period: it is summed over both.
STOCKS = frozenset(
    """
    mco_beds mco_day_places medicine_beds surgery_beds obstetrics_beds
    headcount staff_fte care_fte nurse_fte aide_fte physician_fte care_manager_fte non_medical_fte agency_fte
    long_shift_fte shared_physician_fte saved_leave_days
    women permanent_headcount non_employees covered_by_agreement managers women_managers managers_trained staff_over_50
    paid_adequately socially_protected disabled_staff safety_covered apprentices posts vacant_posts tutors
    departments departments_delegated
    financial_debt permanent_capital working_capital working_capital_need receivables supplier_debt
    equipment_gross equipment_depreciation building_gross building_depreciation floor_area
    """.split()
)
HIGHEST = frozenset({"highest_pay"})  # the highest of its parts
UNADDED = frozenset({"median_pay"})  # not to be had from its parts: counted only where the whole is declared
SIGNED = ("self_financing", "working_capital", "working_capital_need")  # every other quantity is never negative
CELL = ["establishment", "unit", "period"]


def yearly(table: pd.DataFrame, days: pd.Series, in_year: pd.Series) -> pd.DataFrame:
    """Return quantities by establishment and year, of the whole establishment, in the columns of `quantities`.

    Parameters
    ----------
    table
        Rows of the table `quantities`.
    days, in_year
        Days of the period of each row, and of its year.

    Notes
    -----
    A row of the whole establishment (unit `all`) and year is kept as it is. Where there is none, months (or quarters)
    become the year, then units the whole: sums for what happens, means over the days for a stock, the highest for an
    extreme; a median does not follow from those of its parts and is `not_available`. A part without a
    value, or a year with a month missing, leaves no value: the first reason met, else `not_available`. A unit that the
    quantity does not concern (`not_applicable`) is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"establishment": "h", "unit": ["a", "b"], "period": "2023", "quantity": "managers",
    ...     "value": [2.0, 3.0], "status": "ok", "source": "HR"})
    >>> year = pd.Series([365.0, 365.0])
    >>> yearly(rows, year, year)[["unit", "value"]].values.tolist()
    [['all', 5.0]]
    """
    import pandas as pd

    ready = (table["unit"] == "all") & (table["period"].str.len() == 4)
    columns = [*CELL, "quantity", "value", "status", "source"]
    if ready.all():
        return table[columns]
    kept, table, days, in_year = table[ready], table[~ready], days[~ready], in_year[~ready]
    rows = table.assign(days=days, in_year=in_year, period=table["period"].str[:4])
    share = rows["days"] / rows["in_year"]
    rows["value"] = rows["value"].where(~rows["quantity"].isin(STOCKS), rows["value"] * share)
    by_unit = _added(rows, [*CELL, "quantity"])
    gap = (by_unit["days"] < by_unit["in_year"]) & (by_unit["status"] == "ok")
    by_unit.loc[gap, "status"] = "not_available"
    whole = by_unit[by_unit["unit"] == "all"]
    place = ["establishment", "period", "quantity"]
    given = pd.MultiIndex.from_frame(whole[place])
    parts = by_unit[~pd.MultiIndex.from_frame(by_unit[place]).isin(given)]
    summed = _added(parts, place).assign(unit="all") if len(parts) else parts
    together = pd.concat([whole, summed], ignore_index=True)
    unknown = together["quantity"].isin(UNADDED) & (together["status"] == "ok")
    together.loc[unknown, "status"] = "not_available"
    together["value"] = together["value"].where(together["status"] == "ok")
    return pd.concat([kept[columns], together[columns]], ignore_index=True)


def _added(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the sum of each group, with its days, the first reason in it and its sources."""
    everyone = rows.groupby(by, sort=True)
    counted = rows[rows["status"] != "not_applicable"]
    groups = counted.groupby(by, sort=True)["value"]
    sums = everyone[["days", "in_year"]].agg({"days": "sum", "in_year": "first"})
    extreme = sums.index.get_level_values("quantity").isin(HIGHEST)
    value = groups.sum().where(groups.count() == groups.size()).reindex(sums.index)
    sums["value"] = value.mask(extreme & value.notna(), groups.max().reindex(sums.index))
    reasons = counted[counted["status"] != "ok"].groupby(by, sort=True)["status"].first()
    concerned = groups.size().reindex(sums.index).notna()
    sums["status"] = reasons.reindex(sums.index).fillna("ok").where(concerned, "not_applicable")
    sources = rows[[*by, "source"]].drop_duplicates().sort_values("source", kind="stable")
    sums["source"] = sources.groupby(by, sort=True)["source"].agg(" + ".join)
    return sums.reset_index()
