"""Which cells must be hidden: small counts, their complements, and second cells that protect the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def small(counts: pd.Series, threshold: int) -> pd.Series:
    """Say which counts stand for some persons but fewer than `threshold`; zero and missing do not.

    Examples
    --------
    >>> import pandas as pd
    >>> small(pd.Series([0, 1, 10, 11, None]), 11).tolist()
    [False, True, True, False, False]
    """
    values = counts.astype("float64")
    return (values > 0) & (values < threshold)


def small_complement(counts: pd.Series, totals: pd.Series | float, limit: int) -> pd.Series:
    """Say which counts lack only 1 to `limit` − 1 persons of their total.

    Examples
    --------
    >>> import pandas as pd
    >>> small_complement(pd.Series([1050, 1049, 823]), 1050, 11).tolist()
    [False, True, False]
    """
    return small(totals - counts.astype("float64"), limit)


def thin_tail(counts: pd.Series, share: float, limit: int) -> pd.Series:
    """Say where fewer than `limit` persons lie beyond the quantile that has `share` below it.

    Examples
    --------
    >>> import pandas as pd
    >>> thin_tail(pd.Series([21, 22, None]), 0.5, 11).tolist()
    [True, False, True]
    """
    beyond = counts.astype("float64") * min(share, 1 - share)
    return ~(beyond >= limit - 1e-9)


def protect(amounts: np.ndarray, hidden: np.ndarray, threshold: int) -> np.ndarray:
    """Return which parts of one published total to hide, so that the hidden ones cannot be worked out.

    Parameters
    ----------
    amounts
        The parts (persons, 0 or more; a missing one counts as not published).
    hidden
        Parts hidden already.
    threshold
        Smallest number of persons that may be shown.

    Returns
    -------
    numpy.ndarray
        `hidden` and, while the hidden parts can be pinned down, the smallest shown part that is not zero.

    Notes
    -----
    Who subtracts the shown parts from the total learns the sum R of the k hidden ones, each at least 1 (zeros
    are shown). A hidden part is then between 1 and R − k + 1. Parts are added until k ≥ 2 and
    R − k + 1 ≥ `threshold`, so that every value a hidden count may have stays possible. One total and its parts
    only: totals of other tables, and a reader who knows this very rule, are the matter of the full gate.

    Examples
    --------
    >>> import numpy as np
    >>> protect(np.array([4, 30, 25, 60]), np.array([True, False, False, False]), 11).tolist()
    [True, False, True, False]
    """
    import numpy as np

    hidden = hidden.copy()
    values = np.nan_to_num(np.asarray(amounts, dtype="float64"))
    candidates = [i for i in np.argsort(values, kind="stable") if not hidden[i] and values[i] > 0]
    while hidden.any() and candidates:
        k, rest = int(hidden.sum()), values[hidden].sum()
        if k >= 2 and rest - k + 1 >= threshold:
            break
        hidden[candidates.pop(0)] = True
    return hidden


def protect_groups(
    amounts: pd.Series, hidden: pd.Series, groups: Sequence[pd.Series], total: pd.Series, threshold: int
) -> pd.Series:
    """Return `hidden` with second cells added in every group whose total row is published.

    Parameters
    ----------
    amounts, hidden
        One value a row of the table.
    groups
        What rows of one sum have in common; a row with a missing group belongs to none.
    total
        Which rows are the totals of their group.

    Notes
    -----
    A total that is itself hidden is published no more, so that its parts need no second cell.
    """
    import pandas as pd

    frame = pd.DataFrame({"amount": amounts.astype("float64"), "hidden": hidden, "total": total})
    labels = frame.groupby([group.to_numpy() for group in groups], sort=True).ngroup()
    published = (total & ~hidden).groupby(labels).transform("any")
    cells = frame[~total & published & (labels >= 0)]
    concealed = cells[cells["hidden"]].groupby(labels)["amount"].agg(["count", "sum"])
    settled = (concealed["count"] >= 2) & (concealed["sum"] - concealed["count"] + 1 >= threshold)
    result = hidden.copy()
    unsettled = cells[labels[cells.index].isin(concealed.index[~settled])]
    for _, part in unsettled.groupby(labels[unsettled.index]):
        result.loc[part.index] = protect(part["amount"].to_numpy(), part["hidden"].to_numpy(dtype=bool), threshold)
    return result


def merge_rare(
    frame: pd.DataFrame, name: str, amount: str, *, other: str, threshold: int, rest: int = 0
) -> pd.DataFrame:
    """Return `frame` with every kind of fewer than `threshold` persons merged into one last row called `other`.

    When the merged row itself stays small, the rarest of the shown kinds joins it, so that subtracting from
    the total gives nothing. If even all kinds together are small, one small row is left: to be masked.
    Columns other than the name and the amount are missing in the merged row.

    Parameters
    ----------
    rest
        Persons of kinds that the table does not list (a shortened list).

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.array([60, 14, 9, 1], dtype="Int64")
    >>> table = pd.DataFrame({"variant": ["A", "A → B", "B", "C"], "cases": cases})
    >>> merge_rare(table, "variant", "cases", other="other", threshold=11).to_dict("list")
    {'variant': ['A', 'other'], 'cases': [60, 24]}
    """
    ranked = frame.sort_values([amount, name], ascending=[False, True], kind="stable", ignore_index=True)
    counts = ranked[amount].astype("int64").tolist()
    shown = sum(count >= threshold for count in counts)
    while shown and 0 < sum(counts[shown:]) + rest < threshold:
        shown -= 1
    merged = sum(counts[shown:]) + rest
    table = ranked.head(shown)
    if merged:
        table = table.reindex(range(shown + 1))
        table.loc[shown, [name, amount]] = [other, merged]
    return table
