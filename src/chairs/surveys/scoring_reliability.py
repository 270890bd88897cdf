"""Beside each score: how reliable it is, what it becomes once shrunk, and which ranks it can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "reliability": "reliability",
    "shrunk": "shrunken",
    "low": "shrunken_low",
    "high": "shrunken_high",
    "rank": "rank",
    "rank_low": "rank_low",
    "rank_high": "rank_high",
}
DRAWS = 500  # simulated leagues; the ranks that bound 95 % of them move by one at most


def with_reliability(scores: pd.DataFrame, extents: Mapping[tuple[str, str], tuple[float, float]]) -> pd.DataFrame:
    """Return the scores with reliability, shrunken score and ranks among the establishments of the same year.

    Parameters
    ----------
    scores
        Table `scores`. Only whole establishments and years with a standard error are compared; a score without one
        (published scores mostly) has neither reliability nor rank, and so has a group in which the variance between
        establishments cannot be told from chance.
    extents
        By instrument and dimension, the lowest and the highest score there can be.

    Notes
    -----
    One league for each instrument, dimension and year (`chairs.stats.shrinkage.shrink`); the columns `shrunken_low` and
    `shrunken_high` bound the 95 % interval of the shrunken score, `rank_low` and `rank_high` that of the rank.
    What an interval has beyond the scale is cut off: the true score is on the scale, so none is lost that held it.
    """
    import numpy as np

    from chairs.stats.shrinkage import shrink

    table = scores.assign(**dict.fromkeys(COLUMNS.values(), np.nan))
    compared = table[
        (table["unit"] == "all") & (table["period"].str.len() == 4) & (table["status"] == "ok") & (table["se"] > 0)
    ]
    for (instrument, dimension, _), league in compared.groupby(["instrument", "dimension", "period"], sort=True):
        ordered = league.sort_values("establishment", kind="stable")
        done = shrink(ordered["score"], ordered["se"], ordered["n"].astype(float), draws=DRAWS)
        if done.reason is None:
            made = done.table.assign(**done.table[["low", "high"]].clip(*extents[(instrument, dimension)]))
            made = made.rename(columns=COLUMNS)
            table.loc[made.index, list(COLUMNS.values())] = made[list(COLUMNS.values())]
    return table
