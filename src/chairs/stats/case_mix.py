"""Compares establishments as if they had the same patients: fixed-effect case-mix adjustment of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.stats import checked
from chairs.stats.cluster_robust import sandwich
from chairs.stats.cross_products import NOTHING, independent
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseMix:
    """Adjusted means.

    Parameters
    ----------
    table
        By establishment: `n`, `mean` and `adjusted`.
    coefficients
        What each patient variable changes, within establishments; classes as `variable[class]`.
    reason
        Why nothing was adjusted (a key of `estimate.REASONS`).
    """

    table: pd.DataFrame
    coefficients: tuple[Estimate, ...] = ()
    reason: str | None = None


def adjust_for_case_mix(
    table: pd.DataFrame, outcome: str, establishment: str, numbers: Sequence[str] = (), classes: Sequence[str] = ()
) -> CaseMix:
    r"""Return the mean outcome of each establishment, and what it would be with the patients of all together.

    Patient variables that respond to the care (satisfaction with life after the stay) must not be adjusted for.

    Parameters
    ----------
    table
        One row a respondent; a row with a missing or infinite value among the columns is left out.
    numbers, classes
        Columns entered as they are, and by class (the first class in order is the reference).

    Notes
    -----
    Least squares with an effect of each establishment (O'Malley et al. 2005, *Health Serv. Res.* 40:2078-2095), so that
    better establishments with other patients do not bend the coefficients; :math:`a_h = \bar y_h - \sum_k b_k
    (\bar x_{hk} - \bar x_k)` with means over all respondents. Coefficients have CR2 errors by establishment; one that
    does not vary within establishments, or says nothing new, has a reason and adjusts nothing; one of an outcome that
    is reproduced exactly has no interval (`no_variance`). Checked against the set
    score_patient_survey.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"site": list("aaabbb"), "age": [40, 50, 60, 60, 70, 80.0],
    ...                        "score": [70, 71, 72, 75, 76, 77.0]})
    >>> adjust_for_case_mix(people, "score", "site", ["age"]).table.round(6).to_dict("list")
    {'n': [3, 3], 'mean': [71.0, 76.0], 'adjusted': [72.0, 75.0]}
    """
    import numpy as np
    import pandas as pd

    used = table[[outcome, establishment, *numbers, *classes]].copy()
    for name, column in zip((outcome, *numbers), checked.numbers(table, [outcome, *numbers]).T, strict=True):
        used[name] = column
    used = used.dropna()
    columns = {name: used[name].to_numpy() for name in numbers}
    for name in classes:
        levels = sorted(used[name].unique())
        columns |= {f"{name}[{level}]": (used[name] == level).to_numpy(dtype=float) for level in levels[1:]}
    grouped = used.groupby(establishment, sort=True)[outcome]
    result = pd.DataFrame({"n": grouped.count(), "mean": grouped.mean()})
    site = used.groupby(establishment, sort=True).ngroup().to_numpy()
    x = np.column_stack([*columns.values(), np.empty((len(used), 0))])
    y = used[outcome].to_numpy(dtype=float)
    blank = [Estimate(term=name, n=len(used), clusters=len(result), method="CR2") for name in columns]
    fit = _within(x, y, site, blank)
    if isinstance(fit, str):
        return CaseMix(table=result.assign(adjusted=np.nan), reason=fit)
    slopes = np.array([one.estimate or 0.0 for one in fit])
    shares = np.column_stack([np.bincount(site, c, len(result)) / np.bincount(site) for c in x.T])
    return CaseMix(table=result.assign(adjusted=result["mean"] - (shares - x.mean(axis=0)) @ slopes), coefficients=fit)


def _within(x: np.ndarray, y: np.ndarray, site: np.ndarray, blank: list[Estimate]) -> tuple[Estimate, ...] | str:
    """Return the coefficients within establishments, or the reason why there are none."""
    from dataclasses import replace

    import numpy as np

    count = np.bincount(site)
    if len(blank) == 0 or len(y) <= x.shape[1] + len(count):
        return "too_few"
    if len(count) < 2:
        return "one_cluster"
    if np.ptp(y) == 0:
        return "constant_outcome"
    scale = np.maximum(np.abs(x).max(axis=0), 1e-300)
    mean_x = np.column_stack([np.bincount(site, c) / count for c in (x / scale).T])[site]
    z, rest = x / scale - mean_x, y - (np.bincount(site, y) / count)[site]
    kept = np.flatnonzero(independent(z.T @ z, ((x / scale - (x / scale).mean(axis=0)) ** 2).sum(axis=0)))
    if len(kept) == 0:
        return "no_within_variation"
    z = z[:, kept]
    members = [np.flatnonzero(site == j) for j in range(len(count))]
    gram = np.array([z[rows].T @ z[rows] for rows in members])
    beta = np.linalg.solve(gram.sum(axis=0), z.T @ rest)
    left = rest - z @ beta
    fit = sandwich(gram, np.array([z[rows].T @ left[rows] for rows in members]), "CR2")
    exact = float(left @ left) <= NOTHING * float(rest @ rest)
    found = [replace(one, reason="collinear") for one in blank]
    for place, column in enumerate(kept):
        size = scale[column]
        error = 0.0 if exact else float(np.sqrt(fit.covariance[place, place])) / size
        found[column] = estimated(blank[column], float(beta[place]) / size, error, float(fit.df[place]))
    return tuple(found)
