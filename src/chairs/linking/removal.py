"""Finds how few establishments carry a claim: those whose removal makes its interval touch zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chairs.linking.cells import covariates_of
from chairs.linking.ladder import primary
from chairs.linking.ordered import fitted
from chairs.linking.protocol import Protocol
from chairs.stats.estimate import Estimate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST = 0.25  # share of the establishments beyond which a removal is no longer a small change
ONE_BY_ONE = 40  # establishments up to which the list is looked for one at a time
ROWS = 50_000  # of all fits of such a search, so that an answer takes seconds


def fewest(table: pd.DataFrame, estimate: Estimate, protocol: Protocol) -> tuple[str, ...] | None:
    """Return few establishments whose removal makes the interval touch zero, worst first.

    Those that carry the slope most, by one step of the regression, are taken out together; bisection finds the
    shortest such list. Half of it is kept and the rest looked for again among those left, as long as it grows shorter;
    lists of up to `ONE_BY_ONE` are found one establishment at a time where the table is small enough.
    """
    if estimate.low is None or estimate.high is None or estimate.low <= 0 <= estimate.high:
        return None
    sign = 1.0 if estimate.low > 0 else -1.0
    removed: list[str] = []
    best = _shortest(table, (), protocol, sign)
    while best and len(best) > ONE_BY_ONE and len(removed) < len(best) // 2:
        removed = best[: max(len(best) // 2, len(removed) + 1)]
        again = _shortest(table, removed, protocol, sign)
        if not again or len(again) >= len(best):
            break
        best = again
    if best and len(best) <= ONE_BY_ONE and len(best) * len(table) <= ROWS:
        best = min(best, _one_by_one(table, protocol, sign, len(best)), key=len)
    return tuple(best)


def _overturned(table: pd.DataFrame, removed: Sequence[str], protocol: Protocol, sign: float) -> bool:
    """Say whether the interval without `removed` is no longer on its side of zero."""
    left = table[~table["establishment"].isin(removed)].reset_index(drop=True)
    now = primary(left, protocol.estimand, protocol.model)
    return now.low is None or now.high is None or min(sign * now.low, sign * now.high) <= 0


def _shortest(table: pd.DataFrame, removed: Sequence[str], protocol: Protocol, sign: float) -> list[str]:
    """Return `removed` and as few of the most influential others as overturn; empty when a quarter does not."""
    left = table[~table["establishment"].isin(removed)].reset_index(drop=True)
    ranked = [*removed, *influence(left, protocol, sign)]
    low, high = len(removed), int(MOST * table["establishment"].nunique())
    if high <= low or not _overturned(table, ranked[:high], protocol, sign):
        return []
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _overturned(table, ranked[:middle], protocol, sign) else (middle, high)
    return ranked[:high]


def _one_by_one(table: pd.DataFrame, protocol: Protocol, sign: float, most: int) -> list[str]:
    """Return the establishments taken out one at a time, the most influential of those left each time."""
    removed: list[str] = []
    while len(removed) < most:
        left = table[~table["establishment"].isin(removed)].reset_index(drop=True)
        removed.append(influence(left, protocol, sign)[0])
        if _overturned(table, removed, protocol, sign):
            break
    return removed


def influence(table: pd.DataFrame, protocol: Protocol, sign: float) -> list[str]:
    """Return the establishments, first the one whose removal lowers the slope (times `sign`) most, by one step."""
    import numpy as np
    import pandas as pd

    if protocol.model == "ordinal":
        shift = fitted(table, leave_out=True).shift
        names = np.unique(table["establishment"].to_numpy(dtype=str))
        moved = pd.Series(0.0 if shift is None else sign * shift, index=names)
        return [str(name) for name in moved.sort_values(kind="stable").index]
    frame = table[["exposure", "outcome", *covariates_of(table)]].astype(float)
    frame = frame.join(pd.get_dummies(table["year"], dtype=float, drop_first=True))
    if protocol.estimand == "within":
        frame = frame - frame.groupby(table["establishment"]).transform("mean")
    else:
        frame = frame.groupby(table["establishment"]).mean()
        frame = frame - frame.mean()
    others = frame.drop(columns=["exposure", "outcome"]).to_numpy()
    x, y = (_left(frame[name].to_numpy(), others) for name in ("exposure", "outcome"))
    slope, size = float(x @ y / (x @ x)), float(x @ x)
    sites = frame.index if protocol.estimand != "within" else table["establishment"]
    parts = pd.DataFrame({"xy": x * (y - slope * x), "xx": x * x}).groupby(np.asarray(sites)).sum()
    lowered = -sign * parts["xy"] / np.maximum(size - parts["xx"], 1e-300)
    return [str(name) for name in lowered.sort_values(kind="stable").index]


def _left(column: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return what the other columns leave of one."""
    import numpy as np

    if others.size == 0:
        return column
    left: np.ndarray = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    return left
