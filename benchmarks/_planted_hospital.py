"""Fresh draws of the demonstration hospital in memory: its log as the platform's tables, and what happened."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from chairs.demo import chronology as c
from chairs.demo.changes import NONE, Changes
from chairs.demo.days import intensity
from chairs.demo.hospital import Hospital, run_hospital
from chairs.demo.pathways import _steps, units_of
from chairs.demo.plan import Plan, make_plan

ACTIVITIES = (
    "arrival", "triage", "first_doctor", "imaging", "decision", "boarding", "departure", "left_without_being_seen",
    "ward_stay", "ward_stay", "cancellation",
)  # fmt: skip
DAY = 86_400


def stopped(seed: int, changes: Changes = NONE, *, first: str | None = None, last: str = "2024-02-05") -> Plan:
    """Return the plan of the two years, its days cut before `first` and after `last`.

    Arrivals keep the level of the two years.
    """
    plan = make_plan(seed=seed, changes=changes)
    begin = 0 if first is None else int((np.datetime64(first) - plan.days.dates[0]).astype(int))
    n = int((np.datetime64(last) - plan.days.dates[0]).astype(int)) + 1
    names = ("dates", "weekday", "holiday", "rest", "summer", "winter")
    cut = dataclasses.replace(plan.days, **{name: getattr(plan.days, name)[begin:n] for name in names})
    departments = []
    for one in plan.parameters.departments:
        wanted = intensity(plan.days, plan.parameters.profile, one.wave, 1.0)[begin:n].sum()
        given = intensity(cut, plan.parameters.profile, one.wave, 1.0).sum()
        departments.append(dataclasses.replace(one, visits_a_day=one.visits_a_day * wanted / given))
    parameters = dataclasses.replace(plan.parameters, departments=tuple(departments))
    return dataclasses.replace(plan, days=cut, parameters=parameters)


def counted(plan: Plan, hospital: Hospital, first: str, days: int) -> dict[str, float]:
    """Return the measures of `chairs.twin.hospital.outcomes` over the days from `first` on, by the same rules."""
    given, seen = hospital.patients.given, hospital.seen
    begin = int((np.datetime64(first) - plan.days.dates[0]).astype(int)) * DAY
    end = begin + days * DAY

    def during(times: np.ndarray) -> np.ndarray:
        return (times >= begin) & (times < end)

    ed, came = given[:, c.SITE] < len(plan.parameters.departments), during(given[:, c.ARRIVAL])
    boarded, examined = ed & during(seen[:, c.START]), ed & during(seen[:, c.DOCTOR_START])
    home = ed & (given[:, c.WARD] < 0) & during(seen[:, c.ED_EXIT]) & (seen[:, c.UNSEEN] < 0)
    return {
        "boarding_mean": float((seen[:, c.START] - seen[:, c.REQUEST])[boarded].mean() / 3600),
        "wait_mean": float((seen[:, c.DOCTOR_START] - given[:, c.ARRIVAL])[examined].mean() / 60),
        "stay_mean": float((seen[:, c.ED_EXIT] - given[:, c.ARRIVAL])[home].mean() / 3600),
        "unseen": float(100 * (ed & during(seen[:, c.UNSEEN])).sum() / (ed & came).sum()),
        "put_off": float(100 * during(seen[:, c.CANCELLED]).sum() / (~ed & came).sum()),
    }


def drawn_log(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return events, cases and open beds of a fresh draw, as `ingest` would have written them."""
    plan = make_plan(seed=seed)
    hospital = run_hospital(plan)
    given, people, sites = hospital.patients.given, hospital.patients, len(plan.parameters.departments)
    steps = _steps(plan, hospital, np.ones(len(given), dtype=bool))
    planned = given[steps.patient, c.SITE] == sites
    times = {
        name: _utc(
            plan, np.where(planned & (getattr(steps, name) >= 0), getattr(steps, name) // 60 * 60, getattr(steps, name))
        )
        for name in ("requested", "start", "end")
    }
    events = pd.DataFrame(
        {
            "case_id": np.array([f"D{k:07d}" for k in range(len(given))])[steps.patient],
            "activity": np.array(ACTIVITIES)[steps.step],
            "unit": np.array(units_of(plan))[steps.unit],
            **times,
        }
    )
    who = np.unique(steps.patient)
    ed = given[who, c.SITE] < sites
    births = np.array([ward.any_day for ward in plan.parameters.wards])[given[who, c.WARD]]
    cases = pd.DataFrame(
        {
            "case_id": [f"D{k:07d}" for k in who],
            "ccmu": np.where(ed, people.ccmu[who].astype(str), None),
            "admission": np.where(ed, "emergency", np.where(births, "direct", "planned")),
        }
    )
    return events, cases, _open_beds(plan, hospital)


def _utc(plan: Plan, seconds: np.ndarray) -> pd.Series:
    local = plan.days.dates[0].astype("M8[s]") + np.where(seconds < 0, 0, seconds).astype("m8[s]")
    there = pd.Series(local).dt.tz_localize("Europe/Paris", ambiguous=True, nonexistent="shift_forward")
    return there.dt.tz_convert("UTC").where(seconds >= 0).astype("datetime64[us, UTC]")


def _open_beds(plan: Plan, hospital: Hospital) -> pd.DataFrame:
    first = plan.days.warm_up
    hours = pd.Series(plan.days.dates[first:].astype("M8[s]")).dt.tz_localize("Europe/Paris").dt.tz_convert("UTC")
    wards = [ward.code for ward in plan.parameters.wards]
    parts = [
        pd.DataFrame({"unit": code, "hour": hours, "measure": "open_beds", "value": hospital.beds[row, first:] * 1.0})
        for row, code in enumerate(wards)
    ]
    return pd.concat(parts, ignore_index=True)
