"""Cluster-robust errors by the book's matrices; panel regressions beside pyfixest and linearmodels; rubbish input."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream
from chairs.stats import panel
from chairs.stats.absorbed import Absorbing, absorbed_effects
from chairs.stats.aggregation import slopes
from chairs.stats.cluster_robust import CALM, _series, matched_df, sandwich
from chairs.stats.panel_rows import driscoll_kraay, first_differences
from chairs.stats.queueing import erlang_c, little
from chairs.stats.streaming import Design, cross_products

pytestmark = pytest.mark.unit

DESIGN = Design(outcome="y", cluster="site", covariates=("x", "z"))


def rows(sites: int = 9, name: str = "panel") -> pd.DataFrame:
    """An unbalanced panel with correlated effects: 2 to 12 periods a site."""
    random = stream(4, "panel", name)
    sizes = random.integers(2, 13, sites)
    site = np.repeat(np.arange(sites), sizes)
    n = len(site)
    effect = random.normal(0, 2, sites)
    frame = pd.DataFrame({"site": [f"S{k}" for k in site], "year": np.concatenate([np.arange(k) for k in sizes])})
    frame["x"] = effect[site] + random.normal(size=n)
    frame["z"] = random.normal(size=n)
    frame["y"] = 1 + 2 * frame["x"] - frame["z"] + 3 * effect[site] + random.normal(0, 1 + effect[site] ** 2, n)
    return frame


def by_the_book(x: np.ndarray, y: np.ndarray, groups: np.ndarray, absorbed: np.ndarray | None = None):
    """CR2 and its degrees of freedom from the n x n matrices of Pustejovsky & Tipton 2018, section 3."""
    full = x if absorbed is None else np.column_stack([x, absorbed])
    m = np.linalg.pinv(full.T @ full)
    hat = full @ m @ full.T
    residual = y - hat @ y
    rest = np.eye(len(y)) - hat
    k, meat, g = x.shape[1], np.zeros((full.shape[1],) * 2), []
    for name in np.unique(groups):
        at = np.flatnonzero(groups == name)
        values, vectors = np.linalg.eigh(rest[np.ix_(at, at)])
        root = (vectors * np.where(values > 1e-8, 1 / np.sqrt(np.where(values > 1e-8, values, 1)), 0)) @ vectors.T
        u = full[at].T @ root @ residual[at]
        meat += np.outer(u, u)
        g.append(rest[:, at] @ root @ full[at] @ m)
    covariance = (m @ meat @ m)[:k, :k]
    df = []
    for c in range(k):
        p = np.array([gi[:, c] for gi in g])
        omega = p @ p.T
        df.append(np.trace(omega) ** 2 / (omega**2).sum())
    return covariance, np.array(df)


def test_cr2_is_that_of_the_long_matrices() -> None:
    data = rows()
    x = np.column_stack([np.ones(len(data)), data[["x", "z"]].to_numpy()])
    groups = data["site"].to_numpy(str)
    covariance, df = by_the_book(x, data["y"].to_numpy(), groups)
    fit = panel.pooled(cross_products(data, DESIGN))
    assert fit.covariance == pytest.approx(covariance, rel=1e-8)
    assert [e.df for e in fit.estimates] == pytest.approx(df, rel=1e-8)


def test_the_series_of_a_calm_cluster_is_its_inverse_root_but_for_rounding() -> None:
    for share in (CALM * 0.999, 1e-3, 0.0):
        along = np.array([0.6, 0.8])
        series = _series(share * np.outer(along, along)[None], np.eye(2), share)[0]
        exact = np.eye(2) + (1 / math.sqrt(1 - share) - 1) * np.outer(along, along)
        assert np.abs(series - exact).max() < 1e-15


def test_a_coefficient_of_one_site_alone_has_no_degrees_of_freedom_whichever_are_asked_for() -> None:
    random = stream(12, "one site alone")
    x = random.normal(size=(50, 2, 3)) * [1.0, 1e3, 1.0]
    x[:, :, 2] = 0.0
    x[7, :, 2] = 1.0
    gram, xy = np.einsum("gik,gil->gkl", x, x), np.einsum("gik,gi->gk", x, random.normal(size=(50, 2)))
    score = xy - gram @ np.linalg.solve(gram.sum(axis=0), xy.sum(axis=0))
    assert np.isnan(sandwich(gram, score).df).tolist() == [False, False, True]
    assert np.isnan(sandwich(gram, score, asked=[2]).df).all()
    assert np.isfinite(sandwich(gram, score, asked=[1, 0]).df).all()


@pytest.mark.parametrize("heavy", [0.0, 30.0])
def test_cr2_of_many_sites_is_that_of_the_long_matrices_one_coefficient_or_all(heavy: float) -> None:
    """Sites of little leverage take a series; one far from the others (`heavy`) its eigenvectors, beside them."""
    random = stream(11, "many sites")
    x = np.column_stack([np.ones(240), random.normal(size=(240, 3))])
    x[:2, 1] += heavy
    y, groups = random.normal(size=240), np.arange(240) // 2
    each = x.reshape(120, 2, 4)
    gram, xy = np.einsum("gik,gil->gkl", each, each), np.einsum("gik,gi->gk", each, y.reshape(120, 2))
    score = xy - gram @ np.linalg.solve(gram.sum(axis=0), xy.sum(axis=0))
    covariance, df = by_the_book(x, y, groups)
    for asked in (None, [1], [3, 0]):
        fit, own = sandwich(gram, score, asked=asked), list(range(4)) if asked is None else asked
        assert fit.covariance == pytest.approx(covariance[np.ix_(own, own)], rel=1e-10, abs=1e-14)
        assert fit.df == pytest.approx(df[own], rel=1e-10)
    whole, one = (sandwich(gram, score, "CR1S", n=240, asked=asked) for asked in (None, [2]))
    assert one.covariance[0, 0] == pytest.approx(whole.covariance[2, 2], rel=1e-12)


@pytest.mark.parametrize("years", [False, True])
def test_absorbed_effects_are_those_of_columns(years: bool) -> None:
    data = rows(name="absorbed")
    groups = data["site"].to_numpy(str)
    dummies = (groups[:, None] == np.unique(groups)).astype(float)
    x = data[["x", "z"]].to_numpy()
    if years:
        x = np.column_stack([x, *(data["year"] == k for k in sorted(data["year"].unique())[1:])]).astype(float)
    covariance, df = by_the_book(x, data["y"].to_numpy(), groups, dummies)
    design = Design(outcome="y", cluster="site", covariates=("x", "z"), factors=("year",) if years else ())
    fit = panel.fixed_effects(cross_products(data, design))
    assert fit.covariance[:2, :2] == pytest.approx(covariance[:2, :2], rel=1e-7)
    assert [fit.coefficient(t).df for t in ("x", "z")] == pytest.approx(df[:2], rel=1e-7)


def test_cr2_is_unbiased_under_its_working_model() -> None:
    data = rows(6, name="unbiased")
    x = np.column_stack([np.ones(len(data)), data[["x", "z"]].to_numpy()])
    code = np.unique(data["site"].to_numpy(str), return_inverse=True)[1]
    gram = np.stack([x[code == g].T @ x[code == g] for g in range(6)])
    rest = np.eye(len(x)) - x @ np.linalg.solve(gram.sum(axis=0), x.T)
    # mean of the estimator over outcomes of variance one: add the estimates of an orthogonal basis of outcomes
    mean = sum(sandwich(gram, np.stack([x[code == g].T @ e[code == g] for g in range(6)])).covariance for e in rest.T)
    assert mean == pytest.approx(np.linalg.inv(gram.sum(axis=0)), rel=1e-9)


def test_weighted_cr2_equals_the_unweighted_one_of_scaled_rows() -> None:
    data = rows(name="weighted")
    data["w"] = stream(4, "w").uniform(0.5, 3, len(data))
    w = np.sqrt(data["w"].to_numpy())
    x = np.column_stack([np.ones(len(data)), data[["x", "z"]].to_numpy()])
    covariance, df = by_the_book(x * w[:, None], data["y"].to_numpy() * w, data["site"].to_numpy(str))
    fit = panel.pooled(cross_products(data, Design(outcome="y", cluster="site", covariates=("x", "z"), weights="w")))
    assert fit.covariance == pytest.approx(covariance, rel=1e-8)
    assert [e.df for e in fit.estimates] == pytest.approx(df, rel=1e-8)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # inside pyfixest
def test_pyfixest_gives_the_same_two_way_effects() -> None:
    import pyfixest

    data = rows(30, name="pyfixest")
    peer = pyfixest.feols("y ~ x + z | site + year", data, vcov={"CRV1": "site"})
    ours = panel.fixed_effects(
        cross_products(data, Design(outcome="y", cluster="site", covariates=("x", "z"), factors=("year",))),
        errors="CR0",
    )
    alone = pyfixest.feols("y ~ x + z | site", data, vcov={"CRV1": "site"}, ssc=pyfixest.ssc(k_adj=False, G_adj=False))
    assert [ours.coefficient(t).estimate for t in "xz"] == pytest.approx(peer.coef().tolist(), rel=1e-6)
    one_way = panel.fixed_effects(cross_products(data, DESIGN), errors="CR0")
    assert [one_way.coefficient(t).se for t in "xz"] == pytest.approx(alone.se().tolist(), rel=1e-6)


def test_linearmodels_gives_the_same_fixed_and_random_effects() -> None:
    from linearmodels.panel import PanelOLS, RandomEffects

    random = stream(4, "balanced panel")
    data = pd.DataFrame({"site": np.repeat([f"S{k}" for k in range(12)], 7), "year": np.tile(np.arange(7), 12)})
    data["x"], data["z"] = random.normal(size=84), random.normal(size=84)
    data["y"] = data["x"] + np.repeat(random.normal(0, 2, 12), 7) + random.normal(size=84)
    indexed = data.set_index(["site", "year"])
    sums = cross_products(data, DESIGN)
    peer = PanelOLS(indexed["y"], indexed[["x", "z"]], entity_effects=True).fit()
    ours = panel.fixed_effects(sums, errors="classical")
    assert [ours.coefficient(t).estimate for t in "xz"] == pytest.approx(peer.params.tolist(), rel=1e-9)
    assert [ours.coefficient(t).se for t in "xz"] == pytest.approx(peer.std_errors.tolist(), rel=1e-9)
    peer = RandomEffects(indexed["y"], indexed[["x", "z"]].assign(one=1.0)[["one", "x", "z"]]).fit()
    ours = panel.random_effects(sums)
    assert [e.estimate for e in ours.estimates] == pytest.approx(peer.params.tolist(), rel=1e-6)


def test_what_does_not_change_within_sites_says_so() -> None:
    data = rows(name="constant").assign(beds=lambda d: d["site"].str[1:].astype(float), twice=lambda d: 2 * d["x"])
    sums = cross_products(data, Design(outcome="y", cluster="site", covariates=("x", "beds", "twice")))
    fit = panel.fixed_effects(sums)
    assert fit.coefficient("beds").reason == "no_within_variation"
    assert fit.coefficient("twice").reason == "collinear"
    assert "ne change pas" in fit.say("fr")
    assert panel.pooled(sums).coefficient("beds").reason is None


def test_rubbish_has_reasons() -> None:
    data = rows(name="rubbish")
    cases = {
        "one_cluster": data.assign(site="A"),
        "constant_outcome": data.assign(y=5.0),
        "no_variance": data.assign(y=data["x"] + 1),
    }
    for reason, bad in cases.items():
        sums = cross_products(bad, DESIGN)
        for fit in (panel.pooled(sums), panel.fixed_effects(sums), panel.random_effects(sums, errors="CR2")):
            assert fit.reason == reason
            assert all(e.estimate is None for e in fit.estimates)
        assert panel.hausman(sums).reason == reason
    assert panel.between(cross_products(data[data["site"].isin(["S0", "S1"])], DESIGN)).reason == "too_few"
    two = data[data["year"] < 2]
    assert driscoll_kraay(two, DESIGN, "year").reason == "too_few"


def test_an_exposure_of_one_site_alone_has_no_degrees_of_freedom() -> None:
    data = rows(name="alone").assign(x=lambda d: (d["site"] == "S1").astype(float))
    one = panel.pooled(cross_products(data, DESIGN)).coefficient("x")
    assert one.low is None
    assert one.reason == "few_effective_clusters"
    assert one.say("fr") != one.say("en")


def test_slopes_differ_by_level_and_the_warning_is_there() -> None:
    random = stream(4, "ecological")
    site = np.repeat(np.arange(40), 30)
    mean = random.normal(0, 2, 40)
    x = mean[site] + random.normal(0, 1, 1200)
    y = 1.0 * (x - mean[site]) - 2.0 * mean[site] + random.normal(0, 1, 40)[site] + random.normal(0, 1, 1200)
    found = slopes(cross_products(pd.DataFrame({"site": site.astype(str), "x": x, "y": y}),
                                  Design(outcome="y", cluster="site", covariates=("x",))), "x")  # fmt: skip
    for one, truth in ((found.within, 1.0), (found.ecological, -2.0), (found.contextual, -3.0)):
        assert abs(one.estimate - truth) < 3 * one.se
    assert found.within.estimate > found.individual.estimate > found.ecological.estimate
    assert "écologique" in found.say("fr")


def test_erlang_agrees_with_the_simple_queue_and_refuses_an_endless_one() -> None:
    queue = erlang_c(3, 4, 1)
    assert (queue.empty, queue.delayed, queue.present) == pytest.approx((0.25, 0.75, 3.0))
    many = erlang_c(900, 1, 1000)
    assert 0 < many.delayed < 0.01
    assert math.isfinite(many.empty)
    with pytest.raises(SettingError, match="cannot keep up"):
        erlang_c(10, 5, 2)
    with pytest.raises(SettingError, match="do not follow"):
        little(np.array([1.0]), np.array([0.5]))


def test_covariates_of_sites_only_leave_nothing_within_and_random_effects_alone() -> None:
    data = rows(12, name="sites only").assign(beds=lambda d: d["site"].str[1:].astype(float))
    sums = cross_products(data, Design(outcome="y", cluster="site", covariates=("beds",)))
    fixed = panel.fixed_effects(sums)
    assert fixed.coefficient("beds").reason == "no_within_variation"
    assert panel.random_effects(sums).coefficient("beds").estimate is not None
    assert panel.hausman(sums).reason == "no_within_variation"


def test_driscoll_kraay_with_years_absorbs_a_common_shock() -> None:
    random = stream(4, "shock")
    data = pd.DataFrame({"site": np.repeat([f"S{k}" for k in range(20)], 16), "year": np.tile(np.arange(16), 20)})
    shock = random.normal(0, 3, 16)
    data["x"] = random.normal(size=320) + np.tile(shock, 20) / 3
    data["z"] = random.normal(size=320)
    data["y"] = data["x"] + np.tile(shock, 20) + random.normal(size=320)
    alone = driscoll_kraay(data, DESIGN, "year").coefficient("x")
    years = Design(outcome="y", cluster="site", covariates=("x", "z"), factors=("year",))
    both = driscoll_kraay(data, years, "year").coefficient("x")
    assert alone.estimate > 1.5  # the shock goes with the exposure
    assert abs(both.estimate - 1) < 3 * both.se
    assert both.df == 15


@pytest.mark.parametrize("kind", ["CR0", "HC1", "CR1", "CR1S", "CR1S+1", "CR2"])
def test_every_kind_widens_from_cr0(kind: str) -> None:
    sums = cross_products(rows(20, name="kinds"), DESIGN)
    plain, other = (panel.pooled(sums, errors=k).coefficient("x") for k in ("CR0", kind))
    assert other.se >= plain.se
    assert other.estimate == plain.estimate


@pytest.mark.parametrize(
    "weights", [[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1], [0.9, 0.1], [0.3, 0.3, 0.3, 0.05, 0.05]]
)
def test_matched_degrees_give_the_95_percent_point_of_the_exact_law(weights: list[float]) -> None:
    random = stream(7, "matched", len(weights))
    draws = 400_000
    ratio = np.abs(random.standard_normal(draws)) / np.sqrt(random.chisquare(1, (draws, len(weights))) @ weights)
    beyond = (ratio > stats.t.ppf(0.975, matched_df(np.array(weights)))).mean()
    assert beyond == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / draws))


def test_exact_errors_are_those_of_cr2_with_more_degrees_of_freedom_and_the_same_from_40_clusters() -> None:
    for sites, same in ((9, False), (45, True)):
        sums = cross_products(rows(sites), DESIGN)
        plain, exact = (panel.fixed_effects(sums, errors=kind).coefficient("x") for kind in ("CR2", "CR2-exact"))
        assert (plain.estimate, plain.se) == (exact.estimate, exact.se)
        assert (plain.df == exact.df) is same
        assert same or plain.df < exact.df < sites


def crossed(sites: int = 60, months: int = 40, n: int = 2500) -> pd.DataFrame:
    random = stream(4, "crossed effects")
    data = pd.DataFrame({"site": random.integers(0, sites, n), "month": random.integers(0, months, n)})
    hidden = random.normal(0, 3, sites)[data["site"]] + random.normal(0, 2, months)[data["month"]]
    data["x"] = hidden / 4 + random.normal(size=n)
    data["z"] = random.normal(size=n)
    return data.assign(y=1.5 * data["x"] - 0.5 * data["z"] + hidden + random.normal(size=n))


def test_absorbed_effects_are_those_of_the_sums_and_find_what_is_planted() -> None:
    data = crossed()
    design = Absorbing(outcome="y", covariates=("x", "z"), effects=("site", "month"), cluster="site")
    x, z = absorbed_effects(data, design)
    sums = cross_products(data, Design(outcome="y", cluster="site", covariates=("x", "z"), factors=("month",)))
    ours = panel.fixed_effects(sums, errors="CR0")
    assert [x.estimate, z.estimate] == pytest.approx([ours.coefficient(t).estimate for t in "xz"], rel=1e-6)
    assert [x.se, z.se] == pytest.approx([ours.coefficient(t).se for t in "xz"], rel=0.06)  # CR0 and CRV1: a factor
    assert x.se / ours.coefficient("x").se == pytest.approx(z.se / ours.coefficient("z").se, rel=1e-6)
    assert x.low < 1.5 < x.high
    assert z.low < -0.5 < z.high


def test_absorbed_effects_that_mean_nothing_have_a_reason() -> None:
    design = Absorbing(outcome="y", covariates=("x", "z"), effects=("site", "month"), cluster="site")
    data = crossed(n=1500)

    def reasons(table: pd.DataFrame) -> list[str | None]:
        return [one.reason for one in absorbed_effects(table, design)]

    assert reasons(data.assign(x=data["site"] * 2.0)) == ["no_within_variation", None]
    assert reasons(data.assign(x=data["site"] * 2.0, z=1.0)) == ["no_within_variation"] * 2
    assert reasons(data.assign(y=7.0)) == ["constant_outcome"] * 2
    assert reasons(data.assign(site=1)) == ["one_cluster"] * 2
    assert reasons(data.head(20)) == ["too_few"] * 2
    few = absorbed_effects(data.assign(site=data["site"] % 8), design)
    assert [one.reason for one in few] == ["few_clusters"] * 2
    assert few[0].low is None
    assert "40" in few[0].say("fr")
    assert reasons(data.assign(z=3 * data["x"])) == [None, "collinear"]
    assert reasons(data.assign(x=data["site"] * 2.0, z=data["month"] + data["site"])) == ["no_within_variation"] * 2
    assert reasons(data.assign(y=2 * data["x"] + data["z"])) == ["no_variance"] * 2
    with pytest.raises(DataError, match='column "z": the column is not numeric'):
        absorbed_effects(data.assign(z="high"), design)


def test_one_site_alone_has_no_interval_over_its_periods() -> None:
    random = stream(8, "alone")
    rows = pd.DataFrame({"site": "A", "year": range(40), "x": random.normal(size=40), "y": random.normal(size=40)})
    design = Design(outcome="y", cluster="site", covariates=("x",))
    for fit in (first_differences(rows, design, "year"), driscoll_kraay(rows, design, "year")):
        assert fit.reason == fit.coefficient("x").reason == "one_cluster"
        assert fit.coefficient("x").estimate is None
        assert "un seul établissement" in fit.say("fr")
    empty = first_differences(rows.head(0), design, "year")
    assert empty.reason == "too_few"
    with pytest.raises(DataError, match='column "y": the column is not numeric'):
        first_differences(rows.assign(y="high"), design, "year")


def test_where_the_variances_cannot_be_compared_hausman_says_so_and_not_that_the_fit_is_exact() -> None:
    random = stream(6, "hausman")
    site = np.repeat(np.arange(12), 20)
    table = pd.DataFrame({"site": [f"S{k}" for k in site], "x": random.normal(size=240)})
    table["y"] = table["x"] + 10 * table.groupby("site")["x"].transform("mean") + random.normal(size=240)
    found = panel.hausman(cross_products(table, Design(outcome="y", cluster="site", covariates=("x",))))
    assert (found.reason, found.estimate, found.p) == ("not_positive", None, None)
    assert "Mundlak" in found.say("fr")
    assert "not positive" in found.say("en")


def test_a_term_that_was_not_estimated_is_told_with_those_that_were() -> None:
    random = stream(7, "terms")
    table = pd.DataFrame(
        {"site": np.repeat(np.arange(10), 6), "x": random.normal(size=60), "y": random.normal(size=60)}
    )
    fit = panel.pooled(cross_products(table, Design(outcome="y", cluster="site", covariates=("x",))))
    with pytest.raises(SettingError, match=r'unknown term "z".*x'):
        fit.coefficient("z")
