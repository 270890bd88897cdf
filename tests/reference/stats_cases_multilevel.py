"""Multilevel, panel, aggregation and queueing cases of the reference sets; model formulas are read from the sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from stats_sets import Line

from chairs.stats import panel
from chairs.stats.aggregation import slopes
from chairs.stats.cross_products import INTERCEPT
from chairs.stats.generalised_mixed import Counted, generalised_mixed
from chairs.stats.linear_mixed import linear_mixed
from chairs.stats.mixed_fit import RESIDUAL, MixedFit
from chairs.stats.multiplicity import q_values
from chairs.stats.ordinal_mixed import ordinal_mixed
from chairs.stats.panel_rows import driscoll_kraay, first_differences
from chairs.stats.queueing import erlang_c, little
from chairs.stats.streaming import Design, cross_products

Reference = Mapping[str, Any]
INTERCEPT_R = "(Intercept)"


def _data(folder: Path, reference: Reference, which: int = 0, **options: Any) -> pd.DataFrame:
    return pd.read_csv(folder / reference["data_files"][which], **options)


def _ours(name: str | None) -> str:
    return INTERCEPT if name in (INTERCEPT_R, None) else str(name)


def _shape(formula: str) -> str:
    """A bare `(Days|Subject)` and the two lme4 terms without correlation, as this platform writes them."""
    return re.sub(r"\(1\|(\w+)\)\s*\+\s*\(0\+(\w+)\|\1\)", r"(\2||\1)", formula)


def _estimates(fit: Any, expected: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Coefficients under the labels and the columns that the set prints."""
    found = {}
    for label, row in expected.items():
        one = fit.coefficient(names.get(label, _ours(label)))
        ratio = None if one.se is None else one.estimate / one.se
        values = {
            "Estimate": one.estimate, "est": one.estimate, "Std. Error": one.se, "se": one.se, "t value": ratio,
            "z value": ratio, "df": one.df, "Pr(>|t|)": one.p, "Pr(>|z|)": one.p,
        }  # fmt: skip
        found[label] = {key: values[key] for key in row}
    return found


def _varcor(fit: MixedFit, expected: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for row in expected:
        group = re.sub(r"\.\d+$", "", row["grp"])
        if group == "Residual":
            v = fit.variance(RESIDUAL)
        else:
            v = fit.variance(group, _ours(row["var1"]), row["var2"] and _ours(row["var2"]))
        found.append({**row, "vcov": v.value, "sdcor": v.spread})
    return found


def _mixed(fit: MixedFit, expected: Mapping[str, Any], names: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "REML": fit.reml,
        "logLik": fit.log_likelihood,
        "criterion": -2 * fit.log_likelihood,
        "fixef": _estimates(fit, expected["fixef"], names or {}),
        "varcor": _varcor(fit, expected["varcor"]),
    }


def _modes(fit: MixedFit, group: str) -> dict[str, list[float]]:
    """Predicted deviations of each level of a group."""
    found = next(one for one in fit.effects if one.group == group)
    return dict(zip(found.levels, np.asarray(found.values).tolist(), strict=True))


def sleepstudy(folder: Path, reference: Reference) -> dict[str, Any]:
    data, expected, formula = _data(folder, reference), reference["expected"], reference["model"]
    group = re.search(r"\|(\w+)\)", formula)[1]
    slope = re.search(r"\((\w+)\|", formula)[1]
    apart = formula.replace(f"({slope}|{group})", f"({slope}||{group})")
    reml = linear_mixed(data, formula)
    adjusted = linear_mixed(data, formula, errors="kenward_roger").coefficient(slope)
    modes = _modes(reml, group)
    return {
        "reml": _mixed(reml, expected["reml"]),
        "ml": _mixed(linear_mixed(data, formula, reml=False), expected["ml"]),
        "uncorrelated_reml": _mixed(linear_mixed(data, apart), expected["uncorrelated_reml"]),
        "blup": [
            {group: row[group], "intercept": modes[row[group]][0], "slope": modes[row[group]][1]}
            for row in expected["blup"]
        ],
        "satterthwaite": _estimates(reml, expected["satterthwaite"], {}),
        "kenward_roger": {
            "Estimate": adjusted.estimate, "Std. Error": adjusted.se, "df": adjusted.df,
            "t value": adjusted.estimate / adjusted.se, "Pr(>|t|)": adjusted.p,
        },
    }  # fmt: skip


def insteval(folder: Path, reference: Reference) -> dict[str, Any]:
    expected = reference["expected"]
    formula, _, kind = reference["model"].partition(",")
    fit = linear_mixed(_data(folder, reference), formula, reml="ML" not in kind)
    names = {label: "service" for label in expected["m1"]["fixef"] if label.startswith("service")}
    modes = _modes(fit, "d")
    return {
        "m1": _mixed(fit, expected["m1"], names),
        "blup_d_first10": [{"d": row["d"], "blup": modes[row["d"]][0]} for row in expected["blup_d_first10"]],
    }


def hsb82(folder: Path, reference: Reference) -> dict[str, Any]:
    data, expected = _data(folder, reference), reference["expected"]
    data["sector"] = pd.Categorical(data["sector"], categories=["Public", "Catholic"])
    formulas = [re.sub(r"\s*\(coefficient.*", "", f.strip()) for f in reference["model"].split(";")]
    fits = dict(zip(("null", "intercepts_slopes", "within_between", "contextual"), formulas, strict=True))
    fits = {name: linear_mixed(data, formula) for name, formula in fits.items()}
    found = {name: _mixed(fit, expected[name]) for name, fit in fits.items()}
    rows = data.groupby("school").size().to_numpy()
    return {
        **found,
        "icc_null": fits["null"].icc,
        "mean_reliability_null": float(fits["null"].reliability(rows).mean()),
    }


def bh1996(folder: Path, reference: Reference) -> dict[str, Any]:
    data, expected = _data(folder, reference), reference["expected"]
    sums = cross_products(data, Design(outcome="WBEING", cluster="GRP", covariates=("HRS",)))
    found = slopes(sums, "HRS")
    contextual = linear_mixed(data, "WBEING ~ HRS + LEAD + G.HRS + (1|GRP)")
    within_between = linear_mixed(data, "WBEING ~ W.HRS + G.HRS + LEAD + (1|GRP)")
    return {
        "slopes": {
            "group_means_ols": found.ecological.estimate,
            "individual_ols": found.individual.estimate,
            "within_ols": found.within.estimate,
        },
        "contextual": _mixed(contextual, expected["contextual"]),
        "within_between": _mixed(within_between, expected["within_between"]),
    }


def cbpp(folder: Path, reference: Reference) -> dict[str, Any]:
    data, expected = _data(folder, reference, dtype={"herd": str, "period": str}), reference["expected"]
    done, trials, right = re.match(r"cbind\((\w+),\s*(\w+)-\w+\)\s*~\s*([^,]+)", reference["model"]).groups()
    found = {}
    for name, points in (("laplace", 1), ("agq25", 25)):
        fit = generalised_mixed(data, f"{done} ~ {right}", Counted(trials=trials), quadrature=points)
        found[name] = {
            "logLik": fit.log_likelihood,
            "fixef": _estimates(fit, expected[name]["fixef"], {}),
            "varcor": _varcor(fit, expected[name]["varcor"]),
        }
    return found


def wine(folder: Path, reference: Reference) -> dict[str, Any]:
    data, expected = _data(folder, reference), reference["expected"]
    formulas = {
        "clm": ("rating ~ temp + contact", 1),
        "clmm_laplace": ("rating ~ temp + contact + (1|judge)", 1),
        "clmm_agq10": ("rating ~ temp + contact + (1|judge)", 10),
    }
    found = {}
    for name, (formula, points) in formulas.items():
        fit = ordinal_mixed(data, formula, points)
        spread = fit.variances[0].spread if fit.variances else None
        found[name] = {
            "logLik": fit.log_likelihood,
            "coef": _estimates(fit, expected[name]["coef"], {}),
            "sd": spread,
        }
    return found


def grunfeld(folder: Path, reference: Reference) -> dict[str, Any]:
    data, expected = _data(folder, reference), reference["expected"]
    outcome, right = (part.strip() for part in reference["model"].split("~"))
    entity, period = data.columns[:2]
    design = Design(outcome=outcome, cluster=entity, covariates=tuple(right.replace(" ", "").split("+")))
    sums = cross_products(data, design)
    both = cross_products(
        data, Design(**{f: getattr(design, f) for f in ("outcome", "cluster", "covariates")}, factors=(period,))
    )
    fixed = {
        "classical": "classical", "cluster_hc0_arellano": "CR0", "cluster_hc1_arellano": "HC1", "cluster_sss": "CR1S",
        "cluster_xtreg": "CR1S+1",
    }  # fmt: skip
    fe = {
        name: _estimates(panel.fixed_effects(sums, errors=kind), expected["fe"][name], {})
        for name, kind in fixed.items()
    }
    unbiased = panel.fixed_effects(sums, errors="CR2")
    random = panel.random_effects(sums)
    agreement = panel.hausman(sums)
    return {
        "pooled": _estimates(panel.pooled(sums, errors="classical"), expected["pooled"], {}),
        "fe": {
            **fe,
            "cluster_CR2_satterthwaite": [
                {"term": row["term"], "est": one.estimate, "se": one.se, "df": one.df, "p": one.p}
                for row in expected["fe"]["cluster_CR2_satterthwaite"]
                for one in [unbiased.coefficient(row["term"])]
            ],
            "driscoll_kraay_hc0": _estimates(
                driscoll_kraay(data, design, period), expected["fe"]["driscoll_kraay_hc0"], {}
            ),
            "within_r2": unbiased.r_squared,
        },
        "twoway": {
            "classical": _estimates(panel.fixed_effects(both, errors="classical"), expected["twoway"]["classical"], {}),
            "cluster_sss": _estimates(panel.fixed_effects(both, errors="CR1S"), expected["twoway"]["cluster_sss"], {}),
        },
        "re_swamy_arora": {
            "coef": _estimates(random, expected["re_swamy_arora"]["coef"], {}),
            "theta": float(random.theta[0]),
            "sigma2": {"idios": panel.fixed_effects(sums, errors="classical").residual, "id": random.between},
        },
        "between": _estimates(panel.between(sums), expected["between"], {}),
        "first_diff": _estimates(first_differences(data, design, period), expected["first_diff"], {}),
        "hausman": {"chisq": agreement.estimate, "df": agreement.df, "p": agreement.p},
    }


def queues(folder: Path, reference: Reference) -> dict[str, Any]:
    data = _data(folder, reference)
    arrival = next(c for c in data.columns if "arr" in c.lower())
    departure = next(c for c in data.columns if "dep" in c.lower())
    log = little(data[arrival].to_numpy(), data[departure].to_numpy())
    table = []
    for row in reference["expected"]["mmc"]:
        q = erlang_c(row["lambda"], row["mu"], row["c"])
        table.append({
            "lambda": q.arrival, "mu": q.service, "c": q.servers, "rho": q.busy, "p0": q.empty, "erlang_C": q.delayed,
            "Lq": q.queue, "Wq": q.wait, "W": q.stay, "L": q.present, "p_wait_gt_15min": q.waits_beyond(0.25),
        })  # fmt: skip
    return {"T": log.horizon, "n": log.n, "lambda": log.rate, "W": log.stay, "L": log.present, "mmc": table}


def planted_rows(folder: Path, reference: Reference) -> pd.DataFrame:
    """Respondents beside the indicators of their establishment and year, last year's engagement, event time."""
    files = {("panel" if "panel" in name else "people"): name for name in reference["data_files"]}
    people, panel_ = (pd.read_csv(folder / files[name]) for name in ("people", "panel"))
    panel_ = panel_.sort_values(["est", "year"])
    panel_["eng_lag"] = panel_.groupby("est")["engagement"].shift()
    rows = people.merge(panel_, on=["est", "year"], validate="many_to_one").dropna(subset=["eng_lag"])
    event = (rows["year"] - rows["programme_start"]).where(rows["programme_start"] > 0)
    for k in sorted(event[event >= 0].dropna().unique()):
        rows[f"event_{int(k)}"] = (event == k).astype(float)
    return rows


MAIN = ("eng_lag", "absenteeism", "margin", "csr")


def _line(path: str, value: float, expected: float, limit: float, word: str) -> Line:
    return Line(path, value, expected, f"{word} {limit:g}", bool(abs(value - expected) <= limit))


def planted(folder: Path, reference: Reference) -> list[Line]:
    rows, expected = planted_rows(folder, reference), reference["expected"]
    truth, lines = expected["planted"], []

    def sums(*covariates: str) -> Any:
        return cross_products(
            rows, Design(outcome="score", cluster="est", covariates=covariates, factors=("health", "year"))
        )

    people = ("age", "female")
    main = sums(*MAIN, "programme_on", *people)
    fits = {
        "fe": panel.fixed_effects(main, errors="CR1S"),
        "pooled": panel.pooled(sums(*MAIN, *people), errors="CR1S"),
    }
    for name, table in expected["oracle"].items():
        for term, (estimate, se) in table.items():
            one = fits[name].coefficient(term)
            lines.append(_line(f"oracle/{name}/{term}/est", one.estimate, estimate, 0.002, "abs"))
            lines.append(_line(f"oracle/{name}/{term}/se", one.se, se, 0.002, "abs"))
    fixed = panel.fixed_effects(main)
    aims = {
        "eng_lag": truth["engagement_lag1_per_unit"], "absenteeism": truth["absenteeism_same_year"],
        "margin": truth["margin"], "csr": truth["csr"], "age": truth["age_per_year"], "female": truth["female"],
        "programme_on": expected["twfe_target_programme_on"],
    }  # fmt: skip
    lines += [_near(f"within/{term}", fixed.coefficient(term), aim) for term, aim in aims.items()]
    events = sorted(c for c in rows.columns if c.startswith("event_"))
    study = panel.fixed_effects(sums(*MAIN, *events, *people))
    for name in events:
        k = int(name.removeprefix("event_"))
        aim = truth["programme_att_at_event_0"] + k * truth["programme_att_growth_per_year"]
        lines.append(_near(f"event study/{name}", study.coefficient(name), aim))
    treated = rows.loc[rows["programme_on"] == 1, "year"] - rows.loc[rows["programme_on"] == 1, "programme_start"]
    att = truth["programme_att_at_event_0"] + truth["programme_att_growth_per_year"] * treated.mean()
    lines.append(
        _line("mean planted effect, treated", float(att), expected["mean_att_over_treated_respondents"], 0.002, "abs")
    )
    gap = fits["pooled"].coefficient("margin")
    lines.append(Line("pooled margin is confounded", gap.p, 0.05, "p <", bool(gap.p < 0.05)))
    nulls = sorted(c for c in rows.columns if c.startswith("null"))
    p = [panel.fixed_effects(sums(*MAIN, "programme_on", name, *people)).coefficient(name).p for name in nulls]
    found = int((q_values(p) <= 0.05).sum())
    lines.append(Line("null indicators rejected by BH", found, 0, "at most 1", found <= 1))
    health = panel.fixed_effects(
        cross_products(
            rows, Design(outcome="score", cluster="est", covariates=("age", "female", "health"), factors=("year",))
        )
    )
    lines.append(_near("within/health", health.coefficient("health"), truth["health_per_class"]))
    return lines + _spreads(rows, truth)


def _near(path: str, one: Any, aim: float) -> Line:
    return _line(path, one.estimate, aim, 3 * one.se, "3 se =")


def _spreads(rows: pd.DataFrame, truth: Mapping[str, Any]) -> list[Line]:
    """Spreads of respondents and of establishment-years, within three standard errors of a variance."""
    cells = rows.assign(cell=rows["est"] + "-" + rows["year"].astype(str), year=rows["year"].astype(str))
    programme = " + ".join(sorted(c for c in rows.columns if c.startswith("event_")))
    known = f"age + female + health + eng_lag + absenteeism + margin + year + {programme}"
    fit = linear_mixed(cells, f"score ~ {known} + (1|est) + (1|cell)")
    respondent, cell = fit.variance(RESIDUAL).value, fit.variance("cell").value
    count = cells["cell"].nunique()
    seen = cell + respondent * count / len(cells)
    return [
        _line("variance/respondent", respondent, truth["sd_respondent"] ** 2, 3 * respondent * (2 / len(cells)) ** 0.5,
              "3 se ="),
        _line("variance/establishment-year", cell, truth["sd_establishment_year"] ** 2, 3 * seen * (2 / count) ** 0.5,
              "3 se ="),
    ]  # fmt: skip


CASES = {
    "lmm_sleepstudy": sleepstudy,
    "lmm_insteval": insteval,
    "lmm_hsb82": hsb82,
    "agg_bh1996": bh1996,
    "glmm_cbpp": cbpp,
    "clmm_wine": wine,
    "panel_grunfeld": grunfeld,
    "littles_law_queues": queues,
    "planted_truth": planted,
}
# "The SE of the intercept depends on the weakly determined dept variance: se_rel", and its t value is b / SE
TOLERANCES = {"lmm_insteval": {"*/(Intercept)/t value": "se_rel"}}
