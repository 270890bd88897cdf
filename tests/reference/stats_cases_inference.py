"""Cases of the reference sets on survey weights, imputation, meta-analysis, double ML, sensitivity, key drivers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from stats_sets import Line

Reference = Mapping[str, Any]


def multiplicity(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.multiplicity import adjusted, q_values

    p = pd.read_csv(folder / reference["data_files"][0])["p"]
    numbers: dict[str, Any] = {m: adjusted(p, m) for m in ("bonferroni", "holm", "hochberg", "BY")}
    numbers["BH"] = q_values(p)
    numbers["bh_rejections_05"] = int((numbers["BH"] <= 0.05).sum())
    numbers["bonf_rejections_05"] = int((numbers["bonferroni"] <= 0.05).sum())
    return numbers


def survey_weights(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.survey_design import survey_design
    from chairs.stats.survey_estimates import design_effect, means, ratio, regression
    from chairs.stats.weighting import calibrate

    tables = {name: pd.read_csv(folder / name, dtype={"cds": str}) for name in reference["data_files"]}
    drawn = next(t for name, t in tables.items() if name.endswith("__strat.csv"))
    clusters = next(t for name, t in tables.items() if name.endswith("__clus1.csv"))
    listed = next(t for name, t in tables.items() if name.endswith("__pop_margins.csv"))
    margins = {name: dict(zip(part["level"], part["Freq"], strict=True)) for name, part in listed.groupby("var")}
    by_stratum = survey_design(drawn, weight="pw", strata="stype", population="fpc")
    by_cluster = survey_design(clusters, weight="pw", clusters="dnum", population="fpc")
    api, enrolled = means(drawn, ["api00", "enroll"], by_stratum)
    quotient = ratio(drawn, "api.stu", "enroll", by_stratum)
    slopes = regression(drawn, "api00", ["meals", "ell", "mobility"], by_stratum)
    raked = calibrate(drawn, by_stratum, margins, "raking")
    rake = means(drawn, ["api00"], raked)[0]
    cells = drawn.assign(w=raked.weight).groupby(["awards", "stype"], sort=True)["w"].first().reset_index()
    cluster_mean = means(clusters, ["api00"], by_cluster)[0]
    post = means(clusters, ["api00"], calibrate(clusters, by_cluster, {"stype": margins["stype"]}, "linear"))[0]
    totals = reference["expected"]["calibrated"]["totals"]
    known = {"stype": margins["stype"], "api99": totals["api99"]}
    calibrated_design = calibrate(clusters, by_cluster, known, "linear")
    calibrated = means(clusters, ["api00"], calibrated_design)[0]
    met = {
        "(Intercept)": calibrated_design.weight.sum(),
        "stypeH": calibrated_design.weight[clusters["stype"] == "H"].sum(),
        "stypeM": calibrated_design.weight[clusters["stype"] == "M"].sum(),
        "api99": calibrated_design.weight @ clusters["api99"],
    }
    # of the two standard errors that the set accepts for raking ("either is accepted") ours is the design-weighted
    return {
        "strat_mean": {"est": {"api00": api.estimate, "enroll": enrolled.estimate}, "se": [api.se, enrolled.se]},
        "rake_mean": {
            "est": rake.estimate,
            "se": _unweighted_residuals(drawn, raked),
            "se_design_weighted_residuals": rake.se,
            "weights_by_cell": cells[["stype", "awards", "w"]].to_dict("records"),
        },
        "ratio": {"est": quotient.estimate, "se": quotient.se},
        "svyglm": {
            "coef": {_r_name(s.term): s.estimate for s in slopes},
            "se": {_r_name(s.term): s.se for s in slopes},
        },
        "cluster_mean": {
            "est": cluster_mean.estimate,
            "se": cluster_mean.se,
            "deff": design_effect(clusters, "api00", by_cluster),
        },
        "poststrat": {"est": post.estimate, "se": post.se},
        "calibrated": {"est": calibrated.estimate, "se": calibrated.se, "totals": met},
    }


def _unweighted_residuals(table: pd.DataFrame, design: Any) -> float:
    """Return the other accepted error: the same variance, residuals of the unweighted regression on the margins."""
    from dataclasses import replace

    from chairs.stats.survey_estimates import means

    (step,) = design.calibrations
    flat = replace(design, calibrations=(replace(step, base=np.ones(len(table))),))
    return float(means(table, ["api00"], flat)[0].se)


def _r_name(term: str) -> str:
    return "(Intercept)" if term == "(intercept)" else term


def rubin(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.pooling import pool

    table = pd.read_csv(folder / reference["data_files"][0])
    n, k = (int(number) for number in re.search(r"n=(\d+),k=(\d+)", reference["model"]).groups())
    done = pool(table["q"], table["u"], complete_df=n - k)
    return {
        "m": done.imputations, "qbar": done.result.estimate, "ubar": done.within, "b": done.between, "t": done.total,
        "df": done.result.df, "r": done.increase, "fmi": done.missing_information,
    }  # fmt: skip


def meta(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.meta_analysis import egger, meta_analysis

    table = pd.read_csv(folder / reference["data_files"][0])
    y, v = table["yi"], table["vi"]
    methods = {}
    for method in reference["expected"]["methods"]:
        one = meta_analysis(y, v, method=method)
        methods[method] = {
            "est": one.mean.estimate, "se": one.mean.se, "ci": [one.mean.low, one.mean.high], "tau2": one.tau2,
            "I2": one.i2, "H2": one.h2, "Q": one.q, "Qp": one.q_p,
            "pi": None if one.predicted is None else list(one.predicted),
        }  # fmt: skip
    careful = meta_analysis(y, v, knapp_hartung=True).mean
    reml = meta_analysis(y, v)
    slopes = meta_analysis(y, v, table[["ablat"]])
    asymmetry = egger(y, v)
    return {
        "methods": methods,
        "knapp_hartung_reml": {
            "est": careful.estimate, "se": careful.se, "ci": [careful.low, careful.high], "p": careful.p,
        },
        "tau2_Qprofile_ci": [reml.tau2_low, reml.tau2_high],
        "egger": {"z": asymmetry.estimate / asymmetry.se, "p": asymmetry.p},
        "metareg_ablat_reml": {
            "coef": {"intercept": slopes.terms[0].estimate, "ablat": slopes.terms[1].estimate},
            "se": [term.se for term in slopes.terms],
            "tau2": slopes.tau2, "R2": slopes.explained, "QM": slopes.moderators,
        },
    }  # fmt: skip


def unobserved_confounding(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.proportional_selection import oster
    from chairs.stats.sensitivity import e_value, sensitivity

    survey = pd.read_csv(folder / next(name for name in reference["data_files"] if "darfur" in name))
    villages = pd.get_dummies(survey.pop("village"), prefix="village", dtype=float)
    observed = ["age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", "female"]
    table = survey.join(villages)
    main = sensitivity(table, "peacefactor", "directlyharmed", [*observed, *villages.columns])
    ratios = pd.read_csv(folder / next(name for name in reference["data_files"] if name.endswith("__rr.csv")))
    values = [(row.rr, *e_value(row.rr, row.lo, row.hi)) for row in ratios.itertuples()]
    selection = oster(table, "peacefactor", "directlyharmed", ["age", "female"])
    result = main.result
    return {
        "darfur": {
            "est": result.estimate, "se": result.se, "t": result.estimate / result.se, "df": result.df,
            "partial_r2": main.partial_r2, "rv_q1": main.robustness, "rv_q1_alpha05": main.robustness_significant,
        },
        "evalue": [{"rr": rr, "e_point": point, "e_ci": end} for rr, point, end in values],
        "r2_short_long": {
            "uncontrolled": {"beta": selection.short, "r2": selection.short_r2},
            "controlled": {"beta": selection.long, "r2": selection.long_r2},
        },
    }  # fmt: skip


def drivers(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.relative_importance import relative_importance

    table = pd.read_csv(folder / reference["data_files"][0])
    outcome, *covariates = table.columns
    found = relative_importance(table, outcome, covariates, draws=0)
    return {
        "R2": found.r2,
        "lmg": {d.term: d.lmg for d in found.drivers},
        "johnson": {d.term: d.johnson for d in found.drivers},
        "standardised_beta": {d.term: d.beta for d in found.drivers},
        "zero_order_r2": {d.term: d.alone for d in found.drivers},
    }


def double_ml(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.double_ml import Learning, interactive, partially_linear

    table = pd.read_csv(folder / reference["data_files"][0])
    outcome, exposure, *covariates = table.columns
    folds = np.arange(len(table)) % 5
    numbers: dict[str, Any] = {
        "n": len(table),
        "ols_naive": _least_squares(table, outcome, [exposure]),
        "ols_covariates": _least_squares(table, outcome, [exposure, *covariates]),
    }
    results = {
        "plr_linear": partially_linear(table, outcome, exposure, covariates, folds),
        "irm_ate_linear_logit": interactive(table, outcome, exposure, covariates, folds),
        "plr_forest_seed1": partially_linear(
            table, outcome, exposure, covariates, folds, Learning(learner="forest", seed=1, trees=40)
        ),
    }
    return numbers | {name: {"theta": one.result.estimate, "se": one.result.se} for name, one in results.items()}


def _least_squares(table: pd.DataFrame, outcome: str, terms: list[str]) -> dict[str, float]:
    from chairs.stats.cluster_robust import sandwich

    x = np.column_stack([np.ones(len(table)), table[terms].to_numpy(dtype=float)])
    y = table[outcome].to_numpy(dtype=float)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    fit = sandwich(x[:, :, None] * x[:, None, :], x * (y - x @ beta)[:, None], "HC1", n=len(y))
    return {"theta": beta[1], "se_hc1": fit.covariance[1, 1] ** 0.5}


WORDS = {"fr": "a", "en": "a"}


def _questionnaire(reference: Reference, floor: int) -> Any:
    from chairs.core.records import build
    from chairs.surveys.instrument import Instrument

    dimensions = reference["expected"]["dimensions"]
    sheet = {
        "name": "reference", "title": WORDS, "version": "1", "source": WORDS, "licence": "simulated",
        "respondent": "patient", "floor": floor,
        "dimensions": [{"name": name, "label": WORDS} for name in ("all", *dimensions)],
        "items": [{"code": q, "label": WORDS, "dimension": d} for d, items in dimensions.items() for q in items],
        "answers": {str(k): k for k in range(1, 6)},
    }  # fmt: skip
    return build(Instrument, sheet, "reference")


def _shares(wide: pd.DataFrame, items: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the net promoter score by establishment, and the share of best answers to each item over all."""
    from chairs.core.records import build
    from chairs.surveys.instrument import Instrument
    from chairs.surveys.scoring import respondent_scores, site_scores

    scales = {"likely": {"answers": {str(k): k for k in range(11)}, "top": ["9", "10"], "bottom": list("0123456")},
              "box": {"answers": {str(k): k for k in range(1, 6)}, "top": ["5"]}}  # fmt: skip
    sheet = {
        "name": "shares", "title": WORDS, "version": "1", "source": WORDS, "licence": "simulated",
        "respondent": "patient", "floor": 2, "scales": scales, "answers": {},
        "dimensions": [{"name": "reco", "label": WORDS, "items": ["reco"], "points": "net"},
                       *({"name": q, "label": WORDS, "items": [q], "points": "top"} for q in items)],
        "items": [{"code": "reco", "label": WORDS, "scale": "likely"},
                  *({"code": q, "label": WORDS, "scale": "box"} for q in items)],
    }  # fmt: skip
    form = build(Instrument, sheet, "shares")
    long = wide.melt(id_vars=["id", "est"], value_vars=["reco", *items], var_name="item", value_name="answer")
    long = long[long["answer"].notna()]
    long = long.assign(answer=long["answer"].map("{:.0f}".format), respondent=long["id"].astype(str), unit="all")
    people = respondent_scores(long.assign(period="2024").rename(columns={"est": "establishment"}), form)
    by_site = site_scores(people, form).query("dimension == 'reco'").set_index("establishment")
    together = site_scores(people.assign(establishment="all"), form).set_index("dimension")
    return by_site, together.loc[items]


def patient_survey(folder: Path, reference: Reference) -> dict[str, Any]:
    from chairs.stats.case_mix import adjust_for_case_mix
    from chairs.surveys.scoring import respondent_scores, site_scores

    wide = pd.read_csv(folder / reference["data_files"][0])
    questionnaire, shown = (_questionnaire(reference, floor) for floor in (2, 30))
    dimensions: dict[str, list[str]] = {}
    for item in questionnaire.items:
        dimensions.setdefault(item.dimension, []).append(item.code)
    items = [code for codes in dimensions.values() for code in codes]
    long = wide.melt(id_vars=["id", "est"], value_vars=items, var_name="item", value_name="answer")
    long = long.assign(
        answer=long["answer"].map("{:.0f}".format, na_action="ignore").astype("str").where(long["answer"].notna()),
        respondent=long["id"].astype(str), unit="all", period="2024",
    ).rename(columns={"est": "establishment"})  # fmt: skip
    people = respondent_scores(long, questionnaire)
    people = people.assign(id=people["respondent"].astype(int)).sort_values("id")
    overall, public = (
        site_scores(people, q).query("dimension == 'all'").set_index("establishment") for q in (questionnaire, shown)
    )
    table = wide.merge(people[["id", "all"]], on="id")
    adjusted = adjust_for_case_mix(table, "all", "est", ["age", "female"], ["health"])
    names = {one.term.replace("health[", "C(health)[T."): one.estimate for one in adjusted.coefficients}
    promoters, best = _shares(wide, items)
    first = people.merge(wide[["id", "est"]], on="id").head(5).rename(columns={"all": "global"})
    return {
        "dimensions": dimensions,
        "respondents_first5": first.to_dict("records"),
        "n_global": int(people["all"].notna().sum()),
        "establishments": [
            {
                "est": est, "n": int(row["n"]), "mean": row["score"], "se": row["se"],
                "lo": row["score"] - 1.959964 * row["se"], "hi": row["score"] + 1.959964 * row["se"],
                "publishable": bool(public.loc[est, "status"] == "ok"),
                "adjusted": adjusted.table.loc[est, "adjusted"], "mean_raw": adjusted.table.loc[est, "mean"],
            }
            for est, row in overall.sort_index().iterrows()
        ],
        "pma_coefficients": names,
        "overall_mean": people["all"].mean(),
        "nps": promoters["score"].to_dict(),
        "nps_se": promoters["se"].to_dict(),
        "topbox_percent": best["score"].to_dict(),
    }  # fmt: skip


def programme(folder: Path, reference: Reference) -> list[Line]:
    """Staggered programme by cohorts against those who never joined: event-time effects, nothing before."""
    from chairs.stats.difference_in_differences import event_study

    files = {("panel" if "panel" in name else "people"): name for name in reference["data_files"]}
    people, sites = (pd.read_csv(folder / files[name]) for name in ("people", "panel"))
    rows = people.merge(sites, on=["est", "year"], validate="many_to_one")
    planted = reference["expected"]["planted"]
    rows["level"] = rows["health"] - 3.0
    study = event_study(rows, "score", "est", "year", "programme_start", ["age", "female", "level", "absenteeism"])
    lines = []
    for event, one in study.events:
        aim = (
            planted["programme_att_at_event_0"] + event * planted["programme_att_growth_per_year"] if event >= 0 else 0
        )
        near = bool(abs(one.estimate - aim) <= 3 * one.se)
        lines.append(Line(f"cohorts/event {event:+d}", one.estimate, aim, f"3 se {3 * one.se:.3f}", near))
    lines.append(Line("cohorts/pre-trend p", study.before.p, 0.01, "above", study.before.p > 0.01))
    return lines


CASES = {
    "planted_truth": programme,
    "score_patient_survey": patient_survey,
    "dml_bonus": double_ml,
    "meta_bcg": meta,
    "multiple_testing_bh1995": multiplicity,
    "relative_importance_swiss": drivers,
    "rubin_pooling": rubin,
    "sensitivity_unobserved_confounding": unobserved_confounding,
    "survey_weights_api": survey_weights,
}
TOLERANCES = {"dml_bonus": {"n": "exact", "plr_forest*": "forest_abs", "*": "linear_rel"}}
