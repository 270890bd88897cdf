"""The demonstration territory: one call writes the raw files that its hospitals and companies would export."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.demo.changes import Changes

if TYPE_CHECKING:
    import pandas as pd

    from chairs.demo.hospital import Hospital
    from chairs.demo.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """All tables of the territory, before they are written.

    Parameters
    ----------
    hospital
        What happened to the patients of the demonstration hospital.
    sites
        The establishments.
    staff, activity, visits
        The demonstration hospital by unit and month.
    declared
        What hospitals and companies declare for a year, by kind; the demonstration hospital only its budget.
    yearbook
        What hospitals (the demonstration hospital too) and companies declare once a year beside that, by kind.
    answers
        Answers by questionnaire; `own` those of the demonstration hospital's patients.
    comments
        What some of these patients wrote.
    """

    hospital: Hospital
    sites: pd.DataFrame
    staff: pd.DataFrame
    activity: pd.DataFrame
    visits: pd.DataFrame
    declared: dict[str, pd.DataFrame]
    yearbook: dict[str, pd.DataFrame]
    answers: dict[str, pd.DataFrame]
    comments: pd.DataFrame


def synthesise(folder: Path, *, seed: int, size: float = 1.0, changes: Changes | None = None) -> None:
    """Write the raw files of the demonstration territory, two full years (2023 and 2024).

    Parameters
    ----------
    folder
        Where the files go; files of the same names are replaced.
    seed
        Same seed, same bytes.
    size
        Dial: 1 is about 278 ED visits a day and 847 beds, 150 other hospitals, 40 companies.
    changes
        A what-if; what it does not touch keeps its chance.

    Raises
    ------
    SettingError
        For a size out of range or a change that names no ward or department.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> synthesise(folder, seed=1, size=0.03)
    >>> sum(1 for _ in folder.iterdir())
    20
    """
    from chairs.demo.files import write_files
    from chairs.demo.plan import make_plan

    plan = make_plan(seed=seed, size=size, changes=changes)
    folder.mkdir(parents=True, exist_ok=True)
    write_files(plan, make_territory(plan), folder)


def make_territory(plan: Plan) -> Territory:
    """Return the territory of `plan`: the hospital run once, its neighbours, everyone's answers."""
    from chairs.demo import surveys
    from chairs.demo.activity import make_activity, make_visits
    from chairs.demo.comments import make_comments
    from chairs.demo.experience import expected_scores
    from chairs.demo.hospital import run_hospital
    from chairs.demo.neighbours import make_sites
    from chairs.demo.planted import read_planted
    from chairs.demo.staff import make_staff
    from chairs.demo.yearbook import make_yearbook

    planted, sites, staff = read_planted(), make_sites(plan), make_staff(plan)
    hospital = run_hospital(plan)
    activity = make_activity(plan, hospital)
    own = own_year(plan, staff, activity)
    declared, levels = _declared(plan, sites, own)
    expected = {name: expected_scores(plan, planted, name, sites, levels) for name in planted.instruments}
    answers = {name: surveys.site_answers(plan, planted, name, expected[name], staff) for name in expected}
    answers["own"] = surveys.patient_answers(plan, planted, hospital, staff, expected[surveys.PATIENTS])
    comments = make_comments(plan, answers["own"])
    return Territory(
        hospital=hospital,
        sites=sites,
        staff=staff,
        activity=activity,
        visits=make_visits(plan, hospital),
        declared=declared,
        yearbook=make_yearbook(plan, {"hospital": _joined(own, declared), "company": declared["company"]}),
        answers=answers,
        comments=comments,
    )


def _joined(own: pd.DataFrame, declared: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the year of the demonstration hospital, its budget included, above that of the other hospitals."""
    import pandas as pd

    return pd.concat([own.join(declared["own"]), declared["hospital"]])


def _declared(plan: Plan, sites: pd.DataFrame, own: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return what sites declare for a year, by kind, and the indicators that follow, of the hospital too."""
    import pandas as pd

    from chairs.demo import quantities as q
    from chairs.demo.neighbours import draw_levels
    from chairs.demo.planted import read_planted

    planted = read_planted()
    declared = {
        "hospital": q.hospital_quantities(plan, sites, draw_levels(plan, planted, sites, "hospital")),
        "company": q.company_quantities(plan, sites, draw_levels(plan, planted, sites, "company")),
    }
    levels = pd.concat([q.levels_of(table) for table in (own, *declared.values())])
    draw = plan.draw("quantities", "own")
    wished = own[[]].assign(self_financing_rate=2.6, debt_ratio=52.0)
    lines = q.budget(draw, wished, own["staff_fte"].to_numpy() * plan.parameters.staff.income_per_fte)
    return declared | {"own": own[[]].assign(**lines)}, levels


def own_year(plan: Plan, staff: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly quantities of the demonstration hospital: sums of its months, means of its stocks."""
    import pandas as pd

    stocks = ["staff_fte", "headcount", "agency_fte", "mco_beds", "care_fte"]
    monthly = pd.concat([table.drop(columns="unit").groupby("period").sum() for table in (staff, activity)], axis=1)
    year = monthly.groupby(monthly.index.str[:4])
    yearly = year.sum().assign(**{name: year[name].mean() for name in stocks})
    yearly.index = pd.MultiIndex.from_product(
        [[plan.parameters.hospital.finess], yearly.index], names=["establishment", "period"]
    )
    return yearly
