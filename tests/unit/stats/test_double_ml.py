"""Double machine learning: planted effects, errors by cluster, and what nobody could learn."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream
from chairs.stats import double_ml
from chairs.stats.double_ml import Learning, folds_of, interactive, partially_linear

pytestmark = pytest.mark.unit


def people(n: int = 600, pull: float = 0.5) -> pd.DataFrame:
    random = stream(6, "double_ml")
    x = random.standard_normal((n, 3))
    site = np.repeat(np.arange(n // 20), 20)
    d = (random.random(n) < 1 / (1 + np.exp(-pull * x[:, 0]))).astype(float)
    y = 2 * d + x[:, 0] + x[:, 1] ** 2 + random.standard_normal(n // 20)[site] + random.standard_normal(n)
    table = pd.DataFrame(x, columns=["a", "b", "c"]).assign(d=d, y=y, site=site)
    return table.assign(dose=0.5 * table["a"] + random.standard_normal(n)).assign(z=lambda t: t["y"] + 1.5 * t["dose"])


X = ["a", "b", "c"]


def test_planted_effects_are_found():
    table = people()
    folds = folds_of(len(table))
    both = [
        interactive(table, "y", "d", X, folds).result,
        partially_linear(table, "y", "d", X, folds).result,
        partially_linear(table, "y", "d", X, folds, Learning(learner="forest", trees=40)).result,
    ]
    assert all(one.low < 2 < one.high for one in both)
    assert both[2].se < both[1].se  # the forest learns the square
    dose = partially_linear(table, "z", "dose", X, folds).result
    assert dose.low < 1.5 < dose.high


def test_covariates_that_say_nothing_new_change_nothing():
    table = people().assign(twice=lambda t: 2 * t["a"] - t["b"], one=1.0)
    folds = folds_of(len(table))
    for model in (interactive, partially_linear):
        assert model(table, "y", "d", [*X, "twice", "one"], folds) == model(table, "y", "d", X, folds)


def test_errors_by_cluster_know_that_an_exposure_is_shared():
    table = people()
    table["shared"] = stream(7, "shared").standard_normal(30)[table["site"]]
    folds = folds_of(len(table), 5, table["site"].to_numpy())
    plain = partially_linear(table, "y", "shared", X, folds).result
    careful = partially_linear(table, "y", "shared", X, folds, Learning(clusters="site")).result
    assert careful.estimate == plain.estimate
    assert careful.se > 1.5 * plain.se
    assert (careful.df, careful.clusters) == (29, 30)
    cut = partially_linear(table, "y", "shared", X, np.arange(600) % 5, Learning(clusters="site")).result
    assert cut.reason == "cut_clusters"


def test_missing_rows_and_difficult_names_are_no_obstacle():
    table = people().rename(columns={"a": "y_", "b": "un nom (avec parenthèses)"})
    table.loc[:9, "y_"] = np.nan
    done = partially_linear(table, "y", "d", ["y_", "un nom (avec parenthèses)", "c"], folds_of(len(table)))
    assert done.result.n == 590
    assert done.result.term == "d"


@pytest.mark.parametrize(
    ("changed", "model", "reason"),
    [
        ({"d": 1.0}, interactive, "constant_exposure"),
        ({"d": 1.0}, partially_linear, "constant_exposure"),
        ({"d": [0.0, 1.0, 2.0] * 200}, interactive, "not_binary"),
        ({"d": np.linspace(-1, 1, 600)}, interactive, "not_binary"),
        ({"y": 1.0}, interactive, "constant_outcome"),
        ({"d": [1.0] * 3 + [0.0] * 597}, interactive, "too_few"),
    ],
)
def test_what_nobody_could_learn_has_a_reason(changed, model, reason):
    table = people().assign(**changed)
    assert model(table, "y", "d", X, folds_of(len(table))).result.reason == reason


def test_an_exposure_that_the_covariates_determine_has_a_reason():
    table = people().assign(d=lambda t: 3 * t["a"] - t["b"])
    done = partially_linear(table, "y", "d", X, folds_of(len(table)))
    assert done.result.reason == "collinear"
    assert done.exposure_left < 1e-6


@pytest.mark.parametrize("learner", ["linear", "forest"])
@pytest.mark.parametrize("n", [60, 600])
@pytest.mark.parametrize("copy", [lambda d: 2 * d, lambda d: 7 - d, np.exp], ids=["twice", "turned", "curved"])
def test_a_copy_of_the_exposure_has_a_reason_whatever_the_learner(learner, n, copy):
    table = people(n).assign(copy=lambda t: copy(t["dose"]))
    how = Learning(learner=learner, trees=20)
    done = partially_linear(table, "z", "dose", [*X, "copy"], folds_of(n), how)
    assert (done.result.reason, done.result.estimate, done.exposure_left) == ("collinear", None, 0.0)


def test_a_forest_that_foretells_the_exposure_has_a_reason_and_one_that_cannot_a_number():
    table = people()
    shaped = table.assign(d=np.sin(3 * table["a"]) + table["b"] ** 2 + 0.02 * table["c"])  # of nothing but covariates
    how, folds = Learning(learner="forest", trees=20, leaf=3), folds_of(len(table))
    told = partially_linear(shaped, "y", "d", X, folds, how)
    assert told.result.reason == "collinear"
    assert 0 < told.exposure_left < 0.1
    sound = partially_linear(table, "z", "dose", X, folds, Learning(learner="forest", trees=50))
    assert sound.result.estimate is not None


def test_without_overlap_there_is_no_number():
    table = people(pull=12.0)
    done = interactive(table, "y", "d", X, folds_of(len(table)))
    assert (done.result.reason, done.result.estimate) == ("no_overlap", None)
    assert done.propensity[0] < 0.01
    assert "comparer" in done.result.say("fr")


def test_too_few_rows_or_folds_have_a_reason():
    table = people()
    assert partially_linear(table.head(12), "y", "d", X, folds_of(12)).result.reason == "too_few"
    assert partially_linear(table, "y", "d", X, np.zeros(600, dtype=int)).result.reason == "too_few"


def test_rubbish_is_told_and_an_infinite_number_is_a_missing_one():
    table, folds = people(), folds_of(600)
    far, gone = (table.assign(a=[end, *table["a"][1:]]) for end in (np.inf, np.nan))
    assert partially_linear(far, "y", "d", X, folds) == partially_linear(gone, "y", "d", X, folds)
    with pytest.raises(DataError, match='column "a": the column is not numeric'):
        partially_linear(table.assign(a="high"), "y", "d", X, folds)
    with pytest.raises(SettingError, match="one fold for each row"):
        partially_linear(table, "y", "d", X, folds[:10])
    with pytest.raises(SettingError, match="no covariate"):
        partially_linear(table, "y", "d", [], folds)
    with pytest.raises(SettingError, match="forest, linear"):
        partially_linear(table, "y", "d", X, folds, Learning(learner="oracle"))  # type: ignore[arg-type]
    exact = partially_linear(table.assign(y=2 * table["d"] + table["a"]), "y", "d", X, folds).result
    assert (exact.reason, exact.low) == ("no_variance", None)


@pytest.mark.parametrize(("n", "reason"), [(40, "too_few"), (150, "too_few"), (400, "not_learnt")])
def test_a_forest_that_cannot_learn_a_straight_influence_gives_no_number(n, reason):
    rng = np.random.default_rng(3)
    x = rng.normal(size=n)
    table = pd.DataFrame({"x": x, "d": 2 * x + 0.7 * rng.normal(size=n), "y": 5 * x + rng.normal(size=n)})
    forest = partially_linear(table, "y", "d", ["x"], folds_of(n), Learning(learner="forest", trees=50))
    assert forest.result.reason == reason  # the effect is 0, and would come out as 1 or 2
    plain = partially_linear(table, "y", "d", ["x"], folds_of(n))
    assert plain.result.low < 0 < plain.result.high


def assigned(chance, outcome, seed=1, n=500):
    """Draw an exposure of 0 or 1, its effect 0, behind what `chance` (log odds) and `outcome` make of a covariate."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=n), rng.normal(size=n)
    exposed = (rng.random(n) < 1 / (1 + np.exp(-chance(x)))).astype(float)
    return pd.DataFrame({"x": x, "z": z, "d": exposed, "y": outcome(x) + rng.normal(size=n)})


def test_forests_of_each_side_that_cannot_learn_a_straight_influence_give_no_number(monkeypatch):
    table, forests = assigned(lambda x: 1.5 * x, lambda x: 5 * x, n=300), Learning(learner="forest", trees=50)
    assert interactive(table, "y", "d", ["x", "z"], folds_of(300), forests).result.reason == "not_learnt"
    monkeypatch.setattr(double_ml, "WORSE", math.inf)
    assert interactive(table, "y", "d", ["x", "z"], folds_of(300), forests).result.low > 0  # the effect is 0


def test_forests_of_each_side_that_learn_a_curve_are_not_refused():
    table = assigned(lambda x: np.sin(3 * x), lambda x: 3 * np.sin(3 * x), n=1500)
    forest = interactive(table, "y", "d", ["x", "z"], folds_of(1500), Learning(learner="forest", trees=50))
    assert abs(forest.result.estimate) < 0.3
    assert interactive(table, "y", "d", ["x", "z"], folds_of(1500)).result.low > 0.5  # a straight line is far off


def test_a_forest_that_learns_a_curve_is_not_refused():
    rng = np.random.default_rng(4)
    x = rng.uniform(-2, 2, 600)
    d = x**2 + rng.normal(size=600)
    table = pd.DataFrame({"x": x, "d": d, "y": d + 3 * x**2 + rng.normal(size=600)})
    forest = partially_linear(table, "y", "d", ["x"], folds_of(600), Learning(learner="forest", trees=50))
    assert forest.result.reason is None
    assert abs(forest.result.estimate - 1) < 0.3
