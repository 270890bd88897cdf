"""Cases of the psychometric reference sets: what the platform computes, in the shape of what is expected."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def _table(folder: Path, reference, **how) -> pd.DataFrame:
    return pd.read_csv(folder / reference["data_files"][0], **how)


def reliability_bfi(folder: Path, reference):
    from chairs.surveys.psychometrics.reliability import reliability

    data, found = _table(folder, reference), {}
    for scale, expected in reference["expected"].items():
        answers = data[expected["items"]].copy()
        top = int(data.max(axis=None)) + 1
        answers[expected["reversed"]] = top - answers[expected["reversed"]]
        r = reliability(answers)
        found[scale] = {
            "items": list(r.items), "reversed": expected["reversed"], "n_total": len(data), "n_complete": r.n_complete,
            "alpha_raw_pairwise": r.alpha_pairwise, "alpha_raw_listwise": r.alpha,
            "alpha_std_listwise": r.alpha_standardised, "guttman_lambda6_listwise": r.lambda6,
            "average_r_listwise": r.average_r, "alpha_feldt_ci95_listwise": [r.low, r.high],
            "alpha_if_dropped_listwise": r.alpha_if_dropped, "item_rest_r_listwise": r.item_rest,
            "omega_total_1factor_cfa_listwise": r.omega, "cfa_loadings_unstd_stdlv": r.loadings,
        }  # fmt: skip
    return found


def omega_thurstone(folder: Path, reference):
    import numpy as np

    from chairs.surveys.psychometrics.hierarchy import hierarchy_of

    table = _table(folder, reference, index_col=0)
    want = np.array(reference["expected"]["schmid_leiman"]["values"])
    factors = want.shape[1] - 4
    h = hierarchy_of(table.to_numpy(dtype=float), 213, factors, tuple(table.columns))
    group = h.group[:, [int(np.argmax(np.abs(h.group.T @ column))) for column in want[:, 1 : 1 + factors].T]]
    group = group * np.sign((group * want[:, 1 : 1 + factors]).sum(axis=0))  # order and sign are free
    explained = 1 - h.uniqueness
    values = np.column_stack([h.general, group, explained, h.uniqueness, h.general**2 / explained])
    cols = reference["expected"]["schmid_leiman"]["cols"]
    return {
        "omega_h": h.omega_h, "omega_t": h.omega_t, "alpha": h.alpha,
        "schmid_leiman": {"rows": list(h.items), "cols": cols, "values": values.tolist()},
    }  # fmt: skip


def efa_bfi25(folder: Path, reference):
    from chairs.surveys.psychometrics.adequacy import adequacy
    from chairs.surveys.psychometrics.exploratory import exploratory

    data, factors = _table(folder, reference), len(reference["expected"]["varimax_ml_ss_loadings"])
    a = adequacy(data, draws=0)
    minres = exploratory(data, factors, rotation="none")
    ml = exploratory(data, factors, method="ml", rotation="varimax")
    return {
        "n": a.n, "eigenvalues": list(a.eigenvalues), "kmo_overall": a.kmo, "kmo_items": a.kmo_items,
        "bartlett": {"chisq": a.bartlett, "df": a.df},
        "communality_minres": dict(zip(minres.items, minres.communality.tolist(), strict=True)),
        "communality_ml": dict(zip(ml.items, ml.communality.tolist(), strict=True)),
        "varimax_ml_ss_loadings": sorted((ml.loadings**2).sum(axis=0).tolist(), reverse=True),
    }  # fmt: skip


def polychoric_bfi_a(folder: Path, reference):
    from chairs.surveys.psychometrics.polychoric import joint, polychoric

    data, expected = _table(folder, reference), reference["expected"]
    data = data.dropna()
    found = polychoric(data)
    numbers = {
        "n": len(data),
        "rho": {"rows": list(found.items), "cols": list(found.items), "values": found.rho.tolist()},
        "thresholds": {
            "rows": list(found.items), "cols": expected["thresholds"]["cols"],
            "values": [cuts.tolist() for cuts in found.thresholds],
        },
    }  # fmt: skip
    for key in expected:
        if key.startswith("ml_pair_"):
            pair = joint(data[key.removeprefix("ml_pair_").split("_")])
            numbers[key] = {"rho": pair.rho, "se": pair.se}
    return numbers


def cfa_holzinger_swineford(folder: Path, reference):
    from chairs.surveys.psychometrics.cfa import confirmatory
    from chairs.surveys.psychometrics.invariance import invariance
    from chairs.surveys.psychometrics.model import parse

    data, model = _table(folder, reference), parse(reference["model"])
    fit = confirmatory(data, model, robust=True)
    i = fit.indices
    by_name = {frozenset((p.lhs, p.op, p.rhs)): p for p in fit.parameters}
    listed = {"unstd": [], "std": []}
    for kind, rows in listed.items():
        for row in reference["expected"][kind]:
            p = by_name[frozenset((row["lhs"], row["op"], row["rhs"]))]
            same = {"lhs": row["lhs"], "op": p.op, "rhs": row["rhs"]}
            rows.append(same | ({"est": p.estimate, "se": p.se} if kind == "unstd" else {"est.std": p.standardised}))
    groups = data["school"]
    steps = {
        s.name: {"chisq": s.fit.indices.chisq, "df": s.fit.indices.df, "cfi": s.fit.indices.cfi,
                 "rmsea": s.fit.indices.rmsea, "bic": s.fit.indices.bic}
        for s in invariance(data, model, groups).steps
    }  # fmt: skip
    return {
        "fit": {"chisq": i.chisq, "df": i.df, "pvalue": i.p, "cfi": i.cfi, "tli": i.tli, "rmsea": i.rmsea,
                "rmsea.ci.lower": i.rmsea_low, "rmsea.ci.upper": i.rmsea_high, "srmr": i.srmr, "aic": i.aic,
                "bic": i.bic, "logl": i.logl},
        **listed,
        "mlr": {"chisq.scaled": i.chisq_robust, "df.scaled": i.df, "chisq.scaling.factor": i.scaling,
                "cfi.robust": i.cfi_robust, "rmsea.robust": i.rmsea_robust},
        "invariance": steps,
    }  # fmt: skip


def icc_shrout_fleiss(folder: Path, reference):
    from chairs.surveys.psychometrics.agreement import intraclass

    rows = {row["type"]: row["_row"] for row in reference["expected"]["icc"]}
    found = intraclass(_table(folder, reference))
    return {
        "icc": [
            {"type": a.form, "ICC": a.estimate, "F": a.f, "df1": a.df1, "df2": a.df2, "lower bound": a.low,
             "upper bound": a.high, "_row": rows[a.form]}
            for a in found
        ]
    }  # fmt: skip


def kappa_cohen(folder: Path, reference):
    from chairs.surveys.psychometrics.agreement import kappa

    table = _table(folder, reference).to_numpy()
    return {"kappa": kappa(table).estimate, "weighted_quadratic": kappa(table, "quadratic").estimate}


def agg_bh1996(folder: Path, reference):
    from chairs.surveys.psychometrics.within_groups import aggregation, within_agreement

    data, found = _table(folder, reference), {}
    for name in ("HRS", "LEAD", "WBEING"):
        a = aggregation(data[name], data["GRP"])
        found[name] = {"ICC1": a.icc1, "ICC2": a.icc2, "eta2": a.eta2}
    rwg = within_agreement(data["LEAD"], data["GRP"], 5)
    return found | {"rwg_LEAD": {"mean": float(rwg.mean()), "median": float(rwg.median())}}


CASES = {
    "reliability_bfi": reliability_bfi,
    "omega_thurstone": omega_thurstone,
    "efa_bfi25": efa_bfi25,
    "polychoric_bfi_A": polychoric_bfi_a,
    "cfa_holzinger_swineford": cfa_holzinger_swineford,
    "icc_shrout_fleiss": icc_shrout_fleiss,
    "kappa_cohen": kappa_cohen,
    "agg_bh1996": agg_bh1996,
}


def irt_grm_science(folder: Path, reference):
    from chairs.surveys.psychometrics.ability import abilities, pattern_probability
    from chairs.surveys.psychometrics.graded import graded

    data, expected = _table(folder, reference), reference["expected"]
    model = graded(data)
    patterns = pd.DataFrame(expected["eb_mode_first_patterns"])[list(data.columns)]
    modes, chance = abilities(model, patterns, "MAP"), pattern_probability(model, patterns)
    counts = data.value_counts()
    return {
        "logLik": model.logl, "AIC": model.aic,
        "coef": {
            c.item: {f"Extrmt{k + 1}": b for k, b in enumerate(c.thresholds)} | {"Dscrmn": c.slope}
            for c in model.curves
        },
        "eb_mode_first_patterns": [
            row | {"Obs": int(counts[tuple(row.values())]), "Exp": len(data) * chance[i], "z1": modes["theta"][i],
                   "se.z1": modes["se"][i]}
            for i, row in enumerate(patterns.to_dict("records"))
        ],
    }  # fmt: skip


def irt_lsat(folder: Path, reference):
    from chairs.surveys.psychometrics.graded import graded

    data, found = _table(folder, reference), {}
    for name, slopes in {"rasch_slope1": "one", "rasch_common": "common", "twopl": "free"}.items():
        model = graded(data, slopes=slopes)
        values = [[curve.thresholds[0], curve.slope] for curve in model.curves]
        coef = {"rows": list(data.columns), "cols": ["Dffclt", "Dscrmn"], "values": values}
        found[name] = {"coef": coef, "logLik": model.logl}
    return found


CASES |= {"irt_grm_science": irt_grm_science, "irt_lsat": irt_lsat}
TOLERANCES = {"irt_grm_science": {"AIC": "logLik_abs"}}
