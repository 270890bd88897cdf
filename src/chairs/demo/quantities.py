"""Whole quantities that a site declares for a year, and the indicators that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.plan import Plan

    Draw = Callable[..., np.random.Generator]

VIOLENCE = ("violence_level_1", "violence_level_2", "violence_level_3", "violence_level_4")


def days_in(periods: pd.Index) -> np.ndarray:
    """Return the days of each year (ISO text)."""
    import calendar

    import numpy as np

    return np.array([366 if calendar.isleap(int(year)) else 365 for year in periods])


def hospital_quantities(plan: Plan, sites: pd.DataFrame, wished: pd.DataFrame) -> pd.DataFrame:
    """Return what hospitals declare so that their indicators are those wished for, up to rounding and chance."""
    import numpy as np

    draw, n = plan.draw("quantities", "hospital"), len(wished)
    site = sites.set_index("establishment").loc[wished.index.get_level_values("establishment")]
    beds = np.maximum(10, np.rint(site["size"].to_numpy() * (1 + 0.01 * draw("beds").standard_normal(n))))
    days = np.rint(wished["occupancy"] * beds * days_in(wished.index.get_level_values("period")))
    stays = np.rint(days / wished["mean_stay"])
    care = np.round(wished["care_fte_per_bed"] * beds, 2)
    visits = site["emergency"].to_numpy() * np.rint(beds * draw("visits").uniform(90, 240, n))
    children = np.where(beds > 150, np.rint(visits * 0.3), 0)
    table = {
        "mco_beds": beds,
        "mco_full_stays": stays,
        "mco_days": days,
        "mco_day_places": np.rint(beds * 0.12),
        "mco_day_stays": np.rint(wished["day_stay_share"] / (1 - wished["day_stay_share"]) * stays),
        "ed_visits_general": visits - children,
        "ed_visits_paediatric": children,
        "deliveries": np.where(beds > 120, np.rint(beds * 3.4), 0),
        "care_fte": care,
        "nurse_fte": np.round(0.42 * care, 2),
        "aide_fte": np.round(0.33 * care, 2),
        "physician_fte": np.round(0.16 * care, 2),
    }
    fte = np.round(care * 1.45, 2).to_numpy()
    reports = draw("violence").poisson(wished["violence_rate"].to_numpy() * fte / 1_000)
    levels = draw("violence", "level").multinomial(reports, plan.parameters.staff.violence_levels)
    table |= _social(plan, draw, wished, fte)
    table |= {name: levels[:, rank] for rank, name in enumerate(VIOLENCE)}
    table |= budget(draw, wished, fte * 88_000)
    return wished[[]].assign(**table)


def company_quantities(plan: Plan, sites: pd.DataFrame, wished: pd.DataFrame) -> pd.DataFrame:
    """Return what companies declare so that their indicators are those wished for, up to rounding and chance."""
    import numpy as np

    draw, n = plan.draw("quantities", "company"), len(wished)
    site = sites.set_index("establishment").loc[wished.index.get_level_values("establishment")]
    fte = np.round(site["size"].to_numpy() * (1 + 0.02 * draw("fte").standard_normal(n)), 2)
    table = _social(plan, draw, wished, fte) | budget(draw, wished, fte * 160_000)
    table["revenue"] = table.pop("operating_income")
    table["customers"] = np.rint(fte * draw("customers").uniform(15, 60, n))
    return wished[[]].assign(**table)


def _social(plan: Plan, draw: Draw, wished: pd.DataFrame, fte: np.ndarray) -> dict[str, np.ndarray]:
    import numpy as np

    it, n = plan.parameters.staff, len(wished)
    level = {name: wished[name].to_numpy() for name in wished.columns}
    people = np.rint(fte * it.people_per_fte)
    moves = np.rint(level["turnover"] / 50 * people)
    came = np.clip(np.rint(moves / 2 * (1 + 0.05 * draw("moves").standard_normal(n))), 0, moves)
    hours = np.rint(fte * it.hours_a_year)
    share = level["agency_share"] / 100
    return {
        "staff_fte": fte,
        "headcount": people,
        "absence_days": np.rint(level["absenteeism"] / 100 * fte * days_in(wished.index.get_level_values("period"))),
        "staff_arrivals": came,
        "staff_departures": moves - came,
        "hours_worked": hours,
        "work_accidents": draw("accidents").poisson(level["accident_frequency"] * hours / 1e6),
        "accident_days_lost": np.rint(level["accident_severity"] * hours / 1e3),
        "agency_fte": np.round(fte * share / (1 - share), 2),
        "training_hours": np.rint(level["training_hours_per_fte"] * fte),
    }


def budget(draw: Draw, wished: pd.DataFrame, income: np.ndarray) -> dict[str, np.ndarray]:
    """Return the budget lines of a year, in euros."""
    import numpy as np

    income = np.rint(income * np.exp(0.08 * draw("income").standard_normal(len(wished))))
    depreciation = draw("depreciation").uniform(0.025, 0.045, len(wished))  # an expense that is not paid out
    saved = np.rint(wished["self_financing_rate"].to_numpy() / 100 * income)
    return {
        "operating_income": income,
        "operating_expense": np.rint(income - saved + depreciation * income),
        "self_financing": saved,
        "financial_debt": np.rint(wished["debt_ratio"].to_numpy() / 100 * income),
    }


def levels_of(declared: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators that the declared quantities give, those that the planted effects act through.

    The formulas are written here once more, apart from those of the platform, so that a test can tell
    when one of the two is wrong.
    """
    import numpy as np

    q, days = declared, days_in(declared.index.get_level_values("period"))
    levels = {
        "absenteeism": 100 * q["absence_days"] / (q["staff_fte"] * days),
        "turnover": 50 * (q["staff_arrivals"] + q["staff_departures"]) / q["headcount"],
        "agency_share": 100 * q["agency_fte"] / (q["agency_fte"] + q["staff_fte"]),
        "training_hours_per_fte": q["training_hours"] / q["staff_fte"],
    }
    if "mco_beds" in q:
        levels["occupancy"] = q["mco_days"] / (q["mco_beds"] * days)
        levels["care_fte_per_bed"] = q["care_fte"] / q["mco_beds"]
    return declared[[]].assign(**{name: np.asarray(values, dtype=float) for name, values in levels.items()})
