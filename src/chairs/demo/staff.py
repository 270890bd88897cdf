"""The people of the demonstration hospital by unit and month: work, absence, moves, accidents, violence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.plan import Plan


def months_of(plan: Plan) -> np.ndarray:
    """Return the months of the extracts (numpy months)."""
    import numpy as np

    return np.unique(plan.days.dates[plan.days.warm_up :].astype("datetime64[M]"))


def make_staff(plan: Plan) -> pd.DataFrame:
    """Return one row a unit and month: `unit`, `period` (ISO month) and the quantities of its staff.

    Absence is higher in winter; agency work follows it. Violence reports are Poisson counts by ONVS level.
    """
    import numpy as np
    import pandas as pd

    months, units = months_of(plan), _units(plan)
    draw, shape = plan.draw("staff"), (len(units), len(months))
    fte = units["fte"].to_numpy()[:, None] * (1 + 0.01 * np.cumsum(draw("fte").standard_normal(shape), axis=1) / 3)
    days = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    rate = _absenteeism(plan, months, shape)
    columns = {
        "staff_fte": np.round(fte, 2),
        "headcount": np.rint(fte * plan.parameters.staff.people_per_fte),
        "absence_days": np.rint(rate / 100 * fte * days.astype(int)),
        **_events(plan, fte, rate),
        **_violence(plan, units, fte),
    }
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    frame.insert(0, "unit", np.repeat(units["unit"].to_numpy(), len(months)))
    frame.insert(1, "period", np.tile(months.astype(str), len(units)))
    return frame


def _units(plan: Plan) -> pd.DataFrame:
    """Return code, full-time equivalents and yearly violence reports per 1,000 of them, wards first."""
    import pandas as pd

    from chairs.demo.hospital import beds_of

    staff = plan.parameters.staff
    wards = [
        (ward.code, ward.fte * beds, staff.ward_violence[ward.family])
        for ward, beds in zip(plan.parameters.wards, beds_of(plan), strict=True)
        if beds > 0
    ]
    others = [(unit.code, unit.fte * plan.size, unit.violence) for unit in staff.units]
    return pd.DataFrame(wards + others, columns=["unit", "fte", "violence"])


def _absenteeism(plan: Plan, months: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    import numpy as np

    it, draw = plan.parameters.staff.absenteeism, plan.draw("staff", "absence")
    winter = np.isin(months.astype(int) % 12 + 1, (12, 1, 2)) - 0.25
    unit = it["unit"] * draw("unit").standard_normal((shape[0], 1))
    return np.clip(
        it["mean"] + unit + it["winter"] * winter + it["month"] * draw("month").standard_normal(shape), 1, 30
    )


def _events(plan: Plan, fte: np.ndarray, absenteeism: np.ndarray) -> dict[str, np.ndarray]:
    import numpy as np

    it, draw = plan.parameters.staff, plan.draw("staff")
    people = fte * it.people_per_fte
    hours = np.rint(fte * it.hours_a_year / 12)
    accidents = draw("accidents").poisson(it.accident_frequency * hours / 1e6)
    unit = it.agency["unit"] * draw("agency").standard_normal((len(fte), 1))
    excess = it.agency["per_absence"] * (absenteeism - it.absenteeism["mean"])
    agency = np.clip(it.agency["mean"] + unit + excess, 0, 20) / 100
    return {
        "staff_arrivals": draw("arrivals").poisson(people * it.turnover / 1200),
        "staff_departures": draw("departures").poisson(people * it.turnover / 1200),
        "hours_worked": hours,
        "work_accidents": accidents,
        "accident_days_lost": draw("lost").poisson(accidents * it.days_per_accident),
        "agency_fte": np.round(fte * agency / (1 - agency), 2),
        "training_hours": draw("training").poisson(fte * it.training_hours / 12 / 7) * 7,  # days of 7 hours
    }


def _violence(plan: Plan, units: pd.DataFrame, fte: np.ndarray) -> dict[str, np.ndarray]:
    draw, shares = plan.draw("staff"), plan.parameters.staff.violence_levels
    reports = units["violence"].to_numpy()[:, None] / 12_000 * fte
    return {
        f"violence_level_{level}": draw("violence", level).poisson(reports * share)
        for level, share in enumerate(shares, start=1)
    }
