"""Multilevel models: other sizes, no variance, collinear columns, constant outcomes, one cluster; engines agree."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream
from chairs.stats.cross_products import merged
from chairs.stats.generalised_mixed import Counted, generalised_mixed
from chairs.stats.linear_mixed import linear_mixed
from chairs.stats.mixed_fit import RESIDUAL
from chairs.stats.one_way import Random, one_way
from chairs.stats.ordinal_mixed import ordinal_mixed
from chairs.stats.panel import pooled
from chairs.stats.streaming import Design, cross_products

pytestmark = pytest.mark.unit

DESIGN = Design(outcome="score", cluster="site", covariates=("age", "staff"))


def answers(sites: int = 14, most: int = 30, tau: float = 3.0, name: str = "answers") -> pd.DataFrame:
    """Unbalanced answers: 2 to `most` a site."""
    random = stream(4, "multilevel", name)
    sizes = random.integers(2, most + 1, sites)
    site = np.repeat(np.arange(sites), sizes)
    n = len(site)
    frame = pd.DataFrame({"site": [f"S{k:03d}" for k in site], "age": random.normal(60, 15, n)})
    frame["staff"] = random.normal(0, 1, sites)[site]
    frame["year"] = random.integers(2018, 2022, n)
    frame["score"] = 70 + 0.1 * frame["age"] + 1.5 * frame["staff"] + random.normal(0, 8, n)
    frame["score"] += random.normal(0, tau, sites)[site] + 0.05 * random.normal(0, 1, sites)[site] * frame["age"]
    return frame


def both_engines(data: pd.DataFrame, reml: bool = True):
    import glmm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = glmm.fit(data, "score ~ age + staff + (1|site)", reml=reml)
    return one_way(cross_products(data, DESIGN), reml=reml), library


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("sites", [3, 8, 40])
def test_sums_of_products_give_what_the_rows_give(sites: int, reml: bool) -> None:
    ours, library = both_engines(answers(sites, name=f"sites {sites}"), reml)
    assert [e.estimate for e in ours.fixed] == pytest.approx(library.beta, rel=1e-6)
    assert [e.se for e in ours.fixed] == pytest.approx(library.se, rel=1e-6)
    assert [e.df for e in ours.fixed] == pytest.approx(library.coef_df, rel=1e-3)
    assert ours.log_likelihood == pytest.approx(library.loglik, abs=1e-6)
    assert ours.variances[0].value == pytest.approx(library.varcorr[0][0], rel=2e-5)


def test_correlated_slopes_from_sums_reach_the_likelihood_of_the_library() -> None:
    data = answers(30, name="slopes")
    ours = one_way(cross_products(data, DESIGN), random=Random(slopes=("age",), group="site"))
    library = linear_mixed(data, "score ~ age + staff + (age | site)")
    assert ours.log_likelihood >= library.log_likelihood - 1e-6
    assert ours.coefficient("staff").estimate == pytest.approx(library.coefficient("staff").estimate, rel=1e-3)


def test_a_million_or_a_shift_makes_no_difference() -> None:
    data = answers(name="shift")
    moved = data.assign(age=data["age"] + 1e6, score=data["score"] - 1e6)
    before, after = (one_way(cross_products(d, DESIGN)) for d in (data, moved))
    assert after.coefficient("age").estimate == pytest.approx(before.coefficient("age").estimate, rel=1e-7)
    assert after.coefficient("age").se == pytest.approx(before.coefficient("age").se, rel=1e-7)
    assert after.variances[0].value == pytest.approx(before.variances[0].value, rel=1e-6)


def test_halves_merged_are_the_whole_and_parquet_is_the_table(tmp_path) -> None:
    data = answers(name="halves")
    design = Design(outcome="score", cluster="site", covariates=("age",), factors=("year",))
    whole = cross_products(data, design)
    halves = [data[data.index % 2 == k] for k in (0, 1)]
    again = merged([cross_products(half, design) for half in halves])
    assert again.unshifted().products == pytest.approx(whole.unshifted().products, rel=1e-9)
    paths = [tmp_path / f"{k}.parquet" for k in (0, 1)]
    for path, half in zip(paths, halves, strict=True):
        half.to_parquet(path)
    streamed = cross_products(paths, design)
    assert streamed.clusters == whole.clusters
    assert streamed.unshifted().products == pytest.approx(whole.unshifted().products, rel=1e-9)
    x = np.column_stack(
        [np.ones(len(data)), data["age"], *(data["year"] == y for y in range(2018, 2022)), data["score"]]
    )
    assert whole.unshifted().products.sum(axis=0) == pytest.approx(x.T @ x, rel=1e-9)


def test_weights_are_repeated_rows_for_the_coefficients() -> None:
    data = answers(name="weights")
    random = stream(4, "weights")
    data["w"] = random.integers(1, 4, len(data)).astype(float)
    weighted = cross_products(data, Design(outcome="score", cluster="site", covariates=("age",), weights="w"))
    repeated = data.loc[data.index.repeat(data["w"].astype(int))]
    plain = cross_products(repeated, Design(outcome="score", cluster="site", covariates=("age",)))
    assert weighted.unshifted().products == pytest.approx(plain.unshifted().products, rel=1e-9)
    assert weighted.n == len(data)
    import glmm

    library = glmm.fit(data, "score ~ age + (1|site)", weights=data["w"].to_numpy())
    ours = one_way(weighted)
    assert ours.coefficient("age").estimate == pytest.approx(library.beta[1], rel=1e-6)
    assert ours.log_likelihood == pytest.approx(library.loglik, abs=1e-6)


def test_balanced_sites_give_the_analysis_of_variance() -> None:
    random = stream(4, "balanced")
    site = np.repeat(np.arange(6), 5)
    y = random.normal(0, 2, 6)[site] + random.normal(0, 1, 30)
    data = pd.DataFrame({"site": site.astype(str), "score": y})
    fit = one_way(cross_products(data, Design(outcome="score", cluster="site")))
    means = data.groupby("site")["score"].mean()
    msb = 5 * means.var()
    msw = data.groupby("site")["score"].var().mean()
    assert fit.variance(RESIDUAL).value == pytest.approx(msw, rel=1e-9)
    assert fit.variances[0].value == pytest.approx((msb - msw) / 5, rel=1e-9)
    mean = fit.coefficient("(intercept)")
    assert (mean.se, mean.df) == pytest.approx((math.sqrt(msb / 30), 5), rel=1e-6)


def test_no_variance_between_sites_is_said() -> None:
    data = answers(name="null")
    data["score"] -= data.groupby("site")["score"].transform("mean")  # less variation between sites than chance gives
    fit = one_way(cross_products(data, DESIGN))
    assert fit.variances[0].value == 0
    assert fit.singular
    assert "zéro" in fit.say("fr")
    plain = np.linalg.lstsq(
        np.column_stack([np.ones(len(data)), data["age"], data["staff"]]), data["score"].to_numpy(), rcond=None
    )[0]
    assert [e.estimate for e in fit.fixed] == pytest.approx(plain, rel=1e-9)
    robust, ordinary = one_way(cross_products(data, DESIGN), errors="CR2"), pooled(cross_products(data, DESIGN))
    for name in ("age", "staff", "(intercept)"):  # without variance between sites it is least squares
        for part in ("se", "df"):
            known = getattr(ordinary.coefficient(name), part)
            assert getattr(robust.coefficient(name), part) == pytest.approx(known, rel=1e-8)


DEGENERATE = {
    "constant_outcome": lambda d: d.assign(score=3.0),
    "one_cluster": lambda d: d.assign(site="A"),
    "one_row_per_cluster": lambda d: d.assign(site=[str(k) for k in range(len(d))]),
    "no_variance": lambda d: d.assign(score=2 * d["age"]),
}


@pytest.mark.parametrize("errors", ["satterthwaite", "CR2", "kenward_roger"])
@pytest.mark.parametrize("reason", sorted(DEGENERATE))
def test_what_means_nothing_has_a_reason(reason: str, errors: str) -> None:
    data = DEGENERATE[reason](answers(name="degenerate"))
    for fit in (
        one_way(cross_products(data, Design(outcome="score", cluster="site", covariates=("age",))), errors=errors),
        linear_mixed(data, "score ~ age + (1 | site)", errors=errors),
    ):
        assert fit.reason == reason
        assert not fit.variances
        assert all(one.estimate is None for one in fit.fixed)
        assert fit.say("fr") != fit.say("en")


def test_a_determined_covariate_has_a_reason_and_the_others_an_estimate() -> None:
    data = answers(name="collinear").assign(months=lambda d: 12 * d["age"] + 3, one=1.0)
    names = ("age", "months", "one", "staff")
    fit = one_way(cross_products(data, Design(outcome="score", cluster="site", covariates=names)))
    assert [fit.coefficient(name).reason for name in names] == [None, "collinear", "collinear", None]
    other = linear_mixed(data, "score ~ age + months + one + staff + (1 | site)")
    assert [other.coefficient(name).reason for name in names] == [None, "collinear", "collinear", None]
    alone = one_way(cross_products(data, DESIGN))
    assert fit.coefficient("staff").estimate == pytest.approx(alone.coefficient("staff").estimate, rel=1e-9)


def test_missing_and_infinite_values_are_left_out_and_said() -> None:
    data = answers(name="missing")
    holes = data.copy()
    holes.loc[3, "score"] = np.nan
    holes.loc[5, "age"] = np.inf
    holes.loc[7, "site"] = None
    less = data.drop(index=[3, 5, 7])
    assert one_way(cross_products(holes, DESIGN)).n == len(less)
    fit = linear_mixed(holes, "score ~ age + staff + (1 | site)")
    assert fit.n == len(less)
    assert "rows_dropped" in fit.notes
    assert fit.coefficient("age").estimate == pytest.approx(
        one_way(cross_products(less, DESIGN)).coefficient("age").estimate, rel=1e-6
    )


def test_columns_that_do_not_exist_or_are_text_are_refused_without_a_value() -> None:
    data = answers(name="refused")
    with pytest.raises(SettingError, match='unknown column "agee"'):
        cross_products(data, Design(outcome="score", cluster="site", covariates=("agee",)))
    with pytest.raises(DataError, match="not numeric") as refused:
        cross_products(data, Design(outcome="site", cluster="year"))
    assert "S00" not in str(refused.value)
    with pytest.raises(SettingError, match="does not read"):
        linear_mixed(data, "score ~ 0 + age + (1|site)")
    with pytest.raises(SettingError, match="unknown column"):
        linear_mixed(data, "score ~ nothing + (1|site)")
    with pytest.raises(DataError, match="no complete row"):
        cross_products(data.assign(age=np.nan), DESIGN)


def test_files_that_cannot_be_read_are_told_by_name(tmp_path) -> None:
    answers().to_parquet(tmp_path / "whole.parquet")
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    (tmp_path / "half.parquet").write_bytes(content[: len(content) // 2])
    content[20:400] = b"\xff" * 380
    (tmp_path / "torn.parquet").write_bytes(content)
    (tmp_path / "text.parquet").write_text("site,score")
    for name in ("absent", "half", "torn", "text"):
        with pytest.raises(DataError, match=f"^{name}.parquet: file absent, or not readable Parquet"):
            cross_products(tmp_path / f"{name}.parquet", DESIGN)
    with pytest.raises(DataError, match=r"^absent\.parquet"):
        cross_products([tmp_path / "whole.parquet", tmp_path / "absent.parquet"], DESIGN)


def test_an_unknown_kind_of_error_is_refused_and_not_taken_for_the_normal_one() -> None:
    for call in (
        lambda: linear_mixed(answers(), "score ~ age + (1 | site)", errors="rubbish"),  # type: ignore[arg-type]
        lambda: one_way(cross_products(answers(), DESIGN), errors="rubbish"),  # type: ignore[arg-type]
    ):
        with pytest.raises(SettingError, match="CR2, kenward_roger, normal, satterthwaite"):
            call()
    with pytest.raises(SettingError, match="CR0, CR1, CR1S"):
        pooled(cross_products(answers(), DESIGN), errors="rubbish")  # type: ignore[arg-type]


def test_a_class_with_a_single_level_is_told_by_name() -> None:
    rows = counted_rows().assign(mode="paper")
    for call in (linear_mixed, generalised_mixed, ordinal_mixed):
        with pytest.raises(DataError, match='column "mode": this class has a single level'):
            call(rows, "bad ~ mode + (1 | site)")


def test_kenward_roger_of_crossed_groups_is_the_analysis_of_variance() -> None:
    random = stream(4, "crossed")
    a, b = (x.ravel() for x in np.indices((6, 8)))
    y = random.normal(0, 2, 6)[a] + random.normal(0, 2, 8)[b] + random.normal(0, 1, 48)
    data = pd.DataFrame({"score": y, "x": (b % 2).astype(float), "a": a.astype(str), "b": b.astype(str)})
    for errors in ("satterthwaite", "kenward_roger"):
        one = linear_mixed(data, "score ~ x + (1|a) + (1|b)", errors=errors).coefficient("x")
        means = data.groupby("b")["score"].mean()
        gap = means[1::2].mean() - means[::2].mean()
        assert one.estimate == pytest.approx(gap, rel=1e-6)
        assert one.df == pytest.approx(6, rel=2e-3)  # eight levels of b, two means
        assert one.se == pytest.approx(math.sqrt((means[1::2].var() + means[::2].var()) / 2 * 2 / 4), rel=1e-3)


def test_kenward_roger_widens_the_errors_of_few_unbalanced_sites() -> None:
    data = answers(5, 9, name="few")
    plain, adjusted = (
        linear_mixed(data, "score ~ age + staff + (1|site)", errors=e) for e in ("satterthwaite", "kenward_roger")
    )
    assert adjusted.coefficient("staff").se > plain.coefficient("staff").se
    assert adjusted.coefficient("staff").df < 5


def test_nested_and_factor_models_fit() -> None:
    data = answers(20, name="nested").assign(
        unit=lambda d: d.groupby("site").cumcount() % 3, sex=lambda d: d["year"] % 2
    )
    data["sex"] = np.where(data["sex"] == 1, "F", "M")
    fit = linear_mixed(data, "score ~ age * sex + (1 | site/unit)")
    assert {name for name, _ in fit.groups} == {"site", "site:unit"}
    assert fit.coefficient("age:sexM").estimate is not None


# --- shares, counts, ordered answers -----------------------------------------------------------------------------


def counted_rows() -> pd.DataFrame:
    random = stream(4, "counts")
    site = np.repeat(np.arange(25), 12)
    x = random.normal(size=300)
    eta = -1 + 0.8 * x + random.normal(0, 0.7, 25)[site]
    hours = random.uniform(500, 3000, 300)
    return pd.DataFrame({
        "site": site.astype(str), "x": x, "hours": hours,
        "bad": (random.random(300) < 1 / (1 + np.exp(-eta))).astype(int),
        "accidents": random.poisson(hours / 1000 * np.exp(eta)),
    })  # fmt: skip


def test_shares_and_rates_find_what_was_planted() -> None:
    rows = counted_rows()
    share = generalised_mixed(rows, "bad ~ x + (1|site)", quadrature=9)
    rate = generalised_mixed(rows, "accidents ~ x + (1|site)", Counted(family="poisson", exposure="hours"))
    for fit, intercept in ((share, -1.0), (rate, -1 - math.log(1000))):
        for term, truth in (("x", 0.8), ("(intercept)", intercept)):
            one = fit.coefficient(term)
            assert abs(one.estimate - truth) < 3 * one.se
        assert math.isinf(one.df)


def test_shares_that_mean_nothing_have_a_reason() -> None:
    rows = counted_rows()
    reasons = {
        "constant_outcome": rows.assign(bad=1),
        "separation": rows.assign(bad=(rows["x"] > 0).astype(int)),
        "not_counts": rows.assign(bad=rows["bad"] + 0.5),
        "one_cluster": rows.assign(site="A"),
    }
    for reason, data in reasons.items():
        assert generalised_mixed(data, "bad ~ x + (1|site)").reason == reason
    negative = rows.assign(accidents=-1)
    assert generalised_mixed(negative, "accidents ~ x + (1|site)", Counted(family="poisson")).reason == "not_counts"


@pytest.mark.parametrize("quadrature", [1, 15])
def test_sites_that_are_all_one_way_have_no_finite_spread(quadrature: int) -> None:
    random = stream(4, "apart")
    rows = pd.DataFrame({"site": np.repeat(list("ABCDEF"), 20), "x": random.normal(size=120)})
    rows["bad"] = (rows["site"] < "D").astype(int)
    fit = generalised_mixed(rows, "bad ~ x + (1 | site)", quadrature=quadrature)
    assert (fit.reason, fit.variances) == ("separation", ())
    assert {one.reason for one in fit.fixed} <= {"separation"}
    nearly = rows.assign(bad=np.where(np.arange(120) == 7, 0, rows["bad"]))  # one answer that differs
    assert generalised_mixed(nearly, "bad ~ x + (1 | site)", quadrature=quadrature).reason in (None, "separation")


def test_shares_that_are_all_0_or_all_1_are_separated_and_few_events_are_not() -> None:
    random = stream(4, "apart", "trials")
    rows = pd.DataFrame({"site": list("ABCDEFGH") * 2, "k": [0] * 4 + [12] * 4 + [0] * 4 + [12] * 4, "n": 12})
    rows["x"] = random.normal(size=16)
    assert generalised_mixed(rows, "k ~ x + (1 | site)", Counted(trials="n")).reason == "separation"
    rare = rows.assign(k=[0, 1, 0, 2, 0, 0, 1, 3] * 2)
    assert generalised_mixed(rare, "k ~ x + (1 | site)", Counted(trials="n")).reason is None
    silent = rows.assign(k=[0] * 8 + [900] * 8, n=1000, site=list("ABCDEFGH") * 2)
    assert generalised_mixed(silent, "k ~ x + (1 | site)", Counted(family="poisson", exposure="n")).reason is None


def test_ordered_answers_find_what_was_planted_and_refuse_what_has_no_order() -> None:
    random = stream(4, "ordered")
    site = np.repeat(np.arange(30), 15)
    x = random.integers(0, 3, 450)
    latent = 1.0 * x + random.normal(0, 1, 30)[site] + random.logistic(size=450)
    rows = pd.DataFrame({"site": site.astype(str), "x": x, "stars": np.digitize(latent, [-1, 1, 2.5]) + 1})
    fit = ordinal_mixed(rows, "stars ~ x + (1|site)", 7)
    for term, truth in (("x", 1.0), ("1|2", -1.0), ("2|3", 1.0), ("3|4", 2.5)):
        one = fit.coefficient(term)
        assert abs(one.estimate - truth) < 3 * one.se
    assert 0.6 < fit.variances[0].spread < 1.5
    assert ordinal_mixed(rows.assign(stars=2), "stars ~ x + (1|site)").reason == "constant_outcome"
    assert ordinal_mixed(rows.assign(site="A"), "stars ~ x + (1|site)").reason == "one_cluster"
    assert ordinal_mixed(rows.assign(x2=2 * rows["x"]), "stars ~ x + x2").coefficient("x2").reason == "collinear"
    split = rows.assign(stars=np.where(rows["x"] > 0, 2, 1))
    assert ordinal_mixed(split, "stars ~ x").reason in {"separation", "no_convergence"}
    with pytest.raises(DataError, match="more than 20 levels"):
        ordinal_mixed(rows.assign(stars=np.arange(450)), "stars ~ x")
    with pytest.raises(DataError, match="order"):
        ordinal_mixed(rows.assign(stars=pd.Categorical(rows["stars"].astype(str))), "stars ~ x")


def test_two_levels_are_a_logistic_regression() -> None:
    rows = counted_rows()
    ordered = ordinal_mixed(rows, "bad ~ x + (1|site)", 9)
    binary = generalised_mixed(rows, "bad ~ x + (1|site)", quadrature=9)
    assert ordered.coefficient("x").estimate == pytest.approx(binary.coefficient("x").estimate, rel=1e-4)
    assert ordered.coefficient("x").se == pytest.approx(binary.coefficient("x").se, rel=1e-3)
    assert ordered.coefficient("0|1").estimate == pytest.approx(-binary.coefficient("(intercept)").estimate, rel=1e-4)
    assert ordered.variances[0].spread == pytest.approx(binary.variances[0].spread, rel=1e-3)


def test_a_coefficient_of_a_refused_fit_carries_its_reason_and_an_unknown_one_is_told() -> None:
    table = answers().assign(share=1, score=3.0)
    refused = linear_mixed(table, "score ~ age + (1 | site)"), generalised_mixed(table, "share ~ age + (1 | site)")
    for fit in refused:
        one = fit.coefficient("age")
        assert (one.estimate, one.reason, one.n) == (None, "constant_outcome", len(table))
    with pytest.raises(SettingError, match=r'unknown term "stuff".*staff'):
        linear_mixed(answers(), "score ~ age + staff + (1 | site)").coefficient("stuff")
