"""Answers to the questionnaires: patients of the demonstration hospital, patients, staff and customers elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.demo.answers import ask
from chairs.demo.planted import Planted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.demo.hospital import Hospital
    from chairs.demo.plan import Plan

PATIENTS, STAFF, CUSTOMERS = "demo-patient-experience", "demo-staff-barometer", "demo-customer-satisfaction"


def patient_answers(
    plan: Plan, planted: Planted, hospital: Hospital, staff: pd.DataFrame, expected: pd.DataFrame
) -> pd.DataFrame:
    """Return the answers of the hospital's own patients, by ward and month of discharge.

    Boarding in the ED, lying in another ward than the one asked for and the absence of the ward's staff
    move them as `truths.yaml` says.
    """
    import numpy as np
    import pandas as pd

    from chairs.demo import chronology as c
    from chairs.demo.activity import last_place
    from chairs.demo.plan import AGES

    given, seen, draw = hospital.patients.given, hospital.seen, plan.draw("survey", "own")
    ward, left = last_place(seen)
    invited = (left >= plan.days.start) & (draw("address").random(len(left)) < planted.answering.with_address)
    who = np.flatnonzero(invited)
    month = plan.days.dates[left[who] // 86_400].astype("datetime64[M]").astype(str)
    codes = np.array([it.code for it in plan.parameters.wards])
    people = pd.DataFrame(
        {
            "unit": codes[ward[who]],
            "period": month,
            "age": np.array(AGES)[hospital.patients.age[who]],
            "sex": np.where(hospital.patients.woman[who], "F", "M"),
            "entry": np.where(given[who, c.SITE] < len(plan.parameters.departments), "URGENCE", "PROGRAMME"),
        }
    )
    points = expected.loc[[(plan.parameters.hospital.finess, period[:4]) for period in month]].to_numpy()
    points = points + _lived(planted, list(expected.columns), hospital, who, people.merge(_absence(staff), how="left"))
    frame = ask(draw, planted, PATIENTS, people, np.clip(points, 4, 96))
    return _numbered(frame.assign(establishment=plan.parameters.hospital.finess), "CH")


def _lived(
    planted: Planted, dimensions: list[str], hospital: Hospital, who: np.ndarray, people: pd.DataFrame
) -> np.ndarray:
    import numpy as np

    from chairs.demo import chronology as c

    seen, given, effects = hospital.seen[who], hospital.patients.given[who], planted.hospital
    hours = np.where(people["entry"] == "URGENCE", (seen[:, c.START] - seen[:, c.REQUEST]) / 3_600, 0.0)
    other = seen[:, c.PLACE] != given[:, c.WARD]
    points = np.zeros((len(who), len(dimensions)))
    for effect, amount in (
        (effects.boarding_hour, np.minimum(hours, effects.boarding_hour.at_most_hours or 0.0)),
        (effects.other_ward, other),
        (effects.unit_absenteeism, people["absence"].to_numpy()),
    ):
        points[:, dimensions.index(effect.dimension)] += effect.points * amount
    return points


def _absence(staff: pd.DataFrame) -> pd.DataFrame:
    """Return each unit's absence of a month, in points above the hospital's."""
    import pandas as pd

    days = pd.PeriodIndex(staff["period"], freq="M").days_in_month
    rate = 100 * staff["absence_days"] / (staff["staff_fte"] * days)
    return staff[["unit", "period"]].assign(absence=rate - rate.groupby(staff["period"]).transform("mean"))


def site_answers(
    plan: Plan, planted: Planted, instrument: str, expected: pd.DataFrame, staff: pd.DataFrame
) -> pd.DataFrame:
    """Return the answers of a yearly survey at many sites; `expected` as `experience.expected_scores` gives it.

    The demonstration hospital asks half of its staff, by unit; its patients have a survey of their own.
    """
    import numpy as np

    here, draw = _here(plan, expected), plan.draw("survey", instrument)
    weight = staff.groupby("unit", sort=False)["headcount"].mean()
    people = invited_people(plan, planted, instrument, expected, round(weight.sum() / 2) if instrument == STAFF else 0)
    row, n = people.pop("row").to_numpy(), len(people)
    unit = draw("unit").choice(weight.index.to_numpy(), n, p=weight / weight.sum())
    people.insert(1, "unit", np.where(here[row], unit, "all"))
    people["sex"] = np.where(draw("sex").random(n) < 0.5, "F", "M")
    return _numbered(ask(draw, planted, instrument, people, expected.to_numpy()[row]), instrument[5:7].upper())


def invited_people(plan: Plan, planted: Planted, instrument: str, expected: pd.DataFrame, own: int = 0) -> pd.DataFrame:
    """Return those invited, one row each: `row` of `expected`, `establishment`, `period`, `age`.

    Parameters
    ----------
    own
        People of the demonstration hospital; elsewhere their number is drawn.
    """
    import numpy as np
    import pandas as pd

    answering, draw = planted.answering, plan.draw("survey", instrument)
    ages = {PATIENTS: answering.ages, STAFF: answering.staff_ages, CUSTOMERS: answering.customer_ages}[instrument]
    site, period = (expected.index.get_level_values(name).to_numpy() for name in ("establishment", "period"))
    low, high = planted.instruments[instrument].invited
    invited = np.where(_here(plan, expected), own, draw("invited").integers(low, high + 1, len(expected)))
    row = np.repeat(np.arange(len(expected)), invited)
    shares = np.array(list(ages.values())) / sum(ages.values())
    age = draw("age").choice(list(ages), len(row), p=shares)
    return pd.DataFrame({"row": row, "establishment": site[row], "period": period[row], "age": age})


def _here(plan: Plan, expected: pd.DataFrame) -> np.ndarray:
    """Say which rows are those of the demonstration hospital."""
    here: np.ndarray = expected.index.get_level_values("establishment").to_numpy() == plan.parameters.hospital.finess
    return here


def _numbered(frame: pd.DataFrame, letters: str) -> pd.DataFrame:
    """Give each respondent a pseudonym of their own."""
    return frame.assign(respondent=[f"DEMO{letters}{rank:06d}" for rank in range(1, len(frame) + 1)])
