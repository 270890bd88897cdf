"""A plain regression on the generated territory finds the planted effects, and only those."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from chairs.demo import quantities, surveys
from chairs.demo.activity import last_place
from chairs.demo.experience import expected_scores
from chairs.demo.neighbours import draw_levels, make_sites
from chairs.demo.plan import make_plan
from chairs.demo.planted import Effect, read_planted
from chairs.demo.staff import make_staff

pytestmark = pytest.mark.reference

PLANTED = read_planted()
CASES = [(kind, effect) for effect in PLANTED.effects for kind in PLANTED.instruments[effect.instrument].asked]


@pytest.fixture(scope="module")
def territory() -> dict[str, pd.DataFrame]:
    """Sites, their indicators and the mean scores of their years, computed here from the answer codes."""
    plan = make_plan(seed=20240117)
    sites = make_sites(plan)
    sites = sites[sites["establishment"] != plan.parameters.hospital.finess].set_index("establishment", drop=False)
    declared = {
        "hospital": quantities.hospital_quantities(plan, sites, draw_levels(plan, PLANTED, sites, "hospital")),
        "company": quantities.company_quantities(plan, sites, draw_levels(plan, PLANTED, sites, "company")),
    }
    levels = pd.concat([quantities.levels_of(table) for table in declared.values()])
    staff = make_staff(plan)
    found = {"sites": sites.rename_axis("site"), "levels": levels, "hospital": declared["hospital"]}
    for name in PLANTED.instruments:
        expected = expected_scores(plan, PLANTED, name, sites, levels)
        found[name] = scores(name, surveys.site_answers(plan, PLANTED, name, expected, staff))
    return found


def scores(name: str, answers: pd.DataFrame) -> pd.DataFrame:
    questions, dimensions = PLANTED.instruments[name], {}
    for dimension, it in questions.dimensions.items():
        codes = answers[list(it.items)].apply(pd.to_numeric)
        codes = codes.where(codes <= 5)
        for item in set(questions.reversed) & set(it.items):
            codes[item] = 6 - codes[item]
        dimensions[dimension] = 25 * (codes - 1).mean(axis=1)
    return pd.DataFrame(dimensions).groupby([answers["establishment"], answers["period"]]).mean()


def ols(x: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    """Ordinary least squares with an intercept: estimate and standard error by column."""
    x = x.loc[:, x.std() > 0]
    design = np.column_stack([np.ones(len(x)), x.to_numpy(dtype=float)])
    beta, *_ = np.linalg.lstsq(design, y.to_numpy(), rcond=None)
    residual = y.to_numpy() - design @ beta
    variance = residual @ residual / (len(y) - design.shape[1]) * np.linalg.inv(design.T @ design)
    return pd.DataFrame({"estimate": beta[1:], "se": np.sqrt(np.diag(variance))[1:]}, index=x.columns)


def traits(sites: pd.DataFrame) -> pd.DataFrame:
    """What confounds: size, status, an emergency department."""
    return pd.DataFrame(
        {
            "size": np.log2(sites["size"].astype(float)),
            "for_profit": sites["status"].eq("private_for_profit").astype(float),
            "non_profit": sites["status"].eq("private_non_profit").astype(float),
            "ed": sites["emergency"].astype(float),
        }
    )


def within(territory: dict[str, pd.DataFrame], kind: str, effect: Effect) -> pd.DataFrame:
    score, levels = of_kind(territory, kind, effect.instrument)
    change = {
        name: table.xs("2024", level=1) - table.xs("2023", level=1) for name, table in (("x", levels), ("y", score))
    }
    return ols(change["x"][exposures(effect)], change["y"][effect.dimension])


def between(territory: dict[str, pd.DataFrame], kind: str, effect: Effect) -> pd.DataFrame:
    score, levels = of_kind(territory, kind, effect.instrument)
    mean = levels.groupby(level=0).mean()[exposures(effect)]
    return ols(mean.join(traits(territory["sites"].loc[mean.index])), score[effect.dimension].groupby(level=0).mean())


def of_kind(territory: dict[str, pd.DataFrame], kind: str, instrument: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    sites = territory["sites"]
    names = set(sites.index[sites["kind"] == kind])
    score = territory[instrument]
    score = score[score.index.get_level_values(0).isin(names)]
    return score, territory["levels"].loc[score.index]


def exposures(effect: Effect) -> list[str]:
    target = (effect.instrument, effect.dimension)
    return [it.exposure for it in PLANTED.effects if (it.instrument, it.dimension) == target]


@pytest.mark.parametrize(
    ("kind", "effect"), CASES, ids=lambda v: v if isinstance(v, str) else f"{v.dimension}-{v.exposure}"
)
def test_planted_effects_are_found(territory: dict[str, pd.DataFrame], kind: str, effect: Effect) -> None:
    for fit, planted in ((within, effect.within), (between, effect.between)):
        found = fit(territory, kind, effect).loc[effect.exposure]
        assert abs(found["estimate"] - planted) < 3 * found["se"], fit.__name__
        assert found["se"] > 0


def test_the_effects_are_large_enough_to_be_seen(territory: dict[str, pd.DataFrame]) -> None:
    seen = []
    for kind, effect in CASES:
        if kind == "hospital":
            for fit, planted in ((within, effect.within), (between, effect.between)):
                found = fit(territory, kind, effect).loc[effect.exposure]
                seen += [abs(found["estimate"] / found["se"]) > 2] if planted else []
    assert np.mean(seen) > 0.85


def test_confounded_indicators_go_with_experience_until_size_and_status_are_accounted_for(
    territory: dict[str, pd.DataFrame],
) -> None:
    declared = territory["hospital"].xs("2024", level=1)
    score = territory["demo-patient-experience"].xs("2024", level=1).mean(axis=1).loc[declared.index]
    confounded = pd.DataFrame(
        {
            "mean_stay": declared["mco_days"] / declared["mco_full_stays"],
            "day_stay_share": declared["mco_day_stays"] / (declared["mco_day_stays"] + declared["mco_full_stays"]),
            "violence_rate": declared.filter(like="violence").sum(axis=1) / declared["staff_fte"],
            "self_financing_rate": declared["self_financing"] / declared["operating_income"],
        }
    )
    assert set(confounded.columns) == set(PLANTED.confounded)
    confounders = traits(territory["sites"].loc[declared.index])
    # the occupancy has an effect and goes with the same traits: it is accounted for too
    confounders["occupancy"] = declared["mco_days"] / (declared["mco_beds"] * 366)
    for name, values in confounded.items():
        assert abs(spearmanr(values, score).statistic) > 0.16, name
        adjusted = ols(confounders.assign(**{name: values}), score).loc[name]
        assert abs(adjusted["estimate"]) < 3 * adjusted["se"], name


def test_the_patients_of_the_demonstration_hospital_feel_boarding() -> None:
    """Regress the answers of one hospital's patients on what happened to them, drawing the answers once more."""
    from chairs.demo import chronology as c
    from chairs.demo.hospital import run_hospital

    plan = make_plan(seed=20240117, size=0.5)
    hospital, staff = run_hospital(plan), make_staff(plan)
    index = pd.MultiIndex.from_product([[plan.parameters.hospital.finess], ["2023", "2024"]])
    dimensions = list(PLANTED.instruments[surveys.PATIENTS].dimensions)
    expected = pd.DataFrame(75.0, index=index, columns=dimensions)
    answers = surveys.patient_answers(plan, PLANTED, hospital, staff, expected)
    rate = len(answers) / (last_place(hospital.seen)[1] >= plan.days.start).sum()
    assert 0.12 < rate < 0.30
    codes = answers[["ACC1", "ACC2"]].apply(pd.to_numeric)
    score = 25 * (codes.where(codes <= 5) - 1).mean(axis=1)
    urgent = answers["entry"] == "URGENCE"
    hours = (hospital.seen[:, c.START] - hospital.seen[:, c.REQUEST]) / 3_600
    ed = (hospital.patients.given[:, c.SITE] < 2) & (last_place(hospital.seen)[1] >= plan.days.start)
    boarded = np.minimum(hours[ed], 24).mean()
    # the mean boarding of those who came through the ED, times the planted points an hour
    gap = score[urgent].mean() - score[~urgent].mean()
    se = np.hypot(score[urgent].std() / urgent.sum() ** 0.5, score[~urgent].std() / (~urgent).sum() ** 0.5)
    ages = PLANTED.answering.age_points
    older = answers["age"].map(ages)[urgent].mean() - answers["age"].map(ages)[~urgent].mean()
    planted = PLANTED.hospital.boarding_hour.points * boarded + older
    assert abs(gap - planted) < 3 * se + 0.35  # 0.35: paper answers are more frequent among the oldest
