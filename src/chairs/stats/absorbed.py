"""Fixed effects of any number of levels, taken out of rows in memory by pyfixest: wards, months, physicians, sites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.stats.checked import numbers
from chairs.stats.cross_products import ALIASED
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import pandas as pd

EXACT = 1e-10  # share of the outcome's variance left, under which it is reproduced exactly (pyfixest stops at 1e-6)
FEWEST = 40  # clusters under which CRV1 intervals are too narrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbing:
    """What is regressed: outcome, covariates (numbers), effects taken out (classes), clusters of the errors."""

    outcome: str
    covariates: tuple[str, ...]
    effects: tuple[str, ...]
    cluster: str


def absorbed_effects(table: pd.DataFrame, design: Absorbing) -> tuple[Estimate, ...]:
    """Return the coefficients of the covariates with every effect of `design` held equal.

    For rows in memory and effects of thousands of levels (respondents with the effects of their site and month). Sums
    of products (`panel.fixed_effects`) serve rows that do not fit in memory and fewer than 40 establishments: pyfixest
    has no CR2. A test holds both to the same coefficients.

    Parameters
    ----------
    table
        One row an observation; a row with a missing or infinite value among the columns is left out.

    Raises
    ------
    DataError, SettingError
        An outcome or a covariate that is text, or a column that does not exist.

    Notes
    -----
    Alternating projections and CRV1 errors of pyfixest (Bergé's fixest), t law with clusters − 1 degrees of freedom.
    pyfixest drops a covariate that the effects (`no_within_variation`) or the others (`collinear`) determine without a
    word and gives 0 for a constant outcome: here each has its reason. Under 40 clusters there is no interval
    (`few_clusters`).
    """
    import pandas as pd

    names = [design.outcome, *design.covariates, *design.effects, design.cluster]
    used = table[list(dict.fromkeys(names))].copy()
    for name, column in zip(names, numbers(table, [design.outcome, *design.covariates]).T, strict=False):
        used[name] = column
    used = used.dropna()
    clusters = int(used[design.cluster].nunique())
    blank = [Estimate(term=c, n=len(used), clusters=clusters, method="CRV1") for c in design.covariates]
    spent = len(design.covariates) + sum(used[effect].nunique() for effect in design.effects)
    if reason := _obstacle(used, design, clusters, spent):
        return tuple(replace(one, reason=reason) for one in blank)
    columns = {"y": used[design.outcome].to_numpy(), "g": used[design.cluster].factorize()[0]}
    columns |= {f"x{k}": used[name].to_numpy() for k, name in enumerate(design.covariates)}
    columns |= {f"e{k}": used[name].factorize()[0] for k, name in enumerate(design.effects)}
    frame, effects = pd.DataFrame(columns), " + ".join(f"e{k}" for k in range(len(design.effects)))
    found = _fitted(frame, len(design.covariates), effects)
    return tuple(
        _told(one, found[f"x{k}"], clusters) if f"x{k}" in found else replace(one, reason=_why(frame, f"x{k}", effects))
        for k, one in enumerate(blank)
    )


def _obstacle(used: pd.DataFrame, design: Absorbing, clusters: int, spent: int) -> str | None:
    if clusters < 2:
        return "one_cluster"
    if len(used) <= spent:
        return "too_few"
    return "constant_outcome" if used[design.outcome].nunique() < 2 else None


def _fitted(frame: pd.DataFrame, covariates: int, effects: str) -> dict[str, tuple[float, float]]:
    """Return coefficient and standard error of the covariates that the effects and the others leave free."""
    import warnings

    import pyfixest

    right = " + ".join(f"x{k}" for k in range(covariates))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas deprecations inside pyfixest; singletons say nothing of the slopes
        try:
            fit = pyfixest.feols(f"y ~ {right} | {effects}", frame, vcov={"CRV1": "g"})
        except ValueError:  # all covariates are collinear
            return {}
    if not fit.resid().var() > EXACT * frame["y"].var():
        return {str(name): (float(b), 0.0) for name, b in fit.coef().items()}
    return {str(name): (float(b), float(s)) for name, b, s in zip(fit.coef().index, fit.coef(), fit.se(), strict=True)}


def _why(frame: pd.DataFrame, column: str, effects: str) -> str:
    """Say why a covariate was dropped: the effects determine it, or else the other covariates do."""
    import warnings

    import pyfixest

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        left = pyfixest.feols(f"{column} ~ 1 | {effects}", frame).resid()
    return "no_within_variation" if left.var() <= ALIASED * frame[column].var() else "collinear"


def _told(blank: Estimate, found: tuple[float, float], clusters: int) -> Estimate:
    if clusters < FEWEST and found[1] > 0:
        return replace(blank, estimate=found[0], reason="few_clusters")
    return estimated(blank, *found, clusters - 1)
