"""Answers that cannot carry a measurement: each gives its reason in words, never a number that means nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import SettingError
from chairs.core.streams import stream
from chairs.surveys.psychometrics.ability import abilities
from chairs.surveys.psychometrics.adequacy import adequacy
from chairs.surveys.psychometrics.agreement import counted, intraclass, kappa
from chairs.surveys.psychometrics.cfa import confirmatory
from chairs.surveys.psychometrics.dif import differential_functioning
from chairs.surveys.psychometrics.exploratory import exploratory
from chairs.surveys.psychometrics.graded import graded
from chairs.surveys.psychometrics.hierarchy import hierarchy
from chairs.surveys.psychometrics.invariance import invariance
from chairs.surveys.psychometrics.model import one_factor, parse
from chairs.surveys.psychometrics.ordinal import ordinal_confirmatory
from chairs.surveys.psychometrics.polychoric import joint, polychoric
from chairs.surveys.psychometrics.reasons import REASONS, WARNINGS
from chairs.surveys.psychometrics.reliability import reliability
from chairs.surveys.psychometrics.within_groups import aggregation, within_agreement

pytestmark = pytest.mark.unit

ITEMS = list("abcde")


@pytest.fixture(scope="module")
def ordered() -> pd.DataFrame:
    draw = stream(7, "ordered answers")
    latent = 0.8 * draw.standard_normal((600, 1)) + 0.6 * draw.standard_normal((600, 5))
    return pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=ITEMS).astype(float)


ASKED = {
    "reliability": lambda t: reliability(t).reason,
    "adequacy": lambda t: adequacy(t, draws=0).reason,
    "exploratory": lambda t: exploratory(t, 1).reason,
    "hierarchy": lambda t: hierarchy(t, 3).reason,
    "cfa": lambda t: confirmatory(t, one_factor(t.columns)).reason,
    "ordinal": lambda t: ordinal_confirmatory(t, one_factor(t.columns)).reason,
    "polychoric": lambda t: polychoric(t).reason,
    "graded": lambda t: graded(t).reason,
}


@pytest.mark.parametrize("name", ASKED)
def test_a_constant_item_measures_nothing(name: str, ordered: pd.DataFrame) -> None:
    assert ASKED[name](ordered.assign(c=2.0)) == "constant"


@pytest.mark.parametrize("name", sorted(set(ASKED) - {"polychoric", "reliability", "adequacy"}))
def test_two_items_are_too_few_for_a_factor(name: str, ordered: pd.DataFrame) -> None:
    assert ASKED[name](ordered[["a", "b"]]) in {"too_few_items", "not_identified"}


@pytest.mark.parametrize("name", ASKED)
def test_one_item_or_nobody(name: str, ordered: pd.DataFrame) -> None:
    assert ASKED[name](ordered[["a"]]) in {"too_few_items", "too_few"}
    assert ASKED[name](ordered.iloc[:0]) in REASONS
    assert ASKED[name](ordered * np.nan) in REASONS


@pytest.mark.parametrize("name", ["adequacy", "exploratory", "hierarchy", "cfa"])
def test_an_item_copied_into_another_is_named_collinear(name: str, ordered: pd.DataFrame) -> None:
    assert ASKED[name](ordered.assign(e=ordered["a"])) == "collinear"


def test_perfectly_correlated_items_leave_alpha_and_withhold_lambda_six(ordered: pd.DataFrame) -> None:
    found = reliability(ordered.assign(e=ordered["a"]))
    assert found.alpha is not None
    assert found.lambda6 is None
    assert (found.omega, found.omega_reason) == (None, "collinear")


def test_items_pointing_in_opposite_directions_are_told_to_be_turned(ordered: pd.DataFrame) -> None:
    found = reliability(ordered[["a", "b"]].assign(b=3 - ordered["b"]))
    assert found.alpha is not None
    assert found.alpha < 0
    assert "negative_alpha" in found.warnings


def test_a_copied_ordered_item_sends_its_correlation_to_the_boundary(ordered: pd.DataFrame) -> None:
    found = polychoric(ordered.assign(e=ordered["a"]))
    assert found.reasons == {("a", "e"): "boundary"}
    assert np.isnan(found.rho[0, 4])
    assert ordinal_confirmatory(ordered.assign(e=ordered["a"]), one_factor(ITEMS)).reason == "boundary"
    assert joint(pd.DataFrame({"a": [0, 1] * 50, "b": [0, 1] * 50})).reason == "boundary"


def test_items_never_answered_together(ordered: pd.DataFrame) -> None:
    apart = ordered.copy()
    apart.loc[:299, "a"], apart.loc[300:, "b"] = np.nan, np.nan
    assert polychoric(apart).reasons == {("a", "b"): "never_together"}
    assert ordinal_confirmatory(apart, one_factor(ITEMS)).reason == "never_together"
    assert reliability(apart).reason == "too_few"


def test_a_heywood_case_keeps_its_numbers_and_says_so() -> None:
    r = np.array([[1, 0.7, 0.8], [0.7, 1, 0.5], [0.8, 0.5, 1]])
    values = stream(8, "heywood").standard_normal((500, 3))
    values = np.linalg.solve(np.linalg.cholesky(np.cov(values.T)), (values - values.mean(0)).T).T
    table = pd.DataFrame(values @ np.linalg.cholesky(r).T, columns=list("abc"))
    fit = confirmatory(table, one_factor("abc"), marker=False)
    assert fit.reason is None
    assert set(fit.warnings) == {"heywood", "just_identified"}
    # exact: loading of a is sqrt(.7 x .8 / .5) standard deviations, more than one
    first = next(p for p in fit.parameters if p.rhs == "a" and p.op == "=~")
    assert first.standardised == pytest.approx(np.sqrt(0.56 / 0.5), abs=1e-6)


def test_more_numbers_than_moments_are_not_identified(ordered: pd.DataFrame) -> None:
    model = parse("f =~ a + b; g =~ a + b")
    assert confirmatory(ordered, model, marker=False).reason == "not_identified"
    assert exploratory(ordered[["a", "b", "c"]], 2).reason == "not_identified"


def test_groups_that_are_missing_small_or_use_other_categories(ordered: pd.DataFrame) -> None:
    site = pd.Series(["x"] * 560 + ["y"] * 40)
    found = invariance(ordered, one_factor(ITEMS), site)
    assert (found.reason, found.left_out, found.n) == ("one_group", ("y",), {"x": 560})
    language = pd.Series(["fr"] * 300 + ["nl"] * 300)
    narrow = ordered.copy()
    narrow.loc[300:, "a"] = narrow.loc[300:, "a"].clip(upper=2)
    steps = invariance(narrow, one_factor(ITEMS), language, ordinal=True).steps
    assert [step.fit.reason for step in steps] == ["categories_differ"]
    assert differential_functioning(ordered, site).reason == "one_group"
    assert differential_functioning(ordered[["a", "b"]], language).reason == "too_few_items"


def test_an_item_that_a_group_answers_perfectly_has_no_finite_shift(ordered: pd.DataFrame) -> None:
    language = pd.Series(["fr"] * 300 + ["nl"] * 300)
    split = ordered.assign(e=(language == "nl").astype(float))
    reasons = {item.item: item.reason for item in differential_functioning(split, language).items}
    assert reasons["e"] == "separation"


def test_raters_who_agree_or_targets_that_do_not_differ() -> None:
    same = pd.DataFrame({"a": [1.0, 1, 1], "b": [1.0, 1, 1]})
    assert {a.reason for a in intraclass(same)} <= {"no_variance", "collinear"}
    assert {a.reason for a in intraclass(same.iloc[:1])} == {"too_few"}
    assert kappa(np.zeros((3, 3))).reason == "too_few"
    assert kappa(np.diag([5, 0, 0])).reason == "constant"
    assert kappa(np.ones((2, 3))).reason == "categories_differ"
    perfect = kappa(np.diag([5, 6, 7]))
    assert (perfect.estimate, perfect.se, perfect.high) == (1.0, None, 1.0)
    chance = (5**2 + 6**2 + 7**2) / 18**2
    assert perfect.low == pytest.approx((0.025 ** (1 / 18) - chance) / (1 - chance), abs=1e-12)


def test_two_raters_with_different_codes_share_one_square_table() -> None:
    table = counted(pd.Series(["a", "b", "b", None]), pd.Series(["a", "c", "b", "a"]))
    assert table.to_numpy().tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]
    assert list(table.columns) == ["a", "b", "c"]


def test_groups_of_one_and_a_constant_value() -> None:
    groups = pd.Series(list("aabb"))
    assert aggregation(pd.Series([1.0] * 4), groups).reason == "constant"
    assert aggregation(pd.Series([1.0, 2, 3, 4]), pd.Series(list("aaaa"))).reason == "one_group"
    assert aggregation(pd.Series([1.0, 2, 3, 4]), pd.Series(list("abcd"))).reason == "too_few"
    assert np.isnan(within_agreement(pd.Series([3.0]), pd.Series(["a"]), 5).iloc[0])


def test_unequal_categories_and_missing_answers_are_fitted(ordered: pd.DataFrame) -> None:
    mixed = ordered.assign(a=(ordered["a"] > 1).astype(float), b=ordered["b"].clip(upper=2))
    mixed = mixed.mask(stream(9, "missing").random(mixed.shape) < 0.1)
    model, fit = graded(mixed), ordinal_confirmatory(mixed, one_factor(ITEMS))
    assert [len(curve.thresholds) for curve in model.curves] == [1, 2, 3, 3, 3]
    assert fit.reason is None
    assert all(0.6 < p.estimate < 0.95 for p in fit.parameters if p.op == "=~")
    people = abilities(model, mixed)
    answered = mixed.notna().any(axis=1)
    assert people["theta"].notna().equals(answered)
    assert (people.loc[answered, "se"] < 1).all()  # any answer says more than none


def test_a_level_the_model_never_saw_counts_as_missing(ordered: pd.DataFrame) -> None:
    model = graded(ordered)
    strange, absent = ordered.head(3).assign(a=9.0), ordered.head(3).assign(a=np.nan)
    pd.testing.assert_frame_equal(abilities(model, strange), abilities(model, absent))


def test_an_unreadable_model_names_its_line() -> None:
    with pytest.raises(SettingError, match="row 2"):
        parse("f =~ a + b\nwhat is this")
    with pytest.raises(SettingError, match="no factor carries: z"):
        parse("f =~ a + b; a ~~ z")


def test_every_reason_is_said_in_both_languages() -> None:
    for text in [*REASONS.values(), *WARNINGS.values()]:
        assert text.fr
        assert text.en
        assert text.fr != text.en
