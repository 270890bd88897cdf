"""What must not change a measurement: the sign or unit of an item, labels of rows, categories hardly anybody gave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from chairs.core.errors import DataError
from chairs.core.streams import stream
from chairs.surveys.psychometrics.adequacy import adequacy
from chairs.surveys.psychometrics.agreement import intraclass, kappa
from chairs.surveys.psychometrics.cfa import Fit, confirmatory
from chairs.surveys.psychometrics.dif import differential_functioning
from chairs.surveys.psychometrics.exploratory import exploratory
from chairs.surveys.psychometrics.graded import Graded, graded
from chairs.surveys.psychometrics.hierarchy import hierarchy
from chairs.surveys.psychometrics.invariance import invariance
from chairs.surveys.psychometrics.model import one_factor, parse
from chairs.surveys.psychometrics.ordinal import ordinal_confirmatory
from chairs.surveys.psychometrics.polychoric import joint, polychoric
from chairs.surveys.psychometrics.reliability import reliability
from chairs.surveys.psychometrics.within_groups import aggregation, within_agreement

pytestmark = pytest.mark.unit

ITEMS = list("abcd")
MODEL = parse("v =~ a + b + c; w =~ d + e + g; c ~~ e")


@pytest.fixture(scope="module")
def graded_answers() -> pd.DataFrame:
    draw = stream(40, "graded")
    theta = draw.standard_normal(600)
    curves = {"a": (1.5, [-1, 0, 1]), "b": (2, [-0.5, 0.5, 1]), "c": (1, [-1.5, 0, 1.5]), "d": (1.2, [-1, 0.5, 2])}
    return pd.DataFrame({name: _answers(theta, *curve, draw) for name, curve in curves.items()})


def _answers(theta: np.ndarray, a: float, b: list[float], draw: np.random.Generator) -> np.ndarray:
    return (draw.random(len(theta))[:, None] < expit(a * (theta[:, None] - np.array(b)))).sum(axis=1)


@pytest.fixture(scope="module")
def continuous() -> pd.DataFrame:
    draw = stream(41, "continuous")
    f = draw.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 300)
    values = np.repeat(f, 3, axis=1) * 0.8 + 0.6 * draw.standard_normal((300, 6)) + 3
    return pd.DataFrame(values, columns=list("abcdeg"))


@pytest.mark.parametrize("high", [3, 1])  # graded, two-parameter logistic
def test_a_reversed_item_leaves_the_likelihood_and_turns_its_slope(graded_answers: pd.DataFrame, high: int) -> None:
    answers = graded_answers if high == 3 else (graded_answers > 1).astype(int)
    plain, turned = graded(answers), graded(answers.assign(d=high - answers["d"]))
    assert plain.warnings == ()
    assert turned.warnings == ("reversed_item",)
    assert turned.logl == pytest.approx(plain.logl, abs=1e-7)
    assert turned.curves[3].slope == pytest.approx(-plain.curves[3].slope, abs=1e-5)
    assert turned.curves[3].thresholds == pytest.approx(plain.curves[3].thresholds[::-1], abs=1e-4)
    assert turned.curves[3].slope_se == pytest.approx(plain.curves[3].slope_se, abs=1e-5)


def test_an_easy_item_that_measures_nothing_costs_no_likelihood(graded_answers: pd.DataFrame) -> None:
    binary = (graded_answers > 1).astype(int)
    easy = (stream(42, "easy").random(600) < 0.9).astype(int)
    share = easy.mean()
    apart = 600 * (share * np.log(share) + (1 - share) * np.log(1 - share))
    found, without = graded(binary.assign(e=easy)), graded(binary)
    assert found.logl is not None
    assert without.logl is not None
    assert 0 <= found.logl - (without.logl + apart) < 4  # slope 0 is one of the models, and the truth
    assert np.isfinite([curve.slope_se for curve in found.curves]).all()


def test_a_copied_item_has_no_finite_slope(graded_answers: pd.DataFrame) -> None:
    assert graded(graded_answers.assign(e=graded_answers["a"])).reason == "steep"
    assert graded(graded_answers.assign(c=3 - graded_answers["c"], d=3 - graded_answers["d"]), slopes="common").reason
    assert "copy" in str(Graded(n=3, reason="steep"))


def test_standard_errors_are_those_of_the_curvature_of_the_likelihood(graded_answers: pd.DataFrame) -> None:
    from chairs.surveys.psychometrics.marginal import answers_of, measured

    answers = graded_answers[["a", "b", "c"]].clip(upper=2).mask(stream(43, "missing").random((600, 3)) < 0.1)
    found = graded(answers)
    at = np.concatenate([[c.slope, *(-c.slope * np.array(c.thresholds))] for c in found.curves])
    given, unit = answers_of(answers.fillna(-1).to_numpy(dtype=int), (3, 3, 3)), 1e-3 * np.eye(9)

    def value(move: np.ndarray) -> float:
        point = measured(given, at + move)
        assert point is not None
        return point.value

    curvature = [[sum(s * t * value(s * j + t * k) for s in (1, -1) for t in (1, -1)) for k in unit] for j in unit]
    se = np.sqrt(np.diag(np.linalg.inv(-np.array(curvature) / 4e-6)))
    assert [curve.slope_se for curve in found.curves] == pytest.approx(se[::3], rel=2e-3)


def _estimates(fit: Fit) -> dict[tuple[str, str, str], tuple[float, float]]:
    return {(p.lhs, p.op, p.rhs): (p.estimate, p.se) for p in fit.parameters}


@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("unit", [1e-9, 1e-2, 1e4, 1e9])
def test_the_unit_of_all_items_leaves_the_fit(continuous: pd.DataFrame, unit: float, marker: bool) -> None:
    one, other = (confirmatory(table, MODEL, marker=marker) for table in (continuous, continuous * unit))
    assert one.indices is not None
    assert other.indices is not None
    assert other.indices.chisq == pytest.approx(one.indices.chisq, abs=1e-6)
    assert other.indices.logl == pytest.approx(one.indices.logl - 1800 * np.log(unit), abs=1e-5)


def test_the_unit_sign_and_origin_of_single_items_turn_the_numbers_and_nothing_else(continuous: pd.DataFrame) -> None:
    unit = pd.Series({"a": -100.0, "b": 1.0, "c": -1.0, "d": 1e-3, "e": 5000.0, "g": 1.0})
    one, other = confirmatory(continuous, MODEL), confirmatory(continuous * unit + 1e4, MODEL)
    assert one.indices is not None
    assert other.indices is not None
    assert (other.indices.chisq, other.indices.srmr) == pytest.approx((one.indices.chisq, one.indices.srmr), abs=1e-6)
    factor = {"v": unit["a"], "w": unit["d"]}  # the unit of a factor is that of its marker
    worth = unit.to_dict() | factor
    for (lhs, op, rhs), (estimate, se) in _estimates(one).items():
        if op == "~1":
            assert _estimates(other)[lhs, op, rhs][0] == pytest.approx(estimate * worth[lhs] + 1e4, rel=1e-6)
            continue
        times = worth[rhs] / worth[lhs] if op == "=~" else worth[lhs] * worth[rhs]
        assert _estimates(other)[lhs, op, rhs] == pytest.approx((estimate * times, se * abs(times)), rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_a_reversed_or_weak_marker_is_fitted(seed: int) -> None:
    draw = stream(44, seed)
    f = draw.standard_normal((300, 1))
    table = pd.DataFrame(0.8 * f + 0.6 * draw.standard_normal((300, 5)), columns=list("abcde"))
    weak = table.assign(a=0.05 * f[:, 0] + draw.standard_normal(300))
    model = one_factor("abcde")
    for changed in (table.assign(a=-table["a"]), table.assign(a=-table["a"], b=-table["b"]), weak):
        with_marker, without = confirmatory(changed, model), confirmatory(changed, model, marker=False)
        assert with_marker.reason is None
        assert with_marker.indices.chisq == pytest.approx(without.indices.chisq, abs=1e-6)
    in_euros = reliability(table * [1, 1, 5000, 1, 1])
    assert in_euros.omega is not None


def test_groups_share_one_unit(continuous: pd.DataFrame) -> None:
    groups = pd.Series(["x", "y"] * 150)
    plain = invariance(continuous, MODEL, groups)
    other = invariance(continuous * [1, 1e3, -1, 1, 1e-3, 7], MODEL, groups)
    for one, two in zip(plain.steps, other.steps, strict=True):
        assert two.fit.indices.chisq == pytest.approx(one.fit.indices.chisq, abs=1e-6)
    numbers = {(p.group, p.lhs, p.op, p.rhs): p.estimate for p in plain.steps[0].fit.parameters}
    assert numbers["y", "b", "~1", ""] == pytest.approx(continuous["b"][groups == "y"].mean(), abs=1e-8)


@pytest.mark.parametrize("table", [[[2, 0], [21, 7]], [[0, 3], [40, 60]], [[30, 1, 0], [0, 0, 1], [0, 40, 30]]])
def test_an_empty_cell_at_the_edge_is_said(table: list[list[int]]) -> None:
    rows = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    answers = pd.DataFrame(rows, columns=["a", "b"])
    found = polychoric(answers)
    assert found.reasons == {("a", "b"): "boundary"} or abs(found.rho[0, 1]) < 1
    if len(table) == 2:
        assert found.reasons == {("a", "b"): "boundary"}
        assert joint(answers).reason == "boundary"


@pytest.mark.parametrize("seed", range(24))
def test_any_table_has_a_correlation_or_a_reason(seed: int) -> None:
    draw = stream(45, seed)
    n, rho = int(draw.choice([30, 60, 200])), draw.uniform(-0.95, 0.95)
    latent = draw.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    cuts = [np.sort(draw.normal(draw.uniform(-2, 2), 0.8, draw.integers(1, 6))) for _ in range(2)]
    answers = pd.DataFrame({name: np.digitize(latent[:, k], cuts[k]) for k, name in enumerate("ab")})
    found = polychoric(answers)
    assert found.reason or found.reasons or abs(found.rho[0, 1]) < 0.9995
    if not (found.reason or found.reasons):
        assert joint(answers).reason in {None, "boundary", "no_convergence"}


def test_repeated_row_labels_neither_multiply_nor_stop_anybody(graded_answers: pd.DataFrame) -> None:
    years = graded_answers.set_axis(np.tile(np.arange(300), 2))
    groups = pd.Series(["x", "y"] * 300)
    there = groups.set_axis(years.index)
    model = one_factor(ITEMS)
    assert ordinal_confirmatory(years, model).n == 600
    for asked in (
        lambda t, g: confirmatory(t, model, g).indices,
        lambda t, g: ordinal_confirmatory(t, model, g).indices,
        lambda t, g: [str(step.fit) for step in invariance(t, model, g).steps],
        lambda t, g: [str(item) for item in differential_functioning(t, g).items],
        lambda t, g: aggregation(t["a"], g),
    ):
        assert asked(years, there) == asked(graded_answers, groups)
    with pytest.raises(DataError, match="row label"):
        confirmatory(graded_answers, model, there)


@pytest.mark.parametrize("seed", range(50))
def test_intervals_of_small_intraclass_correlations_hold_their_estimate(seed: int) -> None:
    draw = stream(46, seed)
    ratings = pd.DataFrame(draw.integers(1, 6, (int(draw.integers(3, 9)), int(draw.integers(2, 5)))))
    for found in intraclass(ratings):
        if found.estimate is None:
            assert found.reason in {"raters_under_chance", "no_variance", "collinear"}
            continue
        assert found.low is None or found.low <= found.estimate
        assert found.high is not None
        assert found.estimate <= found.high <= 1


def test_raters_who_differ_less_than_chance_have_no_coefficient_of_their_mean() -> None:
    found = {a.form: a for a in intraclass(pd.DataFrame([[1, 3], [4, 2], [1, 5], [4, 1], [2, 5]]))}
    assert found["ICC2"].estimate == pytest.approx(-1)
    assert found["ICC2k"].reason == "raters_under_chance"


def test_a_rater_with_one_code_has_no_kappa_and_full_agreement_of_ten_is_not_certain() -> None:
    assert kappa([[5, 5], [0, 0]]).reason == "constant"
    assert kappa([[0, 5], [5, 0]]).low == -1.0
    assert kappa([[0, 5], [5, 0]]).high == pytest.approx((1 - 0.025**0.1 - 0.5) / 0.5)
    with pytest.raises(DataError):
        kappa([[np.nan, 1], [1, 1]])


GIVEN: dict[str, Callable[[pd.DataFrame], object]] = {
    "reliability": reliability,
    "polychoric": polychoric,
    "joint": lambda t: joint(t[["a", "b"]]),
    "cfa": lambda t: confirmatory(t, one_factor(ITEMS)),
    "ordinal": lambda t: ordinal_confirmatory(t, one_factor(ITEMS)),
    "graded": graded,
    "dif": lambda t: differential_functioning(t, pd.Series("x", index=t.index)),
    "invariance": lambda t: invariance(t, one_factor(ITEMS), pd.Series("x", index=t.index)),
    "exploratory": lambda t: exploratory(t, 1),
    "adequacy": lambda t: adequacy(t, draws=0),
    "hierarchy": hierarchy,
    "intraclass": intraclass,
    "aggregation": lambda t: aggregation(t["b"], t["a"]),
    "within": lambda t: within_agreement(t["b"], t["a"], 5),
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("rubbish", ["oui", float("inf")])
def test_text_and_infinite_numbers_are_refused_in_words(
    graded_answers: pd.DataFrame, name: str, rubbish: object
) -> None:
    answers = graded_answers.astype(object)
    answers.loc[3, "b"] = rubbish
    with pytest.raises(DataError) as error:
        GIVEN[name](answers)
    assert "1 " in str(error.value)
    assert "Remède" in error.value.say("fr")
    assert "oui" not in error.value.say("fr") + str(error.value)


def test_too_few_is_too_few_and_nobody_is_not_constant(graded_answers: pd.DataFrame) -> None:
    assert reliability(graded_answers.head(9)).reason == "too_few"
    assert reliability(graded_answers.head(10)).alpha is not None
    for asked in (polychoric, joint):
        two = graded_answers[["a", "b"]]
        assert asked(two.head(19)).reason == "too_few"
        assert asked(two * np.nan).reason == "too_few"
        assert asked(two.head(40)).reason is None
    assert exploratory(graded_answers, 9).reason == "not_identified"
