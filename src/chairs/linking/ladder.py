"""The ladder of models for one pair, from the description to staggered programmes and double machine learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language, Text
from chairs.linking.cells import covariates_of
from chairs.linking.ordered import between
from chairs.stats.cross_products import CrossProducts
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import pandas as pd

    from chairs.stats.cluster_robust import Kind

Further = Literal["staggered", "double_ml", "ordinal"]
Rung = Literal[
    "description", "between", "within", "contextual", "pooled", "two_way", "staggered", "double_ml", "ordinal"
]  # fmt: skip
Level = Literal["establishment", "change"]

FEWEST = 8  # establishments under which only description and control charts are honest
TOO_FEW, COLLINEAR, STILL = "too_few", "collinear", "still_outcome"
ERRORS: Kind = "CR2-exact"
UNLESS_FEW: tuple[Rung, ...] = ("between", "within", "two_way")
UNLESS_STILL: tuple[Rung, ...] = ("within", "contextual", "two_way")
READ: dict[Rung, Text] = {
    "description": Text(fr="moyennes d'établissements, sans ajustement", en="establishment means, unadjusted"),
    "between": Text(fr="établissements qui diffèrent, ajusté", en="establishments that differ, adjusted"),
    "within": Text(fr="un établissement qui change, ajusté", en="one establishment that changes, adjusted"),
    "contextual": Text(fr="écart entre les deux : ce que l'établissement apporte d'autre", en="gap between the two"),
    "pooled": Text(fr="les deux mêlés", en="both mixed"),
    "two_way": Text(
        fr="un établissement qui change, années communes ôtées", en="one establishment that changes, common years out"
    ),
    "staggered": Text(
        fr="avant et après l'entrée dans un programme, face à ceux qui n'y entrent jamais",
        en="before and after joining a programme, against those who never join",
    ),
    "ordinal": Text(
        fr="établissements qui diffèrent, chances d'une classe plus haute (classes ordonnées), ajusté",
        en="establishments that differ, odds of a higher class (ordered classes), adjusted",
    ),
    "double_ml": Text(fr="ajustement souple appris par machine", en="flexible adjustment learnt by machine"),
}
PER_UNIT = Text(fr="par unité de l'indicateur", en="per unit of the indicator")
LEVELS: dict[Rung, Level] = {"within": "change", "two_way": "change", "staggered": "change"}
TRENDS = 0.05  # p value of the trends before joining under which the programme's effect is not given


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: what it compares and what it finds, in points of the score per unit of the exposure."""

    rung: Rung
    estimate: Estimate

    @property
    def level(self) -> Level:
        """Whether establishments are compared with one another or with themselves."""
        return LEVELS.get(self.rung, "establishment")

    def say(self, lang: Language = "fr") -> str:
        """Return the rung and its estimate or reason as one line."""
        return f"{READ[self.rung].say(lang)} – {replace(self.estimate, term=PER_UNIT.say(lang)).say(lang)}"


def ladder(table: pd.DataFrame, further: Sequence[Further] = (), seed: int = 1) -> tuple[Step, ...]:
    """Return the rungs for one pair.

    Parameters
    ----------
    table
        From `chairs.linking.cells.cells`.
    further
        Rungs that the protocol adds (`ladder:` in its file): `staggered` difference-in-differences, for an exposure of
        0 and then 1 (a programme joined for good); `double_ml`, the partially linear model with linear learners;
        `ordinal`, proportional odds for an outcome of ordered classes (stars): log odds of a higher class per unit
        (`chairs.linking.ordered`).
    seed
        Of the folds of `double_ml`, by establishment.

    Notes
    -----
    Cells of an establishment and year count alike. Standard errors are CR2 by establishment with Satterthwaite degrees
    of freedom (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018), under 40 establishments with those of the exact law
    that they approximate (`cluster_robust.matched_df`: with 8, their own intervals hold the truth in 97 % of studies).
    Within and between come from one regression on the establishment's mean and the deviation from it, years held equal;
    `contextual` is their difference, which a causal reading of the comparison of establishments supposes to be zero.
    Where the outcome changes in no establishment (a release that repeats the former one), no establishment can be
    compared with itself: `within`, `contextual` and `two_way` say so.
    Checked on planted truths (`tests/reference/test_linking_truths.py`).
    """
    blank = Estimate(term="exposure", n=len(table), clusters=table["establishment"].nunique())
    if (blank.clusters or 0) < FEWEST:
        refused = replace(blank, reason=TOO_FEW)
        return tuple(Step(rung=rung, estimate=refused) for rung in (*UNLESS_FEW, *further))
    from chairs.stats import panel

    more = covariates_of(table)
    sums = sums_of(table, more)
    alone = panel.between(sums.selected(("(intercept)", "exposure", "outcome"))).coefficient("exposure")
    mixed = _exposure(panel.pooled(sums, errors=ERRORS))
    steps = [Step(rung="description", estimate=alone), *_split(sums), Step(rung="pooled", estimate=mixed)]
    if mixed.reason == COLLINEAR:  # the covariates determine the exposure: its two parts mean nothing either
        refused = replace(blank, reason=COLLINEAR)
        steps[1:-1] = [Step(rung="between", estimate=refused), Step(rung="within", estimate=refused)]
    steps.append(Step(rung="two_way", estimate=_exposure(panel.fixed_effects(sums, errors=ERRORS))))
    if still(table):
        refused = replace(blank, reason=STILL)
        steps = [replace(step, estimate=refused) if step.rung in UNLESS_STILL else step for step in steps]
    further_of = {
        "double_ml": lambda: _learnt(table, more, seed),
        "staggered": lambda: _staggered(table, more, blank),
        "ordinal": lambda: between(table),
    }
    return (*steps, *(Step(rung=rung, estimate=further_of[rung]()) for rung in further))


def still(table: pd.DataFrame) -> bool:
    """Say whether the outcome differs between establishments but never changes in one, although years are several."""
    own = table.groupby("establishment")["outcome"].nunique()
    return several_years(table) and bool(own.max() == 1) and len(set(table["outcome"])) > 1


def primary(table: pd.DataFrame, estimand: str, model: str = "linear") -> Estimate:
    """Return the declared estimate of one pair, or the reason that its rung of the `ladder` gives.

    Two-way fixed effects for `within`, the between slope for `between`, log odds for the model `ordinal`.
    """
    from chairs.stats import panel

    blank = Estimate(term="exposure", n=len(table), clusters=len(set(table["establishment"])))
    if (blank.clusters or 0) < FEWEST:
        return replace(blank, reason=TOO_FEW)
    if model == "ordinal":
        return between(table)
    sums = sums_of(table, covariates_of(table))
    if estimand == "within":
        return replace(blank, reason=STILL) if still(table) else _exposure(panel.fixed_effects(sums, errors=ERRORS))
    if _exposure(panel.pooled(sums, errors="classical")).reason == COLLINEAR:
        return replace(blank, reason=COLLINEAR)
    return next(step.estimate for step in _split(sums) if step.rung == "between")


def beside(table: pd.DataFrame, term: str, estimand: str, model: str = "linear") -> Estimate:
    """Return the coefficient of a further column of `cells`, the exposure and all else held equal."""
    from chairs.stats import panel

    if len(set(table["establishment"])) < FEWEST:
        return Estimate(term=term, n=len(table), reason=TOO_FEW)
    if model == "ordinal":
        return between(table, term)
    sums = sums_of(table, [name for name in covariates_of(table) if name != term], (term,))
    fit = panel.fixed_effects(sums, errors=ERRORS) if estimand == "within" else panel.pooled(sums, errors=ERRORS)
    return fit.coefficient(term)


def sums_of(table: pd.DataFrame, covariates: list[str], after: tuple[str, ...] = ()) -> CrossProducts:
    """Return the cross-products, the exposure last: one that the covariates determine is the one that has a reason."""
    from chairs.stats.streaming import cross_products

    factors = ["year"] if several_years(table) else []
    design = {
        "outcome": "outcome",
        "cluster": "establishment",
        "covariates": [*covariates, "exposure", *after],
        "factors": factors,
    }
    return cross_products(table, design)


def several_years(table: pd.DataFrame) -> bool:
    """Say whether establishments can be compared with themselves."""
    return len(set(table["year"])) > 1


def _exposure(fit: object) -> Estimate:
    return fit.coefficient("exposure")  # type: ignore[attr-defined,no-any-return]


def _split(sums: CrossProducts) -> list[Step]:
    """Return between, within and their difference, from one regression."""
    import math

    from chairs.stats import panel

    fit = panel.pooled(sums.split(["exposure"]), errors=ERRORS)
    within, between = (fit.coefficient(f"exposure ({side})") for side in ("within", "between"))
    steps = [Step(rung="between", estimate=between), Step(rung="within", estimate=within)]
    if within.se is None or between.se is None or within.estimate is None or between.estimate is None:
        return steps
    gap = between.estimate - within.estimate
    # deviations and means are uncorrelated but for years and covariates: their covariance is read off the fit
    terms = [one.term for one in fit.estimates if one.estimate is not None]
    i, j = (terms.index(f"exposure ({side})") for side in ("within", "between"))
    covariance = 0.0 if fit.covariance is None else float(fit.covariance[i, j])
    se = math.sqrt(max(within.se**2 + between.se**2 - 2 * covariance, 0.0))
    df = min(within.df or math.inf, between.df or math.inf)
    blank = replace(between, term="contextual", estimate=None, se=None, df=None, low=None, high=None, p=None)
    return [*steps, Step(rung="contextual", estimate=estimated(blank, gap, se, df))]


def _staggered(table: pd.DataFrame, covariates: list[str], blank: Estimate) -> Estimate:
    """Return the mean effect on those who joined; a reason where nobody joins for good, or trends differed before."""
    from chairs.stats.difference_in_differences import event_study

    frame = table.assign(year=table["year"].astype(int)).sort_values(["establishment", "year"])
    left = frame.groupby("establishment")["exposure"].diff() < 0
    if not set(frame["exposure"].unique()) <= {0.0, 1.0} or left.any():
        return replace(blank, reason="not_a_programme")
    joined = frame[frame["exposure"] == 1].groupby("establishment")["year"].min()
    frame = frame.assign(start=frame["establishment"].map(joined).fillna(0).astype(int))
    own = frame.groupby("establishment")[covariates]
    moving = [name for name, spread in (own.max() - own.min()).max().items() if spread > 0] if covariates else []
    study = event_study(frame, "outcome", "establishment", "year", "start", moving)
    if study.overall is None or study.reason is not None:
        return replace(blank, reason=study.reason or TOO_FEW)
    if study.before is not None and study.before.p < TRENDS:
        return replace(blank, reason="trends_before")
    return replace(study.overall, term="exposure")


def _learnt(table: pd.DataFrame, covariates: list[str], seed: int) -> Estimate:
    from chairs.stats.double_ml import Learning, folds_of, partially_linear

    if not covariates:
        return Estimate(term="exposure", n=len(table), reason="too_few")
    groups = table["establishment"].to_numpy()
    folds = folds_of(len(table), clusters=groups, seed=seed)
    frame = table.assign(cluster=groups)
    return partially_linear(frame, "outcome", "exposure", covariates, folds, Learning(clusters="cluster")).result
