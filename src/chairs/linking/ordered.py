"""The link of an exposure with ordered classes: establishments that differ, without any distance between classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chairs.linking.bounds import MOST_CLASSES
from chairs.linking.cells import covariates_of
from chairs.stats.estimate import Estimate
from chairs.stats.ordered_clusters import OrderedFit, ordered_clusters

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def between(table: pd.DataFrame, term: str = "exposure") -> Estimate:
    """Return the log odds of a higher class per unit of `term`, for establishments that differ in its mean.

    Parameters
    ----------
    table
        From `chairs.linking.cells.cells`; every establishment and year is a row.
    term
        A column; the exposure is held equal beside any other.

    Notes
    -----
    Proportional odds with CR2 errors by establishment (`chairs.stats.ordered_clusters`): years and covariates held
    equal, the exposure split into the establishment's mean and the deviation from it, as the linear rung `between`
    does. A release that repeats the former one adds nothing to what is known; an effect of the establishment, which
    the mixed proportional-odds model would need, cannot be told from the thresholds when classes never change.
    """
    blank = Estimate(term=term, n=len(table), clusters=table["establishment"].nunique(), method="CR2")
    if table["outcome"].nunique() > MOST_CLASSES:
        return replace(blank, reason="not_classes")
    return replace(fitted(table, term).estimates[-1], term=term)


def fitted(table: pd.DataFrame, term: str = "exposure") -> OrderedFit:
    """Return the whole fit, the mean of `term` last."""
    names, x = design(table, term)
    return ordered_clusters(table["outcome"].to_numpy(float), x, names, table["establishment"].to_numpy(dtype=str))


def design(table: pd.DataFrame, term: str = "exposure") -> tuple[list[str], np.ndarray]:
    """Return names and columns of the model, the mean of `term` last."""
    import numpy as np

    names, columns = held(table, without=("exposure", term))
    for name in dict.fromkeys(("exposure", term)):
        mean = table.groupby("establishment")[name].transform("mean").to_numpy(float)
        moved = table[name].to_numpy(float) - mean
        moves = bool(np.abs(moved).max(initial=0.0) > 1e-12 * max(np.abs(mean).max(initial=0.0), 1e-300))
        names += [f"{name} (within)"] * moves + [f"{name} (between)"]
        columns += [moved] * moves + [mean]
    return names, np.column_stack(columns)


def held(table: pd.DataFrame, without: tuple[str, ...] = ("exposure",)) -> tuple[list[str], list[np.ndarray]]:
    """Return names and columns of what is held equal: years, then covariates."""
    import pandas as pd

    years = pd.get_dummies(table["year"], prefix="year", dtype=float).iloc[:, 1:]
    more = [name for name in covariates_of(table) if name not in without]
    return [*map(str, years.columns), *more], [*years.to_numpy().T, *table[more].to_numpy(float).T]
